"""Invitations and lost passwords: a link opens one act once, and never tells who exists."""

import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Thread
from typing import BinaryIO

import pytest
from httpx import Response
from sqlalchemy import text

from registry.accounts.rules import FAILURES_PER_NAME
from registry.accounts.service import ask_reset, grant_role, invite_account, use_link
from registry.kernel.errors import Conflict
from registry.kernel.permissions import Role
from registry.organisations.forms import PersonForm
from registry.platform.home import Home
from registry.web.cookies import VISITOR_COOKIE
from registry.web.csrf import csrf_token
from tests.accounts.test_signing_in import mailbox, sign_in
from tests.conftest import PASSWORD, Town
from tests.serving import served
from tests.waiting import wait_for_waiting

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


def test_who_was_kept_out_by_the_failures_of_another_gets_in_by_a_new_password(town: Town) -> None:
    reader, email = town.someone(Role.READER), mailbox(Role.READER, town)
    for _attempt in range(FAILURES_PER_NAME):
        sign_in(town, email, "faux")
    kept_out = sign_in(town, email, PASSWORD)
    assert (kept_out.status_code, kept_out.headers["retry-after"]) == (429, "900")

    follow(town, link_in(town.someone(Role.ADMINISTRATOR).post(f"/comptes/{reader.account_id}/lien")))

    assert sign_in(town, email, NEW).status_code == 303


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
    with served(home) as client:
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


def test_a_password_by_link_shuts_every_other_door(town: Town) -> None:
    administrator, reader = town.someone(Role.ADMINISTRATOR), town.someone(Role.READER)
    first, second = (link_in(administrator.post(f"/comptes/{reader.account_id}/lien")) for _ in range(2))
    assert reader.api("GET", "/api/v1/datasets").status_code == 200
    assert "vos clés d’API sont révoquées" in town.client.get(f"/lien/{second}").text

    assert follow(town, second).status_code == 303

    assert follow(town, first, "encore une phrase de passe").status_code == 404
    assert reader.api("GET", "/api/v1/datasets").status_code == 401
    assert sign_in(town, mailbox(Role.READER, town), NEW).status_code == 303
    with town.acting() as session:
        said = session.execute(
            text("SELECT actor FROM ledger_entry WHERE event = 'accounts:token:revoke' AND account_id = :id"),
            {"id": reader.account_id},
        ).scalar_one()
    assert said.startswith("link:")


def test_a_password_refused_by_link_shuts_no_door(town: Town) -> None:
    administrator, reader = town.someone(Role.ADMINISTRATOR), town.someone(Role.READER)
    first, second = (link_in(administrator.post(f"/comptes/{reader.account_id}/lien")) for _ in range(2))

    assert follow(town, second, "court").status_code == 422

    assert reader.api("GET", "/api/v1/datasets").status_code == 200
    assert reader.get("/jeux").status_code == 200
    assert follow(town, first).status_code == 303


def test_a_password_changed_by_its_owner_ends_the_links_waiting_and_keeps_the_keys(town: Town) -> None:
    administrator, reader = town.someone(Role.ADMINISTRATOR), town.someone(Role.READER)
    waiting = link_in(administrator.post(f"/comptes/{reader.account_id}/lien"))

    changed = reader.post("/mon-compte/mot-de-passe", {"current": PASSWORD, "password": NEW, "again": NEW})

    assert changed.status_code == 303
    assert follow(town, waiting, "encore une phrase de passe").status_code == 404
    assert reader.api("GET", "/api/v1/datasets").status_code == 200


def test_a_password_by_link_does_not_hold_the_address_of_its_account(town: Town) -> None:
    administrator = town.someone(Role.ADMINISTRATOR)
    wanted = {"name": "Cheffe", "email": "Cheffe.Projet@essai.invalid", "role": "reader"}
    token = link_in(administrator.post("/comptes", {**wanted, "organisation_id": str(town.authority_id)}))

    refused = follow(town, token, "la phrase de cheffe.projet")

    assert refused.status_code == 422
    assert "sans votre adresse" in refused.text
    assert "Bienvenue" in refused.text
    assert follow(town, token).status_code == 303


