"""Who processes for an activity, and what the contract of each processor settles."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from registry.platform.tables import Kind, Versioned, free, plain, stored
from registry.processing.processors.vocabulary import Article28Point, PointState, SubProcessorAuthorisation


class ActivityProcessor(Versioned, table=True):
    """An organisation that processes on behalf of an activity, and the contract that governs it, where there is one.

    `organisation_id` is the body of the activity; the contract may be of another, which its rows then show.
    """

    __tablename__ = "activity_processor"
    __table_args__ = (UniqueConstraint("activity_id", "processor_id"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    activity_id: int = Field(sa_type=BigInteger, foreign_key="processing_activity.id")
    position: int = Field(default=1)
    processor_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    contract_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="contract.id", index=True)
    task: str | None = free(nullable=True)
    annulled: bool = Field(default=False)


class ProcessorTerms(Versioned, table=True):
    """What is known of the terms under which a party to a contract processes; its version counts all that is below.

    `no_sub_processors` says that nobody works below it.
    """

    __tablename__ = "processor_terms"
    __table_args__ = (UniqueConstraint("party_id"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    party_id: int = Field(sa_type=BigInteger, foreign_key="contract_party.id")
    reviewed_on: date | None = None
    authorisation: SubProcessorAuthorisation | None = stored(SubProcessorAuthorisation, nullable=True)
    authorised_on: date | None = None
    authorisation_place: str | None = free(nullable=True)
    no_sub_processors: bool = Field(default=False)
    notes: str | None = free(nullable=True)


class ProcessorPoint(Versioned, table=True):
    """Whether the contract of a processor settles one point of art. 28 §3, and where in it."""

    __tablename__ = "processor_point"
    __table_args__ = (UniqueConstraint("party_id", "point"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    party_id: int = Field(sa_type=BigInteger, foreign_key="contract_party.id")
    point: Article28Point = stored(Article28Point)
    state: PointState = stored(PointState)
    place: str | None = free(nullable=True)


class SubProcessor(Versioned, table=True):
    """An organisation that works below a processor; `country` is a code of `policies/lists/countries.yaml`."""

    __tablename__ = "sub_processor"
    __table_args__ = (
        UniqueConstraint("party_id", "name"),
        CheckConstraint("name <> ''", name="name"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    party_id: int = Field(sa_type=BigInteger, foreign_key="contract_party.id")
    position: int = Field(default=1)
    name: str = free()
    country: str | None = plain(nullable=True)
    task: str | None = free(nullable=True)
    annulled: bool = Field(default=False)
