"""The record of processing, from the page to the database and back."""

import re

import pytest

from registry.kernel.permissions import Role
from registry.processing.forms import ActivityForm
from registry.processing.service import record_activity, set_activity_aside
from tests.conftest import Town

pytestmark = pytest.mark.database
RADIO = re.compile(r'type="radio" name="([^"]+)" id="[^"]+" value="([^"]*)"( checked)?')


def test_a_steward_enters_an_activity_and_finds_it_in_the_record(town: Town):
    steward, reader = town.someone(Role.STEWARD, town.commune_id), town.someone(Role.READER, town.commune_id)

    answer = steward.post(
        "/traitements/nouveau",
        {"organisation_id": str(town.commune_id), "name": "Inscription à la cantine", "status": "active",
         "role": "controller", "purpose": "Inscrire les enfants", "lawful_basis": "public-task",
         "security_measures": ["", "access-control"], "reference": "RT-012"},
    )  # fmt: skip

    assert answer.status_code == 303, answer.text
    sheet = reader.get(answer.headers["location"]).text
    for words in ("Inscription à la cantine", "RT-012", "Inscrire les enfants", "Mission d’intérêt public"):
        assert words in sheet
    assert "Inscription à la cantine" in reader.get("/traitements").text
    assert reader.get(answer.headers["location"].partition("?")[0] + "/modifier").status_code == 403
    neighbour = town.someone(Role.DPO, town.other_commune_id)
    assert "cantine" not in neighbour.get("/traitements").text
    assert neighbour.get(answer.headers["location"]).status_code == 404


def test_what_cannot_be_kept_is_said_in_a_sentence_and_given_back(town: Town):
    dpo = town.someone(Role.DPO)
    typed = {
        "organisation_id": str(town.authority_id), "name": "Fichier des abonnés", "started_on": "2024-05-01",
        "ended_on": "2023-05-01", "purpose": "Envoyer la lettre",
    }  # fmt: skip

    reversed_ = dpo.post("/traitements/nouveau", typed)
    early = dpo.post("/traitements/nouveau", {**typed, "ended_on": "", "founding_text_on": "0999-01-01"})
    mistyped = dpo.post("/traitements/nouveau", {**typed, "ended_on": "", "started_on": "0024-05-01"})
    nameless = dpo.post("/traitements/nouveau", {**typed, "ended_on": "", "name": " "})
    foreign = dpo.post("/traitements/nouveau", {**typed, "ended_on": "", "organisation_id": "987654"})

    assert [one.status_code for one in (reversed_, early, mistyped, nameless, foreign)] == [422] * 5
    assert "se termine avant d’avoir commencé" in reversed_.text
    assert "Aucun texte encore en vigueur" in early.text
    assert "Cette date est trop ancienne" in mistyped.text
    assert all("Envoyer la lettre" in one.text for one in (reversed_, early, nameless, foreign))
    assert "Aucun traitement au registre" in dpo.get("/traitements").text, "Nothing half-written."


def test_two_activities_of_one_record_bear_two_references(town: Town):
    steward = town.someone(Role.STEWARD)
    typed = {"organisation_id": str(town.authority_id), "name": "Vidéoprotection", "reference": "7"}

    assert steward.post("/traitements/nouveau", typed).status_code == 303
    again = steward.post("/traitements/nouveau", {**typed, "name": "Autre"})

    assert again.status_code == 409
    assert "déjà un traitement de référence" in again.text
    elsewhere = {**typed, "organisation_id": str(town.commune_id)}
    assert steward.post("/traitements/nouveau", elsewhere).status_code == 303, "Each body has its own record."


