"""What the draft of an amendment offers the renderer: the contract, its parties, and an article for each clause."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from registry.reporting.sheets import Holder, Seal
from registry.reporting.twins import canonical_json
from registry.reporting.vocabulary import Chart, Frame, Table

_STRICT = ConfigDict(extra="forbid")
TITLE = "Projet d’avenant"
NOTE = "Note à qui négocie l’avenant"
_ACTS = {"adds": "Ajout", "replaces": "Remplacement", "ends": "Suppression"}


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Bound:
    """The contract that the amendment changes, with its days as far as they are known."""

    object: str
    kind: str
    reference: str = ""
    consulted_on: date | None = None
    signed_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Party:
    """A party of the contract, its side, and its role in the sense of the GDPR; no name where the reader has none."""

    name: str
    side: str
    role: str = ""


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Earlier:
    """An amendment signed before."""

    name: str
    object: str
    signed_on: date


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Ground:
    """A text that an article leans on, and how well it was read.

    `since_2016` is of what concessions consulted on before 9 October 2016 owe for their renewal alone; `reading` where
    no text says so of that very article: that it follows is a reading, to validate.
    """

    text: str
    article: str
    evidence: str
    since_2016: bool = False
    reading: bool = False


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Article:
    """What the amendment does to a clause.

    `changed` is where the clause stands that it replaces or ends. `why`, `without`, `reasons` and `grounds` are for
    whoever negotiates: of the edition to keep alone.
    """

    act: Literal["adds", "replaces", "ends"]
    title: str
    changed: str = ""
    paragraphs: tuple[str, ...] = ()
    grounds: tuple[Ground, ...] = ()
    why: str = ""
    without: str = ""
    reasons: str = ""


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Draft:
    """The whole content of a draft, as of a day; `author` is a role.

    `kept` tells the edition that is not sent to the other party: the same articles, with a note to who negotiates.

    `floor` is what the law gives the contract by itself: that of concessions consulted since 9 October 2016, the
    narrower one of those before, one that depends on what nobody has said, or none. `by_ordinance` is of those
    consulted on before the code took over the ordinance 2016-65.
    """

    authority: Holder
    body: Holder
    scope: str
    as_of: date
    known_on: date
    issued_on: date
    author: str
    demonstration: bool
    kept: bool = False
    seal: Seal
    number: int
    object: str
    effective_on: date | None = None
    contract: Bound
    floor: Literal["since", "before", "unknown", "none"]
    by_ordinance: bool = False
    parties: tuple[Party, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    articles: tuple[Article, ...]


_ADAPTER = TypeAdapter(Draft)


def from_sample(values: Mapping[str, Any]) -> Draft:
    """The draft a sample describes."""
    return _ADAPTER.validate_python(values)


def from_canonical(data: bytes) -> Draft:
    """The draft its canonical twin describes."""
    return _ADAPTER.validate_python(json.loads(data))


def to_canonical(draft: Draft) -> bytes:
    """The canonical JSON twin of a draft."""
    return canonical_json(_ADAPTER.dump_python(draft, mode="json"))


def tables(draft: Draft) -> tuple[Table, ...]:
    """The articles, one a row, for whoever compares them in a spreadsheet."""
    rows = tuple(
        (
            place, _ACTS[one.act], one.title, one.changed, "\n".join(one.paragraphs),
            *([" ; ".join(f"{each.text}, {each.article} ({each.evidence})" for each in one.grounds)] * draft.kept),
        )
        for place, one in enumerate(draft.articles, 1)
    )  # fmt: skip
    headers = ("Article", "Acte", "Clause", "Stipulation changée", "Texte")
    headers += ("Textes de loi et niveau de preuve",) * draft.kept
    return (Table("Articles", "Les articles de l’avenant, un par ligne, pour un tableur", headers, rows),)


def charts(_draft: Draft) -> Mapping[str, Chart]:
    """None: a contract shows no figure."""
    return {}


def frame(draft: Draft) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return Frame(
        title=NOTE if draft.kept else TITLE, subject=draft.scope,
        authority=draft.body.name, as_of=draft.as_of, seal_no=draft.seal.number, root=draft.seal.root,
        demonstration=draft.demonstration,
    )  # fmt: skip
