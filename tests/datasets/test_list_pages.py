"""The list like a spreadsheet: facets, chips, columns, views, cells, and bulk edits, from the page to the database."""

import re
from typing import Any

import pytest

from registry.datasets.bulk import service as bulk_service
from registry.datasets.queries import get_dataset
from registry.datasets.vocabulary import AccessRights
from registry.kernel.permissions import Role
from registry.platform.jobs import work_once
from registry.rooms import job_functions

pytestmark = pytest.mark.database
IN_LIST = {"hx-request": "true"}


@pytest.fixture
def shelf(town: Any) -> dict[str, int]:
    """Three sheets of the authority and one of a commune."""
    return {
        "Arbres": town.record("Arbres", access_rights=AccessRights.PUBLIC, licence="etalab-2.0"),
        "Bornes": town.record("Bornes", access_rights=AccessRights.NON_PUBLIC, keywords=["voirie"]),
        "Écoles": town.record("Écoles"),
        "Lavoirs": town.record("Lavoirs", on=town.commune_id),
    }


def sheet(town: Any, number: int) -> Any:
    with town.acting() as session:
        return get_dataset(session, number)


def titles(page: str) -> list[str]:
    return re.findall(r'<th scope="row" class="wide"><a href="/jeux/\d+">([^<]+)</a>', page)


def test_facets_say_how_many_and_chips_take_them_off(town: Any, shelf: dict[str, int]) -> None:
    steward = town.someone(Role.STEWARD)
    page = steward.get("/jeux?acces=public&acces=vide").text

    assert titles(page) == ["Arbres", "Écoles", "Lavoirs"]
    assert "Ouvert à tous (1)" in page
    assert "Non public (1)" in page, "what another value would show is said"
    assert 'href="/jeux?acces=vide"><span class="visually-hidden">Enlever </span>Niveau d’accès' in page
    assert "Grande-Commune (1)" in page
    assert "3 jeux de données" in page


def test_who_reads_a_commune_counts_its_sheets_alone(town: Any, shelf: dict[str, int]) -> None:
    steward = town.someone(Role.STEWARD)
    assert "4 jeux de données" in steward.get("/jeux").text
    page = town.someone(Role.STEWARD, town.commune_id).get("/jeux").text
    assert titles(page) == ["Lavoirs"]
    assert "1 jeu de données" in page
    assert "(4)" not in page


def test_nothing_found_says_which_criterion_to_lift(town: Any, shelf: dict[str, int]) -> None:
    page = town.someone(Role.STEWARD).get("/jeux?acces=public&licence=odbl").text.replace("\xa0", " ")
    assert "Aucun jeu ne répond à ces critères" in page
    assert 'href="/jeux?acces=public">Sans « Licence' in page
    assert ": 1 jeu</li>" in page


def test_columns_and_their_order_stand_in_the_address(town: Any, shelf: dict[str, int]) -> None:
    page = town.someone(Role.STEWARD).get("/jeux?colonnes=licence,titre,inconnue&tri=-licence").text
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', page)
    assert heads == ["Licence", "Titre"]
    assert titles(page)[0] == "Arbres"
    assert "/jeux?tri=-licence&amp;colonnes=titre%2Clicence" in page, "a column goes one place later"


