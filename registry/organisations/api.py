"""The JSON API of organisations and appointments: list, read, amend, add, appoint, end."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import Field

from registry.kernel.errors import FieldError, Invalid, NotFound
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.forms import (
    AppointmentForm,
    EndForm,
    OrganisationForm,
    PersonForm,
    ServiceForm,
    SubjectAppointmentForm,
)
from registry.organisations.models import Appointment, Organisation
from registry.organisations.queries import (
    count_organisations,
    find_appointments_page,
    find_known,
    find_organisations_page,
    get_appointment,
    get_organisation,
    get_subject,
    is_person_of,
)
from registry.organisations.service import (
    add_service,
    amend_organisation,
    appoint,
    end_appointment,
    find_or_record_person,
)
from registry.organisations.views import FIELD_LABELS
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject, OrganisationKind
from registry.web.calls import ApiCall, Number, PageQuestions
from registry.web.visits import Visit, route

READ, AMEND, APPOINT = (
    Permission.ORGANISATIONS_ORGANISATION_READ,
    Permission.ORGANISATIONS_ORGANISATION_AMEND,
    Permission.ORGANISATIONS_APPOINTMENT_RECORD,
)
TAG, MANDATES = mark("Organisations"), mark("Mandats")
_LABELS = {
    **FIELD_LABELS,
    "name": mark("Le nom ou la fonction"),
    "kind": mark("Le genre d’organisation"),
    "role": mark("Le rôle confié"),
    "since": mark("Le premier jour du mandat, inclus"),
    "until": mark("Le jour où le mandat a pris fin, exclu ; rien s’il court encore"),
    "on": mark("Le jour où le mandat prend fin, exclu ; aujourd’hui si rien n’est dit"),
    "published": mark("Si le nom peut être rendu public"),
    "person_id": mark("Le numéro d’une personne déjà connue"),
    "email": mark("L’adresse électronique"),
    "subject_kind": mark("Ce sur quoi porte le mandat : une organisation ou un jeu de données"),
    "subject_id": mark("Le numéro de cette organisation ou de ce jeu"),
    "readable": mark("Faux pour une organisation dont vos droits ne montrent que le nom"),
}


def label_of(name: str) -> str:
    """A field's name in the reader's language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this room."""
    return ApiCall(**{"tag": TAG, "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class OrganisationLineBody:
    """An organisation in a list."""

    id: int
    version: int
    parent_id: int | None
    kind: OrganisationKind
    name: str
    siren: str | None
    insee_code: str | None


@dataclass(frozen=True)
class OrganisationsBody:
    """A page of organisations, by name."""

    total: int
    organisations: list[OrganisationLineBody]
    next: str | None


@dataclass(frozen=True)
class OrganisationBody(OrganisationLineBody):
    """An organisation, as the API gives it; where `readable` is false, only what its name tells is given."""

    legal_form: str | None
    readable: bool
    website: str | None
    staff_fte: float | None
    rip_url: str | None
    rip_updated_on: date | None
    prada_contact_published: bool | None
    prada_notified_on: date | None
    dpo_contact_published: bool | None
    dpo_notified_on: date | None
    individual_decision_algorithms: bool | None
    algorithm_rules_url: str | None
    may_charge_reuse: bool | None
    exchanges_with_administrations: bool | None
    exchange_list_url: str | None
    uses_ai: bool | None
    ai_literacy_measures: str | None
    digital_strategy_adopted_on: date | None
    digital_strategy_reviewed_on: date | None
    declared_absent: list[str]


@dataclass(frozen=True)
class AppointmentBody:
    """An appointment with the name and address to show, where they were given and not erased."""

    id: int
    version: int
    organisation_id: int
    role: AppointmentRole
    subject_kind: AppointmentSubject
    subject_id: int
    person_id: int
    name: str | None
    email: str | None
    since: date
    until: date | None
    published: bool
    annulled: bool


@dataclass(frozen=True)
class AppointmentsBody:
    """A page of appointments, the oldest recorded first."""

    appointments: list[AppointmentBody]
    next: str | None


class OrganisationQuestions(PageQuestions):
    """What the list of organisations is narrowed to."""

    kind: list[OrganisationKind] = Field(default_factory=list, description=mark("Le genre d’organisation"))


class AppointmentQuestions(PageQuestions):
    """What the list of appointments is narrowed to."""

    subject_kind: AppointmentSubject | None = Field(default=None, description=_LABELS["subject_kind"])
    subject_id: Number | None = Field(default=None, description=_LABELS["subject_id"])
    role: AppointmentRole | None = Field(default=None, description=_LABELS["role"])
    on: date | None = Field(default=None, description=mark("Les seuls mandats qui courent ce jour-là."))


def _line(body: Organisation) -> dict[str, Any]:
    return {name: getattr(body, name) for name in OrganisationLineBody.__dataclass_fields__}


def _body(visit: Visit, body: Organisation) -> OrganisationBody:
    # Who reads a commune knows the name of the authority above it, and no more.
    readable = visit.visitor.may(READ, body.id)
    known: dict[str, Any] = {name: getattr(body, name) if readable else None for name in OrganisationForm.model_fields}
    known["declared_absent"] = body.declared_absent if readable else []
    return OrganisationBody(
        **_line(body), legal_form=body.legal_form, readable=readable, **known
    )  # fmt: skip


@route(
    "GET", "/api/v1/organisations", READ,
    about=about(mark("Les organisations que vous pouvez connaître, par nom."), asks=OrganisationQuestions),
)  # fmt: skip
def list_organisations(visit: Visit) -> Response[OrganisationsBody]:
    """The organisations the asker may know, by name."""
    asked = visit.asked(OrganisationQuestions)
    rows = find_organisations_page(
        visit.session, kinds=asked.kind, after=asked.place(str, int), limit=asked.limit + 1
    )  # fmt: skip
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    lines = [OrganisationLineBody(**_line(row)) for row in rows]
    following = asked.following((rows[-1].name_sort, rows[-1].id) if more else None)
    return visit.answer(OrganisationsBody(count_organisations(visit.session, asked.kind), lines, following))


@route(
    "GET", "/api/v1/organisations/{organisation_id:int}", READ,
    about=about(mark("Une organisation : ce qui en est connu, dans vos droits.")),
)  # fmt: skip
def read_organisation(visit: Visit, organisation_id: int) -> Response[OrganisationBody]:
    """One organisation."""
    return visit.answer(_body(visit, get_organisation(visit.session, organisation_id)))


@route(
    "PATCH", "/api/v1/organisations/{organisation_id:int}", AMEND, takes=OrganisationForm,
    about=about(
        mark("Change les champs donnés d’une organisation ; les autres restent."),
        versioned=True, example={"website": "https://www.ville.exemple.fr", "staff_fte": 420.5},
    ),
)  # fmt: skip
def change_organisation(visit: Visit, organisation_id: int) -> Response[OrganisationBody]:
    """Changes the fields given; asks for If-Match."""
    expected = visit.expected_version()
    given = visit.given(OrganisationForm)
    visit.visitor.require(AMEND, get_organisation(visit.session, organisation_id).id)
    body = amend_organisation(visit.session, organisation_id, given, expected=expected)
    visit.settle()
    return visit.answer(_body(visit, body))


@route(
    "POST", "/api/v1/organisations/{organisation_id:int}/services", AMEND, takes=ServiceForm,
    about=about(
        mark("Ajoute un service, un opérateur ou un partenaire sous une organisation."),
        status=201, example={"name": "Direction de la mobilité", "kind": "service"},
    ),
)  # fmt: skip
def create_service(visit: Visit, organisation_id: int) -> Response[OrganisationLineBody]:
    """Adds a body below an organisation."""
    given = visit.given(ServiceForm)
    parent = get_organisation(visit.session, organisation_id)
    visit.visitor.require(AMEND, parent.id)
    made = add_service(visit.session, parent, given)
    visit.headers["Location"] = f"/api/v1/organisations/{made.id}"
    return visit.answer(OrganisationLineBody(**_line(made)), status=HTTP_201_CREATED)


def _appointment(visit: Visit, row: Appointment) -> AppointmentBody:
    person = find_known(visit.session, row.person_id)
    return _appointment_body(row, person.name if person else None, person.email if person else None)


def _appointment_body(row: Appointment, name: str | None, email: str | None) -> AppointmentBody:
    return AppointmentBody(
        row.id, row.version, row.organisation_id, row.role, row.subject_kind, row.subject_id, row.person_id,
        name, email, row.during.lower or date.min, row.during.upper, row.published, row.annulled,
    )  # fmt: skip


@route(
    "GET", "/api/v1/appointments", READ,
    about=about(mark("Les mandats dans vos droits."), tag=MANDATES, asks=AppointmentQuestions),
)  # fmt: skip
def list_appointments(visit: Visit) -> Response[AppointmentsBody]:
    """The appointments within the asker's rights, the oldest recorded first."""
    asked = visit.asked(AppointmentQuestions)
    (after,) = asked.place(int) or (0,)
    rows = find_appointments_page(
        visit.session, kind=asked.subject_kind, subject_id=asked.subject_id, role=asked.role, on=asked.on,
        after=after, limit=asked.limit + 1,
    )  # fmt: skip
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    following = asked.following((rows[-1][0].id,) if more else None)
    return visit.answer(AppointmentsBody([_appointment_body(*row) for row in rows], following))


