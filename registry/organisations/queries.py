"""Every SELECT about organisations, people and appointments."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, TypeVarTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    any_,
    bindparam,
    cast,
    func,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from registry.kernel.errors import NotFound, Unavailable
from registry.kernel.words import _
from registry.organisations.models import (
    Appointment,
    Organisation,
    Person,
    PersonIdentity,
    Population,
    Registry,
)
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject, OrganisationKind
from registry.platform.tables import Numbered

Chosen = TypeVarTuple("Chosen")


def get_registry(session: Session) -> Registry:
    """This registry's own row.

    Raises: Unavailable when it was never opened.
    """
    found = session.get(Registry, 1)
    if found is None:
        raise Unavailable(_("Aucun registre ici : lancez « beffroi init »."))
    return found


def find_organisation(session: Session, organisation_id: int, *, lock: bool = False) -> Organisation | None:
    """One organisation, if the asker may know it."""
    # Locked, it is read again: another may have changed it since this transaction first saw it.
    # Not its key: else whoever keeps a finding of this body, and refers to it, would wait for whoever edits it.
    locking = {"key_share": True} if lock else None
    return session.get(Organisation, organisation_id, with_for_update=locking, populate_existing=lock)


def get_organisation(session: Session, organisation_id: int, *, lock: bool = False) -> Organisation:
    """One organisation within the asker's rights.

    Raises: NotFound.
    """
    found = find_organisation(session, organisation_id, lock=lock)
    if found is None:
        raise NotFound(_("Cette organisation n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def get_by_siren(session: Session, siren: str) -> Organisation:
    """The organisation that bears a SIREN.

    Raises: NotFound.
    """
    found = session.execute(select(Organisation).where(col(Organisation.siren) == siren)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("Aucune organisation de ce registre ne porte le SIREN {siren}.").format(siren=siren))
    return found


def find_organisations(session: Session, *, below: int | None = None) -> Sequence[Organisation]:
    """The organisations the asker may know, as a tree: each before what is below it, services before communes."""
    query = select(Organisation).where(~col(Organisation.annulled))
    if below is not None:
        query = query.where(col(Organisation.lineage).contains([below]))
    found = session.execute(query).scalars().all()
    places = {body.id: (body.kind == OrganisationKind.COMMUNE, body.name_sort, body.id) for body in found}
    return sorted(found, key=lambda body: [places[above] for above in body.lineage if above in places])


def find_names_of(session: Session, organisation_ids: Iterable[int]) -> dict[int, str]:
    """What each of these organisations is called, as far as the asker may know them."""
    rows = session.execute(
        select(col(Organisation.id), col(Organisation.name)).where(col(Organisation.id).in_(list(organisation_ids)))
    )
    return {row.id: row.name for row in rows}


def find_organisations_page(
    session: Session, *, kinds: Collection[OrganisationKind], after: tuple[str, int] | None, limit: int
) -> Sequence[Organisation]:
    """The organisations the asker may know that follow a place, by name."""
    order = (col(Organisation.name_sort), col(Organisation.id))
    query = _of_kinds(select(Organisation), kinds)
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return session.execute(query.order_by(*order).limit(limit)).scalars().all()


def count_organisations(session: Session, kinds: Collection[OrganisationKind]) -> int:
    """How many organisations of these kinds the asker may know; of any kind, where none is given."""
    return session.execute(_of_kinds(select(func.count()).select_from(Organisation), kinds)).scalar_one()


def _of_kinds(query: Select[*Chosen], kinds: Collection[OrganisationKind]) -> Select[*Chosen]:
    query = query.where(~col(Organisation.annulled))
    return query.where(col(Organisation.kind).in_(kinds)) if kinds else query


def find_readable(session: Session, model: type[Numbered], ids: Iterable[int]) -> set[int]:
    """Which rows of a table, among these, the asker may read, or know."""
    return set(session.execute(select(col(model.id)).where(col(model.id).in_(list(ids)))).scalars())


def find_subtrees(session: Session, organisation_ids: Iterable[int]) -> frozenset[int]:
    """The ids of these organisations and of all below them, as far as the asker may know."""
    above = cast(list(organisation_ids), ARRAY(BigInteger))
    query = select(col(Organisation.id)).where(col(Organisation.lineage).op("&&")(above), ~col(Organisation.annulled))
    return frozenset(session.execute(query).scalars())


def find_subtree(session: Session, organisation_id: int) -> frozenset[int]:
    """The ids of an organisation and of all below it."""
    return frozenset(
        session.execute(
            select(col(Organisation.id)).where(col(Organisation.lineage).contains([organisation_id]))
        ).scalars()
    )


@lru_cache(maxsize=1)
def _legal_person() -> Select[Any]:
    own = aliased(Organisation)
    services = [OrganisationKind.SERVICE, OrganisationKind.DEPARTMENT]
    return (
        select(col(Organisation.id))
        .join(own, col(Organisation.id) == any_(col(own.lineage)))
        .where(col(own.id) == bindparam("organisation"), col(Organisation.kind).not_in(services))
        .order_by(func.array_length(col(Organisation.lineage), 1).desc())
        .limit(1)
    )


def find_served(session: Session, person_ids: Iterable[int]) -> set[int]:
    """The organisations on whose behalf these people are appointed, were or will be, among those one may read."""
    rows = session.execute(
        select(col(Appointment.organisation_id)).where(col(Appointment.person_id).in_(list(person_ids))).distinct()
    )
    return set(rows.scalars())


def get_legal_person(session: Session, organisation_id: int) -> int:
    """The number of the body the law addresses: the nearest legal person, itself or above."""
    return session.execute(_legal_person(), {"organisation": organisation_id}).scalar_one()  # type: ignore[no-any-return]


def find_populations(session: Session, organisation_ids: Iterable[int]) -> Sequence[Population]:
    """Every population figure of these organisations, the latest last."""
    return (
        session.execute(
            select(Population)
            .where(col(Population.organisation_id).in_(list(organisation_ids)))
            .order_by(col(Population.during))
        )
        .scalars()
        .all()
    )


@dataclass(frozen=True)
class Appointed:
    """An appointment with the name to show: the role holder's name, or none where it was erased."""

    id: int
    role: AppointmentRole
    person_id: int
    name: str | None
    email: str | None
    since: date
    until: date | None


