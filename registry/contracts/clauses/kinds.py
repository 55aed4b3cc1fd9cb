"""The kinds of clauses and what one notes of each: the two lists of `policies/lists/`, and the reading of a value."""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import format_decimal
from pydantic import AnyHttpUrl, TypeAdapter, ValidationError

from registry.contracts.vocabulary import (
    CapPeriod,
    ExclusivityKind,
    Ownership,
    PartnerLeave,
    PenaltyStart,
    Publisher,
    Waiver,
)
from registry.kernel.errors import FieldError
from registry.kernel.words import Labelled, _, current_locale
from registry.platform.lists import CodeList, load_list
from registry.web.templating import say_day, say_number

Value = bool | int | str | list[str]
_OWN_LISTS: Mapping[str, type[Labelled]] = {
    "leave": PartnerLeave,
    "waiver": Waiver,
    "exclusivity": ExclusivityKind,
    "ownership": Ownership,
    "publisher": Publisher,
    "cap_period": CapPeriod,
    "penalty_start": PenaltyStart,
}
EXPECTED = ("concession", "personal", "hosting", "water", "transport", "agreement")
"""In which contracts a clause is looked for: the words of the list, each an attribute of `Asked`."""
_WEB = TypeAdapter(AnyHttpUrl)
_DECIMAL = re.compile(r"[0-9]{1,15}(?:\.(?P<after>[0-9]{1,15}))?")
_LONGEST_WORD, _GREATEST, _EARLIEST, _LATEST, _LEAP = 300, 10**9, 1900, 2200, 2024
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True)
class Asked:
    """What a contract is, as far as it decides which clauses one looks for in it; nothing where nobody said.

    `personal_datasets` are those of it that hold personal data: not all that one looks for is looked for in them.
    """

    concession: bool = False
    personal: bool = False
    hosting: bool = False
    water: bool = False
    transport: bool = False
    agreement: bool = False
    personal_datasets: frozenset[int] = frozenset()


@dataclass(frozen=True)
class TermField:
    """One thing noted of a clause: its name, its type, and the list its codes are of."""

    name: str
    type: str
    of: str
    above_zero: bool = False
    past: bool = False

    @property
    def label(self) -> str:
        """Its name in the reader's language."""
        return _fields().label(self.name)

    def choices(self) -> list[tuple[str, str]]:
        """The codes one may choose, with their labels."""
        if self.type == "flag":
            return [("true", _("Oui")), ("false", _("Non"))]
        if self.of in _OWN_LISTS:
            return [(str(one), one.label) for one in _OWN_LISTS[self.of]]
        return load_list(self.of).choices() if self.of else []

    def read(self, said: Any) -> Value:
        """The value that was typed or sent, as it is kept.

        Raises: ValueError with the sentence for whoever typed it.
        """
        read: Value = _READERS[self.type](self, said)
        return read

    def say(self, value: Any) -> str:
        """A value in words; one that the lists no longer know is its own name."""
        if isinstance(value, bool):
            return _("oui") if value else _("non")
        if isinstance(value, list):
            return ", ".join(self._say_code(str(one)) for one in value)
        if self.type == "code":
            return self._say_code(str(value))
        if self.type == "day":
            return say_day(date.fromisoformat(str(value)))
        if self.type == "amount":
            amount = Decimal(str(value))
            # Cents are two figures or none: no sum is written « 100,5 € ».
            return f"{format_decimal(amount, format='#,##0.00' if amount % 1 else '#,##0', locale=current_locale())} €"
        if self.type == "percent":
            return format_decimal(Decimal(str(value)), locale=current_locale())
        return say_number(value) if isinstance(value, int) else str(value)

    def say_within(self, value: Any) -> str:
        """A value in the middle of a sentence, which gives the unit of amounts itself."""
        words = self.say(value).removesuffix(" €")
        # Our own lists begin with a capital; a format or a licence keeps its letters.
        return words[:1].lower() + words[1:] if self.of in _OWN_LISTS else words

    def _say_code(self, code: str) -> str:
        return dict(self.choices()).get(code, code)


def _fields() -> CodeList:
    return load_list("clause_fields")


def kinds() -> CodeList:
    """Every kind of clause."""
    return load_list("clauses")


@lru_cache(maxsize=64)
def fields_of(kind: str) -> tuple[TermField, ...]:
    """What one notes of a clause of this kind, in its order; nothing of a kind the list no longer has."""
    entry = kinds().entries.get(kind)
    facts = _fields().entries
    names = str(entry.facts.get("fields", "")).split() if entry else []
    return tuple(
        TermField(
            name,
            str(facts[name].facts["type"]),
            str(facts[name].facts.get("of", "")),
            _fields().flag(name, "above_zero"),
            _fields().flag(name, "past"),
        )
        for name in names
    )


