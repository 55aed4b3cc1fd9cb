"""What the tests of commands share: running one on a registry, in this process."""

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from registry.cli.entry import main
from registry.platform.home import Home

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def beffroi(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command on a registry: its exit code, what it said, what it said was wrong."""
    monkeypatch.setenv("DATABASE_URL", home.urls.app)
    monkeypatch.setenv("DATABASE_ADMIN_URL", home.urls.owner)
    monkeypatch.setenv("DATABASE_JOBS_URL", home.urls.jobs)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["beffroi", "--home", str(home.settings.root), *arguments])
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
