"""The registry itself, its organisations and their populations, people and their appointments."""

from datetime import date

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Integer,
    LargeBinary,
    UniqueConstraint,
    false,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, ExcludeConstraint, Range
from sqlalchemy.sql.elements import TextClause
from sqlmodel import Field

from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject, OrganisationKind
from registry.platform.tables import Kind, Numbered, Table, Versioned, free, identity, plain, plain_list, stored


class Registry(Table, table=True):
    """This registry: one row, the first of the ledger. A demonstration says so here and everywhere."""

    __tablename__ = "registry"
    __table_args__ = (CheckConstraint("id = 1", name="single"), {"info": {"kind": Kind.RECORD}})

    id: int = Field(default=1, sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    version: int = Field(default=1)
    name: str = plain()
    siren: str = plain()
    time_zone: str = plain()
    demonstration: bool


class Organisation(Versioned, table=True):
    """A body: the authority, a commune, a service, an operator.

    `lineage` lists the ids from the root to itself, so that a subtree is every row that contains an id.
    `declared_absent` names the fields known to have no value, as against never recorded.

    Units: `staff_fte` in full-time equivalents.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("siren IS NULL OR siren ~ '^[0-9]{9}$'", name="siren"),
        CheckConstraint("siret IS NULL OR siret ~ '^[0-9]{14}$'", name="siret"),
        CheckConstraint("lineage[array_length(lineage, 1)] = id", name="lineage"),
        {"info": {"kind": Kind.RECORD}},
    )

    parent_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="organisation.id", index=True)
    lineage: list[int] = Field(sa_type=ARRAY(BigInteger))
    kind: OrganisationKind = stored(OrganisationKind)
    name: str = plain()
    name_sort: str = plain()
    siren: str | None = plain(nullable=True, unique=True)
    siret: str | None = plain(nullable=True)
    insee_code: str | None = plain(nullable=True)
    legal_form: str | None = plain(nullable=True)
    website: str | None = plain(nullable=True)
    staff_fte: float | None = None
    rip_url: str | None = plain(nullable=True)
    rip_updated_on: date | None = None
    prada_contact_published: bool | None = None
    prada_notified_on: date | None = None
    dpo_contact_published: bool | None = None
    dpo_notified_on: date | None = None
    individual_decision_algorithms: bool | None = None
    algorithm_rules_url: str | None = plain(nullable=True)
    may_charge_reuse: bool | None = None
    exchanges_with_administrations: bool | None = None
    exchange_list_url: str | None = plain(nullable=True)
    uses_ai: bool | None = None
    ai_literacy_measures: str | None = free(nullable=True)
    digital_strategy_adopted_on: date | None = None
    digital_strategy_reviewed_on: date | None = None
    declared_absent: list[str] = plain_list()
    annulled: bool = Field(default=False)


class Population(Versioned, table=True):
    """How many inhabitants a body counts, and during which days the figure is in force.

    Units: inhabitants; `during` includes its first day and excludes its last.
    Law: CGCT R2151-1 and R2151-2 (total and municipal population, authenticated by decree each year).
    """

    __tablename__ = "population"
    __table_args__ = (
        ExcludeConstraint(
            (TextClause("int8range(organisation_id, organisation_id, '[]')"), "&&"),
            ("during", "&&"),
            name="ex_population_during",
            using="gist",
        ),
        CheckConstraint("NOT isempty(during)", name="during"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    total: int
    municipal: int | None = None
    source: str = plain()
    during: Range[date] = Field(sa_type=DATERANGE)


class Person(Versioned, table=True):
    """Somebody named in the registry; may have no account.

    The row holds digests only, made under a key of that person: the values stand in `person_identity`,
    so that an erasure drops values and key and leaves every version of the record verifiable. A `confided` person
    came with a matter that few may read (who made a request): no list of people names them.
    """

    __tablename__ = "person"
    __table_args__ = ({"info": {"kind": Kind.RECORD}},)

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    name_digest: str | None = plain(nullable=True)
    email_digest: str | None = plain(nullable=True)
    phone_digest: str | None = plain(nullable=True)
    confided: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class PersonKey(Table, table=True):
    """The key under which a person's digests are made; dropped when the person is erased."""

    __tablename__ = "person_key"
    __table_args__ = ({"info": {"kind": Kind.WORK}},)

    person_id: int = Field(
        sa_column=Column(BigInteger, primary_key=True, autoincrement=False),
    )
    organisation_id: int = Field(sa_type=BigInteger, index=True)
    key: bytes = Field(sa_type=LargeBinary)


class PersonIdentity(Numbered, table=True):
    """A value that identifies a person, found by its digest; `folded` is what it is searched by."""

    __tablename__ = "person_identity"
    __table_args__ = (UniqueConstraint("person_id", "digest"), {"info": {"kind": Kind.WORK}})

    person_id: int = Field(sa_type=BigInteger, index=True)
    organisation_id: int = Field(sa_type=BigInteger, index=True)
    digest: str = plain(index=True)
    value: str = identity()
    folded: str = identity(index=True)
    confided: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class Appointment(Versioned, table=True):
    """A person in a role, on an organisation or on one record, from one day to another.

    Units: `during` includes its first day and excludes its last; no last day means until further notice.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        ExcludeConstraint(
            (TextClause("int8range(subject_id, subject_id, '[]')"), "&&"),
            (TextClause("int8range(role_no, role_no, '[]')"), "&&"),
            ("during", "&&"),
            where=TextClause("NOT annulled"),
            name="ex_appointment_during",
            using="gist",
        ),
        CheckConstraint("NOT isempty(during)", name="during"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    person_id: int = Field(sa_type=BigInteger, foreign_key="person.id", index=True)
    role: AppointmentRole = stored(AppointmentRole)
    subject_kind: AppointmentSubject = stored(AppointmentSubject)
    subject_id: int = Field(sa_type=BigInteger, index=True)
    role_no: int = Field(
        default=None,
        sa_column=Column(Integer, Computed("hashtext(subject_kind || ':' || role)", persisted=True), nullable=False),
    )
    during: Range[date] = Field(sa_type=DATERANGE)
    published: bool = Field(default=False)
    annulled: bool = Field(default=False)
