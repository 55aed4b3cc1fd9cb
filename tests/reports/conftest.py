"""Every report the product ships, rendered once from its sample."""

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from registry.reporting.discovery import Report, find_reports, get_report
from registry.reporting.libraries import pdf_available
from registry.reporting.rendering import render
from registry.reporting.vocabulary import Medium, RenderedDocument

Rendering = Callable[[Report, Medium], RenderedDocument]


@pytest.fixture(scope="session")
def issued_at() -> datetime:
    return datetime(2026, 12, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session", params=find_reports(), ids=lambda report: report.id)
def report(request: pytest.FixtureRequest) -> Report:
    chosen: Report = request.param
    return chosen


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory, issued_at: datetime) -> Rendering:
    """The document a report's sample gives in a medium, rendered once."""
    home = tmp_path_factory.mktemp("home")

    @cache
    def of(report_id: str, medium: Medium) -> RenderedDocument:
        report = get_report(report_id)
        module = report.content
        content = module.from_sample(tomllib.loads(report.sample.read_text("utf-8")))
        return render(report, module.to_canonical(content), medium=medium, issued_at=issued_at, home=home)

    return lambda report, medium: of(report.id, medium)


@pytest.fixture(scope="session")
def pdf(report: Report, rendered: Rendering, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The PDF of a report's sample."""
    available = pdf_available()
    if not available.ok:
        pytest.skip(f"not run: {available.reason} {available.apt_line}")
    path = tmp_path_factory.mktemp("pdf") / f"{report.id}.pdf"
    path.write_bytes(rendered(report, Medium.PDF).data)
    return path
