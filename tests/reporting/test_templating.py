"""Templates are strict and escaped; French typography and undrawable characters are seen to."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from registry.kernel.shares import percent
from registry.reporting.templating import (
    breakable,
    brief,
    drawable,
    environment,
    french_spaces,
    long_date,
    number,
    render_template,
)

ASCII = frozenset(range(32, 127))


def _rendered(folder: Path, source: str, **values: Any) -> str:
    (folder / "page.html").write_text(source, "utf-8")
    return render_template(environment(folder, language="fr"), "page.html", values, language="fr")


def test_a_name_nobody_gave_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UndefinedError):
        _rendered(tmp_path, "<p>{{ missing }}</p>")


def test_a_value_that_is_none_is_an_error_and_not_the_word_none(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="absence"):
        _rendered(tmp_path, "<p>{{ owner }}</p>", owner=None)


def test_what_people_typed_is_escaped(tmp_path: Path) -> None:
    assert _rendered(tmp_path, "<p>{{ title }}</p>", title="<script>&") == "<p>&lt;script&gt;&amp;</p>"


def test_french_signs_keep_to_their_word_in_texts_and_nowhere_else() -> None:
    page = '<style>a > b :hover { x: y !important }</style><p title="a : b">Quoi : « oui » ; 76 % !</p>'

    assert french_spaces(page) == (
        '<style>a > b :hover { x: y !important }</style><p title="a : b">'
        "Quoi\u00a0: «\u00a0oui\u00a0»\u00a0; 76\u00a0%\u00a0!</p>"
    )


def test_the_first_of_a_month_is_written_as_french_does() -> None:
    assert long_date(date(2026, 12, 1), "fr") == "1er\u00a0décembre\u00a02026"
    assert long_date(date(2026, 12, 11), "fr") == "11\u00a0décembre\u00a02026"


def test_thousands_are_apart() -> None:
    assert number(1234567) == "1\u00a0234\u00a0567"


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 0, None), (0, 9, 0), (9, 9, 100), (999, 1000, 99), (1, 1000, 1), (1, 2, 50), (2, 3, 67), (1, 3, 33)],
)
def test_none_and_all_are_never_written_of_anything_else(part: int, whole: int, shown: int | None) -> None:
    assert percent(part, whole) == shown


def test_a_long_address_may_be_cut_after_its_signs_and_stays_escaped() -> None:
    assert breakable("a/b<c_d") == "a/<wbr>b&lt;c_<wbr>d"


def test_a_text_too_long_for_a_page_says_that_it_goes_on() -> None:
    assert brief("abcdef", 6) == "abcdef"
    assert brief("abc defg", 4) == "abc\u00a0[…]"


def test_a_character_no_font_draws_is_named_by_its_code() -> None:
    assert drawable("a 中 b", ASCII) == "a [U+4E2D] b"


def test_characters_without_a_drawing_of_their_own_are_dropped() -> None:
    assert drawable("a\u200db\u0000c\ufe0fd\u2028e\nf", ASCII) == "abcd e\nf"


@given(st.text())
def test_no_page_ever_asks_for_a_missing_glyph(text: str) -> None:
    assert {ord(letter) for letter in drawable(text, ASCII)} <= ASCII | {10}
