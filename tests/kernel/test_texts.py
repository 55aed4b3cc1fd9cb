"""Identifiers, sort keys and places in a list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.errors import Invalid
from registry.kernel.identifiers import LONGEST_IDENTIFIER, fits_as_identifier, identifier_of, parse_siren
from registry.kernel.paging import read_cursor, write_cursor
from registry.kernel.sort_keys import indexed_sort_key, sort_key


@pytest.mark.parametrize("said", ["200033579", " 200 033 579 ", "243500139"])
def test_a_siren_is_read_with_or_without_spaces(said: str) -> None:
    assert parse_siren(said) == "".join(said.split())


@pytest.mark.parametrize("said", ["200033578", "20003357", "2000335790", "", "20003357A", "２00033579"])
def test_a_siren_with_a_wrong_key_or_length_is_refused(said: str) -> None:
    with pytest.raises(Invalid):
        parse_siren(said)


@given(st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(place: int, more: int) -> None:
    digits = "200033579"
    wrong = digits[:place] + str((int(digits[place]) + more) % 10) + digits[place + 1 :]
    with pytest.raises(Invalid):
        parse_siren(wrong)


@given(st.text())
def test_a_sort_key_is_stable_and_forgets_case_accents_and_spaces(text: str) -> None:
    key = sort_key(text)
    assert sort_key(key) == key
    assert sort_key(f"  {text} ") == key


def test_accents_ligatures_and_case_sort_together() -> None:
    assert sort_key("  Œuvres   d’Été ") == sort_key("OEUVRES d’ete") == "oeuvres d'ete"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.integers(0, 2**60))
def test_a_place_in_a_list_is_read_back_from_an_address(words: str, number: int) -> None:
    assert read_cursor(write_cursor((words, number))) == (words, number)


@pytest.mark.parametrize("said", ["x", "%%%", "W10", "é", "bnVsbA", "eyJhIjoxfQ", "WyJhIiwgImIiXQ"])
def test_a_place_nobody_gave_is_refused_in_a_sentence(said: str) -> None:
    with pytest.raises(Invalid):
        read_cursor(said)


@given(st.text())
def test_an_address_is_its_own_identifier_unless_it_is_too_long_to_be_one(address: str) -> None:
    assert identifier_of(address) == address
    long = identifier_of(address + "a" * 1001)
    assert long.startswith("urn:sha256:")
    assert long != identifier_of(address + "b" * 1001)
    assert fits_as_identifier(long)


def test_the_length_of_an_identifier_and_of_a_place_in_a_list_is_that_of_their_bytes() -> None:
    assert fits_as_identifier("é" * (LONGEST_IDENTIFIER // 2))
    assert not fits_as_identifier("é" * (LONGEST_IDENTIFIER // 2) + "é")
    assert identifier_of("漢" * 700).startswith("urn:sha256:")
    assert indexed_sort_key("漢" * 700) == "漢" * 666
    assert indexed_sort_key("Œuvre") == sort_key("Œuvre")
