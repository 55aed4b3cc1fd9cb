"""`beffroi search`: the index of the search, made anew or kept like the tables."""

import signal
import sys
import threading

import click
import structlog
from sqlalchemy.exc import SQLAlchemyError

from registry.cli.opening import open_terminal, settings_of
from registry.kernel.errors import Unavailable
from registry.kernel.words import _, ngettext
from registry.platform.home import Home
from registry.platform.logs import keep_journal
from registry.platform.supervisor import end_with_supervisor
from registry.search.following import Follower, rebuild
from registry.search.index import Busy, NoIndex

log = structlog.get_logger(__name__)

LOOK_EVERY, RETRY_AFTER = 1.0, 10.0
"""Seconds between two looks at the ledger; and before a process that may not write, or could not, tries again."""


@click.group(help="L’index de la recherche : une copie des fiches, qui se refait.")
def search() -> None:
    """The index of the search."""


@search.command("rebuild", help="Refait l’index entier à partir des fiches ; l’ancien répond en attendant.")
@click.pass_context
def rebuild_index(context: click.Context) -> None:
    """Builds the index anew and puts it in use."""
    with open_terminal(context) as terminal:
        try:
            count = rebuild(terminal.home)
        except NoIndex as error:
            raise Unavailable(
                _("L’index n’a pas pu être écrit dans {folder} ({reason}).").format(
                    folder=terminal.home.settings.root / "search", reason=error.__cause__
                )
            ) from error
    click.echo(ngettext("{count} jeu indexé.", "{count} jeux indexés.", count).format(count=count))


@search.command("follow", help="Suit le registre et tient l’index à jour, jusqu’à Ctrl+C.")
@click.option("--once", is_flag=True, help="Rattrape le registre une fois et s’arrête.")
@click.pass_context
def follow(context: click.Context, once: bool) -> None:
    """Keeps the index like the tables; `beffroi serve` runs it."""
    if once:
        _follow_once(context)
        return
    keep_journal(settings_of(context).log_level)
    end_with_supervisor()
    try:
        with open_terminal(context) as terminal:
            follow_home(terminal.home)
    except Unavailable:
        # Who starts it again reads a log, where each line is JSON.
        log.exception("the index cannot be followed")
        sys.exit(3)


def _follow_once(context: click.Context) -> None:
    with open_terminal(context) as terminal:
        follower = Follower(terminal.home)
        try:
            count = follower.step()
        except Busy as error:
            raise Unavailable(_("Un autre processus tient déjà cet index à jour.")) from error
        except NoIndex as error:
            raise Unavailable(_("L’index n’a pas pu être écrit ({reason}).").format(reason=error.__cause__)) from error
        finally:
            follower.close()
    click.echo(ngettext("{count} jeu indexé.", "{count} jeux indexés.", count).format(count=count))


def follow_home(home: Home) -> None:
    """Follows until told to stop; whatever goes wrong is said in the log and tried again."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopping.set())
    follower, pause = Follower(home), 0.0
    while not stopping.wait(pause):
        try:
            follower.step()
            pause = LOOK_EVERY
        except Busy:
            pause = RETRY_AFTER
        except (NoIndex, SQLAlchemyError, OSError, Unavailable):
            log.exception("the index was not followed; trying again")
            pause = RETRY_AFTER
    follower.close()


COMMANDS = (search,)
