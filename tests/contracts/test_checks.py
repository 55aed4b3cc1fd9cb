"""What is checked of a received file: what it is, its format, its schema, how full it is, what it says of people."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from arro3.core import DataType
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from weasyprint import HTML

from registry.contracts.checks.checking import LIMITS, check_file
from registry.contracts.checks.rules import Check, Demands, judge
from registry.contracts.checks.views import ReportView, has_faults, say_report
from registry.contracts.checks.vocabulary import CheckCode, CheckVerdict, SchemaSource, alarms_of, looked_at_in
from registry.inspection.delivered import Delivered, FilledColumn
from registry.kernel.errors import TooLarge
from registry.platform.lists import load_list
from tests.exchange.tables import csv_of, ods_of, ods_table, sheet_xml, xlsx_of
from tests.inspection.test_parquet import written

TODAY = date(2026, 11, 27)
ROWS = [
    ["arret", "commune", "jour", "nombre"], ["A1", "Arras", "2026-01-05", "120"], ["A2", "Lens", "2026-01-05", "43"],
    ["A3", "Béthune", "2026-01-05", "57"],
]  # fmt: skip
SCHEMA = {
    "fields": [
        {"name": "arret", "type": "string", "constraints": {"required": True, "unique": True}},
        {"name": "commune", "type": "string", "constraints": {"enum": ["Arras", "Lens", "Béthune"]}},
        {"name": "jour", "type": "date"},
        {"name": "nombre", "type": "integer", "constraints": {"minimum": 0}},
    ],
    "primaryKey": "arret",
}
OK, FAULT, UNKNOWN = CheckVerdict.OK, CheckVerdict.FAULT, CheckVerdict.UNKNOWN


def checked(folder: Path, content: bytes, name: str = "arrets.csv", **demands: Any) -> dict[str, Any]:
    """The report of a file of this content."""
    path = folder / "file"
    path.write_bytes(content)
    report = check_file(path, name=name, demands=asked(**demands), on=TODAY)
    # It is stored as JSON: it reads the same afterwards.
    kept: dict[str, Any] = json.loads(json.dumps(report))
    assert kept == report
    return kept


def asked(**demands: Any) -> Demands:
    """What the clauses ask, with the schema of a piece of evidence where one is given."""
    if demands.get("schema") is not None:
        demands = {"schema_source": SchemaSource.EVIDENCE, "schema_title": "Arrêts", **demands}
    return Demands(**demands)


def verdicts(report: Mapping[str, Any]) -> dict[str, str]:
    """Each check with its verdict."""
    return {one["code"]: one["verdict"] for one in report["checks"]}


def said_of(report: Mapping[str, Any], code: CheckCode) -> str:
    """The sentences of one check and the places it names."""
    view = next(one for one in say_report(report).checks if one.code == code)
    return " ".join([*view.sentences, *view.places])


def json_of(rows: Sequence[Sequence[str]]) -> bytes:
    return json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]).encode()


def geojson_of(rows: Sequence[Sequence[str]]) -> bytes:
    place = {"type": "Point", "coordinates": [2.7, 50.2]}
    features = [
        {"type": "Feature", "properties": dict(zip(rows[0], row, strict=True)), "geometry": place} for row in rows[1:]
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def parquet_of(folder: Path, rows: Sequence[Sequence[str]]) -> bytes:
    text = DataType.string()
    columns = {name: (text, [row[place] for row in rows[1:]]) for place, name in enumerate(rows[0])}
    return written(folder / "made.parquet", columns).read_bytes()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("arrets.csv", csv_of(ROWS)),
        ("arrets.csv", csv_of(ROWS, ",")),
        ("arrets.csv", csv_of(ROWS).decode().encode("latin-1")),
        ("arrets.csv", csv_of(ROWS).decode().encode("utf-16")),
        ("arrets.tsv", csv_of(ROWS, "\t")),
        ("arrets.ods", ods_of(ods_table(ROWS))),
        ("arrets.json", json_of(ROWS)),
        ("arrets.geojson", geojson_of(ROWS)),
    ],
    ids=str.split("utf-8 comma latin-1 utf-16 tsv ods json geojson"),
)
def test_a_table_in_an_open_format_that_holds_to_its_schema_passes_every_check(
    tmp_path: Path, name: str, content: bytes
) -> None:
    report = checked(tmp_path, content, name, schema=SCHEMA, completeness=Decimal(100), least_count=11)
    assert verdicts(report) == {
        "name": OK, "open-format": OK, "agreed-format": UNKNOWN, "schema": OK, "completeness": OK, "personal-data": OK,
        "small-counts": OK,
    }, say_report(report)  # fmt: skip
    assert (report["rows"], has_faults(report)) == (3, False)
    assert "lignes lues : 3, sans faute" in said_of(report, CheckCode.SCHEMA)


def test_a_parquet_table_is_held_against_its_schema_as_any_other(tmp_path: Path) -> None:
    report = checked(tmp_path, parquet_of(tmp_path, ROWS), "arrets.parquet", schema=SCHEMA, least_count=100)
    assert (verdicts(report)["schema"], verdicts(report)["open-format"]) == (OK, OK)
    assert "Groupes de moins de 100" in said_of(report, CheckCode.SMALL_COUNTS)


def test_a_workbook_of_a_published_standard_is_open_and_one_of_none_is_not(tmp_path: Path) -> None:
    report = checked(tmp_path, xlsx_of(("Arrêts", sheet_xml(ROWS))), "arrets.xlsx")
    assert "standard ouvert, aisément réutilisable" in said_of(report, CheckCode.OPEN_FORMAT)
    known = load_list("file_types")
    assert [known.flag(code, "open") for code in ("XLSX", "DOCX", "PPTX", "ODS")] == [True] * 4
    assert [known.flag(code, "open") for code in ("XLS", "DOC", "PPT")] == [False] * 3


def test_a_workbook_of_excel_is_read_but_it_is_not_the_format_agreed(tmp_path: Path) -> None:
    report = checked(tmp_path, xlsx_of(("Arrêts", sheet_xml(ROWS))), "arrets.xlsx", schema=SCHEMA, format="CSV")
    told = verdicts(report)
    assert (told["name"], told["schema"], told["open-format"], told["agreed-format"]) == (OK, OK, OK, FAULT)
    assert said_of(report, CheckCode.AGREED_FORMAT) == "Le contrat demande CSV ; le fichier est du type Excel XLSX."


def test_each_fault_of_a_row_is_told_by_its_place_and_never_by_its_value(tmp_path: Path) -> None:
    wrong = [
        ROWS[0], ["A1", "Arras", "2026-31-01", "120"], ["A1", "Lillers", "2026-01-05", "-8"],
        ["", "Lens", "2026-01-05", "douze"], ["A4", "Lens", "2026-01-05", "1", "SECRET"],
    ]  # fmt: skip
    report = checked(tmp_path, csv_of(wrong), schema=SCHEMA)
    told = said_of(report, CheckCode.SCHEMA)
    for sentence in (
        "Schéma joint comme pièce (« Arrêts ») : fautes : 9, dans 4 lignes sur 4.",
        "Ligne 2, colonne « jour » : n’est pas du type attendu (Date).",
        "Ligne 3, colonne « commune » : n’est pas une des valeurs permises par le schéma.",
        "Ligne 3, colonne « nombre » : est au-dessous du minimum du schéma.",
        "Ligne 3, colonne « arret » : répète une valeur qui doit être unique.",
        "Ligne 3 : la clé primaire est vide ou répétée.",
        "Ligne 4, colonne « arret » : est vide, alors qu’une valeur est exigée.",
        "Ligne 4, colonne « nombre » : n’est pas du type attendu (Nombre entier).",
        "Ligne 5 : la ligne a plus de cellules que l’en-tête.",
    ):
        assert sentence in told
    for value in ("Lillers", "2026-31-01", "douze", "SECRET", "-8"):
        assert value not in json.dumps(report, ensure_ascii=False)


def test_of_many_faults_twenty_are_told_one_of_each_kind_at_least_and_all_are_counted(tmp_path: Path) -> None:
    wrong = [ROWS[0], *([f"A{rank}", "Arras", "hier", "1"] for rank in range(500)), ["B", "Lillers", "2026-01-05", "1"]]
    report = checked(tmp_path, csv_of(wrong), schema=SCHEMA)
    check = next(one for one in report["checks"] if one["code"] == "schema")
    assert check["said"][0]["figures"]["faults"] == 501
    assert len(check["details"]) == 20
    assert {one["kind"] for one in check["details"]} == {"type", "enum"}


def test_columns_are_found_by_name_and_those_required_are_missed(tmp_path: Path) -> None:
    moved = [[row[3], row[1], "x"] for row in ROWS]
    moved[0] = ["NOMBRE", "Commune", "remarque"]
    told = said_of(checked(tmp_path, csv_of(moved), schema=SCHEMA), CheckCode.SCHEMA)
    assert "Colonnes exigées par le schéma et absentes : arret." in told
    assert "Colonnes du schéma absentes, qu’il n’exige pas : jour." in told
    assert "Colonnes que le schéma ne connaît pas : remarque." in told


def test_a_file_without_any_field_of_the_schema_tells_none_of_what_stands_in_its_first_line(tmp_path: Path) -> None:
    report = checked(tmp_path, csv_of([["MARTIN", "0612345678"], ["PETIT", "0712345678"]]), schema=SCHEMA)
    assert "Aucune colonne du fichier ne porte un nom du schéma." in said_of(report, CheckCode.SCHEMA)
    assert "MARTIN" not in json.dumps(report)


@pytest.mark.parametrize(
    "schema",
    [
        {"fields": []},
        {"fields": ["https://ailleurs.example/champ.json"]},
        {"fields": [{"name": "a"}, {"name": "a"}]},
        {"fields": [{"name": "arret", "constraints": {"pattern": "("}}]},
        [],
        {"$ref": "https://ailleurs.example/schema.json"},
    ],
)
def test_a_schema_that_cannot_be_used_is_said_and_the_rest_is_checked(tmp_path: Path, schema: Any) -> None:
    report = checked(tmp_path, csv_of(ROWS), schema=schema, completeness=Decimal(90))
    told = verdicts(report)
    assert (told["schema"], told["completeness"]) == (UNKNOWN, OK), said_of(report, CheckCode.SCHEMA)
    assert "ne peut pas servir" in said_of(report, CheckCode.SCHEMA)


def test_nothing_that_a_schema_names_elsewhere_is_fetched(tmp_path: Path) -> None:
    away = "https://ailleurs.example/"
    far = {
        "$schema": away,
        "fields": [{**one, "$ref": away} for one in SCHEMA["fields"]],
        "foreignKeys": [{"fields": "commune", "reference": {"resource": f"{away}c.csv", "fields": "nom"}}],
    }
    report = checked(tmp_path, csv_of(ROWS), schema=far)
    assert verdicts(report)["schema"] == OK
    assert "Du schéma, n’a pas été vérifié : foreignKeys." in said_of(report, CheckCode.SCHEMA)


@pytest.mark.parametrize(
    ("schema_named", "sentence"),
    [
        (None, "Le registre n’a pas le schéma de ces données"),
        ("etalab/irve", "Le contrat nomme le schéma « etalab/irve »"),
    ],
)
def test_without_a_schema_the_report_says_where_to_put_one(
    tmp_path: Path, schema_named: str | None, sentence: str
) -> None:
    report = checked(tmp_path, csv_of(ROWS), schema_named=schema_named)
    assert verdicts(report)["schema"] == UNKNOWN
    assert sentence in said_of(report, CheckCode.SCHEMA)


def test_a_pdf_is_not_machine_readable_and_a_scan_without_text_is_named_as_such(tmp_path: Path) -> None:
    scan, target = PdfWriter(), BytesIO()
    scan.add_blank_page(200, 200)
    scan.write(target)
    told = said_of(checked(tmp_path, target.getvalue(), "rapport.pdf"), CheckCode.OPEN_FORMAT)
    assert told.startswith("PDF sans texte (1 pages), sans doute numérisé")
    words = checked(tmp_path, HTML(string="<p>Rapport").write_pdf(), "rapport.pdf", completeness=Decimal(1))
    assert said_of(words, CheckCode.OPEN_FORMAT).startswith("PDF avec du texte (pages qui en ont : 1 sur 1)")
    assert verdicts(words)["open-format"] == FAULT
    assert verdicts(words)["completeness"] == UNKNOWN
    assert "n’est pas un tableau" in said_of(words, CheckCode.COMPLETENESS)


def zipped(**parts: str) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("_txt", ".txt"), text)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("donnees.csv", zipped(a_txt="x"), "Le nom annonce CSV ; le contenu est du type Archive ZIP."),
        ("donnees.csv", xlsx_of(("A", sheet_xml(ROWS))), "Le nom annonce CSV ; le contenu est du type Excel XLSX."),
        ("donnees.ods", xlsx_of(("A", sheet_xml(ROWS)))[:900], "n’est pas complet"),
        ("donnees.json", json_of(ROWS)[:-40], "n’est pas complet"),
        ("donnees.csv", csv_of(ROWS)[:-12], "La dernière ligne semble coupée"),
        ("donnees.csv", b"", "Ce fichier est vide"),
        ("donnees.csv", b" \r\n\r\n", "Ce fichier est vide"),
        ("donnees.csv", csv_of(ROWS[:1]), "n’a pas de ligne remplie sous son en-tête"),
        ("donnees.csv", b"\x7fELF\x02\x01\x01" + bytes(200), "Ce fichier est un programme"),
        ("donnees.csv", b"#!/bin/sh\nrm -rf /\n", "Ce fichier est un programme"),
        ("donnees.json", b'{"a": [1, 2', "n’est pas complet"),
        ("donnees.json", b'[{"a": 1}, {"a": }]', "mal formé"),
        ("rapport.pdf", b"%PDF-1.7\nrien", "n’est pas complet"),
        ("page.csv", b"<!doctype html><html><body>Erreur 404</body></html>", "page web"),
    ],
    ids=[
        "archive", "workbook", "cut-workbook", "cut-json", "cut-csv", "empty", "blank", "no-rows", "program", "script",
        "cut-list", "broken-json", "cut-pdf", "web-page",
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_it_says_is_told_in_a_sentence(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    report = checked(tmp_path, content, name, schema=SCHEMA, completeness=Decimal(90), least_count=11)
    assert verdicts(report)["name"] == FAULT
    assert sentence in said_of(report, CheckCode.NAME)
    for one in say_report(report).checks:
        assert one.sentences, f"{one.code} says nothing"


def test_a_feed_of_timetables_in_its_archive_is_known_by_what_it_holds(tmp_path: Path) -> None:
    report = checked(tmp_path, zipped(stops_txt="stop_id", routes_txt="route_id"), "offre.zip", format="GTFS")
    told = verdicts(report)
    assert (told["name"], told["open-format"], told["agreed-format"]) == (OK, OK, OK)


def test_an_encoding_other_than_the_one_agreed_is_a_fault(tmp_path: Path) -> None:
    report = checked(tmp_path, csv_of(ROWS).decode().encode("latin-1"), encoding="UTF-8")
    assert verdicts(report)["agreed-format"] == FAULT
    assert "Le contrat demande le codage UTF-8" in said_of(report, CheckCode.AGREED_FORMAT)
    assert verdicts(checked(tmp_path, csv_of(ROWS), encoding="utf8"))["agreed-format"] == UNKNOWN


PEOPLE = [
    ["Nom", "Prénom", "Né le", "Tél", "Commune"],
    ["MARTIN", "Marie", "12/03/1980", "06 12 34 56 78", "Arras"],
    ["PETIT", "Luc", "01/01/1990", "07 82 34 56 79", "Lens"],
    ["FAURE", "Rose", "3/4/1975", "06 99 34 56 78", "Lens"],
]


def test_a_file_whose_sheet_says_people_is_never_green_for_want_of_a_name_on_its_columns(tmp_path: Path) -> None:
    plain = csv_of([["abonne", "volume"], ["A1", "120"], ["A2", "98"]])
    told = checked(tmp_path, plain, personal=True)
    assert verdicts(told)["personal-data"] == UNKNOWN
    assert "La fiche du jeu dit pourtant qu’il en contient" in said_of(told, CheckCode.PERSONAL_DATA)
    assert verdicts(checked(tmp_path, plain, personal=True, anonymous=True))["personal-data"] == OK


@pytest.mark.parametrize(
    ("demands", "verdict"),
    [({}, FAULT), ({"personal": True}, OK), ({"personal": True, "anonymous": True}, FAULT)],
)
@pytest.mark.parametrize("name", ["abonnes.csv", "abonnes.json"])
def test_columns_that_tell_of_people_are_named_with_reasons_and_no_value(
    tmp_path: Path, name: str, demands: dict[str, Any], verdict: CheckVerdict
) -> None:
    content = csv_of(PEOPLE) if name.endswith(".csv") else json_of(PEOPLE)
    report = checked(tmp_path, content, name, least_count=5, **demands)
    assert verdicts(report)["personal-data"] == verdict
    assert "« Tél » : Numéro de téléphone" in said_of(report, CheckCode.PERSONAL_DATA)
    assert "MARTIN" not in json.dumps(report)
    # Each line is somebody: towns of one or two of them are small groups.
    assert verdicts(report)["small-counts"] == FAULT


def test_small_figures_are_counted_in_the_columns_that_count(tmp_path: Path) -> None:
    told = said_of(checked(tmp_path, csv_of(ROWS), least_count=50), CheckCode.SMALL_COUNTS)
    assert "Groupes de moins de 50 : 1" in told
    assert "Colonnes prises pour des totaux : nombre." in told
    plain = [["arret", "tarif"], ["A1", "2"], ["A2", "3"]]
    unsure = checked(tmp_path, csv_of(plain), least_count=50)
    assert verdicts(unsure)["small-counts"] == UNKNOWN
    assert "ne sait pas ce qu’est une ligne" in said_of(unsure, CheckCode.SMALL_COUNTS)


def test_small_figures_are_told_by_usage_where_the_contract_sets_no_threshold(tmp_path: Path) -> None:
    few = [["commune", "nombre"], ["Arras", "1"], ["Lens", "2"], ["Béthune", "57"]]
    report = checked(tmp_path, csv_of(few))
    told = said_of(report, CheckCode.SMALL_COUNTS)

    assert verdicts(report)["small-counts"] == UNKNOWN, "nothing imposes this threshold"
    assert "Le contrat ne fixe pas d’effectif minimal" in told
    assert "Au seuil d’usage de 11, que rien n’impose, des groupes sont trop petits : 2, dans 2 lignes." in told
    summary = say_report(report).summary
    assert "Aucun défaut constaté" not in summary
    assert summary.startswith("Aucun défaut dans ce qui a été contrôlé ; à regarder : petits effectifs")
    assert looked_at_in(report) == [CheckCode.SMALL_COUNTS]
    assert alarms_of(report) == [], "Of a threshold that nothing imposes, nobody is asked why."
    (check,) = [one for one in say_report(report).checks if one.code == CheckCode.SMALL_COUNTS]
    assert check.word == "À regarder"

    enough = checked(tmp_path, csv_of([["commune", "nombre"], ["Arras", "12"], ["Lens", "57"]]))
    assert "aucun groupe n’est trop petit" in said_of(enough, CheckCode.SMALL_COUNTS)
    assert alarms_of(enough) == []


@pytest.mark.parametrize(
    ("personal", "sentence", "verdict"),
    [(True, "Le contrat touche à des données personnelles", UNKNOWN), (None, "Rien au contrat ne dit", FAULT)],
)
def test_of_a_delivery_of_the_whole_contract_no_sheet_of_a_dataset_is_spoken_of(
    tmp_path: Path, personal: bool | None, sentence: str, verdict: CheckVerdict
) -> None:
    report = checked(tmp_path, csv_of(PEOPLE), least_count=2, personal=personal, is_whole=True)
    told = said_of(report, CheckCode.PERSONAL_DATA)

    assert sentence in told
    assert "fiche du jeu" not in told
    assert verdicts(report)["personal-data"] == verdict
    assert CheckCode.PERSONAL_DATA in alarms_of(report)


def test_people_whom_the_sheet_tells_of_alarm_nobody(tmp_path: Path) -> None:
    assert CheckCode.PERSONAL_DATA not in alarms_of(checked(tmp_path, csv_of(PEOPLE), personal=True))


def test_fifty_mebibytes_are_taken_and_not_one_more(tmp_path: Path) -> None:
    path = tmp_path / "gros.csv"
    with path.open("wb") as file:
        file.truncate(LIMITS.file_bytes + 1)
    with pytest.raises(TooLarge):
        check_file(path, name="gros.csv", demands=Demands(), on=TODAY)


def test_a_file_of_the_whole_size_is_counted_whole(tmp_path: Path) -> None:
    path = of_the_whole_size(tmp_path, f"A1;2026-01-05;{'x' * 200}\r\n")
    report = check_file(path, name="gros.csv", demands=asked(completeness=Decimal(100)), on=TODAY)
    assert verdicts(report)["completeness"] == OK


@pytest.mark.slow
def test_a_reading_that_lacks_time_says_so_and_concludes_nothing(tmp_path: Path) -> None:
    # Three million short lines: no machine goes through them in the four seconds that each reading is given here.
    path = of_the_whole_size(tmp_path, "A1;2026-01-05;x\r\n")
    schema = {"fields": [{"name": "jour", "type": "date"}]}
    report = check_file(
        path, name="gros.csv", demands=asked(schema=schema), on=TODAY, limits=replace(LIMITS, seconds=10)
    )  # fmt: skip
    assert verdicts(report)["schema"] == UNKNOWN
    assert "le temps accordé à la lecture a manqué" in said_of(report, CheckCode.SCHEMA)


def of_the_whole_size(folder: Path, line: str) -> Path:
    path, of = folder / "gros.csv", line.encode()
    path.write_bytes(b"arret;jour;note\r\n" + of * ((LIMITS.file_bytes - 100) // len(of)))
    return path


@settings(max_examples=300, deadline=None)
@given(
    columns=st.lists(st.integers(0, 60), min_size=1, max_size=6),
    rows=st.integers(1, 60),
    asked_for=st.decimals(0, 100, places=3),
)
def test_a_share_of_filled_cells_is_compared_exactly(columns: list[int], rows: int, asked_for: Decimal) -> None:
    filled = [min(one, rows) for one in columns]
    seen = Delivered(type="CSV", rows=rows, columns=[FilledColumn(str(rank), one) for rank, one in enumerate(filled)])
    check: Check = judge("a.csv", seen, Demands(completeness=asked_for), None, None)[4]
    reached = Fraction(sum(filled), rows * len(filled)) * 100 >= Fraction(asked_for)
    assert (check.code, check.verdict) == (CheckCode.COMPLETENESS, OK if reached else FAULT)
    told = Fraction(str(check.said[0].figures["percent"]))
    assert told <= Fraction(sum(filled) * 100, rows * len(filled)) < told + Fraction(1, 100)


def test_the_faults_of_a_report_can_stand_as_reasons_for_a_refusal(tmp_path: Path) -> None:
    view: ReportView = say_report(checked(tmp_path, zipped(a_txt="x"), "donnees.csv"))
    assert view.shape == "non-compliant"
    assert view.summary.startswith("2 défauts")
    why = "Archive ZIP : un traitement automatisé n’en tire pas les données sans les deviner."
    assert view.faults == [
        "Le fichier est ce qu’il annonce : Le nom annonce CSV ; le contenu est du type Archive ZIP.",
        f"{CheckCode.OPEN_FORMAT.label} : {why}",
    ]
