"""Opening a registry, and every change to organisations, people and appointments."""

import hmac
import secrets
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.kernel.errors import Conflict, Stale
from registry.kernel.sort_keys import sort_key
from registry.kernel.words import _
from registry.ledger.service import PEOPLE, say, touch
from registry.organisations.forms import AppointmentForm, OrganisationForm, PersonForm, ServiceForm
from registry.organisations.models import (
    Appointment,
    Organisation,
    Person,
    PersonIdentity,
    PersonKey,
    Population,
    Registry,
)
from registry.organisations.queries import find_next_beginning, find_person_by_email, get_appointment, get_organisation
from registry.organisations.territory import Intercommunality
from registry.organisations.vocabulary import OrganisationKind
from registry.web.templating import say_day

REFERENCE_YEAR_START = date(2026, 1, 1)
"""The day from which the reference data's figures are read; the package names no year."""


def open_registry(
    session: Session, territory: Intercommunality, *, time_zone: str, demonstration: bool = False
) -> Organisation:
    """Makes this registry for an authority: its own row first, then the authority and its communes."""
    say(session, "organisations:registry:open")
    session.add(Registry(name=territory.name, siren=territory.siren, time_zone=time_zone, demonstration=demonstration))
    session.flush()
    authority = _found(
        session,
        None,
        OrganisationKind.INTERCOMMUNAL_AUTHORITY,
        territory.name,
        siren=territory.siren,
        legal_form=territory.legal_form,
    )
    _count(session, authority, territory.total, territory.municipal, territory.source)
    for member in territory.communes:
        commune = _found(
            session,
            authority,
            OrganisationKind.COMMUNE,
            member.name,
            siren=member.siren,
            insee_code=member.insee_code,
            legal_form="Commune",
        )
        _count(session, commune, member.total, member.municipal, territory.source)
    session.flush()
    return authority


_REACH_AS_ITS_PARENT = text(
    "SELECT set_config(name, array_append(current_setting(name, true)::bigint[], :made)::text, true)"
    "  FROM unnest(ARRAY['beffroi.reads', 'beffroi.knows', 'beffroi.writes']) AS name"
    " WHERE :parent = ANY (nullif(current_setting(name, true), '')::bigint[])"
)
"""A body just added is within the reach of whoever reached the one above it, in this very transaction."""


def _found(
    session: Session, parent: Organisation | None, kind: OrganisationKind, name: str, **known: Any
) -> Organisation:
    number: int = session.execute(text("SELECT nextval(pg_get_serial_sequence('organisation', 'id'))")).scalar_one()
    if parent is not None:
        session.execute(_REACH_AS_ITS_PARENT, {"made": number, "parent": parent.id})
    made = Organisation(
        id=number,
        parent_id=parent.id if parent else None,
        lineage=[*(parent.lineage if parent else []), number],
        kind=kind,
        name=name,
        name_sort=sort_key(name),
        **known,
    )
    session.add(made)
    session.flush()
    touch(session, "organisation", made.id)
    return made


def _count(session: Session, body: Organisation, total: int, municipal: int, source: str) -> None:
    session.add(
        Population(
            organisation_id=body.id,
            total=total,
            municipal=municipal,
            source=source,
            during=Range(REFERENCE_YEAR_START, None),
        )
    )


def add_service(session: Session, parent: Organisation, form: ServiceForm) -> Organisation:
    """A department, a service, an operator or a partner below an organisation."""
    say(session, "organisations:organisation:add")
    return _found(session, parent, form.kind, form.name)


def amend_organisation(
    session: Session, organisation_id: int, form: OrganisationForm, *, expected: int | None
) -> Organisation:
    """Records what is known of an organisation; only the fields given are changed.

    Raises: Stale when somebody changed it since version `expected`.
    """
    body = get_organisation(session, organisation_id, lock=True)
    if expected is not None and body.version != expected:
        raise Stale(_("Cette fiche a été modifiée entre-temps."), body.version)
    say(session, "organisations:organisation:amend")
    for name in form.model_fields_set:
        if getattr(body, name) != getattr(form, name):
            setattr(body, name, getattr(form, name))
    session.flush()
    session.refresh(body)
    touch(session, "organisation", body.id)
    return body


def _digest(key: bytes, value: str) -> str:
    return hmac.new(key, value.encode(), sha256).hexdigest()


def record_person(session: Session, organisation_id: int, form: PersonForm, *, confided: bool = False) -> Person:
    """Somebody new, whose identity is kept apart under a key of their own; `confided`, shown to few."""
    say(session, "organisations:person:record")
    key = secrets.token_bytes(32)
    values = {"name": form.name, "email": form.email, "phone": form.phone}
    digests: dict[str, Any] = {
        f"{name}_digest": _digest(key, f"{name}:{value}") for name, value in values.items() if value
    }
    person = Person(organisation_id=organisation_id, confided=confided, **digests)
    session.add(person)
    session.flush()
    session.add(PersonKey(person_id=person.id, organisation_id=organisation_id, key=key))
    for name, value in values.items():
        if value:
            session.add(
                PersonIdentity(
                    person_id=person.id,
                    organisation_id=organisation_id,
                    digest=digests[f"{name}_digest"],
                    value=value,
                    folded=value.casefold() if name == "email" else sort_key(value),
                    confided=confided,
                )
            )
    session.flush()
    return person


