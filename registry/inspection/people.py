"""Who and where: names of persons, their addresses, their dates of birth; read with the columns beside."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from registry.inspection.bodies import bodies_of, is_apart
from registry.inspection.columns import Read, Table
from registry.inspection.signs import load_signs, words_of
from registry.inspection.vocabulary import Confidence, PersonalSign, Reason, ReasonCode, Suggestion

_CIVILITIES = frozenset({"m", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle", "dr", "docteur", "me"})
_LAST_NAME = frozenset(
    {"nom de famille", "nom d usage", "nom usage", "nom naissance", "nom de naissance", "nom marital", "patronyme",
     "nom jeune fille"}
)  # fmt: skip
_ALONE = frozenset({"nom", "noms"})
_FIRST_NAME = frozenset({"prenom", "prenoms"})
_BODY = frozenset(
    {"etablissement", "ecole", "structure", "association", "raison sociale", "denomination", "organisme", "societe",
     "entreprise", "equipement", "commerce", "enseigne", "batiment", "site"}
)  # fmt: skip
_KEEPERS = frozenset({"banque", "agence", "domiciliation", "guichet", "service", "direction"})
"""Bodies that keep an account, or an agent, and do not own it."""
_AT_HOME = frozenset({"domicile", "adresse personnelle", "adresse domicile"})
_BESIDE = 2
"""Units: columns. How far a first name may stand from the family name."""
_MOST_WORDS, _ALONE_SHARE, _SHAPED = 5, 0.5, 0.85
_HONOURED = 0.2
_INITIAL = re.compile(r"[A-ZÀ-Þ](?:-?[A-ZÀ-Þ])?\.\s?[A-ZÀ-Þ][A-ZÀ-Þ’' -]+")
_POSTCODE = re.compile(r"\b\d{5}\b")
_HOUSE = re.compile(r"^\d{1,4}\b")
_DAY = re.compile(
    r"(?:(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})|(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})|(\d{4})(\d{2})(\d{2}))"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?Z?"
)
_SAID_DAY = re.compile(r"(\d{1,2})(?:er)?\s+([a-z]{3,9})\.?\s+(\d{4})")
_MONTHS = (
    "janv", "fevr", "mars", "avri", "mai", "juin", "juil", "aout", "sept", "octo", "nove", "dece",
)  # fmt: skip
_YEAR = re.compile(r"(?:19|20)\d{2}")
_OLDEST, _GENERATIONS, _LIFE = 120, 40, 20
"""Units: years."""
_EPOCH, _SERIAL_DIGITS, _LAST_SERIAL = date(1899, 12, 30), 5, 55_000
"""A spreadsheet counts days from there; five digits are 1927 and after, and the last is of 2050."""
_TURN = 30
"""Two digits above it are a year of the last century, as spreadsheets read them."""


@dataclass(frozen=True)
class Names:
    """The columns that name persons, and those that name firms, associations or places."""

    suggestions: Sequence[Suggestion]
    bodies: Sequence[Read] = ()

    @property
    def any(self) -> bool:
        """Whether some column does."""
        return bool(self.suggestions)

    @property
    def sure(self) -> bool:
        """Whether some column surely does."""
        return any(one.confidence is Confidence.HIGH for one in self.suggestions)

    @property
    def of_bodies(self) -> bool:
        """Whether the lines are about bodies: one stands in them, and before any person, who only answers for it."""
        first = min((one.column for one in self.suggestions), default=None)
        if first is None:
            return bool(self.bodies)
        return any(one.place < first and is_apart(one) for one in self.bodies)

    def pays_a_body(self, column: Read) -> bool:
        """Whether an account is that of a body: named last before it, or what the lines are about."""
        before = max((one.column for one in self.suggestions if one.column < column.place), default=-1)
        last = [one for one in self.bodies if before < one.place < column.place and is_apart(one)]
        return self.of_bodies or any(not one.says(_KEEPERS) for one in last)

    def owns(self, column: Read) -> bool:
        """Whether somebody is named before a column, or next to it, whom it may tell of."""
        return any(one.column <= column.place + _BESIDE for one in self.suggestions)


def suggest_names(table: Table) -> Names:
    """The columns of names: whole names, first names, and family names beside them."""
    found = {column.place: one for column in table.columns if (one := _whole_name(table, column)) is not None}
    first = {column.place: one for column in table.columns if (one := _first_name(table, column)) is not None}
    found.update(first)
    for column in table.columns:
        if column.place not in found and (one := _last_name(table, column, first)) is not None:
            found[column.place] = one
    if _counts_people(table, found):
        return Names([], bodies_of(table))
    return Names([found[place] for place in sorted(found)], bodies_of(table))


def _counts_people(table: Table, found: Mapping[int, Suggestion]) -> bool:
    """Whether the table is a statistic of first names: one column of them and nobody's whole name, beside a number."""
    if len(found) != 1:
        return False
    [place] = found
    values = [words_of(value) for value in table.columns[place].values]
    alone = sum(" " not in value for value in values) > 0.9 * len(values)
    return alone and any(column.says(table.signs.words["counting-header"]) for column in table.columns)


