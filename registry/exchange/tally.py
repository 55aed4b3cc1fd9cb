"""The account of every statement: what it was said of, by which property, and what became of it."""

from collections import Counter

from registry.exchange.vocabulary import Fate, Leftover, PredicateTally, TallyRow

Entry = tuple[str, str, Fate, str]


class Tally:
    """Counts by subject type, property, fate and home; an entry can be moved, the total stays true."""

    def __init__(self) -> None:
        self._counts: Counter[Entry] = Counter()
        self._examples: dict[tuple[str, str], str] = {}

    def add(self, kind: str, predicate: str, fate: Fate, home: str, count: int) -> None:
        """Notes what became of some statements."""
        self._counts[kind, predicate, fate, home] += count

    def move(self, kind: str, predicate: str, before: tuple[Fate, str], after: tuple[Fate, str]) -> None:
        """Corrects the fate of one statement that was counted under another."""
        self._counts[kind, predicate, *before] -= 1
        self._counts[kind, predicate, *after] += 1

    def example(self, kind: str, predicate: str, value: str) -> None:
        """Keeps the first value met of a property that has no home."""
        self._examples.setdefault((kind, predicate), value)

    def close(self, triples: int) -> PredicateTally:
        """The table, in a stable order."""
        rows = [
            TallyRow(subject_type=kind, predicate=predicate, fate=fate, home=home, count=count)
            for (kind, predicate, fate, home), count in sorted(self._counts.items())
            if count
        ]
        return PredicateTally(triples=triples, rows=rows)

    def leftovers(self) -> list[Leftover]:
        """The properties that have no home yet, the most frequent first."""
        found = [
            Leftover(
                predicate=predicate,
                subject_type=kind,
                count=count,
                example=self._examples.get((kind, predicate), ""),
            )
            for (kind, predicate, fate, _home), count in self._counts.items()
            if fate is Fate.NO_HOME and count
        ]
        return sorted(found, key=lambda row: (-row.count, row.subject_type, row.predicate))
