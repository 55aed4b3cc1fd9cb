"""From a content to a page: charts drawn, template filled, style sheets gathered.

On paper, style sheets and charts are parts beside the page; on the web they are inside it, so that the
page asks nothing of anybody.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module

from markupsafe import Markup

from registry.kernel.shares import percent
from registry.platform.assets import asset_root
from registry.reporting.approval import Approval, read_twin
from registry.reporting.discovery import SHARED, Report
from registry.reporting.order import Order
from registry.reporting.templating import drawable, environment, render_template
from registry.reporting.twins import csv_table
from registry.reporting.vocabulary import Chart, Frame, Table

_ATTACHED = re.compile(r'<a href="data:[^"]*" download="[^"]*">([^<]*)</a>')


@dataclass(frozen=True)
class Part:
    """A file the page asks for."""

    data: bytes
    media_type: str


@dataclass(frozen=True)
class Twin:
    """A machine-readable file that goes with the document."""

    name: str
    data: bytes
    media_type: str
    relationship: str
    description: str

    @property
    def address(self) -> str:
        """The whole file as an address, for a page that stands alone."""
        return _inline(self.data, self.media_type)


@dataclass(frozen=True)
class Picture:
    """A chart as a template shows it."""

    address: str
    alternative: str
    width: int


@dataclass(frozen=True)
class Composition:
    """A page and the parts it asks for, by name."""

    html: str
    parts: Mapping[str, Part]
    twins: tuple[Twin, ...]

    @property
    def table(self) -> Twin:
        """The twin that spreadsheets open."""
        return next(twin for twin in self.twins if twin.media_type == "text/csv")


def compose(report: Report, canonical: bytes, *, order: Order, coverage: frozenset[int] | None) -> Composition:
    """The page of a report, from its canonical twin alone.

    `coverage` holds the characters paper can bear; the web bears all.
    """
    module = report.content
    content, approval = read_twin(module, canonical)
    twins = _twins(report, canonical, module.tables(content)[0], approval)
    charts = module.charts(content)
    # Loaded by what draws alone: a web process reads documents and draws none.
    pictures = import_module("registry.reporting.charts").draw_all(charts) if charts else {}
    drawn = {name: _drawable(data, coverage) for name, data in pictures.items()}
    paper = coverage is not None
    env = environment(asset_root("reports"), language=report.language)
    values = {
        "approval": approval,
        "content": content,
        "frame": _framed(report, content, approval),
        "language": report.language,
        "module": module,
        "order": order,
        "paper": paper,
        "annotated": report.sections,
        "approvers": [role.label for role in report.approval],
        "pictures": {name: _picture(name, charts[name], data, paper=paper) for name, data in drawn.items()},
        "percent": percent,
        "style": "" if paper else Markup(_styles(report).decode()),  # noqa: S704 - our own style sheet
        "twins": twins,
    }
    html = render_template(env, report.template, values, language=report.language)
    if coverage is None:
        return Composition(html, {}, twins)
    parts = {f"{name}.svg": Part(data, "image/svg+xml") for name, data in drawn.items()}
    parts["style.css"] = Part(_styles(report), "text/css")
    return Composition(drawable(html, coverage), parts, twins)


class _NoPictures(dict[str, Picture]):
    """No chart at all, whatever name a template asks for: the same figures stand in a table beside each."""

    def __missing__(self, name: str) -> None:
        return None


def compose_words(report: Report, canonical: bytes, *, order: Order) -> str:
    """The page of a report without its charts, its styles and the files that go with it, for a document to edit."""
    module = report.content
    content, approval = read_twin(module, canonical)
    values = {
        "approval": approval,
        "content": content,
        "frame": _framed(report, content, approval),
        "language": report.language,
        "module": module,
        "order": order,
        "paper": False,
        "annotated": report.sections,
        "approvers": [role.label for role in report.approval],
        "pictures": _NoPictures(),
        "percent": percent,
        "style": "",
        "twins": _twins(report, b"", Table("", module.tables(content)[0].says, (), ()), approval),
    }
    env = environment(asset_root("reports"), language=report.language)
    return render_template(env, report.template, values, language=report.language)


def _framed(report: Report, content: object, approval: Approval | None) -> Frame:
    """What the cover and the head of each page say: once approved, a document is a draft no more, not in its name."""
    frame = report.content.frame(content)
    if not report.finals or not _is_final(approval):
        return frame
    return replace(frame, title=report.final_title(report.language))


def _is_final(approval: Approval | None) -> bool:
    return approval is not None and not approval.is_draft


def compose_reading(report: Report, canonical: bytes, *, order: Order) -> Markup:
    """What stands between the cover and the foot of that same page, to be read within a page of the registry."""
    body = compose_words(report, canonical, order=order).partition("<main>")[2].rpartition("</main>")[0]
    # The twins are downloaded from the page around it.
    body = _ATTACHED.sub(r"\1", body)
    return Markup(body)  # noqa: S704 - written by a template that escapes.


def _drawable(picture: bytes, coverage: frozenset[int] | None) -> bytes:
    return picture if coverage is None else drawable(picture.decode(), coverage).encode()


def _twins(report: Report, canonical: bytes, table: Table, approval: Approval | None) -> tuple[Twin, ...]:
    name = report.final_file_name if _is_final(approval) else report.file_name
    # The order is that of the names: a PDF keeps its attachments in a sorted list.
    return (
        Twin(
            f"{name}.csv",
            csv_table(table.headers, table.rows),
            "text/csv",
            "Data",
            table.says,
        ),
        Twin(
            f"{name}.json",
            canonical,
            "application/json",
            "Source",
            "Le contenu du document, en JSON canonique (RFC 8785)",
        ),
    )


def _styles(report: Report) -> bytes:
    root = asset_root("reports")
    return (root / SHARED / "base.css").read_bytes() + b"\n" + (root / report.stylesheet).read_bytes()


def _picture(name: str, chart: Chart, data: bytes, *, paper: bool) -> Picture:
    address = f"{name}.svg" if paper else _inline(data, "image/svg+xml")
    return Picture(address, chart.alternative, chart.width)


def _inline(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"