def find_appointments(
    session: Session, kind: AppointmentSubject, subject_id: int, *, on: date | None = None, annulled: bool = False
) -> list[Appointed]:
    """Who is appointed on a subject, latest first; with a day, those in force on it; for a history, annulled or not."""
    query = _appointments()
    if on is not None:
        query = query.where(col(Appointment.during).contains(on))
    return [
        Appointed(
            id=row.Appointment.id,
            role=row.Appointment.role,
            person_id=row.Appointment.person_id,
            name=row.name,
            email=row.email,
            since=row.Appointment.during.lower,
            until=row.Appointment.during.upper,
        )
        for row in session.execute(query, {"kind": kind, "subject": subject_id, "annulled": annulled})
    ]


def find_standing(
    session: Session, kind: AppointmentSubject, subject_ids: Iterable[int], role: AppointmentRole, on: date
) -> dict[int, Appointment]:
    """Who stands on a day in a role on each of these subjects."""
    query = select(Appointment).where(
        col(Appointment.subject_kind) == kind,
        col(Appointment.subject_id) == any_(cast(list(subject_ids), ARRAY(BigInteger))),
        col(Appointment.role) == role,
        ~col(Appointment.annulled),
        col(Appointment.during).contains(on),
    )
    return {row.subject_id: row for row in session.execute(query).scalars()}


def find_appointing(session: Session, kind: AppointmentSubject, subject_id: int) -> set[int]:
    """The organisations for which somebody is, was or will be in post on a subject."""
    on_it = (col(Appointment.subject_kind) == kind, col(Appointment.subject_id) == subject_id)
    query = select(col(Appointment.organisation_id)).where(*on_it, ~col(Appointment.annulled))
    return set(session.execute(query).scalars())


