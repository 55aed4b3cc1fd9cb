"""What goes out about coverage: a matrix for one contract, a line for each of several."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from registry.contracts.clauses.citing import law_of_kind
from registry.contracts.clauses.coverage import WHOLE, Cell, Coverage, Tally
from registry.contracts.clauses.kinds import kinds
from registry.contracts.clauses.lacking import SHAPES, count_lacking, find_lacking, say_counts, say_state
from registry.contracts.clauses.law import Against
from registry.contracts.clauses.queries import Written
from registry.contracts.clauses.showing import say_outside
from registry.contracts.clauses.views import name_instrument
from registry.contracts.models import Contract
from registry.contracts.rules import term_of
from registry.contracts.views import StateMark
from registry.contracts.vocabulary import AmendmentProgress, ClauseState
from registry.kernel.words import _, ngettext
from registry.web.templating import say_day

_MOST_NAMED = 2


@dataclass(frozen=True)
class CellView:
    """A cell in words: the mark, the word, which act says it; `clause` is the one to look at, `more` how many else."""

    shape: str
    word: str
    source: str = ""
    clause: int | None = None
    more: int = 0


@dataclass(frozen=True)
class ColumnView:
    """What a column is about, and what is there of what is looked for in it; no number for the whole contract."""

    number: int | None
    title: str
    tally: str


@dataclass(frozen=True)
class LineView:
    """A kind of clause, with its cell in each column."""

    kind: str
    title: str
    article: str
    tally: str
    cells: Sequence[CellView]


@dataclass(frozen=True)
class CoveragePage:
    """The matrix of a contract on a day: its figure, and each cell that the figure counts.

    `is_against` is whether a clause in force goes against the law, or is below it.
    """

    id: int
    object: str
    organisation_name: str
    annulled: bool
    day: date
    day_words: str
    signed_by: date
    known_on: date | None
    error: str
    only_missing: bool
    was_read: bool
    figure: str
    due: int
    present: int
    missing: int
    is_against: bool
    counted: str
    columns: Sequence[ColumnView]
    lines: Sequence[LineView]
    file: str
    outside: str
    withheld: bool
    may_record: bool


@dataclass(frozen=True)
class CoverageOfContract:
    """A contract in the list of coverages: its figure, what is missing most, and when one may next ask for it."""

    id: int
    object: str
    kind: str
    shape: str
    figure: str
    missing: str
    occasion: str
    state: StateMark


@dataclass(frozen=True)
class CoveragesPage:
    """The coverage of every contract that is not over, what ends first coming first."""

    rows: Sequence[CoverageOfContract]
    total: int
    first_address: str
    next_address: str


def say_tally(tally: Tally) -> str:
    """A figure in words: how many of how many, and the percentage."""
    if tally.percent is None:
        return ""
    return _("{present} sur {due} ({percent} %)").format(
        present=tally.present, due=tally.due, percent=tally.percent
    )  # fmt: skip


def is_counted(tally: Tally, *, was_read: bool) -> bool:
    """Whether a figure of a contract tells anything: not of one nobody read and of which no clause is noted."""
    return was_read or tally.present > 0


def say_whole(tally: Tally, *, was_read: bool) -> str:
    """The figure of a contract: of one nobody read and of which no clause is noted, that nobody did."""
    return say_tally(tally) if is_counted(tally, was_read=was_read) or not tally.due else _("Clauses non lues")


def cell_view(cell: Cell, written: Written, against: Mapping[int, Against], *, was_read: bool) -> CellView:
    """A cell in words; of a contract nobody read, what is not there is to be looked for. `against` is by stipulation:
    how the clauses in force stand to what the law gives by itself."""
    row = written.stipulations.get(cell.said_by) if cell.said_by is not None else None
    if row is None:
        if not cell.due:
            return CellView("", "—")
        return CellView(*say_state(cell.state, was_read=was_read))
    act = name_instrument(written.amendments.get(row.amendment_id))
    shape, word = SHAPES[cell.state], cell.state.label
    if not cell.present:
        shape, word = say_state(cell.state, cell.applies_from, was_read=was_read)
    if not cell.due and cell.state is ClauseState.ENDED:
        shape = SHAPES[cell.state]
    if cell.present and (found := against.get(row.id)) is not None:
        shape, word = found.shape, f"{word} – {found.within}"
    return CellView(
        shape, word, f"{act}, {row.article}" if row.article else act, cell.clauses[0],
        len(cell.clauses) - 1,
    )  # fmt: skip


def column_views(coverage: Coverage, titles: Mapping[int, str], *, counted: bool) -> list[ColumnView]:
    """The columns of a matrix, the whole contract then each dataset; with their figures where they are `counted`."""
    hidden = _("Un jeu que vos droits ne montrent pas")
    return [
        ColumnView(
            one,
            _("Tout le contrat") if one is WHOLE else titles.get(one, "") or hidden,
            say_tally(coverage.tally_of(one)) if counted else "",
        )
        for one in coverage.columns
    ]


def line_views(
    coverage: Coverage, written: Written, against: Mapping[int, Against], *, was_read: bool, counted: bool
) -> list[LineView]:  # fmt: skip
    """The lines of a matrix, with their figures where they are `counted`."""
    known = kinds()
    return [
        LineView(
            line.kind, known.label(line.kind), law_of_kind(written.contract, line.kind),
            say_tally(line.tally) if counted else "",
            [cell_view(line.cells[one], written, against, was_read=was_read) for one in coverage.columns],
        )
        for line in coverage.lines
    ]  # fmt: skip


def coverage_line(
    contract: Contract, coverage: Coverage, written: Written, state: StateMark, day: date
) -> CoverageOfContract:
    """The coverage of a contract on a day in a line; outside its days, that it does not apply and why."""
    was_read, tally, missing = contract.clauses_read_on is not None, coverage.tally, ""
    if outside := say_outside(contract, day):
        shape, figure, missing = "not-applicable", _("Hors du contrat"), outside
    elif not tally.due:
        shape, figure = "not-applicable", _("Aucune clause n’y est cherchée")
    elif not tally.missing:
        shape, figure = "compliant", say_tally(tally)
    else:
        # What is there by name only is to be completed: nobody may say yet that it is missing.
        lacking = was_read and count_lacking(find_lacking(coverage)).absent
        shape, figure = ("non-compliant" if lacking else "to-complete"), say_whole(tally, was_read=was_read)
    return CoverageOfContract(
        contract.id, contract.object, contract.kind.label, shape, figure, missing or _say_missing(coverage, was_read),
        say_occasion(contract, written), state,
    )  # fmt: skip


def _say_missing(coverage: Coverage, was_read: bool) -> str:
    """The kinds that are absent most, how many others are, and what is signed for later or is to be completed."""
    lacking = find_lacking(coverage)
    counted: Counter[str] = Counter()
    for one in lacking:
        counted[one.kind] += count_lacking([one]).absent
    counted = +counted
    counts = count_lacking(lacking)
    known = kinds()
    first = sorted(counted, key=lambda kind: -counted[kind])[:_MOST_NAMED]
    named = [
        known.label(kind) if counted[kind] == 1 else f"{known.label(kind)} ({_say_datasets(counted[kind])})"
        for kind in first
    ]
    more = len(counted) - len(first)
    if more:
        named.append(ngettext("et %(num)s autre clause", "et %(num)s autres clauses", more) % {"num": more})
    said = ", ".join(named)
    if said and not was_read:
        said = _("À chercher dans le contrat : {kinds}").format(kinds=said)
    rest = say_counts(replace(counts, absent=0), was_read=was_read)
    return _(" ; ").join(filter(None, (said, rest)))


def _say_datasets(count: int) -> str:
    return ngettext("%(num)s jeu", "%(num)s jeux", count) % {"num": count}


def say_occasion(contract: Any, written: Written) -> str:
    """When one may next ask for a clause: the amendment under way, else the end or the renewal of the contract."""
    under_way = [
        one
        for one in sorted(written.amendments.values(), key=lambda row: row.number)
        if one.signed_on is None and one.progress is not AmendmentProgress.GIVEN_UP
    ]
    if under_way:
        act = under_way[-1]
        progress = act.progress.label if act.progress else _("Pas signé")
        return _("{act} : {progress}").format(act=name_instrument(act), progress=progress)
    term = term_of(contract)
    if term.ends_on is None:
        return _("Sans terme connu : un avenant à demander")
    if term.tacit_renewal:
        return _("Reconduction après le {day}").format(day=say_day(term.ends_on))
    return _("Fin le {day}").format(day=say_day(term.ends_on))
