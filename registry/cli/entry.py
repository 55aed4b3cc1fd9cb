"""The entry: options every command takes, sentences for every refusal, and the exit codes.

0 done · 1 what was checked does not hold · 2 the request is refused · 3 the registry cannot serve.
"""

import sys
from importlib import import_module
from pathlib import Path

import click

from registry.kernel.errors import Invalid, Refusal, Unavailable
from registry.kernel.words import _

REFUSED, CANNOT_SERVE = 2, 3


_PLACES = {
    "backup": "keeping",
    "contracts": "contracts",
    "demo": "running",
    "doctor": "keeping",
    "erase": "erasing",
    "evaluate": "law",
    "export": "records",
    "figures": "counting",
    "findings": "law",
    "import": "records",
    "init": "running",
    "ledger": "keeping",
    "legal": "legal",
    "policies": "law",
    "report": "records",
    "scan": "scanning",
    "search": "searching",
    "serve": "serving",
    "stop": "keeping",
    "upgrade": "keeping",
    "user": "people",
    "worker": "working",
}
"""The module of each command: only that of the one that was asked for is loaded."""


class Commands(click.Group):
    """Commands found by name, in the module that holds them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's own signature.
        """Every command, by name."""
        return sorted(_PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- the same.
        """The command of that name."""
        place = _PLACES.get(cmd_name)
        if place is None:
            return None
        commands: tuple[click.Command, ...] = import_module(f"registry.cli.{place}").COMMANDS
        return next(command for command in commands if command.name == cmd_name)


@click.group(cls=Commands, help="Beffroi : le registre de gouvernance des données des collectivités.")
@click.option("--home", type=click.Path(path_type=Path), default=None, help="Le dossier du registre (./.beffroi).")
@click.option(
    "--as",
    "actor",
    default=None,
    help="Au nom de qui : l’adresse électronique d’un compte, dont le registre note le numéro.",
)
@click.pass_context
def beffroi(context: click.Context, home: Path | None, actor: str | None) -> None:
    """Keeps what every command needs."""
    context.obj = {"home": home, "actor": actor}


def main() -> None:
    """Runs the command; a refusal is one clear sentence, never a trace."""
    try:
        code = beffroi.main(prog_name="beffroi", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.UsageError as error:
        click.echo(_("Commande : {problem}").format(problem=error.format_message()), err=True)
        click.echo(_("« beffroi --help » montre les commandes."), err=True)
        sys.exit(REFUSED)
    except Unavailable as refusal:
        click.echo(refusal.message, err=True)
        sys.exit(CANNOT_SERVE)
    except Invalid as refusal:
        click.echo(refusal.message, err=True)
        for problem in refusal.errors:
            click.echo(f"  {problem.path} : {problem.message}", err=True)
        sys.exit(REFUSED)
    except Refusal as refusal:
        click.echo(refusal.message, err=True)
        sys.exit(REFUSED)
    sys.exit(code if isinstance(code, int) else 0)
