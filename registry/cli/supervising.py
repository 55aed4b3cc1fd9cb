"""The supervisor of `beffroi serve`: its web processes, one worker, which also seals the ledger, and one indexer.

Nothing of the rooms is imported here: what the supervisor loads, it loads before the registry can answer.
"""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence

import click

from registry.cli.context import say_unknown
from registry.kernel.words import _
from registry.platform.home import open_home
from registry.platform.logs import keep_journal
from registry.platform.serving import serving_at
from registry.platform.settings import Settings, find_unknown_variables
from registry.platform.supervisor import Child, supervise


def supervise_home(
    settings: Settings, command: Sequence[str], environment: Mapping[str, str], web: "subprocess.Popen[bytes] | None"
) -> int:
    """Opens the registry and looks after its processes until a signal comes; `web` is the one that loads already.

    Raises: Unavailable when there is no registry to serve.
    """
    # People are spoken to on the output; the error output is the journal.
    keep_journal(settings.log_level)
    unknown = find_unknown_variables()
    if unknown:
        click.echo(say_unknown(unknown))
    with open_home(settings, serving=True) as home, serving_at(settings.root, settings.public_url) as elsewhere:
        if elsewhere:
            click.echo(_("Ce registre est aussi servi sur {address}.").format(address=elsewhere))
        worker = (sys.executable, "-m", "registry", "--home", str(settings.root), "worker")
        indexer = (sys.executable, "-m", "registry", "--home", str(settings.root), "search", "follow")
        return supervise(
            [
                Child("beffroi-web", command, process=web, started=time.monotonic()),
                Child("beffroi-worker", worker, late=True),
                Child("beffroi-search", indexer, late=True, vital=False),
            ],
            dict(environment),
            ready=lambda: _answers(settings),
            on_ready=lambda: click.echo(
                _("Beffroi répond sur {address} (Ctrl+C pour arrêter).").format(address=settings.public_url)
            ),
            tend=home.revive,
        )


def _answers(settings: Settings) -> bool:
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 -- compared, not bound.
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