def test_a_view_is_kept_shared_shown_first_taken_away_and_brought_back(town: Any, shelf: dict[str, int]) -> None:
    steward, colleague = town.someone(Role.STEWARD), town.someone(Role.READER)
    kept = steward.post(
        "/jeux/vues",
        {"name": "Ouverts", "query": "acces=public&tri=-titre&apres=x", "is_shared": "true", "is_default": "true"},
    )
    assert kept.headers["location"].startswith("/jeux?acces=public&tri=-titre&vue=")
    number = re.search(r"vue=(\d+)", kept.headers["location"])[1]  # type: ignore[index]

    assert steward.get("/jeux").headers["location"] == f"/jeux?acces=public&tri=-titre&vue={number}"
    assert "Ouverts" in colleague.get("/jeux").text, "shared, it is offered to the others, and opens for nobody else"
    assert colleague.post(f"/jeux/vues/{number}/enlever").status_code == 404
    assert steward.post(f"/jeux/vues/{number}/modifier", {"name": ""}).status_code == 422
    steward.post(f"/jeux/vues/{number}/modifier", {"name": "Rien qu’à moi"})
    assert "Rien qu’à moi" not in colleague.get("/jeux").text
    assert titles(steward.get("/jeux").text) == ["Arbres", "Bornes", "Écoles", "Lavoirs"]

    gone = steward.post(f"/jeux/vues/{number}/enlever").headers["location"]
    assert "La remettre" in steward.get(gone).text
    assert "Rien qu’à moi" not in steward.get("/jeux").text
    steward.post(f"/jeux/vues/{number}/retablir")
    assert "Rien qu’à moi" in steward.get("/jeux").text


def test_a_field_is_changed_on_its_own_page_and_in_its_cell(town: Any, shelf: dict[str, int]) -> None:
    steward, number = town.someone(Role.STEWARD), shelf["Écoles"]
    assert "Licence" in steward.get(f"/jeux/{number}/champ/licence?retour=/jeux").text
    done = steward.post(
        f"/jeux/{number}/champ/licence", {"version": "1", "licence": "odbl", "retour": "/jeux?tri=titre"}
    )
    assert done.headers["location"] == "/jeux?tri=titre&fait=jeu-modifie"
    cell = steward.post(f"/jeux/{number}/champ/modified", {"version": "2", "modified": "2026-01-02"}, headers=IN_LIST)
    assert cell.text.strip().startswith('<a class="cell"')
    assert "2 janvier 2026" in cell.text.replace("\xa0", " ")
    refused = steward.post(
        f"/jeux/{number}/champ/modified", {"version": "3", "modified": "2999-01-01"}, headers=IN_LIST
    )
    assert "à venir" in refused.text
    assert 'value="2999-01-01"' in refused.text
    assert sheet(town, number).version == 3
    assert steward.get(f"/jeux/{number}/champ/locked_fields").status_code == 404
    assert steward.get("/jeux?mode=edition").text.count('class="cell"') > 4
    assert 'class="cell"' not in town.someone(Role.READER).get("/jeux?mode=edition").text


def test_two_who_change_one_field_are_told_and_two_fields_get_on(town: Any, shelf: dict[str, int]) -> None:
    steward, number = town.someone(Role.STEWARD), shelf["Écoles"]
    steward.post(f"/jeux/{number}/champ/licence", {"version": "1", "licence": "odbl"})
    apart = steward.post(f"/jeux/{number}/champ/acronym", {"version": "1", "acronym": "E"})
    assert apart.status_code == 303
    clash = steward.post(f"/jeux/{number}/champ/licence", {"version": "1", "licence": "etalab-2.0"})
    assert clash.status_code == 409
    assert "modifié ce champ entre-temps" in clash.text
    assert sheet(town, number).licence == "odbl"
    assert steward.post(f"/jeux/{number}/champ/licence", {"version": "3", "licence": "etalab-2.0"}).status_code == 303


def bulk(steward: Any, query: str, **typed: str) -> str:
    """A bulk edit from its form to its preview; the preview's address."""
    form = {"champ": "licence", "operation-licence": "set", "licence": "etalab-2.0", **typed}
    form |= {f"de-{pair.partition('=')[0]}": pair.partition("=")[2] for pair in query.split("&") if pair}
    answer = steward.post("/jeux/modifier-ensemble", form)
    assert answer.status_code == 303, answer.text
    address: str = answer.headers["location"]
    return address


