"""One change on many sheets: previewed first, then applied by batches under one number, and undone if need be.

The ideas are those of imports (`registry/exchange`), which are above: nothing is written before the preview was seen,
each batch is one transaction, what was cut short goes on from the first sheet it had not written, and undoing leaves
what somebody changed since.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.bulk.forms import LISTS, POSTS, BulkEditForm, FieldEdit
from registry.datasets.bulk.posts import (
    Holders,
    columns_of,
    find_holders,
    holds_as_seen,
    read_post,
    roles_of,
    write_posts,
)
from registry.datasets.bulk.queries import (
    count_bulk_lines,
    find_to_apply,
    find_to_undo,
    get_bulk_edit,
    lock_sheets,
)
from registry.datasets.bulk.rules import becomes
from registry.datasets.bulk.weighing import weigh_bulk_edit
from registry.datasets.facts import Instead
from registry.datasets.forms import DatasetChange
from registry.datasets.listing.narrowing import DatasetFilter, narrow
from registry.datasets.models import BulkEdit, BulkLine, Dataset
from registry.datasets.queries import count_datasets, find_versions_of, get_system
from registry.datasets.service import ANNULLED, change_sheet
from registry.datasets.vocabulary import BulkOperation, BulkOutcome, BulkState
from registry.datasets.wording import DAYS, field_label
from registry.kernel.errors import Conflict, FieldError, Invalid, NotFound, TooLarge
from registry.kernel.words import _, mark
from registry.ledger.service import in_batch, say, touch
from registry.organisations.posts import take_back_posts
from registry.web.forms import numbers_for_days, say_errors

Report = Callable[[int, int, str], None]
MOST_SHEETS = 20_000
"""Sheets of one bulk edit: its preview is written in one transaction, which none holds for more than some seconds."""
BATCH, BATCH_OF_POSTS = 500, 100
AT_ONCE = 200
"""Up to so many sheets are written while the page waits; more are left to a job."""
APPLY_EVENT, UNDO_EVENT = "datasets:bulk:apply", "datasets:bulk:undo"
_NOT_ALLOWED = mark("Vos droits ne permettent pas de modifier cette fiche.")
_GONE = mark("Cette fiche n’existe plus.")
_CHANGED_SINCE = mark("Ce champ a été modifié depuis l’aperçu : la fiche y est restée.")
_CHANGED_AFTER = mark("Cette fiche a été modifiée depuis : défaire l’a laissée telle quelle.")


def silent(_done: int, _total: int, _step: str) -> None:
    """Reports to nobody."""


def preview_bulk_edit(
    session: Session,
    narrowed: DatasetFilter,
    form: BulkEditForm,
    *,
    organisation_id: int,
    writable: Collection[int],
    account_id: int | None,
    appointable: Collection[int] = (),
    selection: str = "",
    today: date | None = None,
) -> BulkEdit:
    """Keeps what an edit would do to each sheet of a selection, and why it would leave some; no sheet is written.

    `writable` are the organisations whose sheets the asker may change, `organisation_id` one of them, in whose name
    the edit is made; `appointable` those on which they may appoint somebody.
    Raises: Invalid when a value fits no sheet; TooLarge when too many are selected; NotFound when none is.
    """
    edits = _read_edits(session, form, today, appointable)
    number = count_datasets(session, narrowed)
    if not number:
        raise NotFound(_("Aucune fiche ne répond à cette sélection : il n’y a rien à modifier."))
    if number > MOST_SHEETS:
        raise TooLarge(
            _("Cette sélection compte {number} fiches ; {most} au plus à la fois : restreignez la liste.").format(
                number=number, most=MOST_SHEETS
            )
        )
    made = BulkEdit(
        organisation_id=organisation_id,
        account_id=account_id,
        edits=[one.model_dump(mode="json") for one in form.edits],
        selection=selection,
        reason=form.reason or None,
    )
    session.add(made)
    session.flush()
    found = session.execute(narrow(select(Dataset), narrowed).order_by(col(Dataset.title_sort), col(Dataset.id)))
    sheets = found.scalars().all()
    allowed = frozenset(writable) & frozenset(appointable) if _posts_among(form.edits) else frozenset(writable)
    holders = find_holders(session, _posts_among(form.edits), [sheet.id for sheet in sheets])
    rows = [_preview(sheet, edits, made.id, allowed, holders) for sheet in sheets]
    session.execute(insert(BulkLine), rows)
    made.findings = weigh_bulk_edit(session, {
        row["dataset_id"]: _instead(row["changes"]) for row in rows if row["outcome"] is BulkOutcome.CHANGE
    })  # fmt: skip
    return _counted(session, made)


def _posts_among(edits: Iterable[FieldEdit]) -> list[str]:
    return [one.field for one in edits if one.field in POSTS]


def _instead(changes: Mapping[str, Any]) -> Instead:
    """What a change would set, as the facts read it."""
    return Instead(_becoming(changes), roles_of(changes, filled=True), roles_of(changes, filled=False))


def _becoming(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, after) for name, (_before, after) in columns_of(changes).items()}


def _counted(session: Session, bulk: BulkEdit) -> BulkEdit:
    counts = count_bulk_lines(session, bulk.id)
    bulk.changed, bulk.unchanged = counts[BulkOutcome.CHANGE], counts[BulkOutcome.UNCHANGED]
    bulk.refused, bulk.kept = counts[BulkOutcome.REFUSED], counts[BulkOutcome.KEPT]
    session.flush()
    return bulk


def _read_edits(
    session: Session, form: BulkEditForm, today: date | None, appointable: Collection[int]
) -> list[tuple[FieldEdit, Any]]:
    """Each edit with its value as the sheet's own form reads it.

    Raises: Invalid, with one error a field.
    """
    read, problems = list[tuple[FieldEdit, Any]](), list[FieldError]()
    for edit in form.edits:
        if edit.field in {one.field for one, _value in read}:
            problems.append(FieldError(edit.field, _("Ce champ est donné deux fois : gardez-en une.")))
        elif edit.field in POSTS:
            person_id, problem = read_post(session, edit, appointable)
            read.append((edit, person_id))
            problems += [problem] if problem is not None else []
        elif edit.operation is BulkOperation.EMPTY:
            read.append((edit, None))
        elif edit.operation is not BulkOperation.SET and edit.field not in LISTS:
            message = _("Ce champ n’est pas une liste : donnez-lui une valeur, ou videz-le.")
            problems.append(FieldError(edit.field, message))
        elif edit.value in (None, "", []):
            message = _("Donnez une valeur, ou choisissez de vider le champ.")
            problems.append(FieldError(edit.field, message))
        elif counted := dict(numbers_for_days(DatasetChange, {edit.field: edit.value})):
            problems += [FieldError(edit.field, sentence) for sentence in counted.values()]
        else:
            try:
                value = DatasetChange.model_validate({edit.field: edit.value}, context={"today": today})
                if edit.field == "information_system_id":
                    get_system(session, int(getattr(value, edit.field)))
                read.append((edit, getattr(value, edit.field)))
            except ValidationError as error:
                problems += [FieldError(edit.field, sentence) for sentence in say_errors(error).values()]
            except NotFound as refusal:
                problems.append(FieldError(edit.field, refusal.message))
    if problems:
        raise Invalid(_("Cette modification ne convient pas."), tuple(problems))
    return read


def _preview(
    sheet: Dataset,
    edits: Sequence[tuple[FieldEdit, Any]],
    bulk_id: int,
    writable: Collection[int],
    holders: Holders,
) -> dict[str, Any]:
    changes, refusal = dict[str, list[Any]](), ""
    if sheet.organisation_id not in writable:
        refusal = _(_NOT_ALLOWED)
    elif sheet.annulled:
        refusal = _(ANNULLED)
    else:
        changes, refusal = _changes(sheet, [one for one in edits if one[0].field not in POSTS])
        for edit, person_id in edits:
            if edit.field in POSTS and (before := holders[edit.field].get(sheet.id)) != person_id:
                changes[edit.field] = [before, person_id]
    outcome = BulkOutcome.REFUSED if refusal else BulkOutcome.CHANGE if changes else BulkOutcome.UNCHANGED
    return {
        "organisation_id": sheet.organisation_id, "bulk_id": bulk_id, "dataset_id": sheet.id, "title": sheet.title,
        "seen_version": sheet.version, "applied_version": None, "changes": changes, "outcome": outcome,
        "refusal": refusal or None, "is_undone": False,
    }  # fmt: skip


def _changes(sheet: Dataset, edits: Sequence[tuple[FieldEdit, Any]]) -> tuple[dict[str, list[Any]], str]:
    """What changes of a sheet, each field before and after; and why nothing is written, if something is refused."""
    after: dict[str, Any] = {}
    for edit, value in edits:
        before = getattr(sheet, edit.field)
        becoming = becomes(edit.operation, before, value, is_list=edit.field in LISTS)
        if becoming != before:
            after[edit.field] = becoming
    changes = {name: [_plain(getattr(sheet, name)), _plain(value)] for name, value in after.items()}
    return changes, _unfit(sheet, after)


def _unfit(sheet: Dataset, after: Mapping[str, Any]) -> str:
    """Why these values do not go with what the sheet says now, or keeps; nothing where they do."""
    locked = [field_label(name) for name in after if name in sheet.locked_fields]
    if locked:
        return _("Gardé sur cette fiche : {fields}.").format(fields=", ".join(locked))
    period = {name: getattr(sheet, name) for name in ("temporal_start", "temporal_end")}
    try:
        DatasetChange.model_validate({**period, **after})
    except ValidationError as error:
        return " ".join(dict.fromkeys(say_errors(error).values()))
    return ""


def _plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, date):
        return value.isoformat()
    return [str(one) for one in value] if isinstance(value, list) else value


def _value(name: str, kept: Any) -> Any:
    """A value of a sheet from what JSON kept of it."""
    return date.fromisoformat(kept) if name in DAYS and kept else kept


def apply_bulk_edit(session_of: Callable[[], Any], bulk_id: int, report: Report = silent) -> None:
    """Writes what a preview showed, by batches; goes on from where it was cut short.

    `session_of` opens one transaction that acts for whoever asked. A field somebody changed since the preview is
    refused on that sheet, and said.
    Raises: NotFound; Conflict when it was undone or abandoned.
    """
    with session_of() as session:
        bulk = _going_on(session, bulk_id, {BulkState.PREVIEWED, BulkState.APPLYING, BulkState.APPLIED})
        if bulk.state is BulkState.APPLIED:
            return
        bulk.state, total, done = BulkState.APPLYING, bulk.changed, 0
    while written := _apply_next(session_of, bulk_id):
        done += written
        report(done, total, _("Écriture des fiches"))
    with session_of() as session:
        _counted(session, _going_on(session, bulk_id, {BulkState.APPLYING})).state = BulkState.APPLIED


def undo_bulk_edit(session_of: Callable[[], Any], bulk_id: int, report: Report = silent) -> None:
    """Brings each sheet back to what it was; one that somebody changed since stays, and is told of (`KEPT`).

    Raises: NotFound; Conflict when it was not applied.
    """
    with session_of() as session:
        bulk = _going_on(session, bulk_id, {BulkState.APPLIED, BulkState.APPLYING, BulkState.UNDOING})
        bulk.state, total, done = BulkState.UNDOING, bulk.changed, 0
    while taken_back := _undo_next(session_of, bulk_id):
        done += taken_back
        report(done, total, _("Retour aux fiches d’avant"))
    with session_of() as session:
        _counted(session, _going_on(session, bulk_id, {BulkState.UNDOING})).state = BulkState.UNDONE


def abandon_bulk_edit(session: Session, bulk_id: int) -> None:
    """Sets a preview aside.

    Raises: NotFound; Conflict when it was applied.
    """
    _going_on(session, bulk_id, {BulkState.PREVIEWED}).state = BulkState.ABANDONED
    session.flush()


def _going_on(session: Session, bulk_id: int, states: Collection[BulkState]) -> BulkEdit:
    """The bulk edit, locked until the end of this transaction, while it is in one of these states."""
    bulk = get_bulk_edit(session, bulk_id, lock=True)
    if bulk.state not in states:
        raise Conflict(
            _("Cette modification groupée est « {state} » : ce n’est pas possible.").format(state=bulk.state.label)
        )
    return bulk


def _apply_next(session_of: Callable[[], Any], bulk_id: int) -> int:
    with session_of() as session:
        bulk = _going_on(session, bulk_id, {BulkState.APPLYING})
        posts = [one["field"] for one in bulk.edits if one["field"] in POSTS]
        lines = find_to_apply(session, bulk_id, BATCH_OF_POSTS if posts else BATCH)
        if not lines:
            return 0
        in_batch(session, bulk_id)
        sheets = lock_sheets(session, [line.dataset_id for line in lines])
        holders = find_holders(session, posts, [line.dataset_id for line in lines])
        fit = [line for line in lines if _is_fit(line, sheets.get(line.dataset_id), holders)]
        if posts:
            fit = [line for line in fit if _give_posts(session, line, sheets[line.dataset_id], bulk.reason)]
        # What appoints says its own event: the sheets are written under this one.
        say(session, APPLY_EVENT, bulk.reason)
        for line in fit:
            change_sheet(sheets[line.dataset_id], _becoming(line.changes), below=False)
        _keep_versions(session, fit)
        return len(lines)


def _give_posts(session: Session, line: BulkLine, sheet: Dataset, reason: str | None) -> bool:
    """Gives the posts of a line, or says on it why it stays as it is."""
    try:
        with session.begin_nested():
            line.moved = write_posts(session, line, sheet.organisation_id, reason)
    except Conflict as error:
        line.moved, line.outcome, line.refusal = [], BulkOutcome.REFUSED, error.message
        return False
    return True


def _is_fit(line: BulkLine, sheet: Dataset | None, holders: Holders) -> bool:
    """Whether one sheet may be written; else says on its line why it stays."""
    refusal = _(_GONE) if sheet is None else _refusal_now(line, sheet, _becoming(line.changes))
    if not refusal and not holds_as_seen(holders, line):
        refusal = _(_CHANGED_SINCE)
    if refusal:
        line.outcome, line.refusal = BulkOutcome.REFUSED, refusal
    return not refusal


def _refusal_now(line: BulkLine, sheet: Dataset, after: Mapping[str, Any]) -> str:
    """Why a sheet stays, as it stands now: what the preview looked at may have changed since."""
    if sheet.annulled:
        return _(ANNULLED)
    if sheet.version == line.seen_version:
        return ""
    if any(_plain(getattr(sheet, name)) != before for name, (before, _after) in columns_of(line.changes).items()):
        return _(_CHANGED_SINCE)
    return _unfit(sheet, after)


def _keep_versions(session: Session, lines: Sequence[BulkLine]) -> None:
    session.flush()
    versions: Mapping[int, int] = find_versions_of(session, [line.dataset_id for line in lines])
    for line in lines:
        line.applied_version = versions[line.dataset_id]
        touch(session, "dataset", line.dataset_id)
    session.flush()


def _undo_next(session_of: Callable[[], Any], bulk_id: int) -> int:
    with session_of() as session:
        bulk = _going_on(session, bulk_id, {BulkState.UNDOING})
        lines = find_to_undo(session, bulk_id, BATCH)
        if not lines:
            return 0
        in_batch(session, bulk_id)
        say(session, UNDO_EVENT, bulk.reason)
        sheets = lock_sheets(session, [line.dataset_id for line in lines])
        for line in lines:
            sheet = sheets.get(line.dataset_id)
            as_written = sheet is not None and sheet.version == line.applied_version
            if sheet is None or not as_written or not take_back_posts(session, line.moved):
                line.outcome, line.refusal = BulkOutcome.KEPT, _(_CHANGED_AFTER)
                continue
            before = {name: _value(name, pair[0]) for name, pair in columns_of(line.changes).items()}
            change_sheet(sheet, before, below=False)
            line.is_undone = True
            touch(session, "dataset", sheet.id)
        session.flush()
        return len(lines)
