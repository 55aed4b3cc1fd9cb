"""An export read back into an empty registry makes the same registry: no cell of any table differs."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from registry.datasets.forms import DatasetChange, DatasetForm
from registry.datasets.queries import find_choosable, get_dataset
from registry.datasets.service import amend_dataset, record_dataset
from registry.datasets.systems.forms import SystemForm
from registry.datasets.systems.service import record_system
from registry.exchange.exports.columns import REREAD
from registry.exchange.exports.exporting import ExportFormat, export
from registry.exchange.jobs import import_file, session_opener
from registry.exchange.models import ImportAction
from registry.exchange.queries import find_lines
from registry.exchange.service import undo_import
from registry.exchange.views import ImportReport
from registry.organisations.forms import PersonForm
from registry.organisations.service import record_person
from registry.platform.database import Acting
from registry.platform.postgres import Cluster
from tests.conftest import Town, opened_home, opened_town

pytestmark = pytest.mark.database

REREADABLE = (ExportFormat.CSV, ExportFormat.XLSX, ExportFormat.ODS, ExportFormat.JSON)
CAPRICES = [
    "=1+1",
    "+33 1 23",
    "-1",
    "@x",
    "'déjà",
    "a;b",
    'dit "oui"',
    "deux\nlignes",
    "fin\\",
    " x y",
    "_x000D_",
    "[]",
]
Empty = Callable[[], Town]


@pytest.fixture
def empty(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Another registry of the same authority, with nothing in it."""
    with opened_home(cluster, template, tmp_path_factory.mktemp("vide")) as home, opened_town(home) as town:
        yield town


def described(town: Town) -> None:
    """Sheets of several bodies that fill every field an export has, with texts that trip readers up."""
    with town.acting() as session:
        person = record_person(session, town.commune_id, PersonForm(name="Poste", email="poste@a.invalid"))
        system = record_system(session, town.authority_id, SystemForm(
            name="=Logiciel", description="-1", host_country="FR", certifications=["iso-27001"], open_export=False,
            external_host=True, backup_tested_on=town.info["today"](), declared_absent=["contract_reference"],
        ))  # fmt: skip
        record_system(session, town.service_id, SystemForm(name="Sans jeu"))
        source = record_dataset(session, town.service_id, DatasetForm(title="Source", identifier="meme"))
        record_dataset(session, town.other_commune_id, DatasetForm(title="Homonyme", identifier="meme", nature=None))
        record_dataset(session, town.commune_id, DatasetForm.model_validate({
            "title": "+Arbres", "identifier": "urn:arbres", "uri": "https://a.invalid/jeu", "acronym": "ARB",
            "description": "Ligne\r\nautre\tcolonne\u00a0!  Deux espaces ", "keywords": CAPRICES, "themes": ["ENVI"],
            "local_themes": ["Cadre de vie"], "publisher_name": "Ville", "publisher_uri": "https://a.invalid",
            "creator_name": "Bureau", "creator_siret": "24350013900189", "contact_person_id": person.id,
            "contact_service": "Espaces verts", "contact_url": "https://a.invalid/c", "landing_page": "https://a.invalid",
            "languages": ["fr"], "access_rights": "public", "frequency": "ANNUAL", "issued": "1901-02-03",
            "modified": "2020-02-29", "spatial": ["Ville", "x" * 40_000], "spatial_granularity": "communal",
            "temporal_start": "1650-01-01", "temporal_end": "2030-12-31", "licence": "à voir [etalab-2.0]",
            "rights": "Licence Ouverte 2.0", "conforms_to": ["https://a.invalid/s"], "documentation": ["a", "b"],
            "provenance": "Levé", "version_label": "1.0", "applicable_legislation": ["https://a.invalid/loi"],
            "hvd_categories": ["c_b79e35eb"], "nature": "other", "origin": "produced", "personal_data": "none",
            "publication_ground": "law", "publication_ground_reference": "art. 1", "anonymisation_proof": "étude",
            "anonymisation_method": "agrégation", "declared_absent": ["documentation"], "records_count": 0,
            "volume_note": "12 Go", "information_system_id": system.id, "sensitivity": "sensitive",
            "statistical_secrecy": "aggregates", "retention_months": 60, "retention_trigger": "clôture",
            "final_disposition": "sample", "inspire_themes": ["ps"], "stakes": ["legal"], "principles": ["frugality"],
            "third_party_rights": "cleared", "reuser_warning": "https://a.invalid/rgpd",
            "last_use_review": "2024-01-01", "quality_notes": "=note",
            "notes": "y" * 33_000, "locked_fields": ["title"],
            "distributions": [
                {"identifier": "1", "title": "-1", "download_url": "https://a.invalid/1.csv", "format": "CSV",
                 "byte_size": 2**60, "licence": "etalab-2.0", "availability": "stable", "languages": ["fr"]},
                {"identifier": "2", "access_url": "https://a.invalid/2", "format": "maison"},
            ],
            "services": [{"identifier": "api", "title": "API", "endpoint_url": "https://a.invalid/api"}],
            "fields": [{"name": "z", "label": "=Z", "type": "string"},
                       {"name": "a", "personal_category": None, "purpose": "+1", "evidence": "detected"}],
            "derivations": [{"source_id": source.id, "method": "Croisement"}],
        }))  # fmt: skip


