"""`beffroi evaluate` and `findings` over one town: what they write, what they only show, and what they refuse."""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from registry.cli.entry import main
from tests.conftest import Town

pytestmark = pytest.mark.database

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def beffroi(town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command on a town: its exit code, what it said, what it said was wrong."""
    monkeypatch.setenv("DATABASE_URL", town.home.urls.app)
    monkeypatch.setenv("DATABASE_ADMIN_URL", town.home.urls.owner)
    monkeypatch.setenv("DATABASE_JOBS_URL", town.home.urls.jobs)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["beffroi", "--home", str(town.home.settings.root), *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return run


def answer(beffroi: Command, *arguments: str) -> Any:
    """What a command answers as JSON."""
    code, said, errors = beffroi(*arguments, "--json")
    assert code == 0, errors
    return json.loads(said)


def test_a_past_day_is_judged_by_what_it_knew_and_nothing_is_written(town: Town, beffroi: Command):
    town.record()
    yesterday = (town.info["today"]() - timedelta(days=1)).isoformat()
    count = text("SELECT (SELECT count(*) FROM finding), (SELECT count(*) FROM ledger_entry)")
    with town.acting() as session:
        before = tuple(session.execute(count).one())

    today = answer(beffroi, "evaluate", "--as-of", town.info["today"]().isoformat())
    past = answer(beffroi, "evaluate", "--as-of", yesterday)
    known_since = answer(beffroi, "evaluate", "--as-of", yesterday, "--known-on", town.info["today"]().isoformat())

    with town.acting() as session:
        assert tuple(session.execute(count).one()) == before
    assert today["subjects"] == known_since["subjects"] == 4
    assert past["subjects"] == 0
    assert (past["as_of"], past["known_on"], past["law_of"], past["changed"]) == (yesterday,) * 3 + (0,)


def test_findings_are_narrowed_by_policy_and_verdict(town: Town, beffroi: Command):
    number = town.record("Bornes de recharge")

    every = answer(beffroi, "findings")
    (one,) = answer(beffroi, "findings", "--policy", "ACC-01", "--verdict", "non-compliant")

    assert (one["subject"], one["subject_id"], one["subject_kind"]) == ("Bornes de recharge", number, "dataset")
    assert one in every
    code, said, _errors = beffroi("findings", "--policy", "ACC-01")
    assert (code, said.split()) == (0, ["ACC-01", "Non", "conforme", "Bornes", "de", "recharge"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("evaluate", "--as-of", "demain"), "« demain » n’est pas une date"),
        (("evaluate", "--law-of", "2026-13-01"), "« 2026-13-01 » n’est pas une date"),
        (("policies", "show", "OD-99"), "OD-99"),
    ],
    ids=("a day that is none", "a month that is none", "a policy that is none"),
)
def test_a_request_that_makes_no_sense_is_refused(beffroi: Command, arguments: tuple[str, ...], said: str):
    code, _said, errors = beffroi(*arguments)

    assert code == 2
    assert said in errors
