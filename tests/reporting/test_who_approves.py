"""Who approves a draft: the roles its report names, and who of them, said before it is issued."""

import re
from html import unescape

import pytest
from sqlalchemy import text

from registry.accounts.models import RoleGrant
from registry.contracts.clauses.forms import AmendmentForm
from registry.contracts.clauses.service import record_amendment
from registry.contracts.forms import ContractForm
from registry.contracts.service import record_contract
from registry.kernel.issuing import Subject
from registry.kernel.permissions import Role
from registry.platform.database import Acting
from registry.platform.jobs import work_once
from registry.reporting import service
from registry.reporting.discovery import find_reports
from registry.reporting.models import IssuedDocument
from registry.reporting.queries import find_documents
from registry.reporting.service import issue_report
from registry.reporting.vocabulary import DocumentState, Medium
from registry.rooms import job_functions
from tests.conftest import Someone, Town
from tests.contracts.test_clause_pages import a_contract
from tests.contracts.test_drafting import draft, words_of
from tests.contracts.test_matrix import tied


def test_what_binds_or_claims_in_law_is_approved_by_legal_staff_alone() -> None:
    approved = {one.id: one.approval for one in find_reports() if one.approval}
    assert approved == {
        "compliance": (Role.LEGAL, Role.DPO), "draft-amendment": (Role.LEGAL,), "formal-notice": (Role.LEGAL,),
    }  # fmt: skip


@pytest.fixture
def _as_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "best_medium", lambda: Medium.PAGE)


def issued(town: Town, by: Someone, amendment: int) -> IssuedDocument:
    acting = Acting(f"account:{by.account_id}", account_id=by.account_id)
    return issue_report(
        town.home, "draft-amendment", subject=Subject("amendment", amendment), as_of=None, acting=acting,
        info=town.info, report=lambda *_said: None,
    ).document  # fmt: skip


def prepared(town: Town, jurist: Someone) -> int:
    """An amendment that asks for what a contract lacks."""
    place = a_contract(jurist, town)
    tied(jurist, town, place, "Réseau d’eau")
    return draft(jurist, place)


@pytest.mark.database
@pytest.mark.usefixtures("_as_page")
def test_the_dpo_annotates_a_draft_amendment_and_never_lifts_what_legal_staff_must_validate(town: Town) -> None:
    jurist, dpo, steward = (town.someone(role) for role in (Role.LEGAL, Role.DPO, Role.STEWARD))
    document = issued(town, steward, prepared(town, jurist))
    page, form = f"/documents/{document.id}", {"answer": "approved", "version": str(document.version)}

    reading = dpo.get(f"{page}/relecture").text
    answered = dpo.post(f"{page}/decision", form)
    by_key = dpo.api(
        "POST", f"/api/v1/documents/{document.id}/decision", json={"answer": "approved"},
        headers={"If-Match": f'"{document.version}"'},
    )  # fmt: skip

    assert "Votre réponse" not in reading
    assert "Juriste" in reading.partition('id="decision"')[2]
    assert f"legal {town.authority_id}" in reading, "Who can is named."
    assert answered.status_code == by_key.status_code == 403
    assert "Juriste" in answered.text
    assert "Approuver ou renvoyer un projet" not in dpo.get("/bureau").text
    assert f"{page}/relecture" not in dpo.get("/documents").text
    assert "Aucun document pour ce choix" in dpo.get("/documents?etat=a-approuver").text
    assert "Relire, annoter et répondre" not in dpo.get(page).text
    noted = dpo.post(f"{page}/annotations", {"section": "", "text": "Les données des abonnés ?"})
    assert noted.status_code == 303
    assert "Approuver ou renvoyer un projet" in jurist.get("/bureau").text
    assert jurist.post(f"{page}/decision", form).status_code == 303
    work_once(town.home.urls.jobs, town.home.jobs, job_functions(town.home, town.info))
    with town.acting() as session:
        final = next(one for one in find_documents(session) if one.state is DocumentState.FINAL)
        assert (
            session.execute(
                text("SELECT decided_as FROM issued_document WHERE id = :id"), {"id": document.id}
            ).scalar_one()
            == "legal"
        )
    said = words_of(town, final)
    assert f"Relu et approuvé par legal {town.authority_id} (Juriste)" in said
    assert "Ce que le service juridique a noté" not in said, "The DPO noted it."


@pytest.mark.database
@pytest.mark.usefixtures("_as_page")
def test_who_is_jurist_and_dpo_answers_as_jurist(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    document = issued(town, steward, prepared(town, jurist))
    with town.acting() as session:
        session.add(RoleGrant(account_id=jurist.account_id, role=Role.DPO, organisation_id=town.authority_id))
    answer = {"answer": "approved", "version": str(document.version)}
    assert jurist.post(f"/documents/{document.id}/decision", answer).status_code == 303
    with town.acting() as session:
        assert session.execute(text("SELECT decided_as FROM issued_document")).scalar_one() == "legal"


@pytest.mark.database
def test_before_issuing_one_reads_who_will_have_to_approve_and_what_to_do_when_there_is_only_oneself(
    town: Town,
) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    address = f"/documents?report=draft-amendment&scope=amendment:{prepared(town, jurist)}"

    def told(who: Someone) -> str:
        page = unescape(who.get(address).text).replace("\xa0", " ")
        return " ".join(re.sub(r"<[^>]+>", " ", page.partition('id="emettre"')[2].partition("<form")[0]).split())

    assert "d’abord émis comme projet" in told(steward)
    assert f"legal {town.authority_id}" in told(steward)
    alone = told(jurist)
    assert "Personne d’autre que vous" in alone
    assert "Référent·e données" in alone, "Who may issue it in one's stead."
    with town.acting() as session:
        grant = RoleGrant(account_id=steward.account_id, role=Role.LEGAL, organisation_id=town.authority_id)
        session.add(grant)
    assert "Personne d’autre que vous" not in told(jurist)
    assert "d’abord émis comme projet" not in unescape(jurist.get("/documents?report=contracts-summary").text)


@pytest.mark.database
def test_a_role_granted_above_what_one_reads_is_not_said_to_be_nobodys(town: Town) -> None:
    below = town.someone(Role.STEWARD, on=town.service_id)
    with town.acting() as session:
        kept = record_contract(session, town.service_id, ContractForm(kind="dsp", object="Gestion de l’eau"))
        amendment = record_amendment(session, kept.id, AmendmentForm(number=1, object="Clauses de données")).id

    def told(who: Someone) -> str:
        page = unescape(who.get(f"/documents?report=draft-amendment&scope=amendment:{amendment}").text)
        return page.replace("\xa0", " ").partition('id="emettre"')[2].partition("<form")[0]

    assert "Personne n’a ce rôle" in told(town.someone(Role.STEWARD)), "Who reads everything knows it."
    unsure = told(below)
    assert "Personne" not in unsure
    assert "qui a ce rôle (Juriste) sur cette organisation ou au-dessus. Vos droits ne vous montrent pas qui" in unsure
    town.someone(Role.LEGAL)
    assert told(below) == unsure, "The role granted above is not shown."
    assert f"legal {town.authority_id}" in told(town.someone(Role.STEWARD))
    assert "Personne" not in told(town.someone(Role.LEGAL, on=town.service_id)), "Another one is, above."