def taken_out(town: Town, form: ExportFormat, folder: Path) -> Path:
    """An export of everything, in a file."""
    path = folder / f"registre-{form}.{form.suffix}"
    with town.acting() as session:
        path.write_bytes(b"".join(export(session, form, {})))
    return path


def tables_of(town: Town, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """What a registry holds, table by table, in an order of its own."""
    said = json.loads(taken_out(town, ExportFormat.JSON, folder).read_text("utf-8"))["tables"]
    return {name: sorted(rows, key=lambda row: json.dumps(row, sort_keys=True)) for name, rows in said.items()}


def read_back(town: Town, path: Path) -> ImportReport:
    """Imports a file into a registry, as the command does."""
    return import_file(
        town.home, str(path), organisation_id=town.authority_id, acting=Acting("cli:essai"), info=town.info
    )


def same(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    """Each cell that differs between two registries."""
    found = []
    for name in sorted({*REREAD, "organisations"}):
        rows, others = first[name], second[name]
        if len(rows) != len(others):
            found.append(f"{name}: {len(rows)} rows, {len(others)} rows")
        for row, other in zip(rows, others, strict=False):
            found += [f"{name}.{key}: {row[key]!r} / {other[key]!r}" for key in row if row[key] != other[key]]
    return found


@pytest.mark.parametrize("form", REREADABLE)
def test_every_field_comes_back_as_it_was(town: Town, empty: Town, tmp_path: Path, form: ExportFormat) -> None:
    described(town)
    report = read_back(empty, taken_out(town, form, tmp_path))

    assert (report.created, report.refused, report.anomalies, report.leftovers) == (3, 0, [], [])
    assert not same(tables_of(town, tmp_path), tables_of(empty, tmp_path))


def test_reading_an_export_back_where_it_came_from_changes_nothing(town: Town, tmp_path: Path) -> None:
    described(town)
    before = tables_of(town, tmp_path)
    report = read_back(town, taken_out(town, ExportFormat.CSV, tmp_path))

    assert (report.created, report.changed, report.unchanged, report.anomalies) == (0, 0, 3, [])
    assert tables_of(town, tmp_path) == before


def test_undoing_it_leaves_the_registry_as_empty_as_it_was(town: Town, empty: Town, tmp_path: Path) -> None:
    described(town)
    report = read_back(empty, taken_out(town, ExportFormat.CSV, tmp_path))
    assert report.batch_id is not None
    acting = Acting("cli:essai", batch_id=report.batch_id)
    kept = undo_import(session_opener(empty.home, acting, empty.info), report.batch_id, lambda *_said: None)
    left = tables_of(empty, tmp_path)

    assert kept == []
    assert not [name for name in REREAD if left[name]]


def test_the_real_catalogue_comes_back_cell_by_cell(town: Town, empty: Town, tmp_path: Path, shared: Path) -> None:
    import_file(
        town.home, str(shared / "catalogues" / "rennes-metropole.rdf"), organisation_id=town.authority_id,
        acting=Acting("cli:essai"), info=town.info, public=True,
    )  # fmt: skip
    with town.acting() as session:
        first, second = [number for number, _title, _owner in find_choosable(session, "")[:2]]
        change = DatasetChange.model_validate({
            "fields": [{"name": "id", "type": "integer"}], "derivations": [{"source_id": second}],
            "services": [{"endpoint_url": "https://a.invalid/wfs"}], "notes": "=note",
        })  # fmt: skip
        amend_dataset(session, first, change, expected=get_dataset(session, first).version)
    report = read_back(empty, taken_out(town, ExportFormat.CSV, tmp_path))
    held = tables_of(empty, tmp_path)

    assert (report.created, report.refused) == (27, 0)
    assert (len(held["jeux"]), len(held["distributions"])) == (27, 272)
    assert not same(tables_of(town, tmp_path), held)


def test_parts_described_here_by_hand_stay_and_the_preview_says_so(town: Town, tmp_path: Path) -> None:
    number = town.record("Arbres", identifier="urn:arbres", fields=[{"name": "a", "label": "Ancien"}])
    path = taken_out(town, ExportFormat.CSV, tmp_path)
    with town.acting() as session:
        change = DatasetChange.model_validate({"fields": [{"name": "a", "label": "Nouveau"}, {"name": "b"}]})
        amend_dataset(session, number, change, expected=1)
    report = read_back(town, path)

    assert [one["code"] for one in report.anomalies] == ["parts-kept"]
    assert [row["label"] for row in tables_of(town, tmp_path)["champs"]] == ["Nouveau", None]


def test_a_body_the_registry_does_not_hold_is_said_and_its_sheets_fall_to_who_imports(
    town: Town, tmp_path: Path
) -> None:
    town.record("Arbres", on=town.commune_id, identifier="urn:arbres")
    path = taken_out(town, ExportFormat.CSV, tmp_path)
    changed = tmp_path / "ailleurs.zip"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            content = source.read(name).decode().replace("216200410", "999999999").replace("urn:arbres", "urn:autres")
            target.writestr(name, content.replace("Grande-Commune", "Commune d’ailleurs"))
    report = read_back(town, changed)
    held = {row["identifier"]: row["organisation_key"] for row in tables_of(town, tmp_path)["jeux"]}

    assert [one["code"] for one in report.anomalies] == ["owner-unknown"]
    assert held == {"urn:arbres": "216200410", "urn:autres": "200033579"}


def test_an_empty_cell_erases_nothing_and_a_wrong_one_is_said_with_its_line(town: Town, tmp_path: Path) -> None:
    number = town.record("Arbres", identifier="urn:arbres", description="Décrit ici", records_count=12)
    path = taken_out(town, ExportFormat.CSV, tmp_path)
    changed = tmp_path / "corrige.zip"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            content = source.read(name).decode().replace('"Décrit ici"', '""').replace('"12"', '"douze"')
            target.writestr(name, content.replace('"Arbres"', '"Arbres d’alignement"'))
    with town.acting() as session:
        before = get_dataset(session, number).version
    report = read_back(town, changed)
    with town.acting() as session:
        sheet = get_dataset(session, number)
        lines = find_lines(session, report.batch_id or 0)

    assert (sheet.description, sheet.records_count, sheet.version) == ("Décrit ici", 12, before)
    assert [(one["code"], one["line"]) for one in report.anomalies] == [("export-cell", 2)]
    # The title was typed here, and stays until whoever imports takes the file's.
    assert [line.action for line in lines] == [ImportAction.UNCHANGED]
