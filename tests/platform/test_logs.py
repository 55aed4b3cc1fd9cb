"""Logs: one line of JSON each; libraries that tell every step they take are told to keep to warnings."""

import json
import logging
from collections.abc import Iterator

import pytest

from registry.platform.logs import configure_logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Other tests log as they did."""
    yield
    configure_logs("WARNING")


def test_the_steps_of_libraries_are_not_told_and_their_warnings_are(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO")
    for name in ("alembic.runtime.migration", "procrastinate.worker", "registry.essai"):
        logging.getLogger(name).info("a step")
        logging.getLogger(name).warning("two\nlines")
    said = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["logger"], line["level"]) for line in said] == [
        ("alembic.runtime.migration", "warning"),
        ("procrastinate.worker", "warning"),
        ("registry.essai", "info"),
        ("registry.essai", "warning"),
    ]
