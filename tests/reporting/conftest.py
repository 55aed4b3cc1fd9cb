"""A report read from its sample, and a home that keeps fonts from one test to the next."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.reporting.discovery import Report, get_report
from registry.reporting.libraries import pdf_available


@pytest.fixture(scope="session")
def report() -> Report:
    return get_report("compliance")


@pytest.fixture(scope="session")
def canonical(report: Report) -> bytes:
    """The canonical twin of the report's sample."""
    module = report.content
    return module.to_canonical(module.from_sample(tomllib.loads(report.sample.read_text("utf-8"))))


@pytest.fixture(scope="session")
def font_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fonts")


@pytest.fixture(scope="session")
def issued_at() -> datetime:
    return datetime(2026, 12, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def _pango() -> None:
    available = pdf_available()
    if not available.ok:
        pytest.skip(f"not run: {available.reason} {available.apt_line}")
