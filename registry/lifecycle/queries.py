"""Every SELECT about the life of datasets."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import Dataset
from registry.datasets.vocabulary import PersonalData
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Role
from registry.kernel.words import _
from registry.lifecycle.charts import load_chart
from registry.lifecycle.models import RefusalPoint, StageRequest, StageVisa, VisaDelegation
from registry.lifecycle.vocabulary import KeptBack, RefusalPointState, RequestState, VisaKind
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


def find_points(session: Session, request_ids: Sequence[int]) -> dict[int, list[RefusalPoint]]:
    """The points of each of these requests that was refused, in order."""
    query = select(RefusalPoint).where(col(RefusalPoint.request_id).in_(request_ids)).order_by(col(RefusalPoint.id))
    found: dict[int, list[RefusalPoint]] = {}
    for row in session.execute(query).scalars() if request_ids else ():
        found.setdefault(row.request_id, []).append(row)
    return found


def find_points_before(session: Session, request: StageRequest) -> Sequence[RefusalPoint]:
    """The points of a request that was refused; of another, those of the refusal it comes after."""
    last = (
        select(col(StageRequest.id))
        .where(
            col(StageRequest.dataset_id) == request.dataset_id, col(StageRequest.move) == request.move,
            or_(
                col(StageRequest.id).in_([request.id] if request.state is RequestState.REFUSED else []),
                (col(StageRequest.id) < request.id)
                & col(StageRequest.state).in_([RequestState.REFUSED, RequestState.MADE]),
            ),
        )
        .order_by(col(StageRequest.id).desc())
        .limit(1)
        .scalar_subquery()
    )  # fmt: skip
    query = select(RefusalPoint).where(col(RefusalPoint.request_id) == last).order_by(col(RefusalPoint.id))
    return session.execute(query).scalars().all()


def count_open_points(session: Session, dataset_id: int) -> dict[str, int]:
    """How many points of the refusals of a dataset wait for an answer, by move."""
    query = (
        select(col(StageRequest.move), func.count())
        .join(RefusalPoint, col(StageRequest.id) == col(RefusalPoint.request_id))
        .where(col(RefusalPoint.dataset_id) == dataset_id, col(RefusalPoint.state) == RefusalPointState.OPEN)
        .group_by(col(StageRequest.move))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def get_point(session: Session, point_id: int, *, lock: bool = False) -> RefusalPoint:
    """One point of a refusal within the asker's rights; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    found = session.get(RefusalPoint, point_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound(_("Ce point n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def was_asked_again(session: Session, request: StageRequest) -> bool:
    """Whether the move of a request was asked for once more."""
    query = select(col(StageRequest.id)).where(
        col(StageRequest.dataset_id) == request.dataset_id, col(StageRequest.move) == request.move,
        col(StageRequest.id) > request.id,
    )  # fmt: skip
    return session.execute(query.limit(1)).first() is not None


@dataclass(frozen=True)
class WaitingRequest:
    """A request that waits, with its dataset and body; `mine` where the asker may answer, `standing_in` for another."""

    row: StageRequest
    title: str
    organisation: str
    dataset_version: int
    personal_data: PersonalData | None
    mine: bool = False
    standing_in: bool = False
    late: bool = False
    since: date | None = None


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


def find_delegations(
    session: Session, account_id: int, *, before: int | None = None, limit: int
) -> Sequence[VisaDelegation]:
    """What an account handed over or was handed, the last first."""
    mine = or_(col(VisaDelegation.delegator_id) == account_id, col(VisaDelegation.delegate_id) == account_id)
    query = select(VisaDelegation).where(mine).order_by(col(VisaDelegation.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(VisaDelegation.id) < before)
    return session.execute(query).scalars().all()


def get_delegation(session: Session, delegation_id: int, account_id: int, *, lock: bool = False) -> VisaDelegation:
    """What an account handed over or was handed; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    found = session.get(VisaDelegation, delegation_id, with_for_update=lock or None, populate_existing=lock)
    if found is None or account_id not in {found.delegator_id, found.delegate_id}:
        raise NotFound(_("Cette délégation n’existe pas, ou ce n’est pas la vôtre."))
    return found


def hold_delegating(session: Session, account_id: int) -> None:
    """Lets somebody hand over one thing at a time, until this transaction ends."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"delegating:{account_id}"}
    )


def find_overlapping(
    session: Session, account_id: int, kind: VisaKind, organisation_id: int, starts_on: date, ends_on: date
) -> VisaDelegation | None:
    """What an account handed over already of one kind, on one organisation, in these days."""
    query = select(VisaDelegation).where(
        col(VisaDelegation.delegator_id) == account_id, col(VisaDelegation.kind) == kind,
        col(VisaDelegation.organisation_id) == organisation_id, col(VisaDelegation.ended_on).is_(None),
        col(VisaDelegation.starts_on) <= ends_on, col(VisaDelegation.ends_on) >= starts_on,
    )  # fmt: skip
    return session.execute(query.limit(1)).scalar_one_or_none()


