"""Without Pango everything starts, and says what is missing and the line that installs it."""

import subprocess
import sys

import pytest

from registry.platform.assets import PACKAGE
from registry.reporting.libraries import APT_LINE, library_versions, pdf_available

LIGHT = "discovery fonts libraries order rendering templating twins vocabulary"


def test_a_missing_library_is_named_with_the_line_that_installs_it() -> None:
    available = pdf_available(needed=("libnothing-of-the-kind.so.0",))

    assert not available.ok
    assert available.missing == ("libnothing-of-the-kind.so.0",)
    assert "libnothing-of-the-kind.so.0" in available.reason
    assert available.apt_line == APT_LINE == "apt-get install libpangoft2-1.0-0 libharfbuzz-subset0"


def test_nothing_missing_needs_no_reason() -> None:
    assert pdf_available(needed=()).ok


@pytest.mark.usefixtures("_pango")
def test_the_versions_name_what_draws_the_letters() -> None:
    versions = library_versions()

    assert {"weasyprint", "pydyf", "pango", "harfbuzz", "fontconfig", "zlib"} <= set(versions)
    assert all(version[0].isdigit() for version in versions.values())


@pytest.mark.parametrize("module", LIGHT.split())
def test_the_registry_itself_loads_neither_the_renderer_nor_the_charts(module: str) -> None:
    code = f"import sys, registry.reporting.{module}; print(*(sys.modules.keys() & {{'weasyprint', 'lets_plot'}}))"

    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=PACKAGE.parent
    ).stdout

    assert loaded.split() == []


def test_the_process_that_renders_a_page_needs_no_pango() -> None:
    code = "import sys, registry.reporting.page_worker; print('weasyprint' in sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=PACKAGE.parent
    ).stdout

    assert loaded.strip() == "False"
