"""The JSON twin has one spelling, and the CSV twin never computes."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.reporting.twins import GREATEST_INTEGER, canonical_json, csv_table, safe_cell

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-GREATEST_INTEGER, GREATEST_INTEGER) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=0xD7FF)), inner),
    max_leaves=20,
)


def test_members_are_sorted_and_nothing_is_spaced() -> None:
    assert canonical_json({"b": [1, True, None], "a": "é"}) == '{"a":"é","b":[1,true,null]}'.encode()


def test_only_what_must_be_escaped_is_escaped_as_the_standard_says() -> None:
    assert canonical_json('\u20ac$\u000f\nA\'B"\\\\"/') == b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'


@given(JSON)
def test_what_is_read_back_is_what_was_written_and_writes_the_same(value: Any) -> None:
    written = canonical_json(value)

    assert json.loads(written) == value
    assert canonical_json(json.loads(written)) == written


@pytest.mark.parametrize("value", [0.5, {"rate": 0.76}, [float("nan")], {1: "a"}, {"\U0001f600": 1}, object()])
def test_what_has_no_single_spelling_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


def test_a_whole_number_json_readers_would_round_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond"):
        canonical_json(GREATEST_INTEGER + 1)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1", "\u00a0=1", "\r=1", "＝1+1", "-A1", "+"]
)
def test_a_formula_becomes_a_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["-1", "+33", "+33 3 21 00 00 00", "-12,5", "−4", "−1 234,5", "", "1=1", "a@b.fr", "Été"]
)
def test_signed_numbers_telephones_and_plain_texts_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_no_cell_of_a_table_read_back_would_be_computed(rows: list[list[str]]) -> None:
    table = csv_table(("A", "B"), rows)

    read = list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""), delimiter=";"))
    cells = [cell.lstrip(" \u00a0") for row in read[1:] for cell in row]
    assert all(cell[:1] not in set("=@\t\r\n＝＋－＠") for cell in cells if cell)
    assert all(cell[1:2].isdigit() for cell in cells if cell[:1] in {"+", "-"})
    assert len(read) == len(rows) + 1


def test_french_spreadsheets_open_the_table_at_once() -> None:
    table = csv_table(("Sujet", "Constat"), [("Eau ; assainissement", 'dit "réseau"\nsuite')])

    assert table == '\ufeffSujet;Constat\r\n"Eau ; assainissement";"dit ""réseau""\nsuite"\r\n'.encode()
