"""Every text a reader or a program finds in an issued document, and which passages are among them."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pikepdf
import pypdf

from registry.reporting.discovery import Report
from registry.reporting.order import Order
from registry.reporting.vocabulary import Medium, Workbook
from registry.reporting.workbooks import draw_up
from registry.reporting.writing import write_out

SAID_ASIDE = ("/Alt", "/ActualText", "/Contents", "/Desc", "/Title")
ISSUED = datetime(2026, 12, 2, 9, 30, tzinfo=UTC)


def found_in(report: Report, data: bytes, canonical: bytes, table: bytes, passages: set[str]) -> set[str]:
    """The passages that an issued document lets anybody read: pages, metadata, attachments, twins, workbooks, text."""
    books = [draw_up(report, canonical, form, issued_at=ISSUED) for form in Workbook]
    books.append(write_out(report, canonical, order=order_of(report, canonical)))
    texts = [canonical.decode(), table.decode("utf-8-sig")]
    for book in books:
        with zipfile.ZipFile(io.BytesIO(book)) as archive:
            texts += [archive.read(name).decode() for name in archive.namelist()]
    texts += _of_pdf(data) if data.startswith(b"%PDF") else [data.decode()]
    said = "\n".join(map(plain, texts))
    return {passage for passage in passages if plain(passage) in said}


def order_of(report: Report, canonical: bytes) -> Order:
    """What a document says of its own making when it is written out."""
    return Order(
        report_id=report.id, medium=Medium.PAGE, canonical_sha256=sha256(canonical).hexdigest(),
        template_sha256=report.template_sha256, issued_at=ISSUED, versions={"fonts": "0", "jinja2": "3"}, fonts=Path(),
        memory_mib=0,
    )  # fmt: skip


def plain(text: str) -> str:
    """A text without what a page, a cut or an escape puts between its letters."""
    return re.sub(r"\W+", "", re.sub(r"<[^>]*>|\\u[0-9a-f]{4}", "", text)).casefold()


def _of_pdf(data: bytes) -> Iterator[str]:
    yield from (page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    with pikepdf.open(io.BytesIO(data)) as opened:
        yield bytes(opened.Root.Metadata.read_bytes()).decode()
        yield " ".join(str(value) for value in opened.docinfo.values())
        for name, attached in opened.attachments.items():
            yield name
            yield attached.get_file().read_bytes().decode("utf-8-sig")
        for thing in opened.objects:
            if isinstance(thing, pikepdf.Dictionary):
                yield " ".join(str(thing[key]) for key in SAID_ASIDE if key in thing)
