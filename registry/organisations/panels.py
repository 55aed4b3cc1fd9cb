"""What this room shows on other rooms' sheets: who is appointed."""

from collections.abc import Callable, Mapping, Sequence

from sqlmodel import col

from registry.kernel.permissions import Permission
from registry.organisations.models import Appointment
from registry.organisations.queries import Appointed, find_appointments, find_organisation, get_subject
from registry.organisations.rules import roles_expected
from registry.organisations.views import AppointmentsPanel, Mark
from registry.organisations.vocabulary import AppointmentSubject
from registry.web.held import is_held, tell_held
from registry.web.visits import Panel, Visit

MARKS: list[Callable[[Visit, Sequence[Appointed]], Mapping[int, Mark]]] = []
"""What rooms above say beside the names of people in post, by the number of each; rooms add theirs."""


def appointments_on(visit: Visit, kind: AppointmentSubject, subject_id: int) -> AppointmentsPanel:
    """Who is in post today, who was or will be, and which expected role is vacant."""
    some = is_held(visit, "appointments", kind, subject_id)
    every = find_appointments(visit.session, kind, subject_id) if some else ()
    today = visit.today
    current = [one for one in every if one.since <= today and (one.until is None or today < one.until)]
    filled = {one.role for one in current}
    body = find_organisation(visit.session, subject_id) if kind is AppointmentSubject.ORGANISATION else None
    begun = {(one.role, one.since): one.name or one.email or "" for one in every}
    return AppointmentsPanel(
        subject_kind=str(kind),
        subject_id=subject_id,
        rows=current,
        past=[
            (one, begun.get((one.role, one.until), "") if one.until is not None else "")
            for one in every
            if one not in current
        ],
        marks={person: mark for told in MARKS for person, mark in told(visit, current).items()} if current else {},
        vacant=[role.label for role in roles_expected(kind, body.kind if body else None) if role not in filled],
        may_record=_may_record(visit, kind, subject_id),
        today=today,
    )


def _may_record(visit: Visit, kind: AppointmentSubject, subject_id: int) -> bool:
    """Whether the visitor may appoint on this very subject; asked of the database only where roles differ."""
    reach = visit.visitor.reach(Permission.ORGANISATIONS_APPOINTMENT_RECORD)
    if not reach or reach >= visit.visitor.reads:
        return bool(reach)
    return get_subject(visit.session, kind, subject_id)[0] in reach


KINDS = (AppointmentSubject.DATASET, AppointmentSubject.SYSTEM, AppointmentSubject.ORGANISATION)
for _kind in KINDS:
    tell_held(_kind, "appointments", col(Appointment.subject_id), col(Appointment.subject_kind) == _kind)
PANELS = tuple(
    Panel(
        str(kind),
        Permission.ORGANISATIONS_ORGANISATION_READ,
        "organisations/_appointments.html",
        lambda visit, subject_id, kind=kind: appointments_on(visit, kind, subject_id),  # type: ignore[misc]
    )
    for kind in KINDS
)
