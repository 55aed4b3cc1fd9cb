"""A Parquet file to a sample of its lines: one batch at a time in memory, nested columns each under a path of its own.

A list gives the first of its elements, for a cell is one value. Bytes are read where they are text, as older writers
leave their texts; others, a geometry for one, are empty cells.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from arro3.core import DataType, RecordBatch, RecordBatchReader, Schema
from arro3.io import read_parquet

from registry.inspection.problems import CannotRead, Problem
from registry.inspection.rows import MOST_COLUMNS, Row, SheetOfRows
from registry.inspection.sampling import Chosen, Sample, names_of, shortened
from registry.inspection.texts import cleaned
from registry.inspection.vocabulary import SampledColumn

_BATCH = 1024
"""Units: lines decoded at once."""
_MOST_LINES = 20_000_000
_DEEPEST = 8
"""Units: levels. What is nested deeper is left out, and said to be."""
_Step = Callable[[Any], Any]


@dataclass(frozen=True)
class _Leaf:
    """One column of values: where it stands in a line, its path as people read it, the steps that lead to it."""

    place: int
    path: str
    steps: tuple[_Step, ...]


def parquet_sample(path: Path, *, most_cells: int) -> Sample | None:
    """The sample of a Parquet file, of which `most_cells` cells are gone through at most; nothing where it is empty.

    Raises: CannotRead for what is no such file, or is damaged or encrypted.
    """
    with _in_silence():
        try:
            reader = read_parquet(path, batch_size=_BATCH)
            leaves, is_cut = _leaves_of(reader.schema)
            chosen = Chosen[list[str]](len(leaves))
            most = min(_MOST_LINES, most_cells // max(1, len(leaves)))
            is_whole = _go_through(reader, leaves, chosen, most)
        except (MemoryError, CannotRead):
            raise
        except BaseException:
            # The reader says what is wrong in many kinds of its own, panics among them; its words may hold a value.
            raise CannotRead(Problem.BROKEN_PARQUET) from None
    if not chosen.gone:
        return None
    columns = [
        SampledColumn(name, [row[rank] for row in chosen.kept])
        for rank, name in enumerate(names_of([leaf.path for leaf in leaves], len(leaves)))
    ]
    return Sample(columns, chosen.gone, len(chosen.kept), has_header=True, is_whole=is_whole, is_cut=is_cut)


@contextmanager
def _in_silence() -> Iterator[None]:
    """While the block lasts, nothing is written on the standard error: a panic is told there before it is raised."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)


def _go_through(reader: RecordBatchReader, leaves: Sequence[_Leaf], chosen: Chosen[list[str]], most: int) -> bool:
    """Chooses lines of every batch; whether all of them were gone through."""
    for batch in reader:
        if chosen.gone >= most:
            return False
        drawn = [(line, place) for line in range(batch.num_rows) if (place := chosen.place()) is not None]
        for (_line, place), cells in zip(drawn, _lines(batch, leaves, [line for line, _place in drawn]), strict=True):
            chosen.keep(place, shortened(cells))
    return True


def _lines(batch: RecordBatch, leaves: Sequence[_Leaf], lines: Sequence[int]) -> list[list[str]]:
    """The cells of these lines; a column is asked for once, however many values nest in it."""
    if not lines:
        return []
    stored: dict[int, list[Any]] = {}
    for place in dict.fromkeys(leaf.place for leaf in leaves):
        column = batch.column(place)
        stored[place] = [column[line].as_py() for line in lines]
    return [[_as_text(_reached(stored[leaf.place][rank], leaf)) for leaf in leaves] for rank in range(len(lines))]


def _reached(value: Any, leaf: _Leaf) -> Any:
    """The value nested in what a column holds."""
    for step in leaf.steps:
        value = None if value is None else step(value)
    return value


def _leaves_of(schema: Schema) -> tuple[list[_Leaf], bool]:
    """The columns of values, and whether some are left out as too many or too deep."""
    found: list[_Leaf] = []
    is_cut = False
    for place in range(len(schema)):
        field = schema.field(place)
        for path, steps in _paths(field.name, field.type, ()):
            if len(steps) <= _DEEPEST and len(found) < MOST_COLUMNS:
                found.append(_Leaf(place, path, steps))
            else:
                is_cut = True
    return found, is_cut


def _paths(path: str, kind: DataType, steps: tuple[_Step, ...]) -> Iterator[tuple[str, tuple[_Step, ...]]]:
    """The path of each value a column holds: `adresse.rue` in a group, `telephones[]` in a list."""
    if len(steps) > _DEEPEST:
        yield path, steps
    elif DataType.is_map(kind):
        # What its values are is not said before they are read.
        yield f"{path}[].key", (*steps, _first, _at(0))
        yield f"{path}[].value", (*steps, _first, _at(1))
    elif DataType.is_struct(kind):
        for field in kind.fields:
            yield from _paths(f"{path}.{field.name}", field.type, (*steps, _named(field.name)))
    elif any(one(kind) for one in _LISTS):
        yield from _paths(f"{path}[]", _inner(kind), (*steps, _first))
    else:
        yield path, steps


_LISTS = (
    DataType.is_list, DataType.is_large_list, DataType.is_fixed_size_list, DataType.is_list_view,
    DataType.is_large_list_view,
)  # fmt: skip


def _inner(kind: DataType) -> DataType:
    found = kind.value_type
    if found is None:
        raise CannotRead(Problem.BROKEN_PARQUET)
    return found


def _first(values: Sequence[Any]) -> Any:
    return next((one for one in values if one is not None), None)


def _at(rank: int) -> _Step:
    return lambda pair: pair[rank]


def _named(name: str) -> _Step:
    return lambda group: group.get(name)


def _as_text(value: Any) -> str:
    """A value as a table would show it: a day without its midnight, a whole number without its decimals."""
    if value is None or value != value:  # noqa: PLR0124 - what is no number differs from itself.
        return ""
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, bytes):
        return _text_of(value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    if isinstance(value, dict | list | tuple):
        inner = value.values() if isinstance(value, dict) else value
        return " ; ".join(text for one in inner if (text := _as_text(one)))
    return str(value)


def _text_of(value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return ""
    return "" if any(letter < " " and letter not in "\t\r\n" for letter in text) else text


def parquet_rows(path: Path) -> SheetOfRows:
    """The whole of a Parquet file as one sheet under a header, a batch of lines at a time.

    Raises: CannotRead, while it is read, for what is no such file, or is damaged or encrypted.
    """

    def read() -> Iterator[Row]:
        line = 1
        with _in_silence():
            try:
                reader = read_parquet(path, batch_size=_BATCH)
                leaves, _is_cut = _leaves_of(reader.schema)
                yield Row(line, names_of([leaf.path for leaf in leaves], len(leaves)))
                for batch in reader:
                    for cells in _lines(batch, leaves, range(batch.num_rows)):
                        line += 1
                        yield Row(line, cells)
            except (MemoryError, CannotRead, GeneratorExit):
                raise
            except BaseException:
                raise CannotRead(Problem.BROKEN_PARQUET) from None

    return SheetOfRows("", read)
