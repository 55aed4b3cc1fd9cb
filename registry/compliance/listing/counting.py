"""How many findings read alike, followed rather than counted again.

Counting a million findings takes seconds; a page may not. Each web process keeps what those who read the same see, and
takes in what was found or withdrawn since (`registry/decisions/0020-a-picture-counts-for-the-list.md` does the same of
sheets). A finding is only ever added, then withdrawn once: adding and taking away is all there is to follow.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock

from sqlalchemy import bindparam, case, func, or_, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.deviations.models import AcceptedDeviation
from registry.compliance.deviations.vocabulary import DeviationState
from registry.compliance.listing.rules import Cell
from registry.compliance.models import Finding
from registry.compliance.queries import bears_on, verdict_on
from registry.compliance.vocabulary import Holding, Verdict

Alike = tuple[str, int, Verdict]
"""A policy, an organisation, a verdict."""
_KEPT, _COUNTED_AGAIN = 8, 20_000
"""Counts a process keeps; changes from which on everything is counted again."""
_LONGEST_WRITE = timedelta(seconds=60)
"""A finding bears the moment its transaction began: one of longer ago is seen for certain."""

# Who sees which findings hangs on these alone: the row-level policy of the table asks about nothing else.
_FOR_WHOM = text("SELECT session_user::text, current_setting('beffroi.reads', true), acting_confides()::text")
_READ = "CASE WHEN turns_on <= :day THEN turns_into ELSE verdict END AS read"
# In one statement, hence of one moment: what stands, and what moved so lately that it will be looked at again.
_COUNT = text(
    f"SELECT now() AS moment, policy_id, organisation_id, {_READ}, count(*) AS number, NULL::bigint AS id,"
    "  false AS began, false AS ended FROM finding WHERE until IS NULL GROUP BY 2, 3, 4"
    " UNION ALL SELECT now(), NULL, NULL, NULL, 0, id, since >= now() - :longest,"
    "  coalesce(until >= now() - :longest, false)"
    " FROM finding WHERE since >= now() - :longest OR until >= now() - :longest"
    " UNION ALL SELECT now(), NULL, NULL, NULL, 0, NULL, false, false"
).bindparams(bindparam("longest", value=_LONGEST_WRITE))
_MOVED = text(
    f"SELECT now() AS moment, id, policy_id, organisation_id, {_READ}, since, until"
    " FROM finding WHERE since >= :moment OR until >= :moment"
    " UNION ALL SELECT now(), NULL, NULL, NULL, NULL, NULL, NULL"
)


@dataclass(frozen=True)
class _Counted:
    """What was counted up to a moment; `began` and `ended` are the findings taken in that may be met again."""

    numbers: Mapping[Alike, int]
    moment: datetime
    began: frozenset[int]
    ended: frozenset[int]


Key = tuple[str, str, str, str, date]
_counted: dict[Key, _Counted] = {}
_counting: dict[Key, Lock] = {}


def count_alike(session: Session, today: date) -> list[Cell]:
    """How many findings within the asker's rights read alike today, by policy, organisation and deviation."""
    role, reads, confides = session.execute(_FOR_WHOM).one()
    key = (str(session.get_bind().engine.url), role, reads or "", confides or "", today)
    with _counting.setdefault(key, Lock()):
        known = _counted.pop(key, None)
        now = _followed(session, known, today) if known is not None else _count(session, today)
        _counted[key] = now
    while len(_counted) > _KEPT:
        oldest = next(iter(_counted))
        _counted.pop(oldest, None)
        _counting.pop(oldest, None)
    numbers = Counter(now.numbers)
    cells = []
    for cell in _under_deviation(session, today):
        numbers[cell.policy_id, cell.organisation_id, cell.verdict] -= cell.number
        cells.append(cell)
    cells += [Cell(*alike, Holding.NONE, number) for alike, number in numbers.items() if number > 0]
    return cells


def _count(session: Session, day: date) -> _Counted:
    numbers: dict[Alike, int] = {}
    began, ended = set[int](), set[int]()
    for row in session.execute(_COUNT, {"day": day}):
        if row.policy_id is not None:
            numbers[row.policy_id, row.organisation_id, Verdict(row.read)] = row.number
        if row.began:
            began.add(row.id)
        if row.ended:
            ended.add(row.id)
    return _Counted(numbers, row.moment, frozenset(began), frozenset(ended))


def _followed(session: Session, known: _Counted, day: date) -> _Counted:
    since = known.moment - _LONGEST_WRITE
    rows = session.execute(_MOVED, {"day": day, "moment": since}).all()
    if len(rows) > _COUNTED_AGAIN:
        return _count(session, day)
    moment = rows[-1].moment
    numbers, again = Counter(known.numbers), moment - _LONGEST_WRITE
    began, ended = set[int](), set[int]()
    for row in rows:
        if row.id is None:
            continue
        alike = (row.policy_id, row.organisation_id, Verdict(row.read))
        if row.since >= since and row.id not in known.began:
            numbers[alike] += 1
        if row.until is not None and row.id not in known.ended:
            numbers[alike] -= 1
        if row.since >= again:
            began.add(row.id)
        if row.until is not None and row.until >= again:
            ended.add(row.id)
    return _Counted(numbers, moment, frozenset(began), frozenset(ended))


def _under_deviation(session: Session, today: date) -> list[Cell]:
    """The findings on which a deviation bears: few, and read anew each time, from the deviations."""
    row = AcceptedDeviation
    read, asked = verdict_on(today).label("read"), col(row.state) == DeviationState.ASKED
    held = case(
        (func.bool_or(asked), Holding.ASKED),
        (func.bool_or(col(row.expires_on) >= today), Holding.ACCEPTED),
        else_=Holding.EXPIRED,
    ).label("held")
    own = (col(Finding.policy_id), col(Finding.organisation_id), read)
    query = (
        select(*own, held)
        .join(row, or_(bears_on(row, DeviationState.APPROVED), bears_on(row, DeviationState.ASKED)))
        .where(col(Finding.until).is_(None))
    )
    found = session.execute(query.group_by(col(Finding.id), *own))
    alike = Counter((one.policy_id, one.organisation_id, Verdict(one.read), Holding(one.held)) for one in found)
    return [Cell(*like, number) for like, number in alike.items()]
