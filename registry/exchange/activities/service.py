"""Bringing a record in: previewed, then what was chosen of it applied as one, and undone while nothing changed.

Nothing half-written: an import is written in one transaction, each activity through the service that people use.
"""

import uuid
from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy.orm import Session

from registry.exchange.activities.comparing import Compared, compare_record
from registry.exchange.activities.forms import MOST_LINES
from registry.exchange.activities.import_queries import find_lines_of, get_record_import
from registry.exchange.activities.models import RecordImport, RecordImportLine
from registry.exchange.activities.taking_back import find_built_on, form_before
from registry.exchange.activities.vocabulary import ReadRecord
from registry.exchange.models import ImportAction, ImportState
from registry.kernel.errors import Conflict, Invalid, NotFound, TooLarge
from registry.kernel.words import _
from registry.ledger.service import in_batch
from registry.processing.forms import ActivityChange, ActivityForm
from registry.processing.models import ProcessingActivity
from registry.processing.queries import get_activity
from registry.processing.service import amend_activity, record_activity, set_activity_aside, take_activity_back

WRITES = {ImportAction.CREATE, ImportAction.CHANGE}


def preview_record(
    session: Session,
    read: ReadRecord,
    *,
    organisation_id: int,
    writable: Collection[int],
    account_id: int | None,
    source_name: str,
) -> RecordImport:
    """Keeps what a file would do to each activity, and why it would leave some; no activity is written.

    `writable` are the bodies whose record the asker keeps, `organisation_id` the one the file is for.
    Raises: TooLarge when it has too many; NotFound when it has none.
    """
    if not read.activities:
        raise NotFound(_("Ce fichier ne décrit aucun traitement : vérifiez que la bonne feuille est remplie."))
    if len(read.activities) > MOST_LINES:
        raise TooLarge(
            _(
                "Ce fichier décrit {number} traitements ; {most} au plus à la fois : découpez-le par organisation."
            ).format(number=len(read.activities), most=MOST_LINES)
        )
    found = compare_record(session, organisation_id, read, writable)
    made = RecordImport(
        organisation_id=organisation_id,
        account_id=account_id,
        source_name=source_name,
        layout=read.layout,
        told={"remarks": [asdict(one) for one in read.remarks], "left": read.left},
    )
    session.add(made)
    session.flush()
    session.add_all(_line(made.id, number, one) for number, one in enumerate(found, 1))
    session.flush()
    session.refresh(made)
    return made


def _line(import_id: int, number: int, one: Compared) -> RecordImportLine:
    return RecordImportLine(
        organisation_id=one.owner_id,
        import_id=import_id,
        line_no=number,
        place=f"{one.read.sheet}:{one.read.line}" if one.read.sheet else str(one.read.line),
        name=one.read.name,
        action=one.action,
        activity_id=one.activity.id if one.activity is not None else None,
        seen_version=one.activity.version if one.activity is not None else None,
        content=one.content if one.action in WRITES else {},
        changes=one.changes,
        remarks=[asdict(said) for said in one.read.remarks],
    )


def _standing_in(session: Session, import_id: int, state: ImportState) -> RecordImport:
    """The import, locked until the end of this transaction, while it is in this state."""
    found = get_record_import(session, import_id, lock=True)
    if found.state is not state:
        raise Conflict(_("Cet import est « {state} » : ce n’est pas possible.").format(state=found.state.label))
    return found


def apply_record(
    session: Session, import_id: int, writable: Collection[int], taken: Collection[int] | None = None
) -> RecordImport:
    """Writes the activities that were chosen of a preview, by the number of their line; all of them where none is.

    One that somebody changed since the preview stays as it is, and is told of.
    Raises: NotFound; Conflict when it was applied or set aside; Invalid when nothing is chosen.
    """
    made = _standing_in(session, import_id, ImportState.PREVIEWED)
    lines = find_lines_of(session, import_id)
    chosen = [line for line in lines if line.action in WRITES and (taken is None or line.line_no in taken)]
    if not chosen:
        raise Invalid(_("Aucun traitement n’est choisi : cochez au moins une ligne, ou abandonnez l’import."))
    in_batch(session, import_id)
    for line in chosen:
        if line.organisation_id not in writable:
            _leave(line, "owner-forbidden")
        else:
            _write(session, line)
    _forget(made, lines)
    made.state = ImportState.APPLIED
    session.flush()
    return made


def _write(session: Session, line: RecordImportLine) -> None:
    if line.activity_id is None:
        try:
            line.activity_id = record_activity(
                session, line.organisation_id, ActivityForm.model_validate(line.content)
            ).id
        except Conflict:
            # Somebody recorded one of this reference since the preview.
            _leave(line, "changed-since")
            return
        line.applied_version = 1
        return
    activity = get_activity(session, line.activity_id, lock=True)
    if activity.version != line.seen_version or activity.annulled:
        _leave(line, "changed-since")
        return
    form = ActivityChange.model_validate(line.content)
    line.applied_version = amend_activity(session, activity.id, form, expected=activity.version).version


def _leave(line: RecordImportLine, code: str) -> None:
    line.action = ImportAction.REFUSED
    line.remarks = [*line.remarks, {"code": code, "value": line.name, "column": ""}]


def _forget(made: RecordImport, lines: Collection[RecordImportLine]) -> None:
    """Lets go of the values an import quoted: activities and their history say them, or nobody will ask."""
    made.told = {}
    for line in lines:
        line.content = {}
        line.changes = {name: [] for name in line.changes}
        line.remarks = [{**one, "value": ""} if one["code"] != "form" else one for one in line.remarks]


def undo_record(session: Session, import_id: int, writable: Collection[int]) -> RecordImport:
    """Brings each activity of an import back to what it was, and annuls those it made; their number is free again.

    One that somebody changed since, or that something rests on, stays as it is, and is told of.
    Raises: NotFound; Conflict when it was not applied.
    """
    made = _standing_in(session, import_id, ImportState.APPLIED)
    reason = _("Import n° {number} défait").format(number=import_id)
    lines = [line for line in find_lines_of(session, import_id) if line.applied_version is not None]
    built_on = find_built_on(session, [line.activity_id for line in lines if line.activity_id and _is_new(line)])
    for line in lines:
        activity = get_activity(session, line.activity_id or 0, lock=True)
        kept = activity.version != line.applied_version or activity.id in built_on
        if kept or line.organisation_id not in writable:
            line.remarks = [*line.remarks, {"code": "kept-by-undo", "value": line.name, "column": ""}]
        else:
            _take_back(session, line, activity, import_id, reason)
            line.is_undone = True
    made.state = ImportState.UNDONE
    session.flush()
    return made


def _is_new(line: RecordImportLine) -> bool:
    return line.action is ImportAction.CREATE


def _take_back(
    session: Session, line: RecordImportLine, activity: ProcessingActivity, import_id: int, reason: str
) -> None:
    if _is_new(line):
        set_activity_aside(session, activity.id, expected=activity.version, reason=reason, annulled=True)
        activity.reference = f"urn:uuid:{uuid.uuid4()}"
        session.flush()
        return
    form = form_before(session, activity, import_id, line.changes.keys())
    take_activity_back(session, activity, form, reason=reason)


def abandon_record(session: Session, import_id: int) -> RecordImport:
    """Sets a preview aside: nothing of it is written.

    Raises: NotFound; Conflict when it was applied.
    """
    made = _standing_in(session, import_id, ImportState.PREVIEWED)
    _forget(made, find_lines_of(session, import_id))
    made.state = ImportState.ABANDONED
    session.flush()
    return made
