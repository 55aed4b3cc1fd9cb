"""Signing in and out: what failed is not told apart, attempts are counted, and a session dies on the server."""

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from registry.accounts import service
from registry.accounts.rules import FAILURES_PER_ADDRESS, FAILURES_PER_NAME
from registry.kernel.errors import Invalid
from registry.kernel.permissions import Role
from registry.platform.home import Home
from registry.web.cookies import LOCAL_SESSION_COOKIE, LOCAL_VISITOR_COOKIE, SESSION_COOKIE, VISITOR_COOKIE
from registry.web.csrf import csrf_token
from tests.conftest import PASSWORD, Town
from tests.serving import served
from tests.waiting import wait_for_waiting

pytestmark = pytest.mark.database


def sign_in(town: Town, email: str, password: str, *, following: str = "", **headers: str) -> Response:
    """Sends the form of the sign-in page, as a browser that opened it."""
    csrf = csrf_token(b"visite", town.home.secret("csrf"))
    return town.client.post(
        "/connexion",
        data={"email": email, "password": password, "next": following, "_csrf": csrf},
        headers={"Cookie": f"{VISITOR_COOKIE}=visite", **headers},
        follow_redirects=False,
    )


def mailbox(role: Role, town: Town) -> str:
    """The address of the account `town.someone(role)` makes."""
    return f"{role}.{town.authority_id}@essai.invalid"


def session_of(answer: Response) -> str:
    """The session a sign-in opened."""
    found = re.search(rf"\b{LOCAL_SESSION_COOKIE}=([^;]+)", answer.headers["set-cookie"])
    assert found is not None
    return found[1]


def test_who_signs_in_gets_a_session_and_goes_where_they_were_going(town: Town) -> None:
    town.someone(Role.READER)

    answer = sign_in(town, mailbox(Role.READER, town).upper(), PASSWORD, following="/jeux?q=eau&apres=")

    assert (answer.status_code, answer.headers["location"]) == (303, "/jeux?q=eau&apres=")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    page = town.client.get("/jeux", headers={"Cookie": f"{LOCAL_SESSION_COOKIE}={session_of(answer)}"})
    assert page.status_code == 200


def test_over_plain_http_on_this_machine_the_cookie_is_a_plain_one(town: Town) -> None:
    town.someone(Role.READER)
    with served(town.home, base_url="http://127.0.0.1:8000") as client:
        answer = sign_in(replace(town, _client=client), mailbox(Role.READER, town), PASSWORD)

    assert answer.headers["set-cookie"].startswith(f"{LOCAL_SESSION_COOKIE}=")
    assert "Secure" not in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "elsewhere",
    ["https://ailleurs.invalid/", "//ailleurs.invalid", "/\\ailleurs.invalid", "/\t/ailleurs.invalid", "\t//x.invalid",
     "/\r\nSet-Cookie: a=b", "javascript:alert(1)", "/\x00", "/%0a\n"],
)  # fmt: skip
def test_nobody_is_sent_to_another_site_after_signing_in(town: Town, elsewhere: str) -> None:
    town.someone(Role.READER)

    answer = sign_in(town, mailbox(Role.READER, town), PASSWORD, following=elsewhere)

    assert answer.headers.get("location", "/") == "/"
    assert answer.status_code in {303, 422}


def test_an_address_with_letters_of_any_language_is_gone_to_escaped(town: Town) -> None:
    town.someone(Role.READER)

    answer = sign_in(town, mailbox(Role.READER, town), PASSWORD, following="/jeux?q=€uro é&x=%20")

    assert answer.headers["location"] == "/jeux?q=%E2%82%ACuro%20%C3%A9&x=%20"


def test_what_failed_is_not_told_apart(town: Town) -> None:
    town.someone(Role.READER)
    with town.acting() as session:
        session.execute(text("UPDATE account SET state = 'stopped' WHERE id = :id"),
                        {"id": town.someone(Role.LEGAL).account_id})  # fmt: skip

    def shape(email: str, password: str) -> tuple[int, str]:
        answer = sign_in(town, email, password)
        assert "set-cookie" not in answer.headers
        return answer.status_code, re.sub(r"[0-9a-f]{16}", "", answer.text.replace(email, ""))

    wrong = shape(mailbox(Role.READER, town), "une mauvaise phrase de passe")
    assert wrong[0] == 422
    assert "ne convient pas" in wrong[1]
    assert shape("personne@essai.invalid", PASSWORD) == wrong
    assert shape(mailbox(Role.LEGAL, town), PASSWORD) == wrong


