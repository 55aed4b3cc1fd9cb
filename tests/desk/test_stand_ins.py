"""Somebody stands in for who keeps sheets: named for some days, they see their tasks, and history says for whom."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from httpx import Response

from registry.kernel.dates import plus_months
from registry.kernel.permissions import Role
from tests.conftest import Someone, Town
from tests.desk.test_questions import in_post

pytestmark = pytest.mark.database
LIST = "/bureau/suppleances"


def name(away: Someone, stand_in: Someone, town: Town, start: date, end: date) -> Response:
    return away.post(LIST, {
        "organisation_id": str(town.service_id), "stand_in_id": str(stand_in.account_id),
        "starts_on": start.isoformat(), "ends_on": end.isoformat(), "reason": "Congés",
    })  # fmt: skip


def test_who_stands_in_sees_the_tasks_of_who_is_away_and_the_history_says_for_whom(town: Town) -> None:
    away, deputy = town.someone(Role.STEWARD, town.service_id), town.someone(Role.ADMINISTRATOR, town.service_id)
    today = town.info["today"]()
    sheet = town.record("Arbres", on=town.service_id)
    in_post(town, away, sheet)
    asked = {"subject_kind": "dataset", "subject_id": str(sheet), "text": "D’où vient ce fichier ?"}
    assert town.someone(Role.LEGAL).post("/bureau/questions/nouvelle", asked).status_code == 303
    assert "D’où vient" not in unescape(deputy.get("/bureau").text), "The question is for who keeps the sheet."
    assert name(away, deputy, town, today, today + timedelta(days=10)).status_code == 303

    found = re.search(rf"{LIST}/\d+", deputy.get("/bureau").text)
    assert found is not None
    tasks = unescape(deputy.get(found[0]).text)
    assert "D’où vient" in tasks
    for stranger in (away, town.someone(Role.STEWARD, town.commune_id)):
        assert stranger.get(found[0]).status_code == 404
    changed = deputy.api("PATCH", f"/api/v1/datasets/{sheet}", json={"title": "Platanes"}, headers={"If-Match": '"1"'})
    assert changed.status_code == 200, changed.text
    history = unescape(deputy.get(f"/jeux/{sheet}/historique").text)
    assert f"administrator {town.service_id}, par une clé d’API, pour steward {town.service_id}" in history

    assert away.post(f"{found[0]}/fin", {"version": "1"}).status_code == 303
    assert deputy.get(found[0]).status_code == 409
    assert found[0] not in deputy.get("/bureau").text
    assert away.post(f"{found[0]}/fin", {"version": "2"}).status_code == 409, "It is over."


def test_what_cannot_be_is_refused_with_what_to_do(town: Town) -> None:
    away, deputy = town.someone(Role.STEWARD, town.service_id), town.someone(Role.ADMINISTRATOR, town.service_id)
    today = town.info["today"]()
    reader = town.someone(Role.READER, town.service_id)
    long, day = plus_months(today, 6) + timedelta(days=1), timedelta(days=1)
    for said, words in (
        (name(away, deputy, town, today, long), "six mois au plus"),
        (name(away, deputy, town, today, today - day), "précède le premier"),
        (name(away, deputy, town, today - day, today), "commence aujourd’hui au plus tôt"),
        (name(away, reader, town, today, today), "qui tient des fiches"),
    ):
        assert said.status_code == 422
        assert words in unescape(said.text)
    assert name(reader, deputy, town, today, today).status_code == 403
    assert name(away, deputy, town, today + day, today + 9 * day).status_code == 303
    crossing = name(away, deputy, town, today, today + day)
    assert (crossing.status_code, "vous supplée déjà" in unescape(crossing.text)) == (422, True)
    assert "Tâches de" not in deputy.get("/bureau").text, "It has not begun."
    assert "à venir" in deputy.get(LIST).text
