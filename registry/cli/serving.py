"""`beffroi serve`: its web processes are sent to load what they need, then their supervisor loads what it needs.

The two load side by side: nothing that takes long to load is imported here.
"""

import errno
import os
import socket
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click

from registry.cli.context import settings_of
from registry.kernel.errors import Unavailable
from registry.kernel.words import _
from registry.platform.assets import asset_root
from registry.platform.serving import find_served
from registry.platform.settings import OF_THE_SUPERVISOR, Settings


def _take_in(settings: Settings, folder: Path) -> None:
    """Has the processes of this home follow a body's own policies; says why they do not, where they are refused."""
    local_packs, explanation = (import_module(f"registry.compliance.{one}") for one in ("local_packs", "explanation"))
    problem = local_packs.adopt_policies(asset_root("policies"), folder, settings.root)
    if problem:
        click.echo(explanation.say_refusal(problem), err=True)


def serve_home(settings: Settings) -> int:
    """Serves until a signal comes; returns the exit code.

    Raises: Unavailable when the address is taken or cannot be opened.
    """
    _check_address(settings)
    if settings.policies is not None:
        _take_in(settings, settings.policies)
    environment = {
        **os.environ,
        "BEFFROI_HOME": str(settings.root),
        "BEFFROI_HOST": settings.host,
        "BEFFROI_PORT": str(settings.port),
        "PYTHONUNBUFFERED": "1",
        OF_THE_SUPERVISOR: str(os.getpid()),
    }
    command = (
        sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--host", settings.host,
        "--port", str(settings.port), "--workers", str(settings.workers), "--no-ws", "--http", "1",
        "--respawn-failed-workers", "--no-log", "registry.web_process:create",
    )  # fmt: skip
    web = subprocess.Popen(command, env=environment, start_new_session=True) if _may_hold_one(settings) else None  # noqa: S603
    try:
        code: int = import_module("registry.cli.supervising").supervise_home(settings, command, environment, web)
    finally:
        if web is not None and web.poll() is None:
            # The supervisor ends what it looks after; this one it refused before it came to that.
            web.terminate()
            web.wait()
    return code


def _may_hold_one(settings: Settings) -> bool:
    """Whether a registry may be there to serve; where there is none, the supervisor says so."""
    return settings.database_url is not None or (settings.root / "secrets").is_dir()


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