def scope_is_dataset(kind: str) -> bool:
    """Whether a clause of this kind is told dataset by dataset, rather than for the whole contract."""
    entry = kinds().entries.get(kind)
    return entry is not None and entry.facts.get("scope") == "dataset"


def is_withheld(kind: str, dataset: int | None, asked: Asked) -> bool:
    """Whether a clause of this kind is not looked for in a dataset because that one holds personal data.

    Law: CRPA L312-1-2 (text read), what holds personal data goes online once nobody can be told in it, save where a law
    says otherwise, those concerned consent, or a decree spares that category of documents.
    """
    entry = kinds().entries.get(kind)
    return entry is not None and entry.facts.get("withheld") == "personal" and dataset in asked.personal_datasets


def together_of(name: str) -> str:
    """What several contracts make of a term: `alike`, `strictest`, `greatest`, or nothing where each keeps its own."""
    entry = _fields().entries.get(name)
    return str(entry.facts.get("together", "")) if entry else ""


def strictest_of(name: str, values: Iterable[Any]) -> Any:
    """Of what is said of a term, what binds where all must be kept; a value the list has no place for comes first."""
    if together_of(name) == "greatest":
        return max(values)
    order = str(_fields().entries[name].facts["order"]).split()

    def place(value: Any) -> int:
        word = str(value).lower()
        return order.index(word) if word in order else -1

    return max(values, key=place)


def term_label(name: str) -> str:
    """The name of a term in the reader's language."""
    return _fields().label(name)


def is_contrary(kind: str) -> bool:
    """Whether the presence of such a clause is the fault."""
    return kinds().flag(kind, "contrary")


@lru_cache(maxsize=64)
def essential_of(kind: str) -> tuple[tuple[str, ...], ...]:
    """The fields without which a clause of this kind binds nobody to anything: one of each of these is needed."""
    entry = kinds().entries.get(kind)
    said = str(entry.facts.get("essential", "")).split() if entry else []
    return tuple(tuple(one.split("|")) for one in said)


def says_something(kind: str, row: Any) -> bool:
    """Whether what an act says of a clause is noted: its essential fields where its kind has some, else anything.

    A clause whose presence is the fault is one as soon as somebody saw it: not to know where would hide it.
    """
    if is_contrary(kind):
        return True
    if essential := essential_of(kind):
        return says_essential(essential, row.terms)
    return bool(row.terms or row.article or row.text or row.reasons)


def says_essential(essential: Iterable[tuple[str, ...]], terms: Mapping[str, Any]) -> bool:
    """Whether one field of each is noted: a penalty without an amount, a schedule without a day bind nobody."""
    return all(any(_is_noted(name, terms) for name in names) for names in essential)


def _is_noted(name: str, terms: Mapping[str, Any]) -> bool:
    """Whether a field is noted; a zero noted before it was refused, where a field is of more, says nothing."""
    return name in terms and (not _fields().flag(name, "above_zero") or bool(Decimal(str(terms[name]))))


def say_lacking(kind: str) -> str:
    """What is to be noted of a clause of which nothing, or not what makes it one, is."""
    if essential := essential_of(kind):
        groups = [_(" ou ").join(f"« {term_label(name)} »" for name in names) for names in essential]
        return _("L’essentiel n’y est pas relevé : notez {fields}.").format(fields=_(" et ").join(groups))
    names = [one.label for one in fields_of(kind)]
    if not names:
        return _("Rien n’y est relevé : notez son article, ou recopiez son texte.")
    return _("Rien n’y est relevé : notez son article, son texte ou l’un de ces champs ({fields}).").format(
        fields=", ".join(names)
    )


def expected_of(asked: Asked) -> list[str]:
    """The kinds one looks for in such a contract, in the order of the list."""
    wanted = {word for word in EXPECTED if getattr(asked, word)}
    return [
        kind for kind, entry in kinds().entries.items() if wanted & set(str(entry.facts.get("expected", "")).split())
    ]


def read_terms(
    kind: str, given: Mapping[str, Any], *, today: date | None = None
) -> tuple[dict[str, Value], list[FieldError]]:
    """What was typed of a clause as it is kept, and one error a value that cannot be; an emptied field says nothing.

    With `today`, the day of something done is none that is to come.
    """
    known = {one.name: one for one in fields_of(kind)}
    kept: dict[str, Value] = {}
    errors: list[FieldError] = []
    for name, said in given.items():
        if name not in known:
            errors.append(FieldError(f"terms.{name}", _("Une clause de ce genre n’a pas ce champ : retirez-le.")))
        elif said not in (None, "", []):
            try:
                kept[name] = known[name].read(said)
            except ValueError as refusal:
                errors.append(FieldError(f"terms.{name}", str(refusal)))
            else:
                if known[name].past and today is not None and str(kept[name]) > today.isoformat():
                    sentence = _("Ce jour est à venir : notez-le une fois que c’est fait.")
                    errors.append(FieldError(f"terms.{name}", sentence))
    return kept, [*errors, *_impossible_days(kept)]


