"""The reader's language is kept, and the accessibility statement is open to all, even while the database is away."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.testing import TestClient

from registry.platform.home import Home, Urls
from registry.platform.settings import Settings
from registry.web.cookies import LOCALE_COOKIE, VISITOR_COOKIE
from registry.web.csrf import csrf_token
from registry.web.problems import EXCEPTION_HANDLERS
from registry.web.routes import HANDLERS
from registry.web.security import secure
from registry.web.visits import Premises

KEY = b"k" * 32
NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[TestClient[Litestar]]:
    """Somebody who is not signed in, with the cookie of a first page."""
    home = Home(Settings(home=tmp_path), Urls(NOWHERE, NOWHERE, NOWHERE), None)
    premises = Premises(
        home=home, info={"settling": lambda _session: None, "today": lambda: date(2026, 11, 24)},
        enter_by_session=lambda *_: None, enter_by_token=lambda *_: None, authority="Ville d’essai",
        demonstration=False, csrf_key=KEY, navigation=(),
    )  # fmt: skip
    app = Litestar(
        [Router("/", route_handlers=[*HANDLERS])],
        exception_handlers=dict(EXCEPTION_HANDLERS),
        state=State({"premises": premises}),
        openapi_config=None,
        logging_config=None,
    )
    secure(app)
    with TestClient(app, cookies={VISITOR_COOKIE: "a first page"}) as client:
        yield client


def choose(visitor: TestClient[Litestar], language: str, before: str) -> tuple[int, str, str]:
    answer = visitor.post(
        "/langue", data={"langue": language, "_csrf": csrf_token(b"a first page", KEY)},
        headers={"referer": before}, follow_redirects=False,
    )  # fmt: skip
    return answer.status_code, answer.headers["location"], answer.headers.get("set-cookie", "")


def test_a_language_is_kept_and_the_reader_stays_on_their_page(visitor: TestClient[Litestar]) -> None:
    status, address, cookie = choose(visitor, "en", "http://testserver.local/accessibilite?q=eau")

    assert (status, address) == (303, "/accessibilite?q=eau")
    assert f"{LOCALE_COOKIE}=en" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Accessibility statement" in visitor.get("/accessibilite").text
    choose(visitor, "fr", "http://testserver.local/accessibilite")
    assert "Ville d’essai" in visitor.get("/accessibilite", headers={"accept-language": "en"}).text
    assert "Déclaration d’accessibilité" in visitor.get("/accessibilite", headers={"accept-language": "en"}).text


@pytest.mark.parametrize("before", ["https://elsewhere.example/x", "", "http://testserver.local//elsewhere.example/x"])
def test_nobody_is_sent_to_another_site(visitor: TestClient[Litestar], before: str) -> None:
    assert choose(visitor, "en", before)[1] == "/"


def test_a_language_we_do_not_speak_changes_nothing(visitor: TestClient[Litestar]) -> None:
    assert choose(visitor, "../etc", "")[2] == ""


def test_a_language_is_not_chosen_from_another_site(visitor: TestClient[Litestar]) -> None:
    assert visitor.post("/langue", data={"langue": "en"}).status_code == 403
