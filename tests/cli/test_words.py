"""The words of the command line: every option says what it does, and help names the command people type."""

from pathlib import Path

import click
import pytest

from registry.cli.entry import beffroi, main
from registry.cli.opening import ProgressShown
from registry.cli.running import _keep_accounts, _show_accounts
from registry.demonstration.loading import DemonstrationAccount
from registry.kernel.permissions import Role


def options(command: click.Command, path: str = "beffroi"):
    """Every option of a command and of those below it."""
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield path, parameter
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from options(below, f"{path} {name}")


def test_every_option_says_what_it_does():
    assert [f"{path} {option.opts[-1]}" for path, option in options(beffroi) if not option.help] == []


def test_help_names_the_command_people_type(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.argv", ["python -m registry", "--help"])

    with pytest.raises(SystemExit):
        main()

    assert capsys.readouterr().out.startswith("Usage: beffroi ")


def test_a_wrong_setting_ends_the_command_in_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.argv", ["beffroi", "serve"])
    monkeypatch.setenv("BEFFROI_PORT", "99999")

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 3
    assert capsys.readouterr().err == (
        "BEFFROI_PORT vaut « 99999 » : il faut un nombre de 1 à 65535, par exemple 8000.\n"
    )


def test_progress_that_no_terminal_shows_is_a_line_for_each_tenth(capsys: pytest.CaptureFixture[str]):
    show = ProgressShown()
    for done in range(1001):
        show(done, 1000, "Mise en page")

    said = capsys.readouterr().err
    assert "\r" not in said
    assert len(said.splitlines()) == 11


def test_the_accounts_of_the_demonstration_are_said_with_their_role_in_french(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    _keep_accounts(tmp_path, (DemonstrationAccount(Role.STEWARD, "essai@demo.invalid", "motdepasse"),))
    _show_accounts(tmp_path)

    said = capsys.readouterr().out.splitlines()[1]
    assert said.split() == ["Référent·e", "données", "essai@demo.invalid", "motdepasse"]
