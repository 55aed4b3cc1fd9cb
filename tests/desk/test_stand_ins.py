"""Somebody stands in for who keeps sheets: named for some days, they see their tasks, and history says for whom."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from httpx import Response
from sqlalchemy import text

from registry.kernel.dates import plus_months
from registry.kernel.permissions import Role
from registry.organisations.vocabulary import AppointmentRole
from registry.processing.breaches.models import Breach
from tests.conftest import Someone, Town
from tests.contracts.test_contracts import operator_of
from tests.desk.test_questions import ask, in_post
from tests.governance.test_training import person_of
from tests.waiting import wait_for_waiting

pytestmark = pytest.mark.database
LIST = "/bureau/suppleances"


def name(away: Someone, stand_in: Someone, town: Town, start: date, end: date) -> Response:
    return away.post(LIST, {
        "organisation_id": str(town.service_id), "stand_in_id": str(stand_in.account_id),
        "starts_on": start.isoformat(), "ends_on": end.isoformat(), "reason": "Congés",
    })  # fmt: skip


def amend(someone: Someone, sheet: int, title: str, version: int) -> None:
    changed = someone.api(
        "PATCH", f"/api/v1/datasets/{sheet}", json={"title": title}, headers={"If-Match": f'"{version}"'}
    )
    assert changed.status_code == 200, changed.text


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
    amend(deputy, sheet, "Platanes", 1)
    history = unescape(deputy.get(f"/jeux/{sheet}/historique").text)
    assert f"administrator {town.service_id}, par une clé d’API, pour steward {town.service_id}" in history
    own = town.record("Bancs", on=town.service_id)
    for keeper in (away, deputy):
        in_post(town, keeper, own)
    amend(deputy, own, "Bancs publics", 1)
    assert ", pour steward" not in deputy.get(f"/jeux/{own}/historique").text, "They keep that sheet themselves."

    assert away.post(f"{found[0]}/fin", {"version": "1"}).status_code == 303
    assert deputy.get(found[0]).status_code == 409
    assert found[0] not in deputy.get("/bureau").text
    assert away.post(f"{found[0]}/fin", {"version": "2"}).status_code == 409, "It is over."
    amend(deputy, sheet, "Tilleuls", 2)
    history = unescape(deputy.get(f"/jeux/{sheet}/historique").text)
    assert history.count(", pour steward") == 1, "Once it has ended, even on that day, they act for themselves."


def test_who_stands_in_is_shown_nothing_but_tasks_about_sheets(town: Town) -> None:
    away, deputy = town.someone(Role.STEWARD, town.service_id), town.someone(Role.ADMINISTRATOR, town.service_id)
    today, sheet = town.info["today"](), town.record("Arbres", on=town.service_id)
    in_post(town, away, sheet)
    in_post(town, away, sheet, AppointmentRole.DPO)
    key = f"finding:dataset:{sheet}:dataset.personal_data"
    chief = town.someone(Role.ADMINISTRATOR)
    handed = {"account_id": str(away.account_id), "reason": "Entre nous"}
    assert chief.post(f"/bureau/taches/{key}/confier", handed).status_code == 303
    put = ask(town.someone(Role.LEGAL), sheet, "Faut-il une analyse ?", addressee="dpo")
    asked = ask(away, sheet, "Qui décide de la licence ?")
    answered = {"text": "La direction"}
    assert chief.post(f"/bureau/questions/{asked}/repondre", answered).status_code == 303
    with town.acting() as session:
        session.execute(text("UPDATE question SET asked_to = :who WHERE id = :id"), {
            "id": put, "who": person_of(town, away)})  # fmt: skip
        session.add(Breach(
            organisation_id=town.service_id, title="Clé USB perdue",
            in_charge_id=person_of(town, away), natures=["availability"],
            known_at=datetime.now(UTC), due_at=datetime.now(UTC) + timedelta(days=3),
        ))  # fmt: skip
    theirs = ("Faut-il une analyse", "Qui décide de la licence", "Clé USB", "Entre nous")
    desk = unescape(away.get("/bureau").text)
    assert [words for words in theirs if words not in desk] == []

    assert name(away, deputy, town, today, today).status_code == 303
    found = re.search(rf"{LIST}/\d+", deputy.get("/bureau").text)
    assert found is not None
    tasks = unescape(deputy.get(found[0]).text)
    assert "Données personnelles" in tasks, "The task itself is theirs to do."
    assert [words for words in (*theirs, "Confiée par") if words in tasks] == []


def test_those_offered_are_those_of_the_organisation_chosen(town: Town) -> None:
    away, near = town.someone(Role.ADMINISTRATOR), town.someone(Role.STEWARD, town.service_id)
    option = f">steward {town.service_id} — "
    assert option not in away.get(LIST).text, "They keep nothing of the authority itself."
    assert option in away.get(f"{LIST}?organisation={town.service_id}").text
    refused = away.post(LIST, {"organisation_id": str(town.service_id), "stand_in_id": str(near.account_id)})
    assert (refused.status_code, option in refused.text) == (422, True), "What was chosen stays."
    today = town.info["today"]()
    assert name(away, near, town, today, today).status_code == 303


def test_nobody_stands_in_for_an_operator(town: Town) -> None:
    away = town.someone(Role.ADMINISTRATOR)
    company = operator_of(town)
    asked = away.get(f"{LIST}?organisation={company}").text
    assert "Exploitant du réseau" not in asked
    assert "Communauté urbaine d’essai" in asked


def test_two_clicks_at_once_name_one_stand_in(town: Town) -> None:
    away, deputy = town.someone(Role.STEWARD, town.service_id), town.someone(Role.ADMINISTRATOR, town.service_id)
    today = town.info["today"]()
    with ThreadPoolExecutor(2) as threads:
        with town.as_owner() as session:
            # A stand-in names an account: both wait for the row this transaction holds.
            session.execute(text("SELECT FROM account WHERE id = :id FOR UPDATE"), {"id": away.account_id})
            answers = threads.map(lambda _: name(away, deputy, town, today, today).status_code, range(2))
            wait_for_waiting(town, 2)
        codes = sorted(answers)
    assert codes == [303, 422]


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