def find_or_record_person(session: Session, organisation_id: int, form: PersonForm) -> Person:
    """The person of this organisation who bears the form's e-mail address or name, else a new one."""
    if form.email:
        found = find_person_by_email(session, form.email.casefold(), [organisation_id])
    elif form.name:
        found = session.execute(
            select(Person)
            .join(PersonIdentity, col(PersonIdentity.digest) == col(Person.name_digest))
            .where(
                col(PersonIdentity.person_id) == col(Person.id),
                col(PersonIdentity.folded) == sort_key(form.name),
                col(Person.organisation_id) == organisation_id,
                col(Person.email_digest).is_(None),
                ~col(Person.confided),
            )
            .limit(1)
        ).scalar_one_or_none()
    else:
        found = None
    return found or record_person(session, organisation_id, form)


def take_out_person(session: Session, person_id: int) -> bool:
    """Takes out somebody recorded by mistake, and their identity; whoever something still refers to stays.

    Every reference is a foreign key, of whatever room: the database says whether there is one.
    """
    try:
        with session.begin_nested():
            session.execute(delete(Person).where(col(Person.id) == person_id))
    except IntegrityError:
        return False
    session.execute(delete(PersonIdentity).where(col(PersonIdentity.person_id) == person_id))
    session.execute(delete(PersonKey).where(col(PersonKey.person_id) == person_id))
    return True


def appoint(session: Session, organisation_id: int, form: AppointmentForm, *, reason: str | None = None) -> Appointment:
    """Appoints a person in a role; the one in post leaves on the day the new one begins.

    Raises: Conflict when the role is already given for part of those days by a later appointment.
    """
    say(session, "organisations:appointment:record", reason)
    current = session.execute(
        select(Appointment)
        .where(
            col(Appointment.subject_kind) == form.subject_kind,
            col(Appointment.subject_id) == form.subject_id,
            col(Appointment.role) == form.role,
            ~col(Appointment.annulled),
            col(Appointment.during).contains(form.since),
        )
        .with_for_update()
    ).scalar_one_or_none()
    made = Appointment(
        organisation_id=organisation_id,
        person_id=form.person_id,
        role=form.role,
        subject_kind=form.subject_kind,
        subject_id=form.subject_id,
        during=Range(form.since, form.until),
        published=form.published,
    )
    try:
        # Who leaves and who comes, together or not at all.
        with session.begin_nested():
            if current is not None:
                if current.during.lower == form.since:
                    current.annulled = True
                else:
                    current.during = Range(current.during.lower, form.since)
                session.flush()
            session.add(made)
            session.flush()
    except IntegrityError as error:
        raise _cannot_appoint(session, form) from error
    touch(session, form.subject_kind, form.subject_id)
    touch(session, PEOPLE, organisation_id)
    return made


def _cannot_appoint(session: Session, form: AppointmentForm) -> Conflict:
    """Why the database takes no appointment: somebody comes after, or the person was taken out meanwhile."""
    begins = find_next_beginning(session, form.subject_kind, form.subject_id, form.role, after=form.since)
    if begins is None:
        return Conflict(_("Cette personne n’est plus au registre : choisissez-en une autre."))
    return Conflict(
        _(
            "Ce rôle est déjà confié à quelqu’un à compter du {day} : donnez-le depuis la fiche, avec une date de fin "
            "au plus tard ce jour-là."
        ).format(day=say_day(begins))
    )


def end_appointment(
    session: Session, appointment_id: int, *, on: date, expected: int | None = None, reason: str | None = None
) -> Appointment:
    """Ends an appointment: its last day is the day before. One that has no day yet by then is annulled.

    Raises: NotFound; Stale when it is no longer at version `expected`, if one is given; Conflict when it was annulled
    or is over by that day.
    """
    found = get_appointment(session, appointment_id, lock=True)
    if expected is not None and found.version != expected:
        raise Stale(_("Ce mandat a été modifié entre-temps."), found.version)
    if found.annulled:
        raise Conflict(_("Ce mandat est annulé : il n’y a rien à terminer."))
    since, until = found.during.lower, found.during.upper
    if until is not None and until <= on:
        raise Conflict(_("Ce mandat a déjà pris fin : la date de sa fin ne change plus."))
    if since is not None and on <= since:
        say(session, "organisations:appointment:annul", reason)
        found.annulled = True
    else:
        say(session, "organisations:appointment:end", reason)
        found.during = Range(since, on)
    session.flush()
    touch(session, found.subject_kind, found.subject_id)
    touch(session, PEOPLE, found.organisation_id)
    return found
