"""Forms come from our own pages: a token tied to the session, and the browser's own word on where it was sent from."""

import hmac
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from litestar import Request

_OURS = frozenset({"same-origin", "none"})


def csrf_token(secret: bytes, key: bytes) -> str:
    """The token of the forms shown to the holder of a cookie; it tells nothing of the cookie."""
    return hmac.new(key, b"form:" + secret, sha256).hexdigest()


def check_csrf(given: str, secret: bytes, key: bytes, request: Request[Any, Any, Any]) -> bool:
    """Whether a form comes from a page of this site, shown to the holder of this very cookie."""
    wanted = csrf_token(secret, key)
    fits = hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
    return bool(secret) and fits and _sent_from_here(request)


def _sent_from_here(request: Request[Any, Any, Any]) -> bool:
    """Whether nothing says that the form was sent from elsewhere; a program says nothing, and its token decides."""
    return browser_says_here(request) is not False


def browser_says_here(request: Request[Any, Any, Any]) -> bool | None:
    """Whether a form was sent from a page of this site, by the browser's own word; None where it says nothing.

    `Sec-Fetch-Site` is believed first: it holds behind a proxy that rewrites the host.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in _OURS
    origin = request.headers.get("origin")
    return None if origin is None else urlsplit(origin).netloc == request.headers.get("host", "")
