"""Charts are drawn the same each time, with nothing active in them."""

import re
from dataclasses import replace

import pytest

from registry.reporting.charts import draw
from registry.reporting.vocabulary import Bars

BARS = Bars(
    categories=("Obligations", "Bonnes pratiques & <autres>"),
    values=((40, 9), (3, 120)),
    colours=("#2f6b4a", "#dba93a"),
    alternative="Obligations : 40 et 9.",
)


def test_the_same_figures_give_the_same_bytes() -> None:
    assert draw(BARS) == draw(BARS)


def test_other_figures_give_another_drawing() -> None:
    assert draw(BARS) != draw(replace(BARS, values=((40, 9), (3, 121))))


def test_a_drawing_bears_no_name_drawn_at_random() -> None:
    names = re.findall(r'\bid="([^"]+)"', draw(BARS).decode())

    assert names
    assert all(re.fullmatch(r"part\d+", name) for name in names)


def test_a_drawing_loads_and_runs_nothing() -> None:
    svg = draw(BARS).decode().lower()

    assert "<script" not in svg
    assert "href=" not in svg
    assert not re.findall(r"url\((?!#)", svg)


def test_labels_are_escaped_and_set_in_the_fonts_of_the_document() -> None:
    svg = draw(BARS).decode()

    assert "Bonnes pratiques &amp; &lt;autres&gt;" in svg
    assert "sans-serif" not in svg.replace("'DejaVu Sans', sans-serif", "")


@pytest.mark.parametrize(("value", "labelled"), [(120, True), (3, False)])
def test_a_part_too_narrow_for_its_figure_bears_none(value: int, labelled: bool) -> None:
    assert (f"<tspan>{value}</tspan>" in draw(BARS).decode()) is labelled


def test_a_chart_of_nothing_is_still_a_drawing() -> None:
    assert draw(replace(BARS, values=((0, 0), (0, 0)))).startswith(b"<svg")
