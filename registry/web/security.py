"""What every answer carries, errors included: security headers, a request number, a line in the log.

Litestar's own middlewares never see an address or a method that has no route: this one stands before the
whole application.
"""

import re
import secrets
import time
from collections.abc import Iterable
from urllib.parse import quote

import structlog
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from prometheus_client import Histogram

log = structlog.get_logger("registry.access")
DURATIONS = Histogram("beffroi_request_seconds", "Duration of requests", ["method", "status"])

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
OVER_HTTPS = (b"strict-transport-security", b"max-age=31536000")
"""RFC 6797 § 7.2: said over https only."""

_SECRET = re.compile(r"[\w-]{40,}")
"""What has the length of the secrets that our links hold."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


WITHOUT_BODY = "without_body"
"""What the state of a request says when only the head of its answer is asked for."""


def secure(app: Litestar, *, https: bool = False) -> None:
    """Puts the security headers, the request number and the access log before an application.

    `https` says that people reach it over https, even if a proxy in front speaks plain http to it.
    """
    app.asgi_handler = SecurityMiddleware(app.asgi_handler, https=https)


class SecurityMiddleware:
    """Adds the headers to every answer and writes one line of log for it."""

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self._app, self._https = app, https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] == ScopeType.HTTP:
            await self._answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        request_id = secrets.token_hex(8)
        scope["state"]["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        method, started, status = str(scope["method"]), time.perf_counter(), 500
        without_body = method == "HEAD"
        if without_body:
            scope["method"] = "GET"  # Whatever can be read can be asked for by HEAD.
            scope["state"][WITHOUT_BODY] = True
        over_https = self._https or scope["scheme"] == "https"

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _dress(message["headers"], request_id, over_https=over_https)
            elif message["type"] == "http.response.body" and without_body:
                message["body"] = b""
            await send(message)

        try:
            await self._app(scope, receive, dressed)
        finally:
            seconds = time.perf_counter() - started
            DURATIONS.labels(method if method in _METHODS else "other", str(status)).observe(seconds)
            log.info(
                "request", method=method[:20], path=loggable_path(scope), status=status, ms=round(seconds * 1000, 1)
            )


def _dress(given: Iterable[tuple[bytes, bytes]], request_id: str, *, over_https: bool) -> list[tuple[bytes, bytes]]:
    headers = list(given)
    names = {name.lower() for name, _value in headers}
    headers += [(b"x-request-id", request_id.encode()), *HEADERS]
    if over_https:
        headers.append(OVER_HTTPS)
    if b"cache-control" not in names:
        headers.append((b"cache-control", b"no-store"))
    return headers


def loggable_path(scope: Scope) -> str:
    """The address of a request as a log may keep it: on one line, without its query, without the secret of a link.

    Of an address that no route has, what looks like a secret is left out: a link is easily copied with a sign too many.
    """
    template = str(scope.get("path_template") or "")
    path = template if "{token" in template else scope["path"] if template else _SECRET.sub("{token}", scope["path"])
    return quote(path, safe="/{}:@-._~!$&'()*+,;=", errors="replace")[:500]