def _whole_name(table: Table, column: Read) -> Suggestion | None:
    sign = table.signs.signs[PersonalSign.PERSON_NAME]
    if column.says(sign.against):
        return None
    known = table.signs.words
    others = known["place"] | known["legal-form"]
    headed = column.says(sign.words)
    found = column.count(lambda value: _is_person(value, known["first-name"], others, headed=headed))
    if found < max(2, table.threshold(column, PersonalSign.PERSON_NAME) * len(column.values)):
        return None
    if not headed and not _are_written_as_names(column):
        if _lists_places(table, column) or not _are_shaped(column, others):
            return None
        if _names_the_honoured(table, column):
            return None
    said = [Reason(ReasonCode.NAME_HEADER)] if headed else []
    said.append(Reason(ReasonCode.NAME_FORM, {"found": found, "sampled": len(column.values)}))
    sure = Confidence.HIGH if headed else Confidence.MEDIUM
    return table.suggest(column, PersonalSign.PERSON_NAME, sure, found, *said)


def _is_person(value: str, first_names: frozenset[str], others: frozenset[str], *, headed: bool) -> bool:
    """Whether a value is a name of two words or more: a first name or a civility among them, and no other thing.

    Where the header announces a person, a name in capitals beside another word is enough: nobody lists all names.
    """
    if "@" in value or any(letter.isdigit() for letter in value):
        return False
    tokens = words_of(value).split()
    titled = bool(tokens) and tokens[0] in _CIVILITIES
    tokens = [token for token in tokens if token not in _CIVILITIES]
    if not (1 if titled else 2) <= len(tokens) <= _MOST_WORDS or set(tokens) & others:
        return False
    if titled or any(token in first_names for token in tokens):
        return True
    return _is_written_as_name(value) if headed else _INITIAL.fullmatch(value) is not None


_ARTICLES = frozenset({"l", "la", "le", "les", "saint", "sainte", "st", "ste"})
_AFTER_A_NAME = re.compile(r"[,;:(/–—]| - ")
_LINKS = frozenset({"a", "au", "aux", "d", "de", "des", "du", "en", "et", "pour", "sur"})


@lru_cache(maxsize=20_000)
def may_be_somebody(text: str) -> bool:
    """Whether a text standing alone may be the name of a person: nothing in it says a body, an office or a place.

    It serves to keep names back, and no list holds every first name: some words that all begin by a capital may be one.
    """
    text = _AFTER_A_NAME.split(text, maxsplit=1)[0]
    tokens, known = words_of(text).split(), load_signs().words
    if len(tokens) > 1 and tokens[0] in _CIVILITIES:
        return tokens[1] not in _ARTICLES
    others = known["place"] | known["legal-form"] | known["functional-mailbox"]
    if not len(tokens) > 1 or tokens[0] in _ARTICLES or set(tokens) & others:
        return False
    if set(tokens) & known["first-name"]:
        return True
    words = text.split()
    return len(words) <= _MOST_WORDS and not set(tokens) & _LINKS and all(word[:1].isupper() for word in words)


def _names_the_honoured(table: Table, column: Read) -> bool:
    """Whether the names are those that streets, stations, bridges and rooms bear, which are of the same few."""
    honoured = table.signs.words["honoured"]
    return column.count(lambda value: words_of(value) in honoured) >= _HONOURED * len(column.values)


