"""What each address may be asked: the answer to OPTIONS, the same for every method of one address.

Litestar answers for the first method it learnt of an address, and forgets the others.
"""

from collections.abc import Iterable

from litestar import Response, route
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_204_NO_CONTENT


def answer_options(handlers: Iterable[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """The handlers of OPTIONS for all these addresses, one each; they are to be registered before them."""
    allowed: dict[str, set[str]] = {}
    for handler in handlers:
        for path in handler.paths:
            allowed.setdefault(path, {"OPTIONS"}).update(str(method) for method in handler.http_methods)
    return [_saying(path, methods | ({"HEAD"} if "GET" in methods else set())) for path, methods in allowed.items()]


def _saying(path: str, methods: set[str]) -> HTTPRouteHandler:
    said = ", ".join(sorted(methods))

    @route(
        path, http_method=["OPTIONS"], status_code=HTTP_204_NO_CONTENT, include_in_schema=False,
        sync_to_thread=False, opt={"permission": None},
    )  # fmt: skip
    def say_allowed() -> Response[None]:
        return Response(None, status_code=HTTP_204_NO_CONTENT, headers={"Allow": said})

    return say_allowed
