"""Drafts of documents: annotated, approved by somebody else or sent back, then issued as final with what was noted."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry.kernel.issuing import Subject
from registry.kernel.permissions import Role
from registry.platform.database import Acting, transaction
from registry.platform.jobs import work_once
from registry.reporting import service
from registry.reporting.models import IssuedDocument
from registry.reporting.queries import find_documents
from registry.reporting.service import issue_report
from registry.reporting.vocabulary import DocumentState, Medium
from registry.rooms import job_functions
from registry.web.templating import say_day
from tests.conftest import Someone, Town

pytestmark = pytest.mark.database
APPROVED = "UPDATE issued_document SET state = 'approved', decided_as = 'legal', decided_on = current_date"


@pytest.fixture(autouse=True)
def _as_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents as pages: what is said of approval is the same as in a PDF, and a page takes a second."""
    monkeypatch.setattr(service, "best_medium", lambda: Medium.PAGE)


@pytest.fixture
def steward(town: Town) -> Someone:
    town.record(on=town.commune_id)
    return town.someone(Role.STEWARD, town.commune_id)


@pytest.fixture
def jurist(town: Town) -> Someone:
    return town.someone(Role.LEGAL, town.commune_id)


def draft(town: Town, by: Someone) -> IssuedDocument:
    """A compliance report of the commune, as somebody asked for it."""
    acting = Acting(f"account:{by.account_id}", account_id=by.account_id)
    subject = Subject("organisation", town.commune_id)
    return issue_report(
        town.home, "compliance", subject=subject, as_of=None, acting=acting, info=town.info,
        report=lambda *_said: None,
    ).document  # fmt: skip


def states(town: Town) -> list[DocumentState]:
    """Where each document stands, the latest first."""
    with town.acting() as session:
        return [one.state for one in find_documents(session)]


def page_of(town: Town, document: IssuedDocument) -> str:
    return town.home.files.read(document.document_sha256).decode()


def test_a_draft_says_so_then_is_annotated_approved_and_issued_as_final_with_what_was_noted(
    town: Town, steward: Someone, jurist: Someone
):
    made = draft(town, steward)
    assert made.state is DocumentState.DRAFT
    assert "Projet, non approuvé" in page_of(town, made)
    reading = f"/documents/{made.id}/relecture"

    for section, words in (("synthese", "Le taux mérite une explication."), ("", "Relu en entier."), ("", "Erreur.")):
        answer = jurist.post(f"/documents/{made.id}/annotations", {"section": section, "text": words})
        assert answer.headers["location"] == f"{reading}?fait=annotation-ajoutee"
    shown = jurist.get(reading).text
    assert "Le taux mérite une explication." in shown
    assert 'href="#synthese"' in shown
    assert 'id="synthese"' in shown, "the text of the report stands beside"
    last = jurist.api("GET", f"/api/v1/documents/{made.id}/annotations").json()["annotations"][-1]["id"]
    assert jurist.post(f"/documents/{made.id}/annotations/{last}", {"set_aside": "true"}).status_code == 303

    asked = jurist.post(f"/documents/{made.id}/decision", {"answer": "approved", "version": str(made.version)})
    assert asked.headers["location"].startswith("/travaux/")
    work_once(town.home.urls.jobs, town.home.jobs, job_functions(town.home, town.info))

    with town.acting() as session:
        final, before = find_documents(session)
    assert (final.state, final.draft_id, before.state) == (DocumentState.FINAL, made.id, DocumentState.SUPERSEDED)
    assert (final.seal_no, final.as_of) == (made.seal_no, made.as_of)
    said = page_of(town, final)
    assert "Projet, non approuvé" not in said
    assert f"legal {town.commune_id} (Juriste)" in said
    assert "Le taux mérite une explication." in said
    assert "Erreur." not in said
    first, second = (json.loads(town.home.files.read(one.canonical_sha256)) for one in (made, final))
    assert first.pop("approval")["signature"] is None
    assert second.pop("approval")["signature"]["draft_sha256"] == made.canonical_sha256
    assert first == second, "the final document says the very same facts"
    assert f"/documents/{final.id}" in jurist.get(f"/documents/{made.id}").text
    today = say_day(town.info["today"]())
    assert f"legal {town.commune_id} (Juriste), {today}" in steward.get(f"/documents/{final.id}").text


