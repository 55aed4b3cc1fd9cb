"""The days of a contract on its sheet, each leading to what applies on it; and its amendments in its history."""

import re
from datetime import date

import pytest

from registry.contracts.clauses.events import Event
from registry.contracts.clauses.time_line import time_line
from registry.kernel.permissions import Role
from tests.conftest import Town
from tests.contracts.test_clause_pages import a_contract, amend

TODAY = date(2024, 7, 1)


@pytest.mark.database
def test_every_day_of_a_contract_leads_to_the_clauses_of_that_day(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    amend(jurist, place, 1, signed_on="2023-11-06", effective_on="2024-01-01", published_on="2023-12-01")

    page = jurist.get(place).text
    (line,) = re.findall(r'<ol class="timeline">(.*?)</ol>', page, re.DOTALL)
    days = re.findall(r'href="([^"]+)">([^<]+)</a>', line)

    assert [address for address, _words in days] == [
        f"{place}/clauses?le={day}"
        for day in (
            "2020-03-02", "2020-11-30", "2021-01-01", "2023-11-06", "2023-12-01", "2024-01-01", "2032-12-31",
        )
    ]  # fmt: skip
    assert "Signature de l’avenant n° 1 : Avenant sur les données 1" in line.replace("\N{NO-BREAK SPACE}", " ")
    assert line.count("à venir") == 1
    # Whoever has no pointer chooses in the list: the picture repeats it, and takes no step of the keyboard.
    (picture,) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert picture.count('tabindex="-1"') == len(days) == picture.count("<a ")
    for address, _words in days:
        assert jurist.get(address).status_code == 200
    assert 'name="le"' in page


@pytest.mark.database
def test_a_contract_of_one_day_or_none_has_no_line(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    undated = dict.fromkeys(("consulted_on", "signed_on", "ends_on"), "")

    assert 'id="frise"' not in jurist.get(a_contract(jurist, town, **undated)).text


@pytest.mark.database
def test_the_history_of_a_contract_tells_its_amendments_too(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    number = amend(jurist, place, 1, progress="asked")
    jurist.api("PATCH", f"/api/v1/amendments/{number}", headers={"If-Match": '"1"'}, json={"reference": "A1"})

    page = jurist.get(f"{place}/historique").text
    told = re.findall(r"<h2>([^<]+)</h2>", page)

    assert told == ["Avenant n° 1 modifié", "Avenant n° 1 enregistré", "Contrat enregistré"]
    assert "A1" in page
    assert len(set(re.findall(r'id="(version-[^"]+)"', page))) == len(re.findall(r'id="(version-[^"]+)"', page))


def test_the_line_goes_from_the_first_day_to_the_last_and_shows_today_where_it_is_within() -> None:
    days = [Event(date(2020, 1, 1), "Début", changes_what_binds=True), Event(date(2030, 1, 1), "Fin")]

    line = time_line(days, TODAY)
    before = time_line(days, date(2019, 12, 31))

    assert line is not None
    assert before is not None
    assert [one.place for one in line.days] == ["5.0%", "95.0%"]
    assert [one.to_come for one in line.days] == [False, True]
    assert 40 < float(line.today.removesuffix("%")) < 50
    assert before.today == ""


def test_what_happens_on_one_day_is_told_at_one_place() -> None:
    same = [Event(TODAY, "Contrat signé"), Event(TODAY, "Le contrat commence", changes_what_binds=True)]

    line = time_line([*same, Event(date(2030, 1, 1), "Fin")], TODAY)

    assert line is not None
    assert line.days[0].words == ("Contrat signé", "Le contrat commence")
    assert line.days[0].changes_what_binds
    assert time_line(same, TODAY) is None
