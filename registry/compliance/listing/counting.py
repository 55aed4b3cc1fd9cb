"""How many findings read alike, followed rather than counted again.

Counting a million findings takes seconds; a page may not. Each web process keeps what those who read the same see, and
takes in what was found or withdrawn since (`registry/decisions/0020-a-picture-counts-for-the-list.md` does the same of
sheets). A finding is only ever added, then withdrawn once: adding and taking away is all there is to follow.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock

from sqlalchemy import case, func, or_, select, text
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
_KEPT = 8
"""Counts a process keeps."""

# Who sees which findings hangs on these alone: the row-level policy of the table asks about nothing else.
_FOR_WHOM = text(
    "SELECT session_user::text, current_setting('beffroi.reads', true), acting_confides()::text,"
    " pg_current_xact_id_if_assigned() IS NOT NULL"
)
_READ = "CASE WHEN turns_on <= :day THEN turns_into ELSE verdict END AS read"
# In one statement, hence of one moment: what stands, and which transactions it was told by.
_COUNT = text(
    f"SELECT policy_id, organisation_id, {_READ}, count(*) AS number, NULL AS told"
    " FROM finding WHERE until IS NULL GROUP BY 1, 2, 3"
    " UNION ALL SELECT NULL, NULL, NULL, 0, pg_current_snapshot()::text"
)
_MOVED = text(
    "SELECT policy_id, organisation_id, read, sum(number) AS number, NULL AS told FROM ("
    f" SELECT policy_id, organisation_id, {_READ}, 1 AS number FROM finding WHERE since_xid >= :xid"
    "  AND NOT pg_visible_in_snapshot(CAST(since_xid::text AS xid8), CAST(:told AS pg_snapshot))"
    f" UNION ALL SELECT policy_id, organisation_id, {_READ}, -1 FROM finding WHERE until_xid >= :xid"
    "  AND NOT pg_visible_in_snapshot(CAST(until_xid::text AS xid8), CAST(:told AS pg_snapshot))"
    " ) AS moved GROUP BY 1, 2, 3"
    " UNION ALL SELECT NULL, NULL, NULL, 0, pg_current_snapshot()::text"
)


@dataclass(frozen=True)
class _Counted:
    """How many findings read alike; `told` is the database's word for the transactions that were over."""

    numbers: Mapping[Alike, int]
    told: str

    @property
    def xid(self) -> int:
        """The first transaction that was not over."""
        return int(self.told.partition(":")[0])


Key = tuple[str, str, str, str, date]
_counted: dict[Key, _Counted] = {}
_counting: dict[Key, Lock] = {}


def count_alike(session: Session, today: date) -> list[Cell]:
    """How many findings within the asker's rights read alike today, by policy, organisation and deviation."""
    role, reads, confides, writes = session.execute(_FOR_WHOM).one()
    key = (str(session.get_bind().engine.url), role, reads or "", confides or "", today)
    with _counting.setdefault(key, Lock()):
        known = _counted.pop(key, None)
        now = _count(session, today, known)
        # What a transaction sees of its own may never be, and is told of as over: it is for nobody else.
        kept = known if writes else now
        if kept is not None:
            _counted[key] = kept
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


def _count(session: Session, day: date, known: _Counted | None) -> _Counted:
    """What stands; with what was known, only what the transactions that were not over said and withdrew."""
    if known is None:
        numbers, found = Counter[Alike](), session.execute(_COUNT, {"day": day})
    else:
        numbers = Counter(known.numbers)
        found = session.execute(_MOVED, {"day": day, "xid": known.xid, "told": known.told})
    told = ""
    for row in found:
        if row.told is None:
            numbers[row.policy_id, row.organisation_id, Verdict(row.read)] += int(row.number)
        else:
            told = row.told
    return _Counted(numbers, told)


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
