"""What happened of what a contract owes: the reports of its operator, and its steps done or not."""

from datetime import date

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from registry.platform.tables import Kind, Versioned, free, plain


class ContractReport(Versioned, table=True):
    """The report of an operator on one financial year, from the day somebody noted it, handed over or not.

    Without `received_on` it was not handed over. What it holds is yes, no, or nothing where nobody looked. `evidence`
    are pieces of evidence about the contract. `committee` and `council` are whether it was put to them; a day says so
    too.
    Law: CCP L3131-5, R3131-2 to R3131-4; CGCT L1411-3, L1413-1.
    """

    __tablename__ = "contract_report"
    __table_args__ = (
        Index(None, "contract_id", "year", unique=True, postgresql_where=text("NOT annulled")),
        CheckConstraint("council_on >= received_on", name="council_on"),
        CheckConstraint("committee_on >= received_on", name="committee_on"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    contract_id: int = Field(sa_type=BigInteger, foreign_key="contract.id")
    year: int
    received_on: date | None = None
    accounts: bool | None = None
    quality: bool | None = None
    assets: bool | None = None
    investments: bool | None = None
    return_inventory: bool | None = None
    commitments: bool | None = None
    tariffs: bool | None = None
    environment: bool | None = None
    committee: bool | None = None
    committee_on: date | None = None
    council: bool | None = None
    council_on: date | None = None
    evidence: list[int] = Field(default_factory=list, sa_type=ARRAY(BigInteger))
    notes: str | None = free(nullable=True)
    annulled: bool = Field(default=False)


class ContractStep(Versioned, table=True):
    """What somebody noted of a step of a contract: done on a day, not done as seen on a day, or to be done on a day.

    `step` is a code of `policies/lists/contract_steps.yaml`; without `clause_id` it is said of every clause that calls
    for it. `evidence` are pieces of evidence about the contract. A step that returns has a row each time.
    """

    __tablename__ = "contract_step"
    __table_args__ = (
        Index(None, "contract_id", "step"),
        CheckConstraint("num_nonnulls(done_on, undone_on, planned_on) >= 1", name="told"),
        CheckConstraint("done_on IS NULL OR undone_on IS NULL", name="once"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    contract_id: int = Field(sa_type=BigInteger, foreign_key="contract.id")
    clause_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="clause.id", nullable=True, index=True)
    step: str = plain()
    done_on: date | None = None
    undone_on: date | None = None
    planned_on: date | None = None
    evidence: list[int] = Field(default_factory=list, sa_type=ARRAY(BigInteger))
    note: str | None = free(nullable=True)
    annulled: bool = Field(default=False)
