"""A catalogue in the words of the SCDL or of Etalab, read back into an empty registry, says what it said."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.datasets.systems.forms import SystemForm
from registry.datasets.systems.service import record_system
from registry.exchange.exports.exporting import ExportFormat, export
from registry.exchange.jobs import import_file
from registry.organisations.forms import PersonForm
from registry.organisations.service import record_person
from registry.platform.database import Acting
from registry.platform.postgres import Cluster
from tests.conftest import Town, opened_home, opened_town

pytestmark = pytest.mark.database


@pytest.fixture
def empty(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Another registry of the same authority, with nothing in it."""
    with opened_home(cluster, template, tmp_path_factory.mktemp("vide")) as home, opened_town(home) as town:
        yield town


def described(town: Town) -> None:
    """Sheets as a steward fills them, some of whose texts a spreadsheet would compute."""
    with town.acting() as session:
        person = record_person(session, town.authority_id, PersonForm(email="eau@a.invalid"))
        system = record_system(session, town.authority_id, SystemForm(name="Logiciel"))
        for number in range(3):
            record_dataset(session, town.authority_id, DatasetForm.model_validate({
                "title": f"-Arbres {number}", "identifier": f"urn:arbres:{number}", "description": "=1+1, tel quel",
                "keywords": ["arbre", "voirie"], "local_themes": ["Cadre de vie"], "creator_name": "Bureau d’études",
                "creator_siret": "24350013900189", "spatial": ["Ville d’essai"], "spatial_granularity": "communal",
                "temporal_start": "2020-01-01", "temporal_end": "2020-12-31", "issued": "2021-02-03",
                "modified": "2022-02-03", "frequency": ("ANNUAL", "DAILY", "QUARTERLY")[number],
                "licence": "etalab-2.0", "landing_page": f"https://a.invalid/{number}", "contact_person_id": person.id,
                "contact_service": "Espaces verts", "information_system_id": system.id,
                "distributions": [{"identifier": f"https://a.invalid/{number}/{end}", "format": end,
                                   "download_url": f"https://a.invalid/{number}.{end}"} for end in ("CSV", "JSON")],
            }))  # fmt: skip


def written(town: Town, form: ExportFormat) -> bytes:
    """A catalogue of everything."""
    with town.acting() as session:
        return b"".join(export(session, form, {}))


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Its rows, by their first texts."""
    return sorted(csv.DictReader(io.StringIO(content.decode())), key=lambda row: row.get("TITRE") or row["titre"])


@pytest.mark.parametrize(
    ("form", "elsewhere"),
    [(ExportFormat.SCDL, set[str]()), (ExportFormat.ETALAB, {"si"})],
)
def test_a_catalogue_read_back_says_what_it_said(
    town: Town, empty: Town, tmp_path: Path, form: ExportFormat, elsewhere: set[str]
) -> None:
    described(town)
    first = written(town, form)
    path = tmp_path / f"catalogue-{form}.csv"
    path.write_bytes(first)
    report = import_file(
        empty.home, str(path), organisation_id=empty.authority_id, acting=Acting("cli:essai"), info=empty.info
    )
    wrong = [
        f"{name}: {row[name]!r} became {again[name]!r}"
        for row, again in zip(rows_of(first), rows_of(written(empty, form)), strict=True)
        for name in row
        if row[name] != again[name] and name not in elsewhere
    ]

    assert (report.created, report.refused) == (3, 0)
    assert not wrong


@pytest.mark.parametrize(("form", "column"), [(ExportFormat.SCDL, "URL"), (ExportFormat.ETALAB, "url")])
def test_a_sheet_with_one_file_and_no_page_gives_the_address_of_its_file(
    town: Town, form: ExportFormat, column: str
) -> None:
    with town.acting() as session:
        for number, ends in enumerate((["CSV"], ["CSV", "JSON"])):
            record_dataset(session, town.authority_id, DatasetForm.model_validate({
                "title": f"Bancs {number}", "identifier": f"bancs-{number}",
                "distributions": [{"identifier": f"https://a.invalid/{number}.{end}", "format": end,
                                   "download_url": f"https://a.invalid/{number}.{end}"} for end in ends],
            }))  # fmt: skip
    assert [row[column] for row in rows_of(written(town, form))] == ["https://a.invalid/0.CSV", ""]


def test_a_catalogue_read_back_where_it_comes_from_changes_nothing(town: Town, tmp_path: Path) -> None:
    with town.acting() as session:
        record_dataset(session, town.authority_id, DatasetForm.model_validate({
            "title": "Pistes", "identifier": "Pistes", "keywords": ["Vélo", "espaces verts"],
            "distributions": [{"identifier": "1", "format": "CSV", "download_url": "https://a.invalid/1.csv"}],
        }))  # fmt: skip
    path = tmp_path / "catalogue.csv"
    path.write_bytes(written(town, ExportFormat.SCDL))
    report = import_file(
        town.home, str(path), organisation_id=town.authority_id, acting=Acting("cli:essai"), info=town.info
    )
    assert (report.created, report.changed, report.unchanged) == (0, 0, 1)
