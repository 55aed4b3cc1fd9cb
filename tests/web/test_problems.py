"""What is refused, said to people and to programs: a sentence, what to do, a number, and never a trace."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

STATUSES = {
    "interdit": (403, "/aide/problemes/forbidden"),
    "absent": (404, "/aide/problemes/not-found"),
    "etat": (409, "/aide/problemes/conflict"),
    "depasse": (412, "/aide/problemes/stale"),
    "gros": (413, "/aide/problemes/too-large"),
    "faux": (422, "/aide/problemes/invalid"),
    "illisible": (422, "/aide/problemes/unreadable"),
    "version": (428, "/aide/problemes/precondition-needed"),
    "essais": (429, "/aide/problemes/too-many-attempts"),
    "loin": (503, "/aide/problemes/unavailable"),
    "base": (503, "/aide/problemes/unavailable"),
    "coupee": (503, "/aide/problemes/unavailable"),
    "occupee": (503, "/aide/problemes/busy"),
    "pleine": (500, "/aide/problemes/defect"),
    "valeur": (422, "/aide/problemes/unreadable-value"),
    "defaut": (500, "/aide/problemes/defect"),
}
NEVER_SAID = ("secret_column", "SELECT", "Traceback", "10.0.0.1", "RuntimeError", "psycopg", "sqlalche.me")


@pytest.mark.parametrize("kind", STATUSES)
def test_a_program_gets_problem_json(client: TestClient[Litestar], kind: str) -> None:
    status, code = STATUSES[kind]
    answer = client.get(f"/api/casse/{kind}")
    said = answer.json()

    assert answer.status_code == said["status"] == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert said["type"] == code
    assert said["title"]
    assert said["detail"].endswith(".")
    assert said["instance"] == f"urn:request:{answer.headers['x-request-id']}"
    assert not [word for word in NEVER_SAID if word in answer.text]


@pytest.mark.parametrize("kind", STATUSES)
def test_a_person_gets_a_page_that_says_what_to_do(client: TestClient[Litestar], kind: str) -> None:
    answer = client.get(f"/casse/{kind}")

    assert answer.status_code == STATUSES[kind][0]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert 'lang="fr"' in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "Revenir à l’accueil" in answer.text
    assert not [word for word in NEVER_SAID if word in answer.text]


def test_the_fields_at_fault_are_named(client: TestClient[Litestar]) -> None:
    assert client.get("/api/casse/faux").json()["errors"] == [
        {"pointer": "#/title", "path": "title", "message": "Donnez un titre."}
    ]
    assert "Donnez un titre." in client.get("/casse/faux").text


def test_an_address_that_leads_nowhere_is_said_in_the_shape_its_reader_expects(client: TestClient[Litestar]) -> None:
    assert client.get("/api/rien").json()["status"] == 404
    assert "Page introuvable" in client.get("/rien").text
    assert client.delete("/api/casse/defaut").status_code == 405


def test_a_person_who_is_not_signed_in_is_sent_there_and_back(client: TestClient[Litestar]) -> None:
    answer = client.get("/casse/connexion?etape=a&q=%C3%A9t%C3%A9", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/connexion?suite=/casse/connexion%3Fetape%3Da%26q%3D%25C3%25A9t%25C3%25A9",
    )


def test_a_part_of_a_page_asked_after_the_session_ended_is_refused(client: TestClient[Litestar]) -> None:
    assert client.get("/casse/connexion", headers={"hx-request": "true"}).status_code == 401


def test_a_program_that_is_not_signed_in_is_told_how(client: TestClient[Litestar]) -> None:
    answer = client.get("/api/casse/connexion")

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_what_is_away_for_a_moment_says_when_to_come_back(client: TestClient[Litestar]) -> None:
    assert client.get("/casse/base").headers["retry-after"] == "10"


def test_the_words_of_the_product_follow_the_reader_s_language(client: TestClient[Litestar]) -> None:
    english = client.get("/rien", headers={"accept-language": "en"}).text

    assert 'lang="en"' in english
    assert "Page not found" in english
    assert "introuvable" not in english
    assert "database" in client.get("/api/casse/base", headers={"accept-language": "en"}).json()["detail"]


def test_an_error_page_repeats_nothing_it_was_given_as_markup(client: TestClient[Litestar]) -> None:
    assert "<script>alert" not in client.get("/%3Cscript%3Ealert(1)%3C/script%3E").text
