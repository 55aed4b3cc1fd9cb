"""The calendar tells each day by which something is to be done, to who may read it, and in the format of agendas."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.contracts.deliveries.forms import DeliveryForm, ReceiptForm
from registry.contracts.deliveries.service import receive, record_delivery
from registry.contracts.deliveries.vocabulary import DeliveryChannel
from registry.contracts.forms import ContractForm
from registry.contracts.service import record_contract
from registry.contracts.vocabulary import ContractKind
from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.desk.calendar_rules import LONGEST_LINE, Event, write_calendar
from registry.desk.deadline_queries import find_deadlines
from registry.desk.deadline_views import DeadlineLine
from registry.desk.deadline_words import keep_both_sides
from registry.desk.vocabulary import DeadlineKind
from registry.governance.forms import ActionForm
from registry.governance.service import record_action
from registry.kernel.delays import deadline
from registry.kernel.permissions import Role
from registry.lifecycle.charts import load_chart
from registry.lifecycle.vocabulary import VisaKind
from registry.processing.requests.forms import RequestForm
from registry.processing.requests.service import record_request
from registry.processing.retention.forms import HoldForm, LiftForm
from registry.processing.retention.service import lift_hold, place_hold
from registry.processing.retention.vocabulary import HoldReason
from tests.conftest import Town
from tests.lifecycle.test_delegations import waiting as waiting_for_visas
from tests.pages import words_of

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


@given(missed=st.integers(0, 30), coming=st.integers(0, 30), most=st.integers(0, 20))
def test_what_was_missed_hides_nothing_of_what_comes(missed: int, coming: int, most: int) -> None:
    today = date(2026, 11, 28)
    days = [today + timedelta(days=number) for number in range(-missed, coming)]
    lines = [DeadlineLine(str(day), day, "", "", "", "", "", is_confided=False, of_all=0) for day in days]

    kept = keep_both_sides(lines, today, most)

    assert len(kept) == min(most, len(lines))
    late = sum(one.day < today for one in kept)
    assert late >= min(missed, most // 2)
    assert len(kept) - late >= min(coming, most // 2)
    assert kept == sorted(kept, key=lambda one: one.day)


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


@pytest.mark.database
def test_a_visa_is_due_when_the_file_of_moves_says_and_is_theirs_who_give_it(town: Town) -> None:
    today = town.info["today"]()
    _sheet, waiting = waiting_for_visas(town, "Menus des cantines")
    due = deadline(today, load_chart().visas[VisaKind.LEGAL].delay)
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)

    file = jurist.get("/echeances.ics?genre=move").text.replace("\r\n ", "")
    assert f"UID:move-move-{waiting}-legal@" in file
    assert f"DTSTART;VALUE=DATE:{due:%Y%m%d}" in file
    assert "Menus des cantines" in jurist.get("/echeances?de=miennes&genre=move").text
    assert "Menus des cantines" in steward.get("/echeances?genre=move").text
    assert "Par : Juriste" in words_of(steward.get("/echeances?genre=move"))
    assert "Menus des cantines" not in steward.get("/echeances?de=miennes&genre=move").text


@pytest.mark.database
def test_a_hold_to_review_and_an_action_of_the_plan_are_told_until_they_are_done(town: Town) -> None:
    today = town.info["today"]()
    with town.acting() as session:
        held = record_dataset(session, town.authority_id, DatasetForm(title="Amendes de stationnement")).id
        hold = HoldForm(
            reason=HoldReason.LITIGATION, explained="Recours collectif", held_by="La direction juridique",
            started_on=today - timedelta(days=30), review_on=today - timedelta(days=2),
        )  # fmt: skip
        kept = place_hold(session, held, hold).id
        form = ActionForm(title="Former les référents", due_on=today + timedelta(days=40))
        record_action(session, town.authority_id, form)
    reader = town.someone(Role.READER)

    page = reader.get("/echeances").text
    assert "Amendes de stationnement" in page
    assert "Former les référents" in page
    assert "En retard : 1 échéance" in page.replace("\N{NO-BREAK SPACE}", " ")
    with town.acting() as session:
        lift_hold(session, kept, LiftForm(lifted_reason="Recours rejeté."), today=today)
    assert "Amendes de stationnement" not in reader.get("/echeances").text


@pytest.mark.database
def test_a_delivery_owed_by_a_contract_is_told_until_it_came_and_is_a_stewards_own(town: Town) -> None:
    today = town.info["today"]()
    with town.acting() as session:
        form = ContractForm(kind=ContractKind.DSP, object="Eau")
        contract = record_contract(session, town.authority_id, form).id
        late, due = (
            record_delivery(session, contract, DeliveryForm(label=label, due_on=today + timedelta(days=days))).id
            for label, days in (("Volumes de mai", -4), ("Volumes de juin", 9))
        )
    steward, reader = town.someone(Role.STEWARD), town.someone(Role.READER)

    for page in (reader.get("/echeances").text, steward.get("/echeances?de=miennes").text):
        assert f"/livraisons/{late}" in page
        assert "Volumes de juin" in page
    assert "Volumes de juin" not in reader.get("/echeances?de=miennes").text
    owed = "Par : Délégué·e à la protection des données, Juriste, Référent·e données"
    assert words_of(reader.get("/echeances?genre=delivery")).count(owed) == 2
    with town.acting() as session:
        paper = ReceiptForm(channel=DeliveryChannel.PAPER, described="Deux feuillets")
        receive(session, due, paper, None, expected=None)
    assert "Volumes de juin" not in reader.get("/echeances").text


@pytest.mark.database
def test_a_director_is_told_what_contracts_owe_to_the_bodies_they_direct(town: Town) -> None:
    today = town.info["today"]()
    with town.acting() as session:
        form = ContractForm(kind=ContractKind.AGREEMENT, object="Parc d’Artois", ends_on=today + timedelta(days=60))
        contract = record_contract(session, town.authority_id, form).id
        for number in range(5):
            owed = DeliveryForm(label=f"Volumes {number}", due_on=today - timedelta(days=20 - number))
            record_delivery(session, contract, owed)
    director, elsewhere = town.someone(Role.DIRECTOR), town.someone(Role.DIRECTOR, town.other_commune_id)

    panel = words_of(director.get("/bureau")).partition("Échéances des contrats")[2].partition("Vos services")[0]
    assert "En retard : 5 échéances" in panel
    assert "Volumes 2" in panel
    assert "Volumes 3" not in panel
    assert "Les prochaines : 1 échéance" in panel
    assert "Parc d’Artois" in panel
    assert "Le contrat finit" in panel
    assert "Par : Délégué·e à la protection des données, Juriste, Référent·e données" in panel
    every = director.get("/echeances?de=miennes&genre=contrats").text
    assert "Volumes 4" in every
    assert f"/contrats/{contract}" in every
    for page in (elsewhere.get("/bureau").text, elsewhere.get("/echeances?de=miennes").text,
                 town.someone(Role.STEWARD).get("/bureau").text):  # fmt: skip
        assert "Volumes" not in page
        assert "Échéances des contrats" not in page


@pytest.mark.database
def test_the_first_of_each_side_of_today_come_with_how_many_there_are(town: Town) -> None:
    today = town.info["today"]()
    with town.acting() as session:
        for days in (-9, -5, -2, 3, 8):
            form = ActionForm(title=f"Action à {days}", due_on=today + timedelta(days=days))
            record_action(session, town.authority_id, form)

        found = find_deadlines(session, today, frozenset(), kinds=frozenset({DeadlineKind.ACTION}), limit=1)

    assert [(one.title, one.of_all) for one in found] == [("Action à -9", 3), ("Action à 3", 2)]
