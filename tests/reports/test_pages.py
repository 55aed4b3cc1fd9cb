"""A report as a page that stands alone: the same words, its twins inside it, and nothing asked of anybody."""

import base64
import re
from datetime import datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from registry.reporting.discovery import Report
from registry.reporting.rendering import render
from registry.reporting.vocabulary import Medium


class Reader(HTMLParser):
    """Keeps each element with its attributes, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def page(report: Report, rendered: Any) -> Reader:
    reader = Reader()
    reader.feed(rendered(report, Medium.PAGE).data.decode())
    return reader


def test_it_asks_nothing_of_anybody(page: Reader) -> None:
    for tag, given in page.elements:
        assert tag not in {"script", "iframe", "object", "embed", "form", "base"}
        if tag != "a":
            assert all(address.startswith("data:") for address in (given.get("src"), given.get("href")) if address)
        assert not [name for name in given if name.startswith("on")]


def test_its_policy_forbids_what_it_does_not_need(page: Reader) -> None:
    policies = [given["content"] for tag, given in page.elements if given.get("http-equiv")]

    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]


def test_its_style_asks_for_no_file(report: Report, rendered: Any) -> None:
    style = re.findall(r"<style>(.*?)</style>", rendered(report, Medium.PAGE).data.decode(), re.DOTALL)

    assert len(style) == 1
    assert "url(" not in style[0].replace("attr(data-ref url)", "")
    assert "@import" not in style[0]


def test_it_carries_its_twins_whole(page: Reader, report: Report, rendered: Any) -> None:
    document = rendered(report, Medium.PAGE)
    carried = {given["download"]: given["href"] for tag, given in page.elements if "download" in given}

    assert base64.b64decode(carried[f"{report.file_name}.json"].partition(",")[2]) == document.canonical
    assert base64.b64decode(carried[f"{report.file_name}.csv"].partition(",")[2]) == document.table


def test_every_picture_has_words_and_every_header_cell_its_scope(page: Reader) -> None:
    assert all(given.get("alt") for tag, given in page.elements if tag == "img")
    assert all(given.get("scope") for tag, given in page.elements if tag == "th")


def test_its_headings_skip_no_level(page: Reader) -> None:
    levels = [int(tag[1]) for tag, _given in page.elements if re.fullmatch(r"h[1-6]", tag)]

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_link_within_it_leads_somewhere(page: Reader) -> None:
    anchors = {given["id"] for _tag, given in page.elements if "id" in given}
    within = {given["href"][1:] for tag, given in page.elements if given.get("href", "").startswith("#")}

    assert within
    assert within <= anchors


def test_it_prints_its_whole_seals(page: Reader, report: Report, rendered: Any) -> None:
    document = rendered(report, Medium.PAGE)

    assert document.canonical_sha256 in page.text
    assert document.template_sha256 in page.text


def test_rendered_again_it_has_the_same_bytes(
    report: Report, rendered: Any, issued_at: datetime, tmp_path: Path
) -> None:
    first = rendered(report, Medium.PAGE)

    assert render(report, first.canonical, medium=Medium.PAGE, issued_at=issued_at, home=tmp_path) == first