class Postbox:
    """A mail server of one's own, that keeps who each message is for, and each message.

    Once told to, it refuses recipients, or takes a message and says nothing of it.
    """

    def __init__(self) -> None:
        self.recipients: list[str] = []
        self.messages: list[bytes] = []
        self.refuses = self.falls_silent = False
        self._heard = socket.create_server(("127.0.0.1", 0))
        self.port = self._heard.getsockname()[1]
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        try:
            while True:
                connection, _where = self._heard.accept()
                with connection, connection.makefile("rwb") as lines:
                    self._talk(lines)
        except OSError:
            return

    def _talk(self, lines: BinaryIO) -> None:
        def say(words: bytes) -> None:
            lines.write(words + b"\r\n")
            lines.flush()

        say(b"220 essai")
        in_message = False
        for line in lines:
            said = line.strip().upper()
            if in_message:
                in_message = said != b"."
                self.messages[-1] += line if in_message else b""
                if not in_message and self.falls_silent:
                    return
                if not in_message:
                    say(b"250 kept")
                continue
            if said.startswith(b"RCPT"):
                if self.refuses:
                    say(b"550 nobody here")
                    continue
                self.recipients.append(line.decode().partition("<")[2].partition(">")[0])
            in_message = said == b"DATA"
            self.messages += [b""] * in_message
            say(b"354 go on" if in_message else b"221 bye" if said == b"QUIT" else b"250 well")
            if said == b"QUIT":
                return

    def close(self) -> None:
        """Hears nobody any more."""
        self._heard.close()


def test_a_link_goes_to_the_address_the_account_holds_not_to_one_that_folds_like_it(town: Town) -> None:
    typed, held = "\u212aiosque@e\u017fsai.invalid", "kiosque@essai.invalid"
    with town.acting() as session:
        _account, link = invite_account(
            session, town.authority_id, PersonForm(name="Kiosque", email=held), role=Role.READER, on=town.authority_id
        )
        use_link(session, link, PASSWORD, request_id="essai")
    postbox = Postbox()
    settings = town.home.settings.model_copy(update={"mail_url": f"smtp://127.0.0.1:{postbox.port}"})
    home = Home(settings, town.home.urls, town.home.cluster)
    csrf = csrf_token(b"visite", home.secret("csrf"))

    with served(home) as client:
        answer = client.post(
            "/mot-de-passe-oublie", data={"email": typed, "_csrf": csrf},
            headers={"Cookie": f"{VISITOR_COOKIE}=visite"}, follow_redirects=False,
        )  # fmt: skip
    home.dispose()
    postbox.close()

    assert answer.status_code == 303
    assert postbox.recipients == [held]


def test_a_stopped_account_is_reopened_by_a_new_invitation_and_by_nothing_older(town: Town) -> None:
    administrator, reader = town.someone(Role.ADMINISTRATOR), town.someone(Role.READER)
    older = link_in(administrator.post(f"/comptes/{reader.account_id}/lien"))
    assert administrator.post(f"/comptes/{reader.account_id}/rouvrir").status_code == 409
    administrator.post(f"/comptes/{reader.account_id}/arreter")
    assert f"/comptes/{reader.account_id}/rouvrir" in administrator.get("/comptes").text

    newer = link_in(administrator.post(f"/comptes/{reader.account_id}/rouvrir"))

    assert follow(town, older).status_code == 404
    assert sign_in(town, mailbox(Role.READER, town), PASSWORD).status_code == 422
    assert "Bienvenue" in town.client.get(f"/lien/{newer}").text
    assert follow(town, newer).status_code == 303
    cookie = sign_in(town, mailbox(Role.READER, town), NEW).headers["set-cookie"].partition(";")[0]
    assert town.client.get("/jeux", headers={"Cookie": cookie}).status_code == 200
    assert reader.api("GET", "/api/v1/datasets").status_code == 401
    with town.acting() as session:
        who = session.execute(
            text("SELECT account_id FROM ledger_entry WHERE event = 'accounts:account:restart'")
        ).scalar_one()
    assert who == administrator.account_id


def test_an_account_is_not_reopened_by_who_does_not_administer_all_it_holds(town: Town) -> None:
    local, both = town.someone(Role.ADMINISTRATOR, town.commune_id), town.someone(Role.STEWARD, town.commune_id)
    with town.acting() as session:
        grant_role(session, both.account_id, role=Role.READER, on=town.authority_id)
        session.execute(text("UPDATE account SET state = 'stopped' WHERE id = :id"), {"id": both.account_id})

    assert local.post(f"/comptes/{both.account_id}/rouvrir").status_code == 403
    assert town.someone(Role.ADMINISTRATOR).post(f"/comptes/{both.account_id}/rouvrir").status_code == 200


