"""What the directors' page says on paper: five figures with their trend, and what to look at first, on one page.

A share is written as its two counts, a trend as what was said on each day; everything shown follows from them.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass

from registry.kernel.shares import percent
from registry.reporting.sheets import Holder, Seal
from registry.reporting.templating import number
from registry.reporting.twins import canonical_json
from registry.reporting.vocabulary import Chart, Frame, Line, Table

_STRICT = ConfigDict(extra="forbid")
_LINES = {"good": "#2f6b4a", "wait": "#8a6420", "bad": "#a3302a", "": "#4a5565"}
_Share = Annotated[int, Field(ge=0, le=100)]


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Point:
    """What a figure said on a day: a number or a share in hundredths; nothing where nothing was judged.

    `number` out of `total` are its two counts: pages issued before they were told have none.
    """

    day: date
    value: int | None = None
    number: int | None = None
    total: int | None = None


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Figure:
    """One of the five figures: how many, out of how many; `is_share` is better the higher it is.

    `waiting` are those that wait for information, and are not of the whole.
    """

    code: str
    label: str
    definition: str
    is_share: bool
    number: int
    total: int
    waiting: int = 0
    points: tuple[Point, ...]

    @property
    def tone(self) -> str:
        """Whether all is well, something waits, or something is broken; nothing where nothing is judged."""
        if not self.is_share:
            return "bad" if self.number else "good"
        return "" if not self.total else "good" if self.number == self.total and not self.waiting else "wait"

    @property
    def beside(self) -> str:
        """The share that stands beside the number."""
        if not self.is_share:
            return ""
        said = f"soit {percent(self.number, self.total)} % sur {number(self.total)}" if self.total else (
            "rien à juger encore"
        )  # fmt: skip
        return f"{said} ; {number(self.waiting)} à compléter" if self.waiting else said

    @property
    def trend(self) -> str:
        """What the line shows, in a sentence."""
        known = [(point.day, self._said(point, point.value)) for point in self.points if point.value is not None]
        if len(known) < 2 or known[-1][0] != self.points[-1].day:
            return "Pas encore d’historique."
        (day, before), (_today, now) = known[0], known[-1]
        if before == now:
            return f"Comme le {day:%d/%m/%Y} : {now}."
        return f"{before} le {day:%d/%m/%Y}, {now} ce jour."

    def _said(self, point: Point, value: int) -> str:
        if not point.total or point.number is None:
            return f"{value} %" if self.is_share else number(value)
        counts = f"{number(point.number)} sur {number(point.total)}"
        return f"{value} % ({counts})" if self.is_share else counts


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Risk:
    """The breaches of one rule: what is wrong, on how many records, what to do.

    `rule` is its number, printed where its `text` is too long: an article is never cut.
    """

    sentence: str
    severity: str = ""
    rule: str = ""
    text: str = ""
    article_url: str = ""
    remedy: str


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Cell:
    """What is judged under a stake or a principle: `breaches` out of the `judged` obligations."""

    breaches: int = 0
    judged: int = 0


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Service:
    """A body with its cell for each stake, and the part of its obligations that it keeps."""

    name: str
    cells: tuple[Cell, ...]
    kept: int = 0
    judged: int = 0
    share: _Share | None = None
    beside: str = ""


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Principle:
    """A principle: how many obligations and practices that state it are judged, and how many are not followed."""

    label: str
    obligations: Cell
    practices: Cell


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Stage:
    """How many datasets stand at a stage."""

    label: str
    datasets: int


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Deadline:
    """What is to be done by a day."""

    day: date
    what: str
    name: str = ""
    late: bool = False


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Brief:
    """The whole page, as of a day; `plain` says it in the words of every day, for elected members."""

    authority: Holder
    scope: str
    plain: bool
    as_of: date
    known_on: date
    issued_on: date
    author: str
    demonstration: bool
    seal: Seal
    figures: tuple[Figure, ...]
    matters: str = ""
    risks: tuple[Risk, ...] = ()
    stakes: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()
    others: int = 0
    bodies: int = 0
    median: _Share | None = None
    compared: int = 0
    least: int = 0
    principles: tuple[Principle, ...] = ()
    stages: tuple[Stage, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    missed: int = 0
    coming: int = 0
    deadlines_told: bool = True

    @property
    def most(self) -> int:
        """How many datasets stand at the stage that holds the most of them."""
        return max((stage.datasets for stage in self.stages), default=0) or 1


_ADAPTER = TypeAdapter(Brief)


def from_sample(values: Mapping[str, Any]) -> Brief:
    """The page a sample describes."""
    return _ADAPTER.validate_python(values)


def from_canonical(data: bytes) -> Brief:
    """The page its canonical twin describes."""
    return _ADAPTER.validate_python(json.loads(data))


def to_canonical(brief: Brief) -> bytes:
    """The canonical JSON twin of a page."""
    return canonical_json(_ADAPTER.dump_python(brief, mode="json"))


def tables(brief: Brief) -> tuple[Table, ...]:
    """The figures month by month; then risks, services under each stake, principles, stages and deadlines."""
    months = tuple(
        (
            one.label,
            point.day,
            "" if point.value is None else point.value,
            "en centièmes" if one.is_share else "nombre",
            "" if point.number is None else point.number,
            "" if point.total is None else point.total,
        )
        for one in brief.figures
        for point in one.points
    )
    found = [
        Table(
            "Chiffres", "Les cinq chiffres, mois par mois, pour un tableur",
            ("Chiffre", "Jour", "Valeur", "Unité", "Nombre", "Sur"),
            months,
        ),
        Table(
            "Risques", "Les risques à regarder d’abord", ("Risque", "Gravité", "Texte", "Ce qu’il faut faire"),
            tuple((one.sentence, one.severity, one.text, one.remedy) for one in brief.risks),
        ),
        Table(
            "Étapes", "Les jeux de données par étape", ("Étape", "Jeux"),
            tuple((one.label, one.datasets) for one in brief.stages),
        ),
        Table(
            "Échéances", "Ce qui est à faire, et pour quel jour", ("Jour", "À faire", "Fiche"),
            tuple((one.day, one.what, one.name) for one in brief.deadlines),
        ),
    ]  # fmt: skip
    return (*found, *(() if brief.plain else _matrices(brief)))


def _matrices(brief: Brief) -> tuple[Table, ...]:
    services = tuple(
        (one.name, stake, cell.breaches, cell.judged)
        for one in brief.services
        for stake, cell in zip(brief.stakes, one.cells, strict=True)
    )
    principles = tuple(
        (one.label, kind, cell.breaches, cell.judged)
        for one in brief.principles
        for kind, cell in (("Obligations", one.obligations), ("Pratiques", one.practices))
    )
    return (
        Table(
            "Enjeux", "Les obligations, par service et par enjeu",
            ("Service", "Enjeu", "Manquements", "Obligations jugées"), services,
        ),
        Table(
            "Principes", "Les trois principes", ("Principe", "Règles", "Non suivies", "Jugées"), principles
        ),
    )  # fmt: skip


def charts(brief: Brief) -> Mapping[str, Chart]:
    """The trend of each figure."""
    return {
        one.code: Line(
            values=tuple(point.value for point in one.points),
            most=100 if one.is_share else max((point.value or 0 for point in one.points), default=0),
            colour=_LINES[one.tone],
            alternative=f"{one.label}, sur douze mois. {one.trend}",
        )
        for one in brief.figures
    }


def frame(brief: Brief) -> Frame:
    """What the head, the running footer and the metadata say."""
    return Frame(
        title="Les données en cinq chiffres" if brief.plain else "Pilotage en une page",
        subject=brief.scope,
        authority=brief.authority.name,
        as_of=brief.as_of,
        seal_no=brief.seal.number,
        root=brief.seal.root,
        demonstration=brief.demonstration,
    )
