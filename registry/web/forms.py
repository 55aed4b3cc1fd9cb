"""Reading what people typed, and saying in words what cannot be kept. The only validation is the form's own."""

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin
from urllib.parse import parse_qsl

from multipart import MultipartParser, parse_options_header  # type: ignore[import-untyped]
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, core_schema

from registry.kernel.errors import FieldError, Invalid
from registry.kernel.words import _, mark, ngettext

Form = TypeVar("Form", bound=BaseModel)
MOST_FIELDS = 20_000
_LONGEST_NUMBER = 19
"""Digits from which on a number may not fit where the database keeps it."""
WHOLE = "_"
"""The name under which an error stands that concerns the form as a whole."""

_NOT_FIELDS = frozenset({"_csrf", "version"})
_ILLEGIBLE = mark("Ce formulaire est illisible : rechargez la page puis envoyez-le de nouveau.")
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
"""What no text may hold: the character NUL and halves of characters."""


@dataclass(frozen=True)
class FormData:
    """The raw values of a form: each name may come several times."""

    values: Mapping[str, list[str]] = field(default_factory=dict)
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)

    def first(self, name: str) -> str:
        """The first value of a name, or nothing."""
        return self.values.get(name, [""])[0]

    def all(self, name: str) -> list[str]:
        """Every value of a name."""
        return list(self.values.get(name, []))

    def has(self, name: str) -> bool:
        """Whether the form shows that name."""
        return name in self.values

    def pairs(self, *, but: str) -> list[tuple[str, str]]:
        """Every name with each of its values, except one name's."""
        return [(name, value) for name, values in self.values.items() if name != but for value in values]

    def names(self) -> list[str]:
        """Every name of the form."""
        return list(self.values)


@dataclass(frozen=True)
class Accepted(Generic[Form]):
    """A form that can be kept."""

    form: Form

    def given(self) -> dict[str, Any]:
        """The fields given, as they are kept rather than as they were typed: « 12.0 » is 12."""
        return self.form.model_dump(mode="json", include=self.form.model_fields_set)


@dataclass(frozen=True)
class Rejected:
    """What was typed, with one sentence for each field that cannot be kept."""

    values: Mapping[str, Any]
    errors: Mapping[str, str]


def read_number(said: str) -> int | None:
    """The whole number that stands in an address or a header, or nothing where none stands that the database holds."""
    if not (said.isascii() and said.isdigit() and len(said) < _LONGEST_NUMBER):
        return None
    return int(said)


def read_form(content_type: str, body: bytes) -> FormData:
    """The raw values of a form's body; a body that is no form holds none.

    Raises: Invalid when it says it is a form and is not one.
    """
    kind, options = parse_options_header(content_type)
    values: dict[str, list[str]] = {}
    files: dict[str, tuple[str, bytes]] = {}
    try:
        if kind == "multipart/form-data":
            parser = MultipartParser(
                io.BytesIO(body), options["boundary"], memory_limit=2**28, disk_limit=2**28, part_limit=MOST_FIELDS
            )
            for part in parser:
                if part.filename:
                    files[part.name] = (part.filename, part.raw)
                else:
                    values.setdefault(part.name, []).append(part.value.replace("\r\n", "\n"))
        elif kind == "application/x-www-form-urlencoded":
            text = body.decode("utf-8")
            for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"):
                values.setdefault(name, []).append(value.replace("\r\n", "\n"))
    except (ValueError, KeyError) as error:
        raise Invalid(_(_ILLEGIBLE)) from error
    return FormData(values, files)


def parse_form(of: type[Form], data: FormData, *, today: date | None = None) -> Accepted[Form] | Rejected:
    """The typed form, or what was typed with its errors. A field left empty is one nobody filled.

    `today` is what forms that refuse a day to come compare with.
    """
    known: dict[str, Any] = {}
    for name in data.names():
        if name not in of.model_fields and name in _NOT_FIELDS:
            continue
        kinds = _kinds_of(of, name)
        filled = [value for value in data.all(name) if value.strip()]
        if str not in kinds:
            # A text strips itself if it is meant to: a password keeps the spaces somebody typed.
            filled = [value.strip() for value in filled]
        if kinds & _SEVERAL:
            known[name] = filled
        elif filled:
            known[name] = filled[0]
    return parse_values(of, known, today=today)


def parse_values(of: type[Form], values: Mapping[str, Any], *, today: date | None = None) -> Accepted[Form] | Rejected:
    """The typed form of these values, or the values with their errors."""
    wrong = {path: _(_NOT_LEGIBLE) for path, text in _texts(values) if _NOT_TEXT.search(text)}
    wrong |= dict(numbers_for_days(of, values))
    try:
        form = of.model_validate(values, context={"today": today})
    except ValidationError as error:
        return Rejected(dict(values), {**say_errors(error), **wrong})
    return Rejected(dict(values), wrong) if wrong else Accepted(form)