def test_a_link_made_before_a_promotion_does_not_open_the_account_promoted(town: Town) -> None:
    local, above = town.someone(Role.ADMINISTRATOR, town.commune_id), town.someone(Role.ADMINISTRATOR)
    promoted = town.someone(Role.READER, town.commune_id)
    older = link_in(local.post(f"/comptes/{promoted.account_id}/lien"))

    given = above.post(
        f"/comptes/{promoted.account_id}/roles", {"role": "administrator", "organisation_id": str(town.authority_id)}
    )

    assert given.status_code == 303
    assert "un rôle vous a été donné depuis" in town.client.get(f"/lien/{older}").text
    assert follow(town, older).status_code == 404
    assert promoted.get("/jeux").status_code == 200
    assert local.post(f"/comptes/{promoted.account_id}/lien").status_code == 403


def test_a_link_asked_while_a_role_is_given_waits_and_is_then_refused(town: Town) -> None:
    local = town.someone(Role.ADMINISTRATOR, town.commune_id)
    promoted = town.someone(Role.READER, town.commune_id)

    with ThreadPoolExecutor(1) as threads:
        with town.acting() as session:
            grant_role(session, promoted.account_id, role=Role.ADMINISTRATOR, on=town.authority_id)
            asked = threads.submit(local.post, f"/comptes/{promoted.account_id}/lien")
            wait_for_waiting(town, 1)
        answer = asked.result()

    assert answer.status_code == 403


def test_who_was_invited_and_is_given_another_role_gets_in_by_a_new_link(town: Town) -> None:
    local = town.someone(Role.ADMINISTRATOR, town.commune_id)
    place = {"organisation_id": str(town.commune_id)}
    invited = local.post("/comptes", {"name": "Cheffe", "email": "cheffe@essai.invalid", "role": "reader", **place})
    with town.acting() as session:
        number = session.execute(text("SELECT max(id) FROM account")).scalar_one()

    given = local.post(f"/comptes/{number}/roles", {"role": "steward", **place})

    assert "envoyez-lui-en un autre" in local.get(given.headers["location"]).text
    assert follow(town, link_in(invited)).status_code == 404
    assert follow(town, link_in(local.post(f"/comptes/{number}/lien"))).status_code == 303
    assert sign_in(town, "cheffe@essai.invalid", NEW).status_code == 303


def test_who_invites_an_address_known_elsewhere_is_told_it_is_taken_and_nothing_else(town: Town) -> None:
    elsewhere = town.someone(Role.LEGAL, town.other_commune_id)
    wanted = {"name": "Poste", "email": f"legal.{town.other_commune_id}@essai.invalid", "role": "reader"}

    refused = town.someone(Role.ADMINISTRATOR, town.commune_id).post(
        "/comptes", {**wanted, "organisation_id": str(town.commune_id)}
    )

    assert refused.status_code == 422
    assert "demandez à l’administrateur de l’autorité" in refused.text
    assert "Petite-Commune" not in refused.text
    assert f"/comptes/{elsewhere.account_id}/" not in refused.text


def test_two_invitations_of_one_address_at_once_open_one_account(town: Town) -> None:
    def invite(email: str, organisation_id: int) -> str:
        with town.acting() as session:
            try:
                invite_account(
                    session, organisation_id, PersonForm(name="Poste", email=email),
                    role=Role.READER, on=organisation_id,
                )  # fmt: skip
            except Conflict:
                return "refused"
            return "invited"

    with ThreadPoolExecutor(1) as threads:
        with town.acting() as session:
            person = PersonForm(name="Poste", email="poste@essai.invalid")
            invite_account(session, town.authority_id, person, role=Role.READER, on=town.authority_id)
            # The other comes before the first one has ended: it waits, and then finds the account.
            other = threads.submit(invite, "POSTE@essai.invalid", town.commune_id)
            wait_for_waiting(town, 1)
        said = other.result()

    assert said == "refused"
    with town.acting() as session:
        assert session.execute(text("SELECT count(*) FROM account")).scalar_one() == 1
