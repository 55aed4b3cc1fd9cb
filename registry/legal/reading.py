"""What is read from a file of the LEGI base, whichever its format: articles with their versions, as values."""

from dataclasses import dataclass
from datetime import date, timedelta

from registry.legal.vocabulary import ArticleState, LegalSource, TextNature

LARGEST = 16 << 20
"""More octets, or characters, than any article of the base."""
MADE_BY = frozenset({"MODIFIE", "CREE", "TRANSFERE", "ABROGE"})
"""The links to the acts that write a version."""
_UNDECIDED = 2200
"""The years from which the base means « no day yet » (2222-02-22) or « no end » (2999-01-01)."""
STATES = {
    "VIGUEUR": ArticleState.IN_FORCE,
    "VIGUEUR_DIFF": ArticleState.TO_COME,
    "ABROGE_DIFF": ArticleState.TO_BE_REPEALED,
    "MODIFIE": ArticleState.AMENDED,
    "MODIFIE_MORT_NE": ArticleState.STILLBORN,
    "ABROGE": ArticleState.REPEALED,
    "TRANSFERE": ArticleState.TRANSFERRED,
    "ANNULE": ArticleState.ANNULLED,
    "PERIME": ArticleState.LAPSED,
}
NATURES = {
    "CODE": TextNature.CODE,
    "LOI": TextNature.LAW,
    "LOI_ORGANIQUE": TextNature.LAW,
    "LOI_CONSTIT": TextNature.LAW,
    "LOI_PROGRAMME": TextNature.LAW,
    "ORDONNANCE": TextNature.ORDINANCE,
    "DECRET": TextNature.DECREE,
    "DECRET_LOI": TextNature.DECREE,
    "ARRETE": TextNature.ORDER,
}


@dataclass(frozen=True)
class ReadVersion:
    """A version a file tells of; without `content`, only that it exists."""

    identifier: str
    number: str
    state: ArticleState
    in_force_from: date | None
    in_force_until: date | None
    content: str | None = None
    note: str | None = None
    modified_by: str | None = None


@dataclass(frozen=True)
class ReadArticle:
    """An article as a file tells it: its text, the version the file holds, and the others it knows of."""

    text: str
    title: str
    nature: TextNature
    source: LegalSource
    number: str
    version: ReadVersion
    others: tuple[ReadVersion, ...] = ()


def first_day(said: date) -> date | None:
    """The first day a version is in force; nothing while the base knows none."""
    return said if said.year < _UNDECIDED else None


def last_day(said: date) -> date | None:
    """The last day: the base gives the one after it."""
    return said - timedelta(days=1) if said.year < _UNDECIDED else None
