"""Every reading of suggestions."""

from collections.abc import Sequence

from sqlalchemy import case, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import FieldSuggestion
from registry.datasets.vocabulary import SuggestionState
from registry.inspection.vocabulary import Confidence

_RANKS = {confidence.value: rank for rank, confidence in enumerate(Confidence)}


def find_suggestions(session: Session, dataset_id: int, *, lock: bool = False) -> Sequence[FieldSuggestion]:
    """The suggestions of a dataset, the surest first, then as its columns stood; those withdrawn are left out."""
    query = (
        select(FieldSuggestion)
        .where(col(FieldSuggestion.dataset_id) == dataset_id, col(FieldSuggestion.state) != SuggestionState.WITHDRAWN)
        .order_by(case(_RANKS, value=col(FieldSuggestion.confidence)), col(FieldSuggestion.id))
    )
    return session.execute(query.with_for_update() if lock else query).scalars().all()


def find_every_suggestion(session: Session, dataset_id: int) -> Sequence[FieldSuggestion]:
    """Every suggestion ever made of a dataset, held until the transaction ends."""
    query = select(FieldSuggestion).where(col(FieldSuggestion.dataset_id) == dataset_id).with_for_update()
    return session.execute(query).scalars().all()
