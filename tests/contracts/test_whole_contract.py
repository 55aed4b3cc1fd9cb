"""What is found of a contract with its amendments and its deliveries: one count on its page, in lists, in documents."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from registry.kernel.permissions import Role
from tests.conftest import TODAY, Someone, Town
from tests.contracts.test_clause_pages import a_contract, add, amend, kept
from tests.contracts.test_covering import says
from tests.contracts.test_delivery_pages import answer, bring, deliver
from tests.contracts.test_noting import lines, note_of, rows, sheet, summary_of
from tests.pages import fields_of as form_of

pytestmark = pytest.mark.database
ONE = timedelta(days=1)
SPACE = "\N{NO-BREAK SPACE}"


def ago(days: int) -> str:
    return (TODAY - days * ONE).isoformat()


def found(who: Someone, address: str) -> int:
    """How many findings a list holds."""
    page = who.get(address)
    assert page.status_code == 200, page.text
    told = re.search(r'role="status">([\d\s]+) constats?', page.text)
    assert told is not None
    return int(re.sub(r"\s", "", told[1]))


def broken(jurist: Someone, steward: Someone, town: Town, **more: Any) -> str:
    """A contract that breaks the law by itself, by an amendment, and by two deliveries."""
    place = a_contract(jurist, town, object="Gestion de l’eau", **more)
    says(jurist, place, "reuse-ban", article="art. 46", text="Rien ne sort.")
    amend(jurist, place, 1, signed_on="2023-11-06", effective_on="2024-01-01")
    for days in (40, 20):
        deliver(steward, place, due_on=ago(days), indispensable="true", label=f"Volumes {days}")
    return place


def test_the_breaches_of_a_contract_are_counted_alike_on_its_page_in_its_list_and_in_documents(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    place = broken(jurist, steward, town)
    number = place.rpartition("/")[2]
    every = f"/conformite/constats?contrat={number}"

    listed = found(jurist, f"{every}&constat=non-compliant&force=obligation")
    page, content = jurist.get(place).text, note_of(town, place)
    first = next(line for line in sheet(summary_of(town, town.authority_id), "dabord").lines)

    alone = page[page.index('id="conformite"') :]
    assert listed > 2, "two deliveries, and the contract or its amendment"
    said = f"{listed - 1} obligations ne sont pas suivies ({listed} constats)"
    assert f'title="à corriger">{listed}<' in alone, alone[:600]
    assert said in sheet(content, "constats").standing
    assert first.text.startswith(said)
    assert "2 livraisons sont en retard, de 40 jours pour la plus ancienne" in first.text
    grid = {row[0]: row for row in rows(summary_of(town, town.authority_id), "contrats")}
    assert grid["Gestion de l’eau"][5] == str(listed - 1)
    assert "2 fois" in lines(content, "decider")["Mettre en règle"]
    about = " ; ".join(row[1] for row in rows(content, "constats"))
    assert "Livraison « Volumes 40 » du" in about
    assert "Avenant n° 1" in about
    assert f"/conformite/constats?contrat={number}&amp;regle=DSP-04&amp;constat=non-compliant" in page
    assert found(jurist, f"{every}&regle=DSP-04&constat=non-compliant") == 2


def test_the_list_of_a_contract_holds_nothing_of_another_and_each_choice_in_it_counts_what_it_lists(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    place = broken(jurist, steward, town)
    other = a_contract(jurist, town, object="Gestion des parkings")
    mine, theirs = (f"/conformite/constats?contrat={one.rpartition('/')[2]}" for one in (place, other))

    page = jurist.get(mine).text

    assert "Gestion des parkings" not in page
    assert "Volumes 40" in page
    assert "Volumes 40" not in jurist.get(theirs).text
    ready = re.findall(r'href="(/conformite/constats\?contrat=[^"]+)"[^>]*>[^<(]*\(([\d\s]+)\)', page)
    assert len(ready) > 2
    for address, said in ready:
        if int(said):
            assert found(jurist, address.replace("&amp;", "&")) == int(said), address
    assert jurist.get("/conformite/constats?contrat=999999").status_code == 404
    assert jurist.get("/conformite/constats?contrat=abc").status_code == 404
    elsewhere = town.someone(Role.READER, town.other_commune_id)
    assert elsewhere.get(mine).status_code == 404


def test_the_note_tells_of_each_late_delivery_the_days_the_euros_and_what_was_decided(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    place = a_contract(jurist, town)
    terms = {"terms-euros_per_day": "100,50", "terms-penalty_start": "due-day"}
    kept(add(jurist, place, "penalties", article="art. 14.2", **terms))
    awaited = deliver(steward, place, due_on=ago(4), label="Volumes")
    late, spared = (deliver(steward, place, due_on=ago(10), label=label) for label in ("Fuites", "Qualité"))
    for one, decision in ((late, "applied"), (spared, "remitted")):
        kept(bring(steward, one, received_on=ago(8)))
        kept(answer(steward, one, "accepter"))
        form = form_of(jurist.get(f"{one}/penalite"))
        kept(jurist.post(f"{one}/penalite", form | {"penalty": decision, "penalty_reason": "Courrier du titulaire"}))
    deliver(steward, place, due_on=(TODAY + ONE).isoformat(), label="À venir")

    (_all, penalties) = sheet(note_of(town, place), "remises").grids

    told = {row[0]: row[2:] for row in penalties.rows}
    euros = f"{SPACE}€"
    assert told["Volumes"] == ("4 jours de retard à ce jour", f"402,00{euros}", "rien n’est décidé")
    assert told["Fuites"][:2] == ("2 jours de retard", f"201,00{euros}")
    assert re.fullmatch(rf"pénalité appliquée le .* : 201,00{euros}", told["Fuites"][2])
    assert re.fullmatch(rf"pénalité remise le .* : 201,00{euros}", told["Qualité"][2])
    assert told["Ensemble"] == (
        "8 jours", f"804,00{euros}", f"pénalités appliquées : 201,00{euros} ; remises : 201,00{euros}"
    )  # fmt: skip
    assert "À venir" not in told
    assert awaited


def test_the_note_tells_the_reports_of_the_operator_year_by_year(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place, last = a_contract(jurist, town), TODAY.year - 1
    kept(
        jurist.post(
            f"{place}/rapports/nouveau",
            {"year": str(last), "received_on": date(TODAY.year, 6, 3).isoformat(), "accounts": "true",
             "quality": "false", "committee": "true", "committee_on": date(TODAY.year, 9, 10).isoformat(),
             "council": "false"},
        )
    )  # fmt: skip

    content = note_of(town, place)
    years = {row[0]: row[1:] for row in rows(content, "rapports")}

    assert list(years) == [str(year) for year in range(last, 2020, -1)]
    due, received, holds, committee, council = years[str(last)]
    assert "31 mai" in due
    assert received == f"Reçu le 3 juin {TODAY.year}, 3 jours trop tard"
    assert "il manque : Analyse de la qualité" in holds
    assert committee == f"10 septembre {TODAY.year}"
    assert council == "Pas encore"
    assert years[str(last - 1)][1:] == ("Rien de noté", "–", "–", "–")
    assert sheet(content, "rapports").standing == "1 rapport reçu trop tard"
    assert not sheet(content, "rapports").late, "it came: nothing is awaited any more"
