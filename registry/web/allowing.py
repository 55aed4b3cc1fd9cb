"""What each address may be asked: the answer to OPTIONS, the same for every method of one address.

Litestar answers for the first method it learnt of an address, and forgets the others.
"""

from collections.abc import Iterable
from typing import Any

from litestar import Request, Response, route
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_204_NO_CONTENT


def answer_options(handlers: Iterable[HTTPRouteHandler]) -> HTTPRouteHandler:
    """The handler of OPTIONS for all these addresses; it is to be registered before them."""
    allowed: dict[str, set[str]] = {}
    for handler in handlers:
        for path in handler.paths:
            allowed.setdefault(path, {"OPTIONS"}).update(str(method) for method in handler.http_methods)

    @route(
        sorted(allowed), http_method=["OPTIONS"], status_code=HTTP_204_NO_CONTENT, include_in_schema=False,
        sync_to_thread=False, opt={"permission": None},
    )  # fmt: skip
    def say_allowed(request: Request[Any, Any, Any]) -> Response[None]:
        methods = allowed.get(str(request.scope.get("path_template")), {"OPTIONS"})
        methods |= {"HEAD"} if "GET" in methods else set()
        return Response(None, status_code=HTTP_204_NO_CONTENT, headers={"Allow": ", ".join(sorted(methods))})

    return say_allowed
