"""Which columns, alone or together, part the lines of a table into groups of few people: names and counts, no value."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

from registry.inspection.rows import Row
from registry.inspection.vocabulary import MOST_COMBINED, MOST_TOGETHER, CountedTable, LineKind, SmallGroups

_MOST_VALUES, _MOST_CELLS = 5_000, 20_000_000


class _Column:
    """The values of a column as numbers, until it has too many of them to make groups."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.codes = array("H")
        self.known: dict[str, int] = {}
        self.grouping = True
        self.filled = 0
        self.below = 0
        self.figures = 0
        self.unread = 0

    def take(self, value: str, line: int, fewer_than: int) -> None:
        value = value.strip()
        if value:
            self.filled += 1
            self._count(value, fewer_than)
        if not self.grouping:
            return
        code = self.known.setdefault(value, len(self.known))
        if code >= _MOST_VALUES:
            self.grouping = False
            self.codes, self.known = array("H"), {}
            return
        self.codes.extend([0] * (line - len(self.codes)))
        self.codes.append(code)

    def _count(self, value: str, fewer_than: int) -> None:
        """A figure is below, or no whole number; one that was masked (« s », « < 11 ») says no figure."""
        whole = value.removesuffix(".0").removesuffix(",0")
        for space in "\u202f\xa0 ":
            whole = whole.replace(space, "")
        if whole.isascii() and whole.isdecimal():
            self.figures += 1
            self.below += len(whole) < 6 and 0 < int(whole) < fewer_than
        elif any(sign.isdecimal() for sign in whole) and whole[0] not in "<≤":
            self.unread += 1


def count_small(
    table: str, names: Sequence[str], rows: Iterable[Row], *, lines: LineKind, fewer_than: int,
    counts: Sequence[str] = (),
) -> CountedTable:  # fmt: skip
    """What makes groups of fewer than `fewer_than` in a table, where a line is one of them or the columns named count.

    Of columns that do so together, the fewest are told: what they do, they do with any other.
    """
    columns = [_Column(name) for name in names]
    line, cells, is_whole = 0, 0, True
    for row in rows:
        cells += len(columns)
        if cells > _MOST_CELLS:
            is_whole = False
            break
        for place, column in enumerate(columns):
            column.take(row.cells[place] if place < len(row.cells) else "", line, fewer_than)
        line += 1
    if lines is LineKind.TOTAL:
        asked = {_key(one) for one in counts}
        counting = [one for one in columns if _key(one.name) in asked]
        found = [SmallGroups([one.name], one.filled, one.below, one.below) for one in counting if one.below]
        # Words alone mask nothing: a column without one figure is not what counts, whatever was said.
        unread = sum(one.unread if one.figures else line for one in counting)
        return CountedTable(table, line, [one.name for one in counting], found, is_whole=is_whole, unread=unread)
    grouping = [one for one in columns if one.grouping and 1 < len(one.known) <= line / 2]
    aside = [one.name for one in columns if not one.grouping or len(one.known) > max(1, line / 2)]
    kept = grouping[:MOST_COMBINED]
    found = [SmallGroups([], 1, 1, line)] if 0 < line < fewer_than else _grouped(kept, fewer_than)
    return CountedTable(
        table, line, [one.name for one in kept], found, aside, is_whole=is_whole, is_cut=len(grouping) > len(kept)
    )


def lacking(counts: Iterable[str], names: Iterable[str]) -> str | None:
    """The first of the columns said to count that is none of these."""
    known = {_key(one) for one in names}
    return next((one for one in counts if _key(one) not in known), None)


def _key(name: str) -> str:
    return " ".join(name.casefold().split())


def _grouped(columns: Sequence[_Column], fewer_than: int) -> list[SmallGroups]:
    found: list[SmallGroups] = []
    told: list[set[int]] = []
    for size in range(1, MOST_TOGETHER + 1):
        for chosen in combinations(range(len(columns)), size):
            if any(one.issubset(chosen) for one in told):
                continue
            counts = Counter(zip(*(columns[place].codes for place in chosen), strict=True))
            small = [count for count in counts.values() if count < fewer_than]
            if small:
                told.append(set(chosen))
                names = [columns[place].name for place in chosen]
                found.append(SmallGroups(names, len(counts), len(small), sum(small)))
    return found
