"""How evidence reaches what this room holds: a processing activity."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.documents.subjects import Provable, Proved
from registry.documents.vocabulary import ProofSubject
from registry.kernel.permissions import Permission
from registry.processing.models import ProcessingActivity


def _find_activities(session: Session, ids: Sequence[int]) -> Mapping[int, Proved]:
    rows = session.execute(
        select(
            col(ProcessingActivity.id), col(ProcessingActivity.organisation_id), col(ProcessingActivity.name),
            col(ProcessingActivity.annulled),
        ).where(col(ProcessingActivity.id).in_(ids))
    )  # fmt: skip
    return {row.id: Proved(row.organisation_id, row.name, row.annulled) for row in rows}


ACTIVITIES = Provable(ProofSubject.ACTIVITY, Permission.PROCESSING_ACTIVITY_READ, "/traitements/{id}", _find_activities)
