"""The record of processing leaves as a list selects it: a table, or a workbook in the layout of the CNIL."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.exchange.activities.columns import part_line, read_part_line, record_table, split_bars
from registry.inspection.archive import open_archive
from registry.inspection.ods import ods_sheets
from registry.inspection.xlsx import xlsx_sheets
from registry.kernel.permissions import Role
from registry.processing.forms import ActivityForm
from registry.processing.service import record_activity
from tests.conftest import Someone, Town

CANTEEN = {
    "name": "Inscription à la cantine", "reference": "RT-012", "status": "active", "purpose": "=Inscrire les enfants",
    "sub_purposes": "Facturer les repas\nPrévoir les menus", "lawful_basis": "public-task",
    "founding_text": "Code de l’éducation, article R531-52", "founding_text_on": "2008-05-19",
    "security_measures": ["access-control", "backup"], "security_note": "Mots de passe renouvelés",
    "declared_absent": ["transfers"], "people_count": 1200, "public_mission": True,
    "data": [
        {"people_category": "children", "data_category": "health", "precision": "allergies | régimes",
         "retention_months": 12, "retention_trigger": "fin de l’année scolaire", "final_disposition": "dispose"},
        {"people_category": "guardians", "data_category": "identity", "retention_months": 120},
    ],
    "recipients": [{"name": "Cuisine centrale", "kind": "processor", "received": "Effectifs\\et régimes"}],
    "rights": [{"right": "objection", "applies": False, "reason": "Repas comptés"}],
}  # fmt: skip


def record(town: Town, on: int | None = None, **values: object) -> int:
    """An activity in the record of a body, on a dataset of its own."""
    owner = on or town.authority_id
    dataset = town.record("Inscrits à la cantine", owner)
    with town.acting() as session:
        form = ActivityForm.model_validate({**CANTEEN, "datasets": [{"dataset_id": dataset}], **values})
        return record_activity(session, owner, form).id


def rows_of(someone: Someone, query: str = "") -> list[dict[str, str]]:
    """The rows of the record in CSV, cells as they stand."""
    answer = someone.get(f"/traitements/export/csv{query}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def sheets_of(content: bytes, form: str, folder: Path) -> dict[str, list[list[str]]]:
    """The sheets of a workbook, cells as texts."""
    path = folder / f"registre.{form}"
    path.write_bytes(content)
    with open_archive(path) as archive:
        sheets = (xlsx_sheets if form == "xlsx" else ods_sheets)(archive)
        return {sheet.name: [row.cells for row in sheet.read()] for sheet in sheets}


@pytest.mark.database
def test_a_record_leaves_as_one_row_an_activity_and_no_text_is_computed(town: Town):
    record(town)

    (row,) = rows_of(town.someone(Role.READER))

    assert row["Nom du traitement"] == "Inscription à la cantine"
    assert row["Finalité principale"] == "'=Inscrire les enfants"
    assert row["Base légale"] == "Mission d’intérêt public (art. 6 §1 e) [public-task]"
    assert row["Mesures de sécurité"].splitlines()[1] == "Sauvegarde des données [backup]"
    first, second = row["Personnes, données et durées"].splitlines()
    assert first.startswith("Enfants et mineurs [children] | Santé [health] | allergies \\| régimes | 12 | fin de")
    assert second.endswith("identité, images [identity] |  | 120")
    assert row["Jeux de données concernés"].startswith("Inscrits à la cantine | ")


@pytest.mark.database
def test_only_what_the_list_selects_and_the_asker_may_read_leaves(town: Town):
    record(town)
    record(town, town.other_commune_id, reference="C-1", name="État civil", lawful_basis="legal-obligation")
    dpo = town.someone(Role.DPO)

    assert {row["Nom du traitement"] for row in rows_of(dpo)} == {"Inscription à la cantine", "État civil"}
    assert [row["Nom du traitement"] for row in rows_of(dpo, "?base=legal-obligation")] == ["État civil"]
    assert rows_of(town.someone(Role.STEWARD, town.commune_id)) == []
    assert "/traitements/export/ods?base=legal-obligation" in dpo.get("/traitements?base=legal-obligation").text
    assert dpo.get("/traitements/export/pdf").status_code == 404
    told = dpo.api("GET", "/api/v1/processing-activities/export/csv?q=civil")
    assert told.status_code == 200
    assert told.content.decode("utf-8-sig").count("\r\n") == 2


@pytest.mark.database
@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_workbook_lists_the_activities_and_has_a_sheet_for_each(town: Town, tmp_path: Path, form: str):
    record(town)
    record(town, reference="RT/13", name="Paie [agents] : " + "très " * 10 + "longue", data=[])
    record(
        town, reference="RT-14", name="Voyage scolaire", declared_absent=[],
        transfers=[{"country": "CH", "recipient": "Ville de Carouge"}],
    )  # fmt: skip

    sheets = sheets_of(town.someone(Role.DPO).get(f"/traitements/export/{form}").content, form, tmp_path)

    assert list(sheets)[:2] == ["Liste des traitements", "registre"]
    listed = sheets["Liste des traitements"]
    assert [row[0] for row in listed] == [
        "Nom de l’activité",
        "Inscription à la cantine",
        "Paie [agents] : " + "très " * 10 + "longue",
        "Voyage scolaire",
    ]
    assert [row[6] for row in listed[1:]] == ["Oui", "Non", "Oui"], "Data on health is told in the list."
    fiche = sheets["1 - Inscription à la cantine"]
    assert ["Sous-finalité 2", "Prévoir les menus"] in fiche
    assert [
        "Santé",
        "allergies | régimes",
        "Enfants et mineurs",
        "1 an à compter de : fin de l’année scolaire ; Élimination",
    ] in fiche
    assert ["Destinataire 1", "Cuisine centrale", "Effectifs\\et régimes", "Sous-traitant"] in fiche
    abroad = ["Organisme destinataire 1", "Ville de Carouge", "Suisse", "pays adéquat (art. 45)"]
    assert abroad in sheets["3 - Voyage scolaire"], (
        "A country that a decision covers needs no safeguard, and that is said."
    )
    assert ["Mesure de sécurité 2", "Sauvegarde des données"] in fiche
    assert all(len(name) <= 31 for name in sheets)


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.just("\n"), min_size=1, max_size=40).map(str.strip)


@given(TEXTS.filter(bool), TEXTS, st.integers(0, 12_000) | st.none())
def test_a_part_reads_back_from_its_line_as_it_was(name: str, received: str, months: int | None):
    said = {"name": name, "received": received}
    pair = {"people_category": "agents", "data_category": "nir", "retention_months": months, "precision": received}

    assert read_part_line("recipients", part_line("recipients", said)) == {k: v for k, v in said.items() if v}
    assert read_part_line("data", part_line("data", pair)) == {k: v for k, v in pair.items() if v not in (None, "")}


def test_a_line_with_more_bars_than_it_has_values_is_refused():
    assert split_bars("a \\| b | c\\\\") == ["a | b", "c\\"]
    with pytest.raises(ValueError, match="d"):
        read_part_line("systems", "a | b | d")


def test_the_table_has_a_column_for_every_field_of_the_form():
    names = {column.name for column in record_table().columns}
    assert set(ActivityForm.model_fields) <= names
