"""What belongs to every page: the reader's language, and how far the pages are accessible."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from litestar import Litestar, Response
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from registry.web.addresses import within_site
from registry.web.cookies import LOCALE_COOKIE
from registry.web.visits import EVERYBODY, Visit, route
from registry.web.words import LOCALES

_A_YEAR = 365 * 24 * 3600
_PARAMETER = re.compile(r"\{\w+:(\w+)\}")
_OF_TYPE = {"int": r"\d+"}


@dataclass(frozen=True)
class AccessibilityPage:
    """The accessibility statement the law asks of every public body's site.

    Law: loi 2005-102 art. 47, décret 2019-768.
    """

    authority: str


@route("POST", "/langue", EVERYBODY)
def choose_language(visit: Visit) -> Response[Any]:
    """Keeps the language somebody chose, and goes back to the page they were on."""
    chosen = visit.form_data().first("langue")
    if chosen in LOCALES:
        visit.cookies.append(
            Cookie(
                key=LOCALE_COOKIE,
                value=chosen,
                max_age=_A_YEAR,
                path="/",
                secure=visit.premises.home.settings.public_url.startswith("https://"),
                httponly=True,
                samesite="lax",
            )
        )
    return visit.go(_page_before(visit))


@route("GET", "/accessibilite", EVERYBODY)
def show_accessibility(visit: Visit) -> Response[Any]:
    """The accessibility statement."""
    return visit.page("web/accessibility.html", AccessibilityPage(visit.premises.authority))


def _page_before(visit: Visit) -> str:
    """The page of this site the form stood on, with its query; the home page when the browser does not say.

    What answers a form stands at an address that cannot be opened: then the nearest page above it.
    """
    before = urlsplit(visit.request.headers.get("referer", ""))
    if before.netloc != visit.request.headers.get("host"):
        return "/"
    pages, path = _pages(visit.request.app), before.path
    if any(page.fullmatch(path) for page in pages):
        return within_site(path + (f"?{before.query}" if before.query else ""))
    while path and not any(page.fullmatch(path) for page in pages):
        path = path.rpartition("/")[0]
    return within_site(path or "/")


def _pages(app: Litestar) -> list[re.Pattern[str]]:
    """The addresses that can be opened."""
    opened = (route.path for route in app.routes if isinstance(route, HTTPRoute) and "GET" in route.methods)
    return [re.compile(_PARAMETER.sub(lambda one: _OF_TYPE.get(one[1], "[^/]+"), path)) for path in opened]


HANDLERS: tuple[HTTPRouteHandler, ...] = (choose_language, show_accessibility)
