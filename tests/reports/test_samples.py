"""The samples tell of nothing that the registry's own rules refuse: a reader takes them for examples."""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from babel.dates import get_month_names

from registry.kernel.delays import count_delay, last_moment
from registry.processing.breaches.rules import wrong_moments, wrong_sending
from registry.reporting.discovery import get_report
from registry.rooms import assemble_engine

DELAYS = assemble_engine().catalogue.delays
MONTHS = {name: number for number, name in get_month_names("wide", locale="fr").items()}
DAY = re.compile(r"(\d{1,2})(?:er)? (\w+) (\d{4})(?: à (\d{1,2}) h(?: (\d{2}))?)?")
NOW = datetime(2026, 12, 2, 9, 30, tzinfo=UTC)


def sheets_of(report_id: str) -> list[dict[str, Any]]:
    """The sheets of a report's sample, each with its lines by label."""
    sample = tomllib.loads(get_report(report_id).sample.read_text("utf-8"))
    said = [{line["label"]: line.get("text", "") for line in sheet.get("lines", ())} for sheet in sample["sheets"]]
    return [{**sheet, "said": lines} for sheet, lines in zip(sample["sheets"], said, strict=True)]


def moments_in(words: str) -> list[datetime]:
    """The moments that a sentence names, in its order; a day that says no hour is its midnight."""
    found = DAY.findall(words)
    return [
        datetime(int(year), MONTHS[month], int(day), int(hour or 0), int(minute or 0), tzinfo=UTC)
        for day, month, year, hour, minute in found
    ]


def moment_in(lines: Mapping[str, str], label: str) -> datetime | None:
    """The first moment of a line, where it is there."""
    return next(iter(moments_in(lines.get(label, ""))), None)


@pytest.mark.parametrize("sheet", sheets_of("breaches"), ids=lambda sheet: sheet["reference"])
def test_the_moments_of_a_breach_are_those_that_its_form_takes(sheet: dict[str, Any]) -> None:
    lines = sheet["said"]
    known, told = moment_in(lines, "Connue le"), moment_in(lines, "Le sous-traitant a prévenu le")
    assert known is not None
    due = last_moment(known, DELAYS["breach-notification"])
    grids = {grid["caption"]: grid["rows"] for grid in sheet.get("grids", ())}
    sent = [
        datetime.strptime(row[0], "%d/%m/%Y %H:%M").replace(tzinfo=UTC)
        for row in grids.get("Notifications à la CNIL", ())
    ]

    assert wrong_moments(known=known, occurred_from=None, occurred_until=None, told=told, now=NOW) == {}
    assert f"{due.day} {get_month_names('wide', locale='fr')[due.month]} à {due.hour} h" in lines["Connue le"]
    for place, one in enumerate(sent):
        wrong = wrong_sending(
            sent=one, known=known, due=due, delay_reasons=lines.get("Motifs du retard"), earlier=sent[:place],
            completes=place > 0, now=NOW,
        )  # fmt: skip
        assert wrong == {}
    assert ("après les 72 heures" in sheet["standing"]) == bool(sent and sent[0] > due)


@pytest.mark.parametrize("sheet", sheets_of("requests"), ids=lambda sheet: sheet["reference"])
def test_the_days_of_a_request_are_those_that_its_text_counts(sheet: dict[str, Any]) -> None:
    lines = sheet["said"]
    received, last = (moment.date() for moment in moments_in(lines["Reçue le"]))
    name = "cada-request" if "CADA" in lines["Régime"] else "gdpr-request"
    extended, first = moment_in(lines, "Prolongation"), count_delay(received, DELAYS[name]).last
    answered = moment_in(lines, "Réponse")

    assert extended is None or received <= extended.date() <= first
    assert last == (count_delay(received, DELAYS[f"{name}-extended"]).last if extended else first)
    assert answered is None or received <= answered.date() <= date(2026, 12, 2)
    if answered is not None:
        assert ("dans le délai" in sheet["standing"]) <= (answered.date() <= last)
