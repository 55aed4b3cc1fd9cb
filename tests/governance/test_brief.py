"""The governance brief: bodies behind their rhythm, decisions of the year, what is late first, what was learnt."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from registry.governance import brief_document
from registry.governance.models import (
    GovernanceAction,
    GovernanceBody,
    GovernanceDecision,
    GovernanceMeeting,
    TrainingAttendance,
    TrainingCourse,
    TrainingSession,
)
from registry.governance.vocabulary import ActionState, AttendanceState, BodyKind, BodyScope
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.organisations.models import Person
from registry.reporting.discovery import get_report
from tests.conftest import TODAY, Town

pytestmark = pytest.mark.database
NOW = Moment(TODAY, TODAY, TODAY, until=None)


def added(session: Session, row: Any) -> int:
    """The number of a row, once it is kept."""
    session.add(row)
    session.flush()
    return int(row.id)


def brief_of(town: Town, number: int) -> Any:
    """The content of the brief, as its report takes it."""
    with town.acting() as session:
        found = brief_document.gather(session, Subject("organisation", number), NOW)
    more = {"issued_on": TODAY, "author": "DGS", "seal": {"number": 1, "root": "0" * 64}}
    module = get_report("governance-brief").content
    return module.from_canonical(module.to_canonical(module.from_sample({**found.values, **more})))


def govern(town: Town, number: int, *, days_ago: int) -> None:
    """A committee that meets every three months and met so many days ago, with a decision, three actions, a course."""
    own = {"organisation_id": number}
    with town.acting() as session:
        body = added(session, GovernanceBody(
            **own, name="Comité", scope=BodyScope.INTERNAL, kind=BodyKind.STEERING, rhythm_months=3
        ))  # fmt: skip
        held_on = TODAY - timedelta(days=days_ago)
        meeting = added(session, GovernanceMeeting(**own, body_id=body, held_on=held_on))
        decision = added(session, GovernanceDecision(**own, meeting_id=meeting, text="Ouvrir les arbres"))
        yesterday = TODAY - timedelta(days=1)
        for title, more in (
            ("Sans échéance", {}),
            ("En retard", {"due_on": yesterday, "decision_id": decision}),
            ("Faite", {"state": ActionState.DONE, "done_on": yesterday, "decision_id": decision}),
        ):
            added(session, GovernanceAction(**own, title=title, **more))
        course = added(session, TrainingCourse(**own, title="Ouvrir les données"))
        taught = added(session, TrainingSession(**own, course_id=course, held_on=yesterday, headcount=1))
        for state in (AttendanceState.ATTENDED, AttendanceState.ATTENDED, AttendanceState.MISSED):
            person = added(session, Person(organisation_id=number))
            added(session, TrainingAttendance(**own, session_id=taught, person_id=person, state=state))


def test_it_tells_what_is_late_first_and_counts_what_was_kept_to(town: Town) -> None:
    govern(town, town.commune_id, days_ago=200)

    content = brief_of(town, town.commune_id)

    rows = {sheet.id: sheet.grids[0].rows for sheet in content.sheets}
    assert rows["instances"][0][4].endswith("dépassé")
    assert [row[2:] for row in rows["decisions"]] == [("Ouvrir les arbres", "2 actions, 1 à finir")]
    assert [row[0] for row in rows["actions"]] == ["En retard", "Sans échéance"]
    assert rows["formations"] == (("Ouvrir les données", "–", "1", "2"),)
    assert [(one.first, one.second) for one in content.summary] == [(0, 1), (1, 2), (1, 1)]


def test_a_committee_that_keeps_its_rhythm_is_not_late_and_old_decisions_are_left_out(town: Town) -> None:
    govern(town, town.commune_id, days_ago=20)
    govern(town, town.other_commune_id, days_ago=500)

    kept, old = brief_of(town, town.commune_id), brief_of(town, town.other_commune_id)

    assert not next(sheet for sheet in kept.sheets if sheet.id == "instances").late
    assert "decisions" not in {sheet.id for sheet in old.sheets}


def test_nothing_recorded_makes_a_brief_that_says_so_and_a_partner_has_none(town: Town) -> None:
    assert brief_of(town, town.commune_id).sheets == ()
    with town.acting() as session, pytest.raises(Invalid, match="Cette note"):
        brief_document.get_keeper(session, Subject("dataset", town.commune_id))


def test_the_page_of_documents_offers_it_for_the_commune_alone(town: Town) -> None:
    director = town.someone(Role.DIRECTOR, town.commune_id)
    asked = {"report": "governance-brief", "scope": f"organisation:{town.commune_id}"}

    assert director.post("/documents", asked).status_code == 303
    assert director.post("/documents", {**asked, "scope": f"organisation:{town.other_commune_id}"}).status_code == 404
