"""The directors' page over what one directs or reads; the months it draws are those each night counts."""

import re

import pytest

from registry.dashboard.rules import LEAST_JUDGED
from registry.dashboard.service import count_months
from registry.kernel.permissions import Role
from tests.conftest import Someone, Town
from tests.dashboard.figures import BREACHING

pytestmark = pytest.mark.database


def figures(asker: Someone) -> dict[str, tuple[str, str]]:
    """Each figure of the page, by its code: the list it opens and what it says."""
    page = asker.get("/pilotage").text
    found = re.findall(r'id="chiffre-(\w+)".*?<a href="([^"]+)">([\d\s]+)<', page, re.DOTALL)
    return {code: (address, said.strip()) for code, address, said in found}


def test_a_new_registry_says_that_nothing_is_judged_and_that_no_history_is_kept_yet(town: Town) -> None:
    page = town.someone(Role.READER, town.service_id).get("/pilotage")
    assert page.status_code == 200
    assert page.text.count('<p class="quiet">Pas encore d’historique.') == 5
    assert "Aucun manquement à une obligation dans ce que vous lisez." in page.text
    assert "Rien n’est encore jugé dans ce que vous lisez." in page.text


def test_a_director_starts_there_and_is_told_of_their_own_services_alone(town: Town) -> None:
    town.record("Réseau d’eau", on=town.service_id)
    town.record("Cimetières", on=town.commune_id)
    director = town.someone(Role.DIRECTOR, town.service_id)
    assert director.get("/").headers["location"] == "/pilotage"
    address, _said = figures(director)["kept"]
    assert "organisation=services" in address
    page = director.get("/pilotage").text
    assert "Direction de l’eau" in page
    assert "Grande-Commune" not in page
    assert re.search(r'/jeux\?etape=identified&amp;organisation=\d+">1<', page)


def test_who_directs_nothing_is_told_of_all_they_read_and_starts_at_their_desk(town: Town) -> None:
    for number in range(LEAST_JUDGED):
        for body in (town.service_id, town.commune_id):
            town.record(f"Aides {number}", on=body, **BREACHING)
    steward = town.someone(Role.STEWARD)
    assert steward.get("/").headers["location"] == "/bureau"
    page = steward.get("/pilotage").text
    assert "Direction de l’eau" in page
    assert "Grande-Commune" in page
    assert re.search(rf'/jeux\?etape=identified">{2 * LEAST_JUDGED}<', page)
    assert "Médiane de 2 organisations comparées" in page.replace("\xa0", " ")


def test_a_night_writes_the_months_anew_and_changes_nothing_that_did_not_change(town: Town) -> None:
    town.record()
    with town.acting() as session:
        first = count_months(session)
    with town.acting() as session:
        again = count_months(session)
    assert first == again > 0


def test_nobody_is_told_the_figures_of_a_body_they_do_not_read(town: Town) -> None:
    town.record("Cimetières", on=town.commune_id)
    with town.acting() as session:
        count_months(session)
    theirs = figures(town.someone(Role.READER, town.other_commune_id))
    assert theirs["kept"][1] == "0"
    ours = town.someone(Role.READER, town.commune_id).get("/pilotage").text
    assert "rien à juger encore" not in re.split(r'id="chiffre-', ours)[1]


def test_the_breaches_of_communes_are_told_apart_from_those_of_the_body_that_reads_them(town: Town) -> None:
    town.record("Aides", on=town.service_id, **BREACHING)
    for title in ("Aides", "Bourses"):
        town.record(title, on=town.commune_id, **BREACHING)
    page = town.someone(Role.READER).get("/pilotage").text
    whole = int(figures(town.someone(Role.READER))["breaches"][1])
    split = re.search(r"Dont (\d+) pour l’intercommunalité et ses services, (\d+) pour les communes", page)

    assert split is not None
    assert int(split[1]) + int(split[2]) == whole
    assert int(split[2]) > int(split[1]) > 0
    alone = town.someone(Role.READER, town.commune_id).get("/pilotage").text
    assert "pour les communes" not in alone, "a commune adds up no other"
