"""What the tests of contracts share: the command, run on a town."""

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from registry.cli.entry import main
from tests.conftest import Town

Run = Callable[..., Any]


@pytest.fixture
def run(town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `beffroi contracts` on a town: what it answers as JSON, or says; `fails` gives the code it must end with."""
    monkeypatch.setenv("DATABASE_URL", town.home.urls.app)
    monkeypatch.setenv("DATABASE_ADMIN_URL", town.home.urls.owner)
    monkeypatch.setenv("DATABASE_JOBS_URL", town.home.urls.jobs)

    def run(*arguments: object, fails: int = 0) -> Any:
        words = [str(one) for one in arguments]
        monkeypatch.setattr(sys, "argv", ["beffroi", "--home", str(town.home.settings.root), "contracts", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert ended.value.code == fails, said
        if fails:
            return said.err
        return json.loads(said.out) if "--json" in words else said.out

    return run
