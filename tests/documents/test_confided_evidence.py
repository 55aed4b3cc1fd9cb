"""What proves a breach or a request is as confided as they are: pages, API, files, and the database itself."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from registry.kernel.permissions import Role
from registry.platform.clock import now
from registry.platform.database import Acting, transaction
from registry.processing.breaches.forms import BreachForm
from registry.processing.breaches.service import record_breach
from registry.processing.requests.forms import RequestForm
from registry.processing.requests.service import record_request
from tests.conftest import TODAY, Someone, Town

pytestmark = pytest.mark.database
REPORT = b"%PDF-1.7\nrapport d'incident confidentiel\n%%EOF\n"
TITLE = "Rapport d’incident de la messagerie"


def a_breach(town: Town) -> int:
    with town.acting() as session:
        form = BreachForm(title="Messagerie", natures=["confidentiality"], known_at=now() - timedelta(hours=3))
        return record_breach(session, town.authority_id, form, now=now()).id


def a_request(town: Town) -> int:
    with town.acting() as session:
        form = RequestForm(regime="gdpr", right="access", subject="Dossier scolaire", received_on=TODAY)
        return record_request(session, town.authority_id, form).id


def give(who: Someone, kind: str, number: int, content: bytes = REPORT, title: str = TITLE) -> int:
    form = {"kind": "letter", "title": title, "subject_kind": kind, "subject_id": str(number), "same_content": "true"}
    answer = who.post("/preuves/nouvelle", form, files={"file": ("rapport.pdf", content, "application/pdf")})
    assert answer.status_code == 303, answer.text
    return who.api("GET", "/api/v1/evidence").json()["evidence"][-1]["id"]


def counted(town: Town, who: Someone) -> dict[str, int]:
    """How many rows of each table the database shows to an account."""
    acting = Acting(
        f"account:{who.account_id}", account_id=who.account_id, reads=frozenset({town.authority_id}),
        writes=frozenset({town.authority_id}),
    )  # fmt: skip
    with transaction(town.home.app, acting, **town.info) as session:
        return {
            table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("evidence", "evidence_edition", "evidence_link", "stored_file")
        }


@pytest.mark.parametrize("kind", ["breach", "request"])
def test_only_who_may_read_the_matter_reads_its_proof_whatever_way_they_ask(town: Town, kind: str):
    matter = a_breach(town) if kind == "breach" else a_request(town)
    address = f"/{'violations' if kind == 'breach' else 'demandes'}/{matter}"
    dpo = town.someone(Role.DPO)
    number = give(dpo, kind, matter)
    edition = dpo.api("GET", f"/api/v1/evidence/{number}").json()["editions"][0]["id"]

    assert TITLE in dpo.get(address).text
    for role in Role:
        who, told = town.someone(role), role in {Role.ADMINISTRATOR, Role.DPO, Role.LEGAL}
        assert (TITLE in who.get("/preuves").text) is told, role
        assert (who.get(f"/preuves/{number}").status_code == 200) is told, role
        assert (who.get(f"/preuves/{number}/fichiers/{edition}").status_code == 200) is told, role
        assert who.api("GET", "/api/v1/evidence").json()["total"] == int(told), role
        assert set(counted(town, who).values()) == {int(told)}, role


def test_taken_off_the_matter_it_proved_a_document_stays_with_those_who_answer_for_the_law(town: Town):
    dpo, steward = town.someone(Role.DPO), town.someone(Role.STEWARD)
    number = give(dpo, "breach", a_breach(town))
    link = dpo.api("GET", f"/api/v1/evidence/{number}").json()["links"][0]["id"]

    taken = dpo.post(f"/preuves/liens/{link}/retirer", {"reason": "Mauvaise fiche"})

    assert taken.status_code == 303, taken.text
    assert TITLE in dpo.get("/preuves").text
    assert TITLE not in steward.get("/preuves").text
    assert set(counted(town, steward).values()) == {0}


def test_who_is_in_charge_of_a_breach_reads_its_proof_and_gives_none(town: Town):
    breach, steward = a_breach(town), town.someone(Role.STEWARD)
    number = give(town.someone(Role.DPO), "breach", breach)
    with town.as_owner() as session:
        session.execute(
            text("UPDATE breach SET in_charge_id = (SELECT person_id FROM account WHERE id = :id) WHERE id = :breach"),
            {"id": steward.account_id, "breach": breach},
        )

    assert steward.get(f"/preuves/{number}").status_code == 200
    assert "Joindre une preuve" not in steward.get(f"/violations/{breach}").text
    form = {"kind": "letter", "title": "Autre", "subject_kind": "breach", "subject_id": str(breach)}
    refused = steward.post("/preuves/nouvelle", form, files={"file": ("a.pdf", REPORT, "application/pdf")})
    assert refused.status_code == 403


def test_who_brings_the_bytes_of_a_confided_proof_to_a_dataset_learns_nothing_and_is_served(town: Town):
    breach, sheet = a_breach(town), town.record()
    give(town.someone(Role.DPO), "breach", breach)
    steward = town.someone(Role.STEWARD)

    form = {"kind": "audit", "title": "Le même fichier", "subject_kind": "dataset", "subject_id": str(sheet)}
    answer = steward.post("/preuves/nouvelle", form, files={"file": ("b.pdf", REPORT, "application/pdf")})

    assert answer.status_code == 303, answer.text
    assert TITLE not in steward.get("/preuves").text
    assert "Le même fichier" in steward.get(f"/jeux/{sheet}").text