def find_next_beginning(
    session: Session, kind: AppointmentSubject, subject_id: int, role: AppointmentRole, *, after: date
) -> date | None:
    """The first day, past another, on which somebody begins in a role."""
    begins = func.lower(col(Appointment.during))
    return session.execute(
        select(func.min(begins)).where(
            col(Appointment.subject_kind) == kind,
            col(Appointment.subject_id) == subject_id,
            col(Appointment.role) == role,
            ~col(Appointment.annulled),
            begins > after,
        )
    ).scalar_one_or_none()


def find_appointments_page(
    session: Session,
    *,
    kind: AppointmentSubject | None,
    subject_id: int | None,
    role: AppointmentRole | None,
    on: date | None,
    after: int,
    limit: int,
) -> list[tuple[Appointment, str | None, str | None]]:
    """The appointments that follow a number and were not annulled, each with the name and the address to show."""
    query = _named(col(Appointment.id) > after, ~col(Appointment.annulled)).order_by(col(Appointment.id)).limit(limit)
    for column, value in (
        (Appointment.subject_kind, kind), (Appointment.subject_id, subject_id), (Appointment.role, role),
    ):  # fmt: skip
        if value is not None:
            query = query.where(col(column) == value)
    if on is not None:
        query = query.where(col(Appointment.during).contains(on))
    return [(row.Appointment, row.name, row.email) for row in session.execute(query)]


@lru_cache(maxsize=1)
def _appointments() -> Select[tuple[Appointment, Any, Any]]:
    """Written once: every sheet asks for it."""
    return _named(
        col(Appointment.subject_kind) == bindparam("kind"),
        col(Appointment.subject_id) == bindparam("subject"),
        or_(~col(Appointment.annulled), bindparam("annulled")),
    ).order_by(col(Appointment.during).desc())


def _named(*conditions: ColumnElement[bool]) -> Select[tuple[Appointment, Any, Any]]:
    """Appointments with the name and the address of who holds each."""
    names = select(col(PersonIdentity.digest), col(PersonIdentity.person_id), col(PersonIdentity.value)).subquery(
        "names"
    )
    mails = select(col(PersonIdentity.digest), col(PersonIdentity.person_id), col(PersonIdentity.value)).subquery(
        "mails"
    )
    return (
        select(Appointment, names.c.value.label("name"), mails.c.value.label("email"))
        .join(Person, col(Person.id) == col(Appointment.person_id))
        .outerjoin(names, (names.c.person_id == Person.id) & (names.c.digest == Person.name_digest))
        .outerjoin(mails, (mails.c.person_id == Person.id) & (mails.c.digest == Person.email_digest))
        .where(*conditions)
    )


@dataclass(frozen=True)
class Known:
    """A person as people know them; a value is absent where it was erased or never given.

    Of a list of people, `organisation` names the body of each.
    """

    id: int
    name: str | None
    email: str | None
    organisation: str = ""

    @property
    def said(self) -> str:
        """The person in a line; empty once erased."""
        return " — ".join(part for part in (self.name, self.email) if part)


def find_people(session: Session, organisation_ids: Iterable[int]) -> list[Known]:
    """The people of these organisations, by name."""
    names, mails, query = _people()
    within = query.where(col(Person.organisation_id).in_(list(organisation_ids)), ~col(Person.confided))
    named = within.outerjoin(Organisation, col(Organisation.id) == col(Person.organisation_id)).add_columns(
        col(Organisation.name).label("organisation")
    )
    rows = session.execute(named.order_by(names.c.folded, mails.c.folded, col(Organisation.name_sort), col(Person.id)))
    return [Known(row.id, row.name, row.email, row.organisation or "") for row in rows]


def choices_of(people: Iterable[Known]) -> list[tuple[str, str]]:
    """People to choose from; of those that the same words name, each with its organisation. One erased is not there."""
    known = [one for one in people if one.said]
    alike = Counter(one.said.casefold() for one in known)
    return [
        (str(one.id), f"{one.said} ({one.organisation})" if alike[one.said.casefold()] > 1 else one.said)
        for one in known
    ]


def find_known_among(session: Session, person_ids: Iterable[int]) -> dict[int, Known]:
    """These persons as people know them."""
    _names, _mails, query = _people()
    rows = session.execute(query.where(col(Person.id) == any_(cast(list(person_ids), ARRAY(BigInteger)))))
    return {row.id: Known(row.id, row.name, row.email) for row in rows}


