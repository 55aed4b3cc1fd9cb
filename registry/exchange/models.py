"""What an import brings: the batch, and each record it would create or change, kept for its preview."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.kernel.words import Labelled, mark
from registry.platform.tables import Kind, Numbered, Versioned, free, plain, stored


class ImportState(Labelled):
    """Where an import stands."""

    READING = "reading", mark("Lecture du fichier")
    ASKING = "asking", mark("Colonnes à reconnaître")
    UNREADABLE = "unreadable", mark("Illisible")
    PREVIEWED = "previewed", mark("Aperçu prêt, rien n’est écrit")
    APPLYING = "applying", mark("Application en cours")
    APPLIED = "applied", mark("Appliqué")
    UNDOING = "undoing", mark("En train d’être défait")
    UNDONE = "undone", mark("Défait")
    ABANDONED = "abandoned", mark("Abandonné")


OVER = frozenset({ImportState.UNREADABLE, ImportState.APPLIED, ImportState.UNDONE, ImportState.ABANDONED})
"""Where an import no longer needs the file it came from."""


PUBLIC = "public"
"""Where the summary of an import says that its catalogue was declared to be one of a portal open to all."""


READS = "reads"
"""Where it says how many times its columns were said, so its file is to be read again."""

UNDOS = "undos"
"""Where it says how many times it was undone: what undoing left may be asked again."""

CHANGED_SINCE = "changed-since"
"""What is noted on a record whose value somebody changed between the preview and its writing."""

LEFT = "kept-by-undo"
"""What is noted on a record that undoing the import left as somebody made it since."""


class ImportAction(Labelled):
    """What an import does with one record."""

    CREATE = "create", mark("À créer")
    CHANGE = "change", mark("À modifier")
    UNCHANGED = "unchanged", mark("Sans changement")
    REFUSED = "refused", mark("Refusée")


class ImportBatch(Versioned, table=True):
    """One file brought in: what it was, where it stands, and what it did.

    `summary` holds counts alone: what quotes the file may name someone, and is in `import_account`.
    """

    __tablename__ = "import_batch"
    __table_args__ = ({"info": {"kind": Kind.RECORD}},)

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    source_name: str = free()
    source_format: str = plain()
    source_sha256: str = plain()
    state: ImportState = stored(ImportState, default=ImportState.PREVIEWED)
    summary: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    created_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )


class ImportAccount(Numbered, table=True):
    """What is told of an import in the file's own words, apart from the record of it, which is kept for ever.

    `content` holds the catalogue's own description, the leftovers (predicates the registry has no field for yet),
    the anomalies of the file as a whole, why it was refused, and the titles of the sheets that undoing left.
    """

    __tablename__ = "import_account"
    __table_args__ = ({"info": {"kind": Kind.WORK}},)

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    batch_id: int = Field(sa_type=BigInteger, foreign_key="import_batch.id", unique=True)
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)


class ImportLine(Numbered, table=True):
    """One record of an import: what would be written, what changes, and what was wrong in it.

    `content` is what is still to be written: it is emptied once it is, or once it never will be.
    """

    __tablename__ = "import_line"
    __table_args__ = (
        Index(None, "batch_id", "line_no", unique=True),
        Index(None, "identifier", postgresql_using="hash"),
        {"info": {"kind": Kind.WORK}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    batch_id: int = Field(sa_type=BigInteger, foreign_key="import_batch.id")
    line_no: int
    identifier: str = plain()
    title: str = free()
    action: ImportAction = stored(ImportAction)
    dataset_id: int | None = Field(default=None, sa_type=BigInteger)
    seen_version: int | None = None
    applied_version: int | None = None
    content: dict[str, Any] = Field(sa_type=JSONB)
    changes: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    anomalies: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    applied: bool = Field(default=False)


class ColumnMapping(Numbered, table=True):
    """What an organisation said of the columns of a table: which field each one fills.

    `fingerprint` is that of its headers; `columns` gives the field of each header by its key, empty for one that is
    not kept; `headers` gives them as they were written.
    """

    __tablename__ = "column_mapping"
    __table_args__ = (UniqueConstraint("organisation_id", "fingerprint"), {"info": {"kind": Kind.WORK}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id")
    fingerprint: str = plain()
    columns: dict[str, Any] = Field(sa_type=JSONB)
    headers: dict[str, Any] = Field(sa_type=JSONB)
    updated_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )
