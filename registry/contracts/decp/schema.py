"""What the national schema (2.0.3 and 2.0.4) asks of a concession, and what in one does not hold to it.

The two versions ask the same of a concession. The schema takes any four, two and two digits for a day, and any fourteen
for a SIRET: here a day is one of the calendar and the key of a SIRET is right.
Law: order of 22 December 2022 (annex 17 of the CCP), article 1.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Union

from msgspec.json import Encoder

from registry.contracts.decp.vocabulary import Fault, Incoherence
from registry.kernel.errors import Invalid
from registry.kernel.identifiers import parse_siret

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SIRET = re.compile(r"\d{14}", re.ASCII)
_MOST_QUOTED = 60
YEARS = (1900, 2200)
"""The years a contract's days may be in: others are mistyped."""
_SAME = Encoder(decimal_format="number", order="deterministic")


@dataclass(frozen=True)
class Text:
    """A text; `choices`, where there are some, are all it may be."""

    least: int = 0
    most: int | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Day:
    """A day of the calendar, as 2026-11-27."""


@dataclass(frozen=True)
class Siret:
    """The fourteen digits of an establishment, whose key is right."""


@dataclass(frozen=True)
class Number:
    """A number, whole or not."""

    least: int
    whole: bool = False


@dataclass(frozen=True)
class Many:
    """A list, each of whose values is of one kind."""

    of: "Shape"
    least: int = 0
    unique: bool = False


@dataclass(frozen=True)
class Fields:
    """Named values, of which some are required; `closed` where no other name may stand."""

    values: Mapping[str, "Shape"]
    required: tuple[str, ...] = ()
    closed: bool = False


Shape = Union[Text, Day, Siret, Number, Many, Fields]  # noqa: UP007 -- names itself, in quotes, before it is.


def _under(name: str, shape: Shape) -> Fields:
    return Fields({name: shape}, (name,))


NATURES = (
    "Concession de travaux", "Concession de service", "Concession de service public", "Délégation de service public",
)  # fmt: skip
_PROCEDURES = (
    "Procédure négociée ouverte", "Procédure non négociée ouverte", "Procédure négociée restreinte",
    "Procédure non négociée restreinte",
)  # fmt: skip
SIRET_KIND = "SIRET"
_IDENTIFIERS = (SIRET_KIND, "TVA", "TAHITI", "RIDET", "FRWF", "IREP", "HORS-UE")
_SOCIAL = ("Clause sociale", "Critère social", "Concession réservée", "Pas de considération sociale")
_ENVIRONMENTAL = (
    "Clause environnementale", "Critère environnemental", "Pas de considération environnementale",
)  # fmt: skip
_HOLDER = Fields({"typeIdentifiant": Text(choices=_IDENTIFIERS), "id": Text()}, ("typeIdentifiant", "id"))
_CHANGE = Fields(
    {
        "id": Number(1, whole=True), "dateSignatureModification": Day(), "datePublicationDonneesModification": Day(),
        "dureeMois": Number(1, whole=True), "valeurGlobale": Number(1),
    },
    ("id", "dateSignatureModification", "datePublicationDonneesModification"),
)  # fmt: skip
_TARIFF = Fields({"intituleTarif": Text(most=256), "tarif": Number(0)}, ("intituleTarif", "tarif"))
_YEAR = Fields(
    {
        "datePublicationDonneesExecution": Day(), "depensesInvestissement": Number(0),
        "tarifs": Many(_under("tarif", _TARIFF), 1),
    },
    ("datePublicationDonneesExecution", "depensesInvestissement", "tarifs"),
)  # fmt: skip
_REQUIRED: Mapping[str, Shape] = {
    "id": Text(1, 16),
    "autoriteConcedante": _under("id", Siret()),
    "nature": Text(choices=NATURES),
    "objet": Text(most=1000),
    "procedure": Text(choices=_PROCEDURES),
    "dureeMois": Number(1, whole=True),
    "dateSignature": Day(),
    "datePublicationDonnees": Day(),
    "dateDebutExecution": Day(),
    "valeurGlobale": Number(1),
    "montantSubventionPublique": Number(0),
    "concessionnaires": Many(_under("concessionnaire", _HOLDER), 1, unique=True),
    "considerationsSociales": _under("considerationSociale", Many(Text(choices=_SOCIAL), 1, unique=True)),
    "considerationsEnvironnementales": _under(
        "considerationEnvironnementale", Many(Text(choices=_ENVIRONMENTAL), 1, unique=True)
    ),
}
CONCESSION = Fields(
    {
        **_REQUIRED,
        "modifications": Many(_under("modification", _CHANGE), 1, unique=True),
        "donneesExecution": Many(_under("donneesAnnuelles", _YEAR), unique=True),
    },
    tuple(_REQUIRED),
    closed=True,
)
"""A concession of the national format: fourteen required fields, and what is added to it once it is published."""


