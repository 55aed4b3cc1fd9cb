"""From a dataset's sheet: a sample is read and forgotten, its fields are suggested, a person decides of each."""

import io
from typing import Any

import pytest
from sqlalchemy import text

from registry.datasets.detection import routes
from registry.datasets.detection.forms import SuggestionDecision
from registry.datasets.detection.rules import field_named, gravest
from registry.datasets.forms import FieldForm
from registry.kernel.permissions import Role
from tests.conftest import Someone, Town
from tests.exchange.tables import csv_of

SAMPLE = csv_of(
    [
        ["Nom", "Prénom", "N° SS", "Quotient familial", "Commune"],
        ["MARTIN", "Marie", "2 95 10 99 126 111 93", "540", "Arras"],
        ["PETIT", "Luc", "253072B07300470", "1200", "Lens"],
        ["FAURE", "Rose", "253072A07300443", "800", "Lens"],
    ]
)
ON_DATABASE = pytest.mark.database


def send(who: Someone, number: int, content: bytes = SAMPLE, name: str = "essai.csv") -> Any:
    """Sends a sample of a dataset."""
    return who.post(f"/jeux/{number}/inspection", files={"file": (name, content, "text/csv")})


def suggested(who: Someone, number: int) -> dict[str, Any]:
    """The suggestions of a dataset, by field and sign, as the API gives them."""
    body = who.api("GET", f"/api/v1/datasets/{number}/suggestions").json()
    return {f"{one['field']}/{one['sign']}": one for one in body["suggestions"]}


def fields(who: Someone, number: int) -> dict[str, tuple[str | None, str]]:
    """What the sheet says of each field."""
    body = who.api("GET", f"/api/v1/datasets/{number}").json()
    return {one["name"]: (one["personal_category"], one["evidence"]) for one in body["fields"]}


@ON_DATABASE
def test_a_sample_is_read_and_its_fields_are_suggested_with_reasons_and_no_value(
    town: Town, journal: io.StringIO
) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Aides")
    page = send(steward, number)
    assert page.status_code == 200
    assert "3 lignes parcourues, 5 colonnes, 3 lignes échantillonnées puis oubliées" in page.text
    assert "dont nés en Corse (2A, 2B) : 2" in page.text
    found = suggested(steward, number)
    assert {key: one["category"] for key, one in found.items()} == {
        "Nom/person-name": "identity", "Prénom/person-name": "identity", "N° SS/nir": "nir",
        "Quotient familial/header": "financial",
    }  # fmt: skip
    assert (found["N° SS/nir"]["share"], found["N° SS/nir"]["state"]) == (1.0, "waiting")
    assert fields(steward, number) == {}
    with town.as_owner() as session:
        kept = [
            str(session.execute(text(f"SELECT array_agg(t)::text FROM {table} t")).scalar())
            for table in ("field_suggestion", "ledger_entry", "ledger_text", "dataset_field")
        ]
    for value in ("MARTIN", "Marie", "2951099", "2 95 10", "253072"):
        assert value not in page.text
        assert value not in "".join(kept) + journal.getvalue()


