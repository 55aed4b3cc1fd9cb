"""Courses are held, people follow them, what they learnt holds for a time; who lacks it is told."""

from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import text

from registry.governance.training_rules import holds_until, is_trained
from registry.kernel.permissions import Role
from tests.conftest import TODAY, Someone, Town

pytestmark = pytest.mark.database
LIST = "/gouvernance/formations"


def course_by(someone: Someone, town: Town) -> str:
    """Records a course of the authority by its form; the address of its page."""
    sent = {"organisation_id": str(town.authority_id), "title": "Cycle de vie", "audiences": ["", "stewards"]}
    answer = someone.post(f"{LIST}/nouvelle", sent)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]


def person_of(town: Town, someone: Someone) -> int:
    with town.acting() as session:
        return int(
            session.execute(
                text("SELECT person_id FROM account WHERE id = :id"), {"id": someone.account_id}
            ).scalar_one()
        )


def test_what_is_learnt_holds_to_its_last_day_and_no_longer() -> None:
    assert holds_until(None, 24) is None
    assert is_trained(TODAY.replace(year=TODAY.year - 2), 24, TODAY)
    assert not is_trained(TODAY.replace(year=TODAY.year - 2), 24, TODAY + timedelta(days=1))


def test_who_answers_for_data_is_told_to_be_trained_until_a_session_they_attended_is_noted(town: Town) -> None:
    director = town.someone(Role.DIRECTOR)
    assert "Suivre une formation aux données" not in director.get("/bureau").text, "No course exists yet."
    course = course_by(director, town)
    assert "Suivre une formation aux données" in director.get("/bureau").text
    assert "aucune formation connue" in director.get(f"{LIST}?etat=a-former").text
    assert "sans formation valable" in director.get("/gouvernance").text

    person = str(person_of(town, director))
    coming = {"held_on": (TODAY + timedelta(days=20)).isoformat(), "person-1-person_id": person}
    answer = director.post(f"{course}/sessions/nouvelle", {**coming, "person-1-state": "enrolled"})
    assert answer.status_code == 303, answer.text
    assert "Vous êtes attendu·e en formation" in director.get("/bureau?liste=waiting").text

    held = {"held_on": TODAY.isoformat(), "hours": "1,5", "person-1-person_id": person, "person-1-state": "attended"}
    assert director.post(f"{course}/sessions/nouvelle", held).status_code == 303
    assert "1,5 h" in director.get(course).text
    assert "Suivre une formation aux données" not in director.get("/bureau").text
    assert "Tout le monde a une formation valable." in director.get(f"{LIST}?etat=a-former").text

    with town.acting() as session:
        number = session.execute(text("SELECT id FROM training_session WHERE hours > 0")).scalar_one()
    aside = director.post(f"/gouvernance/sessions/{number}/annuler", {"version": "1", "reason": "Dite deux fois"})
    assert aside.status_code == 303, aside.text
    assert "aucune formation connue" in director.get(f"{LIST}?etat=a-former").text


def test_a_steward_without_training_shows_beside_the_name_to_who_keeps_training(town: Town) -> None:
    director, steward, reader = (town.someone(role) for role in (Role.DIRECTOR, Role.STEWARD, Role.READER))
    sheet = f"/jeux/{town.record('Arbres')}"
    person = str(person_of(town, steward))
    post = {"person_id": person, "role": "steward", "since": "2026-01-01"}
    assert steward.post(f"/organisations/mandats/dataset/{sheet.rpartition('/')[2]}", post).status_code == 303
    said = "Formation aux données : aucune formation connue"
    assert said not in unescape(director.get(sheet).text), "No course exists yet."
    course = course_by(director, town)
    page = unescape(director.get(sheet).text)
    assert said in page
    assert 'href="/gouvernance/formations?etat=a-former#personnes"' in page
    assert said not in unescape(reader.get(sheet).text), "What one learnt is not for everybody."

    long_ago = (TODAY - timedelta(days=3 * 365)).isoformat()
    held = {"person-1-person_id": person, "person-1-state": "attended"}
    assert director.post(f"{course}/sessions/nouvelle", {**held, "held_on": long_ago}).status_code == 303
    assert "Formation aux données : à refaire depuis le" in unescape(director.get(sheet).text)
    assert director.post(f"{course}/sessions/nouvelle", {**held, "held_on": TODAY.isoformat()}).status_code == 303
    assert "Formation aux données :" not in unescape(steward.get(sheet).text)


