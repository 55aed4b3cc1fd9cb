"""What is late of contracts as a director sees it: on the contract, in the list of deliveries, year by year."""

import re
from datetime import timedelta
from html import escape, unescape

import pytest

from registry.kernel.permissions import Role
from tests.conftest import Town
from tests.contracts.test_clause_pages import a_contract, add, kept
from tests.contracts.test_contract_facts import number_of
from tests.contracts.test_contracts import operator_of
from tests.contracts.test_delivery_pages import START, answer, bring, deliver
from tests.pages import words_of

pytestmark = pytest.mark.database
ONE = timedelta(days=1)


def test_the_contract_says_near_its_top_what_is_late_since_when_and_for_how_much(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    today, place = town.info["today"](), a_contract(jurist, town)
    kept(add(jurist, place, "penalties", **START, **{"terms-euros_per_day": "100"}))
    deliver(steward, place, label="Attendue", due_on=(today + 9 * ONE).isoformat())
    assert "livraison en retard" not in words_of(steward.get(place))

    first = deliver(steward, place, label="Tardive", due_on=(today - 9 * ONE).isoformat())
    alone = words_of(steward.get(place))
    deliver(steward, place, label="Plus ancienne", due_on=(today - 40 * ONE).isoformat())
    page = steward.get(place)

    assert "1 livraison en retard, depuis 9 jours, pénalité à ce jour : 900,00 €" in alone
    assert "2 livraisons en retard, la plus ancienne depuis 40 jours, pénalité à ce jour : 4 900,00 €" in words_of(page)
    link = f"/livraisons?contrat={number_of(place)}&etat=late"
    assert link in unescape(page.text)
    assert page.text.index(escape(link)) < page.text.index('id="contrat"')
    assert "2 livraisons" in words_of(steward.get(link))

    decided = {"penalty": "applied", "penalty_euros": "500", "penalty_reason": "Accord trouvé"}
    version = steward.api("GET", f"/api/v1/deliveries/{number_of(first)}").json()["version"]
    kept(jurist.post(f"{first}/penalite", {**decided, "version": str(version)}))
    part = "pénalité à ce jour : 4 000,00 €, pénalité décidée pour 1"
    assert part in words_of(steward.get(place)), "What is decided of one is in no sum that grows."

    kept(bring(steward, first))
    kept(answer(jurist, first, "accepter"))
    assert "1 livraison en retard, depuis 40 jours, pénalité à ce jour : 4 000,00 €" in words_of(steward.get(place))


def test_the_list_of_deliveries_tells_who_holds_the_contract_and_what_each_late_one_costs(town: Town) -> None:
    jurist, steward, holder = town.someone(Role.LEGAL), town.someone(Role.STEWARD), operator_of(town)
    today = town.info["today"]()
    place = a_contract(jurist, town, **{"party-0-party_id": str(holder), "party-0-side": "holder"})
    kept(add(jurist, place, "penalties", **{
        "terms-euros_per_day": "100", "terms-cap_euros": "1500", "terms-cap_period": "contract",
    }))  # fmt: skip
    deliver(steward, place, label="Première", due_on=(today - 9 * ONE).isoformat())
    deliver(steward, place, label="Seconde", due_on=(today - 8 * ONE).isoformat())
    deliver(steward, place, label="Attendue", due_on=(today + 9 * ONE).isoformat())

    for line in re.split("<tr>", steward.get("/livraisons").text)[2:]:
        cost = {"Première": "900,00", "Seconde": "600,00", "Attendue": "—"}
        (named,) = (one for one in cost if f">{one}</a>" in line)
        assert "Exploitant du réseau" in line
        assert cost[named] in line


def test_what_came_late_and_is_not_answered_costs_on_the_list_if_one_accepts_it(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "penalties", **START, **{"terms-euros_per_day": "100"}))
    late = deliver(steward, place, label="Tardive", due_on=(town.info["today"]() - 9 * ONE).isoformat())
    kept(bring(steward, late))
    waiting = words_of(steward.get("/livraisons"))
    kept(answer(jurist, late, "accepter"))

    assert "900,00 € si vous l’acceptez" in waiting
    assert "si vous l’acceptez" not in words_of(steward.get("/livraisons"))


def test_a_year_that_is_none_is_told_so_and_this_year_is_shown(town: Town) -> None:
    jurist, today = town.someone(Role.LEGAL), town.info["today"]()
    place = a_contract(jurist, town)

    for asked in ("abc", "99999999", "-4", "0"):
        page = jurist.get(f"{place}/livraisons?annee={asked}")
        assert page.status_code == 200
        assert f"« {asked} » n’est pas une année entre 1990 et 2100" in words_of(page)
        assert f"Année {today.year}" in words_of(page)
    assert "n’est pas une année" not in words_of(jurist.get(f"{place}/livraisons?annee=2030"))


def test_what_is_late_and_no_clause_prices_is_told_so(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    today, place = town.info["today"](), a_contract(jurist, town)
    deliver(steward, place, due_on=(today - 2 * ONE).isoformat(), label="Tardive")

    assert "1 livraison en retard, depuis 2 jours, sans clause qui chiffre une pénalité" in words_of(jurist.get(place))