def test_who_asked_for_a_draft_never_approves_it_by_page_by_api_nor_in_the_database(town: Town, jurist: Someone):
    town.record(on=town.commune_id)
    made = draft(town, jurist)
    form = {"answer": "approved", "version": str(made.version)}

    by_page = jurist.post(f"/documents/{made.id}/decision", form)
    by_api = jurist.api(
        "POST", f"/api/v1/documents/{made.id}/decision", json={"answer": "approved"},
        headers={"If-Match": f'"{made.version}"'},
    )  # fmt: skip

    assert by_page.status_code == by_api.status_code == 403
    assert "quelqu’un d’autre" in by_page.text
    assert "quelqu’un d’autre" in jurist.get(f"/documents/{made.id}/relecture").text
    with pytest.raises(DBAPIError, match="someone_else"), town.acting() as session:
        session.execute(text(f"{APPROVED}, decided_by = asked_by"))
    assert states(town) == [DocumentState.DRAFT]


def test_an_administrator_who_does_not_answer_for_the_law_neither_notes_nor_answers_anything(
    town: Town, steward: Someone
):
    made = draft(town, steward)
    administrator = town.someone(Role.ADMINISTRATOR, town.commune_id)

    noted = administrator.post(f"/documents/{made.id}/annotations", {"section": "", "text": "Une note."})
    answered = administrator.post(f"/documents/{made.id}/decision", {"answer": "approved", "version": "1"})

    assert noted.status_code == answered.status_code == 403
    assert "Ce projet attend qu’on l’approuve ou le renvoie" in administrator.get(f"/documents/{made.id}").text
    assert states(town) == [DocumentState.DRAFT]


def in_the_application(town: Town, who: Someone, statement: str) -> None:
    """What the role of the web application tries, as somebody who may write on the commune."""
    number = town.commune_id
    acting = Acting(
        f"account:{who.account_id}", account_id=who.account_id, reads=frozenset({number}), writes=frozenset({number})
    )  # fmt: skip
    with transaction(town.home.app, acting, **town.info) as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            f"{APPROVED}, decided_by = (SELECT max(id) FROM account)",
            "row-level security",
        ),
        ("UPDATE issued_document SET state = 'issued'", "row-level security|decided once"),
        ("UPDATE issued_document SET canonical_sha256 = ''", "permission denied"),
        ("INSERT INTO issued_document (title) VALUES ('faux')", "permission denied"),
    ],
)
def test_the_application_s_role_neither_decides_for_another_nor_issues_anything(
    town: Town, steward: Someone, statement: str, said: str
):
    draft(town, steward)
    town.someone(Role.LEGAL, town.commune_id)

    with pytest.raises(DBAPIError, match=said):
        in_the_application(town, steward, statement)

    assert states(town) == [DocumentState.DRAFT]


def test_a_final_document_comes_from_an_approved_draft_whoever_writes_it(town: Town, steward: Someone):
    made = draft(town, steward)
    copied = "organisation_id, report_id, title, subject_kind, subject_id, as_of, known_on, law_of, seal_no, ledger_root, canonical_sha256, template_sha256, document_sha256, media_type, csv_sha256, versions, issued_at, issued_by, version"  # noqa: E501

    with pytest.raises(DBAPIError, match="approved draft"), town.acting() as session:
        session.execute(
            text(
                f"INSERT INTO issued_document ({copied}, state, draft_id) SELECT {copied}, 'final', {made.id}"
                " FROM issued_document"
            )
        )

    assert states(town) == [DocumentState.DRAFT]


