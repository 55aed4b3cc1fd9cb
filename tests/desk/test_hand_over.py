"""Who leaves hands over what they held in one act, which one act reverses."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from registry.kernel.permissions import Role
from registry.organisations.forms import AppointmentForm, PersonForm
from registry.organisations.service import appoint, record_person
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from tests.conftest import Town

pytestmark = pytest.mark.database


def _someone(town: Town, name: str) -> int:
    with town.acting() as session:
        return record_person(session, town.authority_id, PersonForm(name=name)).id


def _hold(town: Town, person: int, sheet: int, *, days: int = 100) -> int:
    with town.acting() as session:
        return appoint(session, town.authority_id, AppointmentForm(
            person_id=person, role=AppointmentRole.OWNER, subject_kind=AppointmentSubject.DATASET, subject_id=sheet,
            since=town.info["today"]() - timedelta(days=days),
        )).id  # fmt: skip


def _owners(town: Town, on: date) -> dict[int, int]:
    with town.acting() as session:
        rows = session.execute(
            text("SELECT subject_id, person_id FROM appointment WHERE NOT annulled AND during @> CAST(:day AS date)"),
            {"day": on},
        )
        return {row.subject_id: row.person_id for row in rows}


def test_what_is_ticked_goes_to_the_successor_and_the_rest_stays(town: Town) -> None:
    leaving, coming = _someone(town, "Qui part"), _someone(town, "Qui vient")
    kept, given = town.record("Gardé"), town.record("Donné")
    _hold(town, leaving, kept)
    number = _hold(town, leaving, given)
    day = town.info["today"]() + timedelta(days=10)
    steward = town.someone(Role.STEWARD)
    page = steward.get(f"/bureau/passations/{leaving}").text
    assert "Propriétaire — Gardé" in page
    assert "Propriétaire — Donné" in page

    answer = steward.post(f"/bureau/passations/{leaving}", {
        "parts": [f"appointment:{number}"], "person_id": str(coming), "since": day.isoformat(), "reason": "mutation",
    })  # fmt: skip
    assert answer.status_code == 303, answer.text
    assert _owners(town, day - timedelta(days=1)) == {kept: leaving, given: leaving}
    assert _owners(town, day) == {kept: leaving, given: coming}


def test_a_hand_over_is_reversed_in_one_act_as_long_as_nothing_changed(town: Town) -> None:
    leaving, coming = _someone(town, "Qui part"), _someone(town, "Qui vient")
    sheets = [town.record("Premier"), town.record("Second")]
    numbers = [_hold(town, leaving, sheet) for sheet in sheets]
    day = town.info["today"]()
    steward = town.someone(Role.STEWARD)
    steward.post(f"/bureau/passations/{leaving}", {
        "parts": [f"appointment:{number}" for number in numbers], "person_id": str(coming), "since": day.isoformat(),
    })  # fmt: skip
    assert set(_owners(town, day).values()) == {coming}

    done = steward.get(f"/bureau/passations/{leaving}").text
    address = f"/bureau/passations/faites/{done.partition('/bureau/passations/faites/')[2].partition('/')[0]}/defaire"
    assert steward.post(address).status_code == 303
    assert set(_owners(town, day).values()) == {leaving}
    assert steward.post(address).status_code == 409, "It is reversed once."


def test_a_post_that_changed_since_keeps_the_hand_over_from_being_reversed_by_halves(town: Town) -> None:
    leaving, coming = _someone(town, "Qui part"), _someone(town, "Qui vient")
    sheets = [town.record("Premier"), town.record("Second")]
    numbers = [_hold(town, leaving, sheet) for sheet in sheets]
    day = town.info["today"]()
    steward = town.someone(Role.STEWARD)
    steward.post(f"/bureau/passations/{leaving}", {
        "parts": [f"appointment:{number}" for number in numbers], "person_id": str(coming),
        "since": (day - timedelta(days=5)).isoformat(),
    })  # fmt: skip
    _hold(town, _someone(town, "Encore un autre"), sheets[1], days=1)
    before = _owners(town, day)
    done = steward.get(f"/bureau/passations/{leaving}").text
    address = f"/bureau/passations/faites/{done.partition('/bureau/passations/faites/')[2].partition('/')[0]}/defaire"

    assert steward.post(address).status_code == 409
    assert _owners(town, day) == before


def _hand_over_at_once(town: Town, leaving: int, coming: int, number: int) -> str:
    """Hands a post over today; the address that reverses it."""
    steward = town.someone(Role.STEWARD)
    day = town.info["today"]()
    steward.post(f"/bureau/passations/{leaving}", {
        "parts": [f"appointment:{number}"], "person_id": str(coming), "since": day.isoformat(),
    })  # fmt: skip
    done = steward.get(f"/bureau/passations/{leaving}").text
    return f"/bureau/passations/faites/{done.partition('/bureau/passations/faites/')[2].partition('/')[0]}/defaire"


def test_a_mandate_annulled_since_is_not_brought_back_by_reversing_the_hand_over(town: Town) -> None:
    leaving, coming, sheet = _someone(town, "Qui part"), _someone(town, "Qui vient"), town.record()
    number = _hold(town, leaving, sheet)
    address = _hand_over_at_once(town, leaving, coming, number)
    with town.acting() as session:
        session.execute(text("UPDATE appointment SET annulled = true WHERE id = :id"), {"id": number})

    assert town.someone(Role.STEWARD).post(address).status_code == 409
    assert _owners(town, town.info["today"]()) == {sheet: coming}


def test_a_post_already_given_to_a_third_person_is_not_taken_from_them(town: Town) -> None:
    leaving, third, coming = (_someone(town, name) for name in ("Qui part", "Déjà nommé", "Qui vient"))
    sheet, day = town.record("Convoité"), town.info["today"]()
    number = _hold(town, leaving, sheet)
    _hold(town, third, sheet, days=-10)
    answer = town.someone(Role.STEWARD).post(f"/bureau/passations/{leaving}", {
        "parts": [f"appointment:{number}"], "person_id": str(coming), "since": (day + timedelta(days=20)).isoformat(),
    })  # fmt: skip

    assert answer.status_code == 422
    assert "Ce poste est déjà donné à quelqu’un d’autre" in answer.text
    assert _owners(town, day + timedelta(days=30)) == {sheet: third}


def _person_of(town: Town, account_id: int) -> int:
    with town.acting() as session:
        query = text("SELECT person_id FROM account WHERE id = :id")
        return int(session.execute(query, {"id": account_id}).scalar_one())


def test_a_task_goes_only_to_a_successor_who_may_do_it_and_the_page_says_so(town: Town) -> None:
    sheet = town.record()
    steward, colleague, reader = (
        town.someone(role) for role in (Role.STEWARD, Role.ADMINISTRATOR, Role.READER)
    )  # fmt: skip
    leaving, coming = _person_of(town, colleague.account_id), _person_of(town, reader.account_id)
    number = _hold(town, leaving, sheet)
    key = f"finding:dataset:{sheet}:dataset.nature"
    steward.post(f"/bureau/taches/{key}/confier", {"account_id": str(colleague.account_id)})
    page = steward.get(f"/bureau/passations/{leaving}").text
    task = "delegation:" + page.partition('value="delegation:')[2].partition('"')[0]
    asked = {"person_id": str(coming), "since": town.info["today"]().isoformat()}

    refused = steward.post(f"/bureau/passations/{leaving}", {**asked, "parts": [task]})
    assert refused.status_code == 422
    assert "aucune des tâches cochées" in refused.text
    answer = steward.post(f"/bureau/passations/{leaving}", {**asked, "parts": [task, f"appointment:{number}"]})
    assert answer.headers["location"].endswith("fait=passation-en-partie")
    with town.acting() as session:
        assert session.execute(text("SELECT delegate_id FROM task_arrangement")).scalar_one() == colleague.account_id


def test_a_hand_over_on_several_bodies_is_reversed_by_who_may_appoint_on_each(town: Town) -> None:
    leaving, coming = _someone(town, "Qui part"), _someone(town, "Qui vient")
    numbers = []
    for body in (town.commune_id, town.other_commune_id):
        sheet = town.record(f"Jeu {body}", on=body)
        with town.acting() as session:
            numbers.append(appoint(session, body, AppointmentForm(
                person_id=leaving, role=AppointmentRole.OWNER, subject_kind=AppointmentSubject.DATASET,
                subject_id=sheet, since=town.info["today"]() - timedelta(days=5),
            )).id)  # fmt: skip
    steward, day = town.someone(Role.STEWARD), town.info["today"]()
    steward.post(f"/bureau/passations/{leaving}", {
        "parts": [f"appointment:{number}" for number in numbers], "person_id": str(coming), "since": day.isoformat(),
    })  # fmt: skip
    with town.acting() as session:
        number = session.execute(text("SELECT id FROM hand_over")).scalar_one()
    address = f"/bureau/passations/faites/{number}/defaire"

    assert town.someone(Role.STEWARD, town.commune_id).post(address).status_code == 403
    assert set(_owners(town, day).values()) == {coming}
    assert steward.post(address).status_code == 303
    assert set(_owners(town, day).values()) == {leaving}


def test_ending_a_mandate_opens_the_hand_over_of_who_leaves(town: Town) -> None:
    leaving, sheet = _someone(town, "Qui part"), town.record("Laissé")
    number = _hold(town, leaving, sheet)
    steward = town.someone(Role.STEWARD)
    answer = steward.post(f"/organisations/mandats/{number}/terminer")

    assert answer.headers["location"].startswith(f"/bureau/passations/{leaving}")
    assert "Propriétaire — Laissé (vacant depuis le" in steward.get(answer.headers["location"]).text


def test_the_questions_that_waited_for_who_leaves_wait_for_the_successor(town: Town) -> None:
    leaving, sheet, coming = _someone(town, "Qui part"), town.record("Le jeu"), _someone(town, "Qui vient")
    number = _hold(town, leaving, sheet)
    town.someone(Role.READER).post(
        "/bureau/questions/nouvelle", {"subject_kind": "dataset", "subject_id": str(sheet), "text": "Et la source ?"}
    )
    steward = town.someone(Role.STEWARD)
    page = steward.get(f"/bureau/passations/{leaving}").text
    question = page.partition('value="question:')[2].partition('"')[0]

    steward.post(f"/bureau/passations/{leaving}", {
        "parts": [f"appointment:{number}", f"question:{question}"], "person_id": str(coming),
        "since": town.info["today"]().isoformat(),
    })  # fmt: skip
    with town.acting() as session:
        assert session.execute(text("SELECT asked_to FROM question")).scalar_one() == coming


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"parts": []}, "parts"), ({"parts": ["appointment:99"]}, "n’est plus tenue"),
        ({"person_id": "98765"}, "Choisissez une personne"), ({"since": "bientôt"}, "since"),
    ],
)  # fmt: skip
def test_a_wrong_hand_over_is_refused_whole_and_gives_back_what_was_typed(
    town: Town, wrong: dict[str, Any], said: str
) -> None:
    leaving, sheet, coming = _someone(town, "Qui part"), town.record("Le jeu"), _someone(town, "Qui vient")
    number = _hold(town, leaving, sheet)
    day = town.info["today"]()
    asked = {"parts": [f"appointment:{number}"], "person_id": str(coming), "since": day.isoformat(), "reason": "départ"}
    answer = town.someone(Role.STEWARD).post(f"/bureau/passations/{leaving}", {**asked, **wrong})

    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="départ"' in answer.text
    assert _owners(town, day) == {sheet: leaving}


def test_the_form_of_a_mandate_says_whom_it_would_replace_before_it_is_saved(town: Town) -> None:
    present, sheet = _someone(town, "Déjà en poste"), town.record()
    _hold(town, present, sheet)
    steward = town.someone(Role.STEWARD)
    page = steward.get(f"/organisations/mandats/dataset/{sheet}").text
    assert "met fin au mandat en cours" in page
    assert (
        "Déjà en poste" in page.partition("met fin au mandat en cours")[2].partition("<form")[0].partition("<label")[0]
    )

    day = (town.info["today"]() + timedelta(days=5)).isoformat()
    answer = steward.post(f"/organisations/mandats/dataset/{sheet}", {"role": "owner", "name": "Autre", "since": day})
    assert answer.headers["location"].endswith("fait=mandat-remplace")


def test_an_information_system_has_somebody_who_answers_for_it(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    made = steward.api("POST", "/api/v1/systems", json={"organisation_id": town.authority_id, "name": "Logiciel"})
    number = made.json()["id"]
    assert "Vacant" in steward.get(f"/systemes/{number}").text

    answer = steward.post(
        f"/organisations/mandats/system/{number}",
        {"role": "owner", "name": "Chef du numérique", "since": town.info["today"]().isoformat()},
    )
    assert answer.headers["location"].startswith(f"/systemes/{number}")
    assert "Chef du numérique" in steward.get(f"/systemes/{number}").text


def test_the_mandate_of_a_dpo_changes_hands_once_its_duties_are_read(town: Town) -> None:
    leaving, coming = _someone(town, "Qui part"), _someone(town, "Qui vient")
    with town.acting() as session:
        number = appoint(session, town.authority_id, AppointmentForm(
            person_id=leaving, role=AppointmentRole.DPO, subject_kind=AppointmentSubject.ORGANISATION,
            subject_id=town.authority_id, since=town.info["today"]() - timedelta(days=100),
        )).id  # fmt: skip
    sent = {
        "parts": [f"appointment:{number}"], "person_id": str(coming), "since": town.info["today"]().isoformat(),
    }  # fmt: skip
    steward = town.someone(Role.STEWARD)
    assert "se déclare à la CNIL" in steward.get(f"/bureau/passations/{leaving}").text

    unread = steward.post(f"/bureau/passations/{leaving}", sent)
    assert unread.status_code == 422
    assert "cochez la case" in unread.text
    assert steward.post(f"/bureau/passations/{leaving}", sent | {"confirmed": "true"}).status_code == 303
