"""Which clauses one looks for in a contract are there on a day, kind by kind and dataset by dataset.

The coverage is what is there of what is looked for: a choice of method, that no text lays down.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from registry.contracts.clauses.kinds import Asked, expected_of, is_withheld, kinds, scope_is_dataset
from registry.contracts.clauses.queries import Written
from registry.contracts.clauses.rules import Span
from registry.contracts.clauses.standing import (
    ORDER,
    ClauseStanding,
    columns_of,
    drafts_of,
    stand,
)
from registry.contracts.vocabulary import ClauseState
from registry.kernel.shares import percent

WHOLE = None
"""The column of what binds the whole contract."""


@dataclass(frozen=True)
class Tally:
    """How many clauses are looked for, and how many of those are there."""

    due: int
    present: int

    @property
    def missing(self) -> int:
        """How many are not there."""
        return self.due - self.present

    @property
    def percent(self) -> int | None:
        """Units: whole percent, where 0 and 100 are kept for none and all; nothing where none is looked for."""
        return percent(self.present, self.due)


@dataclass(frozen=True)
class Cell:
    """What a contract says of a kind of clause for a dataset, or for the whole of it.

    `due` is whether one looks for it there, `withheld` whether one would, did it hold no personal data. `said_by` is
    the stipulation that says where it stands; `clauses` those of the kind that bear on it, what to look at first coming
    first; `applies_from` the first day of what is signed for later, where that is what it stands at.
    """

    due: bool
    state: ClauseState
    present: bool
    said_by: int | None = None
    clauses: tuple[int, ...] = ()
    applies_from: date | None = None
    withheld: bool = False

    @property
    def missing(self) -> bool:
        """Whether it is looked for there and is not in force, or is by name only."""
        return self.due and not self.present

    @property
    def bare(self) -> bool:
        """Whether it is looked for there, and in force without anything noted of what it says."""
        return self.missing and self.state is ClauseState.TO_COMPLETE


@dataclass(frozen=True)
class CoverageLine:
    """A kind of clause, and its cell in each column."""

    kind: str
    cells: Mapping[int | None, Cell]

    @property
    def tally(self) -> Tally:
        """What is looked for of this kind, and what is there."""
        return _counted(self.cells.values())


@dataclass(frozen=True)
class Coverage:
    """The kinds that one looks for in a contract or that it holds, by what the contract is about.

    A column is the number of a dataset, or nothing for the whole contract, which comes first.
    """

    columns: tuple[int | None, ...]
    lines: Sequence[CoverageLine]

    @property
    def tally(self) -> Tally:
        """What is looked for in the whole contract and in each of its datasets, and what is there."""
        return _counted(cell for line in self.lines for cell in line.cells.values())

    def tally_of(self, column: int | None) -> Tally:
        """What is looked for in a dataset, or in the whole contract, and what is there."""
        return _counted(line.cells[column] for line in self.lines)

    def missing(self) -> list[tuple[str, int | None]]:
        """What is looked for and not there: kind and column, in the order of the lines."""
        return [
            (line.kind, column) for line in self.lines for column in self.columns if line.cells[column].missing
        ]  # fmt: skip

    def narrowed(self) -> "Coverage":
        """The lines and the columns of which something is missing."""
        lines = [line for line in self.lines if line.tally.missing]
        columns = tuple(one for one in self.columns if any(line.cells[one].missing for line in lines))
        return Coverage(columns, lines)

    def unasked(self) -> "Coverage":
        """The same of a contract outside its days: what it says stands, and nothing is looked for in it."""
        lines = [
            replace(line, cells={one: replace(cell, due=False) for one, cell in line.cells.items()})
            for line in self.lines
        ]
        return Coverage(self.columns, lines)


def _counted(cells: Iterable[Cell]) -> Tally:
    due = [cell for cell in cells if cell.due]
    return Tally(len(due), sum(cell.present for cell in due))


def coverage_of(written: Written, asked: Asked, datasets: Sequence[int], day: date, *, signed_by: date) -> Coverage:
    """The coverage of a contract on a day, by what was signed by another."""
    columns = (WHOLE, *datasets)
    expected = set(expected_of(asked))
    spans: dict[int, list[Span]] = {}
    for span in written.spans(signed_by=signed_by):
        spans.setdefault(span.stipulation.clause_id, []).append(span)
    drafts, by_kind = drafts_of(written), _by_kind(written)
    lines = []
    for kind in (*kinds(), *sorted(set(by_kind) - set(kinds()))):
        clauses = by_kind.get(kind, [])
        if kind not in expected and not clauses:
            continue
        due = frozenset(columns_of(kind, datasets)) if kind in expected else frozenset()
        of_datasets = scope_is_dataset(kind) and bool(datasets)
        abouts = {one.stipulation.datasets for number in clauses for one in spans.get(number, ())}
        abouts |= {frozenset(one[1].datasets) for number in clauses for one in drafts.get(number, ())}
        abouts.discard(frozenset())
        # Most datasets of a contract are in the same clauses as others: what is said of one is said of all of these.
        alike: dict[tuple[bool, ...], Cell] = {}
        withheld = frozenset(one for one in due if is_withheld(kind, one, asked))
        cells = {}
        for column in columns:
            key = (column is WHOLE, column in withheld, *[column in about for about in abouts])
            if key not in alike:
                stands = []
                for number in clauses:
                    held = [
                        one for one in spans.get(number, ()) if _answers(one.stipulation.datasets, column, of_datasets)
                    ]
                    drawn = [one for one in drafts.get(number, ()) if _answers(one[1].datasets, column, of_datasets)]
                    if held or drawn:
                        stands.append(stand(written.clauses[number], held, drawn, day))
                alike[key] = replace(_cell(stands, due=column in due - withheld), withheld=column in withheld)
            cells[column] = alike[key]
        if kind in expected or any(cell.said_by is not None for cell in cells.values()):
            lines.append(CoverageLine(kind, cells))
    return Coverage(columns, lines)


def _by_kind(written: Written) -> dict[str, list[int]]:
    """The clauses of which a line stands, by their kind."""
    told = {row.clause_id for row in written.stipulations.values()}
    found: dict[str, list[int]] = {}
    for number, clause in written.clauses.items():
        if number in told:
            found.setdefault(clause.kind, []).append(number)
    return found


def _answers(about: Collection[int], column: int | None, of_datasets: bool) -> bool:
    """Whether what is said of these datasets, none being the whole contract, stands in a column.

    Of a kind told of datasets, what is said of the whole contract stands everywhere and the rest where it is about. A
    kind told of the contract stands in the first column, whatever it names, and beside it only where it names a
    dataset.
    """
    if column is WHOLE:
        return not of_datasets or not about
    return column in about or (of_datasets and not about)


def _cell(stands: list[ClauseStanding], *, due: bool) -> Cell:
    stands.sort(key=lambda one: (ORDER.index(one.state), one.applies_from or date.max))
    present = any(one.answers for one in stands)
    if not stands:
        return Cell(due, ClauseState.ABSENT, present)
    first = stands[0]
    clauses = tuple(one.clause_id for one in stands)
    return Cell(due, first.state, present, first.said_by, clauses, first.applies_from)
