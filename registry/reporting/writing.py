"""An issued document as a text to edit, written out from its sealed JSON twin whenever it is asked for.

It is the page of the document, told again in headings, lists and tables of a word processor: one template says both.
"""

import io
import zipfile
from datetime import datetime

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt, RGBColor
from docx.text.paragraph import Paragraph
from lxml import html  # type: ignore[import-untyped]  # lxml has no types.

from registry.reporting.composing import compose_words
from registry.reporting.discovery import Report
from registry.reporting.order import Order
from registry.reporting.page_blocks import NOT_XML
from registry.reporting.writing_blocks import Writer

_WIDTH, _MARGIN = Cm(21), Cm(2)
_INK = RGBColor(0x1F, 0x3A, 0x5F)
_SIZES = {"Title": 22, "Heading 1": 16, "Heading 2": 13, "Heading 3": 11}
_LANGUAGES = {"fr": "fr-FR", "en": "en-GB"}
_THUMBNAIL = "/thumbnail"
_LONGEST = 255
"""Units: characters of one of the metadata."""


def write_out(report: Report, canonical: bytes, *, order: Order) -> bytes:
    """The document as DOCX; the same twin, template and instant give the same bytes again."""
    page = html.document_fromstring(NOT_XML.sub(" ", compose_words(report, canonical, order=order)))
    document = docx.Document()
    _prepare(document, _LANGUAGES.get(report.language, report.language))
    body = page.find("body")
    Writer(document, Length(_WIDTH - 2 * _MARGIN)).write(body)
    _foot(document, body)
    _describe(document, page, report, order)
    return _packed(document, order.issued_at)


def _prepare(document: Document, language: str) -> None:
    """A4, one family of letters, our ink for headings, and the language every word is in."""
    section = document.sections[0]
    section.page_width, section.page_height = _WIDTH, Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = _MARGIN
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10)
    normal.paragraph_format.space_after = Pt(4)
    for name, size in _SIZES.items():
        font = document.styles[name].font
        font.name, font.size, font.color.rgb = "Arial", Pt(size), _INK
        fonts = font.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    for told in document.styles.element.iter(qn("w:lang")):
        told.set(qn("w:val"), language)


def _foot(document: Document, body: html.HtmlElement) -> None:
    """At the foot of each page what the PDF says there: the document, its seal, its page; above, the demonstration."""
    section = document.sections[0]
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    said = [body.get("data-running", ""), body.get("data-seal", "")]
    foot.add_run(" · ".join(filter(None, said)) + " · ").font.size = Pt(7.5)
    _field(foot, "PAGE")
    foot.add_run(" / ").font.size = Pt(7.5)
    _field(foot, "NUMPAGES")
    if band := body.get("data-band"):
        head = section.header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        head.add_run(band).bold = True


def _field(paragraph: Paragraph, code: str) -> None:
    """A number that the word processor counts."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = paragraph.add_run("1")
    run.font.size = Pt(7.5)
    field.append(run._r)  # noqa: SLF001 - the library offers no field of its own.
    paragraph._p.append(field)  # noqa: SLF001


def _describe(document: Document, page: html.HtmlElement, report: Report, order: Order) -> None:
    """The metadata of the PDF."""
    named = {one.get("name"): one.get("content") for one in page.iter("meta") if one.get("name")}
    told = document.core_properties
    told.title = (page.findtext("head/title") or "")[:_LONGEST]
    told.author = told.last_modified_by = named["author"][:_LONGEST]
    told.comments = named["description"][:_LONGEST]
    told.subject = report.titles[report.language]
    told.language = _LANGUAGES.get(report.language, report.language)
    told.identifier = order.canonical_sha256
    told.keywords = ""
    told.created = told.modified = order.issued_at.replace(tzinfo=None)
    told.revision = 1
    package = document.part.package
    for number, one in list(package.rels.items()):
        if one.reltype.endswith(_THUMBNAIL):
            del package.rels[number]


def _packed(document: Document, issued_at: datetime) -> bytes:
    """The file, each of its parts dated of the day of issue."""
    drawn, packed = io.BytesIO(), io.BytesIO()
    document.save(drawn)
    moment = issued_at.timetuple()[:6]
    with zipfile.ZipFile(drawn) as parts, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as kept:
        for part in parts.infolist():
            kept.writestr(zipfile.ZipInfo(part.filename, moment), parts.read(part), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
