"""An inventory in a table comes in as any catalogue: compared, applied, undone, the same twice."""

from pathlib import Path

import pytest
from sqlalchemy import text

from registry.exchange.jobs import session_opener
from registry.exchange.models import ImportAction
from registry.exchange.outcome import Compared
from registry.exchange.reading import read_file
from registry.exchange.service import preview_import, receive_import
from registry.platform.database import Acting
from tests.conftest import Town
from tests.exchange.conftest import Bringer
from tests.exchange.tables import csv_of

pytestmark = pytest.mark.database

HEADER = ["COLL_NOM", "ID", "TITRE", "DESCRIPTION", "FREQ_MAJ", "FORMAT_RESSOURCES", "URL", "COUV_SPAT_MAILLE"]
ADDRESS = "https://exemple.fr/arbres"
TREES = ["", "arbres", "Arbres", "Les arbres.", "Mensuelle", "csv;json", ADDRESS, "Communale"]


class Inventories:
    """Brings tables into a town."""

    def __init__(self, bringer: Bringer, folder: Path) -> None:
        self.bringer, self.town, self._path = bringer, bringer.town, folder / "inventaire.csv"

    def bring(self, *rows: list[str], header: list[str] = HEADER) -> tuple[int, dict[int, str]]:
        """The number of the import, and what became of each line."""
        self._path.write_bytes(csv_of([header, *rows]))
        with self.town.acting() as session:
            number = receive_import(
                session, self.town.authority_id, source_name="inventaire.csv", source_sha256="0" * 64
            ).id
        opener = session_opener(self.town.home, Acting("cli:essai", batch_id=number), self.town.info)
        compared: list[Compared] = []
        preview_import(opener, number, read_file(self._path), watch=compared.extend)
        self.bringer.apply(number)
        return number, {one.line_no: str(one.action) for one in compared}

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with self.town.acting() as session:
            return [tuple(row) for row in session.execute(text(query))]


@pytest.fixture
def inventories(bringer: Bringer, tmp_path: Path) -> Inventories:
    return Inventories(bringer, tmp_path)


def test_a_line_becomes_a_sheet_with_its_files_and_twice_changes_nothing(inventories: Inventories) -> None:
    number, first = inventories.bring(TREES)
    assert first == {2: ImportAction.CREATE}
    assert inventories.ask("SELECT frequency, spatial_granularity FROM dataset") == [("MONTHLY", "communal")]
    assert inventories.ask("SELECT format, access_url FROM distribution ORDER BY format") == [
        ("CSV", ADDRESS),
        ("JSON", ADDRESS),
    ]
    assert inventories.bring(TREES)[1] == {2: ImportAction.UNCHANGED}
    assert inventories.bringer.undo(number) == []
    assert inventories.ask("SELECT 1 FROM dataset") == []


def test_a_line_that_is_wrong_is_refused_alone_and_kept_to_be_mended(inventories: Inventories) -> None:
    number, fates = inventories.bring(TREES, TREES, ["", "", "", "Sans titre", "", "", "", ""])
    assert fates == {2: ImportAction.CREATE, 3: ImportAction.REFUSED, 4: ImportAction.REFUSED}
    codes = inventories.bringer.noted(number)
    assert ("row-duplicate", "identifier") in codes
    assert ("row-title-missing", "title") in codes


def test_a_table_adds_no_file_where_the_register_knows_better_ones(inventories: Inventories) -> None:
    inventories.bringer.bring(
        'ex:arbres a dcat:Dataset ; dct:identifier "arbres" ; dct:title "Arbres"@fr ;'
        ' dcat:distribution [ a dcat:Distribution ; dct:title "Vrai" ; dcat:downloadURL <https://exemple.fr/v.csv> ] .'
    )
    inventories.bring(TREES)
    assert inventories.ask("SELECT title, annulled FROM distribution") == [("Vrai", False)]


def test_a_record_goes_to_the_organisation_it_names_below_the_one_of_the_import(inventories: Inventories) -> None:
    town: Town = inventories.town
    with town.acting() as session:
        names = dict(session.execute(text("SELECT id, name FROM organisation")).all())
    other = next(number for number in names if number != town.authority_id)
    number, _fates = inventories.bring([names[other].upper(), *TREES[1:]], ["Nulle part", "bancs", "Bancs", *TREES[3:]])
    assert inventories.ask("SELECT identifier, organisation_id FROM dataset ORDER BY identifier") == [
        ("arbres", other),
        ("bancs", town.authority_id),
    ]
    assert ("owner-unknown", "owner_name") in inventories.bringer.noted(number)
    assert inventories.bring([names[other].upper(), *TREES[1:]])[1] == {2: ImportAction.UNCHANGED}


def test_a_sheet_that_stays_with_another_body_says_which_import_is_to_be_undone(inventories: Inventories) -> None:
    town: Town = inventories.town
    with town.acting() as session:
        names = dict(session.execute(text("SELECT id, name FROM organisation")).all())
    other = next(number for number in names if number != town.authority_id)
    first, _fates = inventories.bring(["Nulle part", *TREES[1:]])
    again, _fates = inventories.bring([names[other], *TREES[1:]])
    assert inventories.ask("SELECT organisation_id FROM dataset") == [(town.authority_id,)]
    said = inventories.ask(
        f"SELECT one ->> 'message' FROM import_line, jsonb_array_elements(anomalies) one WHERE batch_id = {again}"
        " AND one ->> 'code' = 'owner-brought'"
    )
    assert len(said) == 1
    assert "défaites cet import" in str(said[0][0])
    assert f"n° {first}." in str(said[0][0])


def test_a_system_is_found_by_its_name_and_an_unknown_one_is_said(inventories: Inventories) -> None:
    with inventories.town.acting() as session:
        session.execute(
            text(
                "INSERT INTO information_system (version, organisation_id, name, name_sort, annulled)"
                " VALUES (1, :owner, 'Éole', 'eole', false)"
            ),
            {"owner": inventories.town.authority_id},
        )
    header = ["titre", "description", "si", "format"]
    number, _fates = inventories.bring(["Arbres", "", "EOLE", ""], ["Bancs", "", "Zéphyr", ""], header=header)
    assert inventories.ask("SELECT name FROM dataset JOIN information_system s ON s.id = information_system_id") == [
        ("Éole",)
    ]
    assert ("system-unknown", "information_system_id") in inventories.bringer.noted(number)


def test_a_locked_field_keeps_its_value(inventories: Inventories) -> None:
    inventories.bring(TREES)
    with inventories.town.acting() as session:
        session.execute(text("UPDATE dataset SET locked_fields = '{description}', version = version + 1"))
    number, _fates = inventories.bring([*TREES[:3], "Autre chose.", *TREES[4:]])
    assert inventories.ask("SELECT description FROM dataset") == [("Les arbres.",)]
    assert ("locked-field", "description") in inventories.bringer.noted(number)


def test_a_character_no_database_holds_is_left_out_of_a_line_to_mend(inventories: Inventories) -> None:
    before = [["", f"arbres-{n}", f"Arbres {n}", "x" * 900, *TREES[4:]] for n in range(100)]

    number, fates = inventories.bring(*before, ["", "sans-titre", "", "avant\x00après", "Mensuelle", "", "", ""])

    assert fates[102] == ImportAction.REFUSED
    assert ("row-title-missing", "title") in inventories.bringer.noted(number)
