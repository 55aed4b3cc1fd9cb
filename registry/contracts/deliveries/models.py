"""What a contract has its holder deliver, and what came."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.contracts.deliveries.vocabulary import DeliveryChannel, PenaltyDecision, ReceiptAnswer
from registry.contracts.vocabulary import Delivered
from registry.platform.tables import Kind, Versioned, free, plain, stored


class Delivery(Versioned, table=True):
    """Something that a contract has delivered by a day; one row a due day.

    `clause_id` is the schedule clause it comes from, none where somebody recorded it by hand; `dataset_id` what it is
    about, none where it is the whole contract. `unasked` tells that the calendar itself annulled it, since no clause
    asks for it any more. `in_time_until` (the last day that is not late), `received_on` and `answer` (of the receipt
    that counts) follow from the clauses and the receipts: each change sets them again, so that lists ask one table.
    `public_available_on` and `public_notice_posted` are of documents that anyone may come and read (CGCT L1411-13).
    `notice_received_on` is when its holder received a formal notice about it, which left `notice_days` to deliver.
    `penalty_counted_cents` is what the contract counted on the day of the decision, none where it counts otherwise than
    by day too. Units: `penalty_cents`, as it was decided, and `penalty_counted_cents` in hundredths of a euro.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index(None, "contract_id", "due_on"),
        Index(
            "uq_delivery_clause_id_dataset_id_due_on", "clause_id", "dataset_id", "due_on", unique=True,
            postgresql_nulls_not_distinct=True, postgresql_where=text("clause_id IS NOT NULL"),
        ),
        CheckConstraint("penalty_cents >= 0", name="penalty_cents"),
        CheckConstraint("penalty_counted_cents >= 0", name="penalty_counted_cents"),
        CheckConstraint("notice_days >= 1", name="notice_days"),
        {"info": {"kind": Kind.RECORD}},
    )  # fmt: skip

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    contract_id: int = Field(sa_type=BigInteger, foreign_key="contract.id")
    clause_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="clause.id", nullable=True)
    dataset_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key="dataset.id", nullable=True, index=True
    )
    kind: Delivered = stored(Delivered)
    label: str | None = free(nullable=True)
    due_on: date | None = None
    in_time_until: date | None = None
    received_on: date | None = None
    answer: ReceiptAnswer | None = stored(ReceiptAnswer, nullable=True)
    indispensable: bool | None = None
    secret: bool | None = None
    public_available_on: date | None = None
    public_notice_posted: bool | None = None
    notice_received_on: date | None = None
    notice_days: int | None = None
    penalty: PenaltyDecision | None = stored(PenaltyDecision, nullable=True)
    penalty_cents: int | None = Field(default=None, sa_type=BigInteger)
    penalty_counted_cents: int | None = Field(default=None, sa_type=BigInteger)
    penalty_on: date | None = None
    penalty_reason: str | None = free(nullable=True)
    unasked: bool = Field(default=False)
    annulled: bool = Field(default=False)


class DeliveryReceipt(Versioned, table=True):
    """What came of a delivery, each time something did; a refused one is followed by another.

    `file_id` is none of what came otherwise than by a file kept here; `file_type` is a code of
    `policies/lists/file_types.yaml`. `checks` is what was found on receipt. `correct_by` is the day given to correct
    what was refused.
    """

    __tablename__ = "delivery_receipt"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    delivery_id: int = Field(sa_type=BigInteger, foreign_key="delivery.id")
    number: int
    received_on: date
    channel: DeliveryChannel = stored(DeliveryChannel)
    described: str | None = free(nullable=True)
    file_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key="stored_file.id", nullable=True, index=True
    )
    file_name: str | None = free(nullable=True)
    file_type: str | None = plain(nullable=True)
    electronic: bool | None = None
    open_standard: bool | None = None
    machine_readable: bool | None = None
    checks: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    answer: ReceiptAnswer = stored(ReceiptAnswer, default=ReceiptAnswer.WAITING)
    reasons: str | None = free(nullable=True)
    answered_on: date | None = None
    correct_by: date | None = None
    annulled: bool = Field(default=False)
