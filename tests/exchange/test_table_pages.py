"""A table nobody knows waits for somebody to say what its columns hold; what is wrong in it comes back to be mended."""

import csv
import io
from pathlib import Path

import pytest

from registry.exchange.jobs import import_file
from registry.exchange.tables.mappings import key_of, suggested
from registry.kernel.errors import Unreadable
from registry.kernel.permissions import Role
from registry.platform.database import Acting
from tests.conftest import Town
from tests.exchange.tables import csv_of
from tests.exchange.test_pages import count, send, work

pytestmark = pytest.mark.database


def test_the_words_of_usual_inventories_are_proposed_and_a_creation_is_no_publication() -> None:
    words = {
        "Titre du jeu": "title", "Nb lignes": "records_count", "Nombre de lignes": "records_count",
        "Personne à contacter": "contact", "Dernière modification": "modified", "Date de création": "",
    }  # fmt: skip
    assert {word: suggested(key_of(word)) for word in words} == words


UNKNOWN = ["Nom du jeu", "Périodicité", "Truc"]


def test_columns_are_said_once_remembered_and_asked_again_when_they_change(town: Town, tmp_path: Path) -> None:
    steward = town.someone(Role.STEWARD)
    table = csv_of([UNKNOWN, ["Arbres", "mensuel", "x"]])
    page = send(town, steward, table, "inventaire.csv").headers["location"]
    work(town)
    assert "Colonnes à reconnaître" in steward.get(page).text
    asked = steward.get(f"{page}/colonnes").text
    assert "Arbres" in asked
    assert "Proposé d’après l’en-tête" in asked
    refused = steward.post(f"{page}/colonnes", {"c0": "", "c1": "frequency", "c2": ""})
    assert refused.status_code == 422
    assert "Dites quelle colonne donne le titre" in refused.text
    assert steward.post(f"{page}/colonnes", {"c0": "title", "c1": "password", "c2": ""}).status_code == 422

    assert steward.post(f"{page}/colonnes", {"c0": "title", "c1": "frequency", "c2": ""}).status_code == 303
    work(town)
    shown = steward.get(page).text
    assert "Aperçu prêt" in shown
    assert "Truc" in shown
    assert steward.post(f"{page}/colonnes", {"c0": "title", "c1": "frequency", "c2": "notes"}).status_code == 303
    work(town)
    assert "Truc" not in steward.get(page).text
    steward.post(f"{page}/appliquer")
    work(town)
    assert count(town, "dataset WHERE frequency = 'MONTHLY'") == 1
    assert steward.get(f"{page}/colonnes").status_code == 409
    assert count(town, "import_account WHERE content::text LIKE '%Arbres%'") == 0

    path = tmp_path / "inventaire.csv"
    path.write_bytes(table)
    given = {"organisation_id": town.authority_id, "acting": Acting("cli:essai"), "info": town.info}
    assert import_file(town.home, str(path), **given).unchanged == 1
    changed = csv_of([["Nom du jeu", "Périodicité", "Machin"], ["Arbres", "mensuel", "x"]])
    path.write_bytes(changed)
    with pytest.raises(Unreadable, match="Machin"):
        import_file(town.home, str(path), **given)
    page = send(town, steward, changed, "inventaire.csv").headers["location"]
    work(town)
    asked = steward.get(f"{page}/colonnes").text
    assert "Une correspondance qui a changé" in asked
    assert "Disparues" in asked


