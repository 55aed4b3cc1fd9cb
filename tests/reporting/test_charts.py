"""Charts are drawn the same each time, with nothing active in them."""

import re
import tomllib
from dataclasses import replace

import pytest

from registry.reporting.charts import draw
from registry.reporting.discovery import get_report
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


def bars_of(svg: str) -> list[tuple[str, float, float, float]]:
    """Each bar as drawn: its colour, where it begins, how far down it stands, how long it is."""
    shape = r'<rect x="([\d.]+)" y="([\d.]+)" height="[\d.]+" width="([\d.]+)"[^>]*fill="([^"]+)"'
    return [(colour, float(x), float(y), float(width)) for x, y, width, colour in re.findall(shape, svg)]


def test_levels_stand_side_by_side_and_are_not_added() -> None:
    beside = replace(BARS, values=((3, 4), (1, 2)), side_by_side=True, most=4, names=("vraisemblance", "gravité"))
    svg = draw(beside).decode()
    three, four, one, two = bars_of(svg)

    assert [bar[1] for bar in (three, four, one, two)] == [0, 0, 0, 0], "each begins at nothing"
    assert three[2] < four[2] < one[2] < two[2], "each stands below the one before"
    assert [round(4 * bar[3] / four[3], 1) for bar in (three, one, two)] == [3, 1, 2]
    assert re.findall(r"<tspan>([^<]+ \d)</tspan>", svg)[:4] == [
        "vraisemblance 3", "gravité 4", "vraisemblance 1", "gravité 2",
    ]  # fmt: skip


def test_a_scale_goes_up_to_its_highest_level_though_none_reaches_it() -> None:
    low = replace(BARS, values=((1, 2), (1, 1)), side_by_side=True, most=4)

    assert max(bar[3] for bar in bars_of(draw(low).decode())) < 0.6 * BARS.width


def test_a_chart_of_nothing_is_still_a_drawing() -> None:
    assert draw(replace(BARS, values=((0, 0), (0, 0)))).startswith(b"<svg")


def test_the_levels_of_an_impact_assessment_are_shown_beside_each_other_and_never_added() -> None:
    report = get_report("impact-assessment")
    content = report.content.from_sample(tomllib.loads(report.sample.read_text("utf-8")))
    chart = report.content.charts(content)["summary"]

    assert chart.side_by_side
    assert chart.most == 4
    assert chart.names == ("vraisemblance", "gravité")
    assert chart.alternative.startswith("Deux barres côte à côte, sur 4. Accès illégitime, avant : vraisemblance 3")