def _impossible_days(kept: Mapping[str, Any]) -> list[FieldError]:
    """What no year has: a thirteenth month, a 30 February."""
    month, day = kept.get("due_month"), kept.get("due_day")
    if month is not None and not 1 <= month <= 12:
        return [FieldError("terms.due_month", _("Donnez un mois de 1 (janvier) à 12 (décembre)."))]
    # In the longest of its years: of one that has no 29 February, the last day of the month binds.
    longest = 31 if month is None else monthrange(_LEAP, month)[1]
    if day is not None and not 1 <= day <= longest:
        sentence = _("Ce jour n’existe pas : ce mois va du 1 au {last}. Vérifiez le jour et le mois.")
        return [FieldError("terms.due_day", sentence.format(last=longest))]
    return []


def say_terms(kind: str, terms: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is noted of a clause: label and value in words, in the order of its kind."""
    return [(one.label, one.say(terms[one.name])) for one in fields_of(kind) if one.name in terms]


def _flag(_field: TermField, said: Any) -> bool:
    found = said if isinstance(said, bool) else _TRUTHS.get(str(said))
    if found is None:
        raise ValueError(_("Répondez par oui ou par non."))
    return found


def _whole(_field: TermField, said: Any) -> int:
    text = "".join(sign for sign in str(said) if not sign.isspace())
    if isinstance(said, bool) or not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > _GREATEST:
        raise ValueError(_("Écrivez un nombre entier, sans unité."))
    return int(text)


def _decimal(said: Any, *, places: int, greatest: int) -> str:
    """A number with a point or a comma, kept as text: money is not counted in floating point."""
    text = "".join(sign for sign in str(said) if not sign.isspace()).removesuffix("€").removesuffix("%")
    found = _DECIMAL.fullmatch(text.replace(",", "."))
    if found is None or not 0 <= Decimal(text.replace(",", ".")) <= greatest:
        raise ValueError(_("Écrivez un nombre, par exemple 150 ou 99,5."))
    # As typed, and not as rounded: « 1.500 » is fifteen hundred to who writes it, and no euro and a half.
    if len(found["after"] or "") > places:
        raise ValueError(_("Trop de chiffres après la virgule."))
    return str(round(Decimal(text.replace(",", ".")), places))


def _percent(_field: TermField, said: Any) -> str:
    return _decimal(said, places=3, greatest=100)


def read_euros(said: Any) -> str:
    """An amount as one types it, to the cent.

    Raises: ValueError with a sentence.
    """
    return _decimal(said, places=2, greatest=_GREATEST)


def _amount(field: TermField, said: Any) -> str:
    found = read_euros(said)
    if field.above_zero and not Decimal(found):
        raise ValueError(_("Zéro euro n’est pas une pénalité : laissez ce champ vide si la clause n’en fixe pas."))
    return found


def _day(_field: TermField, said: Any) -> str:
    try:
        found = date.fromisoformat(str(said))
    except ValueError as error:
        raise ValueError(_("Donnez une date qui existe, par exemple 2026-03-01.")) from error
    if not _EARLIEST <= found.year <= _LATEST:
        raise ValueError(_("Cette année n’est pas possible : vérifiez la date."))
    return found.isoformat()


def _word(_field: TermField, said: Any) -> str:
    text = str(said).strip()
    if len(text) > _LONGEST_WORD or not text.isprintable():
        raise ValueError(_("Trois cents caractères au plus, sur une ligne ; les phrases vont au texte de la clause."))
    return text


def _address(field: TermField, said: Any) -> str:
    """An address on the web: any other, such as one that runs a program, leads nobody to a decision."""
    text = _word(field, said)
    try:
        _WEB.validate_python(text)
    except ValidationError:
        raise ValueError(_("Donnez une adresse complète, qui commence par https://.")) from None
    return text


def _code(field: TermField, said: Any) -> str:
    if str(said) not in dict(field.choices()):
        raise ValueError(_("Choisissez une valeur de la liste."))
    return str(said)


def _codes(field: TermField, said: Any) -> list[str]:
    """Several codes, or their names between commas as one types them."""
    known = load_list(field.of)
    found = []
    for one in said if isinstance(said, list) else str(said).split(","):
        if (words := str(one).strip()) and (code := known.find(words)) is None:
            sentence = _("« {name} » n’est pas dans la liste : séparez les noms par des virgules.")
            raise ValueError(sentence.format(name=words))
        found += [code] if words and code else []
    return list(dict.fromkeys(found))


_READERS: Mapping[str, Any] = {
    "flag": _flag, "whole": _whole, "percent": _percent, "amount": _amount, "day": _day, "word": _word,
    "address": _address, "code": _code,
    "codes": _codes,
}  # fmt: skip
