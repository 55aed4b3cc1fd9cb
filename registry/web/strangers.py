"""A visitor without an account: the cookie their forms' token is tied to."""

import secrets

from litestar.datastructures import Cookie

from registry.web.cookies import LOCAL_VISITOR_COOKIE, VISITOR_COOKIE
from registry.web.visits import Visit, is_https


def recognise_next_time(visit: Visit) -> None:
    """Gives who is not signed in a cookie, unless they have one: the page may then hold a form."""
    if visit.visitor_or_none is not None or visit.secret:
        return
    fresh, https = secrets.token_urlsafe(24), is_https(visit.premises)
    visit.secret = fresh.encode()
    visit.cookies.append(
        Cookie(
            key=VISITOR_COOKIE if https else LOCAL_VISITOR_COOKIE,
            value=fresh,
            path="/",
            secure=https,
            httponly=True,
            samesite="lax",
        )
    )
