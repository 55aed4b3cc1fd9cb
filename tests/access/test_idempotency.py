"""A request sent twice under one Idempotency-Key does its work once, and is answered the same."""

from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text

from registry.kernel.permissions import Role
from registry.platform.answers import KEPT_FOR, forget_answers
from tests.conftest import Someone, Town

pytestmark = pytest.mark.database

KEY = "0b8e9a52-5d0c-4d0e-9c1e-3a7d7a1f2b61"


def record(who: Someone, organisation_id: int, title: str = "Bornes", key: str = KEY) -> Response:
    body = {"organisation_id": organisation_id, "title": title}
    return who.api("POST", "/api/v1/datasets", json=body, headers={"Idempotency-Key": key})


def count(town: Town, table: str = "dataset") -> int:
    with town.acting() as session:
        found: int = session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    return found


def test_sent_again_it_gives_the_same_answer_and_records_nothing_more(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    first, again = record(steward, town.authority_id), record(steward, town.authority_id)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert (again.headers["location"], again.headers["etag"]) == (first.headers["location"], first.headers["etag"])
    assert count(town) == 1


def test_the_key_of_one_request_is_refused_to_another(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    record(steward, town.authority_id)
    other = record(steward, town.authority_id, "Arbres")

    assert other.status_code == 422
    assert other.json()["type"].endswith("/aide/problemes/key-reused")
    assert count(town) == 1


def test_a_key_is_its_account_s_own(town: Town) -> None:
    record(town.someone(Role.STEWARD), town.authority_id)
    other = record(town.someone(Role.ADMINISTRATOR), town.authority_id, "Arbres")

    assert other.status_code == 201
    assert count(town) == 2


def test_what_was_refused_may_be_sent_again_under_its_key(town: Town) -> None:
    steward = town.someone(Role.STEWARD)

    assert record(steward, town.authority_id, "").status_code == 422
    assert record(steward, town.authority_id).status_code == 201


def test_while_it_is_being_answered_the_same_request_is_told_to_wait(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    with town.acting() as session:
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
            {"name": f"answer:{steward.account_id}:{KEY}"},
        )
        waiting = record(steward, town.authority_id)

    assert waiting.status_code == 409
    assert waiting.json()["type"].endswith("/under-way")
    assert record(steward, town.authority_id).status_code == 201


def test_of_many_at_once_one_records_and_the_others_wait_or_hear_its_answer(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    begin, answers = Event(), []

    def ask() -> None:
        begin.wait()
        answers.append(record(steward, town.authority_id))

    threads = [Thread(target=ask) for _number in range(6)]
    for thread in threads:
        thread.start()
    begin.set()
    for thread in threads:
        thread.join()

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert count(town) == 1


def test_the_answer_is_kept_with_the_change_or_not_at_all(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    steward = town.someone(Role.STEWARD)

    def cut(*_given: Any, **_more: Any) -> None:
        raise RuntimeError("cut")

    with monkeypatch.context() as patched:
        patched.setattr("registry.web.visits.keep_answer", cut)
        assert record(steward, town.authority_id).status_code == 500
    assert (count(town), count(town, "kept_answer")) == (0, 0)
    record(steward, town.authority_id)
    assert (count(town), count(town, "kept_answer")) == (1, 1)


def test_a_day_later_the_key_is_free_and_the_worker_removes_what_was_kept(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    record(steward, town.authority_id)
    record(steward, town.authority_id, "Arbres", key="une-autre-cle")
    with town.as_owner() as session:
        session.execute(
            text("UPDATE kept_answer SET answered_at = now() - CAST(:age AS interval)"),
            {"age": KEPT_FOR + timedelta(minutes=1)},
        )

    assert record(steward, town.authority_id, "Parcs").status_code == 201
    with town.acting() as session:
        assert forget_answers(session) == 1
        assert session.execute(text("SELECT key FROM kept_answer")).scalars().all() == [KEY]


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 201])
def test_a_key_that_is_none_is_refused_with_a_sentence(town: Town, key: str) -> None:
    answer = town.someone(Role.STEWARD).api(
        "POST", "/api/v1/datasets", json={"organisation_id": town.authority_id, "title": "Bornes"},
        headers={b"Idempotency-Key": key.encode("latin-1")},
    )  # fmt: skip

    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["detail"]
    assert count(town) == 0
