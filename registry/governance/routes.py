"""The pages of governance: bodies with their members, their meetings and what these decided."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.compliance.engine import engine_of
from registry.datasets.views import ConflictRow
from registry.governance.forms import BodyForm, MeetingDecisionForm, MeetingForm
from registry.governance.models import GovernanceBody, GovernanceMeeting
from registry.governance.queries import (
    ActionFilter,
    Decided,
    count_actions,
    count_by_decision,
    find_bodies,
    find_decisions,
    find_meetings,
    find_members,
    get_body,
    get_meeting,
)
from registry.governance.service import (
    amend_body,
    amend_meeting,
    record_body,
    record_meeting,
)
from registry.governance.training_queries import find_answering, months_of_training
from registry.governance.training_rules import is_trained
from registry.governance.views import (
    BodyFormPage,
    BodyLine,
    BodyPage,
    DecisionLine,
    GovernancePage,
    MeetingFormPage,
    MeetingPage,
    labels,
)
from registry.governance.visiting import ASIDE, READ, RECORD, aside_of, beside_the_other
from registry.governance.vocabulary import ActionState, BodyKind, BodyScope
from registry.kernel.dates import plus_months
from registry.kernel.words import _, ngettext
from registry.organisations.queries import find_organisations, get_organisation
from registry.organisations.vocabulary import AppointmentRole
from registry.web.forms import FormData, parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.templating import say_day
from registry.web.visits import Rejected, Visit, route

_LAST, _EMPTY_ROWS = 10, 3


@route("GET", "/gouvernance", READ)
def show_governance(visit: Visit) -> Response[Any]:
    """The bodies the visitor may know, what they decided last, and where the plan stands."""
    annulled, today = visit.query("annulees") == "true", visit.today
    bodies = find_bodies(visit.session, annulled=annulled)
    names = {body.id: body.name for body in find_organisations(visit.session)}
    days: dict[int, list[date]] = {}
    for meeting in find_meetings(visit.session, [body.id for body in bodies]):
        days.setdefault(meeting.body_id, []).append(meeting.held_on)
    late = count_actions(visit.session, ActionFilter(late=True), today=today)
    opened = frozenset(one for one in ActionState if one.is_open)
    months = months_of_training(visit.session, today)
    untrained = sum(not is_trained(one.last_on, months, today) for one in find_answering(visit.session, today))
    page = GovernancePage(
        bodies=[_body_line(body, names.get(body.organisation_id, ""), days.get(body.id, []), today) for body in bodies],
        decisions=_decision_lines(visit, find_decisions(visit.session)[:_LAST]) if not annulled else [],
        figures=[
            (late, ngettext("action en retard", "actions en retard", late), "/gouvernance/actions?etat=late",
             "bad" if late else "good"),
            (count_actions(visit.session, ActionFilter(states=opened), today=today), _("à mener"),
             "/gouvernance/actions?etat=planned&etat=under-way", ""),
            (untrained, ngettext("personne sans formation valable", "personnes sans formation valable", untrained),
             "/gouvernance/formations?etat=a-former#personnes", "bad" if untrained else "good"),
        ],
        annulled=annulled,
        may_record=visit.visitor.may(RECORD),
    )  # fmt: skip
    return visit.page("governance/governance.html", page)


def _body_line(body: GovernanceBody, organisation: str, days: Sequence[date], today: date) -> BodyLine:
    held, coming = [day for day in days if day <= today], [day for day in days if day > today]
    last = max(held, default=None)
    due = plus_months(last, body.rhythm_months) if last is not None and body.rhythm_months else None
    overdue = bool(body.rhythm_months) and not coming and (due is None or due < today)
    return BodyLine(
        body.id, body.name, body.kind.label, body.scope.label, organisation, last, min(coming, default=None), overdue
    )


def _decision_lines(visit: Visit, decided: Sequence[Decided]) -> list[DecisionLine]:
    catalogue = engine_of(visit.session).catalogue
    actions = count_by_decision(visit.session, [one.row.id for one in decided])
    lines = []
    for one in decided:
        policy = catalogue.find(one.row.policy_id) if one.row.policy_id else None
        lines.append(
            DecisionLine(
                one.row.id, one.row.text, one.held_on, one.body_id, one.body, one.row.meeting_id,
                one.row.policy_id or "", policy.name() if policy is not None else "", one.row.dataset_id, one.dataset,
                actions.get(one.row.id, 0),
            )
        )  # fmt: skip
    return lines


@route("GET", "/gouvernance/instances/{body_id:int}", READ)
def show_body(visit: Visit, body_id: int) -> Response[Any]:
    """One body: who sits, when it meets, what it decided."""
    body = get_body(visit.session, body_id)
    visit.agrees.update({"gouvernance-annulee": body.annulled, "gouvernance-retablie": not body.annulled})
    decided = find_decisions(visit.session, body_id=body_id)
    taken = Counter(one.row.meeting_id for one in decided)
    rhythm = body.rhythm_months
    facts = [
        (_("Gouvernance"), body.scope.label),
        (_("Rythme"), ngettext("tous les %(num)s mois", "tous les %(num)s mois", rhythm) % {"num": rhythm}
         if rhythm else ""),
        (_("Ce dont elle s’occupe"), body.purpose or ""),
    ]  # fmt: skip
    page = BodyPage(
        id=body.id, name=body.name, annulled=body.annulled, organisation_id=body.organisation_id,
        organisation=get_organisation(visit.session, body.organisation_id).name, marks=[body.kind.label],
        facts=[(label, words) for label, words in facts if words],
        members=[
            (one.row.member_id, one.name or _("Organisation hors de vos droits"),
             one.row.role.label if one.row.role else "", one.held or one.row.role is None)
            for one in find_members(visit.session, [body_id], visit.today)
        ],
        meetings=[
            (one.id, one.held_on, one.held_on > visit.today, taken[one.id])
            for one in find_meetings(visit.session, [body_id])
        ],
        decisions=_decision_lines(visit, decided),
        may_record=visit.visitor.may(RECORD, body.organisation_id),
    )  # fmt: skip
    return visit.page("governance/body.html", page)


def typed_rows(data: FormData, prefix: str, names: Sequence[str], needed: str) -> list[dict[str, Any]]:
    """The rows of a form that say what is needed, in their order."""
    ranks = sorted(
        {
            int(parts[1])
            for name in data.names()
            if len(parts := name.split("-")) == 3 and parts[0] == prefix and parts[1].isdecimal() and len(parts[1]) < 4
        }
    )
    rows = [{name: data.first(f"{prefix}-{rank}-{name}").strip() or None for name in names} for rank in ranks]
    return [row for row in rows if row[needed]]


def _typed_body(data: FormData) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: data.first(name).strip() or ("" if name in {"name", "scope", "kind"} else None)
        for name in ("name", "scope", "kind", "purpose", "rhythm_months")
    }
    return {**values, "members": typed_rows(data, "member", ("member_id", "role"), "member_id")}


def _body_form(
    visit: Visit, body: GovernanceBody | None, values: Mapping[str, Any], errors: Mapping[str, str] | None = None,
    *, version: int | None = None, status: int = 200, beside: Sequence[ConflictRow] = (),
) -> Response[Any]:  # fmt: skip
    reach, known = visit.visitor.reach(RECORD), find_organisations(visit.session)
    page = BodyFormPage(
        id=body.id if body else None,
        version=version if version is not None else body.version if body else None,
        name=body.name if body else "",
        values=values, errors={name.partition(".")[0]: words for name, words in (errors or {}).items()},
        beside=beside, labels=labels(),
        organisations=[(str(one.id), one.name) for one in known if one.id in reach],
        bodies=[(str(one.id), one.name) for one in known],
        members=[*(values.get("members") or []), *({} for _row in range(_EMPTY_ROWS))],
        choices={
            "scope": [(str(one), one.label) for one in BodyScope],
            "kind": [(str(one), one.label) for one in BodyKind],
            "role": [(str(one), one.label) for one in AppointmentRole],
        },
    )  # fmt: skip
    return visit.page("governance/body_form.html", page, status=status)


@route("GET", "/gouvernance/instances/nouvelle", RECORD)
def show_new_body(visit: Visit) -> Response[Any]:
    """An empty body."""
    return _body_form(visit, None, {"organisation_id": str(visit.visitor.organisation_id)})


@route("POST", "/gouvernance/instances/nouvelle", RECORD)
def record_new_body(visit: Visit) -> Response[Any]:
    """Records a body, or shows the form again with what was typed."""
    data = visit.form_data()
    owner, typed = read_number(data.first("organisation_id")), _typed_body(data)
    values = {**typed, "organisation_id": data.first("organisation_id")}
    read = parse_values(BodyForm, typed, today=visit.today)
    errors: dict[str, str] = dict(read.errors) if isinstance(read, Rejected) else {}
    if owner is None or not visit.visitor.may(RECORD, owner):
        errors["organisation_id"] = _("Choisissez une organisation dont vous tenez la gouvernance.")
    if isinstance(read, Rejected) or owner is None or errors:
        return _body_form(visit, None, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    made = save(read, lambda form: record_body(visit.session, owner, form))
    if isinstance(made, Unsaved):
        return _body_form(visit, None, values, made.errors, status=made.status)
    return visit.go(f"/gouvernance/instances/{made.id}", done="gouvernance-enregistree")


@route("GET", "/gouvernance/instances/{body_id:int}/modifier", RECORD)
def show_amend_body(visit: Visit, body_id: int) -> Response[Any]:
    """The form of a body, as it stands."""
    body = get_body(visit.session, body_id)
    visit.visitor.require(RECORD, body.organisation_id)
    return _body_form(visit, body, _body_values(visit, body))


def _body_values(visit: Visit, body: GovernanceBody) -> dict[str, Any]:
    """A body as its form shows it."""
    values = {name: getattr(body, name) for name in ("name", "scope", "kind", "purpose", "rhythm_months")}
    members = find_members(visit.session, [body.id], visit.today)
    return {**values, "members": [{"member_id": one.row.member_id, "role": one.row.role} for one in members]}


def _say_body(visit: Visit, name: str, value: Any) -> str:
    if name == "members":
        known = {one.id: one.name for one in find_organisations(visit.session)}
        said = [
            " · ".join(
                [known.get(one["member_id"], ""), *([AppointmentRole(one["role"]).label] if one["role"] else [])]
            )
            for one in value or []
        ]
        return " ; ".join(sorted(said))
    of = {"scope": BodyScope, "kind": BodyKind}.get(name)
    return of(value).label if of and value else str(value or "")


@route("POST", "/gouvernance/instances/{body_id:int}/modifier", RECORD)
def change_body(visit: Visit, body_id: int) -> Response[Any]:
    """Saves the form; refused when somebody else saved meanwhile."""
    body = get_body(visit.session, body_id)
    visit.visitor.require(RECORD, body.organisation_id)
    data = visit.form_data()
    typed, version = _typed_body(data), read_number(data.first("version")) or 0
    read = parse_values(BodyForm, typed, today=visit.today)
    made = save(read, lambda form: amend_body(visit.session, body_id, form, expected=version))
    if isinstance(made, Unsaved):
        say, theirs = partial(_say_body, visit), _body_values(visit, body)
        typed, beside = beside_the_other(visit, body, typed, made, version, theirs, say)
        return _body_form(
            visit, body, typed, made.errors, version=made.version or version, beside=beside, status=made.status
        )
    return visit.go(f"/gouvernance/instances/{body_id}", done="gouvernance-enregistree")


def _body_aside(visit: Visit, body_id: int) -> Aside:
    body = get_body(visit.session, body_id)
    visit.visitor.require(RECORD, body.organisation_id)
    return aside_of(visit, body, _("Instance"), body.name, f"/gouvernance/instances/{body.id}")


_BODY_ASIDE = asking_why("/gouvernance/instances/{body_id:int}/annuler", RECORD, _body_aside, done=ASIDE)


@route("GET", "/gouvernance/seances/{meeting_id:int}", READ)
def show_meeting(visit: Visit, meeting_id: int) -> Response[Any]:
    """One meeting: its agenda, what was decided, its minutes."""
    meeting = get_meeting(visit.session, meeting_id)
    visit.agrees.update({"gouvernance-annulee": meeting.annulled, "gouvernance-retablie": not meeting.annulled})
    page = MeetingPage(
        id=meeting.id, body_id=meeting.body_id, body=get_body(visit.session, meeting.body_id).name,
        held_on=meeting.held_on, annulled=meeting.annulled, agenda=meeting.agenda or "",
        decisions=_decision_lines(visit, find_decisions(visit.session, meeting_ids=[meeting_id])),
        panels=visit.panels_of("meeting", meeting.id),
        may_record=visit.visitor.may(RECORD, meeting.organisation_id),
    )  # fmt: skip
    return visit.page("governance/meeting.html", page)


def _typed_meeting(data: FormData) -> dict[str, Any]:
    rows = typed_rows(data, "decision", ("id", "text", "policy_id", "dataset_id"), "text")
    for row in rows:
        # The address of a sheet may be pasted: its number ends it.
        row["dataset_id"] = (row["dataset_id"] or "").rstrip("/").rpartition("/")[2] or None
    return {
        "held_on": data.first("held_on").strip(), "agenda": data.first("agenda").strip() or None, "decisions": rows
    }  # fmt: skip


def _meeting_form(
    visit: Visit, body: GovernanceBody, meeting: GovernanceMeeting | None, values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None, *, version: int | None = None, status: int = 200,
    beside: Sequence[ConflictRow] = (),
) -> Response[Any]:  # fmt: skip
    policies = sorted(engine_of(visit.session).catalogue.policies, key=lambda one: one.id)
    page = MeetingFormPage(
        id=meeting.id if meeting else None,
        version=version if version is not None else meeting.version if meeting else None,
        body_id=body.id, body=body.name, values=values,
        errors={name.partition(".")[0]: words for name, words in (errors or {}).items()}, beside=beside,
        labels=labels(),
        decisions=[*(values.get("decisions") or []), *({} for _row in range(_EMPTY_ROWS))],
        policies=[(one.id, f"{one.id} · {one.name()}") for one in policies],
    )  # fmt: skip
    return visit.page("governance/meeting_form.html", page, status=status)


@route("GET", "/gouvernance/instances/{body_id:int}/seances/nouvelle", RECORD)
def show_new_meeting(visit: Visit, body_id: int) -> Response[Any]:
    """An empty meeting of a body."""
    body = get_body(visit.session, body_id)
    visit.visitor.require(RECORD, body.organisation_id)
    return _meeting_form(visit, body, None, {})


@route("POST", "/gouvernance/instances/{body_id:int}/seances/nouvelle", RECORD)
def record_new_meeting(visit: Visit, body_id: int) -> Response[Any]:
    """Records a meeting, or shows the form again with what was typed."""
    body, typed = get_body(visit.session, body_id), _typed_meeting(visit.form_data())
    visit.visitor.require(RECORD, body.organisation_id)
    read = parse_values(MeetingForm, typed, today=visit.today)
    made = save(read, lambda form: record_meeting(visit.session, body_id, form))
    if isinstance(made, Unsaved):
        return _meeting_form(visit, body, None, typed, made.errors, status=made.status)
    return visit.go(f"/gouvernance/seances/{made.id}", done="gouvernance-enregistree")


@route("GET", "/gouvernance/seances/{meeting_id:int}/modifier", RECORD)
def show_amend_meeting(visit: Visit, meeting_id: int) -> Response[Any]:
    """The form of a meeting, as it stands."""
    meeting = get_meeting(visit.session, meeting_id)
    visit.visitor.require(RECORD, meeting.organisation_id)
    return _meeting_form(visit, get_body(visit.session, meeting.body_id), meeting, _meeting_values(visit, meeting))


def _meeting_values(visit: Visit, meeting: GovernanceMeeting) -> dict[str, Any]:
    """A meeting as its form shows it."""
    decisions = [
        {name: getattr(one.row, name) for name in MeetingDecisionForm.model_fields}
        for one in find_decisions(visit.session, meeting_ids=[meeting.id])
    ]
    return {"held_on": meeting.held_on.isoformat(), "agenda": meeting.agenda, "decisions": decisions}


def _say_meeting(name: str, value: Any) -> str:
    if name == "decisions":
        return " ; ".join(
            " · ".join(str(one[part]) for part in ("text", "policy_id", "dataset_id") if one[part])
            for one in sorted(value or [], key=lambda one: (one["id"] is None, one["id"]))
        )
    return say_day(date.fromisoformat(value)) if name == "held_on" and value else str(value or "")


@route("POST", "/gouvernance/seances/{meeting_id:int}/modifier", RECORD)
def change_meeting(visit: Visit, meeting_id: int) -> Response[Any]:
    """Saves the form; refused when somebody else saved meanwhile."""
    meeting = get_meeting(visit.session, meeting_id)
    visit.visitor.require(RECORD, meeting.organisation_id)
    body, data = get_body(visit.session, meeting.body_id), visit.form_data()
    typed, version = _typed_meeting(data), read_number(data.first("version")) or 0
    read = parse_values(MeetingForm, typed, today=visit.today)
    made = save(read, lambda form: amend_meeting(visit.session, meeting_id, form, expected=version))
    if isinstance(made, Unsaved):
        theirs = _meeting_values(visit, meeting)
        typed, beside = beside_the_other(visit, meeting, typed, made, version, theirs, _say_meeting)
        return _meeting_form(
            visit, body, meeting, typed, made.errors, version=made.version or version, beside=beside,
            status=made.status,
        )  # fmt: skip
    return visit.go(f"/gouvernance/seances/{meeting_id}", done="gouvernance-enregistree")


def _meeting_aside(visit: Visit, meeting_id: int) -> Aside:
    meeting = get_meeting(visit.session, meeting_id)
    visit.visitor.require(RECORD, meeting.organisation_id)
    title = _("Séance du {day}").format(day=say_day(meeting.held_on))
    return aside_of(visit, meeting, _("Séance"), title, f"/gouvernance/seances/{meeting.id}")


_MEETING_ASIDE = asking_why("/gouvernance/seances/{meeting_id:int}/annuler", RECORD, _meeting_aside, done=ASIDE)

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_governance, show_body, show_new_body, record_new_body, show_amend_body, change_body, *_BODY_ASIDE,
    show_meeting, show_new_meeting, record_new_meeting, show_amend_meeting, change_meeting, *_MEETING_ASIDE,
)  # fmt: skip
