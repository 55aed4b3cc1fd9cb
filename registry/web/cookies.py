"""What a request shows of who sends it: the cookies of a browser, or the key of a program."""

from typing import Any

from litestar import Request

SESSION_COOKIE, LOCAL_SESSION_COOKIE, VISITOR_COOKIE, LOCAL_VISITOR_COOKIE, LOCALE_COOKIE = (
    "__Host-beffroi", "beffroi", "__Host-beffroi_visite", "beffroi_visite", "langue",
)  # fmt: skip
"""`__Host-` cookies are refused by browsers over plain http elsewhere than on localhost."""


def bearer_of(request: Request[Any, Any, Any]) -> str:
    """The key a program gives, or nothing."""
    said: str = request.headers.get("authorization", "")
    return (said[7:].strip() or "-") if said.lower().startswith("bearer ") else ""


def session_token(request: Request[Any, Any, Any], *, https: bool) -> str:
    """What the cookie of a signed-in browser holds, or nothing."""
    return _cookie_of(request, SESSION_COOKIE, LOCAL_SESSION_COOKIE, https=https)


def visitor_token(request: Request[Any, Any, Any], *, https: bool) -> str:
    """What the cookie of a browser that is not signed in holds, or nothing."""
    return _cookie_of(request, VISITOR_COOKIE, LOCAL_VISITOR_COOKIE, https=https)


def _cookie_of(request: Request[Any, Any, Any], bound: str, local: str, *, https: bool) -> str:
    """A cookie of ours: where people come over https, only the one that no other site can have set."""
    kept: str = request.cookies.get(bound, "")
    return kept if kept or https else request.cookies.get(local, "")
