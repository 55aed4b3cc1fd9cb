"""A document as an OpenDocument text: the words of its page, its headings, tables that keep their grid."""

import io
import re
import tomllib
import zipfile
from typing import Any

import pytest
from lxml import etree, html

from registry.documents.first_bytes import recognise
from registry.documents.vocabulary import FileType
from registry.reporting.composing import compose_words
from registry.reporting.discovery import Report
from registry.reporting.open_writing import write_open
from registry.reporting.order import Order
from registry.reporting.vocabulary import Writing
from tests.reports.searching import ISSUED, order_of

_WORD = re.compile(r"\w{4,}")
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
SPACES = {name: f"{_OASIS}:{name}:1.0" for name in ("office", "text", "table", "style", "manifest", "meta")}
SPACES |= {"dc": "http://purl.org/dc/elements/1.1/", "fo": f"{_OASIS}:xsl-fo-compatible:1.0"}


@pytest.fixture(scope="module")
def written(report: Report) -> tuple[Report, Order, bytes, bytes]:
    module = report.content
    twin = module.to_canonical(module.from_sample(tomllib.loads(report.sample.read_text("utf-8"))))
    order = order_of(report, twin)
    return report, order, twin, write_open(report, twin, order=order)


def part(data: bytes, name: str) -> Any:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return etree.fromstring(parts.read(name))


def find(tree: Any, path: str) -> list[Any]:
    return list(tree.xpath(path, namespaces=SPACES))


def test_every_word_of_the_page_stands_in_the_text_and_the_same_twin_gives_the_same_bytes(written) -> None:
    report, order, twin, data = written
    page = html.document_fromstring(compose_words(report, twin, order=order))
    for gone in page.xpath("//style | //footer[@class='page-foot']"):
        gone.drop_tree()

    said = set(_WORD.findall(" ".join(part(data, "content.xml").itertext())))

    missing = {word for text in page.find("body").itertext() for word in _WORD.findall(text)} - said
    assert missing == set()
    assert write_open(report, twin, order=order) == data


def test_headings_have_levels_tables_repeat_their_headers_and_every_row_is_as_wide(written) -> None:
    _report, _order, _twin, data = written
    content = part(data, "content.xml")

    levels = [int(one) for one in find(content, "//text:h/@text:outline-level")]
    assert levels[0] == 1
    assert levels.count(2) >= 2
    assert find(content, "//table:table-header-rows")
    for table in find(content, "//table:table"):
        (wide,) = find(table, "table:table-column/@table:number-columns-repeated")
        for row in find(table, ".//table:table-row"):
            assert len(row) == int(wide), "What a cell covers has a place of its own."
    styles = part(data, "styles.xml")
    assert find(styles, "//style:text-properties/@fo:language") == ["fr"]
    known = set(find(content, "//@style:name")) | set(find(styles, "//@style:name"))
    assert set(find(content, "//@text:style-name | //@table:style-name")) <= known


def test_the_foot_tells_the_seal_the_metadata_are_those_of_the_pdf_and_the_file_is_an_opendocument(written) -> None:
    report, order, twin, data = written
    frame = report.content.frame(report.content.from_canonical(twin))

    foot = "".join(find(part(data, "styles.xml"), "//style:footer")[0].itertext())
    assert f"Scellement n° {frame.seal_no}" in foot.replace("\u00a0", " ")
    meta = part(data, "meta.xml")
    assert find(meta, "//dc:title/text()")[0].startswith(frame.title)
    assert find(meta, "//meta:user-defined/text()") == [order.canonical_sha256]
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        first = parts.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert parts.read("mimetype").decode() == Writing.ODT.media_type
        assert {one.date_time for one in parts.infolist()} == {ISSUED.timetuple()[:6]}
        listed = set(find(part(data, "META-INF/manifest.xml"), "//@manifest:full-path")) - {"/"}
        assert listed == {one for one in parts.namelist() if one not in {"mimetype", "META-INF/manifest.xml"}}
        assert not any("http" in str(one) for name in listed for one in find(part(data, name), "//@*"))


def test_a_desk_that_receives_it_knows_it_for_what_it_is(written, tmp_path) -> None:
    _report, _order, _twin, data = written
    kept = tmp_path / "document.odt"
    kept.write_bytes(data)
    assert recognise(kept, "document.odt") is FileType.ODT
