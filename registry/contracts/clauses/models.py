"""Amendments of contracts, their clauses, and what the contract and each amendment says of a clause."""

from datetime import date
from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.contracts.vocabulary import AmendmentProgress, ClauseAct, ClausePerformance
from registry.platform.tables import Kind, Versioned, free, plain, stored


class Amendment(Versioned, table=True):
    """An amendment of a contract, from the day it is asked for; one that is not signed binds nobody.

    `number` counts from 1 within its contract; `published_on` is when its essential data were published.
    """

    __tablename__ = "amendment"
    __table_args__ = (
        UniqueConstraint("contract_id", "number"),
        CheckConstraint("object <> ''", name="object"),
        CheckConstraint("number >= 1", name="number"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    contract_id: int = Field(sa_type=BigInteger, foreign_key="contract.id")
    number: int
    object: str = free()
    reference: str | None = plain(nullable=True)
    progress: AmendmentProgress | None = stored(AmendmentProgress, nullable=True)
    signed_on: date | None = None
    effective_on: date | None = None
    published_on: date | None = None
    notes: str | None = free(nullable=True)
    annulled: bool = Field(default=False)


class Clause(Versioned, table=True):
    """A clause of a contract, whatever its instruments say of it in turn; `kind` is a code of `policies/lists/`.

    `performance` is how somebody saw it kept on `performance_on`: of days before, it says nothing. A clause recorded by
    mistake is one whose every line is annulled.
    """

    __tablename__ = "clause"
    __table_args__ = (Index(None, "contract_id", "kind"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    contract_id: int = Field(sa_type=BigInteger, foreign_key="contract.id")
    kind: str = plain()
    label: str | None = free(nullable=True)
    performance: ClausePerformance | None = stored(ClausePerformance, nullable=True)
    performance_on: date | None = None
    performance_note: str | None = free(nullable=True)


class ClauseStipulation(Versioned, table=True):
    """What a contract, or one of its amendments, says of a clause.

    `amendment_id` is empty where the contract itself says it; `datasets` are those it is about, none being the whole
    contract; `terms` are what one notes of its kind, by the codes of `policies/lists/clause_fields.yaml`.
    """

    __tablename__ = "clause_stipulation"
    __table_args__ = (
        CheckConstraint("last_on >= effective_on", name="last_on"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    contract_id: int = Field(sa_type=BigInteger, foreign_key="contract.id", index=True)
    clause_id: int = Field(sa_type=BigInteger, foreign_key="clause.id", index=True)
    amendment_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key="amendment.id", nullable=True, index=True
    )
    act: ClauseAct = stored(ClauseAct)
    article: str | None = plain(nullable=True)
    text: str | None = free(nullable=True)
    reasons: str | None = free(nullable=True)
    terms: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    datasets: list[int] = Field(default_factory=list, sa_type=ARRAY(BigInteger))
    effective_on: date | None = None
    last_on: date | None = None
    survives: bool = Field(default=False)
    annulled: bool = Field(default=False)