def _open_on(day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        col(VisaDelegation.ended_on).is_(None), col(VisaDelegation.starts_on) <= day,
        col(VisaDelegation.ends_on) >= day,
    )  # fmt: skip


def find_standing(session: Session, account_id: int, request_id: int, on: date) -> dict[VisaKind, VisaDelegation]:
    """By what an account may answer a request in somebody's stead, on a day: the oldest delegation of each kind."""
    query = (
        select(VisaDelegation)
        .where(
            col(VisaDelegation.delegate_id) == account_id, *_open_on(on),
            func.stands_in(col(VisaDelegation.id), request_id, on),
        )
        .order_by(col(VisaDelegation.id).desc())
    )  # fmt: skip
    return {one.kind: one for one in session.execute(query).scalars()}


def was_handed(session: Session, account_id: int, kind: VisaKind, on: date) -> bool:
    """Whether an account holds a delegation of a visa on a day, whatever it stands for."""
    query = select(col(VisaDelegation.id)).where(
        col(VisaDelegation.delegate_id) == account_id, col(VisaDelegation.kind) == kind, *_open_on(on)
    )
    return session.execute(query.limit(1)).first() is not None


AWAITED = """
SELECT r.id AS request_id, r.organisation_id, w.kind, w.since,
       w.since <= CAST(CAST(:overdue AS jsonb) ->> w.kind AS date) AS late,
       ((w.terms -> 'own')::boolean OR (r.asked_by <> :account AND NOT keeps_dataset(:account, r.dataset_id, :today)))
         AND EXISTS (SELECT FROM jsonb_array_elements_text(w.terms -> 'given_by') AS by (role)
                      WHERE CAST(:endorsing AS jsonb) -> by.role @> to_jsonb(r.organisation_id)) AS by_role,
       (SELECT min(g.id) FROM visa_delegation g
         WHERE g.delegate_id = :account AND g.kind = w.kind AND g.ended_on IS NULL
           AND CAST(:today AS date) BETWEEN g.starts_on AND g.ends_on AND CAST(:endorsing AS jsonb) <> '{}'
           AND stands_in(g.id, r.id, :today)) AS stand_in,
       (SELECT min(g.id) FROM visa_delegation g
         WHERE g.delegator_id = :account AND g.kind = w.kind AND g.ended_on IS NULL
           AND CAST(:today AS date) BETWEEN g.starts_on AND g.ends_on AND stands_in(g.id, r.id, :today)) AS handed,
       coalesce(CAST(:escalating AS jsonb) -> w.kind @> to_jsonb(r.organisation_id), false) AS told
  FROM stage_request r CROSS JOIN LATERAL awaited_visas(r.id) AS w
 WHERE r.state = 'waiting'
"""
"""Each visa that is awaited, and what it is to whoever asks: theirs by role, by delegation, handed over, told late."""


@dataclass(frozen=True)
class Endorser:
    """Somebody before the visas that are awaited: the organisations of their roles, where they may give any."""

    account_id: int
    endorsing: Mapping[Role, frozenset[int]]
    grants: Mapping[Role, frozenset[int]]

    def asking(self, today: date) -> dict[str, Any]:
        """What `AWAITED` is asked with."""
        chart = load_chart()
        told = {kind: sorted(self.grants.get(terms.escalated_to, ())) for kind, terms in chart.visas.items()}
        return {
            "account": self.account_id, "today": today, "escalating": json.dumps(told),
            "endorsing": json.dumps({role: sorted(ids) for role, ids in self.endorsing.items()}),
            "overdue": json.dumps({kind: day.isoformat() for kind, day in chart.overdue(today).items()}),
        }  # fmt: skip


@dataclass(frozen=True)
class Awaited:
    """A visa that a request waits for, and since when."""

    request_id: int
    kind: VisaKind
    since: date


def find_awaited(session: Session, request_ids: Sequence[int]) -> list[Awaited]:
    """The visas that these requests wait for."""
    rows = session.execute(
        text(
            "SELECT r.id, w.kind, w.since FROM unnest(CAST(:asked AS bigint[])) AS r (id)"
            " CROSS JOIN LATERAL awaited_visas(r.id) AS w ORDER BY r.id, w.since, w.kind"
        ),
        {"asked": list(request_ids)},
    )
    return [Awaited(row.id, VisaKind(row.kind), row.since) for row in rows] if request_ids else []