def test_ten_failures_on_a_name_make_it_wait_whatever_address_is_said(town: Town) -> None:
    town.someone(Role.READER)
    email = mailbox(Role.READER, town)
    for number in range(FAILURES_PER_NAME):
        said = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
        assert sign_in(town, email, "faux", **said).status_code == 422

    answer = sign_in(town, email, PASSWORD, **{"X-Forwarded-For": "198.51.100.7", "X-Real-IP": "198.51.100.7"})

    assert answer.status_code == 429
    assert "Attendez un quart d’heure" in answer.text
    assert "set-cookie" not in answer.headers
    assert sign_in(town, "personne@essai.invalid", "faux").status_code == 422


def test_of_two_who_try_one_name_at_once_the_second_is_counted_after_the_first(town: Town) -> None:
    town.someone(Role.READER)
    email = mailbox(Role.READER, town)
    for _ in range(FAILURES_PER_NAME - 1):
        sign_in(town, email, "faux")

    with ThreadPoolExecutor(1) as threads:
        with town.acting() as session:
            with pytest.raises(Invalid):
                service.sign_in(session, email, "faux", address="203.0.113.7", browser=None)
            second = threads.submit(sign_in, town, email, PASSWORD)
            wait_for_waiting(town, 1)
        answer = second.result()

    assert answer.status_code == 429


def test_fifty_failures_from_an_address_make_it_wait_whatever_name_is_tried(town: Town) -> None:
    town.someone(Role.READER)
    with town.as_owner() as session:
        session.execute(
            text("INSERT INTO sign_in_attempt (name_digest, address_digest)"
                 " SELECT convert_to(n::text, 'UTF8'), sha256('testclient') FROM generate_series(1, :n) n"),
            {"n": FAILURES_PER_ADDRESS},
        )  # fmt: skip

    answer = sign_in(town, mailbox(Role.READER, town), PASSWORD, **{"X-Forwarded-For": "198.51.100.7"})

    assert answer.status_code == 429
    with town.as_owner() as session:
        session.execute(text("UPDATE sign_in_attempt SET at = now() - interval '16 minutes'"))
    assert sign_in(town, mailbox(Role.READER, town), PASSWORD).status_code == 303


def test_ten_wrong_current_passwords_make_a_stolen_session_wait(town: Town) -> None:
    reader = town.someone(Role.READER)
    new = "une autre phrase de passe longue"
    for _ in range(FAILURES_PER_NAME):
        form = {"current": "faux", "password": new, "again": new}
        assert reader.post("/mon-compte/mot-de-passe", form).status_code == 422

    answer = reader.post("/mon-compte/mot-de-passe", {"current": PASSWORD, "password": new, "again": new})

    assert answer.status_code == 422
    assert "Attendez un quart d’heure" in answer.text


def test_a_success_forgives_the_failures_of_that_name_alone(town: Town) -> None:
    town.someone(Role.READER)
    for _ in range(FAILURES_PER_NAME - 1):
        sign_in(town, mailbox(Role.READER, town), "faux")
    sign_in(town, "personne@essai.invalid", "faux")

    assert sign_in(town, mailbox(Role.READER, town), PASSWORD).status_code == 303
    with town.as_owner() as session:
        assert session.execute(text("SELECT count(*) FROM sign_in_attempt")).scalar_one() == 1


def test_signing_in_again_gives_a_new_session_and_the_old_one_is_dead(town: Town) -> None:
    reader = town.someone(Role.READER)

    answer = reader.post("/connexion", {"email": mailbox(Role.READER, town), "password": PASSWORD})

    assert session_of(answer) != reader.session_token
    assert reader.get("/jeux").headers["location"].startswith("/connexion")
    assert town.client.get(
        "/jeux", headers={"Cookie": f"{LOCAL_SESSION_COOKIE}={session_of(answer)}"}
    ).status_code == 200  # fmt: skip


def test_a_session_chosen_by_somebody_else_is_never_taken_up(town: Town) -> None:
    town.someone(Role.READER)
    csrf = csrf_token(b"chosen", town.home.secret("csrf"))
    answer = town.client.post(
        "/connexion",
        data={"email": mailbox(Role.READER, town), "password": PASSWORD, "_csrf": csrf},
        headers={"Cookie": f"{LOCAL_SESSION_COOKIE}=chosen; {VISITOR_COOKIE}=chosen"},
        follow_redirects=False,
    )

    assert answer.status_code == 303
    assert session_of(answer) != "chosen"
    again = town.client.get("/jeux", headers={"Cookie": f"{LOCAL_SESSION_COOKIE}=chosen"}, follow_redirects=False)
    assert again.headers["location"].startswith("/connexion")


