"""Draws charts as SVG with lets-plot: no browser, no script, the same bytes each time.

Only the processes that render import this module.
"""

import re
from collections.abc import Mapping
from typing import Any

import lets_plot as lp

from registry.reporting.vocabulary import Bars, Chart, Line

BAR_PITCH, PAIR_PITCH = 30, 46
"""Units: CSS pixels from one bar to the next, and from one group of bars side by side to the next."""
LABEL_FROM = 18
"""A part narrower than this bears no figure: the table beside the chart gives it. Units: CSS pixels."""

_INK = "#1c2430"
_FONTS = "'Source Sans 3', 'Source Sans 3 Ext', 'DejaVu Sans', sans-serif"
_RANDOM_NAME = re.compile(r'(?:\bid="|url\(#|\bhref="#)([A-Za-z0-9]{7})\b')
_CLASS_RULES = re.compile(r"\n#[A-Za-z0-9]{7} \.(?!axis-text-y)[a-z-]+ \{[^}]*\}")


def draw_all(charts: Mapping[str, Chart]) -> dict[str, bytes]:
    """Each chart as an SVG file, by name."""
    return {name: draw(chart) for name, chart in charts.items()}


def draw(chart: Chart) -> bytes:
    """A chart as an SVG file."""
    return _draw_line(chart) if isinstance(chart, Line) else _draw_bars(chart)


def _draw_line(chart: Line) -> bytes:
    """A line broken where nothing was known: each stretch is a group of its own."""
    points: dict[str, list[Any]] = {"day": [], "value": [], "stretch": []}
    stretch = 0
    for place, value in enumerate(chart.values):
        if value is None:
            stretch += 1
            continue
        for name, item in zip(points, (place, value, stretch), strict=True):
            points[name].append(item)
    last = {"day": points["day"][-1:], "value": points["value"][-1:]}
    most = chart.most or 1
    plot = (
        lp.ggplot(points)
        + lp.geom_line(lp.aes("day", "value", group="stretch"), color=chart.colour, size=1.4, tooltips="none")
        + lp.geom_point(lp.aes("day", "value"), data=last, color=chart.colour, size=4, tooltips="none")
        + lp.geom_hline(yintercept=0, color="#c5ccd7", size=0.7, tooltips="none")
        + lp.scale_x_continuous(limits=[-0.3, len(chart.values) - 0.7], expand=[0, 0])
        + lp.scale_y_continuous(limits=[-most * 0.08, most * 1.08], expand=[0, 0])
        + lp.theme_void()
        + lp.theme(plot_margin=0)
        + lp.ggsize(chart.width, chart.height)
    )
    return _settle(plot.to_svg())


def _draw_bars(chart: Bars) -> bytes:
    count = len(chart.categories)
    length = max if chart.side_by_side else sum
    longest = max(chart.most, *(length(row) for row in chart.values), 0) or 1
    parts = _parts(chart, smallest_labelled=longest * LABEL_FROM / (chart.width * 0.7))
    plot = (
        lp.ggplot(parts)
        + lp.geom_rect(
            lp.aes(xmin="left", xmax="right", ymin="low", ymax="high", fill="fill"),
            color="#ffffff",
            size=0.7,
            tooltips="none",
        )
        + lp.geom_text(lp.aes(x="middle", y="centre", label="label", color="ink"), size=5.4, tooltips="none")
        + lp.scale_fill_identity()
        + lp.scale_color_identity()
        + lp.scale_x_continuous(expand=[0, 0], limits=[0, longest])
        + lp.scale_y_continuous(
            expand=[0, 0],
            limits=[0, count],
            breaks=[count - index - 0.5 for index in range(count)],
            labels=list(chart.categories),
        )
        + lp.theme_void()
        + lp.theme(axis_text_y=lp.element_text(color=_INK, size=13), plot_margin=0)
        + lp.ggsize(chart.width, count * (PAIR_PITCH if chart.side_by_side else BAR_PITCH))
    )
    return _settle(plot.to_svg())


def _parts(chart: Bars, smallest_labelled: float) -> dict[str, list[Any]]:
    names = ("left", "right", "middle", "low", "high", "centre", "fill", "ink", "label")
    parts: dict[str, list[Any]] = {name: [] for name in names}
    count = len(chart.categories)
    for index, row in enumerate(chart.values):
        start = 0
        for place, (value, colour) in enumerate(zip(row, chart.colours, strict=True)):
            if not value:
                continue
            centre, half = _lane(chart, place)
            centre += count - index - 1
            name = f"{chart.names[place]} " if chart.names else ""
            label = f"{name}{value}" if value >= smallest_labelled else ""
            ink = "#ffffff" if _luminance(colour) < 0.3 else _INK
            shape = (start, start + value, start + value / 2, centre - half, centre + half, centre)
            for column, item in zip(names, (*shape, colour, ink, label), strict=True):
                parts[column].append(item)
            start += 0 if chart.side_by_side else value
    return parts


def _lane(chart: Bars, place: int) -> tuple[float, float]:
    """The middle of a part within the height of its category, and half its own height: a category is 1 high."""
    if not chart.side_by_side:
        return 0.5, 0.38
    height = 0.84 / len(chart.colours)
    return 0.92 - (place + 0.5) * height, height / 2


def _luminance(colour: str) -> float:
    """Relative luminance of a colour written `#rrggbb` (WCAG 2.2), from 0 to 1."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _settle(svg: str) -> bytes:
    """The drawing with our fonts, without unused rules, its random names replaced by their order."""
    svg = _CLASS_RULES.sub("", svg).replace("font-family: sans-serif", f"font-family: {_FONTS}")
    svg = svg.replace("font-family:sans-serif", f"font-family:{_FONTS}")
    for order, name in enumerate(dict.fromkeys(_RANDOM_NAME.findall(svg))):
        svg = svg.replace(name, f"part{order}")
    return svg.encode()
