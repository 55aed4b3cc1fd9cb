"""An issued document as an OpenDocument text, told from the same page as the DOCX, whenever it is asked for.

Format: OASIS OpenDocument 1.3. The first entry is the media type, stored as it is; each is dated of the day of issue.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import astuple
from typing import Any

from lxml import etree, html  # type: ignore[import-untyped]  # lxml has no types.

from registry.reporting.composing import compose_words
from registry.reporting.discovery import Report
from registry.reporting.order import Order
from registry.reporting.page_blocks import NOT_XML, SKIPPED, WITHIN, Look, Placed, is_contents, placed, runs, words
from registry.reporting.vocabulary import Writing

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = {
    **{name: f"{_OASIS}:{name}:1.0" for name in ("office", "text", "table", "style", "meta", "manifest")},
    "fo": f"{_OASIS}:xsl-fo-compatible:1.0",
    "svg": f"{_OASIS}:svg-compatible:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_LEVELS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4}
_SIZES = {1: 22, 2: 16, 3: 13, 4: 11}
_INK, _QUIET, _SHADE, _EDGE = "#1f3a5f", "#555b64", "#e8ecf2", "0.5pt solid #8a8f98"
_LINE_SMALL = "9pt"


def write_open(report: Report, canonical: bytes, *, order: Order) -> bytes:
    """The document as ODT; the same twin, template and instant give the same bytes again."""
    page = html.document_fromstring(NOT_XML.sub(" ", compose_words(report, canonical, order=order)))
    body = page.find("body")
    teller = _Teller()
    blocks = [*teller.blocks(body)]
    content = _node(
        "office:document-content",
        _node("office:automatic-styles", *teller.styles()),
        _node("office:body", _node("office:text", *blocks)),
        office_version="1.3",
    )
    parts = {
        "content.xml": content,
        "styles.xml": _styles(body, report.language),
        "meta.xml": _meta(page, report, order),
        "META-INF/manifest.xml": _manifest(),
    }
    packed, moment = io.BytesIO(), order.issued_at.timetuple()[:6]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as kept:
        kept.writestr(zipfile.ZipInfo("mimetype", moment), Writing.ODT.media_type, zipfile.ZIP_STORED)
        for name, part in parts.items():
            data = etree.tostring(part, encoding="UTF-8", xml_declaration=True)
            kept.writestr(zipfile.ZipInfo(name, moment), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _name(said: str) -> str:
    space, _colon, local = said.partition(":")
    return f"{{{_SPACES[space]}}}{local}"


def _node(tag: str, *within: Any, **attributes: str) -> Any:
    """An element of OpenDocument; an attribute `fo_font_weight` is `fo:font-weight`."""
    made = etree.Element(_name(tag), nsmap=_SPACES)
    for name, value in attributes.items():
        space, _underscore, local = name.partition("_")
        made.set(_name(f"{space}:{local.replace('_', '-')}"), value)
    for one in within:
        if isinstance(one, str):
            if len(made):
                made[-1].tail = (made[-1].tail or "") + one
            else:
                made.text = (made.text or "") + one
        else:
            made.append(one)
    return made


class _Teller:
    """Tells the blocks of a page, and keeps the styles of letters that they call for."""

    def __init__(self) -> None:
        self._looks: dict[Look, str] = {}
        self._tables = 0

    def blocks(self, block: html.HtmlElement) -> Iterator[Any]:
        """What a block holds, in order; the foot of the web page is told at the foot of each sheet."""
        for one in block:
            if not isinstance(one.tag, str) or one.tag in SKIPPED or one.tag == "footer":
                continue
            if one.tag in _LEVELS:
                level = _LEVELS[one.tag]
                yield _node(
                    "text:h", *self._inline(one, Look(), breaks=False), text_style_name=f"Heading_20_{level}",
                    text_outline_level=str(level),
                )  # fmt: skip
            elif one.tag in {"ul", "ol"}:
                yield from self._list(one)
            elif one.tag == "table":
                yield from self._table(one)
            elif one.tag in WITHIN:
                yield from self.blocks(one)
            elif words(one):
                classes = one.get("class", "")
                look = Look(quiet="quiet" in classes, bold="band" in classes.split())
                yield _paragraph("Standard", *self._inline(one, look))

    def _list(self, block: html.HtmlElement, level: int = 1) -> Iterator[Any]:
        """The entries of a list; those of a table of contents bear their own numbers."""
        if is_contents(block):
            for entry in block.iterchildren("li"):
                yield _paragraph("Standard" if level == 1 else "Contents_20_2", *self._inline(entry, Look()))
                for below in entry.iterchildren("ul", "ol"):
                    yield from self._list(below, level + 1)
            return
        entries = []
        for entry in block.iterchildren("li"):
            below = [each for one in entry.iterchildren("ul", "ol") for each in self._list(one, level + 1)]
            entries.append(_node("text:list-item", _paragraph("Standard", *self._inline(entry, Look())), *below))
        if entries:
            yield _node("text:list", *entries, text_style_name="Bullets")

    def _table(self, block: html.HtmlElement) -> Iterator[Any]:
        cells = [*placed(block)]
        if not cells:
            return
        caption = block.find("caption")
        if caption is not None and words(caption):
            yield _paragraph("Caption", *self._inline(caption, Look(), breaks=False))
        self._tables += 1
        at = {(one.row, one.column): one for one in cells}
        height = max(one.row + one.rows for one in cells)
        width = max(one.column + one.columns for one in cells)
        heads = len(block.findall("thead/tr"))
        rows = [
            _node(
                "table:table-row", *(self._cell(at.get((row, column)), row < heads) for column in range(width)),
                table_style_name="Row",
            )
            for row in range(height)
        ]  # fmt: skip
        within = [_node("table:table-column", table_number_columns_repeated=str(width))]
        if rows[:heads]:
            within.append(_node("table:table-header-rows", *rows[:heads]))
        yield _node("table:table", *within, *rows[heads:], table_name=f"Tableau{self._tables}", table_style_name="Grid")
        yield _paragraph("After")

    def _cell(self, one: Placed | None, is_header: bool) -> Any:
        if one is None:
            return _node("table:covered-table-cell")
        is_head = one.cell.tag == "th"
        spans = {}
        if one.rows > 1:
            spans["table_number_rows_spanned"] = str(one.rows)
        if one.columns > 1:
            spans["table_number_columns_spanned"] = str(one.columns)
        said = self._inline(one.cell, Look(bold=is_head, small=True))
        style = "HeadCell" if is_head and is_header else "Cell"
        return _node(
            "table:table-cell", _paragraph("InTable", *said), table_style_name=style, office_value_type="string",
            **spans,
        )  # fmt: skip

    def _inline(self, block: html.HtmlElement, look: Look, *, breaks: bool = True) -> list[Any]:
        found: list[Any] = []
        for text, how in runs(block, look, breaks=breaks):
            pieces: list[Any] = []
            for place, line in enumerate(text.split("\n")):
                pieces += [_node("text:line-break")] if place else []
                pieces += [line] if line else []
            if how == Look():
                found += pieces
            else:
                name = self._looks.setdefault(how, f"T{len(self._looks) + 1}")
                found.append(_node("text:span", *pieces, text_style_name=name))
        return found

    def styles(self) -> Iterator[Any]:
        """The styles of letters that were called for, and those of tables."""
        for look, name in self._looks.items():
            bold, italic, fixed, quiet, small = astuple(look)
            said = {
                **({"fo_font_weight": "bold"} if bold else {}),
                **({"fo_font_style": "italic"} if italic else {}),
                **({"fo_font_family": "'Courier New'"} if fixed else {}),
                **({"fo_color": _QUIET} if quiet else {}),
                **({"fo_font_size": _LINE_SMALL} if small else {}),
            }
            yield _style(name, "text", _node("style:text-properties", **said))
        yield _style("Grid", "table", _node("style:table-properties", style_width="17cm", table_align="margins"))
        yield _style("Row", "table-row", _node("style:table-row-properties", fo_keep_together="always"))
        edges = {"fo_border": _EDGE, "fo_padding": "0.08cm"}
        yield _style("Cell", "table-cell", _node("style:table-cell-properties", **edges))
        yield _style(
            "HeadCell", "table-cell", _node("style:table-cell-properties", **edges, fo_background_color=_SHADE)
        )


def _paragraph(style: str, *within: Any) -> Any:
    return _node("text:p", *within, text_style_name=style)


def _style(name: str, family: str, *within: Any, **more: str) -> Any:
    return _node("style:style", *within, style_name=name, style_family=family, **more)


def _styles(body: html.HtmlElement, language: str) -> Any:
    """A4, one family of letters, our ink for headings, and the language every word is in; what each sheet bears."""
    said = [body.get("data-running", ""), body.get("data-seal", "")]
    foot = _paragraph(
        "Footer", " · ".join(filter(None, said)) + " · ", _node("text:page-number", "1", text_select_page="current"),
        " / ", _node("text:page-count", "1"),
    )  # fmt: skip
    band = body.get("data-band")
    sheets = [_node("style:footer", foot)]
    if band:
        sheets.insert(0, _node("style:header", _paragraph("Header", band)))
    letters = {
        "fo_font_family": "Arial", "fo_font_size": "10pt", "fo_language": language,
        "fo_country": "FR" if language == "fr" else "GB",
    }  # fmt: skip
    after = _node("style:paragraph-properties", fo_margin_bottom="0.14cm")
    small = _node("style:text-properties", fo_font_size="7.5pt")
    centred = _node("style:paragraph-properties", fo_text_align="center")
    bold = _node("style:text-properties", fo_font_weight="bold")
    headings = [
        _style(
            f"Heading_20_{level}", "paragraph",
            _node("style:paragraph-properties", fo_margin_top="0.5cm", fo_margin_bottom="0.2cm",
                  fo_keep_with_next="always"),
            _node("style:text-properties", fo_font_size=f"{size}pt", fo_font_weight="bold", fo_color=_INK),
            style_display_name=f"Heading {level}", style_parent_style_name="Standard",
            style_default_outline_level=str(level),
        )
        for level, size in _SIZES.items()
    ]  # fmt: skip
    bullets = [
        _node(
            "text:list-level-style-bullet",
            _node("style:list-level-properties", text_space_before=f"{level * 0.6 - 0.6:.1f}cm",
                  text_min_label_width="0.5cm"),
            text_level=str(level), text_bullet_char="•",
        )
        for level in (1, 2, 3)
    ]  # fmt: skip
    indented = _node("style:paragraph-properties", fo_margin_left="0.5cm")
    kept = _node("style:paragraph-properties", fo_keep_with_next="always", fo_margin_top="0.2cm")
    quiet = _node("style:text-properties", fo_color=_QUIET, fo_font_style="italic", fo_font_size="9pt")
    return _node(
        "office:document-styles",
        _node(
            "office:styles",
            _node("style:default-style", _node("style:text-properties", **letters), style_family="paragraph"),
            _style("Standard", "paragraph", after, style_class="text"),
            *headings,
            _style("Contents_20_2", "paragraph", indented, style_parent_style_name="Standard"),
            _style("Caption", "paragraph", kept, quiet, style_parent_style_name="Standard"),
            _style("InTable", "paragraph", _node("style:paragraph-properties", fo_margin_bottom="0cm")),
            _style("After", "paragraph", _node("style:paragraph-properties", fo_margin_bottom="0.1cm")),
            _style("Footer", "paragraph", centred, small),
            _style("Header", "paragraph", _node("style:paragraph-properties", fo_text_align="center"), bold),
            _node("text:list-style", *bullets, style_name="Bullets"),
        ),
        _node(
            "office:automatic-styles",
            _node(
                "style:page-layout",
                _node("style:page-layout-properties", fo_page_width="21cm", fo_page_height="29.7cm", fo_margin="2cm"),
                style_name="A4",
            ),
        ),
        _node(
            "office:master-styles",
            _node("style:master-page", *sheets, style_name="Standard", style_page_layout_name="A4"),
        ),
        office_version="1.3",
    )


def _meta(page: html.HtmlElement, report: Report, order: Order) -> Any:
    """The metadata of the PDF."""
    named = {one.get("name"): one.get("content") for one in page.iter("meta") if one.get("name")}
    moment = order.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return _node(
        "office:document-meta",
        _node(
            "office:meta",
            _node("dc:title", page.findtext("head/title") or ""),
            _node("meta:initial-creator", named["author"]),
            _node("dc:creator", named["author"]),
            _node("dc:description", named["description"]),
            _node("dc:subject", report.titles[report.language]),
            _node("dc:language", "fr-FR" if report.language == "fr" else "en-GB"),
            _node("meta:creation-date", moment),
            _node("dc:date", moment),
            _node("meta:user-defined", order.canonical_sha256, meta_name="canonical-sha256"),
        ),
        office_version="1.3",
    )


def _manifest() -> Any:
    entries = {"/": Writing.ODT.media_type} | dict.fromkeys(("content.xml", "styles.xml", "meta.xml"), "text/xml")
    return _node(
        "manifest:manifest",
        *(
            _node("manifest:file-entry", manifest_full_path=name, manifest_media_type=kind)
            for name, kind in entries.items()
        ),
        manifest_version="1.3",
    )
