"""The API of desks says what the pages say, and takes what they take."""

import pytest

from registry.accounts.forms import TokenForm
from registry.accounts.service import make_token
from registry.accounts.vocabulary import TokenScope
from registry.kernel.permissions import Role
from tests.conftest import Town

pytestmark = pytest.mark.database


def test_one_s_tasks_are_listed_with_how_many_each_list_holds(town: Town) -> None:
    sheet = town.record()
    answer = town.someone(Role.STEWARD).api("GET", "/api/v1/tasks?kind=finding")
    body = answer.json()

    assert f"finding:dataset:{sheet}:dataset.nature" in [one["key"] for one in body["tasks"]]
    assert body["counts"]["mine"] >= len(body["tasks"])
    assert town.someone(Role.STEWARD).api("GET", "/api/v1/tasks?list=demain").status_code == 422


def test_a_question_is_asked_answered_closed_and_reopened_by_programs(town: Town) -> None:
    sheet, reader, steward = town.record(), town.someone(Role.READER), town.someone(Role.STEWARD)
    asked = {"subject_kind": "dataset", "subject_id": sheet, "field": "licence", "text": "Laquelle ?"}
    made = reader.api("POST", "/api/v1/questions", json=asked)
    assert made.status_code == 201, made.text
    place = made.headers["location"]

    answered = steward.api("POST", f"{place}/messages", json={"text": "La Licence Ouverte 2.0."})
    assert answered.json()["state"] == "answered"
    assert [one["text"] for one in answered.json()["messages"]] == ["Laquelle ?", "La Licence Ouverte 2.0."]
    assert reader.api("POST", f"{place}/closure").json()["state"] == "closed"
    assert reader.api("POST", f"{place}/closure").status_code == 409
    assert reader.api("POST", f"{place}/reopening").json()["state"] == "open"
    listed = reader.api("GET", f"/api/v1/questions?subject_kind=dataset&subject_id={sheet}&state=open").json()
    assert [one["id"] for one in listed["questions"]] == [made.json()["id"]]


def test_a_question_about_a_field_that_does_not_exist_is_refused_with_its_name(town: Town) -> None:
    asked = {"subject_kind": "dataset", "subject_id": town.record(), "field": "couleur", "text": "Laquelle ?"}
    answer = town.someone(Role.READER).api("POST", "/api/v1/questions", json=asked)

    assert answer.status_code == 422
    assert "couleur" in answer.text


def test_a_key_that_only_reads_asks_nothing(town: Town) -> None:
    sheet, reader = town.record(), town.someone(Role.READER)
    with town.acting() as session:
        day = town.info["today"]()
        form = TokenForm(name="lecture", scope=TokenScope.READ, expires_on=day)
        _kept, reader.api_token = make_token(session, reader.account_id, town.authority_id, form, today=day)
    asked = {"subject_kind": "dataset", "subject_id": sheet, "text": "Laquelle ?"}

    assert reader.api("POST", "/api/v1/questions", json=asked).status_code == 403
    assert reader.api("GET", "/api/v1/questions").status_code == 200
