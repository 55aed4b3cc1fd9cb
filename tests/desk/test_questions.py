"""A question about a field goes to who answers for the sheet, and its thread stays with the sheet."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from registry.desk.models import Question
from registry.kernel.permissions import Role
from registry.organisations.forms import AppointmentForm, PersonForm
from registry.organisations.service import appoint, record_person
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from tests.conftest import Someone, Town

pytestmark = pytest.mark.database


def ask(asker: Someone, sheet: int, words: str = "D’où vient cette fréquence ?", **more: Any) -> int:
    """Asks about a dataset; the number of the question."""
    asked = {"subject_kind": "dataset", "subject_id": str(sheet), "field": "frequency", "text": words, **more}
    answer = asker.post("/bureau/questions/nouvelle", asked)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].partition("?")[0].rpartition("/")[2])


def in_post(town: Town, person_of: Someone, sheet: int, role: AppointmentRole = AppointmentRole.OWNER) -> None:
    """Puts an account's person in post on a dataset."""
    with town.acting() as session:
        person = session.execute(
            text("SELECT person_id FROM account WHERE id = :id"), {"id": person_of.account_id}
        ).scalar_one()
        appoint(session, town.authority_id, AppointmentForm(
            person_id=person, role=role, subject_kind=AppointmentSubject.DATASET, subject_id=sheet,
            since=town.info["today"]() - timedelta(days=3),
        ))  # fmt: skip


def test_the_form_says_to_whom_the_question_will_go(town: Town) -> None:
    sheet, owner = town.record(), town.someone(Role.STEWARD, town.commune_id)
    reader = town.someone(Role.READER)
    address = f"/bureau/questions/nouvelle?genre=dataset&fiche={sheet}&champ=licence"
    nobody = reader.get(address).text.replace("\xa0", " ")
    assert "personne n’est désigné" in nobody
    assert "aucun mandat de juriste : elle ira aux comptes qui ont ce rôle" in nobody
    assert "aucun mandat de délégué·e : elle ira aux comptes qui ont ce rôle" in nobody

    in_post(town, owner, sheet)
    page = reader.get(address).text
    assert f"steward {town.commune_id}, Propriétaire" in page
    assert '<option value="licence" selected>' in page


def test_where_nobody_holds_the_sheet_it_goes_to_the_organisations_steward_and_says_so(town: Town) -> None:
    sheet = town.record(on=town.service_id)
    with town.acting() as session:
        person = record_person(session, town.authority_id, PersonForm(name="Référente générale"))
        appoint(session, town.authority_id, AppointmentForm(
            person_id=person.id, role=AppointmentRole.STEWARD, subject_kind=AppointmentSubject.ORGANISATION,
            subject_id=town.authority_id, since=town.info["today"](),
        ))  # fmt: skip
        number = person.id
    reader = town.someone(Role.READER)
    page = reader.get(f"/bureau/questions/nouvelle?genre=dataset&fiche={sheet}").text

    assert "personne n’est désigné sur cette fiche : elle ira à Référente générale" in page.replace("\xa0", " ")
    question = ask(reader, sheet)
    with town.acting() as session:
        assert session.get_one(Question, question).asked_to == number


def test_asking_and_answering_moves_the_question_from_one_desk_to_the_other(town: Town) -> None:
    sheet, owner, reader = town.record(), town.someone(Role.STEWARD), town.someone(Role.READER)
    in_post(town, owner, sheet)
    question = ask(reader, sheet)
    address = f"/bureau/questions/{question}"
    assert address in owner.get("/bureau?genre=question").text
    assert address in reader.get("/bureau?liste=waiting").text
    assert address not in town.someone(Role.ADMINISTRATOR).get("/bureau").text, "It waits for who was asked alone."

    owner.post(f"{address}/repondre", {"text": "Du marché de 2024 : elle vaut encore."})
    assert address not in owner.get("/bureau").text
    assert "Lire la réponse" in reader.get("/bureau").text
    assert "Du marché de 2024" in reader.get(address).text

    reader.post(f"{address}/clore")
    assert address not in reader.get("/bureau").text
    sheet_page = reader.get(f"/jeux/{sheet}").text
    assert "1 question close" in sheet_page.replace("\xa0", " ")
    assert owner.post(f"{address}/repondre", {"text": "Encore un mot"}).status_code == 409
    reader.post(f"{address}/rouvrir")
    assert address in owner.get("/bureau").text


def test_a_question_nobody_was_in_post_for_waits_for_whoever_may_mend_the_sheet(town: Town) -> None:
    sheet, reader = town.record(), town.someone(Role.READER)
    address = f"/bureau/questions/{ask(reader, sheet)}"

    assert address in town.someone(Role.STEWARD).get("/bureau").text
    assert address not in town.someone(Role.LEGAL).get("/bureau").text


def test_a_question_of_law_waits_for_the_jurist(town: Town) -> None:
    sheet, reader = town.record(), town.someone(Role.READER)
    address = f"/bureau/questions/{ask(reader, sheet, addressee='legal')}"

    assert address in town.someone(Role.LEGAL).get("/bureau").text
    assert address not in town.someone(Role.STEWARD).get("/bureau").text


def test_only_readers_of_the_sheet_read_its_threads(town: Town) -> None:
    sheet = town.record(on=town.commune_id)
    question = ask(town.someone(Role.READER, town.commune_id), sheet, "Un mot secret ?")
    stranger = town.someone(Role.STEWARD, town.other_commune_id)

    for answer in (
        stranger.get(f"/bureau/questions/{question}"),
        stranger.post(f"/bureau/questions/{question}/repondre", {"text": "Moi je sais"}),
        stranger.post(f"/bureau/questions/{question}/clore"),
        stranger.api("GET", f"/api/v1/questions/{question}"),
        stranger.post("/bureau/questions/nouvelle", {"subject_kind": "dataset", "subject_id": str(sheet), "text": "?"}),
    ):
        assert answer.status_code == 404
    assert "secret" not in stranger.api("GET", "/api/v1/questions").text


def test_who_has_no_part_in_a_question_cannot_close_it(town: Town) -> None:
    question = ask(town.someone(Role.READER), town.record())

    assert town.someone(Role.AUDITOR).post(f"/bureau/questions/{question}/clore").status_code == 403


def test_an_empty_question_is_refused_and_what_was_chosen_is_given_back(town: Town) -> None:
    asked = {"subject_kind": "dataset", "subject_id": str(town.record()), "field": "licence", "addressee": "legal"}
    answer = town.someone(Role.READER).post("/bureau/questions/nouvelle", {**asked, "text": "  "})

    assert answer.status_code == 422
    assert '<option value="licence" selected>' in answer.text


def test_what_is_written_in_a_thread_can_be_erased_from_the_ledger(town: Town) -> None:
    ask(town.someone(Role.READER), town.record(), "Est-ce que cette personne tient encore le fichier ?")
    with town.acting() as session:
        kept = session.execute(
            text("SELECT snapshot ->> 'text' FROM ledger_entry WHERE table_name = 'question_message'")
        ).scalar_one()

    assert kept.startswith("text:"), "The ledger keeps a digest; the words stand apart."