@dataclass(frozen=True)
class Narrowing:
    """What the visas that are awaited are narrowed to."""

    kind: VisaKind | None = None
    organisation_id: int | None = None
    late: bool = False
    mine: bool = False
    standing_in: bool = False


_REVIEWED = f"""
SELECT asked.request_id, asked.mine, asked.standing_in, asked.late, asked.since
  FROM (SELECT request_id, min(organisation_id) AS organisation_id, bool_or(late) AS late, min(since) AS since,
               bool_or(by_role OR stand_in IS NOT NULL) AS mine, bool_or(stand_in IS NOT NULL) AS standing_in
          FROM ({AWAITED}) AS awaited WHERE CAST(:kind AS text) IS NULL OR kind = :kind GROUP BY request_id) AS asked
  JOIN organisation body ON body.id = asked.organisation_id
 WHERE (CAST(:organisation AS bigint) IS NULL OR :organisation = ANY (body.lineage))
   AND (NOT :only_late OR late) AND (NOT :only_mine OR mine) AND (NOT :only_standing_in OR standing_in)
   AND (CAST(:after_since AS date) IS NULL OR (NOT late, since, request_id) > (:after_timely, :after_since, :after_id))
 ORDER BY NOT late, since, request_id LIMIT :limit
"""
_COUNTED = f"""
SELECT kind, organisation_id, count(DISTINCT request_id) AS number,
       count(DISTINCT request_id) FILTER (WHERE late) AS late,
       count(DISTINCT request_id) FILTER (WHERE by_role OR stand_in IS NOT NULL) AS mine,
       count(DISTINCT request_id) FILTER (WHERE stand_in IS NOT NULL) AS standing_in
  FROM ({AWAITED}) AS awaited GROUP BY GROUPING SETS ((), (kind), (organisation_id))
"""


def find_to_review(
    session: Session,
    endorser: Endorser,
    narrowing: Narrowing,
    today: date,
    *,
    after: tuple[int, str, int] | None,
    limit: int,
) -> list[WaitingRequest]:
    """The requests that wait for visas, the late ones first, then those that wait longest; `after` is a place there."""
    timely, since, number = after or (0, None, 0)
    rows = session.execute(
        text(_REVIEWED),
        {
            **endorser.asking(today), "kind": narrowing.kind, "organisation": narrowing.organisation_id,
            "only_late": narrowing.late, "only_mine": narrowing.mine, "only_standing_in": narrowing.standing_in,
            "after_timely": bool(timely), "after_since": since, "after_id": number, "limit": limit,
        },
    ).all()  # fmt: skip
    query = (
        select(
            StageRequest, col(Dataset.title), col(Organisation.name), col(Dataset.version), col(Dataset.personal_data)
        )
        .join(Dataset, col(Dataset.id) == col(StageRequest.dataset_id))
        .join(Organisation, col(Organisation.id) == col(StageRequest.organisation_id))
        .where(col(StageRequest.id).in_([row.request_id for row in rows]))
    )  # fmt: skip
    found = {row[0].id: row for row in session.execute(query)} if rows else {}
    return [
        WaitingRequest(*found[row.request_id], row.mine, row.standing_in, row.late, row.since)
        for row in rows
        if row.request_id in found
    ]


@dataclass(frozen=True)
class Awaiting:
    """How many requests wait: in all, late, the asker's to answer, by delegation, and by visa and body."""

    number: int
    late: int
    mine: int
    standing_in: int
    kinds: Mapping[VisaKind, int]
    bodies: Mapping[int, int]


def count_to_review(session: Session, endorser: Endorser, today: date) -> Awaiting:
    """How many requests wait for visas within the asker's rights."""
    rows = session.execute(text(_COUNTED), endorser.asking(today)).all()
    kinds = {VisaKind(row.kind): row.number for row in rows if row.kind is not None}
    bodies = {row.organisation_id: row.number for row in rows if row.organisation_id is not None}
    (total,) = (row for row in rows if row.kind is None and row.organisation_id is None)
    return Awaiting(total.number, total.late, total.mine, total.standing_in, kinds, bodies)


def keeps_dataset(session: Session, account_id: int, dataset_id: int, on: date) -> bool:
    """Whether an account is that of who answers for a dataset, or keeps it, on a day."""
    return bool(session.execute(select(func.keeps_dataset(account_id, dataset_id, on))).scalar_one())


def why_kept_back(session: Session, dataset_id: int) -> KeptBack | None:
    """Why the public does not read a dataset, published though it is; nothing where it may."""
    said = session.execute(select(func.why_kept_back(dataset_id))).scalar_one()
    return None if said is None else KeptBack(said)