def test_who_signs_out_is_out_on_the_server_too(town: Town) -> None:
    reader = town.someone(Role.READER)

    answer = reader.post("/deconnexion")

    assert answer.status_code == 303
    assert f"{LOCAL_SESSION_COOKIE}=" in answer.headers["set-cookie"]
    assert reader.get("/jeux").headers["location"].startswith("/connexion")
    assert reader.post("/jeux/nouveau", {"title": "x"}).status_code == 403


@pytest.mark.parametrize(
    "aged",
    ["seen_at = now() - interval '121 minutes'", "expires_at = now() - interval '1 second'", "revoked_at = now()"],
)
def test_an_old_session_opens_nothing(town: Town, aged: str) -> None:
    reader = town.someone(Role.READER)
    with town.as_owner() as session:
        session.execute(text(f"UPDATE signed_session SET {aged}"))

    assert reader.get("/jeux").headers["location"].startswith("/connexion")


@pytest.fixture
def over_https(town: Town) -> Iterator[tuple[Town, TestClient[Litestar]]]:
    """The same registry, reached over https."""
    settings = town.home.settings.model_copy(update={"base_url": "https://donnees.essai.invalid"})
    home = Home(settings, town.home.urls, town.home.cluster)
    with served(home, base_url="https://donnees.essai.invalid") as client:
        yield replace(town, _client=client), client
    home.dispose()


def test_over_https_cookies_are_bound_to_this_very_host(over_https: tuple[Town, TestClient[Litestar]]) -> None:
    town, client = over_https
    town.someone(Role.READER)

    first = client.get("/connexion").headers["set-cookie"]
    answer = sign_in(town, mailbox(Role.READER, town), PASSWORD)

    assert "Secure" in first
    assert first.startswith("__Host-")
    assert "Path=/" in first
    assert "Domain" not in first
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{SESSION_COOKIE}=")
    for said in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert said in cookie
    assert "Domain" not in cookie
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    token = cookie.partition("=")[2].partition(";")[0]
    opened = client.get("/jeux", headers={"Cookie": f"{SESSION_COOKIE}={token}"}, follow_redirects=False)
    assert opened.status_code == 200


def test_over_https_a_cookie_another_host_may_have_set_is_not_heard(
    over_https: tuple[Town, TestClient[Litestar]],
) -> None:
    town, client = over_https
    reader = town.someone(Role.READER)

    assert reader.get("/jeux").headers["location"].startswith("/connexion")
    csrf = csrf_token(b"chosen", town.home.secret("csrf"))
    form = {"email": mailbox(Role.READER, town), "password": PASSWORD, "_csrf": csrf}
    answer = client.post("/connexion", data=form, headers={"Cookie": f"{LOCAL_VISITOR_COOKIE}=chosen"})
    assert answer.status_code == 403


def test_passwords_are_hashed_as_the_recommendation_asks_where_the_product_itself_runs() -> None:
    # The tests hash cheaply in their own process: another one is asked.
    shown = "from registry.accounts.service import HASHER as h; print(h.type.name, h.time_cost, h.memory_cost)"
    kind, passes, kibibytes = subprocess.check_output([sys.executable, "-c", shown], text=True).split()

    # RFC 9106, section 4, second recommended option.
    assert (kind, int(passes) >= 3, int(kibibytes) >= 65_536) == ("ID", True, True)


def test_sessions_and_links_that_are_over_are_forgotten_a_day_later_and_open_ones_stay(town: Town) -> None:
    open_one, idle, left = (town.someone(role) for role in (Role.READER, Role.STEWARD, Role.DIRECTOR))
    with town.as_owner() as session:
        for role, change in (
            (Role.STEWARD, "seen_at = now() - interval '1 day 2 hours 1 minute'"),
            (Role.DIRECTOR, "revoked_at = now() - interval '1 day 1 minute'"),
        ):
            session.execute(
                text(f"UPDATE signed_session SET {change} WHERE account_id = :account"),
                {"account": {Role.STEWARD: idle, Role.DIRECTOR: left}[role].account_id},
            )
        session.execute(text("UPDATE single_use_link SET used_at = now() - interval '25 hours'"))
        kept = session.execute(text("SELECT count(*) FROM signed_session")).scalar_one() - 2
        links = session.execute(text("SELECT count(*) FROM single_use_link")).scalar_one()

    with town.acting() as session:
        assert service.forget_ended_sessions(session) == 2 + links
        left_over = session.execute(text("SELECT array_agg(account_id) FROM signed_session")).scalar_one()

    assert len(left_over) == kept
    assert open_one.account_id in left_over
    assert open_one.get("/jeux").status_code == 200
