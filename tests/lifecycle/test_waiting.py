"""How long a visa may wait, whom it is told to then, and the list of those that wait."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from registry.datasets.vocabulary import Stage
from registry.kernel.dates import is_working_day, plus_working_days
from registry.kernel.delays import Delay, deadline, latest_start_past
from registry.kernel.permissions import Role
from registry.lifecycle.charts import load_chart
from registry.lifecycle.rules import waits_since
from tests.conftest import Town
from tests.lifecycle.moving import READY, ask, decide_to_open, last_request, place

DAYS = st.dates(date(1995, 1, 1), date(2190, 12, 31))
WITHIN = st.integers(1, 60)


@given(day=DAYS, within=WITHIN)
def test_working_days_are_counted_one_by_one_past_week_ends_and_holidays(day: date, within: int):
    last = plus_working_days(day, within)
    between = [day + timedelta(days=number) for number in range(1, (last - day).days + 1)]
    assert sum(map(is_working_day, between)) == within
    assert is_working_day(last)


@given(today=DAYS, within=WITHIN, back=st.integers(0, 120))
def test_what_is_late_is_what_started_on_the_day_the_list_is_asked_with_or_before(today: date, within: int, back: int):
    delay, start = Delay(within, "working-days", carried=False), today - timedelta(days=back)
    assert (start <= latest_start_past(today, delay)) == (deadline(start, delay) < today)


@given(asked=DAYS, given_on=st.lists(DAYS, max_size=3), today=DAYS)
def test_a_visa_never_becomes_late_sooner_by_being_given(asked: date, given_on: list[date], today: date):
    delay = load_chart().visas["legal"].delay  # type: ignore[index]
    assert waits_since(asked, given_on) >= asked
    assert deadline(waits_since(asked, given_on), delay) >= deadline(asked, delay)


@pytest.mark.database
def test_a_visa_that_waits_too_long_is_shown_first_and_told_to_the_director(town: Town):
    steward, legal, director = (town.someone(role) for role in (Role.STEWARD, Role.LEGAL, Role.DIRECTOR))
    today = town.info["today"]()
    last_in_time = today
    while deadline(last_in_time - timedelta(days=1), load_chart().visas["legal"].delay) >= today:  # type: ignore[index]
        last_in_time -= timedelta(days=1)
    for title, since in (("Neuf", today), ("Juste à temps", last_in_time), ("Tard", last_in_time - timedelta(days=1))):
        sheet = town.record(title, **READY)
        place(town, sheet, Stage.CLEARED)
        decide_to_open(town, sheet)
        ask(steward, sheet, "publish")
        with town.as_owner() as session:
            session.execute(
                text("UPDATE stage_request SET asked_on = :since WHERE dataset_id = :id"), {"since": since, "id": sheet}
            )
    late = last_request(town, sheet)

    page = legal.get("/visas").text
    assert page.index("Tard") < page.index("Juste à temps") < page.index("Neuf")
    assert page.count("en retard depuis le") == 1
    assert "Juste à temps" not in legal.get("/visas?retard=oui").text
    assert "Tard" in legal.get("/visas?retard=oui&visa=legal").text
    assert "Aucun visa pour ce choix" in legal.get("/visas?voir=tous&visa=archives").text
    assert f"/visas/{late}" in director.get("/bureau").text
    assert "Un visa tarde" in director.get("/bureau").text
    assert f"/visas/{late - 1}" not in director.get("/bureau").text, "the others are in time"
    assert "Un visa tarde" not in town.someone(Role.READER).get("/bureau").text
    (awaited,) = legal.api("GET", f"/api/v1/stage-requests/{late}").json()["awaited"]
    assert (awaited["kind"], awaited["late"]) == ("legal", True)


@pytest.mark.database
def test_the_list_is_paged_by_places_that_nobody_moves(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("registry.lifecycle.routes.PAGE_SIZE", 2)
    steward, legal = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    titles = [f"Jeu {letter}" for letter in "ABCDE"]
    for title in titles:
        sheet = town.record(title, **READY)
        place(town, sheet, Stage.CLEARED)
        decide_to_open(town, sheet)
        ask(steward, sheet, "publish")
    seen, address = [], "/visas"
    while address:
        page = legal.get(address).text
        seen += [title for title in titles if f">{title}</a>" in page]
        found = re.search(r'href="([^"]+)" rel="next"', page)
        address = unescape(found[1]) if found else ""
    assert seen == titles
    assert legal.get("/visas?apres=faux").status_code in {400, 422}
