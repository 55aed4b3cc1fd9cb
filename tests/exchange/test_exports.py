"""Everything the asker may read leaves the register, in each format, at one moment, and nothing else does."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from defusedxml import ElementTree
from httpx import Response

from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.datasets.systems.forms import SystemForm
from registry.datasets.systems.service import record_system
from registry.exchange.exports.exporting import ExportFormat
from registry.exchange.exports.layout import export_tables
from registry.kernel.permissions import Role
from registry.organisations.forms import AppointmentForm, PersonForm
from registry.organisations.service import appoint, record_person
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from tests.conftest import Someone, Town

pytestmark = pytest.mark.database

FORMULAS = ["=1+1", "+33 1 23 45 67 89", "-1", "@SUM(A1)", "'déjà"]


def filled(town: Town, on: int, word: str) -> int:
    """A sheet of an organisation, with one of every part below it."""
    with town.acting() as session:
        person = record_person(session, on, PersonForm(name=f"Poste {word}", email=f"{word}@a.invalid"))
        system = record_system(session, on, SystemForm(name=f"Logiciel {word}", host_country="FR", open_export=True))
        source = record_dataset(session, on, DatasetForm(title=f"Source {word}", identifier=f"urn:{word}:source"))
        sheet = record_dataset(session, on, DatasetForm.model_validate({
            "title": f"Arbres {word}", "identifier": f"urn:{word}", "licence": "etalab-2.0", "issued": "2020-02-29",
            "description": "=cmd|' /C calc'!A0", "keywords": FORMULAS, "records_count": 12_000,
            "temporal_start": "1789-07-14", "personal_data": "none", "frequency": "ANNUAL", "notes": "x" * 40_000,
            "stakes": ["legal"], "locked_fields": ["title"], "spatial": ["Ville", "POINT(1 2)\nPOINT(3 4)"],
            "information_system_id": system.id, "contact_person_id": person.id,
            "distributions": [{"download_url": f"https://a.invalid/{word}.csv", "format": "CSV", "byte_size": 12}],
            "services": [{"title": f"API {word}", "endpoint_url": f"https://a.invalid/{word}/api"}],
            "fields": [{"name": "b", "purpose": "-1"}, {"name": "a", "type": "string"}],
            "derivations": [{"source_id": source.id, "method": "Croisement"}],
        }))  # fmt: skip
        appoint(session, on, AppointmentForm(
            person_id=person.id, role=AppointmentRole.OWNER, subject_kind=AppointmentSubject.DATASET,
            subject_id=sheet.id, since=town.info["today"]() - timedelta(days=1),
        ))  # fmt: skip
        return sheet.id


def tables_of(answer: Response) -> dict[str, list[dict[str, str]]]:
    """The tables of an archive, each row under its headers, cells as they stand."""
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        texts = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist() if name.endswith(".csv")}
    return {
        name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
        for name, text in texts.items()
    }


def asked(someone: Someone, form: ExportFormat, more: str = "") -> Response:
    """An export as somebody downloads it."""
    return someone.get(f"/exports/{form}?{more}")


def test_the_archive_holds_every_table_of_a_sheet(town: Town) -> None:
    filled(town, town.service_id, "eau")
    tables = tables_of(asked(town.someone(Role.READER), ExportFormat.CSV))
    sheet = next(row for row in tables["jeux"] if row["Identifiant"] == "urn:eau")

    assert list(tables) == [table.name for table in export_tables()]
    assert sheet["Organisation (clef)"] == "200033579 / Direction de l’eau"
    assert sheet["Licence"] == "Licence Ouverte 2.0 [etalab-2.0]"
    assert sheet["Système d’information"] == "Logiciel eau"
    assert (sheet["Point de contact (nom)"], sheet["Nombre de lignes"]) == ("Poste eau", "12000")
    assert sheet["Description"] == "'=cmd|' /C calc'!A0"
    assert [row["Nom du champ"] for row in tables["champs"]] == ["b", "a"]
    assert tables["derivations"][0]["Jeu d’origine (identifiant)"] == "urn:eau:source"
    assert tables["systemes"][0]["Pays d’hébergement"] == "France [FR]"
    assert tables["mandats"][0]["Personne ou poste"] == "Poste eau"
    assert {row["Clef"] if "Clef" in row else row["Organisation (clef)"] for row in tables["organisations"]} >= {
        "200033579", "216200410", "200033579 / Direction de l’eau",
    }  # fmt: skip


def test_json_gives_true_numbers_days_lists_and_nulls(town: Town) -> None:
    filled(town, town.authority_id, "eau")
    said = json.loads(asked(town.someone(Role.READER), ExportFormat.JSON).content)
    sheet = next(row for row in said["tables"]["jeux"] if row["identifier"] == "urn:eau")

    assert (said["format"], said["version"]) == ("beffroi-export", 1)
    assert (sheet["records_count"], sheet["temporal_start"], sheet["uri"]) == (12_000, "1789-07-14", None)
    assert sheet["keywords"] == FORMULAS
    assert said["tables"]["systemes"][0]["open_export"] is True


@pytest.mark.parametrize("form", [ExportFormat.XLSX, ExportFormat.ODS])
def test_no_cell_of_a_workbook_is_a_formula(town: Town, form: ExportFormat) -> None:
    filled(town, town.authority_id, "eau")
    answer = asked(town.someone(Role.READER), form)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
        first = archive.infolist()[0]
    said = "".join(parts.values())

    assert not [name for name, text in parts.items() if "<f>" in text or "table:formula" in text]
    assert "=cmd|' /C calc'!A0" in said
    assert all(ElementTree.fromstring(text) is not None for text in parts.values())
    assert "textes_longs" in said, "What is too long for a cell goes on in a sheet of its own."
    assert form is ExportFormat.XLSX or (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)


def test_a_list_narrowed_in_its_address_is_exported_as_it_is_narrowed(town: Town) -> None:
    filled(town, town.commune_id, "arbre")
    filled(town, town.authority_id, "eau")
    tables = tables_of(asked(town.someone(Role.READER), ExportFormat.CSV, f"organisation={town.commune_id}&q=arbres"))

    assert [row["Titre"] for row in tables["jeux"]] == ["Arbres arbre"]
    assert {row["Nom"] for row in tables["systemes"]} == {"Logiciel arbre"}
    assert {row["Organisation (clef)"] for row in tables["organisations"]} == {"200033579", "216200410"}
    assert len(tables["distributions"]) == len(tables["services"]) == 1


def test_an_export_holds_what_its_asker_may_read_and_nothing_more(town: Town) -> None:
    filled(town, town.commune_id, "bruyere")
    filled(town, town.other_commune_id, "capucine")
    filled(town, town.authority_id, "aubepine")
    reader = town.someone(Role.READER, town.commune_id)

    for form in ExportFormat:
        content = asked(reader, form).content
        texts = [content]
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                texts = [archive.read(name) for name in archive.namelist()]
        said = b"".join(texts)
        assert b"bruyere" in said, form
        assert not [word for word in (b"capucine", b"aubepine") if word in said], form


def test_a_dataset_made_from_one_that_is_not_the_askers_says_no_more_of_it(town: Town) -> None:
    foreign = town.record("Foyers capucine", on=town.other_commune_id)
    town.record("Carte", on=town.commune_id, derivations=[{"source_id": foreign, "method": "Agrégation"}])
    tables = tables_of(asked(town.someone(Role.READER, town.commune_id), ExportFormat.CSV))

    assert [(row["Jeu d’origine (titre)"], row["Méthode"]) for row in tables["derivations"]] == [("", "Agrégation")]


@pytest.mark.parametrize(("form", "columns"), [(ExportFormat.SCDL, 20), (ExportFormat.ETALAB, 17)])
def test_two_schemas_hold_what_their_columns_can(town: Town, form: ExportFormat, columns: int) -> None:
    filled(town, town.service_id, "eau")
    rows = list(csv.reader(io.StringIO(asked(town.someone(Role.READER), form).text)))
    named: list[dict[str, Any]] = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    said = next(one for one in named if "Arbres eau" in one.values())

    assert len(rows[0]) == columns
    assert said.get("LICENCE", said.get("licence")) in {"Licence Ouverte-LO", "Licence Ouverte 2.0"}
    assert said.get("COLL_NOM", said.get("nom_orga")) == "Communauté urbaine d’essai"
    # SCDL writes formats as extensions.
    assert said.get("FORMAT_RESSOURCES", said.get("format")) == ("csv" if form is ExportFormat.SCDL else "CSV")
    assert said.get("service", "Direction de l’eau") == "Direction de l’eau"


def test_the_page_says_how_much_and_offers_every_format(town: Town) -> None:
    town.record("Bornes")
    reader = town.someone(Role.READER)
    page = reader.get("/exports").text
    narrowed = reader.get("/exports?q=rien").text

    assert "L’export tient 1 jeu" in page
    assert all(f'"/exports/{form}"' in page for form in ExportFormat)
    assert "L’export tient 0 jeu" in narrowed
    assert "/exports/csv?q=rien" in narrowed
    assert 'href="/exports' in reader.get("/jeux").text


def test_a_format_nobody_knows_is_refused_in_a_sentence(town: Town) -> None:
    answer = town.someone(Role.READER).get("/exports/pdf")
    assert answer.status_code == 404
    assert "choisissez parmi csv, xlsx" in answer.text


def test_a_program_takes_the_same_export_by_the_interface(town: Town) -> None:
    town.record("Bornes")
    answer = town.someone(Role.READER).api("GET", "/api/v1/export/csv")
    assert [row["Titre"] for row in tables_of(answer)["jeux"]] == ["Bornes"]
    assert answer.headers["content-disposition"].startswith('attachment; filename="registre-')


@pytest.mark.parametrize("address", ["/exports/{}", "/api/v1/export/{}"])
@pytest.mark.parametrize("form", list(ExportFormat))
def test_an_export_is_sent_as_what_it_is(town: Town, address: str, form: ExportFormat) -> None:
    reader = town.someone(Role.READER)

    answer = reader.api("GET", address.format(form)) if "api" in address else reader.get(address.format(form))

    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == form.media_type
    assert answer.headers["content-type"].count("charset") <= 1
