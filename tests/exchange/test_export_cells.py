"""A value written in a cell is read back as it was, and no spreadsheet ever computes it."""

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.exchange.exports.archive import About
from registry.exchange.exports.cells import as_written, for_xml, from_cell, from_xml, to_cell
from registry.exchange.exports.columns import Column, Holds, as_order, from_order
from registry.exchange.exports.csv_files import README, csv_export
from registry.exchange.exports.layout import export_tables
from registry.kernel.spreadsheets import inert

LICENCE = Column("licence", "Licence", codes={"etalab-2.0": "Licence Ouverte 2.0", "odbl": "ODbL"})
TREACHEROUS = [
    "=1+1",
    "+33 1 23 45 67 89",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1+1",
    "'déjà",
    "＝1",
    '=HYPERLINK("x")',
]
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(st.one_of(TEXTS, st.sampled_from(["odbl", "Licence Ouverte 2.0", "à voir [odbl]", "[]", "x []"])))
def test_a_code_its_words_and_a_free_text_are_told_apart(value: str) -> None:
    assert from_cell(LICENCE, to_cell(LICENCE, value)) == value


def test_whoever_types_the_words_or_the_code_alone_is_understood() -> None:
    assert to_cell(LICENCE, "odbl") == "ODbL [odbl]"
    assert from_cell(LICENCE, "ODbL") == from_cell(LICENCE, "odbl") == "odbl"


@given(st.lists(TEXTS))
def test_several_values_stand_in_one_cell_whatever_they_hold(values: list[str]) -> None:
    column = Column("spatial", "Couverture", Holds.LIST)
    assert from_cell(column, to_cell(column, values)) == values


@given(st.one_of(TEXTS, st.sampled_from(TREACHEROUS)))
def test_a_text_made_inert_begins_no_formula_and_comes_back(text: str) -> None:
    cell = inert(text)
    assert cell.lstrip(" \u00a0")[:1] not in set("=+-@\t\r\n＝＋－＠")
    assert as_written(cell) == text


@given(TEXTS)
def test_a_character_that_xml_does_not_hold_comes_back(text: str) -> None:
    said = for_xml(text)
    assert not {ord(one) for one in said} & ({*range(32)} - {9, 10} | {0xFFFE, 0xFFFF})
    assert from_xml(said) == text


@pytest.mark.parametrize("value", [None, True, False])
def test_what_is_unknown_is_neither_yes_nor_no(value: bool | None) -> None:
    column = Column("health_data", "Données de santé", Holds.TRUTH)
    assert from_cell(column, to_cell(column, value)) is value


def test_a_day_and_a_number_are_read_as_such_and_nothing_else_is() -> None:
    day, number = Column("issued", "Publié", Holds.DAY), Column("byte_size", "Taille", Holds.NUMBER)
    assert from_cell(day, to_cell(day, date(1789, 7, 14))) == date(1789, 7, 14)
    assert from_cell(number, to_cell(number, 2**62)) == 2**62
    with pytest.raises(ValueError, match="hier"):
        from_cell(day, "hier")


def test_no_two_columns_of_a_table_bear_one_name_or_one_header() -> None:
    for table in export_tables():
        assert len({column.name for column in table.columns}) == len(table.columns), table.name
        assert len(set(table.headers)) == len(table.headers), table.name


def test_the_process_that_reads_an_export_is_told_of_its_tables_whole() -> None:
    assert from_order(json.loads(json.dumps(as_order(export_tables())))) == list(export_tables())


def test_the_archive_says_how_to_read_each_of_its_columns() -> None:
    about = About("Communauté d’essai", datetime(2026, 11, 25, 9, 30, tzinfo=UTC))
    rows = [{"title": "=cmd|' /C calc'!A0", "keywords": ["a;b", "-1"], "licence": "etalab-2.0"}]
    pieces = csv_export([(export_tables()[0], rows)], about)
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        said = archive.read(README).decode()
        text = archive.read("jeux.csv").decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))

    assert found[0]["Titre"] == "'=cmd|' /C calc'!A0"
    assert found[0]["Mots-clés"] == "a;b\n-1"
    assert found[0]["Licence"] == "Licence Ouverte 2.0 [etalab-2.0]"
    assert all(f"* {column.header} (" in said for column in export_tables()[0].columns)
    assert "25/11/2026 à 09 h 30" in said
