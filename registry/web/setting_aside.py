"""The two API calls that annul a record and bring it back: the same for every record that is never deleted."""

import inspect
import re
from collections.abc import Callable
from types import GenericAlias
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.kernel.permissions import Permission
from registry.web.calls import ApiCall
from registry.web.typed import AnnulForm
from registry.web.visits import Visit, route

_NUMBER = re.compile(r"\{(\w+):int\}")


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
    (name,) = _NUMBER.findall(path)

    def call(end: str, calling: str, sentence: str, *, annulled: bool) -> HTTPRouteHandler:
        def answer(visit: Visit, **of: int) -> Response[Any]:
            expected, given, number = visit.expected_version(), visit.given(AnnulForm), of[name]
            visit.visitor.require(permission, get(visit.session, number).organisation_id)
            made = act(visit.session, number, expected=expected, reason=given.reason, annulled=annulled)
            return visit.answer(tell(visit, made))

        answer.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [
                inspect.Parameter("visit", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Visit),
                inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=int),
            ],
            return_annotation=GenericAlias(Response, (body,)),
        )
        answer.__module__, answer.__name__ = get.__module__, calling
        answer.__doc__ = "Sets a record aside, with a reason." if annulled else "Brings an annulled record back."
        asked = about(sentence, versioned=True, example={"reason": reason})
        return route("POST", f"{path}/{end}", permission, takes=AnnulForm, about=asked)(answer)

    (annul, restore), (annuls, restores) = named, says
    return (
        call("annulment", annul, annuls, annulled=True),
        call("restoration", restore, restores, annulled=False),
    )
