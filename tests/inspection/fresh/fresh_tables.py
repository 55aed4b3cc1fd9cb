"""The fresh labelled tables: two halves written before any run, made by the same numbers each time.

A half is a text: `# name rows` opens a table, and each line below is `header|other header = maker@who dirt dirt`. Each
table is made twice, with the first and then the other headers, other rows and other dirt. Nobody in them exists.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from registry.inspection.vocabulary import PersonalSign, SampledColumn
from tests.inspection.fresh.drawn_columns import LABELS, MAKERS, UNJUDGED, Cell, Draw, Row
from tests.inspection.fresh.drawn_people import plain

HALVES = {half: Path(__file__).with_name(f"half_{half}.txt") for half in "ab"}
VARIANTS = 2
UNKNOWN = ("NC", "N/A", "néant", "-", "?", "inconnu", "Non communiqué", "x", "voir dossier", "#N/A")
SHARES = {"blank": 0.35, "rare": 0.8}
"""How many cells of a column are empty; two in a hundred where nothing is said."""


@dataclass(frozen=True)
class Column:
    """A column, what it must be found to be (nothing, where `sign` is empty), and whether it is judged at all."""

    table: str
    maker: str
    sign: PersonalSign | None
    judged: bool
    values: SampledColumn


@dataclass(frozen=True)
class Line:
    """What the text of a half says of one column."""

    headers: tuple[str, ...]
    maker: str
    who: str
    dirt: tuple[str, ...]


def dirtied(value: str, dirt: tuple[str, ...], draw: Draw) -> str:
    """The value as a real file may hold it."""
    if "upper" in dirt:
        value = value.upper()
    if "bare" in dirt:
        value = plain(value)
    if "moji" in dirt and draw.random() < 0.5:
        value = value.encode().decode("latin-1")
    digits = value.replace(" ", "").replace(".", "").replace("-", "")
    if "sci" in dirt and digits.isdecimal() and draw.random() < 0.2:
        value = f"{float(digits):.5E}".replace(".", ",").replace("E+0", "E+")
    if "float" in dirt and digits.isdecimal() and draw.random() < 0.9:
        value = f"{int(digits)}.0"
    if "nc" in dirt and draw.random() < 0.2:
        value = draw.choice(UNKNOWN)
    share = next((share for word, share in SHARES.items() if word in dirt), 0.02)
    return "" if draw.random() < share else value


def is_judged(line: Line, values: list[str]) -> bool:
    """Whether a column is one to judge by: what it is must be plain, and three of its cells must say something."""
    return line.maker not in UNJUDGED and len([one for one in values if one not in {"", *UNKNOWN}]) >= 3


def tables(half: str) -> Iterator[tuple[str, int, list[Line]]]:
    """The tables that the text of a half describes."""
    for block in HALVES[half].read_text("utf-8").strip().split("\n\n"):
        title, *lines = block.splitlines()
        _mark, name, rows = title.split()
        columns = []
        for line in lines:
            headers, _equals, told = line.rpartition(" = ")
            made, *dirt = told.split()
            maker, _at, who = made.partition("@")
            columns.append(
                Line(tuple(one.replace("·", " ") for one in headers.split("|")), maker, who or "1", tuple(dirt))
            )
        yield name, int(rows), columns


def made(half: str) -> Iterator[list[Column]]:
    """Every table of a half, in each of its variants."""
    for name, rows, lines in tables(half):
        for variant in range(VARIANTS):
            draw = random.Random(f"{name} {variant}")  # noqa: S311 - nothing secret is drawn.
            cells: list[Cell] = [MAKERS[line.maker](draw, line.who) for line in lines]
            values: list[list[str]] = [[] for _line in lines]
            for _row in range(rows if variant == 0 else max(8, rows // 4)):
                row = Row(draw)
                for place, line in enumerate(lines):
                    values[place].append(dirtied(cells[place](row), line.dirt, draw))
            yield [
                Column(
                    f"{name} {variant}", line.maker, LABELS[line.maker], is_judged(line, values[place]),
                    SampledColumn(line.headers[variant % len(line.headers)], values[place]),
                )
                for place, line in enumerate(lines)
            ]  # fmt: skip
