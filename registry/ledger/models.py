"""The ledger's own tables: entries, the texts kept apart from them, their numbering and its roots."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from registry.platform.tables import Kind, Table, free, identity, plain


class LedgerEntry(Table, table=True):
    """One version of one row of record: who, when, why, what it then held, and the hash that binds it.

    Units: `xid` is the number of the transaction that wrote it, on the server of that time.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("table_name", "row_id", "version"),
        CheckConstraint("verb IN ('insert', 'update', 'delete')", name="verb"),
        CheckConstraint("actor <> ''", name="actor"),
        {"info": {"kind": Kind.WORK}},
    )

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    xid: int = Field(sa_type=BigInteger, index=True)
    table_name: str = plain()
    row_id: int = Field(sa_type=BigInteger)
    version: int
    verb: str = plain()
    organisation_id: int | None = Field(default=None, sa_type=BigInteger)
    actor: str = identity()
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    event: str | None = plain(nullable=True)
    reason: str | None = free(nullable=True)
    batch_id: int | None = Field(default=None, sa_type=BigInteger, index=True)
    request_id: str | None = plain(nullable=True)
    recorded_at: datetime = Field(sa_type=DateTime(timezone=True))
    snapshot: dict[str, Any] = Field(sa_type=JSONB)
    previous_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    hash: bytes = Field(sa_type=LargeBinary)


class LedgerText(Table, table=True):
    """A text that may name someone, apart from the entries that hold only its salted digest.

    Erasing a passage replaces `value` and drops `salt`: the entries, and the chain, stay as they were.
    `table_name` and `row_id` say of which row it is, where that row may be confided: the text is then as confided.
    """

    __tablename__ = "ledger_text"
    __table_args__ = ({"info": {"kind": Kind.WORK}},)

    digest: str = plain(primary_key=True)
    organisation_id: int | None = Field(default=None, sa_type=BigInteger, index=True)
    salt: bytes | None = Field(default=None, sa_type=LargeBinary)
    value: str = free()
    table_name: str | None = plain(nullable=True)
    row_id: int | None = Field(default=None, sa_type=BigInteger)


class LedgerSeal(Table, table=True):
    """The place of a committed entry in the one order that never changes."""

    __tablename__ = "ledger_seal"
    __table_args__ = ({"info": {"kind": Kind.WORK}},)

    seal_no: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    entry_id: int = Field(sa_type=BigInteger, unique=True)
    leaf: bytes = Field(sa_type=LargeBinary)


class LedgerRoot(Table, table=True):
    """The Merkle root over the first `tree_size` seals (RFC 9162), cut after each batch.

    `peaks` are the roots of the complete subtrees, largest first: what is needed to go on from here.
    `xid_below` says which transactions are sealed: all those with a smaller number on this server.
    """

    __tablename__ = "ledger_root"
    __table_args__ = ({"info": {"kind": Kind.WORK}},)

    tree_size: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    root: bytes = Field(sa_type=LargeBinary)
    peaks: list[bytes] = Field(sa_type=ARRAY(LargeBinary))
    sealed_at: datetime = Field(sa_type=DateTime(timezone=True), index=True)


class LedgerHorizon(Table, table=True):
    """Up to which transaction entries are sealed on this server: one row, moved by the sealer alone."""

    __tablename__ = "ledger_horizon"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        {"info": {"kind": Kind.WORK}},
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    xid_below: int = Field(sa_type=BigInteger)
