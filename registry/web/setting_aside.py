"""Annulling a record that is never deleted, and bringing it back: the same API calls and page for every kind."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import GenericAlias
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK

from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.web.calls import ApiCall
from registry.web.forms import Accepted, Rejected, read_number
from registry.web.saving import Unsaved, save
from registry.web.typed import SHORTEST_REASON, AnnulForm
from registry.web.visits import Visit, route

_NUMBER = re.compile(r"\{(\w+):int\}")


@dataclass(frozen=True)
class Aside:
    """A record that can be set aside or brought back, for the page that asks why.

    `row` has a version and says whether it is annulled. `trail` are the crumbs that lead there, `back` where one goes
    then. `heads` and `sentences` tell setting it aside, then bringing it back; without heads, the title is told.
    `act` is called with `expected`, `reason` and `annulled`.
    """

    row: Any
    title: str
    trail: Sequence[tuple[str, str]]
    sentences: tuple[str, str]
    back: str
    act: Callable[..., Any]
    heads: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class AsidePage:
    """The question asked before a record is set aside, or brought back: why."""

    title: str
    trail: Sequence[tuple[str, str]]
    head: str
    sentence: str
    address: str
    back: str
    version: int
    annulled: bool
    reason: str
    errors: Mapping[str, str]


def asking_why(
    path: str, permission: Permission, about: Callable[[Visit, int], Aside], *, done: tuple[str, str]
) -> tuple[HTTPRouteHandler, HTTPRouteHandler]:
    """The page at `path` that asks why a record is set aside or brought back, and what it then does.

    `path` names the record by its only number; `about` finds it, and refuses who may not; `done` are the notices of
    setting aside and of bringing back.
    """

    def show(visit: Visit, number: int) -> Response[Any]:
        one = about(visit, number)
        return _ask(visit, one, one.row.version)

    def answer(visit: Visit, number: int) -> Response[Any]:
        one, data = about(visit, number), visit.form_data()
        expected, aside, read = read_number(data.first("version")) or 0, not one.row.annulled, to_say_why(visit)
        made = save(read, lambda form: one.act(expected=expected, reason=form.reason, annulled=aside))
        if isinstance(made, Unsaved):
            return _ask(visit, one, made.version or expected or one.row.version, made)
        return visit.go(one.back, done=done[0] if aside else done[1])

    show.__doc__ = "Asks why a record is set aside, or brought back."
    answer.__doc__ = "Sets a record aside, or brings it back, with a reason."
    return (
        route("GET", path, permission)(_numbered(show, path, about, f"show{about.__name__}")),
        route("POST", path, permission)(_numbered(answer, path, about, f"answer{about.__name__}")),
    )


def to_say_why(visit: Visit) -> Accepted[AnnulForm] | Rejected:
    """The reason that a form gives; one too short is asked for in a sentence."""
    read = visit.form(AnnulForm)
    if isinstance(read, Rejected) and len(visit.form_data().first("reason").strip()) < SHORTEST_REASON:
        return Rejected(read.values, {"reason": _("Dites en quelques mots pourquoi : ce motif reste au registre.")})
    return read


def _ask(visit: Visit, one: Aside, version: int, unsaved: Unsaved | None = None) -> Response[Any]:
    annulled = bool(one.row.annulled)
    page = AsidePage(
        title=one.title, trail=one.trail, head=one.heads[annulled], sentence=one.sentences[annulled],
        address=visit.request.url.path, back=one.back, version=version, annulled=annulled,
        reason=visit.form_data().first("reason") if unsaved is not None else "",
        errors=unsaved.errors if unsaved is not None else {},
    )  # fmt: skip
    return visit.page("web/set_aside.html", page, status=unsaved.status if unsaved is not None else HTTP_200_OK)


def _numbered(
    handler: Callable[[Visit, int], Response[Any]], path: str, told_by: Callable[..., Any], name: str,
    gives: Any = Response[Any],
) -> Callable[..., Response[Any]]:  # fmt: skip
    """The handler under the name that `path` gives its only number, as if the module of `told_by` had written it."""
    (number,) = _NUMBER.findall(path)

    def answer(visit: Visit, **of: int) -> Response[Any]:
        return handler(visit, of[number])

    answer.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("visit", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Visit),
            inspect.Parameter(number, inspect.Parameter.KEYWORD_ONLY, annotation=int),
        ],
        return_annotation=gives,
    )
    answer.__module__, answer.__name__, answer.__doc__ = told_by.__module__, name, handler.__doc__
    return answer


def setting_aside(
    path: str,
    permission: Permission,
    body: type,
    *,
    about: Callable[..., ApiCall],
    named: tuple[str, str],
    says: tuple[str, str],
    reason: str,
    get: Callable[[Any, int], Any],
    act: Callable[..., Any],
    tell: Callable[[Visit, Any], Any],
) -> tuple[HTTPRouteHandler, HTTPRouteHandler]:
    """`POST {path}/annulment` and `/restoration`, each with a reason and If-Match.

    `path` names the record by its only number. `named` are the calls' names in the document of the API (operationId),
    which programs may hold on to; `says` what it tells of each, marked for translation; `reason` an example. `get`
    gives the record, whose body the visitor must have the permission on; `act` is the service, called with `expected`,
    `reason` and `annulled`; `tell` the answer, of the shape of `body`.
    """

    def call(end: str, calling: str, sentence: str, *, annulled: bool) -> HTTPRouteHandler:
        def answer(visit: Visit, number: int) -> Response[Any]:
            expected, given = visit.expected_version(), visit.given(AnnulForm)
            visit.visitor.require(permission, get(visit.session, number).organisation_id)
            made = act(visit.session, number, expected=expected, reason=given.reason, annulled=annulled)
            return visit.answer(tell(visit, made))

        answer.__doc__ = "Sets a record aside, with a reason." if annulled else "Brings an annulled record back."
        asked = about(sentence, versioned=True, example={"reason": reason})
        named_so = _numbered(answer, path, get, calling, GenericAlias(Response, (body,)))
        return route("POST", f"{path}/{end}", permission, takes=AnnulForm, about=asked)(named_so)

    (annul, restore), (annuls, restores) = named, says
    return (
        call("annulment", annul, annuls, annulled=True),
        call("restoration", restore, restores, annulled=False),
    )
