"""`beffroi figures`: what the directors' page keeps of past months, counted anew from history."""

import click

from registry.cli.opening import open_terminal
from registry.dashboard.rules import days_of
from registry.dashboard.service import count_months
from registry.kernel.words import ngettext
from registry.web.templating import say_day, say_number


@click.group(help="Les chiffres du pilotage : ce que chaque nuit en garde.")
def figures() -> None:
    """The figures of the directors' page."""


@figures.command("rebuild", help="Recompte les douze derniers mois d’après l’historique ; à refaire sans crainte.")
@click.pass_context
def rebuild(context: click.Context) -> None:
    """Counts the months anew, as each night does: running it twice changes nothing."""
    with open_terminal(context) as terminal, terminal.transaction() as session:
        count, days = count_months(session), days_of(terminal.info["today"]())
    said = ngettext(
        "{count} chiffre recompté d’après l’historique, du {first} au {last}.",
        "{count} chiffres recomptés d’après l’historique, du {first} au {last}.",
        count,
    )
    click.echo(said.format(count=say_number(count), first=say_day(days[0]), last=say_day(days[-1])))


COMMANDS = (figures,)
