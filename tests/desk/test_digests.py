"""A digest tells who asked for one what they are late with and what falls due in the week: once a period, or not."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from registry.accounts.queries import enter_account
from registry.accounts.rules import is_digest_due, period_of
from registry.accounts.vocabulary import DigestRhythm
from registry.contracts.forms import ContractForm
from registry.contracts.service import record_contract
from registry.contracts.vocabulary import ContractKind
from registry.desk.digests import send_digests
from registry.governance.forms import ActionForm
from registry.governance.service import record_action
from registry.kernel.dates import is_working_day
from registry.kernel.permissions import Role
from registry.platform.database import transaction
from registry.platform.home import Home
from registry.processing.requests.forms import RequestForm
from registry.processing.requests.service import record_request
from tests.accounts.test_links import Postbox
from tests.conftest import Someone, Town

WORKING = date(2026, 11, 26)
"""A Thursday."""


@given(st.sampled_from(DigestRhythm), st.dates(date(2024, 1, 1), date(2040, 1, 1)))
def test_a_digest_leaves_once_a_period_on_a_working_day_or_never(rhythm: DigestRhythm, chosen: date) -> None:
    told, sent = period_of(rhythm, chosen), []
    for day in (chosen + timedelta(days=ahead) for ahead in range(28)):
        if is_digest_due(rhythm, told, day):
            told = period_of(rhythm, day)
            sent.append(day)
    working = [chosen + timedelta(days=ahead) for ahead in range(1, 28) if is_working_day(chosen + timedelta(ahead))]
    if rhythm is DigestRhythm.DAILY:
        assert sent == working
    elif rhythm is DigestRhythm.NONE:
        assert sent == []
    else:
        weeks: dict[date, date] = {}
        for day in working:
            weeks.setdefault(day - timedelta(days=day.weekday()), day)
        assert sent == [day for monday, day in weeks.items() if monday > chosen - timedelta(days=chosen.weekday())]


@pytest.fixture
def posted(town: Town) -> Iterator[tuple[Town, Postbox]]:
    """A registry with a mail server, on a Thursday."""
    postbox = Postbox()
    settings = town.home.settings.model_copy(update={"mail_url": f"smtp://127.0.0.1:{postbox.port}"})
    home = Home(settings, town.home.urls, town.home.cluster)
    town.info["today"] = lambda: WORKING
    yield replace(town, home=home), postbox
    postbox.close()
    home.dispose()


def choose(town: Town, who: Someone, rhythm: str = "daily", **more: Any) -> None:
    """Makes a choice on one's page, some days ago: its first period has come since."""
    assert who.post("/mon-compte/courriel", {"rhythm": rhythm}, **more).status_code == 303
    with town.as_owner() as session:
        session.execute(
            text("UPDATE digest_choice SET told_on = :day WHERE account_id = :id"),
            {"day": WORKING - timedelta(days=7), "id": who.account_id},
        )


def fill(town: Town) -> None:
    """An action that is late, a request due in the week, which is confided, and a contract that ends in two months."""
    with town.acting() as session:
        record_action(session, town.authority_id, ActionForm(title="Former les agents", due_on=WORKING - timedelta(2)))
        request = RequestForm(regime="cada", subject="Le rapport des crues", received_on=WORKING - timedelta(days=27))
        record_request(session, town.authority_id, request)
        contract = ContractForm(
            kind=ContractKind.AGREEMENT, object="Réseau de chaleur", ends_on=WORKING + timedelta(days=60)
        )
        record_contract(session, town.authority_id, contract)


def read(postbox: Postbox) -> list[tuple[str, str, str]]:
    """Whom each message is for, its subject and its text."""
    said = [message_from_bytes(one.replace(b"\r", b""), policy=default) for one in postbox.messages]
    return [(str(one["To"]), str(one["Subject"]), one.get_content()) for one in said]


@pytest.mark.database
def test_nobody_is_written_to_who_did_not_ask(posted: tuple[Town, Postbox]) -> None:
    town, postbox = posted
    fill(town)
    dpo = town.someone(Role.DPO)
    assert 'value="none" checked' in dpo.get("/mon-compte").text.replace("  ", " ")

    assert send_digests(town.home, town.info) == 0

    assert postbox.messages == []


@pytest.mark.database
def test_who_asked_is_told_once_what_is_late_and_what_falls_due_in_the_week(posted: tuple[Town, Postbox]) -> None:
    town, postbox = posted
    fill(town)
    choose(town, town.someone(Role.ADMINISTRATOR))
    choose(town, town.someone(Role.DPO), "weekly")
    choose(town, town.someone(Role.ADMINISTRATOR, town.other_commune_id))

    with ThreadPoolExecutor(2) as workers:
        sent = list(workers.map(lambda _n: send_digests(town.home, town.info), range(2)))

    assert sum(sent) == 2
    assert send_digests(town.home, town.info) == 0
    site = town.home.settings.public_url
    by_mail = {to: (subject, body) for to, subject, body in read(postbox)}
    assert len(by_mail) == len(postbox.messages) == 2
    subject, body = by_mail[f"administrator.{town.authority_id}@essai.invalid"]
    assert subject == "Beffroi : 3 échéances, dont 1 en retard"
    assert "En retard : 1 échéance\n" in body
    assert "- 24 novembre 2026 : Finir l’action du plan\n  Former les agents · Communauté urbaine d’essai\n" in body
    assert f"  {site}/gouvernance/actions\n" in body
    assert ": Répondre à la demande\n  Communauté urbaine d’essai\n" in body
    assert "Le rapport des crues" not in body
    assert "Réseau de chaleur" not in body
    assert f"chaque jour ouvré. Pour le changer ou l’arrêter : {site}/mon-compte#courriel" in body
    assert "chaque semaine" in by_mail[f"dpo.{town.authority_id}@essai.invalid"][1]