def test_what_runs_has_begun_and_what_begins_later_is_planned(town: Town):
    dpo = town.someone(Role.DPO)
    typed = {"organisation_id": str(town.authority_id), "name": "Vidéoprotection", "started_on": "2099-01-01"}

    refused = dpo.post("/traitements/nouveau", {**typed, "status": "active"})
    assert refused.status_code == 422
    assert "pas encore commencé à cette date" in refused.text
    made = dpo.post("/traitements/nouveau", {**typed, "status": "draft"})
    assert made.status_code == 303
    number = made.headers["location"].partition("?")[0].rpartition("/")[2]
    changed = dpo.api(
        "PATCH", f"/api/v1/processing-activities/{number}", json={"status": "active"}, headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 422
    assert changed.json()["errors"][0]["path"] == "status"


def test_what_is_over_has_ended_and_what_has_ended_is_over(town: Town):
    dpo = town.someone(Role.DPO)
    typed = {"organisation_id": str(town.authority_id), "name": "Vidéoprotection", "started_on": "2020-01-01"}

    later = dpo.post("/traitements/nouveau", {**typed, "status": "ended", "ended_on": "2099-12-31"})
    past = dpo.post("/traitements/nouveau", {**typed, "status": "active", "ended_on": "2026-01-01"})
    assert (later.status_code, past.status_code) == (422, 422)
    assert "pas encore terminé aujourd’hui" in later.text
    assert "terminé depuis cette date" in past.text
    made = dpo.post("/traitements/nouveau", {**typed, "status": "active", "ended_on": "2099-12-31"})
    assert made.status_code == 303, "What runs may say when it will end."
    address = f"/api/v1/processing-activities/{made.headers['location'].partition('?')[0].rpartition('/')[2]}"
    for change, field in (({"status": "ended"}, "status"), ({"ended_on": "2026-01-01"}, "ended_on")):
        changed = dpo.api("PATCH", address, json=change, headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.json()["errors"][0]["path"]) == (422, field)
    both = {"status": "ended", "ended_on": "2026-01-01"}
    assert dpo.api("PATCH", address, json=both, headers={"If-Match": '"1"'}).status_code == 200


def test_two_activities_of_one_name_in_one_record_are_told_of_each_other(town: Town):
    steward, above = town.someone(Role.STEWARD), town.authority_id
    names = ((above, "Vidéoprotection"), (above, "videoprotection"), (above, "Cantine"), (town.commune_id, "Cantine"))
    with town.acting() as session:
        one, other, alone, elsewhere = (record_activity(session, on, ActivityForm(name=name)).id for on, name in names)

    page = steward.get(f"/traitements/{one}").text
    assert "un autre traitement de ce nom" in page
    assert f'<a href="/traitements/{other}">' in page
    for number in (alone, elsewhere):
        assert "un autre traitement de ce nom" not in steward.get(f"/traitements/{number}").text
    with town.acting() as session:
        set_activity_aside(session, other, expected=1, reason="Saisi deux fois", annulled=True)
    assert "un autre traitement de ce nom" not in steward.get(f"/traitements/{one}").text


def test_an_activity_changes_by_the_version_read_and_its_history_tells_it(town: Town):
    legal = town.someone(Role.LEGAL)
    body = {"organisation_id": town.authority_id, "name": "Paie", "started_on": "2020-01-01"}
    made = legal.api("POST", "/api/v1/processing-activities", json=body)
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    address = f"/traitements/{number}"

    changed = legal.post(
        f"{address}/modifier",
        {"version": "1", "name": "Paie des agents", "lawful_basis": "legal-obligation", "reason": "Relu"},
    )
    stale = legal.post(f"{address}/modifier", {"version": "1", "name": "Autre nom"})
    late = legal.api(
        "PATCH", f"/api/v1{'/processing-activities'}/{number}", json={"ended_on": "2019-01-01"},
        headers={"If-Match": '"2"'},
    )  # fmt: skip

    assert changed.status_code == 303, changed.text
    assert stale.status_code == 409
    assert "Autre nom" in stale.text
    assert late.status_code == 422
    assert late.json()["errors"][0]["path"] == "ended_on"
    history = legal.get(f"{address}/historique").text
    for words in ("Traitement inscrit au registre", "Relu", "Paie des agents", "Obligation légale"):
        assert words in history
    assert legal.api("GET", f"/api/v1/processing-activities/{number}").json()["started_on"] == "2020-01-01"


def test_two_who_change_one_activity_both_keep_what_they_wrote(town: Town):
    legal = town.someone(Role.LEGAL)
    made = legal.api(
        "POST", "/api/v1/processing-activities",
        json={"organisation_id": town.authority_id, "name": "Paie", "purpose": "Payer", "status": "active"},
    )  # fmt: skip
    address = f"/traitements/{made.json()['id']}"
    form = {
        "name": "Paie", "purpose": "Payer", "status": "active", "public_mission": "", "notes": "",
        "data_origins": [""], "lawful_basis": "",
    }  # fmt: skip
    legal.post(
        f"{address}/modifier",
        {**form, "version": "1", "purpose": "Payer les agents", "public_mission": "true",
         "data_origins": ["", "persons", "derived"]},
    )  # fmt: skip

    clash = legal.post(
        f"{address}/modifier", {**form, "version": "1", "purpose": "Payer chacun", "notes": "À revoir", "reason": "Lu"}
    )
    chosen = {name: value for name, value, _on in RADIO.findall(clash.text) if _on}
    version = re.search(r'name="version" value="(\d+)"', clash.text)
    assert version is not None
    saved = legal.post(f"{address}/modifier", {**chosen, "version": version[1], "reason": "Lu"})

    assert clash.status_code == 409
    assert "traitement-modifie" in saved.headers["location"], "It is in the record already."
    for words in ("Payer les agents", "Payer chacun", "modifié des deux côtés"):
        assert words in clash.text
    assert chosen == {
        "purpose": "Payer chacun", "notes": "À revoir", "public_mission": "true", "data_origins": "persons derived",
    }  # fmt: skip
    assert saved.status_code == 303, saved.text
    kept = legal.api("GET", f"/api/v1/processing-activities/{made.json()['id']}").json()
    assert (kept["purpose"], kept["notes"], kept["public_mission"]) == ("Payer chacun", "À revoir", True)
    assert (kept["data_origins"], kept["status"], kept["name"]) == (["persons", "derived"], "active", "Paie")


def test_an_activity_is_set_aside_with_a_reason_and_comes_back(town: Town):
    dpo = town.someone(Role.DPO)
    body = {"organisation_id": town.authority_id, "name": "Saisi deux fois"}
    number = dpo.api("POST", "/api/v1/processing-activities", json=body).json()["id"]

    silent = dpo.post(f"/traitements/{number}/annuler", {"version": "1", "reason": ""})
    aside = dpo.post(f"/traitements/{number}/annuler", {"version": "1", "reason": "Double saisie"})

    assert (silent.status_code, aside.status_code) == (422, 303)
    assert "Saisi deux fois" not in dpo.get("/traitements").text
    assert "Saisi deux fois" in dpo.get("/traitements?annules=true").text
    refused = dpo.post(f"/traitements/{number}/modifier", {"version": "2", "name": "Repris"})
    assert (refused.status_code, "est annulé" in refused.text) == (409, True)
    back = dpo.api(
        "POST", f"/api/v1/processing-activities/{number}/restoration", json={"reason": "À tort"},
        headers={"If-Match": '"2"'},
    )  # fmt: skip
    assert back.json()["annulled"] is False
