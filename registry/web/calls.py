"""A call of the API: what it says of itself, what it takes and what it answers, declared once for both.

What a call declares is what the guard checks and what the OpenAPI document tells (`openapi.py`): the document
cannot drift from the code.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED
from multipart import parse_options_header  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from registry.kernel.errors import FieldError, Invalid, PreconditionNeeded, WrongMediaType
from registry.kernel.paging import read_place, write_place
from registry.kernel.words import _, mark
from registry.web.forms import numbers_for_days, read_number, say_errors

Questions = TypeVar("Questions", bound=BaseModel)
MOST_A_PAGE, A_PAGE = 200, 50
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""The number of a record, as the database may hold it."""
JSON = "application/json"


class NoQuestion(BaseModel):
    """An address that takes no question."""

    model_config = ConfigDict(extra="forbid")


class AnyQuestions(BaseModel):
    """An address whose questions are a page's own: read there."""

    model_config = ConfigDict(extra="allow")


class PageQuestions(BaseModel):
    """What every list is asked: how much of it, and from where on."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[
        int, Field(ge=1, le=MOST_A_PAGE, description=mark("Le nombre de lignes d’une page, de 1 à 200."))
    ] = A_PAGE
    cursor: Annotated[
        str, Field(max_length=2000, description=mark("Le « next » de la page précédente ; rien pour la première."))
    ] | None = None  # fmt: skip

    def place(self, *kinds: type) -> tuple[Any, ...] | None:
        """The place to go on from in this very list.

        Raises: Invalid.
        """
        return read_place(self._list(), self.cursor, *kinds)

    def following(self, place: Sequence[Any] | None) -> str | None:
        """The cursor of the page that begins after a place; none where there is no more."""
        return None if place is None else write_place(self._list(), place)

    def _list(self) -> str:
        """What tells this list from every other: whose it is, and what it is narrowed to."""
        return f"{type(self).__name__}{self.model_dump_json(exclude={'limit', 'cursor'})}"


@dataclass(frozen=True)
class ApiCall:
    """What the document tells of a call.

    `says` is one French sentence, `tag` the section it stands in; `labels` gives the French name of a field, or
    nothing; `among` the values a part of the address may take. `versioned` calls ask for If-Match; `status` is the
    answer's when all went well.
    """

    tag: str
    says: str
    more: str = ""
    asks: type[BaseModel] = NoQuestion
    labels: Callable[[str], str] = lambda _name: ""
    example: Mapping[str, Any] | None = None
    versioned: bool = False
    status: int = HTTP_200_OK
    media_types: tuple[str, ...] = (JSON,)
    located: bool = False
    unlocated: bool = False
    among: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def creates(self) -> bool:
        """Whether the answer says where the thing made stands."""
        return self.located or (self.status == HTTP_201_CREATED and not self.unlocated)


def read_questions(of: type[Questions], asked: Mapping[str, list[str]]) -> Questions:
    """What stands in the address's query, typed; a name nobody knows, or given twice, is refused.

    Raises: Invalid, with one error a name.
    """
    if of.model_config.get("extra") == "allow":
        return of()
    given: dict[str, Any] = {}
    twice: list[FieldError] = []
    for name, values in asked.items():
        kinds = _kinds(of, name)
        if "array" in kinds:
            given[name] = [_typed(one, _kinds(of, name, each=True)) for one in values]
        elif len(values) > 1:
            twice.append(FieldError(name, _("Ce paramètre est donné deux fois : gardez-en un.")))
        else:
            given[name] = _typed(values[0], kinds)
    try:
        questions = of.model_validate_json(json.dumps(given), strict=True)
    except ValidationError as error:
        said = {**say_errors(error), **dict(numbers_for_days(of, given))}
        problems = tuple(FieldError(path, message) for path, message in said.items())
        raise Invalid(_said(*problems, *twice), (*problems, *twice)) from error
    twice += [FieldError(*one) for one in numbers_for_days(of, given)]
    if twice:
        raise Invalid(_said(*twice), tuple(twice))
    return questions


def read_version(if_match: str) -> int:
    """The version a change is based on, from `If-Match`: an ETag as it was read.

    Raises: PreconditionNeeded when it is missing (428); Invalid when it makes no sense.
    """
    if not if_match:
        raise PreconditionNeeded(
            _("Donnez dans If-Match l’ETag lu : sans lui, la modification d’un autre pourrait se perdre.")
        )
    # What stands between may have compressed the answer and called its tag weak: the version is the same.
    said = if_match.strip().removeprefix("W/")
    # After the version, a tag that was read tells what else the answer said: see web/unchanged.py.
    number = read_number(said[1:-1].partition("-")[0]) if len(said) > 2 and said[0] == said[-1] == '"' else None
    if number is None:
        raise Invalid(_('If-Match attend l’ETag tel qu’il a été lu, par exemple "3".'))
    return number


def check_json(content_type: str, body: bytes) -> None:
    """Refuses what a JSON body must not be: another kind of text, another charset, a name given twice.

    Raises: WrongMediaType; Invalid.
    """
    kind, options = parse_options_header(content_type)
    if body and (kind != JSON or options.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}):
        raise WrongMediaType(_("Envoyez du JSON en UTF-8, sous Content-Type: application/json."))
    try:
        json.loads(body or b"null", object_pairs_hook=_once_each, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        if isinstance(error.__cause__, Invalid):
            raise error.__cause__ from None
        raise Invalid(_("Le corps de la requête n’est pas du JSON lisible, en UTF-8.")) from error


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError from Invalid(
            _("« {name} » est donné deux fois dans un même objet JSON : gardez-en un.").format(name=twice[:100])
        )
    return found


def _no_number(said: str) -> Any:
    raise ValueError(said)


def _said(*problems: FieldError) -> str:
    return _("L’adresse ne convient pas : « {name} ». {why}").format(name=problems[0].path, why=problems[0].message)


def _kinds(of: type[BaseModel], name: str, *, each: bool = False) -> frozenset[str]:
    """The JSON types a question takes, or each of its values does; none for one nobody knows."""
    declared = of.model_json_schema()["properties"].get(name, {}) if name in of.model_fields else {}
    declared = declared.get("items", {}) if each else declared
    return frozenset(one.get("format") or one.get("type", "string") for one in declared.get("anyOf", [declared]))


def _typed(said: str, kinds: frozenset[str]) -> Any:
    if "integer" in kinds and said.removeprefix("-").isdigit() and said.isascii() and len(said) < 20:
        return int(said)
    if "boolean" in kinds and said in {"true", "false"}:
        return said == "true"
    return said