@route(
    "GET", "/api/v1/appointments/{appointment_id:int}", READ,
    about=about(mark("Un mandat : qui, dans quel rôle, sur quoi, de quand à quand."), tag=MANDATES),
)  # fmt: skip
def read_appointment(visit: Visit, appointment_id: int) -> Response[AppointmentBody]:
    """One appointment."""
    return visit.answer(_appointment(visit, get_appointment(visit.session, appointment_id)))


@route(
    "POST", "/api/v1/appointments", APPOINT, takes=SubjectAppointmentForm,
    about=about(
        mark("Confie un rôle à une personne ; qui le tenait le quitte le jour où elle commence."),
        tag=MANDATES, status=201,
        example={"subject_kind": "dataset", "subject_id": 12, "role": "owner", "since": "2026-11-01",
                 "name": "Chef du service de l’eau"},
    ),
)  # fmt: skip
def create_appointment(visit: Visit) -> Response[AppointmentBody]:
    """Appoints somebody known, or somebody new."""
    form = visit.given(SubjectAppointmentForm)
    try:
        organisation_id, _name = get_subject(visit.session, form.subject_kind, form.subject_id)
    except NotFound as refusal:
        raise Invalid(refusal.message, (FieldError("subject_id", refusal.message),)) from refusal
    visit.visitor.require(APPOINT, organisation_id)
    person_id = form.person_id
    if person_id is not None and not is_person_of(visit.session, person_id, visit.visitor.reach(APPOINT)):
        # A foreign key sees every person: whom the list does not offer is refused as whom does not exist.
        message = _("Cette personne n’existe pas, ou vos droits ne vous la montrent pas.")
        raise Invalid(message, (FieldError("person_id", message),))
    if person_id is None:
        known = PersonForm(name=form.name, email=form.email)
        person_id = find_or_record_person(visit.session, organisation_id, known).id
    made = appoint(
        visit.session, organisation_id,
        AppointmentForm(person_id=person_id, **form.model_dump(exclude={"person_id", "name", "email"})),
    )  # fmt: skip
    visit.session.refresh(made)
    visit.headers["Location"] = f"/api/v1/appointments/{made.id}"
    return visit.answer(_appointment(visit, made), status=HTTP_201_CREATED)


@route(
    "POST", "/api/v1/appointments/{appointment_id:int}/end", APPOINT, takes=EndForm,
    about=about(
        mark("Termine un mandat ; celui qui n’a pas encore duré un jour est annulé."),
        tag=MANDATES, versioned=True, example={"on": "2026-11-24"},
    ),
)  # fmt: skip
def finish_appointment(visit: Visit, appointment_id: int) -> Response[AppointmentBody]:
    """Ends an appointment; asks for If-Match."""
    expected = visit.expected_version()
    given = visit.given(EndForm)
    found = get_appointment(visit.session, appointment_id)
    visit.visitor.require(APPOINT, get_subject(visit.session, found.subject_kind, found.subject_id)[0])
    ended = end_appointment(visit.session, appointment_id, on=given.on or visit.today, expected=expected)
    visit.session.refresh(ended)
    return visit.answer(_appointment(visit, ended))


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_organisations, read_organisation, change_organisation, create_service, list_appointments, read_appointment,
    create_appointment, finish_appointment,
)  # fmt: skip
