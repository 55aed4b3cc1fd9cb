"""A sheet as the registry knew it at an instant: its fields, what stood below it, who answered for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.datasets.forms import PARTS, DatasetForm
from registry.datasets.models import DataService, Dataset, DatasetField, Derivation, Distribution
from registry.datasets.wording import Known, field_label, say_typed
from registry.ledger.as_of import find_rows, holds_on
from registry.organisations.models import Appointment
from registry.organisations.vocabulary import AppointmentSubject

RESTORABLE = tuple(name for name in DatasetForm.model_fields if name not in {*PARTS, "identifier"})
"""The fields whose former value can be put back by one button: the sheet's own."""
PARTS_OF_SHEET: tuple[Any, ...] = (Distribution, DataService, DatasetField, Derivation)


@dataclass(frozen=True)
class SheetThen:
    """A sheet at an instant; its row, and those of its parts by their table, answer by attribute as tables do."""

    row: Any
    parts: Mapping[Any, Sequence[Any]]


def find_sheet_then(session: Session, dataset_id: int, until: datetime, *, parts_until: datetime) -> SheetThen | None:
    """A sheet as it stood just before an instant, within the asker's rights; nothing where it did not exist.

    One change writes the sheet and its parts a little one after the other: theirs have an instant of their own.
    """
    rows = find_rows(session, Dataset, until=until, column="id", among=[dataset_id])
    if not rows:
        return None
    parts = {
        model: [
            row
            for row in find_rows(session, model, until=parts_until, column="dataset_id", among=[dataset_id])
            if not row.annulled
        ]
        for model in PARTS_OF_SHEET
    }
    parts[DatasetField].sort(key=lambda row: (row.position, row.id))
    return SheetThen(rows[0], parts)


def find_holders_then(session: Session, dataset_id: int, until: datetime, on: date) -> list[Any]:
    """The appointments that held on a day, as they were known at an instant."""
    return [
        row
        for row in find_rows(session, Appointment, until=until, column="subject_id", among=[dataset_id])
        if row.subject_kind == AppointmentSubject.DATASET and not row.annulled and holds_on(row.during, on)
    ]


def changes_since(then: Any, now: Any, known: Known) -> list[tuple[str, str, str, str]]:
    """The fields that changed since: name, label, what the sheet said, what it says now.

    The stage bears no name: a move changes it, nobody puts it back.
    """
    return [
        (
            name if name in RESTORABLE else "", field_label(name), say_typed(name, before, known),
            say_typed(name, after, known),
        )
        for name in ("stage", *RESTORABLE)
        if (before := getattr(then, name)) != (after := getattr(now, name))
    ]  # fmt: skip


def numbers_of(rows: Sequence[Any], names: Sequence[str]) -> dict[str, set[int]]:
    """The numbers that some fields of these rows hold, by field."""
    return {name: {int(value) for row in rows if (value := getattr(row, name)) is not None} for name in names}
