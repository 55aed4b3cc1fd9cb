"""Campaigns ask whether sheets are still right: who is asked, what is certified, what stays once one is closed."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import text

from registry.datasets.forms import DatasetChange
from registry.datasets.service import amend_dataset
from registry.kernel.permissions import Role
from tests.conftest import TODAY, Someone, Town

pytestmark = pytest.mark.database
LIST, CALLS = "/gouvernance/certifications", "/api/v1/certification-campaigns"


def campaign_by(someone: Someone, town: Town, **more: str) -> str:
    """Opens a campaign of the authority by its form; the address of its page."""
    sent = {"organisation_id": str(town.authority_id), "scope": "every", "question": "Cette fiche est-elle juste ?",
            "due_on": (town.info["today"]() + timedelta(days=20)).isoformat(), **more}  # fmt: skip
    answer = someone.post(f"{LIST}/nouvelle", sent)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]


def answers_of(town: Town) -> dict[int, tuple[Any, ...]]:
    """What is kept about each sheet: its state, the version certified, the note."""
    with town.acting() as session:
        rows = session.execute(text("SELECT dataset_id, state, dataset_version, note FROM certification")).all()
    return {row.dataset_id: (row.state, row.dataset_version, row.note) for row in rows}


def test_who_keeps_a_sheet_is_asked_certifies_in_bulk_or_says_what_is_wrong_and_closing_keeps_it(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD, town.service_id)
    trees, pipes, meters = (town.record(title, on=town.service_id) for title in ("Arbres", "Conduites", "Compteurs"))
    elsewhere = town.record("Délibérations")
    campaign = campaign_by(jurist, town)
    desk = unescape(steward.get("/bureau").text)
    assert "Certifier 3 fiches : « Cette fiche est-elle juste ? »" in desk
    assert "Finir de certifier les fiches" in steward.get("/echeances?miennes=true").text

    page = steward.get(f"{campaign}?etat=waiting").text
    assert f'value="{trees}:1"' in page
    assert f'value="{elsewhere}:1"' not in page, "The sheets of the authority are not the service's to read."
    done = steward.post(f"{campaign}/certifier", {"sheet": [f"{trees}:1", f"{pipes}:1"]})
    assert done.status_code == 303, done.text
    wrong = steward.post(f"{campaign}/signaler", {"sheet": [f"{meters}:1"], "note": "Le format a changé"})
    assert wrong.status_code == 303, wrong.text
    assert answers_of(town) == {
        trees: ("certified", 1, None), pipes: ("certified", 1, None), meters: ("wrong", 1, "Le format a changé"),
        elsewhere: ("waiting", None, None),
    }  # fmt: skip
    desk = unescape(steward.get("/bureau").text)
    assert "Certifier 3" not in desk
    assert "Corriger la fiche : Le format a changé" in desk
    assert f"/jeux/{meters}/modifier" in desk

    shown = jurist.get(campaign).text
    assert f"?etat=certified&amp;service={town.service_id}#fiches" in shown
    listed = jurist.get(f"{campaign}?etat=certified&service={town.service_id}").text
    assert "2 fiches" in listed.split('role="status"')[1].split("</p>")[0]
    assert "version 1" in listed

    with town.acting() as session:
        amend_dataset(session, trees, DatasetChange(title="Arbres d’ornement"), expected=1)
    assert "la fiche a changé depuis" in jurist.get(campaign).text
    assert jurist.post(f"{campaign}/clore", {"version": "1"}).status_code == 303
    closed = unescape(jurist.get(campaign).text)
    assert "Sans réponse" in closed
    assert "Corriger la fiche" in steward.get("/bureau").text, "Closing mends nothing."
    with town.acting() as session:
        amend_dataset(session, meters, DatasetChange(title="Compteurs d’eau"), expected=1)
    assert "Corriger la fiche" not in steward.get("/bureau").text
    late = steward.post(f"{campaign}/certifier", {"sheet": [f"{meters}:2"]})
    assert (late.status_code, "Cette campagne est close" in unescape(late.text)) == (409, True)
    assert answers_of(town)[trees] == ("certified", 1, None)
    assert jurist.post(f"{campaign}/rouvrir", {"version": "2"}).status_code == 303


def test_a_sheet_said_to_be_wrong_is_one_task_until_a_later_campaign_certifies_it_as_it_stands(town: Town) -> None:
    director, steward = town.someone(Role.DIRECTOR, town.service_id), town.someone(Role.STEWARD, town.service_id)
    meters = town.record("Compteurs", on=town.service_id)
    first = campaign_by(director, town, organisation_id=str(town.service_id))
    steward.post(f"{first}/signaler", {"sheet": f"{meters}:1", "note": "Le format a changé"})
    assert director.post(f"{first}/clore", {"version": "1"}).status_code == 303
    assert "certifiée telle quelle dans une campagne ouverte" in unescape(steward.get("/bureau").text)

    second = campaign_by(director, town, organisation_id=str(town.service_id))
    steward.post(f"{second}/signaler", {"sheet": f"{meters}:1", "note": "Il manque la rue"})
    desk = unescape(steward.get("/bureau").text)
    assert "Corriger la fiche : Le format a changé ; Il manque la rue" in desk
    assert desk.count("Fiches à corriger (1)") == 1, "One sheet, one task."
    assert steward.post(f"{second}/certifier", {"sheet": f"{meters}:1"}).status_code == 303
    assert "Corriger la fiche" not in steward.get("/bureau").text, "The older word of the closed campaign is past."
    annulled = director.post(f"{second}/annuler", {"version": "1", "reason": "Ouverte par erreur"})
    assert annulled.status_code == 303, annulled.text
    assert "Corriger la fiche : Le format a changé" in unescape(steward.get("/bureau").text)


def test_a_sheet_said_to_be_wrong_waits_for_a_new_answer_once_it_has_changed(town: Town) -> None:
    director, steward = town.someone(Role.DIRECTOR, town.service_id), town.someone(Role.STEWARD, town.service_id)
    meters = town.record("Compteurs", on=town.service_id)
    campaign = campaign_by(director, town, organisation_id=str(town.service_id))
    steward.post(f"{campaign}/signaler", {"sheet": f"{meters}:1", "note": "Il manque la rue"})
    assert "elle attend une nouvelle réponse dans sa campagne" in unescape(steward.get("/bureau").text)
    with town.acting() as session:
        amend_dataset(session, meters, DatasetChange(title="Compteurs d’eau"), expected=1)
    desk = unescape(steward.get("/bureau").text)
    assert "Dire si la fiche est juste maintenant : Il manque la rue" in desk, "any change may be another one"
    assert f"{campaign}?etat=wrong#fiches" in desk

    steward.post(f"{campaign}/signaler", {"sheet": f"{meters}:2", "note": "Il manque toujours la rue"})
    assert "Corriger la fiche : Il manque toujours la rue" in unescape(steward.get("/bureau").text)
    with town.acting() as session:
        amend_dataset(session, meters, DatasetChange(description="Par rue."), expected=2)
    assert steward.post(f"{campaign}/certifier", {"sheet": f"{meters}:3"}).status_code == 303
    with town.acting() as session:
        amend_dataset(session, meters, DatasetChange(title="Compteurs"), expected=3)
    assert "fiches à corriger" not in unescape(steward.get("/bureau").text).lower(), "it was answered"


def test_a_campaign_is_known_to_who_keeps_it_and_to_the_bodies_it_asks_alone(town: Town) -> None:
    director, asked, left = (
        town.someone(Role.DIRECTOR), town.someone(Role.STEWARD, town.commune_id),
        town.someone(Role.STEWARD, town.other_commune_id),
    )  # fmt: skip
    benches = town.record("Bancs", on=town.commune_id)
    campaign = campaign_by(director, town, question="Les bancs sont-ils tous là ?")
    town.record("Fontaines", on=town.other_commune_id)
    for path in (LIST, campaign, "/bureau", "/echeances"):
        assert "Les bancs sont-ils" in unescape(asked.get(path).text), path
        assert "Les bancs sont-ils" not in unescape(left.get(path).text), path
    assert left.get(campaign).status_code == 404
    assert asked.post(f"{campaign}/certifier", {"sheet": f"{benches}:1"}).status_code == 303
    assert asked.post(f"{campaign}/clore", {"version": "1"}).status_code == 403
    assert "Les bancs sont-ils" in unescape(asked.get(campaign).text), "What was answered stays to be read."


def test_a_sheet_says_that_a_certification_is_asked_then_by_which_role_and_when_it_was_given(town: Town) -> None:
    steward, trees = town.someone(Role.STEWARD), town.record("Arbres")
    assert "certification-du-jeu" not in steward.get(f"/jeux/{trees}").text, "Nobody ever asked."
    campaign = campaign_by(town.someone(Role.DIRECTOR), town)
    asked = unescape(steward.get(f"/jeux/{trees}").text).partition('id="certification-du-jeu"')[2]
    assert asked.index("À certifier") < asked.index("Cette fiche est-elle juste ?")

    steward.post(f"{campaign}/certifier", {"sheet": f"{trees}:1"})
    given = unescape(steward.get(f"/jeux/{trees}").text).partition('id="certification-du-jeu"')[2]
    assert "Référent·e données), version 1" in given
    assert "la fiche a changé depuis" not in given
    with town.acting() as session:
        amend_dataset(session, trees, DatasetChange(title="Arbres d’ornement"), expected=1)
    assert "la fiche a changé depuis" in steward.get(f"/jeux/{trees}").text
    steward.post(f"{campaign}/signaler", {"sheet": f"{trees}:2", "note": "Le format a changé"})
    wrong = unescape(steward.get(f"/jeux/{trees}").text).partition('id="certification-du-jeu"')[2]
    assert wrong.index("À corriger : signalé le") < wrong.index("Le format a changé")


def test_programs_open_a_campaign_answer_and_close_it(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD, town.service_id)
    trees, pipes = (town.record(title, on=town.service_id) for title in ("Arbres", "Conduites"))
    said = {"organisation_id": town.service_id, "question": "Juste ?", "due_on": "2031-01-01"}
    made = jurist.api("POST", CALLS, json=said)
    assert made.status_code == 201, made.text
    here = made.headers["location"]
    assert (made.json()["scope"], made.json()["waiting"]) == ("every", 2)

    read = steward.api("GET", f"{here}/certifications?state=waiting&limit=1").json()
    assert [one["dataset_id"] for one in read["certifications"]] == [trees]
    rest = steward.api("GET", f"{here}/certifications?state=waiting&limit=1&cursor={read['next']}").json()
    assert ([one["title"] for one in rest["certifications"]], rest["next"]) == (["Conduites"], None)

    sheets = [{"dataset_id": trees, "version": 1}, {"dataset_id": pipes, "version": 7}]
    assert steward.api("POST", f"{here}/certifications", json={"sheets": sheets}).json() == {
        "answered": 1, "changed": 1,
    }  # fmt: skip
    unsaid = steward.api("POST", f"{here}/reports", json={"sheets": sheets[1:]})
    assert (unsaid.status_code, "Dites en quelques mots" in unsaid.text) == (422, True)
    twice = steward.api("POST", f"{here}/certifications", json={"sheets": [sheets[0], sheets[0]]})
    assert (twice.status_code, "deux fois" in twice.text) == (422, True)
    steward.api("POST", f"{here}/reports", json={"sheets": sheets[1:], "note": "Le format a changé"})
    found = steward.api("GET", f"{here}/certifications").json()["certifications"]
    assert [(one["state"], one["certified_version"], one["answered_as"], one["note"]) for one in found] == [
        ("certified", 1, "steward", None), ("wrong", None, "steward", "Le format a changé"),
    ]  # fmt: skip

    closed = jurist.api("PATCH", here, json={"closed": True}, headers={"If-Match": made.headers["etag"]})
    assert (closed.json()["closed_on"], closed.json()["wrong"]) == (town.info["today"]().isoformat(), 1)
    late = steward.api("POST", f"{here}/certifications", json={"sheets": sheets[:1]})
    assert (late.status_code, "Cette campagne est close" in late.text) == (409, True)
    assert [one["id"] for one in steward.api("GET", CALLS).json()["campaigns"]] == [made.json()["id"]]
    assert town.someone(Role.STEWARD, town.commune_id).api("GET", here).status_code == 404


def test_a_sheet_that_changed_since_it_was_read_stays_to_certify(town: Town) -> None:
    director, steward = town.someone(Role.DIRECTOR), town.someone(Role.STEWARD)
    trees, pipes = town.record("Arbres"), town.record("Conduites")
    campaign = campaign_by(director, town)
    with town.acting() as session:
        amend_dataset(session, trees, DatasetChange(title="Arbres d’ornement"), expected=1)
    answer = steward.post(f"{campaign}/certifier", {"sheet": [f"{trees}:1", f"{pipes}:1"]})
    assert "certification-partielle" in answer.headers["location"]
    assert {number: state for number, (state, *_rest) in answers_of(town).items()} == {
        trees: "waiting", pipes: "certified",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "sent", "said"),
    [
        ("certifier", {}, "Cochez au moins une fiche"),
        ("certifier", {"sheet": "999999:1"}, "n’est pas de cette campagne"),
        ("certifier", {"sheet": "abc"}, "Fiches"),
        ("signaler", {"sheet": "{dataset}:1"}, "Dites en quelques mots ce qui ne va pas"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_with_what_to_do(
    town: Town, path: str, sent: dict[str, str], said: str
) -> None:
    dataset, steward = town.record("Arbres"), town.someone(Role.STEWARD)
    campaign = campaign_by(town.someone(Role.DIRECTOR), town)
    answer = steward.post(f"{campaign}/{path}", {name: value.format(dataset=dataset) for name, value in sent.items()})
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert answers_of(town) == {dataset: ("waiting", None, None)}


def test_a_campaign_asks_about_something_by_a_day_to_come(town: Town) -> None:
    director, steward = town.someone(Role.DIRECTOR), town.someone(Role.STEWARD)
    sent = {"organisation_id": str(town.authority_id), "scope": "every", "question": "Juste ?"}
    past = director.post(f"{LIST}/nouvelle", {**sent, "due_on": (TODAY - timedelta(days=900)).isoformat()})
    assert (past.status_code, "Ce jour est passé" in unescape(past.text)) == (422, True)
    none = director.post(f"{LIST}/nouvelle", {**sent, "due_on": "2031-01-01"})
    assert (none.status_code, "Aucune fiche n’entre dans ce choix" in unescape(none.text)) == (422, True)
    assert steward.get(f"{LIST}/nouvelle").status_code == 403
    assert "Aucune campagne n’a encore eu lieu" in unescape(steward.get(LIST).text)
