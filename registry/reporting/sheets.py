"""A document made of sheets: the values, twins and chart of a register of breaches, of requests, of an assessment.

A report's own `content.py` says how it is named and what its headings are; the rest is here.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass

from registry.reporting.twins import canonical_json
from registry.reporting.vocabulary import Bars, Frame, Table

_STRICT = ConfigDict(extra="forbid")
_Siren = Annotated[str, Field(pattern=r"^\d{9}$")]
_COLOURS = ("#1f3a5f", "#dba93a")
_THREE_COLOURS = ("#1f3a5f", "#dba93a", "#c5ccd7")
"""Where the third figure is what nobody knows yet: it looks neither good nor bad."""


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Holder:
    """A body: whose document it is, or who keeps the register."""

    name: str
    siren: _Siren | None = None


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Seal:
    """The last seal of the ledger on the day of the facts."""

    number: int
    root: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Line:
    """A heading of a sheet and what it says; one that is `owed` and says nothing is to complete."""

    label: str
    article: str = ""
    text: str = ""
    owed: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether it still has to be said."""
        return self.owed and not self.text


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Grid:
    """A table within a sheet."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Sheet:
    """One sheet: a breach, a request, a step of an assessment. `standing` says where it stands in a few words."""

    id: str
    reference: str = ""
    name: str
    standing: str = ""
    late: bool = False
    lines: tuple[Line, ...] = ()
    grids: tuple[Grid, ...] = ()

    @property
    def missing(self) -> tuple[Line, ...]:
        """What still has to be said."""
        return tuple(line for line in self.lines if line.is_missing)


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Count:
    """A row of the summary: two figures or three, whose names the report's own words give."""

    label: str
    first: int = 0
    second: int = 0
    third: int = 0

    def said(self, names: Sequence[str]) -> tuple[int, ...]:
        """Its figures, as many as have a name."""
        return (self.first, self.second, self.third)[: len(names)]


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Volume:
    """A document of another body, issued with this one: whole by itself, named here by the hash of its file.

    `says` tells in a few words what it found; hash and pages are those of the volume as it was rendered.
    """

    label: str
    says: str = ""
    sha256: str = ""
    pages: int = 0


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Dossier:
    """The whole content of a document made of sheets, as of a day; `author` is a role."""

    authority: Holder
    body: Holder
    scope: str
    card: tuple[Line, ...] = ()
    as_of: date
    known_on: date
    issued_on: date
    author: str
    demonstration: bool
    seal: Seal
    summary: tuple[Count, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    volumes: tuple[Volume, ...] = ()

    @property
    def complete(self) -> int:
        """How many sheets say all that is asked of them."""
        return sum(not sheet.missing for sheet in self.sheets)


_ADAPTER = TypeAdapter(Dossier)


def from_sample(values: Mapping[str, Any]) -> Dossier:
    """The dossier a sample describes."""
    return _ADAPTER.validate_python(values)


def from_canonical(data: bytes) -> Dossier:
    """The dossier its canonical twin describes."""
    return _ADAPTER.validate_python(json.loads(data))


def to_canonical(dossier: Dossier) -> bytes:
    """The canonical JSON twin of a dossier."""
    return canonical_json(_ADAPTER.dump_python(dossier, mode="json"))


def tables(dossier: Dossier) -> tuple[Table, ...]:
    """The sheets, one a row with a column for each heading; then each table that stands within them."""
    labels = tuple(dict.fromkeys(line.label for sheet in dossier.sheets for line in sheet.lines))
    headers = ("Référence", "Fiche", "État", *labels)
    rows = tuple((one.reference, one.name, one.standing, *_said(one, labels)) for one in dossier.sheets)
    first = Table("Fiches", "Les fiches, une ligne chacune, pour un tableur", headers, rows)
    return (first, *_grids(dossier))


def listed(dossier: Dossier) -> tuple[Table, ...]:
    """Of a document whose sheets are lists: their rows together, each with the name of its list; then what is said."""
    first = _lines(dossier)
    return (first, tables(dossier)[0]) if any(sheet.lines for sheet in dossier.sheets) else (first,)


def told_whole(dossier: Dossier) -> tuple[Table, ...]:
    """Of a document whose sheets say and list: all that they say and list together, row by row; then each table alone.

    A spreadsheet that holds one table alone holds all of the document.
    """
    said, whole = ("Rubrique", "Ce qui est dit"), _lines(dossier)
    rest = len(whole.headers) - 1
    rows: list[tuple[str | int | date, ...]] = [
        (sheet.name, line.label, line.text or ("À compléter" if line.owed else ""), *[""] * rest)
        for sheet in dossier.sheets
        for line in sheet.lines
    ]
    rows += [(row[0], "", "", *row[1:]) for row in whole.rows]
    headers = (whole.headers[0], *said, *whole.headers[1:])
    return Table(whole.name, whole.says, headers, tuple(rows)), *tables(dossier)


def _lines(dossier: Dossier) -> Table:
    grids = [(sheet, grid) for sheet in dossier.sheets for grid in sheet.grids]
    headers = tuple(dict.fromkeys(head for _sheet, grid in grids for head in grid.headers))
    rows = []
    for sheet, grid in grids:
        for row in grid.rows:
            said = dict(zip(grid.headers, row, strict=True))
            rows.append((sheet.name, *(said.get(head, "") for head in headers)))
    return Table("Lignes", "Les lignes des tableaux, pour un tableur", ("Liste", *headers), tuple(rows))


def _said(sheet: Sheet, labels: tuple[str, ...]) -> tuple[str, ...]:
    said = {line.label: line.text or ("À compléter" if line.owed else "") for line in sheet.lines}
    return tuple(said.get(label, "") for label in labels)


def _grids(dossier: Dossier) -> tuple[Table, ...]:
    found: dict[tuple[str, tuple[str, ...]], list[tuple[str, ...]]] = {}
    for sheet in dossier.sheets:
        for grid in sheet.grids:
            found.setdefault((grid.caption, grid.headers), []).extend(
                (sheet.reference, sheet.name, *row) for row in grid.rows
            )
    return tuple(
        Table(caption[:31], caption, ("Référence", "Fiche", *headers), tuple(rows))
        for (caption, headers), rows in found.items()
    )


def bars(dossier: Dossier, names: Sequence[str]) -> dict[str, Bars]:
    """The figures of the summary as bars, by the names of its columns: two, or three."""
    if not dossier.summary:
        return {}
    said = [
        f"{one.label} : " + ", ".join(f"{name} {number}" for name, number in zip(names, one.said(names), strict=True))
        for one in dossier.summary
    ]
    return {
        "summary": Bars(
            categories=tuple(one.label for one in dossier.summary),
            values=tuple(one.said(names) for one in dossier.summary),
            colours=_COLOURS if len(names) == len(_COLOURS) else _THREE_COLOURS,
            alternative="Barres empilées. " + ". ".join(said) + ".",
        )
    }


def levels(dossier: Dossier, names: tuple[str, str], most: int) -> dict[str, Bars]:
    """The summary as levels on a scale that goes up to `most`: two bars side by side, for levels are not added."""
    if not dossier.summary:
        return {}
    said = [f"{one.label} : {names[0]} {one.first}, {names[1]} {one.second}" for one in dossier.summary]
    return {
        "summary": Bars(
            categories=tuple(one.label for one in dossier.summary),
            values=tuple((one.first, one.second) for one in dossier.summary),
            colours=_COLOURS,
            alternative=f"Deux barres côte à côte, sur {most}. " + ". ".join(said) + ".",
            side_by_side=True,
            most=most,
            names=names,
        )
    }


def framed(dossier: Dossier, title: str) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return Frame(
        title=title,
        subject=dossier.scope,
        authority=dossier.body.name,
        as_of=dossier.as_of,
        seal_no=dossier.seal.number,
        root=dossier.seal.root,
        demonstration=dossier.demonstration,
    )
