"""Many sheets in one request: tried first, then all of them or none."""

from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text

from registry.kernel.permissions import Role
from tests.conftest import Someone, Town

pytestmark = pytest.mark.database


def send(who: Someone, items: list[dict[str, Any]], **more: Any) -> Response:
    return who.api("POST", "/api/v1/datasets/bulk", json={"items": items, **more})


def create(organisation_id: int, title: str) -> dict[str, Any]:
    return {"create": {"organisation_id": organisation_id, "title": title}}


def change(number: int, version: int, **values: Any) -> dict[str, Any]:
    return {"id": number, "version": version, "change": values}


def titles(town: Town) -> list[str]:
    with town.acting() as session:
        return list(session.execute(text("SELECT title FROM dataset ORDER BY id")).scalars())


def test_by_default_it_says_what_each_would_do_and_writes_nothing(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Bornes")
    answer = send(
        steward,
        [create(town.authority_id, "Arbres"), change(number, 1, title="Bornes de recharge", acronym="IRVE"),
         change(number, 1, title="Bornes"), change(987_654_321, 1, title="Rien")],
    )  # fmt: skip
    said = answer.json()

    assert answer.status_code == 200
    assert [item["outcome"] for item in said["items"]] == ["created", "changed", "refused", "refused"]
    assert (said["created"], said["changed"], said["refused"], said["dry_run"]) == (1, 1, 2, True)
    assert said["items"][1]["changed_fields"] == ["acronym", "title"]
    assert "entre-temps" in said["items"][2]["message"]
    assert titles(town) == ["Bornes"]
    with town.acting() as session:
        assert session.execute(text("SELECT count(*) FROM ledger_entry WHERE table_name = 'dataset'")).scalar() == 1


def test_it_says_which_findings_would_be_settled_and_which_would_be_new(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Bornes")
    said = send(steward, [change(number, 1, frequency="MONTHLY"), create(town.authority_id, "Arbres")]).json()

    before = {one["policy"]: one for one in said["findings"]}
    assert all(one["appeared"] == 1 for one in before.values() if not one["resolved"])
    assert send(steward, [change(number, 1, frequency="MONTHLY")], dry_run=False).json()["findings"] == []


def test_what_already_stands_so_is_unchanged(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Bornes")
    said = send(steward, [change(number, 1, title="Bornes")], dry_run=False).json()

    assert [(item["outcome"], item["version"]) for item in said["items"]] == [("unchanged", 1)]


def test_asked_for_good_it_writes_all_and_judges_them(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Bornes")
    said = send(steward, [create(town.authority_id, "Arbres"), change(number, 1, title="Prises")], dry_run=False).json()

    assert [item["outcome"] for item in said["items"]] == ["created", "changed"]
    assert titles(town) == ["Prises", "Arbres"]
    made = said["items"][0]["dataset_id"]
    assert steward.api("GET", f"/api/v1/datasets/{made}").json()["findings"]


def test_where_one_is_refused_nothing_is_written_and_each_fault_is_named(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Bornes")
    answer = send(
        steward,
        [create(town.authority_id, "Arbres"), change(number, 7, title="Prises"),
         {"create": {"organisation_id": town.authority_id, "title": "Parcs", "contact_person_id": 987_654_321}}],
        dry_run=False,
    )  # fmt: skip

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "#/items/1", "#/items/2/create/contact_person_id",
    ]  # fmt: skip
    assert titles(town) == ["Bornes"]


def test_a_fault_of_form_is_named_by_its_place_before_anything_is_tried(town: Town) -> None:
    answer = send(town.someone(Role.STEWARD), [create(town.authority_id, "Arbres"), create(town.authority_id, "")])

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/items/1/create/title"]
    neither = send(town.someone(Role.STEWARD), [{"id": 1}])
    assert "create" in neither.json()["errors"][0]["message"]


def test_what_is_another_s_is_refused_as_what_does_not_exist(town: Town) -> None:
    town.record("Secret", on=town.other_commune_id)
    number = town.record("Arbres", on=town.other_commune_id)
    steward = town.someone(Role.STEWARD, town.commune_id)
    said = send(steward, [change(number, 1, title="x"), change(987_654_321, 1, title="x")]).json()

    assert said["items"][0]["message"] == said["items"][1]["message"]
    forbidden = send(steward, [create(town.other_commune_id, "Intrus")], dry_run=False)
    assert forbidden.status_code == 422
    assert titles(town) == ["Secret", "Arbres"]


def test_more_than_a_thousand_are_too_many(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    answer = send(steward, [create(town.authority_id, f"Jeu {number}") for number in range(1001)])

    assert answer.status_code == 422
    assert "1000 au plus" in answer.text
