"""What every issued PDF must be: tagged, in French, whole, for ever readable (T-20), checked on its structure.

The checks follow the structure the standards ask for: ISO 19005-3 level A (PDF/A-3a) and ISO 14289-1
(PDF/UA-1). Each takes the document opened by pikepdf and the report it was made by.
"""

import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pikepdf
from defusedxml.ElementTree import fromstring

from registry.reporting.discovery import Report

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
SCHEMA = "{http://www.aiim.org/pdfa/ns/schema#}"
ACTIVE = {"/JS", "/JavaScript", "/AA", "/OpenAction", "/Launch", "/SubmitForm", "/RichMedia", "/XFA", "/AcroForm"}
ALLOWED_CHILDREN = {
    "/L": {"/LI", "/L", "/Caption"},
    "/LI": {"/Lbl", "/LBody", "/L"},
    "/Table": {"/Caption", "/THead", "/TBody", "/TFoot", "/TR"},
    "/THead": {"/TR"},
    "/TBody": {"/TR"},
    "/TR": {"/TH", "/TD"},
}


def _elements(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every structure element, in reading order."""

    def below(element: Any) -> Iterator[Any]:
        yield element
        for kid in element.get("/K", []):
            if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/StructElem":
                yield from below(kid)

    for root in pdf.Root.StructTreeRoot.K:
        yield from below(root)


def _of(pdf: pikepdf.Pdf, tag: str) -> list[Any]:
    return [element for element in _elements(pdf) if str(element.S) == tag]


def _metadata(pdf: pikepdf.Pdf) -> ET.Element:
    packet = bytes(pdf.Root.Metadata.read_bytes())
    read: ET.Element = fromstring(re.sub(rb"<\?xpacket[^>]*\?>", b"", packet).strip())
    return read


def twin(pdf: pikepdf.Pdf, name: str) -> bytes:
    """The bytes of one of the files attached to a document."""
    files = {str(file.UF): file for file in pdf.Root.AF}
    return bytes(files[name].EF.F.read_bytes())


def it_is_tagged_and_speaks_its_language(opened: pikepdf.Pdf, report: Report) -> None:
    assert bool(opened.Root.MarkInfo.Marked)
    assert str(opened.Root.Lang) == report.language
    assert [str(root.S) for root in opened.Root.StructTreeRoot.K] == ["/Document"]


def its_title_is_shown_and_said_twice_alike(opened: pikepdf.Pdf, report: Report) -> None:
    said = _metadata(opened).find(".//{http://purl.org/dc/elements/1.1/}title//" + RDF + "li")

    assert str(opened.docinfo["/Title"]).startswith(report.title(report.language))
    assert said is not None
    assert said.text == str(opened.docinfo["/Title"])
    assert bool(opened.Root.ViewerPreferences.DisplayDocTitle)


def it_bears_both_marks_in_one_description(opened: pikepdf.Pdf, report: Report) -> None:
    metadata = _metadata(opened)
    attributes = {name: value for element in metadata.iter() for name, value in element.attrib.items()}

    assert len(metadata.findall(f"{RDF}RDF")) == 1
    assert attributes["{http://www.aiim.org/pdfa/ns/id/}part"] == "3"
    assert attributes["{http://www.aiim.org/pdfa/ns/id/}conformance"] == "A"
    assert metadata.findtext(".//{http://www.aiim.org/pdfua/ns/id/}part") == "1"
    # PDF/A wants every schema it does not define itself to be described.
    assert metadata.findtext(f".//{SCHEMA}namespaceURI") == "http://www.aiim.org/pdfua/ns/id/"
    assert metadata.findtext(f".//{SCHEMA}prefix") == "pdfuaid"


def every_figure_has_words_in_its_place(opened: pikepdf.Pdf, report: Report) -> None:
    figures = _of(opened, "/Figure")
    sample = report.content.from_sample(tomllib.loads(report.sample.read_text("utf-8")))

    # The text of a contract shows none.
    assert bool(figures) == bool(report.content.charts(sample))
    assert all(len(str(figure.Alt)) > 20 for figure in figures)


def every_header_cell_says_what_it_heads_and_every_cell_its_headers(opened: pikepdf.Pdf, report: Report) -> None:
    headers, cells = _of(opened, "/TH"), _of(opened, "/TD")
    names = {str(header.ID) for header in headers}

    assert headers
    assert {str(header.A.Scope) for header in headers} <= {"/Column", "/Row"}
    assert all(set(map(str, cell.A.Headers)) <= names for cell in cells)
    assert all(len(cell.A.Headers) for cell in cells)


def headings_start_at_one_and_skip_no_level(opened: pikepdf.Pdf, report: Report) -> None:
    levels = [int(str(element.S)[2]) for element in _elements(opened) if re.fullmatch(r"/H\d", str(element.S))]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def lists_and_tables_hold_only_what_they_may(opened: pikepdf.Pdf, report: Report) -> None:
    for element in _elements(opened):
        allowed = ALLOWED_CHILDREN.get(str(element.S))
        if allowed is not None:
            kids = {str(kid.S) for kid in element.K if isinstance(kid, pikepdf.Dictionary) and "/S" in kid}
            assert kids <= allowed, f"{element.S} holds {kids - allowed}"


def every_font_is_inside_and_maps_back_to_text(opened: pikepdf.Pdf, report: Report) -> None:
    fonts = [
        thing for thing in opened.objects if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/Font"
    ]
    described = [font for font in fonts if "/FontDescriptor" in font]

    assert described
    assert all("/FontFile2" in font.FontDescriptor or "/FontFile3" in font.FontDescriptor for font in described)
    assert all("/ToUnicode" in font for font in fonts if font.Subtype == "/Type0")
    assert {str(font.Subtype) for font in fonts} <= {"/Type0", "/CIDFontType2", "/CIDFontType0"}


def its_colours_are_defined(opened: pikepdf.Pdf, report: Report) -> None:
    (intent,) = opened.Root.OutputIntents

    assert intent.S == "/GTS_PDFA1"
    assert int(intent.DestOutputProfile.N) == 3
    assert bytes(intent.DestOutputProfile.read_bytes())[36:40] == b"acsp"


def its_twins_are_attached_and_declared(opened: pikepdf.Pdf, report: Report) -> None:
    declared = {str(file.UF): file for file in opened.Root.AF}

    assert len(opened.Root.AF) == len(declared) == 2
    assert set(opened.attachments) == set(declared)
    for name, relationship, media_type in (
        (f"{report.file_name}.json", "/Source", "/application/json"),
        (f"{report.file_name}.csv", "/Data", "/text/csv"),
    ):
        file = declared[name]
        assert file.AFRelationship == relationship
        assert file.EF.F.Subtype == media_type
        assert str(file.Desc)
        assert twin(opened, name)


def nothing_in_it_acts_but_links_to_secure_addresses(opened: pikepdf.Pdf, report: Report) -> None:
    for thing in opened.objects:
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            assert not ACTIVE & set(thing.keys())
            if thing.get("/Type") == "/Action":
                assert thing.S == "/URI"
                assert str(thing.URI).startswith("https://")


def every_link_says_in_words_where_it_leads(opened: pikepdf.Pdf, report: Report) -> None:
    places = dict(zip(*[iter(opened.Root.StructTreeRoot.ParentTree.Nums)] * 2, strict=True))
    links = [note for page in opened.pages for note in page.get("/Annots", [])]

    assert links
    for link in links:
        assert link.Subtype == "/Link"
        assert re.search(r"\w \w", str(link.Contents)), str(link.Contents)
        assert not str(link.Contents).startswith(("#", "http"))
        assert int(link.F) == 4
        assert places[int(link.StructParent)].S == "/Link"


def all_that_is_drawn_is_content_or_decoration(opened: pikepdf.Pdf, report: Report) -> None:
    """Nothing is written on a page outside a mark, and each mark of content has its place in the tree."""
    places = dict(zip(*[iter(opened.Root.StructTreeRoot.ParentTree.Nums)] * 2, strict=True))
    for page in opened.pages:
        assert page.Tabs == "/S"
        depth, marks = 0, []
        for operands, operator in pikepdf.parse_content_stream(page):
            match str(operator):
                case "BDC" | "BMC":
                    depth += 1
                    if str(operator) == "BDC" and "/MCID" in operands[1]:
                        marks.append(int(operands[1].MCID))
                case "EMC":
                    depth -= 1
                case "Tj" | "TJ" | "Do" | "f" | "f*" | "S" | "B" | "sh" as drawing:
                    assert depth, f"{drawing} outside any mark"
        assert len(marks) == len(set(marks)) == len(places[int(page.StructParents)])


def it_is_not_locked_and_says_its_version(opened: pikepdf.Pdf, report: Report) -> None:
    assert not opened.is_encrypted
    assert opened.pdf_version == "1.7"


CHECKS = (
    it_is_tagged_and_speaks_its_language,
    its_title_is_shown_and_said_twice_alike,
    it_bears_both_marks_in_one_description,
    every_figure_has_words_in_its_place,
    every_header_cell_says_what_it_heads_and_every_cell_its_headers,
    headings_start_at_one_and_skip_no_level,
    lists_and_tables_hold_only_what_they_may,
    every_font_is_inside_and_maps_back_to_text,
    its_colours_are_defined,
    its_twins_are_attached_and_declared,
    nothing_in_it_acts_but_links_to_secure_addresses,
    every_link_says_in_words_where_it_leads,
    all_that_is_drawn_is_content_or_decoration,
    it_is_not_locked_and_says_its_version,
)
"""Every check, named as a sentence about the document."""
