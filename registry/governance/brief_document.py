"""How the governance of data goes, as a document: bodies and their rhythm, decisions, the action plan, training.

It tells the twelve months before its day, and what is still to be done whatever its age.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.governance.models import (
    GovernanceAction,
    GovernanceBody,
    GovernanceDecision,
    GovernanceMeeting,
    TrainingAttendance,
    TrainingCourse,
    TrainingSession,
)
from registry.governance.rules import is_late
from registry.governance.vocabulary import ActionState, AttendanceState
from registry.kernel.dates import plus_months
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _, ngettext
from registry.ledger.as_of import find_rows
from registry.organisations.holding import BODIES, find_every, find_held, frame_of_sheets
from registry.organisations.queries import get_organisation
from registry.platform.lists import load_list
from registry.platform.tables import Table
from registry.web.templating import say_day

OFFERED = {"organisation": BODIES}
YEAR = 12
"""Units: months looked back on."""


def get_keeper(session: Session, subject: Subject) -> int:
    """The organisation whose governance is told.

    Raises: NotFound; Invalid when the document is not made of such a subject.
    """
    body = get_organisation(session, subject.number) if subject.kind in OFFERED else None
    if body is None or body.kind not in BODIES:
        raise Invalid(_("Cette note est celle de la collectivité, d’une commune, d’une direction ou d’un service."))
    return body.id


def gather(session: Session, subject: Subject, moment: Moment) -> Gathered:
    """The governance of an organisation and of what acts for it.

    Raises: NotFound; Invalid when it was not in the register that day.
    """
    held = find_held(session, find_every(session, moment), subject.number)

    def rows(model: type[Table], column: str, among: Sequence[int] | frozenset[int]) -> list[Any]:
        return [row for row in find_rows(session, model, until=moment.until, column=column, among=among)
                if not row.annulled]  # fmt: skip

    bodies = {row.id: row for row in rows(GovernanceBody, "organisation_id", held.within)}
    meetings = {row.id: row for row in rows(GovernanceMeeting, "body_id", list(bodies))}
    decisions = {row.id: row for row in rows(GovernanceDecision, "meeting_id", list(meetings))}
    actions = rows(GovernanceAction, "organisation_id", held.within)
    courses = {row.id: row for row in rows(TrainingCourse, "organisation_id", held.within)}
    sessions = {row.id: row for row in rows(TrainingSession, "course_id", list(courses))}
    there = rows(TrainingAttendance, "session_id", list(sessions))
    day, since = moment.as_of, plus_months(moment.as_of, -YEAR)
    sheets = [
        _bodies(bodies, meetings.values(), day),
        _decisions(bodies, meetings, decisions.values(), actions, since, day),
        _actions(actions, decisions, day),
        _training(courses, sessions.values(), there, since, day),
    ]
    name = held.asked.name
    values = {
        **frame_of_sheets(session, held, moment, name),
        "card": [{"label": _("Tenu par"), "text": name}],
        "summary": _summary(bodies.values(), meetings.values(), actions, day),
        "sheets": [one for one in sheets if one["grids"]],
    }
    return Gathered(held.kind, subject.number, name, subject.number, values)


def _sheet(
    code: str, name: str, standing: str, headers: Sequence[str], rows: Sequence[Sequence[str]], *, late: bool = False
) -> dict[str, Any]:
    grids = [{"caption": name, "headers": headers, "rows": rows}] if rows else []
    return {"id": code, "name": name, "standing": standing, "late": late, "grids": grids}


def _last_held(body: Any, meetings: Any, day: date) -> date | None:
    return max((one.held_on for one in meetings if one.body_id == body.id and one.held_on <= day), default=None)


def _next_due(body: Any, last: date | None) -> date | None:
    """The day by which a body should meet again, by the rhythm it gave itself."""
    return plus_months(last, body.rhythm_months) if last is not None and body.rhythm_months else None


def _is_behind(body: Any, meetings: Any, day: date) -> bool:
    """Whether a body that gave itself a rhythm does not keep it: it never met, or its day is past."""
    last = _last_held(body, meetings, day)
    due = _next_due(body, last)
    return bool(body.rhythm_months) and (last is None or (due is not None and due < day))


def _bodies(bodies: Mapping[int, Any], meetings: Any, day: date) -> dict[str, Any]:
    rows, behind = [], 0
    for body in sorted(bodies.values(), key=lambda one: (one.scope, one.name)):
        last = _last_held(body, meetings, day)
        due, late = _next_due(body, last), _is_behind(body, meetings, day)
        behind += late
        waited = say_day(due) if due is not None else "–"
        rows.append((
            body.name, body.scope.label, body.kind.label, say_day(last) if last is not None else _("Jamais réunie"),
            _("{day}, dépassé").format(day=waited) if late and due is not None else waited,
        ))  # fmt: skip
    headers = (_("Instance"), _("Champ"), _("Rôle"), _("Dernière séance"), _("Prochaine attendue"))
    standing = ngettext("{count} instance en retard", "{count} instances en retard", behind).format(count=behind)
    return _sheet("instances", _("Les instances et leur rythme"), standing, headers, rows, late=behind > 0)


def _decisions(
    bodies: Mapping[int, Any], meetings: Mapping[int, Any], decisions: Any, actions: Sequence[Any], since: date,
    day: date,
) -> dict[str, Any]:  # fmt: skip
    kept = [(meetings[one.meeting_id], one) for one in decisions if since < meetings[one.meeting_id].held_on <= day]
    rows = []
    for meeting, one in sorted(kept, key=lambda pair: (pair[0].held_on, pair[1].id), reverse=True):
        own = [action for action in actions if action.decision_id == one.id]
        still = sum(action.state.is_open for action in own)
        follow = (
            ngettext("{count} action, {still} à finir", "{count} actions, {still} à finir", len(own)).format(
                count=len(own), still=still
            )
            if own
            else _("Aucune action")
        )
        rows.append((say_day(meeting.held_on), bodies[meeting.body_id].name, one.text, follow))
    headers = (_("Séance du"), _("Instance"), _("Décision"), _("Suites"))
    standing = ngettext("{count} décision", "{count} décisions", len(rows)).format(count=len(rows))
    return _sheet("decisions", _("Les décisions des douze derniers mois"), standing, headers, rows)


def _actions(actions: Sequence[Any], decisions: Mapping[int, Any], day: date) -> dict[str, Any]:
    """What is still to be done, what is late first; what was done or dropped is counted in the summary."""
    still = [one for one in actions if one.state.is_open]
    late = [one for one in still if is_late(one.state, one.due_on, day)]
    rows = [
        (
            one.title, one.owner_role.label if one.owner_role is not None else _("Aucun rôle"), one.state.label,
            _due(one, day), decisions[one.decision_id].text if one.decision_id in decisions else one.policy_id or "–",
        )
        for one in sorted(still, key=lambda one: (one.due_on or date.max, one.title))
    ]  # fmt: skip
    headers = (_("Action"), _("Qui"), _("Où elle en est"), _("Échéance"), _("Ce à quoi elle répond"))
    standing = ngettext("{count} action en retard", "{count} actions en retard", len(late)).format(count=len(late))
    return _sheet("actions", _("Le plan d’actions : ce qui reste à faire"), standing, headers, rows, late=bool(late))


def _due(action: Any, day: date) -> str:
    if action.due_on is None:
        return _("Sans échéance")
    said = say_day(action.due_on)
    return _("{day}, dépassé").format(day=said) if is_late(action.state, action.due_on, day) else said


def _training(
    courses: Mapping[int, Any], sessions: Any, there: Sequence[Any], since: date, day: date
) -> dict[str, Any]:
    present: dict[int, int] = {}
    for one in there:
        present[one.session_id] = present.get(one.session_id, 0) + (one.state == AttendanceState.ATTENDED)
    known = load_list("training_audiences")
    rows = []
    for course in sorted(courses.values(), key=lambda one: one.title):
        own = [one for one in sessions if one.course_id == course.id and since < one.held_on <= day]
        # A head count includes whoever is named.
        people = sum(max(one.headcount or 0, present.get(one.id, 0)) for one in own)
        audiences = ", ".join(known.label(code) if code in known else code for code in course.audiences)
        rows.append((course.title, audiences or "–", str(len(own)), str(people)))
    headers = (_("Formation"), _("Public"), _("Sessions en douze mois"), _("Personnes présentes"))
    standing = ngettext("{count} formation", "{count} formations", len(rows)).format(count=len(rows))
    return _sheet("formations", _("Les formations"), standing, headers, rows)


def _summary(bodies: Any, meetings: Any, actions: Sequence[Any], day: date) -> list[dict[str, Any]]:
    """What is kept to, and what is not or is still to do: of bodies with a rhythm, of actions not dropped."""
    rhythmic = [one for one in bodies if one.rhythm_months]
    behind = sum(_is_behind(one, meetings, day) for one in rhythmic)
    standing = [one for one in actions if one.state is not ActionState.DROPPED]
    done = sum(one.state is ActionState.DONE for one in standing)
    late = sum(is_late(one.state, one.due_on, day) for one in standing)
    told = (
        (_("Instances qui se sont donné un rythme"), len(rhythmic) - behind, behind),
        (_("Actions du plan, faites ou non"), done, len(standing) - done),
        (_("Actions à faire, dans les temps ou non"), len(standing) - done - late, late),
    )
    return [{"label": label, "first": first, "second": second} for label, first, second in told if first or second]
