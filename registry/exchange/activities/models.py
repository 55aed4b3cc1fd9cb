"""What an import of a record of processing brings: the file, and each activity it would write, kept for its preview."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Sequence, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.exchange.models import ImportAction, ImportState
from registry.platform.tables import Kind, Numbered, Table, free, plain, stored


class RecordImport(Table, table=True):
    """A file of a record of processing brought in: previewed, applied under one number, undone whole.

    Its number is that of the ledger's entries it writes, drawn from the sequence of imports. `told` holds what is said
    of the file as a whole (`remarks`, columns `left`); nothing of it once the import is over.
    """

    __tablename__ = "record_import"
    __table_args__ = ({"info": {"kind": Kind.WORK}},)

    id: int = Field(default=None, sa_column=Column(BigInteger, Sequence("import_batch_id_seq"), primary_key=True))
    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    source_name: str = free()
    layout: str = plain()
    state: ImportState = stored(ImportState, default=ImportState.PREVIEWED)
    told: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    created_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )


class RecordImportLine(Numbered, table=True):
    """One activity of a file: what would be written, what changes, and what was wrong.

    `content` and the values of `changes` are let go of once they are written, or never will be: the activity and its
    history say them. `organisation_id` is the body whose record it enters.
    """

    __tablename__ = "record_import_line"
    __table_args__ = (UniqueConstraint("import_id", "line_no"), {"info": {"kind": Kind.WORK}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    import_id: int = Field(sa_type=BigInteger, foreign_key="record_import.id")
    line_no: int
    place: str = free()
    name: str = free()
    action: ImportAction = stored(ImportAction)
    activity_id: int | None = Field(default=None, sa_type=BigInteger)
    seen_version: int | None = None
    applied_version: int | None = None
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    changes: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    remarks: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    is_undone: bool = Field(default=False)