@pytest.mark.database
def test_a_director_is_written_what_a_contract_owes_in_the_week_and_who_sees_to_it(
    posted: tuple[Town, Postbox],
) -> None:
    town, postbox = posted
    with town.acting() as session:
        form = ContractForm(kind=ContractKind.AGREEMENT, object="Parc d’Artois", ends_on=WORKING + timedelta(days=5))
        contract = record_contract(session, town.authority_id, form).id
    choose(town, town.someone(Role.DIRECTOR))
    choose(town, town.someone(Role.DIRECTOR, town.other_commune_id))

    assert send_digests(town.home, town.info) == 1

    ((_to, subject, body),) = read(postbox)
    assert subject == "Beffroi : 1 échéance"
    assert "parmi ce que vous avez à faire ou à faire faire." in body
    assert ": Le contrat finit\n  Parc d’Artois · Communauté urbaine d’essai\n  Par : " in body
    assert f"/contrats/{contract}\n" in body


@pytest.mark.database
def test_who_stopped_or_was_stopped_is_not_written_to(posted: tuple[Town, Postbox]) -> None:
    town, postbox = posted
    fill(town)
    ends, stopped = town.someone(Role.DPO), town.someone(Role.LEGAL)
    choose(town, ends)
    choose(town, stopped)
    assert 'value="daily" checked' in ends.get("/mon-compte").text
    choose(town, ends, "none")
    town.someone(Role.ADMINISTRATOR).post(f"/comptes/{stopped.account_id}/arreter")

    assert send_digests(town.home, town.info) == 0

    assert postbox.messages == []
    with town.acting() as session:
        assert enter_account(session, stopped.account_id) is None


@pytest.mark.database
def test_a_digest_speaks_the_language_of_the_page_it_was_asked_on(posted: tuple[Town, Postbox]) -> None:
    town, postbox = posted
    fill(town)
    choose(town, town.someone(Role.DPO), headers={"Accept-Language": "en"})

    assert send_digests(town.home, town.info) == 1

    ((_to, subject, body),) = read(postbox)
    assert subject == "Beffroi: 2 deadlines, of which 1 is late"
    assert "Answer the request" in body
    assert "échéance" not in body


@pytest.mark.database
def test_what_the_mail_server_refuses_is_tried_again_the_same_day_and_keeps_nobody_else_waiting(
    posted: tuple[Town, Postbox], journal: io.StringIO
) -> None:
    town, postbox = posted
    fill(town)
    dpo = town.someone(Role.DPO)
    choose(town, dpo)
    postbox.refuses = True

    assert send_digests(town.home, town.info) == 0
    assert "digest not sent; trying again" in journal.getvalue()
    assert "@essai.invalid" not in journal.getvalue()
    postbox.refuses = False

    assert [send_digests(town.home, town.info) for _look in range(2)] == [1, 0]
    assert len(postbox.messages) == 1


@pytest.mark.database
def test_a_message_that_the_server_may_have_taken_is_not_sent_again(
    posted: tuple[Town, Postbox], journal: io.StringIO
) -> None:
    town, postbox = posted
    fill(town)
    choose(town, town.someone(Role.DPO))
    postbox.falls_silent = True

    assert send_digests(town.home, town.info) == 0
    postbox.falls_silent = False

    assert send_digests(town.home, town.info) == 0
    assert len(postbox.messages) == 1
    assert "perhaps sent" in journal.getvalue()


@pytest.mark.database
def test_a_mail_server_that_is_away_leaves_every_digest_waiting(
    posted: tuple[Town, Postbox], journal: io.StringIO
) -> None:
    town, _postbox = posted
    fill(town)
    choose(town, town.someone(Role.DPO))
    away = Home(town.home.settings.model_copy(update={"mail_url": "smtp://127.0.0.1:9"}), town.home.urls, None)

    assert send_digests(away, town.info) == 0
    away.dispose()

    assert '"waiting": 1' in journal.getvalue()
    assert send_digests(town.home, town.info) == 1


@pytest.mark.database
def test_a_choice_is_read_and_written_by_nobody_else(town: Town) -> None:
    dpo, administrator = town.someone(Role.DPO), town.someone(Role.ADMINISTRATOR)
    assert "Aucun serveur de courrier" in dpo.get("/mon-compte").text
    assert dpo.post("/mon-compte/courriel", {"rhythm": "weekly"}).status_code == 303
    refused = dpo.post("/mon-compte/courriel", {"rhythm": "hourly"})
    assert refused.status_code == 422
    with town.acting() as session:
        entered = enter_account(session, administrator.account_id)
    assert entered

    with transaction(town.home.app, entered[1], **town.info) as session:
        assert session.execute(text("SELECT count(*) FROM digest_choice")).scalar_one() == 0
        changed = session.execute(text("UPDATE digest_choice SET rhythm = 'none' RETURNING account_id")).all()
    assert changed == []
    with town.acting() as session:
        assert session.execute(text("SELECT rhythm FROM digest_choice")).scalar_one() == "weekly"