def test_the_lines_to_mend_come_back_inert_and_are_taken_once_mended(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    header = ["ID", "TITRE", "DESCRIPTION", "FREQ_MAJ"]
    table = csv_of(
        [header, ["a", "Arbres", "", "Mensuelle"], ["b", "", "=HYPERLINK(1)", ""], ["c", "Cafés", "", "parfois"]]
    )
    page = send(town, steward, table, "inventaire.csv").headers["location"]
    work(town)
    shown = steward.get(page).text
    assert "Des lignes à corriger" in shown
    sent = steward.get(f"{page}/a-corriger")
    assert sent.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(sent.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == [*header, "À corriger"]
    assert [row[:4] for row in rows[1:]] == [["b", "", "'=HYPERLINK(1)", ""], ["c", "Cafés", "", "parfois"]]
    assert "n’a pas de titre" in rows[1][4]
    assert "colonne D" in rows[2][4]

    rows[1][1], rows[2][3] = "Bancs", "Annuelle"
    page = send(town, steward, csv_of(rows), "corrige.csv").headers["location"]
    work(town)
    assert "/a-corriger" not in steward.get(page).text
    steward.post(f"{page}/appliquer")
    work(town)
    assert count(town, "dataset WHERE identifier = 'b' AND description = '=HYPERLINK(1)'") == 1
    assert count(town, "dataset WHERE identifier = 'c' AND frequency = 'ANNUAL'") == 1


def test_a_line_wrong_by_its_organisation_or_its_system_alone_comes_back_whole(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    header = ["titre", "description", "nom_orga", "si", "freq_maj", "url"]
    rows = [
        ["Arbres", "Les arbres.", "Service inconnu", "", "Annuelle", "https://exemple.fr/a"],
        ["Bancs", "Les bancs.", "", "Zéphyr", "Annuelle", "https://exemple.fr/b"],
        ["Cafés", "Les cafés.", "", "", "Annuelle", "https://exemple.fr/c"],
    ]
    page = send(town, steward, csv_of([header, *rows]), "inventaire.csv").headers["location"]
    work(town)
    sent = steward.get(f"{page}/a-corriger")
    given = list(csv.reader(io.StringIO(sent.content.decode("utf-8-sig")), delimiter=";"))
    assert [row[:6] for row in given] == [header, *rows[:2]]
    assert "Organisation propriétaire" in given[1][6]
    assert "Système d’information" in given[2][6]
    assert count(town, "import_line WHERE content ? 'cells'") == 2


def test_a_preview_warns_of_the_sheets_that_would_go_to_the_organisation_of_the_import(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    header = ["titre", "description", "nom_orga"]
    rows = [["Arbres", "", "Service inconnu"], ["Bancs", "", "Service inconnu"], ["Cafés", "", ""]]
    page = send(town, steward, csv_of([header, *rows]), "inventaire.csv").headers["location"]
    work(town)
    shown = steward.get(page).text
    assert shown.count(f'action="{page}/appliquer"') == 1
    warning = shown.index("2 jeux iraient à")
    assert warning < shown.index(f'action="{page}/appliquer"')
    assert "il faudra défaire cet import" in shown
    steward.post(f"{page}/appliquer")
    work(town)
    assert "2 jeux iraient" not in steward.get(page).text


def test_the_lines_to_mend_are_given_after_the_import_too_but_for_who_they_name(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    header = ["ID", "TITRE", "DESCRIPTION", "FREQ_MAJ", "Contact", "Truc"]
    rows = [
        ["a", "Arbres", "", "Mensuelle", "sig@essai.invalid", "x"],
        ["b", "", "Sans titre", "", "sig@essai.invalid", "confié à Poste secret"],
        ["c", "Cafés", "", "parfois", "sig@essai.invalid", "confié à Poste secret"],
    ]
    page = send(town, steward, csv_of([header, *rows]), "inventaire.csv").headers["location"]
    work(town)
    targets = ["identifier", "title", "description", "frequency", "contact", ""]
    steward.post(f"{page}/colonnes", {f"c{place}": target for place, target in enumerate(targets)})
    work(town)
    assert "sig@essai.invalid" in steward.get(f"{page}/a-corriger").text
    for step in ("appliquer", "defaire"):
        steward.post(f"{page}/{step}")
        work(town)
        assert "Télécharger les lignes à corriger" in steward.get(page).text, step
        sent = steward.get(f"{page}/a-corriger")
        given = list(csv.reader(io.StringIO(sent.content.decode("utf-8-sig")), delimiter=";"))
        assert [row[:6] for row in given] == [
            header,
            ["b", "", "Sans titre", "", "", ""],
            ["c", "Cafés", "", "parfois", "", ""],
        ]
        assert "n’a pas de titre" in given[1][6]
        named = "import_line WHERE content::text ~ 'sig@essai|Poste secret'"
        assert count(town, named) == 0, step


def test_an_abandoned_import_keeps_no_line_to_mend(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    table = csv_of([["ID", "TITRE", "FREQ_MAJ"], ["a", "", "Mensuelle"]])
    page = send(town, steward, table, "inventaire.csv").headers["location"]
    work(town)
    steward.post(f"{page}/abandonner")
    assert steward.get(f"{page}/a-corriger").status_code == 409
    assert count(town, "import_line WHERE content <> '{}'") == 0


def test_the_columns_of_an_import_are_for_who_may_import_there(town: Town) -> None:
    steward, reader = town.someone(Role.STEWARD), town.someone(Role.READER)
    page = send(town, steward, csv_of([UNKNOWN, ["Arbres", "mensuel", "x"]]), "a.csv").headers["location"]
    work(town)
    assert reader.get(f"{page}/colonnes").status_code == 403
    assert reader.post(f"{page}/colonnes", {"c0": "title", "c1": "", "c2": ""}).status_code == 403