def test_a_bulk_edit_is_seen_written_and_taken_back(town: Any, shelf: dict[str, int]) -> None:
    steward = town.someone(Role.STEWARD)
    assert "Modifier 3 jeux ensemble" in steward.get("/jeux/modifier-ensemble?licence=vide&champ=licence").text
    address = bulk(steward, "licence=vide", reason="campagne")
    seen = steward.get(address).text
    assert "<ins>" in seen
    assert "Modifier ces 3 fiches" in seen
    assert sheet(town, shelf["Écoles"]).licence is None

    steward.post(f"{address}/appliquer")
    assert sheet(town, shelf["Écoles"]).licence == "etalab-2.0"
    assert "Fiche modifiée avec d’autres, ensemble" in steward.get(f"/jeux/{shelf['Écoles']}/historique").text
    steward.post(f"/jeux/{shelf['Bornes']}/champ/acronym", {"version": "2", "acronym": "B"})
    steward.post(f"{address}/defaire")
    assert sheet(town, shelf["Écoles"]).licence is None
    assert sheet(town, shelf["Bornes"]).licence == "etalab-2.0"
    told = steward.get(f"{address}?sort=kept").text
    assert "laissée telle quelle" in told
    assert "Bornes" in told
    assert address in steward.get("/jeux/modifications").text


def test_who_may_not_write_a_sheet_sees_it_refused(town: Any, shelf: dict[str, int]) -> None:
    clerk = town.someone(Role.STEWARD, town.commune_id)
    address = bulk(clerk, "")
    assert "Modifier cette fiche" in clerk.get(address).text, "only what they read and write is there"
    clerk.post(f"{address}/appliquer")
    assert sheet(town, shelf["Lavoirs"]).licence == "etalab-2.0"
    assert sheet(town, shelf["Bornes"]).licence is None
    assert town.someone(Role.STEWARD, town.other_commune_id).get(address).status_code == 404
    assert clerk.post(f"{address}/abandonner").status_code == 409


def test_a_form_that_does_not_fit_is_given_back(town: Any, shelf: dict[str, int]) -> None:
    steward = town.someone(Role.STEWARD)
    none = steward.post("/jeux/modifier-ensemble", {"champ": ""})
    assert (none.status_code, "au moins un champ" in none.text) == (422, True)
    wrong = steward.post(
        "/jeux/modifier-ensemble", {"champ": "issued", "operation-issued": "set", "issued": "2999-01-01"}
    )
    assert wrong.status_code == 422
    assert 'value="2999-01-01"' in wrong.text
    assert "à venir" in wrong.text


def test_a_long_one_is_left_to_the_worker(town: Any, monkeypatch: pytest.MonkeyPatch, shelf: dict[str, int]) -> None:
    monkeypatch.setattr("registry.datasets.bulk.routes.AT_ONCE", 2)
    steward = town.someone(Role.STEWARD)
    address = bulk(steward, "")
    steward.post(f"{address}/appliquer")
    assert "hx-get" in steward.get(address).text
    assert sheet(town, shelf["Écoles"]).licence is None
    work_once(town.home.urls.jobs, town.home.jobs, job_functions(town.home, town.info))
    assert sheet(town, shelf["Écoles"]).licence == "etalab-2.0"
    steward.post(f"{address}/defaire")
    work_once(town.home.urls.jobs, town.home.jobs, job_functions(town.home, town.info))
    assert sheet(town, shelf["Écoles"]).licence is None


def test_one_that_was_cut_short_is_resumed_or_taken_back(
    town: Any, monkeypatch: pytest.MonkeyPatch, shelf: dict[str, int]
) -> None:
    monkeypatch.setattr(bulk_service, "BATCH", 1)
    steward = town.someone(Role.STEWARD)
    address = bulk(steward, "")

    def stop(_done: int, _total: int, _step: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bulk_service.apply_bulk_edit(town.acting, int(address.rpartition("/")[2]), stop)
    seen = steward.get(address).text
    assert f"{address}/appliquer" in seen
    assert f"{address}/defaire" in seen

    steward.post(f"{address}/defaire")
    assert "Les fiches sont comme avant" in steward.get(f"{address}?fait=ensemble-defait").text
    assert [sheet(town, number).licence for number in shelf.values()] == ["etalab-2.0", None, None, None]
