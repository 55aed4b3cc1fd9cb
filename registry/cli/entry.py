"""The entry: options every command takes, sentences for every refusal, and the exit codes.

0 done · 1 what was checked does not hold · 2 the request is refused · 3 the registry cannot serve.
"""

import sys
from pathlib import Path

import click

from registry.cli import keeping, law, people, records, running
from registry.kernel.errors import Invalid, Refusal, Unavailable
from registry.kernel.words import _

REFUSED, CANNOT_SERVE = 2, 3


@click.group(help="Beffroi : le registre de gouvernance des données des collectivités.")
@click.option("--home", type=click.Path(path_type=Path), default=None, help="Le dossier du registre (./.beffroi).")
@click.option("--as", "actor", default=None, help="Au nom de qui (adresse électronique), noté au registre.")
@click.pass_context
def beffroi(context: click.Context, home: Path | None, actor: str | None) -> None:
    """Keeps what every command needs."""
    context.obj = {"home": home, "actor": f"cli:{actor}" if actor else None}


for module in (running, records, law, people, keeping):
    for command in module.COMMANDS:
        beffroi.add_command(command)


def main() -> None:
    """Runs the command; a refusal is one clear sentence, never a trace."""
    try:
        code = beffroi.main(standalone_mode=False)
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
