"""How evidence reaches what this room holds: a dataset, an information system."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import Dataset, InformationSystem
from registry.documents.subjects import Provable, Proved
from registry.documents.vocabulary import ProofSubject
from registry.kernel.permissions import Permission


def _find_datasets(session: Session, ids: Sequence[int]) -> Mapping[int, Proved]:
    rows = session.execute(
        select(
            col(Dataset.id), col(Dataset.organisation_id), col(Dataset.title), col(Dataset.annulled)
        ).where(col(Dataset.id).in_(ids))
    )  # fmt: skip
    return {row.id: Proved(row.organisation_id, row.title, row.annulled) for row in rows}


def _find_systems(session: Session, ids: Sequence[int]) -> Mapping[int, Proved]:
    rows = session.execute(
        select(
            col(InformationSystem.id), col(InformationSystem.organisation_id), col(InformationSystem.name),
            col(InformationSystem.annulled),
        ).where(col(InformationSystem.id).in_(ids))
    )  # fmt: skip
    return {row.id: Proved(row.organisation_id, row.name, row.annulled) for row in rows}


DATASETS = Provable(ProofSubject.DATASET, Permission.DATASETS_SHEET_READ, "/jeux/{id}", _find_datasets)
SYSTEMS = Provable(ProofSubject.SYSTEM, Permission.DATASETS_SHEET_READ, "/systemes/{id}", _find_systems)
