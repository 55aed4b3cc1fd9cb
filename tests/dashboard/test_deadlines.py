"""The calendar tells each day by which something is to be done, to who may read it, and in the format of agendas."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.contracts.forms import ContractForm
from registry.contracts.service import record_contract
from registry.contracts.vocabulary import ContractKind
from registry.dashboard.calendar_rules import LONGEST_LINE, Event, write_calendar
from registry.kernel.permissions import Role
from registry.processing.requests.forms import RequestForm
from registry.processing.requests.service import record_request
from tests.conftest import Town

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=200)


@given(
    st.lists(st.builds(Event, st.just("finding-1"), st.dates(max_value=date(9999, 12, 30)), WORDS, WORDS, st.just("")))
)
def test_a_calendar_is_made_of_short_lines_that_say_again_what_they_were_given(events: list[Event]) -> None:
    written = write_calendar(events, "Échéances", at=datetime(2026, 11, 27, tzinfo=UTC), host="essai.invalid")
    lines = written.removesuffix("\r\n").split("\r\n")
    assert all(len(line.encode()) <= LONGEST_LINE for line in lines)
    whole = written.replace("\r\n ", "").split("\r\n")
    assert whole.count("BEGIN:VEVENT") == whole.count("END:VEVENT") == len(events)
    said = [line.removeprefix("SUMMARY:") for line in whole if line.startswith("SUMMARY:")]
    escaped = [
        one.title.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n") for one in events
    ]
    assert said == escaped


@pytest.mark.database
def test_the_calendar_tells_what_is_due_to_who_may_read_it(town: Town) -> None:
    today = town.info["today"]()
    with town.acting() as session:
        request = RequestForm(regime="cada", subject="Le rapport des crues", received_on=today - timedelta(days=2))
        record_request(session, town.authority_id, request)
        ends = today + timedelta(days=60)
        contract = ContractForm(kind=ContractKind.DSP, object="Réseau de chaleur", ends_on=ends)
        record_contract(session, town.authority_id, contract)
    dpo, reader = town.someone(Role.DPO), town.someone(Role.READER)

    assert "Le rapport des crues" in dpo.get("/echeances").text
    assert "Réseau de chaleur" in dpo.get("/echeances?genre=contract").text
    assert "Le rapport des crues" not in dpo.get("/echeances?genre=contract").text
    assert "Le rapport des crues" not in reader.get("/echeances").text
    assert "Réseau de chaleur" in reader.get("/echeances").text
    assert "Aucune échéance pour ce choix" in reader.get("/echeances?de=miennes").text
    assert "Le rapport des crues" in dpo.get("/echeances?de=miennes").text

    file = reader.get("/echeances.ics")
    assert file.headers["content-type"].startswith("text/calendar")
    assert "Réseau de chaleur" in file.text
    assert "Le rapport des crues" not in file.text
    assert f"DTSTART;VALUE=DATE:{ends:%Y%m%d}" in file.text
    elsewhere = town.someone(Role.READER, town.other_commune_id)
    assert "Réseau de chaleur" not in elsewhere.get("/echeances.ics").text