def _are_written_as_names(column: Read) -> bool:
    """Whether nearly all the values have a family name in capitals beside a first name, or an initial."""
    return column.count(_is_written_as_name) >= _SHAPED * len(column.values)


def _is_written_as_name(value: str) -> bool:
    if _INITIAL.fullmatch(value) is not None:
        return True
    words = value.split()
    shouted = sum(len(word) > 1 and word.isupper() and word.lower() not in _CIVILITIES for word in words)
    return 0 < shouted < len(words) <= _MOST_WORDS and all(word[:1].isupper() for word in words)


def _are_shaped(column: Read, others: frozenset[str]) -> bool:
    """Whether nearly all the values could be names of two words or more, whatever the names."""
    shaped = column.count(lambda value: len(value.split()) > 1 and _may_be_last_name(value, others))
    return shaped >= _SHAPED * len(column.values)


def _first_name(table: Table, column: Read) -> Suggestion | None:
    sign = table.signs.signs[PersonalSign.PERSON_NAME]
    if column.says(sign.against):
        return None
    known = table.signs.words["first-name"]
    values = [words_of(value) for value in column.values]
    found = sum(bool(value) and len(value.split()) <= 3 and value.split()[0] in known for value in values)
    headed = column.says(_FIRST_NAME)
    if found < max(1, (sign.headed if headed else _ALONE_SHARE) * len(values)):
        return None
    if not headed and (
        len(set(values)) < min(30, 0.3 * len(values))
        or _lists_places(table, column)
        or _names_the_honoured(table, column)
    ):
        # Species and districts bear first names too, but few of them, and always the same.
        return None
    said = [Reason(ReasonCode.NAME_HEADER)] if headed else []
    said.append(Reason(ReasonCode.NAME_FIRST_NAMES, {"found": found, "sampled": len(values)}))
    sure = Confidence.HIGH if headed else Confidence.MEDIUM
    return table.suggest(column, PersonalSign.PERSON_NAME, sure, found, *said)


def _last_name(table: Table, column: Read, first: dict[int, Suggestion]) -> Suggestion | None:
    sign = table.signs.signs[PersonalSign.PERSON_NAME]
    specific = column.says(_LAST_NAME)
    beside = any(abs(place - column.place) <= _BESIDE for place in first)
    if column.says(sign.against) or not (specific or (beside and (column.says(_ALONE) or column.says(sign.words)))):
        return None
    others = table.signs.words["place"] | table.signs.words["legal-form"]
    found = column.count(lambda value: _may_be_last_name(value, others))
    if found < max(1, 0.6 * len(column.values)):
        return None
    said = [Reason(ReasonCode.NAME_HEADER)] if specific else []
    if beside:
        said.append(Reason(ReasonCode.NAME_BESIDE))
    sure = Confidence.HIGH if beside or specific else Confidence.MEDIUM
    return table.suggest(column, PersonalSign.PERSON_NAME, sure, found, *said)


def _may_be_last_name(value: str, others: frozenset[str]) -> bool:
    tokens = words_of(value).split()
    if not 0 < len(tokens) <= _MOST_WORDS or "@" in value or max(map(len, tokens)) == 1:
        return False
    return not any(letter.isdigit() for letter in value) and tokens[0] not in others


def _lists_places(table: Table, but: Read) -> bool:
    """Whether another column says of each line which kind of place it is."""
    places = table.signs.words["place"]
    return any(
        column is not but
        and len(column.values) > 1
        and column.count(lambda value: _begins_with(value, places)) > 0.5 * len(column.values)
        for column in table.columns
    )


def _begins_with(value: str, words: frozenset[str]) -> bool:
    if "@" in value or any(letter.isdigit() for letter in value):
        return False
    return (words_of(value).split() or [""])[0] in words


