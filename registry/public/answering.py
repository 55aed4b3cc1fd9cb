"""How the public is answered: the same for everybody, kept for some minutes by whoever stands between."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from litestar import Response
from litestar.enums import MediaType
from litestar.status_codes import HTTP_200_OK, HTTP_304_NOT_MODIFIED

from registry.web.sending import Sent
from registry.web.templating import render
from registry.web.unchanged import said_tags
from registry.web.visits import Visit

KEPT = "public, max-age=300"
"""Units: seconds. How long what was withdrawn may still be shown by a proxy."""


def page(visit: Visit, template: str, view: object, *, status: int = HTTP_200_OK) -> Response[Any]:
    """A page, or word that it is the one the reader has."""
    body = render(template, view, visit.shell()).encode()
    if status != HTTP_200_OK:
        return Response(body, media_type=MediaType.HTML, status_code=status, headers={"Cache-Control": "no-cache"})
    tag = _tag(body.decode())
    headers = {**_headers(tag), "Vary": "Accept-Language"}
    if _has(visit, tag):
        return Response(b"", status_code=HTTP_304_NOT_MODIFIED, media_type=MediaType.HTML, headers=headers)
    return Response(body, media_type=MediaType.HTML, headers=headers)


def feed(visit: Visit, pieces: Iterator[bytes], *, mark: str, media_type: str, name: str = "") -> Response[Any]:
    """A file for programs, sent as it is made; not made at all for who has the one that bears this mark."""
    if not media_type.startswith("text/"):
        # Of a text the framework says it: said here as well, it would stand twice.
        media_type = f"{media_type}; charset=utf-8"
    tag = _tag(f"{mark} {visit.request.url.path} {visit.request.url.query} {visit.shell().version}")
    headers = _headers(tag)
    if _has(visit, tag):
        return Response(b"", status_code=HTTP_304_NOT_MODIFIED, media_type=media_type, headers=headers)
    if name:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Sent(pieces, media_type=media_type, headers=headers)


def _tag(said: str) -> str:
    return f'"{sha256(said.encode()).hexdigest()[:24]}"'


def _headers(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": KEPT}


def _has(visit: Visit, tag: str) -> bool:
    return bool({tag, "*"} & said_tags(visit.request.headers.get("if-none-match", "")))