def test_a_program_notes_who_was_there_and_only_who_keeps_training_reads_it(town: Town) -> None:
    director, reader = town.someone(Role.DIRECTOR), town.someone(Role.READER)
    course = int(course_by(director, town).rpartition("/")[2])
    person = person_of(town, director)
    sent = {"course_id": course, "held_on": "2026-03-02", "people": [{"person_id": person, "state": "attended"}]}
    made = director.api("POST", "/api/v1/training-sessions", json=sent)
    assert made.status_code == 201, made.text
    assert made.json()["people"] == [{"person_id": person, "state": "attended"}]
    assert reader.get(made.headers["location"]).json()["people"] is None

    assert director.api("POST", "/api/v1/training-sessions", json={**sent, "held_on": "2026-03-09"}).status_code == 201
    first = director.get("/api/v1/training-sessions?limit=1").json()
    rest = director.get(f"/api/v1/training-sessions?limit=1&cursor={first['next']}").json()
    days = [one["held_on"] for one in (*first["sessions"], *rest["sessions"])]
    assert (days, rest["next"]) == (["2026-03-09", "2026-03-02"], None)

    changed = {"If-Match": str(made.headers["etag"])}
    kept = director.api("PATCH", made.headers["location"], json={"hours": 2}, headers=changed)
    assert (kept.json()["hours"], len(kept.json()["people"])) == (2, 1), "What is not given stays."
    stranger = {"people": [{"person_id": 999_999}]}
    refused = director.api("PATCH", made.headers["location"], json=stranger, headers={"If-Match": kept.headers["etag"]})
    assert (refused.status_code, "dont vous tenez la gouvernance" in unescape(refused.text)) == (422, True)


def test_a_name_is_read_by_who_keeps_training_alone(town: Town) -> None:
    director, reader = town.someone(Role.DIRECTOR), town.someone(Role.READER)
    course_by(director, town)
    assert "Nom réservé" not in director.get(LIST).text
    assert "Nom réservé" in reader.get(LIST).text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"held_on": ""}, "Jour"),
        ({"hours": "0"}, "0"),
        ({"headcount": "-3"}, "0"),
        ({"person-1-person_id": "999999", "person-1-state": "attended"}, "n’est pas d’une organisation dont vous"),
        ({"held_on": (TODAY + timedelta(days=90)).isoformat(), "headcount": "4"}, "Cette session est à venir"),
    ],
)
def test_a_session_that_cannot_be_is_refused_with_what_to_do(town: Town, sent: dict[str, str], said: str) -> None:
    director = town.someone(Role.DIRECTOR)
    course = course_by(director, town)
    answer = director.post(f"{course}/sessions/nouvelle", {"held_on": TODAY.isoformat(), **sent})
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    with town.acting() as session:
        assert session.execute(text("SELECT count(*) FROM training_session")).scalar_one() == 0


def test_a_course_is_for_somebody_and_stays_while_it_has_sessions(town: Town) -> None:
    director = town.someone(Role.DIRECTOR)
    nobody = director.post(f"{LIST}/nouvelle", {"organisation_id": str(town.authority_id), "title": "Données"})
    assert (nobody.status_code, "à qui cette formation s’adresse" in unescape(nobody.text)) == (422, True)
    course = course_by(director, town)
    assert director.post(f"{course}/sessions/nouvelle", {"held_on": TODAY.isoformat()}).status_code == 303
    kept = director.post(f"{course}/annuler", {"version": "1", "reason": "Erreur de saisie"})
    assert (kept.status_code, "annulez-les d’abord" in unescape(kept.text)) == (409, True)


def test_an_action_whose_day_nears_is_a_task_of_who_holds_the_office(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    sheet = {"organisation_id": str(town.authority_id), "title": "Former les cadres", "state": "planned",
             "owner_role": "steward", "due_on": (TODAY + timedelta(days=5)).isoformat()}  # fmt: skip
    assert steward.post("/gouvernance/actions/nouvelle", sheet).status_code == 303
    assert "Former les cadres" not in steward.get("/bureau").text, "Nobody holds the office yet."
    post = {"person_id": str(person_of(town, steward)), "role": "steward", "since": "2026-01-01"}
    answer = steward.post(f"/organisations/mandats/organisation/{town.authority_id}", post)
    assert answer.status_code == 303, answer.text
    assert "Mener à bien l’action « Former les cadres »" in steward.get("/bureau").text
