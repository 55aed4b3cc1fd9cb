"""A document as a text to edit: what it holds is what its page holds, in a word processor's own headings and tables."""

import io
import re
import tomllib
import zipfile
from dataclasses import replace
from datetime import UTC

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from lxml import html

from registry.reporting.composing import compose_words
from registry.reporting.discovery import Report, get_report
from registry.reporting.order import Order
from registry.reporting.writing import write_out
from tests.reports.searching import ISSUED, order_of, plain

_WORD = re.compile(r"\w{4,}")


@pytest.fixture(scope="module")
def written(report: Report) -> tuple[Report, Order, bytes, bytes]:
    module = report.content
    twin = module.to_canonical(module.from_sample(tomllib.loads(report.sample.read_text("utf-8"))))
    order = order_of(report, twin)
    return report, order, twin, write_out(report, twin, order=order)


def opened(data: bytes) -> Document:
    return docx.Document(io.BytesIO(data))


def words_of(document: Document) -> str:
    return " ".join(node.text or "" for node in document.element.body.iter(qn("w:t")))


def test_every_word_of_the_page_stands_in_the_text_and_the_same_twin_gives_the_same_bytes(written) -> None:
    report, order, twin, data = written
    page = html.document_fromstring(compose_words(report, twin, order=order))
    for gone in page.xpath("//style | //footer[@class='page-foot']"):
        gone.drop_tree()

    said = set(_WORD.findall(words_of(opened(data))))

    missing = {word for text in page.find("body").itertext() for word in _WORD.findall(text)} - said
    assert missing == set()
    assert write_out(report, twin, order=order) == data


def test_headings_are_headings_tables_repeat_their_headers_and_the_language_is_french(written) -> None:
    _report, _order, _twin, data = written
    document = opened(data)

    styles = [one.style.name for one in document.paragraphs if one.style is not None]
    assert "Title" in styles
    assert styles.count("Heading 1") >= 2
    heads = [table.rows[0] for table in document.tables if len(table.rows) > 1 and _is_headed(table)]
    assert heads
    for row in heads:
        assert row._tr.trPr is not None
        assert row._tr.trPr.find(qn("w:tblHeader")) is not None
    assert {one.get(qn("w:val")) for one in document.styles.element.iter(qn("w:lang"))} == {"fr-FR"}
    assert document.core_properties.language == "fr-FR"


def _is_headed(table) -> bool:
    """Whether every cell of its first row is shaded, as those of a header are."""
    return all(
        cell._tc.tcPr is not None and cell._tc.tcPr.find(qn("w:shd")) is not None for cell in table.rows[0].cells
    )


def test_the_foot_tells_the_seal_the_metadata_are_the_pdf_s_and_nothing_points_outside(written) -> None:
    report, order, twin, data = written
    document = opened(data)
    frame = report.content.frame(report.content.from_canonical(twin))

    foot = document.sections[0].footer.paragraphs[0].text
    assert f"Scellement n° {frame.seal_no}" in foot.replace("\u00a0", " ")
    assert order.canonical_sha256[:12] in foot
    told = document.core_properties
    assert told.title.startswith(frame.title)
    assert (told.author, told.identifier) == (frame.authority, order.canonical_sha256)
    assert told.created.replace(tzinfo=UTC) == ISSUED
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert {one.date_time for one in parts.infolist()} == {ISSUED.timetuple()[:6]}
        for name in parts.namelist():
            assert "External" not in parts.read(name).decode("utf-8", "replace"), name
            assert not name.endswith(".jpeg")


def test_a_table_with_cells_over_several_rows_and_columns_keeps_its_grid() -> None:
    report = get_report("compliance")
    module = report.content
    twin = module.to_canonical(module.from_sample(tomllib.loads(report.sample.read_text("utf-8"))))
    document = opened(write_out(report, twin, order=order_of(report, twin)))

    grouped = next(table for table in document.tables if table.rows[0].cells[0].text == "Organisation")
    first, second = ([cell.text for cell in grouped.rows[place].cells] for place in (0, 1))
    assert first[:3] == ["Organisation", "Jeux", "Obligations"]
    assert first[2] == first[3] == first[4]
    assert second[0] == "Organisation"


def test_the_communicable_text_differs_from_the_full_one_by_the_security_alone() -> None:
    report = get_report("record-of-processing-communicable")
    module = report.content
    full = module.from_sample(tomllib.loads(get_report("record-of-processing").sample.read_text("utf-8")))
    edition = type(full.edition)("communicable")
    open_one = replace(full, edition=edition, activities=tuple(replace(one, security=None) for one in full.activities))
    told = [one.security for one in full.activities if one.security]
    passages = {text for one in told for text in (*one.measures, one.note, *one.evidence) if text}
    twin = module.to_canonical(open_one)

    said = plain(words_of(opened(write_out(report, twin, order=order_of(report, twin)))))

    assert passages
    assert not [passage for passage in passages if plain(passage) in said]


def test_a_long_name_and_a_sign_nobody_sees_do_not_keep_a_document_from_being_written() -> None:
    report = get_report("impact-assessment")
    module = report.content
    said = tomllib.loads(report.sample.read_text("utf-8"))
    said["scope"] = "Analyse\x0c collée d’un PDF " + "très longue " * 40
    twin = module.to_canonical(module.from_sample(said))

    document = opened(write_out(report, twin, order=order_of(report, twin)))

    assert "collée d’un PDF très longue très longue" in words_of(document).replace("\u00a0", " ")
    assert said["scope"].count("longue") > document.core_properties.title.count("longue") > 1
