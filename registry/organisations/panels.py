"""What this room shows on other rooms' sheets: who is appointed."""

from registry.kernel.permissions import Permission
from registry.organisations.queries import find_appointments, get_subject
from registry.organisations.views import AppointmentsPanel
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from registry.web.visits import Panel, Visit

EXPECTED = {
    AppointmentSubject.DATASET: (AppointmentRole.OWNER, AppointmentRole.STEWARD),
    AppointmentSubject.ORGANISATION: (AppointmentRole.DPO, AppointmentRole.PRADA),
}


def appointments_on(visit: Visit, kind: AppointmentSubject, subject_id: int) -> AppointmentsPanel:
    """Who is in post today, who was or will be, and which expected role is vacant."""
    every = find_appointments(visit.session, kind, subject_id)
    today = visit.today
    current = [one for one in every if one.since <= today and (one.until is None or today < one.until)]
    filled = {one.role for one in current}
    return AppointmentsPanel(
        subject_kind=str(kind),
        subject_id=subject_id,
        rows=current,
        past=[one for one in every if one not in current],
        vacant=[role.label for role in EXPECTED[kind] if role not in filled],
        may_record=_may_record(visit, kind, subject_id),
        today=today,
    )


def _may_record(visit: Visit, kind: AppointmentSubject, subject_id: int) -> bool:
    """Whether the visitor may appoint on this very subject; asked of the database only where roles differ."""
    reach = visit.visitor.reach(Permission.ORGANISATIONS_APPOINTMENT_RECORD)
    if not reach or reach >= visit.visitor.reads:
        return bool(reach)
    return get_subject(visit.session, kind, subject_id)[0] in reach


PANELS = (
    Panel(
        "dataset",
        Permission.ORGANISATIONS_ORGANISATION_READ,
        "organisations/_appointments.html",
        lambda visit, subject_id: appointments_on(visit, AppointmentSubject.DATASET, subject_id),
    ),
    Panel(
        "organisation",
        Permission.ORGANISATIONS_ORGANISATION_READ,
        "organisations/_appointments.html",
        lambda visit, subject_id: appointments_on(visit, AppointmentSubject.ORGANISATION, subject_id),
    ),
)
