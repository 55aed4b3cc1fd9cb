"""What goes out about imports of records: the list, and one import with what it would do or did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.exchange.activities.models import RecordImport, RecordImportLine
from registry.exchange.activities.terms import choices_of
from registry.exchange.activities.vocabulary import LAYOUTS, SENTENCES, severity_of
from registry.exchange.models import ImportAction, ImportState
from registry.kernel.words import _, mark
from registry.processing.forms import PARTS
from registry.processing.vocabulary import ActivityStatus
from registry.processing.wording import field_label, say_part, say_value


@dataclass(frozen=True)
class RecordImportRow:
    """One import in the list: its counts by what became of its activities."""

    id: int
    source_name: str
    organisation_name: str
    state: str
    created_at: datetime
    counts: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class RecordImportsPage:
    """The latest imports of records, and the form to bring one in."""

    rows: Sequence[RecordImportRow]
    organisations: Sequence[tuple[str, str]]
    chosen: str
    errors: Mapping[str, str]
    limit: int


@dataclass(frozen=True)
class RemarkView:
    """One thing wrong or doubtful, in words."""

    severity: str
    message: str
    column: str


@dataclass(frozen=True)
class RecordLineView:
    """One activity of a file: what becomes of it, what changes, what was wrong; `may_take` where one may choose it."""

    number: int
    place: str
    name: str
    action: str
    label: str
    organisation_name: str
    activity_id: int | None
    changes: Sequence[tuple[str, str, str]]
    changed: str
    remarks: Sequence[RemarkView]
    may_take: bool


@dataclass(frozen=True)
class RecordImportPage:
    """One import: its figures, its activities, and what can be done with it."""

    id: int
    source_name: str
    organisation_name: str
    layout: str
    state: str
    state_label: str
    created_at: datetime
    remarks: Sequence[RemarkView]
    left: Sequence[tuple[str, int, str]]
    figures: Sequence[tuple[int, str]]
    lines: Sequence[RecordLineView]
    error: str
    may_apply: bool
    may_undo: bool
    may_abandon: bool


_DONE = {ImportAction.CREATE: mark("Inscrit au registre"), ImportAction.CHANGE: mark("Modifié")}
_WAITING = {
    ImportAction.CREATE: mark("À inscrire"), ImportAction.CHANGE: mark("À modifier"),
    ImportAction.UNCHANGED: mark("Sans changement"), ImportAction.REFUSED: mark("Refusé"),
}  # fmt: skip
_FIGURES = {
    ImportAction.CREATE: (mark("à inscrire"), mark("inscrits")),
    ImportAction.CHANGE: (mark("à modifier"), mark("modifiés")),
    ImportAction.UNCHANGED: (mark("sans changement"), mark("sans changement")),
    ImportAction.REFUSED: (mark("refusés"), mark("refusés")),
}
_OVER = {ImportState.APPLIED, ImportState.UNDONE}


def layout_label(layout: str) -> str:
    """The layout of a file in the reader's language."""
    return _(LAYOUTS[layout])


def line_label(line: RecordImportLine, state: ImportState) -> str:
    """What becomes of an activity, or became of it."""
    if line.is_undone:
        return _("Inscription annulée") if line.action is ImportAction.CREATE else _("Remis comme avant")
    if state in _OVER and line.action in _DONE:
        return _(_DONE[line.action]) if line.applied_version is not None else _("Non choisi")
    return _(_WAITING[line.action])


def figures_of(lines: Sequence[RecordImportLine], state: ImportState) -> list[tuple[int, str]]:
    """How many activities of a file are of each kind; once it is over, those that were written."""
    told = []
    for action, words in _FIGURES.items():
        own = [line for line in lines if line.action is action]
        if state in _OVER and action in _DONE:
            own = [line for line in own if line.applied_version is not None and not line.is_undone]
        told.append((len(own), _(words[state in _OVER])))
    if state is not ImportState.UNDONE:
        return told
    told.append((sum(line.is_undone for line in lines), _("remis comme avant")))
    return [*told, (kept, _("restés tels quels"))] if (kept := count_kept(lines)) else told


def count_kept(lines: Sequence[RecordImportLine]) -> int:
    """How many activities an import wrote and its undoing left as they are."""
    return sum(line.applied_version is not None and not line.is_undone for line in lines)


def may_take_any(lines: Sequence[RecordImportLine]) -> bool:
    """Whether a preview holds anything one may choose to write."""
    return any(line.action in _DONE for line in lines)


def remark_view(said: Mapping[str, Any]) -> RemarkView:
    """Something wrong or doubtful in words."""
    code, value = str(said["code"]), str(said.get("value", ""))
    if code == "status" and value:  # What was read of a file is forgotten once it is applied.
        value = ActivityStatus(value).label
    choices = " ; ".join(choices_of(said["field"])) if said.get("field") else ""
    message = value if code == "form" else _(SENTENCES[code][1]).format(value=value or "…", choices=choices)
    return RemarkView(severity_of(code).label, message, str(said.get("column", "")))


def line_view(
    line: RecordImportLine, state: ImportState, organisation_name: str, named: Mapping[str, Mapping[int, str]]
) -> RecordLineView:
    """An activity of a file as the preview shows it."""
    quoted = {name: pair for name, pair in line.changes.items() if pair}
    return RecordLineView(
        number=line.line_no,
        place=line.place,
        name=line.name,
        action=str(line.action),
        label=line_label(line, state),
        organisation_name=organisation_name,
        activity_id=line.activity_id if line.activity_id and not (line.is_undone and _is_new(line)) else None,
        changes=[
            (field_label(name), _said(name, before, named), _said(name, after, named))
            for name, (before, after) in quoted.items()
        ],
        changed=", ".join(field_label(name) for name in line.changes if name not in quoted),
        remarks=[remark_view(one) for one in line.remarks],
        may_take=state is ImportState.PREVIEWED and line.action in _DONE,
    )


def _is_new(line: RecordImportLine) -> bool:
    return line.action is ImportAction.CREATE


def _said(name: str, value: Any, named: Mapping[str, Mapping[int, str]]) -> str:
    if name in PARTS:
        return "\n".join(say_part(name, one, named) for one in value or ())
    return say_value(name, value)


def row_view(made: RecordImport, counts: Mapping[ImportAction, int], organisation_name: str) -> RecordImportRow:
    """An import in the list."""
    told = [(_(_WAITING[action] if made.state not in _OVER else _DONE.get(action, _WAITING[action])), counts[action])
            for action in ImportAction if counts.get(action)]  # fmt: skip
    return RecordImportRow(made.id, made.source_name, organisation_name, made.state.label, made.created_at, told)
