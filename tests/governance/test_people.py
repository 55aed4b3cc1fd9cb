"""A body is judged for its people: whether all who answer for data are trained, and whether a leaver is replaced."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from registry.compliance.engine import engine_of
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.datasets.service import annul_dataset, restore_dataset
from registry.governance.facts import BOUND
from registry.governance.training_rules import last_leaving
from registry.kernel.permissions import Role
from registry.organisations.forms import AppointmentForm, PersonForm
from registry.organisations.posts import leave_post, take_back_posts
from registry.organisations.queries import get_appointment
from registry.organisations.service import appoint, end_appointment, record_person
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from tests.conftest import TODAY, Town

LIST = "/gouvernance/formations"
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["owner", "steward"]), DAYS, st.none() | DAYS), max_size=8)
)
def test_a_dataset_is_left_to_nobody_when_the_last_to_keep_it_has_a_last_day(said: list[Any]) -> None:
    begun: dict[tuple[int, str], dict[date, date | None]] = {}
    for dataset, role, since, until in said:
        if until is None or until > since:
            begun.setdefault((dataset, role), {})[since] = until
    mandates = {place: list(days.items()) for place, days in begun.items()}
    leaving, without = last_leaving(mandates)
    last = {place: max(days, key=lambda one: one[0]) for place, days in mandates.items()}
    left = {place: until for place, (_since, until) in last.items() if until is not None}
    assert without == len({dataset for dataset, _role in left})
    if left:
        assert leaving == min(left.values()) - timedelta(days=1)
    elif not any(len(days) > 1 for days in mandates.values()):
        assert leaving is None, "Nobody ever left."


def said_of(town: Town, policy: str, body: int | None = None) -> str:
    """What the registry keeps that a policy says of a body."""
    with town.acting() as session:
        return str(
            session.execute(
                text(
                    "SELECT verdict FROM finding WHERE subject_kind = 'organisation' AND subject_id = :body"
                    " AND policy_id = :policy AND until IS NULL"
                ),
                {"body": body or town.authority_id, "policy": policy},
            ).scalar_one()
        )


def in_post(town: Town, dataset: int, on: int, **more: Any) -> tuple[int, int]:
    """Somebody of an organisation appointed to keep a dataset: their number and that of the mandate."""
    with town.acting() as session:
        person = record_person(session, on, PersonForm(name="Référence des données")).id
        form = AppointmentForm(
            person_id=person, role=AppointmentRole.STEWARD, subject_kind=AppointmentSubject.DATASET,
            subject_id=dataset, since=date(2026, 1, 1), **more,
        )  # fmt: skip
        return person, appoint(session, on, form).id


@pytest.mark.database
def test_a_body_follows_the_recommendation_once_all_who_answer_for_its_data_are_trained(town: Town) -> None:
    director = town.someone(Role.DIRECTOR, town.commune_id)
    person, _mandate = in_post(town, town.record("Arbres", on=town.commune_id), town.commune_id)
    assert said_of(town, "ACC-03", town.commune_id) == Verdict.TO_COMPLETE, "No course is known."
    sheet = director.get(f"/organisations/{town.commune_id}").text
    assert 'href="/gouvernance/formations"' in sheet, "What lacks is recorded on the page of training."

    sent = {"organisation_id": str(town.commune_id), "title": "Données", "audiences": ["", "stewards", "elected"]}
    course = director.post(f"{LIST}/nouvelle", sent).headers["location"].partition("?")[0]
    assert said_of(town, "ACC-03", town.commune_id) == Verdict.NON_COMPLIANT
    assert said_of(town, "ACC-04", town.commune_id) == Verdict.NON_COMPLIANT, "No session gathered the elected."

    with town.acting() as session:
        query = text("SELECT person_id FROM account WHERE id = :id")
        own = int(session.execute(query, {"id": director.account_id}).scalar_one())
    held = {"held_on": TODAY.isoformat(), "person-1-person_id": str(person), "person-1-state": "attended"}
    assert director.post(f"{course}/sessions/nouvelle", held).status_code == 303
    assert said_of(town, "ACC-04", town.commune_id) == Verdict.COMPLIANT
    assert said_of(town, "ACC-03", town.commune_id) == Verdict.NON_COMPLIANT, "Whoever directs answers too."
    both = {**held, "person-1-person_id": str(own)}
    assert director.post(f"{course}/sessions/nouvelle", both).status_code == 303
    assert said_of(town, "ACC-03", town.commune_id) == Verdict.COMPLIANT


@pytest.mark.database
def test_a_leaver_without_a_successor_is_to_replace_by_their_last_day(town: Town) -> None:
    dataset = town.record("Arbres", on=town.service_id)
    assert said_of(town, "ACC-06") == Verdict.NOT_APPLICABLE
    _person, mandate = in_post(town, dataset, town.service_id, until=TODAY + timedelta(days=9000))
    assert said_of(town, "ACC-06") == Verdict.TO_COMPLETE, "The service acts for the authority above it."
    with town.acting() as session:
        end_appointment(session, mandate, on=TODAY)
    assert said_of(town, "ACC-06") == Verdict.NON_COMPLIANT


@pytest.mark.database
def test_a_sheet_set_aside_is_left_by_nobody_until_it_comes_back(town: Town) -> None:
    dataset = town.record("Arbres", on=town.service_id)
    in_post(town, dataset, town.service_id, until=TODAY)
    assert said_of(town, "ACC-06") == Verdict.NON_COMPLIANT
    with town.acting() as session:
        annul_dataset(session, dataset, expected=1, reason="Double")
    assert said_of(town, "ACC-06") == Verdict.NOT_APPLICABLE
    with town.acting() as session:
        restore_dataset(session, dataset, expected=2, reason="Ce n’en était pas un")
    assert said_of(town, "ACC-06") == Verdict.NON_COMPLIANT


@pytest.mark.database
def test_a_departure_taken_back_no_longer_leaves_a_sheet_to_nobody(town: Town) -> None:
    dataset = town.record("Arbres", on=town.service_id)
    _person, mandate = in_post(town, dataset, town.service_id)
    with town.acting() as session:
        noted = leave_post(session, get_appointment(session, mandate), on=TODAY)
    assert said_of(town, "ACC-06") == Verdict.NON_COMPLIANT
    with town.acting() as session:
        assert take_back_posts(session, [noted])
    assert said_of(town, "ACC-06") == Verdict.NOT_APPLICABLE


@pytest.mark.database
def test_what_a_body_says_of_ai_and_of_its_strategy_is_judged(town: Town) -> None:
    administrator = town.someone(Role.ADMINISTRATOR)
    address = f"/organisations/{town.authority_id}/modifier"
    page = administrator.get(address)
    version = page.text.split('name="version" value="')[1].split('"')[0]
    typed = {"version": version, "uses_ai": "true", "digital_strategy_adopted_on": "2025-01-15",
             "ai_literacy_measures": "Charte et module pour la relation aux usagers"}  # fmt: skip
    assert administrator.post(address, typed).status_code == 303
    assert said_of(town, "ACC-05") == Verdict.COMPLIANT
    assert said_of(town, "SOB-07") == Verdict.TO_COMPLETE
    with town.acting() as session:
        kept = session.execute(text("SELECT string_agg(facts::text, '') FROM finding")).scalar_one()
        snapshots = session.execute(text("SELECT string_agg(snapshot::text, '') FROM ledger_entry")).scalar_one()
    assert "Charte" not in kept + snapshots, "A free text may name somebody: it is kept apart."


@pytest.mark.database
def test_who_acts_for_a_service_leaves_the_judging_of_the_body_to_the_worker(town: Town) -> None:
    steward = town.someone(Role.STEWARD, town.service_id)
    dataset = town.record("Arbres", on=town.service_id)
    post = {"name": "Référence", "role": "steward", "since": "2026-01-01"}
    assert steward.post(f"/organisations/mandats/dataset/{dataset}", post).status_code == 303
    with town.acting() as session:
        asked = session.execute(text("SELECT count(*) FROM job_run WHERE kind = 'compliance:evaluate'")).scalar_one()
        subject = engine_of(session).subjects[SubjectKind.ORGANISATION]
        _row, facts = subject.bind(session, [town.authority_id], on=TODAY, until=None)[town.authority_id]
    assert asked == 1
    assert facts["organisation.answers_for_data"] is True
    assert {name.removesuffix("__present") for name in facts} & set(BOUND)
