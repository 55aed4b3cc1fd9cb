"""Logs: one line of JSON each; libraries that tell every step they take are told to keep to warnings."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from registry.kernel.errors import Unavailable
from registry.platform.home import Home
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


@pytest.mark.database
def test_a_refusal_of_the_database_is_logged_without_the_values_it_quotes(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("INFO")
    values = {"value": "Reine\nClaude", "other": "Mirabelle"}
    try:
        with home.owner.begin() as connection:
            connection.execute(
                text("INSERT INTO sheet_draft (title, typed) VALUES (:value, to_jsonb(CAST(:other AS text)))"), values
            )
    except SQLAlchemyError:
        structlog.get_logger("essai").exception("a defect")
    said = json.loads(capsys.readouterr().err)["exception"]
    assert "IntegrityError" in said
    assert "sheet_draft" in said
    for word in ("Reine", "Claude", "Mirabelle"):
        assert word not in said


def test_what_ends_a_process_is_one_line_with_its_trace() -> None:
    program = "from registry.platform.logs import keep_journal\nkeep_journal('INFO')\nint('two\\nlines')"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert "Traceback" in json.loads(line)["exception"]


@pytest.mark.parametrize(
    "away",
    [
        Unavailable("La base ne répond pas."),
        OperationalError("SELECT 1", {}, psycopg.OperationalError("La base ne répond pas.\nCOMMENT")),
    ],
)
def test_a_database_that_is_away_is_said_without_a_trace(away: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO")
    away.__cause__ = getattr(away, "orig", None)
    structlog.get_logger("essai").error("trying again", exc_info=away)
    logging.getLogger("procrastinate.worker").error("trying again", exc_info=away)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], "exception" in line) for line in lines] == [("trying again", False)] * 2
    assert all("La base ne répond pas." in line["problem"] for line in lines)
