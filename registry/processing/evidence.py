"""How evidence reaches what this room holds: activities, impact assessments, and the confided breaches and requests."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.documents.subjects import Provable, Proved
from registry.documents.vocabulary import ProofSubject
from registry.kernel.permissions import Permission
from registry.processing.assessments.models import ImpactAssessment
from registry.processing.breaches.models import Breach
from registry.processing.models import ProcessingActivity
from registry.processing.requests.models import ReceivedRequest


def _find_activities(session: Session, ids: Sequence[int]) -> Mapping[int, Proved]:
    rows = session.execute(
        select(
            col(ProcessingActivity.id), col(ProcessingActivity.organisation_id), col(ProcessingActivity.name),
            col(ProcessingActivity.annulled),
        ).where(col(ProcessingActivity.id).in_(ids))
    )  # fmt: skip
    return {row.id: Proved(row.organisation_id, row.name, row.annulled) for row in rows}


def _find_assessments(session: Session, ids: Sequence[int]) -> Mapping[int, Proved]:
    rows = session.execute(
        select(
            col(ImpactAssessment.id), col(ImpactAssessment.organisation_id), col(ImpactAssessment.title),
            col(ImpactAssessment.annulled),
        ).where(col(ImpactAssessment.id).in_(ids))
    )  # fmt: skip
    return {row.id: Proved(row.organisation_id, row.title, row.annulled) for row in rows}


def _find_breaches(session: Session, ids: Sequence[int]) -> Mapping[int, Proved]:
    rows = session.execute(
        select(col(Breach.id), col(Breach.organisation_id), col(Breach.title), col(Breach.annulled)).where(
            col(Breach.id).in_(ids)
        )
    )
    return {row.id: Proved(row.organisation_id, row.title, row.annulled) for row in rows}


def _find_requests(session: Session, ids: Sequence[int]) -> Mapping[int, Proved]:
    rows = session.execute(
        select(
            col(ReceivedRequest.id), col(ReceivedRequest.organisation_id), col(ReceivedRequest.subject),
            col(ReceivedRequest.annulled),
        ).where(col(ReceivedRequest.id).in_(ids))
    )  # fmt: skip
    return {row.id: Proved(row.organisation_id, row.subject, row.annulled) for row in rows}


ACTIVITIES = Provable(ProofSubject.ACTIVITY, Permission.PROCESSING_ACTIVITY_READ, "/traitements/{id}", _find_activities)
ASSESSMENTS = Provable(ProofSubject.DPIA, Permission.PROCESSING_ACTIVITY_READ, "/aipd/{id}", _find_assessments)
BREACHES = Provable(
    ProofSubject.BREACH, Permission.PROCESSING_MATTER_FOLLOW, "/violations/{id}", _find_breaches,
    Permission.PROCESSING_BREACH_RECORD,
)  # fmt: skip
REQUESTS = Provable(
    ProofSubject.REQUEST, Permission.PROCESSING_MATTER_FOLLOW, "/demandes/{id}", _find_requests,
    Permission.PROCESSING_REQUEST_RECORD,
)  # fmt: skip
"""The database shows breaches and requests, and what proves them, to the few they are confided to."""
