"""What the record of a body says in a document: its own sheets, as they stood, and in one edition no security."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from registry.documents.forms import EvidenceForm
from registry.documents.service import ReceivedFile, record_evidence, set_evidence_aside
from registry.documents.vocabulary import EvidenceKind, FileType, ProofSubject
from registry.kernel.issuing import Moment, Subject
from registry.ledger.queries import end_of_day
from registry.organisations.forms import AppointmentForm, PersonForm
from registry.organisations.service import appoint, record_person
from registry.platform.database import Acting
from registry.processing.forms import ActivityForm
from registry.processing.gathering import gather
from registry.processing.service import record_activity
from registry.reporting.discovery import get_report
from registry.reporting.service import issue_report
from tests.conftest import TODAY, Town
from tests.reports.searching import found_in

pytestmark = pytest.mark.database

CANTEEN = {
    "name": "Restauration scolaire", "reference": "T-2", "status": "active", "purpose": "Nourrir les enfants",
    "lawful_basis": "public-task", "founding_text": "Code de l’éducation, L131-13", "people_count": 120,
    "security_measures": ["encryption"], "security_note": "Coffre zibeline dans la baie onagre",
}  # fmt: skip


def record(town: Town, organisation_id: int, **said: Any) -> int:
    """An activity of a body."""
    with town.acting() as session:
        return record_activity(session, organisation_id, ActivityForm(**{**CANTEEN, **said})).id


def gathered(town: Town, subject: str, *, communicable: bool = False, **when: Any) -> Any:
    """What the record of a subject says."""
    moment = replace(Moment(TODAY, TODAY, TODAY, until=None), **when)
    with town.acting() as session:
        return gather(session, Subject.read(subject), moment, communicable=communicable)


def names(values: Mapping[str, Any]) -> list[str]:
    return [one["reference"] for one in values["activities"]]


def test_a_record_holds_the_sheets_of_its_own_body_in_the_order_of_their_numbers(town: Town):
    for reference in ("T-10", "T-2"):
        record(town, town.commune_id, reference=reference)
    record(town, town.authority_id, reference="A-1", role="processor")
    record(town, town.service_id, reference="A-2")

    commune = gathered(town, f"organisation:{town.commune_id}").values
    authority = gathered(town, f"organisation:{town.authority_id}").values
    service = gathered(town, f"organisation:{town.service_id}").values

    assert names(commune) == ["T-2", "T-10"]
    assert commune["body"]["representative"] == "Maire"
    assert names(authority) == ["A-2", "A-1"], "sheets of a controller come first"
    assert names(service) == ["A-2"]
    assert service["body"] == authority["body"]
    assert service["activities"][0]["service"] == service["scope"]


def test_a_sheet_bears_the_reference_people_gave_and_no_code_of_the_register(town: Town):
    for name, reference in (("Zoo", None), ("Paie des agents", None), ("Cantine", "T-3")):
        record(town, town.commune_id, name=name, reference=reference)

    full, open_one = (
        gathered(town, f"organisation:{town.commune_id}", communicable=communicable).values["activities"]
        for communicable in (False, True)
    )

    told = [("T-3", "Cantine"), ("", "Paie des agents"), ("", "Zoo")]
    assert [(one["reference"], one["name"]) for one in full] == told
    assert [one["identifier"].startswith("urn:uuid:") for one in full] == [False, True, True]
    assert "urn:uuid" not in str(open_one)


def test_the_officer_is_named_whoever_appointed_them(town: Town):
    with town.acting() as session:
        person = record_person(session, town.authority_id, PersonForm(name="Une fonction", email="dpo@a.invalid"))
        form = AppointmentForm(
            person_id=person.id, role="dpo", subject_kind="organisation", subject_id=town.authority_id,
            since=date(2026, 1, 1),
        )  # fmt: skip
        appoint(session, town.authority_id, form)

    own = gathered(town, f"organisation:{town.authority_id}").values["officer"]
    shared = gathered(town, f"organisation:{town.commune_id}").values["officer"]

    assert (own["name"], own["contact"], own["shared_by"]) == ("Une fonction", "dpo@a.invalid", "")
    assert shared["name"] == "Une fonction"
    assert shared["shared_by"].startswith("Désignation commune")
    assert gathered(town, f"organisation:{town.commune_id}", as_of=date(2025, 6, 1)).values["officer"] is None


def test_a_record_of_a_day_says_what_was_recorded_by_the_end_of_it(town: Town):
    record(town, town.commune_id)
    day = town.info["today"]()

    # Two days back: the town may have been made before midnight, and this test run after it.
    before = end_of_day(day - timedelta(days=2), "Europe/Paris")
    today = gathered(town, f"organisation:{town.commune_id}", until=end_of_day(day, "Europe/Paris")).values

    assert names(today) == ["T-2"]
    assert today["activities"][0]["basis"] == "Mission d’intérêt public (art. 6 §1 e)"
    with pytest.raises(Exception, match="pas encore au registre"):
        gathered(town, f"organisation:{town.commune_id}", until=before)


def test_the_record_of_all_bodies_is_a_volume_for_each_that_has_sheets(town: Town):
    record(town, town.commune_id)
    record(town, town.authority_id, reference="A-1")

    whole = gathered(town, f"bodies:{town.authority_id}")

    assert names(whole.values) == ["A-1"]
    assert [names(volume.values) for volume in whole.volumes] == [["T-2"]]
    assert [volume.organisation_id for volume in whole.volumes] == [town.commune_id]
    assert [line["activities"] for line in whole.values["volumes"]] == [1]
    assert len(whole.values["without_record"]) == 1


def test_the_communicable_edition_does_not_read_the_security(town: Town):
    record(town, town.commune_id, declared_absent=["reviewed_on"])

    (open_sheet,) = gathered(town, f"organisation:{town.commune_id}", communicable=True).values["activities"]
    (full_sheet,) = gathered(town, f"organisation:{town.commune_id}").values["activities"]

    assert "security" not in open_sheet
    assert full_sheet["security"]["note"] == CANTEEN["security_note"]
    assert full_sheet["security"]["measures"] == ["Chiffrement des données"]


@pytest.mark.paper
def test_an_issued_communicable_record_and_its_volumes_hold_no_word_of_the_security(town: Town):
    passages = {"zibeline", "onagre", "Chiffrement des données"}
    record(town, town.commune_id)
    record(town, town.authority_id, reference="A-1")

    def found(report_id: str) -> list[set[str]]:
        issued = issue_report(
            town.home, report_id, subject=Subject("bodies", town.authority_id), as_of=None,
            acting=Acting("cli:essai"), info=town.info, report=lambda *_said: None,
        )  # fmt: skip
        read = town.home.files.read
        return [
            found_in(get_report(report_id), read(one.document_sha256), read(one.canonical_sha256),
                     read(one.csv_sha256), passages)
            for one in (issued.document, *issued.volumes)
        ]  # fmt: skip

    assert found("record-of-processing-communicable") == [set(), set()]
    assert found("record-of-processing") == [passages, passages]


def test_a_sheet_says_its_data_with_their_retention_and_who_receives_them(town: Town):
    own, other = town.record("Inscriptions", on=town.commune_id), town.record("Plan des réseaux")
    record(
        town, town.commune_id, role="processor",
        data=[{"people_category": "children", "data_category": "health", "retention_months": 24,
               "retention_trigger": "la fin de la scolarité", "final_disposition": "dispose"},
              {"people_category": "guardians", "data_category": "financial", "retention_months": 30}],
        recipients=[{"name": "Éditeur", "kind": "processor"}, {"name": "Comptable public", "kind": "administration"}],
        transfers=[{"country": "US", "recipient": "Hébergeur", "safeguard": "standard-clauses"}],
        datasets=[{"dataset_id": own}, {"dataset_id": other}],
        principals=[{"principal_id": town.authority_id}],
    )  # fmt: skip

    (sheet,) = gathered(town, f"organisation:{town.commune_id}").values["activities"]

    health, money = sheet["data"]
    assert (health["people"], health["special"]) == ("Enfants et mineurs", "art. 9")
    assert health["retention"] == "2 ans, à compter de : la fin de la scolarité"
    assert money["retention"] == "30 mois"
    assert sheet["processors"] == ["Éditeur"]
    assert [one["name"] for one in sheet["recipients"]] == ["Comptable public"]
    assert sheet["transfers"][0]["country"] == "États-Unis"
    assert "Clauses types" in sheet["transfers"][0]["safeguard"]
    assert sheet["datasets"][0]["title"] == "Inscriptions"
    assert "Plan des réseaux" not in str(sheet), "another body's dataset is not named"
    assert "SIREN 200033579" in sheet["on_behalf_of"][0]
    assert {one["name"] for one in sheet["rights"] if one["holds"]} >= {"Accès (art. 15)", "Opposition (art. 21)"}


def test_the_titles_of_attached_proofs_stand_in_the_full_edition_of_any_day_and_in_no_communicable_one(town: Town):
    number = record(town, town.commune_id)
    with town.acting() as session:
        proof = EvidenceForm(
            subject_kind=ProofSubject.ACTIVITY,
            subject_id=number,
            kind=EvidenceKind.AUDIT,
            title="Audit okapi du coffre",
        )
        kept = record_evidence(session, town.commune_id, proof, ReceivedFile("0" * 64, 1, FileType.PDF, "a.pdf"))
    later = end_of_day(date(2199, 1, 1), "Europe/Paris")
    subject = f"organisation:{town.commune_id}"

    for until in (None, later):
        full = gathered(town, subject, until=until).values
        open_one = gathered(town, subject, communicable=True, until=until).values
        assert full["activities"][0]["security"]["evidence"] == ["Audit okapi du coffre"]
        assert "okapi" not in str(open_one)
        assert "zibeline" not in str(open_one)
    report = get_report("record-of-processing-communicable")
    more = {"issued_on": TODAY, "author": "DPO", "seal": {"number": 1, "root": "0" * 64}}
    twin = report.content.to_canonical(report.content.from_sample({**open_one, **more}))
    assert found_in(report, b"", twin, b"", {"Audit okapi", "Coffre zibeline"}) == set()
    with town.acting() as session:
        set_evidence_aside(session, kept.id, expected=1, reason="Mauvaise pièce", annulled=True)
    assert gathered(town, subject).values["activities"][0]["security"]["evidence"] == []
