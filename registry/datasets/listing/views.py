"""What the pages of the list receive: its facets, chips, columns, rows and views; its bulk edits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.compliance.vocabulary import Verdict
from registry.datasets.layout import FormField
from registry.datasets.queries import DatasetRow
from registry.web.progress import Progress


@dataclass(frozen=True)
class FacetView:
    """A way of narrowing the list: each value with its words and count, and whether it is chosen."""

    name: str
    label: str
    values: Sequence[tuple[str, str, bool]]


@dataclass(frozen=True)
class ChipView:
    """One thing the list is narrowed to, the list without it, and how many sheets that would hold, if known."""

    label: str
    address: str
    without: int | None


@dataclass(frozen=True)
class ColumnView:
    """A column of the list: its heading, the list sorted by it, and how it is sorted now."""

    name: str
    label: str
    address: str
    state: str
    field: str
    in_place: bool


@dataclass(frozen=True)
class ColumnChoice:
    """A column that may be shown: whether it is, and the lists with it shown, hidden, one place earlier or later."""

    label: str
    shown: bool
    toggled: str
    earlier: str
    later: str


@dataclass(frozen=True)
class RowView:
    """One line of the list: each cell's words by its column."""

    row: DatasetRow
    cells: Mapping[str, str]
    may_record: bool


@dataclass(frozen=True)
class ViewLine:
    """A saved view: its own address, and what its owner may do with it."""

    id: int
    name: str
    address: str
    is_shared: bool
    is_default: bool
    is_own: bool
    annulled: bool = False


@dataclass(frozen=True)
class ListPage:
    """A page of the list, with what it is narrowed to and how it is shown; `export_address` takes out its sheets."""

    rows: Sequence[RowView]
    verdicts: Mapping[int, Mapping[Verdict, int]]
    practices: Mapping[int, Mapping[Verdict, int]]
    total: int
    words: str
    facets: Sequence[FacetView]
    chips: Sequence[ChipView]
    annulled: bool
    kept: Sequence[tuple[str, str]]
    columns: Sequence[ColumnView]
    choices: Sequence[ColumnChoice]
    sizes: Sequence[tuple[int, str, bool]]
    is_editing: bool
    editing_address: str
    selection: str
    query: str
    search_address: str
    clear_address: str
    views: Sequence[ViewLine]
    view: ViewLine | None
    next_address: str
    first_address: str
    export_address: str
    is_narrowed: bool
    may_record: bool
    may_import: bool


@dataclass(frozen=True)
class ViewsPage:
    """The views somebody saved, those shared with them, and the one just taken away, to bring back."""

    views: Sequence[ViewLine]
    removed: ViewLine | None
    error: str
    query: str
    name: str


@dataclass(frozen=True)
class CellPage:
    """The form of one field of one sheet; with `theirs`, somebody else changed it meanwhile."""

    id: int
    version: int
    title: str
    field: FormField
    label: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    theirs: str | None
    reason: str
    back: str


@dataclass(frozen=True)
class CellPart:
    """One cell of the list, as it is shown once its field was changed."""

    id: int
    name: str
    label: str
    words: str
    title: str


@dataclass(frozen=True)
class BulkFormPage:
    """The form of a bulk edit: how many sheets, which fields were chosen, and how each is typed."""

    total: int
    selection: Sequence[tuple[str, str]]
    addable: Sequence[tuple[str, str]]
    fields: Sequence[FormField]
    field_labels: Mapping[str, str]
    operations: Mapping[str, Sequence[tuple[str, str]]]
    chosen: Mapping[str, str]
    values: Mapping[str, Any]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    reason: str
    back: str


@dataclass(frozen=True)
class BulkLineView:
    """One sheet of a bulk edit: its fields before and after, and why it stays as it is, if it does."""

    id: int
    dataset_id: int
    title: str
    changes: Sequence[tuple[str, str, str]]
    outcome: str
    outcome_label: str
    refusal: str


@dataclass(frozen=True)
class WeighedView:
    """What a change would make of the findings of one policy: how many it settles, opens, and turns."""

    policy_id: str
    title: str
    resolved: int
    appeared: int
    turned: int


@dataclass(frozen=True)
class BulkPage:
    """A bulk edit: what it would do, does, or did."""

    id: int
    state: str
    state_label: str
    created_at: datetime
    reason: str
    said: Sequence[str]
    figures: Sequence[tuple[int, str, str]]
    findings: Sequence[WeighedView]
    is_judged: bool
    judged: int
    lines: Sequence[BulkLineView]
    back: str
    first_address: str
    next_address: str
    is_working: bool
    work: Progress
    failure: str
    may_apply: bool
    may_undo: bool
    may_abandon: bool


@dataclass(frozen=True)
class BulkEditsPage:
    """The latest bulk edits: number, moment, state, and what they changed."""

    edits: Sequence[tuple[int, datetime, str, int]]
