"""Every SELECT of the list of findings."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select, select, union_all
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.catalogue import Catalogue
from registry.compliance.listing.rules import Cell, Chosen, Facet
from registry.compliance.models import Finding
from registry.compliance.queries import GRAVEST_FIRST, Found, find_findings, holding, verdict_on, with_deviations
from registry.compliance.vocabulary import Force, Severity, Verdict

Place = tuple[Verdict, Force, Severity, int]
"""Where a finding stood in the list: its verdict, the force and severity of its policy, its number."""
_Rank = tuple[int, int, int]
_FORCES, _SEVERITIES = list(Force), list(Severity)


def rank_of(verdict: Verdict, force: Force, severity: Severity) -> _Rank:
    """How soon findings come in the list: by verdict, what binds in law before the rest, the gravest first."""
    return GRAVEST_FIRST[verdict], _FORCES.index(force), _SEVERITIES.index(severity)


def weight_of(catalogue: Catalogue, policy_id: str) -> tuple[Force, Severity]:
    """The force and the severity of a policy; the least where it left the catalogue."""
    policy = catalogue.find(policy_id)
    return (_FORCES[-1], _SEVERITIES[-1]) if policy is None else (policy.force, policy.severity)


def find_listed(
    session: Session, today: date, chosen: Chosen, cells: Iterable[Cell], catalogue: Catalogue, *, after: Place | None,
    limit: int,
) -> list[Found]:  # fmt: skip
    """A page of the findings chosen, the gravest first; `after` is the place of the last one shown.

    `cells` tell what is chosen: findings of one rank are read after the other, each by number, and nothing sorts what
    no page shows.
    """
    groups = dict[_Rank, _Group]()
    for cell in cells:
        rank = rank_of(cell.verdict, *weight_of(catalogue, cell.policy_id))
        groups.setdefault(rank, _Group(cell.verdict)).take(cell)
    reached = rank_of(*after[:3]) if after is not None else (-1, 0, 0)
    parts, whole = [], 0
    for rank in sorted(one for one in groups if one >= reached):
        parts.append(_numbers(groups[rank], today, chosen, after[3] if after and rank == reached else 0, limit))
        whole += 0 if rank == reached else groups[rank].number
        if whole >= limit:
            break
    if not parts:
        return []
    # A part is not begun before the one above it is through: the database stops once the page is full.
    numbers = session.execute(union_all(*(part.subquery().select() for part in parts)).limit(limit)).scalars().all()
    found = {one.id: one for one in find_findings(session, today, ids=numbers)}
    return [found[number] for number in numbers if number in found]


@dataclass
class _Group:
    """The findings of one rank: of which policies, and how many."""

    verdict: Verdict
    policy_ids: set[str] = field(default_factory=set)
    number: int = 0

    def take(self, cell: Cell) -> None:
        """Takes a cell in."""
        self.policy_ids.add(cell.policy_id)
        self.number += cell.number


def _numbers(group: _Group, today: date, chosen: Chosen, after: int, limit: int) -> Select[int]:
    """The numbers of the next findings of one rank."""
    query = select(col(Finding.id)).where(
        col(Finding.until).is_(None),
        verdict_on(today) == group.verdict,
        col(Finding.policy_id).in_(sorted(group.policy_ids)),
        col(Finding.id) > after,
    )
    if Facet.ORGANISATION in chosen:
        query = query.where(col(Finding.organisation_id).in_(sorted(map(int, chosen[Facet.ORGANISATION]))))
    if Facet.HELD in chosen:
        query = with_deviations(query).where(holding(today).in_(sorted(chosen[Facet.HELD])))
    return query.order_by(col(Finding.id)).limit(limit)
