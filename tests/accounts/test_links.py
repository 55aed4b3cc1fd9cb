"""Invitations and lost passwords: a link opens one act once, and never tells who exists."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from httpx import Response
from litestar.testing import TestClient
from sqlalchemy import text

from registry.accounts.service import ask_reset
from registry.app import create_app
from registry.kernel.permissions import Role
from registry.platform.home import Home
from registry.web.csrf import csrf_token
from registry.web.visits import VISITOR_COOKIE
from tests.accounts.test_signing_in import mailbox, sign_in
from tests.conftest import PASSWORD, Town

pytestmark = pytest.mark.database

NEW = "une autre phrase de passe longue"


def follow(town: Town, token: str, password: str = NEW, again: str | None = None) -> Response:
    """Sends the form a link opens."""
    csrf = csrf_token(b"visite", town.home.secret("csrf"))
    return town.client.post(
        f"/lien/{token}",
        data={"password": password, "again": again or password, "_csrf": csrf},
        headers={"Cookie": f"{VISITOR_COOKIE}=visite"},
        follow_redirects=False,
    )


def link_in(answer: Response) -> str:
    """The token of the link an administrator is shown where no mail is set."""
    found = re.search(r"/lien/([\w-]{43})", answer.text)
    assert found is not None, answer.text
    return found[1]


def test_somebody_invited_opens_their_account_and_reads_what_their_role_allows(town: Town) -> None:
    town.record("Bornes", on=town.commune_id)
    administrator = town.someone(Role.ADMINISTRATOR, town.commune_id)
    wanted = {
        "name": "Cheffe de projet", "email": "Cheffe@essai.invalid", "role": "reader",
        "organisation_id": str(town.commune_id),
    }  # fmt: skip

    token = link_in(administrator.post("/comptes", wanted))
    assert "Bienvenue" in town.client.get(f"/lien/{token}").text
    assert sign_in(town, "cheffe@essai.invalid", NEW).status_code == 422
    assert follow(town, token).headers["location"] == "/connexion?fait=compte-ouvert"
    signed = sign_in(town, "cheffe@essai.invalid", NEW)

    assert signed.status_code == 303
    cookie = signed.headers["set-cookie"].partition(";")[0]
    assert "Bornes" in town.client.get("/jeux", headers={"Cookie": cookie}).text
    assert "Cheffe de projet" in administrator.get("/comptes").text
    twice = administrator.post("/comptes", wanted)
    assert twice.status_code == 422
    assert "porte déjà cette adresse" in twice.text


def test_a_link_serves_once_and_not_after_its_time(town: Town) -> None:
    reader = town.someone(Role.READER)
    administrator = town.someone(Role.ADMINISTRATOR)
    first = link_in(administrator.post(f"/comptes/{reader.account_id}/lien"))
    assert follow(town, first).status_code == 303

    assert follow(town, first, "encore une phrase de passe").status_code == 404
    assert town.client.get(f"/lien/{first}").status_code == 404
    assert sign_in(town, mailbox(Role.READER, town), NEW).status_code == 303

    late = link_in(administrator.post(f"/comptes/{reader.account_id}/lien"))
    with town.as_owner() as session:
        session.execute(text("UPDATE single_use_link SET expires_at = now() - interval '1 second'"))
    assert town.client.get(f"/lien/{late}").status_code == 404
    assert follow(town, late).status_code == 404


def test_a_weak_password_does_not_use_the_link_up(town: Town) -> None:
    reader = town.someone(Role.READER)
    token = link_in(town.someone(Role.ADMINISTRATOR).post(f"/comptes/{reader.account_id}/lien"))

    assert follow(town, token, "court").status_code == 422
    assert follow(town, token, NEW, "autre chose").status_code == 422
    assert follow(town, token).status_code == 303


def test_a_new_password_by_link_ends_every_open_session_and_the_old_password(town: Town) -> None:
    reader = town.someone(Role.READER)
    token = link_in(town.someone(Role.ADMINISTRATOR).post(f"/comptes/{reader.account_id}/lien"))

    follow(town, token)

    assert reader.get("/jeux").headers["location"].startswith("/connexion")
    assert sign_in(town, mailbox(Role.READER, town), PASSWORD).status_code == 422


def test_a_link_to_a_stopped_account_is_neither_made_nor_followed(town: Town) -> None:
    reader = town.someone(Role.READER)
    administrator = town.someone(Role.ADMINISTRATOR)
    token = link_in(administrator.post(f"/comptes/{reader.account_id}/lien"))
    assert administrator.post(f"/comptes/{reader.account_id}/arreter").status_code == 303

    assert administrator.post(f"/comptes/{reader.account_id}/lien").status_code == 409
    assert follow(town, token).status_code == 404


@pytest.fixture
def mailing(town: Town) -> Iterator[Town]:
    """The same registry, with a mail server that does not answer."""
    settings = town.home.settings.model_copy(update={"mail_url": "smtp://127.0.0.1:9"})
    home = Home(settings, town.home.urls, town.home.cluster)
    with TestClient(create_app(home)) as client:
        yield replace(town, _client=client)
    home.dispose()


def test_asking_for_a_new_password_never_tells_who_exists_even_when_mail_fails(mailing: Town) -> None:
    mailing.someone(Role.READER)

    def ask(email: str) -> tuple[int, dict[str, str], str]:
        csrf = csrf_token(b"visite", mailing.home.secret("csrf"))
        answer = mailing.client.post(
            "/mot-de-passe-oublie", data={"email": email, "_csrf": csrf},
            headers={"Cookie": f"{VISITOR_COOKIE}=visite"}, follow_redirects=False,
        )  # fmt: skip
        return answer.status_code, {k: v for k, v in answer.headers.items() if k != "x-request-id"}, answer.text

    known = ask(mailbox(Role.READER, mailing))

    assert known[0] == 303
    assert ask("personne@essai.invalid") == known
    with mailing.as_owner() as session:
        made = session.execute(text("SELECT count(*) FROM single_use_link WHERE purpose = 'reset'")).scalar_one()
    assert made == 1


def test_five_links_an_hour_are_sent_to_one_account_and_no_more(town: Town) -> None:
    town.someone(Role.READER)
    with town.acting() as session:
        session.execute(text("UPDATE single_use_link SET expires_at = now()"))
        made = [ask_reset(session, mailbox(Role.READER, town)) for _ in range(7)]

    assert [token is not None for token in made] == [True] * 5 + [False] * 2
