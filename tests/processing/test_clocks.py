"""Where a delay stands, and how it was counted, in French sentences with the article."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.delays import count_delay, last_moment
from registry.processing.clocks.rules import SOON_DAYS, clock_of_days, clock_of_hours
from registry.processing.clocks.vocabulary import ClockState
from registry.processing.clocks.wording import explain_days, explain_hours, say_left, say_span
from registry.rooms import assemble_engine

PARIS = ZoneInfo("Europe/Paris")
DELAYS = assemble_engine().catalogue.delays
KNOWN = datetime(2026, 3, 27, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(days=2, hours=4, minutes=59), "2 jours 4 h"),
        (timedelta(days=1), "1 jour"),
        (timedelta(hours=5, minutes=12), "5 h 12 min"),
        (timedelta(hours=5), "5 h"),
        (timedelta(minutes=7), "7 min"),
        (timedelta(seconds=20), "moins d’une minute"),
        (timedelta(hours=-3), "3 h"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(span: timedelta, said: str):
    assert say_span(span) == said


def test_the_seventy_two_hours_are_told_while_they_run_then_by_how_much_they_are_passed():
    due = last_moment(KNOWN, DELAYS["breach-notification"])

    said = [say_left(clock_of_hours(due, None, KNOWN + timedelta(hours=hours))) for hours in (0, 50, 72, 80)]
    assert said == ["Il reste 3 jours", "Il reste 22 h", "Il reste moins d’une minute", "Dépassé de 8 h"]
    assert clock_of_hours(due, due, KNOWN).state is ClockState.MET
    assert clock_of_hours(due, due + timedelta(seconds=1), KNOWN).state is ClockState.LATE


def test_the_explanation_of_the_hours_tells_the_change_of_clocks():
    due = last_moment(KNOWN, DELAYS["breach-notification"])

    said = explain_hours(KNOWN, due, DELAYS["breach-notification"], PARIS)

    assert (
        "27 mars 2026 à 14:20, plus 72 heures de temps réel (RGPD, art. 33 §1) : jusqu’au 30 mars 2026 à 15:20" in said
    )
    assert "horloges changent" in said
    winter = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert "horloges" not in explain_hours(winter, winter + timedelta(hours=72), DELAYS["breach-notification"], PARIS)


@pytest.mark.parametrize(
    ("delay", "received", "says"),
    [
        ("gdpr-request", "2026-01-31", ["(RGPD, art. 12 §3)", "28 février 2026", "n’a pas de 31", "lundi 2 mars 2026",
                                        "1182/71, art. 3 §4"]),
        ("gdpr-request", "2026-11-25", ["jour férié", "lundi 28 décembre 2026"]),
        ("gdpr-request-extended", "2026-01-15", ["3 mois, prolongation comprise", "15 avril 2026"]),
        ("cada-request", "2026-10-01", ["R311-13", "1er novembre 2026", "ne reporte pas"]),
        ("cada-request", "2026-09-15", ["15 octobre 2026"]),
    ],
)  # fmt: skip
def test_the_explanation_of_a_month_says_the_article_and_each_step(delay: str, received: str, says: list[str]):
    counted = count_delay(date.fromisoformat(received), DELAYS[delay])

    said = explain_days(counted, extended=delay.endswith("extended"))

    assert all(part in said for part in says), said


@given(st.dates(date(2018, 5, 25), date(2100, 1, 1)), st.integers(0, 200))
def test_a_delay_of_days_is_running_then_soon_then_passed(received: date, after: int):
    due = count_delay(received, DELAYS["gdpr-request"]).last
    today = received + timedelta(days=after)

    state = clock_of_days(due, None, today).state

    if today > due:
        assert state is ClockState.OVERDUE
    elif (due - today).days <= SOON_DAYS:
        assert state is ClockState.SOON
    else:
        assert state is ClockState.RUNNING
    assert clock_of_days(due, today, received).state is (ClockState.MET if today <= due else ClockState.LATE)


def test_the_last_day_is_in_time_and_said_so():
    due = date(2026, 11, 26)

    assert say_left(clock_of_days(due, None, due)) == "Dernier jour aujourd’hui"
    assert say_left(clock_of_days(due, due, due)) == "Fait le dernier jour"
    assert say_left(clock_of_days(due, None, due + timedelta(days=1))) == "Dépassé de 1 jour"
