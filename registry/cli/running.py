"""`beffroi init` and `demo`: opening a registry."""

import os
from functools import partial
from pathlib import Path

import click

from registry.accounts.service import invite_account
from registry.cli.context import settings_of
from registry.cli.opening import session_info
from registry.cli.people import show_link
from registry.cli.serving import serve_home
from registry.dashboard.service import count_months
from registry.demonstration.loading import DemonstrationAccount, load_demonstration
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.identifiers import parse_siren
from registry.kernel.issuing import Subject
from registry.kernel.permissions import Role
from registry.kernel.words import _
from registry.organisations.forms import PersonForm
from registry.organisations.models import Registry
from registry.organisations.service import open_registry
from registry.organisations.territory import get_intercommunality
from registry.platform.bootstrap import closing_statements, database_statements, role_statements
from registry.platform.clock import PARIS
from registry.platform.database import APP, JOBS, OWNER, PUBLIC, Acting, transaction
from registry.platform.home import DATABASE, Home, open_home
from registry.reporting.service import issue_report


@click.command("init", help="Ouvre un registre pour une intercommunalité et ses communes.")
@click.option("--siren", default=None, help="Le SIREN de l’intercommunalité, par exemple 200033579.")
@click.option("--admin", "email", default="admin@localhost", show_default=True, help="L’adresse du premier compte.")
@click.option("--time-zone", default=PARIS, show_default=True, help="Le fuseau horaire de la collectivité.")
@click.option("--print-sql", is_flag=True, help="Montre à un DBA ce qu’il doit lancer sur son serveur, et s’arrête.")
@click.pass_context
def init(context: click.Context, siren: str | None, email: str, time_zone: str, print_sql: bool) -> None:
    """Opens a registry: schema, authority, communes, first administrator."""
    if print_sql:
        for statement in (
            *role_statements({role: f"<{role}>" for role in (OWNER, APP, JOBS, PUBLIC)}),
            *database_statements(DATABASE),
        ):
            click.echo(statement.as_string() + ";")
        click.echo(f"\\connect {DATABASE}")
        for statement in closing_statements():
            click.echo(statement.as_string() + ";")
        return
    if siren is None:
        raise Invalid(_("Donnez le SIREN de l’intercommunalité : beffroi init --siren 200033579"))
    territory = get_intercommunality(parse_siren(siren))
    settings = settings_of(context)
    with open_home(settings, create=True) as home:
        info = session_info(home)
        with transaction(home.owner, Acting("cli:init"), **info) as session:
            if session.get(Registry, 1) is not None:
                raise Conflict(_("Un registre est déjà ouvert ici. Choisissez un autre dossier avec --home."))
            authority = open_registry(session, territory, time_zone=time_zone)
            _account, token = invite_account(
                session,
                authority.id,
                PersonForm(name=_("Administrateur ou administratrice"), email=email),
                role=Role.ADMINISTRATOR,
                on=authority.id,
            )
        click.echo(
            _("Registre ouvert pour {name} : {communes} communes.").format(
                name=territory.name, communes=len(territory.communes)
            )
        )
        click.echo(_("Premier compte : {email}. Lien valable 24 heures et une seule fois :").format(email=email))
        show_link(settings, token)
        click.echo(_("Lancez « beffroi serve » puis ouvrez ce lien."))


@click.command("demo", help="Ouvre un registre de démonstration (contenu fictif) et l’ouvre à la visite.")
@click.option("--serve", "serving", is_flag=True, help="Lance ensuite le serveur.")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="Le port (BEFFROI_PORT, sinon 8000).")
@click.pass_context
def demo(context: click.Context, serving: bool, port: int | None) -> None:
    """Loads the demonstration, issues a first report, prints the accounts, and serves."""
    settings = settings_of(context)
    if port is not None:
        settings = settings.model_copy(update={"port": port})
    with open_home(settings, create=True) as home:
        info = session_info(home)
        with transaction(home.owner, Acting("cli:demo")) as session:
            known = session.get(Registry, 1)
        if known is not None and not known.demonstration:
            raise Conflict(
                _("Ce dossier contient un vrai registre : la démonstration n’y touche pas. Donnez --home AUTRE.")
            )
        if known is None:
            _load(home, info, settings.root)
        else:
            click.echo(_("La démonstration est déjà chargée dans {home}.").format(home=settings.root))
        _show_accounts(settings.root)
    if serving:
        serve_home(settings)


def _load(home: Home, info: dict[str, object], root: Path) -> None:
    today = info["today"]()  # type: ignore[operator]
    click.echo(_("Chargement de la démonstration (contenu fictif)…"), err=True)
    accounts = load_demonstration(home, today=today, engine_info=info, keep=partial(_keep_accounts, root))
    # The night counts them too, but the first visitor comes before it.
    with transaction(home.jobs, Acting("cli:demo"), **info) as session:
        count_months(session)
    issued = issue_report(
        home,
        "compliance",
        subject=Subject("organisation", accounts.authority_id),
        as_of=None,
        acting=Acting("cli:demo"),
        info=info,
        report=lambda *_said: None,
    )
    for path in issued.write(root / "rapport-de-conformite.pdf", home.files):
        click.echo(_("Rapport de conformité émis : {path}").format(path=path))
    if issued.notice:
        click.echo(issued.notice, err=True)


def _keep_accounts(root: Path, accounts: tuple[DemonstrationAccount, ...]) -> None:
    """Writes the passwords down, whole; a load that is then cut short leaves some that the next one replaces."""
    lines = [f"{account.role:16} {account.email:36} {account.password}" for account in accounts]
    folder = root / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    coming = folder / "demonstration.txt.new"
    coming.unlink(missing_ok=True)
    coming.touch(mode=0o600)
    with coming.open("w", encoding="utf-8") as target:
        target.write("\n".join(lines) + "\n")
        target.flush()
        os.fsync(target.fileno())
    coming.replace(folder / "demonstration.txt")


def _show_accounts(root: Path) -> None:
    place = root / "secrets" / "demonstration.txt"
    if place.exists():
        click.echo(_("Comptes de démonstration (rôle, adresse, mot de passe) :"))
        for line in place.read_text("utf-8").splitlines():
            role, email, password = line.split()
            click.echo(f"{Role(role).label:38} {email:36} {password}")


COMMANDS = (init, demo)
