"""What every answer carries, errors included, and what the access log keeps of it."""

import io
import json
from collections.abc import Callable

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from registry.web.security import CONTENT_POLICY
from registry.web.static import static_url

EVERY_KIND = {
    "page": ("GET", "/galerie", 200),
    "static": ("GET", static_url("theme.css"), 200),
    "to the sign-in": ("GET", "/casse/connexion", 303),
    "bad request": ("POST", "/envoi", 422),
    "not signed in": ("GET", "/api/casse/connexion", 401),
    "forbidden": ("POST", "/galerie", 403),
    "no such page": ("GET", "/rien/de/tel", 404),
    "no such call": ("GET", "/api/rien", 404),
    "no such method": ("DELETE", "/galerie", 405),
    "defect": ("GET", "/casse/defaut", 500),
    "away": ("GET", "/casse/base", 503),
}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_answer_carries_the_security_headers(client: TestClient[Litestar], kind: str) -> None:
    method, path, status = EVERY_KIND[kind]
    answer = client.request(method, path, follow_redirects=False)

    assert answer.status_code == status
    assert answer.headers.get_list("content-security-policy") == [CONTENT_POLICY]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "geolocation=()" in answer.headers["permissions-policy"]
    assert len(answer.headers["x-request-id"]) == 16
    assert ("immutable" in answer.headers["cache-control"]) == (kind == "static")
    assert (answer.headers["cache-control"] == "no-store") == (kind != "static")


def test_a_body_past_the_limit_is_refused_with_every_header(client: TestClient[Litestar]) -> None:
    answer = client.post("/galerie", content=b"x" * 200_000)

    assert answer.status_code == 413
    assert answer.headers["content-security-policy"] == CONTENT_POLICY
    assert "10 Mio" in answer.text


def test_the_policy_lets_nothing_in_that_is_not_ours() -> None:
    assert CONTENT_POLICY.startswith("default-src 'none'; ")
    assert "unsafe" not in CONTENT_POLICY
    assert "data:" not in CONTENT_POLICY


def test_strict_transport_is_said_over_https_only(
    client: TestClient[Litestar], make_app: Callable[..., Litestar]
) -> None:
    assert "strict-transport-security" not in client.get("/galerie").headers
    with TestClient(make_app(https=True)) as behind_a_proxy:
        assert behind_a_proxy.get("/galerie").headers["strict-transport-security"] == "max-age=31536000"
    with TestClient(make_app(), base_url="https://testserver.local") as direct:
        assert "strict-transport-security" in direct.get("/rien").headers


def test_each_request_gets_a_number_of_its_own_and_none_from_outside(client: TestClient[Litestar]) -> None:
    numbers = {client.get("/galerie", headers={"x-request-id": "chosen"}).headers["x-request-id"] for _ in range(5)}

    assert len(numbers) == 5
    assert "chosen" not in numbers


def test_what_can_be_read_can_be_asked_for_by_head(client: TestClient[Litestar]) -> None:
    answer = client.head(static_url("theme.css"))

    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 1000


def test_the_access_log_is_one_json_line_a_request_with_its_number(
    client: TestClient[Litestar], journal: io.StringIO
) -> None:
    number = client.get("/rien%0A%7B%22forged%22:1%7D%E2%80%A8?secret=1").headers["x-request-id"]

    lines = [json.loads(line) for line in journal.getvalue().splitlines()]
    (line,) = [line for line in lines if line["event"] == "request"]
    assert line["path"] == "/rien%0A{%22forged%22:1}%E2%80%A8"
    assert (line["status"], line["method"], line["request_id"]) == (404, "GET", number)
    assert "secret" not in journal.getvalue()


def test_the_access_log_keeps_no_single_use_link(client: TestClient[Litestar], journal: io.StringIO) -> None:
    client.get("/lien/0123456789abcdef")

    assert "0123456789abcdef" not in journal.getvalue()
    assert "/lien/{token" in journal.getvalue()


@pytest.mark.parametrize("kind", ["defaut", "occupee"])
def test_what_breaks_under_a_single_use_link_is_logged_without_it(
    client: TestClient[Litestar], journal: io.StringIO, kind: str
) -> None:
    assert client.get(f"/lien/{kind}").status_code >= 500

    lines = [json.loads(line) for line in journal.getvalue().splitlines()]
    assert {line["path"] for line in lines} == {"/lien/{token}"}


def test_a_link_copied_with_a_sign_too_many_is_not_in_the_log_either(
    client: TestClient[Litestar], journal: io.StringIO
) -> None:
    secret = "Zk3_" * 10 + "-ab"
    assert client.get(f"/lien/{secret}/suite").status_code == 404
    assert client.get(f"/liens/{secret}").status_code == 404
    assert client.delete(f"/lien/{secret}").status_code == 405

    assert secret not in journal.getvalue()
    assert "/liens/{token}" in journal.getvalue()


def test_a_defect_leaves_its_trace_in_the_log_under_the_number_people_see(
    client: TestClient[Litestar], journal: io.StringIO
) -> None:
    answer = client.get("/casse/defaut")

    (line,) = [json.loads(line) for line in journal.getvalue().splitlines() if '"defect"' in line]
    assert line["request_id"] == answer.headers["x-request-id"]
    assert "RuntimeError" in line["exception"]
    assert answer.headers["x-request-id"] in answer.text
    assert "secret_column" not in answer.text
