"""`beffroi serve`: a supervisor with its web processes, one worker, which also seals the ledger, and one indexer.

Nothing of the rooms is imported here: what the supervisor loads, it loads before the registry can answer.
"""

import errno
import os
import socket
import sys
import urllib.request

import click

from registry.cli.context import say_unknown, settings_of
from registry.kernel.errors import Unavailable
from registry.kernel.words import _
from registry.platform.home import open_home
from registry.platform.logs import keep_journal
from registry.platform.serving import find_served, serving_at
from registry.platform.settings import Settings, find_unknown_variables
from registry.platform.supervisor import Child, supervise


def serve_home(settings: Settings) -> int:
    """Serves until a signal comes; returns the exit code.

    Raises: Unavailable when the address is taken or cannot be opened.
    """
    _check_address(settings)
    # People are spoken to on the output; the error output is the journal.
    keep_journal(settings.log_level)
    unknown = find_unknown_variables()
    if unknown:
        click.echo(say_unknown(unknown))
    with open_home(settings, serving=True) as home, serving_at(settings.root, settings.public_url) as elsewhere:
        if elsewhere:
            click.echo(_("Ce registre est aussi servi sur {address}.").format(address=elsewhere))
        environment = {
            **os.environ,
            "BEFFROI_HOME": str(settings.root),
            "BEFFROI_HOST": settings.host,
            "BEFFROI_PORT": str(settings.port),
            "PYTHONUNBUFFERED": "1",
        }
        web = (
            sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--host", settings.host,
            "--port", str(settings.port), "--workers", str(settings.workers), "--no-ws", "--http", "1",
            "--respawn-failed-workers", "--no-log", "registry.app:create",
        )  # fmt: skip
        worker = (sys.executable, "-m", "registry", "--home", str(settings.root), "worker")
        indexer = (sys.executable, "-m", "registry", "--home", str(settings.root), "search", "follow")
        return supervise(
            [
                Child("beffroi-web", web),
                Child("beffroi-worker", worker, late=True),
                Child("beffroi-search", indexer, late=True, vital=False),
            ],
            environment,
            ready=lambda: _answers(settings),
            on_ready=lambda: click.echo(
                _("Beffroi répond sur {address} (Ctrl+C pour arrêter).").format(address=settings.public_url)
            ),
            tend=home.revive,
        )


def _check_address(settings: Settings) -> None:
    """Refuses an address that somebody else serves: granian would share it, and visitors with it."""
    place = f"{settings.host}:{settings.port}"
    try:
        family, kind, _protocol, _name, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            served = find_served(settings.root)
            if served == settings.public_url:
                raise Unavailable(
                    _("Ce registre est déjà servi sur {address} par un autre « beffroi serve ».").format(address=served)
                ) from error
            raise Unavailable(
                _("{place} est déjà pris par un autre serveur : arrêtez-le, ou donnez --port AUTRE.").format(
                    place=place
                )
            ) from error
        raise Unavailable(
            _("{place} ne peut pas être ouvert sur cette machine ({reason}) : vérifiez --host et --port.").format(
                place=place, reason=error.strerror or error
            )
        ) from error


def _answers(settings: Settings) -> bool:
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 -- compared, not bound.
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@click.command("serve", help="Sert le registre : base, pages, travaux et scellement, jusqu’à Ctrl+C.")
@click.option("--host", default=None, help="L’adresse de cette machine où servir (BEFFROI_HOST, sinon 127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="Le port (BEFFROI_PORT, sinon 8000).")
@click.option(
    "--workers", type=click.IntRange(1, 64), default=None, help="Combien de processus (BEFFROI_WORKERS, sinon 1)."
)
@click.pass_context
def serve(context: click.Context, host: str | None, port: int | None, workers: int | None) -> None:
    """Supervises the processes of a registry."""
    given = {"host": host, "port": port, "workers": workers}
    settings = settings_of(context).model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )
    sys.exit(serve_home(settings))


COMMANDS = (serve,)
