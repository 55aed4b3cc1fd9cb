"""What of the clauses one looks for is not in force on a day, and how it is said: the same words and counts everywhere.

A clause may be absent, be there for some datasets only, be signed for later, be asked for, or be there by name only.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from registry.contracts.clauses.coverage import Coverage
from registry.contracts.vocabulary import ClauseState
from registry.kernel.words import _, ngettext
from registry.web.templating import say_day

SHAPES = {
    ClauseState.ABSENT: "non-compliant",
    ClauseState.ASKED: "to-complete",
    ClauseState.NEGOTIATED: "to-complete",
    ClauseState.SIGNED: "to-complete",
    ClauseState.IN_FORCE: "compliant",
    ClauseState.PERFORMED: "compliant",
    ClauseState.PARTLY: "to-complete",
    ClauseState.BREACHED: "non-compliant",
    ClauseState.WAIVED: "not-applicable",
    ClauseState.TO_COMPLETE: "to-complete",
    ClauseState.ENDED: "not-applicable",
}
"""The mark of each state, among those the pages have; the word beside it says it."""
TO_ASK = frozenset({ClauseState.ABSENT, ClauseState.ENDED})
"""Where a clause stands that may be asked for: what is asked for or signed already is not asked for twice."""


@dataclass(frozen=True)
class Lacking:
    """A kind one looks for and that is not in force, in the columns where it stands alike.

    `columns` are those, nothing being the whole contract; `partial` whether it is in force in others. `applies_from`
    is the first day of what is signed for later; `clause` the one to look at, where there is one already.
    """

    kind: str
    state: ClauseState
    columns: tuple[int | None, ...]
    partial: bool
    applies_from: date | None = None
    clause: int | None = None

    @property
    def datasets(self) -> tuple[int, ...]:
        """The datasets it is missing of; none where it is the whole contract."""
        return tuple(one for one in self.columns if one is not None)


def find_lacking(coverage: Coverage) -> list[Lacking]:
    """What is looked for and not in force, in the order of the kinds: each cell that is missing is in one of these."""
    found = []
    for line in coverage.lines:
        partial = line.tally.present > 0
        alike: dict[tuple[ClauseState, date | None, int | None], list[int | None]] = {}
        for column in coverage.columns:
            cell = line.cells[column]
            if cell.missing:
                held = cell.state in {ClauseState.SIGNED, ClauseState.TO_COMPLETE}
                key = cell.state, cell.applies_from, cell.clauses[0] if held else None
                alike.setdefault(key, []).append(column)
        found += [
            Lacking(line.kind, state, tuple(columns), partial, first, clause)
            for (state, first, clause), columns in alike.items()
        ]
    return found


@dataclass(frozen=True)
class LackCounts:
    """How many cells are absent, signed for later, and there by name only: together, all that is not in force."""

    absent: int
    to_come: int
    bare: int


def count_lacking(lacking: Iterable[Lacking]) -> LackCounts:
    """How many cells lack what one looks for, and of those how many are signed for later or are there by name."""
    absent = to_come = bare = 0
    for one in lacking:
        if one.state is ClauseState.SIGNED:
            to_come += len(one.columns)
        elif one.state is ClauseState.TO_COMPLETE:
            bare += len(one.columns)
        else:
            absent += len(one.columns)
    return LackCounts(absent, to_come, bare)


def say_state(
    state: ClauseState, applies_from: date | None = None, *, was_read: bool, partial: bool = False
) -> tuple[str, str]:  # fmt: skip
    """The mark and the words of what is looked for and not in force; of a contract nobody read, it is to be sought."""
    if state is ClauseState.SIGNED and applies_from is not None:
        return SHAPES[state], _("Signée, applicable à partir du {day}").format(day=say_day(applies_from))
    if state in TO_ASK:
        shape = "non-compliant" if was_read or state is ClauseState.ENDED else "to-complete"
        if partial:
            return shape, _("Partielle")
        return shape, state.label if was_read or state is ClauseState.ENDED else _("À chercher")
    return SHAPES[state], state.label


def say_lack(one: Lacking, name: Callable[[int], str], *, was_read: bool) -> str:
    """The same of a kind, with what it is missing of: `name` says a dataset."""
    _shape, words = say_state(one.state, one.applies_from, was_read=was_read, partial=one.partial)
    names = ", ".join(map(name, one.datasets))
    if not names:
        return words
    if one.partial and one.state in TO_ASK:
        said = _("{words} (manque : {datasets})") if was_read else _("{words} (à chercher : {datasets})")
    else:
        said = _("{words} (pour : {datasets})")
    return said.format(words=words, datasets=names)


def say_counts(counts: LackCounts, *, was_read: bool) -> str:
    """What is not in force, counted, in words; nothing where all of it is."""
    absent = (
        ngettext("%(num)s clause absente", "%(num)s clauses absentes", counts.absent)
        if was_read
        else ngettext("%(num)s clause à chercher", "%(num)s clauses à chercher", counts.absent)
    )
    to_come = ngettext("%(num)s signée pour plus tard", "%(num)s signées pour plus tard", counts.to_come)
    bare = ngettext("%(num)s à compléter", "%(num)s à compléter", counts.bare)
    every = ((counts.absent, absent), (counts.to_come, to_come), (counts.bare, bare))
    return ", ".join(said % {"num": number} for number, said in every if number)