def suggest_address(table: Table, column: Read, names: Names) -> Suggestion | None:
    """Whether a column holds the addresses of persons: of which the names stand on the same lines."""
    sign = PersonalSign.HOME_ADDRESS
    at_home = column.says(_AT_HOME)
    if table.is_denied(column, sign) or not (at_home or names.any):
        return None
    streets = table.signs.words["street"]
    found = column.count(lambda value: _is_address(value, streets))
    if found < max(1, table.threshold(column, sign) * len(column.values)):
        return None
    said = [Reason(ReasonCode.ADDRESS_FORM, {"found": found, "sampled": len(column.values)})]
    if names.any:
        said.append(Reason(ReasonCode.ADDRESS_NAMES))
    if table.is_headed(column, sign):
        said.append(Reason(ReasonCode.HEADER_SAYS))
    if not at_home and (any(one.says(_BODY) for one in table.columns) or not names.owns(column)):
        sure = Confidence.LOW
    else:
        sure = Confidence.HIGH if names.sure or at_home else Confidence.MEDIUM
    return table.suggest(column, sign, sure, found, *said)


def _is_address(value: str, streets: frozenset[str]) -> bool:
    tokens = words_of(value).split()
    if len(tokens) < 2:
        return False
    numbered = _HOUSE.match(value.strip()) is not None or _POSTCODE.search(value) is not None
    return numbered and any(token in streets for token in tokens[:6])


def suggest_birth(table: Table, column: Read, names: Names) -> Suggestion | None:
    """Whether a column holds dates of birth: its header says so, or names and the spread of its years do."""
    sign = PersonalSign.BIRTH_DATE
    if table.is_denied(column, sign):
        return None
    headed = table.is_headed(column, sign)
    if not headed and not (names.any and column.is_made_of(table.signs.words["mute-header"])):
        return None
    if headed and not names.any and any(one.says(table.signs.words["counting-header"]) for one in table.columns):
        # A statistic by year of birth is of nobody.
        return None
    years = [year for value in column.values if (year := year_of(value, bare=headed)) is not None]
    born = [year for year in years if table.on.year - _OLDEST <= year <= table.on.year]
    total = len(column.values)
    if len(born) < max(1, table.threshold(column, sign) * total):
        return None
    spread = max(born) - min(born)
    counts = {"found": len(born), "sampled": total}
    if headed:
        said = [Reason(ReasonCode.BIRTH_HEADER, counts)]
        if spread:
            said.append(Reason(ReasonCode.BIRTH_YEARS, {"years": spread}))
        return table.suggest(column, sign, Confidence.HIGH, len(born), *said)
    grown = sum(year <= table.on.year - _LIFE for year in born)
    if spread < _GENERATIONS or grown < 0.3 * len(born):
        return None
    reason = Reason(ReasonCode.BIRTH_SPREAD, {**counts, "years": spread})
    return table.suggest(column, sign, Confidence.MEDIUM, len(born), reason)


@lru_cache(maxsize=20_000)
def year_of(value: str, *, bare: bool = False) -> int | None:
    """The year of a day that exists, however it is written; with `bare`, of a year alone too."""
    text = value.strip()
    if bare and text.isdecimal() and text.isascii():
        if _YEAR.fullmatch(text):
            return int(text)
        if len(text) == _SERIAL_DIGITS and int(text) < _LAST_SERIAL:
            return (_EPOCH + timedelta(days=int(text))).year
    found = _DAY.fullmatch(text)
    if found is not None:
        parts = found.groups()
        if parts[2]:
            day, month, year = int(parts[0]), int(parts[1]), int(parts[2])
        else:
            year, month, day = (int(part) for part in (parts[3:6] if parts[3] else parts[6:9]))
        return _existing(_full_year(year), month, day)
    said = _SAID_DAY.search(words_of(text)) if len(text) < 40 else None
    if said is None:
        return None
    month = next((rank for rank, name in enumerate(_MONTHS, 1) if said[2].startswith(name)), 0)
    return _existing(int(said[3]), month, int(said[1]))


def _full_year(year: int) -> int:
    if year >= 100:
        return year
    return 1900 + year if year > _TURN else 2000 + year


def _existing(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).year
    except ValueError:
        return None


def with_addresses(names: Names, addresses: Sequence[Suggestion]) -> list[Suggestion]:
    """The names, with the reason that an address stands on the same lines where one does."""
    if not addresses:
        return list(names.suggestions)
    more = (Reason(ReasonCode.NAME_WITH_ADDRESS),)
    return [
        Suggestion(one.column, one.sign, one.category, Confidence.HIGH, one.reasons + more, one.found, one.sampled)
        for one in names.suggestions
    ]