def test_a_draft_sent_back_is_a_task_of_who_asked_until_a_new_draft_replaces_it(
    town: Town, steward: Someone, jurist: Someone
):
    made = draft(town, steward)
    assert "Approuver ou renvoyer un projet" in jurist.get("/bureau").text
    assert "Vous avez émis un projet" in steward.get("/bureau?liste=waiting").text
    form = {"answer": "sent-back", "version": str(made.version), "reason": ""}

    assert "Dites en quelques mots ce qu’il faut reprendre" in jurist.post(f"/documents/{made.id}/decision", form).text
    sent = jurist.post(f"/documents/{made.id}/decision", {**form, "reason": "Le périmètre oublie deux services."})

    assert sent.headers["location"] == f"/documents/{made.id}?fait=projet-renvoye"
    assert "votre projet est renvoyé" in steward.get("/bureau").text
    assert "Approuver ou renvoyer un projet" not in jurist.get("/bureau").text
    shown = steward.get(f"/documents/{made.id}").text
    assert "Le périmètre oublie deux services." in shown
    assert f"scope=organisation%3A{town.commune_id}" in shown
    draft(town, steward)
    assert "votre projet est renvoyé" not in steward.get("/bureau").text
    assert states(town) == [DocumentState.DRAFT, DocumentState.SENT_BACK]


def test_what_is_decided_or_replaced_is_neither_annotated_nor_answered_any_more(
    town: Town, steward: Someone, jurist: Someone
):
    old = draft(town, steward)
    made = draft(town, steward)
    assert states(town) == [DocumentState.DRAFT, DocumentState.SUPERSEDED]

    def approve(number: int, version: int) -> tuple[int, str]:
        answer = jurist.post(f"/documents/{number}/decision", {"answer": "approved", "version": str(version)})
        return answer.status_code, answer.text

    status, said = approve(old.id, 2)
    assert status == 409
    assert "remplacé" in said
    status, said = approve(made.id, made.version + 5)
    assert status == 409
    assert "a changé pendant que vous le lisiez" in said
    assert approve(made.id, made.version)[0] == 303
    status, said = approve(made.id, made.version)
    assert status == 409
    assert "déjà approuvé" in said
    noted = jurist.post(f"/documents/{made.id}/annotations", {"section": "", "text": "Trop tard."})
    assert noted.status_code == 409
    assert "déjà approuvé" in noted.text
    assert town.someone(Role.DPO, town.commune_id).get(f"/documents/{made.id}").status_code == 200


def test_a_section_the_report_does_not_have_and_an_empty_note_are_refused(
    town: Town, steward: Someone, jurist: Someone
):
    made = draft(town, steward)
    address = f"/documents/{made.id}/annotations"

    assert "n’a pas cette partie" in jurist.post(address, {"section": "ailleurs", "text": "Une note."}).text
    assert jurist.post(address, {"section": "", "text": " "}).status_code == 422
    assert steward.post(address, {"section": "", "text": "Une note."}).status_code == 403
    assert town.someone(Role.LEGAL, town.other_commune_id).post(address, {"text": "Une note."}).status_code == 404
    assert jurist.api("GET", f"/api/v1/documents/{made.id}/annotations").json() == {"annotations": []}


def test_where_the_final_document_could_not_be_issued_approving_again_issues_it(
    town: Town, steward: Someone, jurist: Someone
):
    made = draft(town, steward)
    form = {"answer": "approved", "version": str(made.version)}
    jurist.post(f"/documents/{made.id}/decision", form)
    with town.acting() as session:
        session.execute(text("UPDATE job_run SET state = 'failed', message = 'panne'"))

    shown = jurist.get(f"/documents/{made.id}").text
    again = jurist.post(f"/documents/{made.id}/decision", form)

    assert "n’a pas pu être émise" in shown
    assert again.headers["location"].startswith("/travaux/")
    work_once(town.home.urls.jobs, town.home.jobs, job_functions(town.home, town.info))
    assert states(town)[0] is DocumentState.FINAL


def test_lists_tell_where_each_document_stands_and_show_those_to_approve(town: Town, steward: Someone, jurist: Someone):
    made = draft(town, steward)

    mine = jurist.get("/documents?etat=a-approuver").text
    api = jurist.api("GET", "/api/v1/documents?state=draft").json()

    assert f"/documents/{made.id}/relecture" in mine
    assert "Projet, à approuver (1)" in mine
    assert f"/documents/{made.id}/relecture" not in steward.get("/documents").text
    assert "Aucun document pour ce choix" in steward.get("/documents?etat=final").text
    assert (api["total"], api["documents"][0]["state"]) == (1, "draft")
    assert jurist.api("GET", "/api/v1/documents?state=final").json()["total"] == 0
