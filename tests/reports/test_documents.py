"""What every issued PDF must be (T-20), on every report's sample; the checks stand in `structure.py`."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from registry.reporting.discovery import Report
from registry.reporting.rendering import render
from registry.reporting.vocabulary import Medium
from tests.reports.structure import CHECKS, twin

pytestmark = pytest.mark.paper


@pytest.fixture
def opened(pdf: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(pdf) as document:
        yield document


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_sample_holds_every_structural_check(
    opened: pikepdf.Pdf, report: Report, check: Callable[[pikepdf.Pdf, Report], None]
) -> None:
    check(opened, report)


def test_its_twins_are_those_it_was_made_of(opened: pikepdf.Pdf, report: Report, rendered: Any) -> None:
    document = rendered(report, Medium.PDF)

    assert twin(opened, f"{report.file_name}.json") == document.canonical
    assert twin(opened, f"{report.file_name}.csv") == document.table


def test_it_renders_without_a_word_from_the_renderer(pdf: Path, report: Report, rendered: Any) -> None:
    assert rendered(report, Medium.PDF).warnings == ()


def test_rendered_again_on_a_fresh_home_it_has_the_same_bytes(
    pdf: Path, report: Report, rendered: Any, issued_at: datetime, tmp_path: Path
) -> None:
    first = rendered(report, Medium.PDF)

    again = render(report, first.canonical, medium=Medium.PDF, issued_at=issued_at, home=tmp_path)

    assert again == first
    assert pdf.read_bytes() == again.data


def test_the_validator_of_pdf_a_finds_nothing_but_what_it_does_not_know(pdf: Path, tmp_path: Path) -> None:
    """`pikepdf.pdfa` knows level B and no extension schema: it is shown a copy without the mark of PDF/UA."""
    validator = pytest.importorskip("pikepdf.pdfa", reason="not run: pip install 'pikepdf[pdfa]'", exc_type=ImportError)
    copy = tmp_path / "copy.pdf"
    shutil.copyfile(pdf, copy)
    with pikepdf.open(copy) as opened:
        packet = bytes(opened.Root.Metadata.read_bytes())
        start, end = packet.index(b"<rdf:Description xmlns:rdf"), packet.index(b"</rdf:RDF>")
        plain = (packet[:start] + packet[end:]).replace(b'conformance="A"', b'conformance="B"')
        opened.Root.Metadata.write(plain)
        for thing in opened.objects:
            if isinstance(thing, pikepdf.Dictionary):
                for kind in ("/Pattern", "/Shading"):
                    if kind in thing and not thing[kind].keys():
                        del thing[kind]

        found = validator.check(opened, "3b")

    assert [str(finding) for finding in found.findings] == []
