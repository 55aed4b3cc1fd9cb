"""What the process that read a file answered, as the registry takes it: the datasets are not held, but read again."""

import bisect
import weakref
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, overload

import msgspec

from registry.exchange.refusals import Detail, Problem
from registry.exchange.vocabulary import ReadCatalogue, ReadDataset


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the process says last: a catalogue, or a problem."""

    catalogue: ReadCatalogue | None = None
    problem: Problem | None = None
    details: dict[str, Detail] = field(default_factory=dict)


_ANSWER = msgspec.json.Decoder(Answer)
_DATASETS = msgspec.json.Decoder(list[ReadDataset])


class _Named(msgspec.Struct):
    """What is looked at of a dataset before any is read: the rest of its line is passed over."""

    identifier: str
    distributions: list[msgspec.Raw] = msgspec.field(default_factory=list)


_NAMED = msgspec.json.Decoder(list[_Named])


class Datasets(Sequence[ReadDataset]):
    """The datasets of an answer, each line of it read when one of them is asked for.

    `identifiers` are those of all, and `distributions` how many files they have together: known before any is read.
    """

    def __init__(self, answer: IO[bytes]) -> None:
        self._answer, self._lines, self._firsts, self._count = answer, array("Q"), array("Q"), 0
        self.identifiers: set[str] = set()
        self.distributions = 0
        self._held: tuple[int, list[ReadDataset]] = (-1, [])
        weakref.finalize(self, answer.close)

    def meet(self, place: int, line: bytes) -> None:
        """Takes a line of the answer into account, which begins at a place of it."""
        self._lines.append(place)
        self._firsts.append(self._count)
        named = _NAMED.decode(line)
        self._count += len(named)
        self.identifiers.update(one.identifier for one in named)
        self.distributions += sum(len(one.distributions) for one in named)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> ReadDataset: ...
    @overload
    def __getitem__(self, place: slice) -> list[ReadDataset]: ...
    def __getitem__(self, place: int | slice) -> ReadDataset | list[ReadDataset]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(self._count))]
        if place < 0:
            place += self._count
        if not 0 <= place < self._count:
            raise IndexError(place)
        line = bisect.bisect_right(self._firsts, place) - 1
        return self._of_line(line)[place - self._firsts[line]]

    def __iter__(self) -> Iterator[ReadDataset]:
        for line in range(len(self._lines)):
            yield from self._of_line(line)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def _of_line(self, line: int) -> list[ReadDataset]:
        if self._held[0] != line:
            self._answer.seek(self._lines[line])
            self._held = line, _DATASETS.decode(self._answer.readline())
        return self._held[1]


def read_answer(answer: IO[bytes]) -> Answer:
    """What a process answered, in a file that is closed once nobody holds the datasets any more.

    Raises: ValueError for what is no such answer.
    """
    answer.seek(0)
    datasets = Datasets(answer)
    place, last = 0, b""
    for line in answer:
        if last:
            datasets.meet(place - len(last), last)
        place += len(line)
        last = line
    said = _ANSWER.decode(last)
    if said.catalogue is None:
        return said
    return replace(said, catalogue=replace(said.catalogue, datasets=datasets))
