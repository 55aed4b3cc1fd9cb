"""A form is taken from our own pages only."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from registry.web.csrf import csrf_token

KEY = b"k" * 32
TOKEN = csrf_token(b"a session", KEY)


def send(client: TestClient[Litestar], token: str = TOKEN, cookie: str = "a session", **headers: str) -> int:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    client.cookies.set("beffroi", cookie)
    return client.post("/galerie", headers={"x-csrf-token": token, **given}).status_code


def test_the_token_of_the_session_opens_the_form(client: TestClient[Litestar]) -> None:
    assert send(client) == 200
    assert send(client, origin="http://testserver.local") == 200
    assert send(client, sec_fetch_site="same-origin", origin="https://behind-a-proxy.example") == 200


@pytest.mark.parametrize("token", ["", "x", TOKEN[:-1], TOKEN.upper(), csrf_token(b"a session", b"other key"), "é"])
def test_any_other_token_is_refused(client: TestClient[Litestar], token: str) -> None:
    client.cookies.set("beffroi", "a session")
    sent = client.post("/galerie", headers={"x-csrf-token": token.encode()})

    assert sent.status_code == 403


def test_a_token_is_worth_nothing_for_another_session_or_none(client: TestClient[Litestar]) -> None:
    assert send(client, cookie="another session") == 403
    assert send(client, csrf_token(b"", KEY), cookie="") == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://attacker.example"},
        {"origin": "null"},
        {"origin": "http://testserver.local.attacker.example"},
    ],
)
def test_the_right_token_sent_from_another_site_is_refused(
    client: TestClient[Litestar], headers: dict[str, str]
) -> None:
    assert send(client, **headers) == 403


def test_a_token_tells_nothing_of_the_session() -> None:
    assert csrf_token(b"a session", KEY) == TOKEN
    assert len(TOKEN) == 64
    assert csrf_token(b"a session ", KEY) != TOKEN
