"""What an organisation remembers of the columns of its tables: asked once, taken at each import, corrected at will."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from registry.exchange.models import READS, ColumnMapping, ImportBatch, ImportState
from registry.exchange.queries import find_account
from registry.exchange.service import tell
from registry.exchange.tables.fields import FIELDS
from registry.exchange.vocabulary import ReadCatalogue
from registry.kernel.errors import Conflict, FieldError, Invalid
from registry.kernel.words import _
from registry.ledger.service import say

PAIRED = "owner_name+publisher_name"
"""The one pair of fields that a column of the recognised sets fills."""
TARGETS = frozenset({*FIELDS, PAIRED, ""})
MENDED = frozenset(
    {ImportState.PREVIEWED, ImportState.APPLYING, ImportState.APPLIED, ImportState.UNDOING, ImportState.UNDONE}
)
"""Where an import was compared, so that its lines to mend are known."""


def ask_columns(session: Session, batch: ImportBatch, read: ReadCatalogue) -> None:
    """Keeps what a table shows of its columns, until somebody says what each of them holds."""
    say(session, "exchange:import:ask")
    batch.state = ImportState.ASKING
    batch.source_format = str(read.format)
    tell(session, batch, table=asdict(read.table) if read.table is not None else None)


def get_table(session: Session, batch: ImportBatch) -> Mapping[str, Any]:
    """The columns of the table of an import, as they were read.

    Raises: Conflict when it came in another format, or is past the time when they may be said.
    """
    table = _table_of(session, batch)
    if not table or batch.state not in {ImportState.ASKING, ImportState.PREVIEWED}:
        raise Conflict(
            _("Les colonnes de cet import ne se disent plus : il est « {state} ».").format(state=batch.state.label)
        )
    return dict(table)


def get_table_to_mend(session: Session, batch: ImportBatch) -> Mapping[str, Any]:
    """The columns of the table of an import that was compared, whose lines may then be mended.

    Raises: Conflict when it came in another format, or was not compared, or was abandoned.
    """
    table = _table_of(session, batch)
    if not table or batch.state not in MENDED:
        raise Conflict(
            _("Cet import n’a pas de lignes à corriger : il est « {state} ».").format(state=batch.state.label)
        )
    return dict(table)


def _table_of(session: Session, batch: ImportBatch) -> Mapping[str, Any] | None:
    account = find_account(session, batch.id)
    return account.content.get("table") if account is not None else None


def remember_columns(session: Session, batch: ImportBatch, targets: Sequence[str]) -> None:
    """Keeps what each column holds, for this import and for those to come; the file is then to be read again.

    Raises:
        Invalid: no column gives the title, or a field does not exist.
        Conflict: the import is past the time when they may be said.
    """
    table = get_table(session, batch)
    named = [(one, target) for one, target in zip(table["columns"], targets, strict=True) if one["key"]]
    if any(target not in TARGETS for _one, target in named):
        raise Invalid(_("Ce champ n’existe pas : choisissez-le dans la liste."))
    if not any(target == "title" for _one, target in named):
        message = _("Dites quelle colonne donne le titre des jeux : sans lui, aucune ligne ne peut être reprise.")
        raise Invalid(message, (FieldError("columns", message),))
    values = {
        "columns": {one["key"]: target for one, target in named},
        "headers": {one["key"]: one["header"] for one, _target in named},
    }
    kept = insert(ColumnMapping).values(
        organisation_id=batch.organisation_id, fingerprint=table["fingerprint"], **values
    )  # fmt: skip
    session.execute(
        kept.on_conflict_do_update(
            index_elements=["organisation_id", "fingerprint"], set_={**values, "updated_at": func.now()}
        )
    )
    say(session, "exchange:import:map")
    batch.state = ImportState.READING
    batch.summary = {**batch.summary, READS: int(batch.summary.get(READS, 0)) + 1}
    session.flush()
