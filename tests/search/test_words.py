"""Accents, capitals, plurals and ways of writing never lose a match."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.search.asking import Asked, read_parts
from registry.search.rules import Piece, cut_around, distance, find_nearest, highlight, read_text

LETTERS = st.sampled_from("abcdefghijklmnopqrstuvwxyzàâäçéèêëîïôöùûüÿœæABCDEFGHIJKLMNOPQRSTUVWXYZÀÂÉÈÊÎÔÛÇŒÆ0123456789")
TEXTS = st.lists(st.text(LETTERS, min_size=1, max_size=12), min_size=1, max_size=6).map(" ".join)


def stems_of(text: str) -> list[str]:
    """The stems of a text."""
    return read_text(text)[0]


def bare(text: str) -> str:
    """The text without its accents, its ligatures opened."""
    opened = text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE")
    return "".join(one for one in unicodedata.normalize("NFD", opened) if not unicodedata.combining(one))


@given(TEXTS)
def test_folding_never_loses_a_match(text: str) -> None:
    ways = [
        text.upper(), text.lower(), bare(text), bare(text).upper(), unicodedata.normalize("NFD", text),
        unicodedata.normalize("NFD", text).upper(), text.replace(" ", "’"), text.replace(" ", "-"),
        text.replace(" ", "_"), f"« {text} », (2026)".replace("(2026)", "…"),
    ]  # fmt: skip
    for way in ways:
        assert read_text(way) == read_text(text), way


@given(st.text(max_size=120), TEXTS)
def test_a_text_cut_in_pieces_loses_no_letter(text: str, sought: str) -> None:
    pieces = highlight(text, stems_of(sought), "a")
    assert "".join(one.words for one in pieces) == text
    assert len(cut_around(text * 5, stems_of(sought), most=100)) <= 104


@given(TEXTS)
def test_each_word_of_a_text_is_marked_in_it(text: str) -> None:
    assert all(one.marked or not one.words.strip() for one in highlight(text, stems_of(text)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("école", "Écoles"), ("vélo", "vélos"), ("élu", "ÉLUS"), ("cheval", "chevaux"), ("travail", "travaux"),
        ("réseau", "réseaux"), ("jeu", "jeux"), ("lieu", "lieux"), ("bail", "baux"), ("marché", "marchés"),
        ("délibération", "délibérations"), ("communal", "communaux"), ("communal", "communales"),
        ("déchet", "déchets"), ("m²", "m2"), ("œuvre", "oeuvres"), ("donnée", "donnees"), ("tuyau", "tuyaux"),
    ],
)  # fmt: skip
def test_a_plural_is_its_singular(one: str, other: str) -> None:
    assert stems_of(one) == stems_of(other)


def test_words_that_tell_nothing_are_not_asked_for_unless_they_are_all_there_is() -> None:
    assert [part.plain for part in read_parts("la qualité de l’eau")] == [("qualite",), ("eau",)]
    assert [part.plain for part in read_parts("le")] == [("le",)]
    assert Asked("’ … !").parts == ()


def test_a_name_of_several_words_is_read_whole_with_its_other_names() -> None:
    (part,) = read_parts("délégation de service public")
    assert ("dsp",) in part.synonyms
    (part,) = read_parts("dsp")
    assert tuple(stems_of("délégation service public")) in part.synonyms


def test_what_is_shown_of_a_long_text_is_where_the_words_are() -> None:
    text = "Rien à voir ici. " * 60 + "La cantine des écoles sert midi. " + "Encore autre chose. " * 60
    shown = cut_around(text, stems_of("cantines école"))
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert "cantine des écoles" in shown
    assert len(shown) <= 244
    assert Piece("écoles", marked=True) in highlight(shown, stems_of("école"))


def test_the_nearest_word_is_told_by_letters_then_by_how_often_it_comes() -> None:
    assert distance("voirie", "voiire", 2) == 1
    assert distance("abc", "xyz", 2) == 3
    assert find_nearest("delibration", ["Délibérations", "La délibération", "Libération"], most=2) == "délibération"
    assert find_nearest("zzz", ["La délibération"], most=1) is None