def parse_body(of: type[Form], body: bytes, *, today: date | None = None) -> Form:
    """The typed body of an API call.

    Raises: Invalid, with one error a field.
    """
    try:
        form = of.model_validate_json(body or b"", strict=True, context={"today": today})
        wrong: dict[str, str] = {}
    except ValidationError as error:
        wrong = say_errors(error)
        if any(problem["type"] == "json_invalid" for problem in error.errors(include_url=False)):
            raise Invalid(_("Le corps de la requête ne convient pas."), _problems(wrong)) from error
    wrong |= dict(numbers_for_days(of, json.loads(body)))
    if wrong:
        raise Invalid(_("Le corps de la requête ne convient pas."), _problems(wrong))
    if b"\\u0000" in body:
        wrong = {path: _(_NOT_LEGIBLE) for path, text in _texts(form.model_dump()) if "\x00" in text}
        if wrong:
            raise Invalid(_("Le corps de la requête ne convient pas."), _problems(wrong))
    return form


def _problems(wrong: Mapping[str, str]) -> tuple[FieldError, ...]:
    return tuple(FieldError(path, message) for path, message in wrong.items())


def numbers_for_days(of: type[BaseModel], values: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Where a bare number was given for a day or an instant, with what to do.

    Pydantic takes one for seconds since 1970: nobody types that, and an absurd day would be kept in silence.
    """
    for name, value in values.items() if isinstance(values, Mapping) else ():
        declared = of.model_fields.get(name)
        if declared is None:
            continue
        annotation: Any = declared.annotation
        leaves, here = _leaves(annotation), f"{path}{name}"
        for number, one in enumerate(value) if isinstance(value, list | tuple) else ((None, value),):
            place = here if number is None else f"{here}.{number}"
            is_bare = _BARE_NUMBER.fullmatch(one) if isinstance(one, str) else isinstance(one, int | float)
            if leaves & {date, datetime} and is_bare:
                yield place, _(_INSTANT if datetime in leaves else _DAY)
            for inner in leaves:
                if issubclass(inner, BaseModel):
                    yield from numbers_for_days(inner, one, f"{place}.")


_BARE_NUMBER = re.compile(r"\s*[-+]?\d+(\.\d*)?\s*")


@lru_cache(maxsize=1000)
def _leaves(annotation: Any) -> frozenset[type]:
    """Every plain type a field may hold, within lists too."""
    if inner := get_args(annotation):
        held = inner[:1] if get_origin(annotation) is Annotated else inner
        return frozenset[type]().union(*(_leaves(one) for one in held))
    return frozenset([annotation]) if isinstance(annotation, type) else frozenset()


def say_errors(error: ValidationError) -> dict[str, str]:
    """One sentence for each field that cannot be kept, by its path."""
    said: dict[str, str] = {}
    for problem in error.errors(include_url=False):
        path = ".".join(str(step) for step in problem["loc"]) or WHOLE
        said.setdefault(path, _say(problem))
    return said


_SEVERAL = frozenset({list, tuple, set, frozenset, Sequence})


@lru_cache(maxsize=1000)
def _kinds_of(of: type[BaseModel], name: str) -> frozenset[Any]:
    """The plain types a field of a form may hold; none for a field it does not have."""
    declared = of.model_fields.get(name)
    return _kinds(declared.annotation) if declared is not None else frozenset()


def _kinds(annotation: Any) -> frozenset[Any]:
    """The plain types within: `Annotated[list[str], …] | None` holds a list or nothing."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kinds(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        return frozenset().union(*(_kinds(one) for one in get_args(annotation)))
    return frozenset({origin or annotation})


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text among these values, with where it stands."""
    if isinstance(value, str):
        yield path or WHOLE, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{path}.{number}" if path else str(number))


_NOT_LEGIBLE = mark("Ce texte contient un caractère illisible : effacez-le et retapez-le.")
_NEEDED = mark("Ce champ est nécessaire : remplissez-le.")
_WHOLE_NUMBER = mark("Donnez un nombre entier, en chiffres.")
_NUMBER = mark("Donnez un nombre, en chiffres ; le signe décimal est le point.")
_DAY = mark("Donnez une date qui existe, sous la forme année-mois-jour : 2026-11-24.")
_INSTANT = mark("Donnez une date et une heure qui existent, par exemple 2026-11-24T09:30:00+01:00.")
_ADDRESS = mark("Donnez une adresse complète, qui commence par https://.")
_MAILBOX = mark("Donnez une adresse électronique complète, par exemple service.donnees@ville.fr.")
_IN_LIST = mark("Choisissez une valeur de la liste : {choices}.")
_TEXT = mark("Un texte est attendu.")

_SENTENCES = {
    "missing": _NEEDED,
    "none_required": mark("Ce champ doit rester vide : effacez-le."),
    "extra_forbidden": mark("Ce champ est inconnu : vérifiez son nom, ou enlevez-le."),
    "string_type": _TEXT,
    "string_unicode": _NOT_LEGIBLE,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": mark("Donnez un jour, sans heure : 2026-11-24."),
    "date_past": mark("Donnez une date passée."),
    "date_future": mark("Donnez une date à venir."),
    "datetime_type": _INSTANT,
    "datetime_parsing": _INSTANT,
    "datetime_from_date_parsing": _INSTANT,
    "timezone_aware": _INSTANT,
    "int_parsing": _WHOLE_NUMBER,
    "int_type": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "int_parsing_size": mark("Ce nombre est trop grand : vérifiez-le."),
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_max_places": mark("Donnez au plus {decimal_places} chiffres après la virgule."),
    "decimal_max_digits": mark("Ce nombre est trop grand : vérifiez-le."),
    "decimal_whole_digits": mark("Ce nombre est trop grand : vérifiez-le."),
    "finite_number": _NUMBER,
    "bool_parsing": mark("Répondez par oui ou par non."),
    "bool_type": mark("Répondez par oui ou par non."),
    "list_type": mark("Une liste est attendue."),
    "tuple_type": mark("Une liste est attendue."),
    "set_type": mark("Une liste est attendue."),
    "greater_than": mark("Donnez un nombre supérieur à {gt}."),
    "greater_than_equal": mark("Donnez un nombre d’au moins {ge}."),
    "less_than": mark("Donnez un nombre inférieur à {lt}."),
    "less_than_equal": mark("Donnez un nombre d’au plus {le}."),
    "url_type": _ADDRESS,
    "url_parsing": _ADDRESS,
    "url_scheme": _ADDRESS,
    "url_syntax_violation": _ADDRESS,
    "url_too_long": mark("Cette adresse est trop longue : {max_length} caractères au plus."),
    "json_invalid": mark("Le corps de la requête n’est pas du JSON lisible, en UTF-8."),
    "json_type": mark("Le corps de la requête doit être du JSON."),
    "model_type": mark("Un objet JSON est attendu."),
    "dict_type": mark("Un objet JSON est attendu."),
}
_SHAPES = {"@": _MAILBOX, "http": _ADDRESS}
_PYDANTIC = frozenset(get_args(core_schema.ErrorType))


def _say(problem: ErrorDetails) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if problem["loc"] and problem["input"] is None and (kind.endswith("_type") or kind in {"enum", "literal_error"}):
        # Nothing was given where something must be: of which type is no matter yet.
        return _(_NEEDED)
    if kind in _SENTENCES:
        return _(_SENTENCES[kind]).format(**context)
    if kind in {"enum", "literal_error"}:
        choices = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return _(_IN_LIST).format(choices=", ".join(choices))
    if kind == "string_pattern_mismatch":
        pattern = str(context.get("pattern", ""))
        shape = next((sentence for sign, sentence in _SHAPES.items() if sign in pattern), None)
        return _(shape) if shape else _("Cette valeur n’a pas la forme attendue : suivez l’exemple.")
    if kind.endswith(("too_short", "too_long")):
        return _say_length(kind, context)
    if kind in _PYDANTIC:
        return _("Cette valeur ne convient pas : corrigez-la.")
    # A validator of ours: its message is already a sentence for people.
    return problem["msg"]


def _say_length(kind: str, context: Mapping[str, Any]) -> str:
    of_text = kind.startswith(("string", "bytes"))
    if kind.endswith("too_short"):
        least = int(context["min_length"])
        if least == 1:
            return _(_NEEDED)
        words = (
            ngettext("Trop court : au moins {count} caractère.", "Trop court : au moins {count} caractères.", least)
            if of_text
            else ngettext("Donnez au moins {count} valeur.", "Donnez au moins {count} valeurs.", least)
        )
        return words.format(count=least)
    most = int(context["max_length"])
    if not of_text:
        return _("Trop de valeurs : {count} au plus.").format(count=most)
    return ngettext("Trop long : {count} caractère au plus.", "Trop long : {count} caractères au plus.", most).format(
        count=most
    )
