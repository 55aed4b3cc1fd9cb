"""The tables of publication: what was answered about secrets, what was decided."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.datasets.vocabulary import PublicationRefusal
from registry.inspection.vocabulary import LineKind
from registry.kernel.permissions import Role
from registry.platform.tables import Kind, Versioned, free, plain, plain_list, stored
from registry.publication.vocabulary import Conclusion, DecisionState, FeeGround, Outcome, SecretReply


class SecretAnswer(Versioned, table=True):
    """What is answered about one secret of a dataset: revised in its place, the ledger keeps what it said before.

    `secret` is a code of `policies/lists/secrets.yaml`, `article` its article on the day it was answered.
    Law: CRPA L311-5, L311-6, L311-7; Code du patrimoine L213-2 for `until`, the last day it stands in the way.
    """

    __tablename__ = "secret_answer"
    __table_args__ = (
        UniqueConstraint("dataset_id", "secret"),
        CheckConstraint("answer = 'unknown' OR ground IS NOT NULL", name="ground"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id")
    secret: str = plain()
    answer: SecretReply = stored(SecretReply)
    ground: str | None = free(nullable=True)
    until: date | None = None
    article: str = plain()
    answered_by: int = Field(sa_type=BigInteger, foreign_key="account.id")
    answered_as: Role = stored(Role, check="answered_as")
    answered_on: date


class PublicationChoice(Versioned, table=True):
    """What was decided of the publication of a dataset, and why: one holds at a time, none is deleted.

    `conclusion` is what was concluded of its secrets that day: a decision to open holds as long as that still lets it.
    `licence_reference`, `homologated_on` and `homologation_id` (a piece of evidence) tell of the State's decision about
    a licence outside the list. Law: CRPA L312-1-1, L312-1-2; L323-2, D323-2-1 and D323-2-2 for the licence.
    """

    __tablename__ = "publication_choice"
    __table_args__ = (
        Index(None, "dataset_id", unique=True, postgresql_where=text("state = 'current'")),
        Index(None, "dataset_id", "id"),
        CheckConstraint("(state <> 'current') = (ended_on IS NOT NULL)", name="ended"),
        CheckConstraint(
            "(outcome <> 'restricted' AND outcome <> 'not-communicable') OR refusal IS NOT NULL", name="refusal"
        ),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id")
    outcome: Outcome = stored(Outcome)
    reason: str = free()
    decided_on: date
    refusal: PublicationRefusal | None = stored(PublicationRefusal, nullable=True)
    secret: str | None = plain(nullable=True)
    licence: str | None = plain(nullable=True)
    licence_reference: str | None = free(nullable=True)
    homologated_on: date | None = None
    homologation_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="evidence.id")
    disclosure_text: str | None = free(nullable=True)
    conclusion: Conclusion = stored(Conclusion)
    decided_by: int = Field(sa_type=BigInteger, foreign_key="account.id")
    decided_as: Role = stored(Role, check="decided_as")
    recorded_on: date
    state: DecisionState = stored(DecisionState, default=DecisionState.CURRENT)
    ended_on: date | None = None
    ended_reason: str | None = free(nullable=True)
    small_counts_reason: str | None = free(nullable=True)
    check_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="small_count_check.id")


class SmallCountCheck(Versioned, table=True):
    """What was seen of groups of few people in a file before it left: names of columns and counts, never a value.

    `tables` holds, for each sheet of the file, its name, its lines, the columns looked at and those that make small
    groups. Units: `fewer_than` in people, households or firms.
    """

    __tablename__ = "small_count_check"
    __table_args__ = (Index(None, "dataset_id", "id"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id")
    file_name: str = free()
    sha256: str = plain()
    lines: LineKind = stored(LineKind)
    fewer_than: int
    tables: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, sa_column_kwargs={"server_default": "[]"})
    checked_by: int = Field(sa_type=BigInteger, foreign_key="account.id")
    checked_on: date


class ReuseTerms(Versioned, table=True):
    """On which terms a dataset may be reused, as far as its licence does not say: one row a dataset, amended.

    `declared_absent` names what is known to have no value, as against never said.
    `early_opening_on` is the day the archives administration decided to open the data before the end of its delay.
    Law: CRPA L312-1-1, L321-3, L322-6, L323-1, L323-2, L324-1 to L324-3; Code du patrimoine L213-3 II; regulations
    (EU) 2022/868 and 2023/138.
    """

    __tablename__ = "reuse_terms"
    __table_args__ = ({"info": {"kind": Kind.RECORD}},)

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id", unique=True)
    communicated: bool | None = None
    in_directory: bool | None = None
    software: bool | None = None
    api_terms_published: bool | None = None
    competitive_service: bool | None = None
    database_right_claimed: bool | None = None
    licence_compatible: bool | None = None
    licence_restricts: bool | None = None
    restriction_reason: str | None = free(nullable=True)
    licence_restricts_competition: bool | None = None
    fee: bool | None = None
    fee_ground: FeeGround | None = stored(FeeGround, nullable=True)
    fee_calculation_url: str | None = plain(nullable=True)
    fee_revised_on: date | None = None
    protected_reuse_offered: bool | None = None
    reuse_conditions_url: str | None = plain(nullable=True)
    reuse_procedure_public: bool | None = None
    early_opening_on: date | None = None
    declared_absent: list[str] = plain_list()
