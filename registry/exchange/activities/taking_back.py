"""What an activity was before an import wrote it, from the ledger; and whether something rests on one it made."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.documents.models import EvidenceLink
from registry.documents.vocabulary import ProofSubject
from registry.ledger.as_of import row_of
from registry.ledger.queries import Version, find_versions, find_versions_of_rows
from registry.platform.tables import Table
from registry.processing.forms import ActivityChange
from registry.processing.models import ProcessingActivity
from registry.processing.parts import PART_KINDS, PartKind
from registry.processing.queries import find_parts

_MOST_VERSIONS = 2_000
_TARGET = "processing_activity.id"


def form_before(
    session: Session, activity: ProcessingActivity, import_id: int, written: Collection[str]
) -> ActivityChange:
    """What an import wrote of an activity, fields and kinds of parts, as it stood before.

    It was kept once, and is not validated again: a rule of today, or a list that moved, must not keep an import from
    being undone.
    """
    before = _before(find_versions(session, "processing_activity", activity.id), import_id)
    stood = row_of(ProcessingActivity, before.snapshot) if before is not None else None
    columns = ActivityChange.model_fields.keys() & written - PART_KINDS.keys() if stood is not None else set[str]()
    values: dict[str, Any] = {name: getattr(stood, name) for name in columns}
    for name in PART_KINDS.keys() & written:
        values[name] = _parts_before(session, PART_KINDS[name], activity.id, import_id)
    return ActivityChange.model_construct(_fields_set=set(values), **values)


def _parts_before(session: Session, kind: PartKind, activity_id: int, import_id: int) -> list[BaseModel]:
    rows = find_parts(session, kind.model, activity_id)
    past = find_versions_of_rows(session, str(kind.model.__tablename__), [row.id for row in rows], limit=_MOST_VERSIONS)
    stood = [_before(past.get(row.id, []), import_id) for row in rows]
    held = [row_of(kind.model, one.snapshot) for one in stood if one is not None]
    standing = sorted((one for one in held if not one.annulled), key=lambda one: int(one.position))
    return [
        kind.form.model_construct(**{name: getattr(one, name) for name in kind.form.model_fields}) for one in standing
    ]


def _before(versions: Sequence[Version], import_id: int) -> Version | None:
    return next((one for one in versions if one.batch_id != import_id), None)


def find_built_on(session: Session, activity_ids: Iterable[int]) -> set[int]:
    """Which of these activities something rests on: an assessment, a breach, evidence, whatever points to them."""
    ids = list(activity_ids)
    own = {kind.model.__tablename__ for kind in PART_KINDS.values()}
    found: set[int] = set()
    for table in Table.metadata.tables.values():
        pointing = [
            column
            for column in table.columns
            if table.name not in own and any(key.target_fullname == _TARGET for key in column.foreign_keys)
        ]
        for column in pointing:
            query = select(column).where(column.in_(ids))
            query = query.where(~table.c.annulled) if "annulled" in table.c else query
            found |= set(session.execute(query).scalars())
    proved = select(col(EvidenceLink.subject_id)).where(
        col(EvidenceLink.subject_kind) == ProofSubject.ACTIVITY,
        col(EvidenceLink.subject_id).in_(ids),
        ~col(EvidenceLink.annulled),
    )
    return found | set(session.execute(proved).scalars())
