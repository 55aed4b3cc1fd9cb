"""What happened of what a contract owes: the reports of its operator."""

from datetime import date

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from registry.platform.tables import Kind, Versioned, free


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