def _people() -> tuple[Subquery, Subquery, Select[Any]]:
    """Persons with their name and address, and where these stand."""
    names = select(PersonIdentity).subquery("names")
    mails = select(PersonIdentity).subquery("mails")
    query = (
        select(col(Person.id), names.c.value.label("name"), mails.c.value.label("email"))
        .outerjoin(names, (names.c.person_id == Person.id) & (names.c.digest == Person.name_digest))
        .outerjoin(mails, (mails.c.person_id == Person.id) & (mails.c.digest == Person.email_digest))
    )
    return names, mails, query


def get_known(session: Session, person_id: int) -> Known:
    """One person as people know them.

    Raises: NotFound.
    """
    known = find_known(session, person_id)
    if known is None:
        raise NotFound(_("Cette personne n’existe pas, ou vos droits ne vous la montrent pas."))
    return known


def find_known(session: Session, person_id: int) -> Known | None:
    """One person as people know them, if the asker may see them."""
    rows = session.execute(
        select(col(Person.name_digest), col(Person.email_digest), col(PersonIdentity.digest), col(PersonIdentity.value))
        .outerjoin(PersonIdentity, col(PersonIdentity.person_id) == col(Person.id))
        .where(col(Person.id) == person_id)
    ).all()
    if not rows:
        return None
    values = {row.digest: row.value for row in rows}
    return Known(person_id, values.get(rows[0].name_digest or ""), values.get(rows[0].email_digest or ""))


def find_homes(session: Session, person_ids: Iterable[int]) -> dict[int, int]:
    """The organisation of each of these persons that lists may name, as far as the asker may know them."""
    ids = cast(list(person_ids), ARRAY(BigInteger))
    rows = session.execute(
        select(col(Person.id), col(Person.organisation_id)).where(col(Person.id) == any_(ids), ~col(Person.confided))
    )
    return {row.id: row.organisation_id for row in rows}


def is_person_of(session: Session, person_id: int, organisation_ids: Iterable[int]) -> bool:
    """Whether somebody belongs to one of these organisations, as far as the asker may know."""
    found = session.get(Person, person_id)
    return found is not None and found.organisation_id in organisation_ids


def find_person_by_email(session: Session, folded: str, organisation_ids: Iterable[int]) -> Person | None:
    """The person of these organisations who bears an e-mail address (case folded)."""
    return session.execute(
        select(Person)
        .join(
            PersonIdentity,
            (col(PersonIdentity.person_id) == col(Person.id))
            & (col(PersonIdentity.digest) == col(Person.email_digest)),
        )
        .where(
            col(PersonIdentity.folded) == folded,
            col(Person.organisation_id).in_(list(organisation_ids)),
            ~col(Person.confided),
        )
        .order_by(col(Person.id))
        .limit(1)
    ).scalar_one_or_none()


def get_appointment(session: Session, appointment_id: int, *, lock: bool = False) -> Appointment:
    """One appointment within the asker's rights; locked, as it stands now.

    Raises: NotFound.
    """
    found = session.get(Appointment, appointment_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound(_("Ce mandat n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


_SUBJECTS = {
    AppointmentSubject.DATASET: text("SELECT organisation_id, title AS name FROM dataset WHERE id = :id"),
    AppointmentSubject.SYSTEM: text("SELECT organisation_id, name FROM information_system WHERE id = :id"),
    AppointmentSubject.ORGANISATION: text("SELECT id AS organisation_id, name FROM organisation WHERE id = :id"),
}
"""A subject is known here by its kind and number: rooms above hold the rest."""


def get_subject(session: Session, kind: AppointmentSubject, subject_id: int) -> tuple[int, str]:
    """The organisation that holds a subject, and the subject's name.

    Raises: NotFound.
    """
    found = session.execute(_SUBJECTS[kind], {"id": subject_id}).one_or_none()
    if found is None:
        raise NotFound(_("Cette fiche n’existe pas, ou vos droits ne vous la montrent pas."))
    return found.organisation_id, found.name
