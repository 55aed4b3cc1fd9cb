"""Every SELECT about the life of datasets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import Dataset
from registry.datasets.vocabulary import PersonalData
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.lifecycle.models import StageRequest, StageVisa
from registry.lifecycle.vocabulary import RequestState
from registry.organisations.models import Organisation


def find_requests(session: Session, dataset_id: int) -> Sequence[StageRequest]:
    """Every move asked for of a dataset, the last first."""
    query = select(StageRequest).where(col(StageRequest.dataset_id) == dataset_id).order_by(col(StageRequest.id).desc())
    return session.execute(query).scalars().all()


def get_request(session: Session, request_id: int, *, lock: bool = False) -> StageRequest:
    """One request within the asker's rights; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    query = select(StageRequest).where(col(StageRequest.id) == request_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(_("Cette demande n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def find_waiting(session: Session, dataset_id: int) -> StageRequest | None:
    """The move that waits for visas, if one does."""
    query = select(StageRequest).where(
        col(StageRequest.dataset_id) == dataset_id, col(StageRequest.state) == RequestState.WAITING
    )
    return session.execute(query).scalar_one_or_none()


def find_visas(session: Session, request_ids: Sequence[int]) -> dict[int, list[StageVisa]]:
    """What was answered to each of these requests, in order."""
    query = select(StageVisa).where(col(StageVisa.request_id).in_(request_ids)).order_by(col(StageVisa.id))
    found: dict[int, list[StageVisa]] = {}
    for row in session.execute(query).scalars() if request_ids else ():
        found.setdefault(row.request_id, []).append(row)
    return found


@dataclass(frozen=True)
class WaitingRequest:
    """A request that waits, with its dataset and body."""

    row: StageRequest
    title: str
    organisation: str
    dataset_version: int
    personal_data: PersonalData | None


def find_waiting_requests(session: Session, *, after: int = 0, limit: int | None = None) -> list[WaitingRequest]:
    """The requests that wait within the asker's rights, the oldest first."""
    query = (
        select(
            StageRequest, col(Dataset.title), col(Organisation.name), col(Dataset.version), col(Dataset.personal_data)
        )
        .join(Dataset, col(Dataset.id) == col(StageRequest.dataset_id))
        .join(Organisation, col(Organisation.id) == col(StageRequest.organisation_id))
        .where(
            col(StageRequest.state) == RequestState.WAITING, ~col(Dataset.annulled), col(StageRequest.id) > after
        )
        .order_by(col(StageRequest.id))
        .limit(limit)
    )  # fmt: skip
    return [WaitingRequest(*row) for row in session.execute(query)]


def keeps_dataset(session: Session, account_id: int, dataset_id: int, on: date) -> bool:
    """Whether an account is that of who answers for a dataset, or keeps it, on a day."""
    return bool(session.execute(select(func.keeps_dataset(account_id, dataset_id, on))).scalar_one())


def find_kept(session: Session, account_id: int, dataset_ids: Sequence[int], on: date) -> frozenset[int]:
    """Those of these datasets that an account answers for, or keeps, on a day."""
    query = select(col(Dataset.id)).where(
        col(Dataset.id).in_(dataset_ids), func.keeps_dataset(account_id, col(Dataset.id), on)
    )
    return frozenset(session.execute(query).scalars()) if dataset_ids else frozenset()