@ON_DATABASE
def test_what_a_person_decides_is_said_by_the_sheet_and_remembered(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    number = town.record("Aides", fields=[FieldForm(name="nom", purpose="Retrouver la demande")])
    send(steward, number)
    found = suggested(steward, number)
    version = steward.api("GET", f"/api/v1/datasets/{number}").json()["version"]
    typed = {
        "version": str(version),
        f"decision-{found['Nom/person-name']['id']}": "confirmed",
        f"decision-{found['N° SS/nir']['id']}": "kept",
        f"decision-{found['Quotient familial/header']['id']}": "refused",
        f"decision-{found['Prénom/person-name']['id']}": "",
    }
    wrong = steward.post(f"/jeux/{number}/inspection/revue", typed)
    assert wrong.status_code == 422
    assert "Dites pourquoi vous écartez cette suggestion" in wrong.text
    assert fields(steward, number) == {"nom": (None, "asserted")}
    typed[f"remark-{found['Quotient familial/header']['id']}"] = "Un barème, pas celui de quelqu’un"
    done = steward.post(f"/jeux/{number}/inspection/revue", typed)
    assert done.headers["location"].startswith(f"/jeux/{number}/inspection")
    assert fields(steward, number) == {"nom": ("identity", "asserted"), "N° SS": ("nir", "detected")}
    assert "Retrouver la demande" in steward.get(f"/jeux/{number}").text
    states = {key: (one["state"], one["remark"]) for key, one in suggested(steward, number).items()}
    assert states["Quotient familial/header"] == ("refused", "Un barème, pas celui de quelqu’un")
    again = send(steward, number)
    assert "3 suggestions déjà examinées ne sont pas proposées de nouveau" in again.text
    assert {key: (one["state"], one["remark"]) for key, one in suggested(steward, number).items()} == states
    assert "Déjà examiné" in again.text


@ON_DATABASE
def test_what_is_seen_no_more_is_withdrawn_and_what_the_sheet_says_is_not_suggested(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    declared = [FieldForm(name="N° SS", personal_category="nir")]
    number = town.record("Aides", fields=declared)
    assert "1 champ est déjà déclaré comme tel sur la fiche" in send(steward, number).text
    assert "N° SS/nir" not in suggested(steward, number)
    send(steward, number, csv_of([["Nom", "Commune"], ["A12", "Arras"], ["B13", "Lens"]]))
    assert set(suggested(steward, number)) == {"Prénom/person-name", "Quotient familial/header"}
    send(steward, number)
    assert "Nom/person-name" in suggested(steward, number)


@ON_DATABASE
def test_a_review_by_the_api_asks_for_the_version_and_answers_the_suggestions(town: Town) -> None:
    dpo, number = town.someone(Role.DPO), town.record("Aides")
    send(dpo, number)
    found = suggested(dpo, number)
    body = {"decisions": [{"id": found["N° SS/nir"]["id"], "decision": "confirmed"}]}
    path = f"/api/v1/datasets/{number}/suggestions/review"
    assert dpo.api("POST", path, json=body).status_code == 428
    assert dpo.api("POST", path, json=body, headers={"If-Match": '"7"'}).status_code == 412
    done = dpo.api("POST", path, json=body, headers={"If-Match": '"1"'}).json()
    assert (done["dataset_version"], done["waiting"]) == (2, 3)
    foreign = {"decisions": [{"id": 987654321, "decision": "kept"}]}
    assert dpo.api("POST", path, json=foreign, headers={"If-Match": '"2"'}).status_code == 404
    unsaid = {"decisions": [{"id": found["Nom/person-name"]["id"], "decision": "refused"}]}
    assert dpo.api("POST", path, json=unsaid, headers={"If-Match": '"2"'}).status_code == 422


@ON_DATABASE
def test_a_file_that_cannot_be_read_and_no_file_are_refused_on_the_page(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Aides")
    assert "Choisissez un fichier" in steward.post(
        f"/jeux/{number}/inspection", files={"file": ("", b"", "application/octet-stream")}
    ).text  # fmt: skip
    answer = send(steward, number, b"%PDF-1.7", "a.pdf")
    assert (answer.status_code, "document PDF" in answer.text) == (422, True)
    assert "Aucune décision n’est prise" in steward.post(f"/jeux/{number}/inspection/revue", {"version": "1"}).text
    assert suggested(steward, number) == {}


@ON_DATABASE
def test_two_reviews_at_once_do_not_overwrite_each_other(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Aides")
    send(steward, number)
    found = suggested(steward, number)
    typed = {"version": "1", f"decision-{found['Nom/person-name']['id']}": "confirmed"}
    assert steward.post(f"/jeux/{number}/inspection/revue", typed).status_code == 303
    late = steward.post(f"/jeux/{number}/inspection/revue", typed)
    assert (late.status_code, "modifié entre-temps" in late.text) == (409, True)


@ON_DATABASE
def test_a_reader_sees_what_is_suggested_and_decides_nothing(town: Town) -> None:
    reader, number = town.someone(Role.READER), town.record("Aides")
    send(town.someone(Role.STEWARD), number)
    page = reader.get(f"/jeux/{number}/inspection").text
    assert "N° SS" in page
    assert "Votre décision" not in page
    assert "Lire un extrait" not in page
    assert send(reader, number).status_code == 403


def verdict(who: Someone, number: int) -> str | None:
    """What is found of the agreement between a sheet and its fields."""
    body = who.api("GET", f"/api/v1/datasets/{number}").json()
    return next((str(one["verdict"]) for one in body["findings"] if one["policy_id"] == "RGPD-30"), None)


@ON_DATABASE
def test_each_suggestion_is_decided_in_one_gesture_and_what_was_kept_can_be_taken_back(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Aides")
    send(steward, number)
    found = suggested(steward, number)

    def gesture(key: str, made: str) -> Any:
        version = steward.api("GET", f"/api/v1/datasets/{number}").json()["version"]
        typed = {"version": str(version), f"decision-{found[key]['id']}": made}
        return steward.post(f"/jeux/{number}/inspection/revue", typed)

    assert gesture("N° SS/nir", "kept").status_code == 303
    assert fields(steward, number) == {"N° SS": ("nir", "detected")}
    assert gesture("N° SS/nir", "refused:invented").status_code == 303
    assert fields(steward, number) == {"N° SS": (None, "asserted")}
    now = suggested(steward, number)["N° SS/nir"]
    assert (now["state"], now["remark"]) == ("refused", "Des valeurs d’essai, inventées")
    assert gesture("N° SS/nir", "waiting").status_code == 303
    assert suggested(steward, number)["N° SS/nir"]["state"] == "waiting"
    assert gesture("N° SS/nir", "confirmed").status_code == 303
    assert fields(steward, number) == {"N° SS": ("nir", "asserted")}
    assert gesture("Nom/person-name", "refused:inconnu").status_code == 422
    assert gesture("Nom/person-name", "peut-être").status_code == 422


@ON_DATABASE
def test_those_that_are_very_likely_are_confirmed_at_once_and_the_others_wait(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Aides")
    send(steward, number)
    before = suggested(steward, number)
    steward.post(f"/jeux/{number}/inspection/revue", {"version": "1", "surest": "confirmed"})
    after = suggested(steward, number)
    for key, one in before.items():
        assert after[key]["state"] == ("confirmed" if one["confidence"] == "high" else "waiting")
    assert "waiting" in {one["state"] for one in after.values()}
    assert fields(steward, number)["N° SS"] == ("nir", "asserted")


@ON_DATABASE
def test_what_is_accepted_against_the_sheet_is_a_finding_until_one_of_them_is_corrected(town: Town) -> None:
    dpo, number = town.someone(Role.DPO), town.record("Aides", personal_data="none")
    assert verdict(dpo, number) == "compliant"
    send(dpo, number)
    found = suggested(dpo, number)["N° SS/nir"]["id"]
    path, body = f"/api/v1/datasets/{number}/suggestions/review", {"decisions": [{"id": found, "decision": "kept"}]}
    dpo.api("POST", path, json=body, headers={"If-Match": '"1"'})
    assert verdict(dpo, number) == "to-complete"
    body["decisions"][0]["decision"] = "confirmed"
    dpo.api("POST", path, json=body, headers={"If-Match": '"2"'})
    assert verdict(dpo, number) == "non-compliant"
    sheet = dpo.get(f"/jeux/{number}").text
    assert "des champs disent le contraire" in sheet
    assert "détectées depuis le" in sheet
    assert "3 suggestions à examiner" in sheet
    assert "un champ dit le contraire" in dpo.get(f"/jeux/{number}/inspection").text
    version = dpo.api("GET", f"/api/v1/datasets/{number}").json()["version"]
    corrected = town.someone(Role.STEWARD).api(
        "PATCH", f"/api/v1/datasets/{number}", json={"personal_data": "nir"}, headers={"If-Match": f'"{version}"'}
    )
    assert corrected.status_code == 200, corrected.text
    assert verdict(dpo, number) in {None, "not-applicable"}


def test_a_column_is_the_field_of_its_words_and_the_gravest_category_wins() -> None:
    known = [FieldForm(name="nom_usage"), FieldForm(name="x", label="Date de naissance")]
    assert field_named(known, "Nom usage") is known[0]
    assert field_named(known, "DATE_DE_NAISSANCE") is known[1]
    assert field_named(known, "Autre") is None
    assert gravest("identity", "nir") == gravest("nir", "health") == "nir"
    assert gravest("contact", "identity") == "contact"


def test_a_refusal_without_a_reason_is_no_decision() -> None:
    with pytest.raises(ValueError, match="Dites pourquoi"):
        SuggestionDecision(id=1, decision="refused")  # type: ignore[arg-type]


@ON_DATABASE
def test_a_sample_is_read_while_no_transaction_is_open(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    steward, number, held = town.someone(Role.STEWARD), town.record("Aides"), []
    read = routes.inspect_file

    def watched(*given: Any, **more: Any) -> Any:
        with town.as_owner() as session:
            # A transaction that read a table holds it from being dropped until it ends.
            asked = "SELECT pid FROM pg_locks WHERE relation = 'dataset'::regclass AND pid <> pg_backend_pid()"
            held.append(session.execute(text(asked)).scalars().all())
        return read(*given, **more)

    monkeypatch.setattr(routes, "inspect_file", watched)
    assert send(steward, number).status_code == 200
    assert held == [[]]
    assert "N° SS/nir" in suggested(steward, number)