def parse_day(said: object) -> date | None:
    """A possible day, as the format writes it; None for anything else."""
    if not isinstance(said, str) or not _DAY.fullmatch(said):
        return None
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return None
    return day if is_possible(day) else None


def is_possible(day: date) -> bool:
    """Whether a day is of a year nobody mistyped."""
    return YEARS[0] <= day.year <= YEARS[1]


def is_whole(said: object) -> bool:
    """Whether a number is whole, as 12 and 12.0 are."""
    if isinstance(said, Decimal):
        return said.is_finite() and said == said.to_integral_value()
    return isinstance(said, int) and not isinstance(said, bool)


def find_schema_faults(content: object) -> Iterator[Incoherence]:
    """What in a contract does not hold to the national schema, its days and its SIRET included."""
    yield from _faults(CONCESSION, content, "")


def _faults(shape: Shape, value: Any, place: str) -> Iterator[Incoherence]:
    match shape:
        case Fields():
            yield from _faults_of_fields(shape, value, place)
        case Many():
            yield from _faults_of_list(shape, value, place)
        case Number():
            yield from _faults_of_number(shape, value, place)
        case Text() | Day() | Siret():
            if isinstance(value, str):
                yield from _faults_of_text(shape, value, place)
            else:
                yield Incoherence(Fault.NOT_A_TEXT, place)


def _faults_of_fields(shape: Fields, value: Any, place: str) -> Iterator[Incoherence]:
    if not isinstance(value, dict):
        yield Incoherence(Fault.NOT_AN_OBJECT, place)
        return
    for name in shape.required:
        if name not in value:
            yield Incoherence(Fault.MISSING, _at(place, name))
    for name, one in value.items():
        if name in shape.values:
            yield from _faults(shape.values[name], one, _at(place, name))
        elif shape.closed:
            yield Incoherence(Fault.UNKNOWN, _at(place, name[:_MOST_QUOTED]))
    if shape is _HOLDER and value.get("typeIdentifiant") == SIRET_KIND and isinstance(value.get("id"), str):
        yield from _faults_of_text(Siret(), value["id"], _at(place, "id"))


def _faults_of_list(shape: Many, value: Any, place: str) -> Iterator[Incoherence]:
    if not isinstance(value, list):
        yield Incoherence(Fault.NOT_A_LIST, place)
        return
    if len(value) < shape.least:
        yield Incoherence(Fault.EMPTY, place)
    if shape.unique and len({_SAME.encode(one) for one in value}) < len(value):
        yield Incoherence(Fault.TWICE, place)
    for rank, one in enumerate(value, 1):
        yield from _faults(shape.of, one, f"{place}[{rank}]")


def _faults_of_number(shape: Number, value: Any, place: str) -> Iterator[Incoherence]:
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        yield Incoherence(Fault.NOT_A_NUMBER, place)
    elif shape.whole and not is_whole(value):
        yield Incoherence(Fault.NOT_WHOLE, place, {"said": _quoted(value)})
    elif value < shape.least:
        yield Incoherence(Fault.TOO_SMALL, place, {"said": _quoted(value), "least": shape.least})


def _faults_of_text(shape: Text | Day | Siret, value: str, place: str) -> Iterator[Incoherence]:
    said = {"said": _quoted(value)}
    match shape:
        case Day():
            if parse_day(value) is None:
                yield Incoherence(Fault.NOT_A_DAY, place, said)
        case Siret():
            if not _SIRET.fullmatch(value):
                yield Incoherence(Fault.SIRET_FORM, place, said)
            elif not _has_right_key(value):
                yield Incoherence(Fault.SIRET_KEY, place, said)
        case Text():
            if shape.choices and value not in shape.choices:
                choices = ", ".join(f"« {one} »" for one in shape.choices)
                yield Incoherence(Fault.NOT_LISTED, place, {**said, "choices": choices})
            if len(value) < shape.least:
                yield Incoherence(Fault.EMPTY, place)
            if shape.most is not None and len(value) > shape.most:
                yield Incoherence(Fault.TOO_LONG, place, {"length": len(value), "most": shape.most})


def _has_right_key(siret: str) -> bool:
    try:
        parse_siret(siret)
    except Invalid:
        return False
    return True


def _at(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _quoted(value: object) -> str:
    text = str(value)
    return text if len(text) <= _MOST_QUOTED else f"{text[:_MOST_QUOTED]}…"
