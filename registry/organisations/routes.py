"""The pages of organisations: the tree, one organisation, its form, services, appointments."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.kernel.errors import Conflict, NotFound, Stale
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark, ngettext
from registry.ledger.as_of import holds_on
from registry.organisations.forms import (
    KINDS_BELOW,
    AppointmentForm,
    NewAppointmentForm,
    OrganisationForm,
    PersonForm,
    ServiceForm,
)
from registry.organisations.models import Organisation
from registry.organisations.queries import (
    choices_of,
    find_appointments,
    find_organisation,
    find_organisations,
    find_people,
    find_populations,
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
from registry.organisations.views import (
    MAY_BE_ABSENT,
    AppointmentPage,
    OrganisationFormPage,
    OrganisationLine,
    OrganisationPage,
    ServicePage,
    TreePage,
    field_label,
)
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject, OrganisationKind
from registry.web.forms import Rejected, parse_values, read_number
from registry.web.templating import say_day, say_number
from registry.web.visits import NOTICES, Visit, route

READ, AMEND, APPOINT = (
    Permission.ORGANISATIONS_ORGANISATION_READ,
    Permission.ORGANISATIONS_ORGANISATION_AMEND,
    Permission.ORGANISATIONS_APPOINTMENT_RECORD,
)
NOTICES.update(
    {
        "organisation-modifiee": mark("La fiche de l’organisation est enregistrée."),
        "service-ajoute": mark("Le service est ajouté."),
        "mandat-enregistre": mark("Le mandat est enregistré."),
        "mandat-remplace": mark(
            "Le mandat est enregistré. Celui qui courait dans ce rôle prend fin le jour où le nouveau commence."
        ),
        "mandat-termine": mark("Le mandat a pris fin."),
        "mandat-annule": mark("Le mandat est annulé : il n’avait pas encore duré un jour."),
    }
)

_SHEETS = {
    AppointmentSubject.DATASET: "/jeux/{id}",
    AppointmentSubject.SYSTEM: "/systemes/{id}",
    AppointmentSubject.ORGANISATION: "/organisations/{id}",
}


def _population(visit: Visit, ids: list[int]) -> dict[int, tuple[int, str]]:
    return {
        row.organisation_id: (row.total, row.source)
        for row in find_populations(visit.session, ids)
        if holds_on(row.during, visit.today)
    }


@route("GET", "/organisations", READ)
def show_tree(visit: Visit) -> Response[Any]:
    """The tree of organisations, each below the one it belongs to."""
    bodies = find_organisations(visit.session)
    populations = _population(visit, [body.id for body in bodies])
    known = {body.id for body in bodies}
    rows = [
        OrganisationLine(
            body.id, body.name, body.kind.label, sum(above in known for above in body.lineage) - 1, body.siren,
            populations.get(body.id, (None, ""))[0],
        )
        for body in bodies
    ]  # fmt: skip
    return visit.page("organisations/tree.html", TreePage(rows))


@route("GET", "/organisations/{organisation_id:int}", READ)
def show_organisation(visit: Visit, organisation_id: int) -> Response[Any]:
    """One organisation, with what every room knows of it."""
    body = get_organisation(visit.session, organisation_id)
    parent = find_organisation(visit.session, body.parent_id) if body.parent_id else None
    fields, unknown = [], []
    # Who reads a commune knows the name of the authority above it, and no more.
    reads = visit.visitor.may(READ, body.id)
    for name in OrganisationForm.model_fields:
        if name == "declared_absent" or not reads:
            continue
        value = getattr(body, name)
        if value is not None:
            fields.append((field_label(name), _words(value)))
        elif name in body.declared_absent:
            fields.append((field_label(name), _("Aucun (déclaré)")))
        else:
            unknown.append((name, field_label(name)))
    population, source = _population(visit, [body.id]).get(body.id, (None, ""))
    total = f"{say_number(population)} ({source})" if population else ""
    inhabitants = ngettext("{count} habitant", "{count} habitants", population or 0)
    page = OrganisationPage(
        id=body.id, version=body.version, name=body.name,
        marks=[
            body.kind.label, f"SIREN {body.siren}" if body.siren else "",
            inhabitants.format(count=say_number(population)) if population else "",
        ],
        parent=(parent.id, parent.name) if parent else None,
        fields=[
            (label, value)
            for label, value in (
                (_("Forme"), body.legal_form), (_("Code INSEE"), body.insee_code), (_("Population totale"), total),
                *fields,
            )
            if value
        ],
        unknown=unknown, panels=visit.panels_of("organisation", body.id) if reads else [],
        may_amend=visit.visitor.may(AMEND, body.id), may_add=visit.visitor.may(AMEND, body.id),
        is_judged=reads and body.kind in {OrganisationKind.INTERCOMMUNAL_AUTHORITY, OrganisationKind.COMMUNE},
    )  # fmt: skip
    return visit.page("organisations/organisation.html", page)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, float):
        return say_number(value)
    if isinstance(value, date):
        return say_day(value)
    if isinstance(value, list):
        return ", ".join(field_label(one) for one in value)
    return str(value)


def _form_page(
    visit: Visit,
    body: Organisation,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    status: int = 200,
    *,
    version: int | None = None,
) -> Response[Any]:
    page = OrganisationFormPage(
        body.id,
        body.version if version is None else version,
        body.name,
        values,
        errors,
        {name: field_label(name) for name in errors},
        [(name, field_label(name)) for name in MAY_BE_ABSENT],
    )
    return visit.page("organisations/form.html", page, status=status)


@route("GET", "/organisations/{organisation_id:int}/modifier", AMEND)
def show_amend(visit: Visit, organisation_id: int) -> Response[Any]:
    """The form of an organisation, as it stands."""
    body = get_organisation(visit.session, organisation_id)
    visit.visitor.require(AMEND, body.id)
    values = {name: getattr(body, name) for name in OrganisationForm.model_fields}
    return _form_page(visit, body, values, {})


@route("POST", "/organisations/{organisation_id:int}/modifier", AMEND)
def amend(visit: Visit, organisation_id: int) -> Response[Any]:
    """Saves the form of an organisation."""
    body = get_organisation(visit.session, organisation_id)
    visit.visitor.require(AMEND, body.id)
    data = visit.form_data()
    values: dict[str, Any] = {
        name: data.first(name).strip().replace(",", ".") if name == "staff_fte" else data.first(name).strip()
        for name in OrganisationForm.model_fields
        if name != "declared_absent" and data.has(name)
    }
    given = {name: value or None for name, value in values.items()}
    if data.has("declared_absent"):
        given["declared_absent"] = [value for value in data.all("declared_absent") if value]
    read = parse_values(OrganisationForm, given)
    expected = read_number(data.first("version")) or 0
    if isinstance(read, Rejected):
        # The version is the one that was read: another's change meanwhile must still be noticed.
        return _form_page(
            visit, body, read.values, read.errors, HTTP_422_UNPROCESSABLE_ENTITY, version=expected
        )  # fmt: skip
    try:
        amend_organisation(visit.session, body.id, read.form, expected=expected)
    except Stale as refusal:
        errors = _kept_by_another(body, read.form) or {"_": refusal.message}
        return _form_page(visit, body, given, errors, HTTP_409_CONFLICT)
    return visit.go(f"/organisations/{body.id}", done="organisation-modifiee")


def _kept_by_another(body: Organisation, form: OrganisationForm) -> dict[str, str]:
    """For each field that somebody else left otherwise, what it now holds: the person chooses, nothing is lost."""
    sentence = _("Enregistré entre-temps par quelqu’un d’autre : {theirs}. Votre saisie le remplacera.")
    said = {}
    for name in form.model_fields_set:
        theirs = getattr(body, name)
        if theirs != getattr(form, name):
            said[name] = sentence.format(theirs=_words(theirs) if theirs not in (None, []) else _("vide"))
    return said


@route("GET", "/organisations/{organisation_id:int}/services/nouveau", AMEND)
def show_new_service(visit: Visit, organisation_id: int) -> Response[Any]:
    """The form of a new body below this one."""
    return _service_page(visit, get_organisation(visit.session, organisation_id), {}, {})


def _service_page(
    visit: Visit,
    parent: Organisation,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    status: int = 200,
) -> Response[Any]:
    visit.visitor.require(AMEND, parent.id)
    page = ServicePage(parent.id, parent.name, values, errors, [(str(kind), kind.label) for kind in KINDS_BELOW])
    return visit.page("organisations/service.html", page, status=status)


@route("POST", "/organisations/{organisation_id:int}/services/nouveau", AMEND)
def record_service(visit: Visit, organisation_id: int) -> Response[Any]:
    """Adds a body below this one."""
    parent = get_organisation(visit.session, organisation_id)
    visit.visitor.require(AMEND, parent.id)
    read = visit.form(ServiceForm)
    if isinstance(read, Rejected):
        values = {name: str(value) for name, value in read.values.items()}
        return _service_page(visit, parent, values, read.errors, HTTP_422_UNPROCESSABLE_ENTITY)
    made = add_service(visit.session, parent, read.form)
    return visit.go(f"/organisations/{made.id}", done="service-ajoute")


def _subject(visit: Visit, subject_kind: str, subject_id: int) -> tuple[AppointmentSubject, int, str, str]:
    """The subject of an appointment: its kind, the organisation that holds it, its name and its page."""
    if subject_kind not in set(AppointmentSubject):
        raise NotFound(_("Ce genre de fiche n’a pas de mandat."))
    kind = AppointmentSubject(subject_kind)
    organisation_id, name = get_subject(visit.session, kind, subject_id)
    visit.visitor.require(APPOINT, organisation_id)
    return kind, organisation_id, name, _SHEETS[kind].format(id=subject_id)


@route("GET", "/organisations/mandats/{subject_kind:str}/{subject_id:int}", APPOINT)
def show_appoint(visit: Visit, subject_kind: str, subject_id: int) -> Response[Any]:
    """The form of an appointment."""
    return _appointment_page(visit, subject_kind, subject_id, {"since": visit.today.isoformat()}, {})


def _appointment_page(
    visit: Visit, subject_kind: str, subject_id: int, values: Mapping[str, str], errors: Mapping[str, str],
    status: int = 200,
) -> Response[Any]:  # fmt: skip
    kind, _organisation_id, name, back = _subject(visit, subject_kind, subject_id)
    people = find_people(visit.session, visit.visitor.reach(APPOINT))
    page = AppointmentPage(
        subject_kind=str(kind), subject_id=subject_id, subject_name=name, back=back,
        roles=[(str(role), role.label) for role in AppointmentRole],
        people=choices_of(people),
        present=find_appointments(visit.session, kind, subject_id, on=visit.today),
        values=values, errors=errors,
    )  # fmt: skip
    return visit.page("organisations/appointment.html", page, status=status)


@route("POST", "/organisations/mandats/{subject_kind:str}/{subject_id:int}", APPOINT)
def record_appointment(visit: Visit, subject_kind: str, subject_id: int) -> Response[Any]:
    """Appoints somebody known, or somebody new."""
    kind, organisation_id, _name, back = _subject(visit, subject_kind, subject_id)
    read = visit.form(NewAppointmentForm)
    values = {name: visit.form_data().first(name) for name in NewAppointmentForm.model_fields}
    if isinstance(read, Rejected):
        return _appointment_page(visit, subject_kind, subject_id, values, read.errors, HTTP_422_UNPROCESSABLE_ENTITY)
    form = read.form
    person_id = form.person_id
    if person_id is not None and not is_person_of(visit.session, person_id, visit.visitor.reach(APPOINT)):
        # A foreign key sees every person: whom the list does not offer is refused as whom does not exist.
        errors = {"person_id": _("Choisissez une personne de la liste.")}
        return _appointment_page(visit, subject_kind, subject_id, values, errors, HTTP_422_UNPROCESSABLE_ENTITY)
    if person_id is None:
        person_id = find_or_record_person(
            visit.session, organisation_id, PersonForm(name=form.name, email=form.email)
        ).id
    replaced = any(
        one.role is form.role for one in find_appointments(visit.session, kind, subject_id, on=form.since)
    )  # fmt: skip
    try:
        appoint(
            visit.session, organisation_id,
            AppointmentForm(person_id=person_id, role=form.role, subject_kind=kind, subject_id=subject_id,
                            since=form.since, until=form.until, published=form.published),
        )  # fmt: skip
    except Conflict as refusal:
        return _appointment_page(
            visit, subject_kind, subject_id, values, {"since": refusal.message}, HTTP_422_UNPROCESSABLE_ENTITY
        )
    return visit.go(back, done="mandat-remplace" if replaced else "mandat-enregistre")


@route("POST", "/organisations/mandats/{appointment_id:int}/terminer", APPOINT)
def finish_appointment(visit: Visit, appointment_id: int) -> Response[Any]:
    """Ends an appointment today and opens the hand-over; one that only begins, or is to come, is annulled."""
    found = get_appointment(visit.session, appointment_id)
    _kind, _organisation, _name, back = _subject(visit, str(found.subject_kind), found.subject_id)
    ended = end_appointment(visit.session, appointment_id, on=visit.today)
    if ended.annulled:
        return visit.go(back, done="mandat-annule")
    return visit.go(f"/bureau/passations/{ended.person_id}", done="mandat-termine")


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_tree, show_organisation, show_amend, amend, show_new_service, record_service, show_appoint,
    record_appointment, finish_appointment,
)  # fmt: skip
