"""What commands share: opening a home as somebody, and writing out tables and JSON."""

import contextlib
import getpass
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from registry.accounts.queries import find_sign_in
from registry.cli.context import settings_of as settings_of
from registry.kernel.errors import Invalid, NotFound
from registry.kernel.words import _
from registry.organisations.models import Registry
from registry.organisations.queries import find_organisations, get_by_siren, get_registry
from registry.platform.clock import PARIS, today
from registry.platform.database import Acting, at_one_moment, transaction
from registry.platform.home import Home, open_home
from registry.rooms import assemble


@dataclass(frozen=True)
class Terminal:
    """A home opened from a terminal: every organisation within reach, in the name of the system's user."""

    home: Home
    actor: str
    info: dict[str, Any]

    def acting(self, **more: Any) -> Acting:
        """The terminal's user, acting."""
        return Acting(self.actor, **more)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction over every organisation."""
        with transaction(self.home.jobs, self.acting(), **self.info) as session:
            yield session

    @contextlib.contextmanager
    def at_one_moment(self) -> Iterator[Session]:
        """One transaction over every organisation that reads one moment, and writes nothing."""
        with transaction(at_one_moment(self.home.jobs), self.acting(), **self.info) as session:
            yield session


@contextlib.contextmanager
def open_terminal(context: click.Context, *, create: bool = False) -> Iterator[Terminal]:
    """Opens the home of this command.

    Raises: Unavailable (exit code 3) when there is none or its database cannot serve; NotFound when `--as` gives the
    address of no account.
    """
    with open_home(settings_of(context), create=create) as home:
        yield Terminal(home, _actor(home, context.obj["actor"]), session_info(home))


def _actor(home: Home, address: str | None) -> str:
    """Who acts, as the ledger keeps it for ever: the number of an account, never its address.

    Raises: NotFound when no account bears the address.
    """
    if address is None:
        return f"cli:{getpass.getuser()}"
    with transaction(home.jobs, Acting("machine")) as session:
        found = find_sign_in(session, address.casefold())
    if found is None:
        raise NotFound(_("Aucun compte ne porte l’adresse {email}.").format(email=address))
    return f"cli:account:{found.account_id}"


def session_info(home: Home) -> dict[str, Any]:
    """What each session of this process carries: the engine, how it judges, its index, and what day it is."""
    info = assemble(home.settings.root, home.settings.policies)
    with transaction(home.jobs, Acting("machine")) as session:
        # Before `init` there is no registry yet, hence no time zone of its own.
        opened = session.get(Registry, 1)
        zone = opened.time_zone if opened is not None else PARIS
    return {**info, "time_zone": zone, "today": lambda: today(zone)}


def organisation_of(session: Session, siren: str | None) -> int:
    """The organisation a command speaks of: by SIREN, else the authority itself.

    Raises: NotFound.
    """
    if siren is None:
        return get_by_siren(session, get_registry(session).siren).id
    return get_by_siren(session, siren.replace(" ", "")).id


BODIES = click.option(
    "--organisation", "sirens", multiple=True,
    help="Le SIREN d’une organisation : elle et ce qui en dépend. Plusieurs fois pour plusieurs ; toutes sans elle.",
)  # fmt: skip


def bodies_of(session: Session, sirens: tuple[str, ...]) -> frozenset[int]:
    """The bodies that were named and what depends on them; every body where none was.

    Raises: NotFound.
    """
    if not sirens:
        return frozenset(body.id for body in find_organisations(session))
    return frozenset(
        body.id for siren in sirens for body in find_organisations(session, below=organisation_of(session, siren))
    )


def names_of(session: Session) -> dict[int, str]:
    """The name of each organisation."""
    return {body.id: body.name for body in find_organisations(session)}


def write_json(value: Any) -> None:
    """Writes a value as JSON on the standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, frozenset | set | tuple):
        return sorted(value)
    raise TypeError(type(value))


def refuse_unwritable(output: Path) -> None:
    """Refuses a file that could not be written, before the work it would hold is done; leaves nothing behind.

    Raises: Invalid.
    """
    with writing_to(output):
        if not output.absolute().parent.is_dir():
            raise Invalid(_("Le dossier {folder} n’existe pas.").format(folder=output.parent))
        known = output.exists()
        with output.open("ab"):
            pass
        if not known:
            output.unlink()


@contextlib.contextmanager
def writing_to(output: Path) -> Iterator[None]:
    """Says in one sentence that a file cannot be written.

    Raises: Invalid.
    """
    try:
        yield
    except OSError as error:
        raise Invalid(
            _("{file} ne peut être écrit : {reason}.").format(file=output, reason=error.strerror or error)
        ) from error


def day(_context: click.Context, _option: click.Parameter, value: str | None) -> date | None:
    """Reads a civil day from the command line."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise Invalid(
            _("« {value} » n’est pas une date : écrivez-la AAAA-MM-JJ, par exemple 2026-11-24.").format(value=value)
        ) from error


Progress = Callable[[int, int, str], None]


class ProgressShown:
    """Says on the error output how far a long work is: one line that moves on a terminal, else a line now and then."""

    def __init__(self) -> None:
        self._last: tuple[str, int] | None = None

    def __call__(self, done: int, total: int, step: str) -> None:
        """Says it, unless the same step stands where it did to the next tenth."""
        if sys.stderr.isatty():
            click.echo(f"\r{step} {done}/{total}   ", nl=done >= total, err=True)
            return
        said = (step, 10 * done // max(total, 1))
        if said != self._last:
            self._last = said
            click.echo(f"{step} {done}/{total}", err=True)
