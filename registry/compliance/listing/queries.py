"""Every SELECT of the list of findings."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import Select, func, or_, select, tuple_, union_all
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.catalogue import Catalogue
from registry.compliance.listing.rules import Cell, Chosen, Facet
from registry.compliance.models import Finding
from registry.compliance.queries import (
    GRAVEST_FIRST,
    Found,
    find_findings,
    holding,
    of_subjects,
    verdict_on,
    with_deviations,
)
from registry.compliance.vocabulary import Force, Holding, Severity, SubjectKind, Verdict

Place = tuple[Verdict, Force, Severity, int, str, int]
"""Where a finding stood in the list: its verdict, the force and severity of its policy, whose it is, the policy, its
number.
"""
Subjects = Collection[tuple[SubjectKind, int]]
_Rank = tuple[int, int, int]
_At = tuple[_Rank, tuple[int, str]]
"""Where a cell stands in the list: its rank, then whose it is and the policy."""
_Numbers = dict[_Rank, Counter[tuple[int, str]]]
_OWN = col(Finding.organisation_id), col(Finding.policy_id)
_FORCES, _SEVERITIES = list(Force), list(Severity)


def rank_of(verdict: Verdict, force: Force, severity: Severity) -> _Rank:
    """How soon findings come in the list: by verdict, what binds in law before the rest, the gravest first."""
    return GRAVEST_FIRST[verdict], _FORCES.index(force), _SEVERITIES.index(severity)


def weight_of(catalogue: Catalogue, policy_id: str) -> tuple[Force, Severity]:
    """The force and the severity of a policy; the least where it left the catalogue."""
    policy = catalogue.find(policy_id)
    return (_FORCES[-1], _SEVERITIES[-1]) if policy is None else (policy.force, policy.severity)


def count_within(session: Session, today: date, within: Subjects) -> list[Cell]:
    """How many findings on some subjects read alike today, by policy, organisation and deviation: few, read anew."""
    own = (col(Finding.policy_id), col(Finding.organisation_id))
    read, held = verdict_on(today).label("read"), holding(today).label("held")
    query = with_deviations(select(*own, read, held, func.count().label("number")).select_from(Finding))
    query = query.where(col(Finding.until).is_(None), of_subjects(within)).group_by(*own, read, held)
    return [
        Cell(row.policy_id, row.organisation_id, Verdict(row.read), Holding(row.held), int(row.number))
        for row in session.execute(query)
    ]


def find_listed(
    session: Session, today: date, chosen: Chosen, cells: Iterable[Cell], catalogue: Catalogue, *, after: Place | None,
    limit: int, within: Subjects | None = None,
) -> tuple[list[Found], bool]:  # fmt: skip
    """A page of the findings chosen, the gravest first, and whether more follow; `after` is the last one shown.

    `within` keeps those on some subjects alone.

    `cells` tell what is chosen, and how many of it: the list goes through them one after the other, of a rank by body
    then by policy, and the database looks at no finding that no page shows. What was counted, listed and read may go
    in between: it leaves a page shorter, never the list before its end.
    """
    ranks: dict[tuple[Verdict, str], _Rank] = {}
    numbers: _Numbers = {}
    verdicts: dict[_Rank, Verdict] = {}
    for cell in cells:
        like = cell.verdict, cell.policy_id
        if like not in ranks:
            ranks[like] = rank_of(cell.verdict, *weight_of(catalogue, cell.policy_id))
            verdicts[ranks[like]] = cell.verdict
        numbers.setdefault(ranks[like], Counter())[cell.organisation_id, cell.policy_id] += cell.number
    reached = (rank_of(*after[:3]), (after[3], after[4])) if after is not None else None
    begins = after[5] if after is not None else 0
    those = _of(chosen, today, within)
    while True:
        # Ranks below the one that fills the page are not even put in order.
        whole = ((rank, of) for rank in sorted(numbers) for of in sorted(numbers[rank]))
        left = (at for at in whole if reached is None or at >= reached)
        listed: list[int] = []
        while len(listed) <= limit:
            wanted = limit + 1 - len(listed)
            parts = _parts(left, numbers, verdicts, today, those, (reached, begins), wanted)
            if not parts:
                break
            # A part is not begun before the one above it is through: the database stops once the page is full.
            query = union_all(*(part.subquery().select() for part in parts)).limit(wanted)
            listed += session.execute(query).scalars()
        found = {one.id: one for one in find_findings(session, today, ids=listed[:limit])}
        if found or not listed:
            return [found[number] for number in listed if number in found], len(listed) > limit


def _parts(
    left: Iterator[_At], numbers: _Numbers, verdicts: Mapping[_Rank, Verdict], today: date, those: Select[int],
    place: tuple[_At | None, int], wanted: int,
) -> list[Select[int]]:  # fmt: skip
    """What to ask of the next cells, as many as were counted to hold what is wanted; nothing once all are through."""
    few: dict[_Rank, list[tuple[int, str]]] = {}
    parts, whole = [], 0
    reached, begins = place
    for at in left:
        (rank, (organisation_id, policy_id)), number = at, numbers[at[0]][at[1]]
        if at == reached or whole + number > wanted:
            parts += _all_of(few, verdicts, today, those, wanted)
            few = {}
            cell = those.where(
                col(Finding.organisation_id) == organisation_id,
                col(Finding.policy_id) == policy_id,
                col(Finding.id) > (begins if at == reached else 0),
            )
            parts.append(_one_after_another(cell, verdicts[rank], today, wanted))
        else:
            few.setdefault(rank, []).append((organisation_id, policy_id))
        whole += 0 if at == reached else number
        if whole >= wanted:
            break
    return [*parts, *_all_of(few, verdicts, today, those, wanted)]


def _all_of(
    few: Mapping[_Rank, Sequence[tuple[int, str]]], verdicts: Mapping[_Rank, Verdict], today: date, those: Select[int],
    limit: int,
) -> list[Select[int]]:  # fmt: skip
    """The numbers of the findings of cells that are shown whole: each rank sorts the few it has."""
    parts = []
    for rank, of in few.items():
        halves = [
            half.add_columns(*_OWN).where(tuple_(*_OWN).in_(of)).subquery().select()
            for half in _halves(those, verdicts[rank], today)
        ]
        both = union_all(*halves).subquery()
        parts.append(select(both.c.id).order_by(both.c.organisation_id, both.c.policy_id, both.c.id).limit(limit))
    return parts


def _one_after_another(cell: Select[int], verdict: Verdict, today: date, limit: int) -> Select[int]:
    """The next numbers of a cell that may hold a hundred thousand: each half is read in the order of an index."""
    ordered = (half.order_by(col(Finding.id)).limit(limit) for half in _halves(cell, verdict, today))
    halves = (half.subquery().select() for half in ordered)
    both = union_all(*halves).subquery()
    return select(both.c.id).order_by(both.c.id).limit(limit)


def _halves(query: Select[int], verdict: Verdict, today: date) -> tuple[Select[int], Select[int]]:
    """The findings that read so as they were found, and those that turned into it: an index answers each."""
    turns = col(Finding.turns_on)
    stays = query.where(col(Finding.verdict) == verdict, or_(turns.is_(None), turns > today))
    return stays, query.where(col(Finding.turns_into) == verdict, turns <= today)


def _of(chosen: Chosen, today: date, within: Subjects | None) -> Select[int]:
    query = select(col(Finding.id)).where(col(Finding.until).is_(None))
    if within is not None:
        query = query.where(of_subjects(within))
    if Facet.HELD in chosen:
        query = with_deviations(query).where(holding(today).in_(sorted(chosen[Facet.HELD])))
    return query
