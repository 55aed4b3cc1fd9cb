"""Many sheets recorded and changed in one request: all of them, or none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy.orm import Session

from registry.datasets.forms import DatasetChange, DatasetCreation
from registry.datasets.models import Dataset
from registry.datasets.queries import get_dataset
from registry.datasets.service import amend_dataset, record_dataset
from registry.datasets.vocabulary import Outcome
from registry.kernel.errors import FieldError, Invalid, Refusal
from registry.kernel.words import _

MOST_ITEMS = 1000


class Item(BaseModel):
    """A sheet to record (`create`), or to change: its number, the version that was read and the fields to change."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "oneOf": [
                {"required": ["create"], "properties": {key: {"type": "null"} for key in ("id", "version", "change")}},
                {"required": ["id", "version", "change"], "properties": {"create": {"type": "null"}}},
            ]
        },
    )

    create: DatasetCreation | None = None
    id: int | None = None
    version: int | None = None
    change: DatasetChange | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        change = [self.id is not None, self.version is not None, self.change is not None]
        if any(change) if self.create is not None else not all(change):
            raise PydanticCustomError("item", _("Donnez « create », ou bien « id », « version » et « change »."))
        return self


class TogetherForm(BaseModel):
    """Sheets to record and to change; tried without writing anything, unless `dry_run` is false."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = True
    items: Annotated[list[Item], Field(min_length=1, max_length=MOST_ITEMS)]


@dataclass(frozen=True)
class Done:
    """What one item does, or why it cannot."""

    outcome: Outcome
    dataset_id: int | None
    version: int | None
    changed_fields: Sequence[str] = ()
    message: str = ""
    errors: tuple[FieldError, ...] = ()


def record_together(session: Session, items: Sequence[Item], *, require: Callable[[int], None]) -> list[Done]:
    """Records and changes each sheet in turn, and says what became of each; a refused one leaves nothing behind.

    `require` refuses an organisation for which the asker may not. The caller keeps all, or nothing.
    """
    return [_tried(session, item, require) for item in items]


def refusals_of(done: Sequence[Done]) -> tuple[FieldError, ...]:
    """Every fault, under the place of its item."""
    return tuple(
        fault
        for place, one in enumerate(done)
        if one.outcome is Outcome.REFUSED
        for fault in (
            [FieldError(f"items.{place}.{error.path}", error.message) for error in one.errors]
            or [FieldError(f"items.{place}", one.message)]
        )
    )


def _tried(session: Session, item: Item, require: Callable[[int], None]) -> Done:
    part = "create" if item.create is not None else "change"
    try:
        with session.begin_nested():
            return _made(session, item.create, require) if item.create is not None else _changed(session, item, require)
    except Refusal as refusal:
        faults = refusal.errors if isinstance(refusal, Invalid) else ()
        errors = tuple(FieldError(f"{part}.{error.path}", error.message) for error in faults)
        return Done(Outcome.REFUSED, item.id, None, message=refusal.message, errors=errors)


def _made(session: Session, given: DatasetCreation, require: Callable[[int], None]) -> Done:
    require(given.organisation_id)
    made = record_dataset(session, given.organisation_id, given.sheet())
    return Done(Outcome.CREATED, made.id, made.version)


def _changed(session: Session, item: Item, require: Callable[[int], None]) -> Done:
    assert item.id is not None  # noqa: S101 -- the form asked for the three of them.
    assert item.version is not None  # noqa: S101
    assert item.change is not None  # noqa: S101
    sheet = get_dataset(session, item.id)
    require(sheet.organisation_id)
    differing = _differing(sheet, item.change)
    sheet = amend_dataset(session, item.id, item.change, expected=item.version)
    outcome = Outcome.UNCHANGED if sheet.version == item.version else Outcome.CHANGED
    return Done(outcome, sheet.id, sheet.version, differing)


def _differing(sheet: Dataset, change: DatasetChange) -> list[str]:
    """The columns that a change would set otherwise than they stand."""
    return sorted(name for name, value in change.given().items() if getattr(sheet, name) != value)
