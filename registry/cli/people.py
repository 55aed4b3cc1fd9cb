"""`beffroi user`: accounts from a terminal."""

import click

from registry.accounts.models import Account
from registry.accounts.queries import find_sign_in, get_account
from registry.accounts.service import invite_account, make_link
from registry.accounts.vocabulary import LinkPurpose
from registry.cli.opening import open_terminal, organisation_of
from registry.kernel.errors import FieldError, Invalid, NotFound
from registry.kernel.permissions import Role
from registry.kernel.words import _
from registry.organisations.forms import PersonForm
from registry.platform.serving import find_served
from registry.platform.settings import Settings
from registry.web.forms import Rejected, parse_values

_ROLES = "Le rôle : " + ", ".join(f"{role} ({role.label})" for role in Role) + "."


@click.group(help="Les comptes.")
def user() -> None:
    """Accounts from a terminal."""


def show_link(settings: Settings, token: str) -> None:
    """Writes the address of a single-use link where people reach the registry."""
    served = None if settings.base_url else find_served(settings.root)
    click.echo(f"{served or settings.public_url}/lien/{token}")
    if not settings.base_url and served is None:
        click.echo(_("Si vous servez à une autre adresse, dites-la par BEFFROI_BASE_URL."))


@user.command("add", help="Invite quelqu’un : affiche le lien, à usage unique, de son premier mot de passe.")
@click.argument("email")
@click.option("--name", required=True, help="Le nom ou la fonction de la personne.")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True, help=_ROLES)
@click.option("--organisation", "siren", default=None, help="Le SIREN de l’organisation (l’intercommunalité).")
@click.pass_context
def add(context: click.Context, email: str, name: str, role: str, siren: str | None) -> None:
    """Invites somebody and prints the link of their first password."""
    read = parse_values(PersonForm, {"name": name, "email": email})
    if isinstance(read, Rejected):
        problems = tuple(FieldError(path, message) for path, message in read.errors.items())
        raise Invalid(_("Ce compte ne peut pas être fait."), problems)
    person = read.form
    with open_terminal(context) as terminal, terminal.transaction() as session:
        organisation_id = organisation_of(session, siren)
        _account, token = invite_account(session, organisation_id, person, role=Role(role), on=organisation_id)
        click.echo(_("Lien d’invitation, valable 24 heures et une seule fois :"))
        show_link(terminal.home.settings, token)


@user.command("reset", help="Affiche un lien, à usage unique, pour choisir un nouveau mot de passe.")
@click.argument("email")
@click.pass_context
def reset(context: click.Context, email: str) -> None:
    """Prints the link of a new password."""
    with open_terminal(context) as terminal, terminal.transaction() as session:
        found = find_sign_in(session, email.casefold())
        if found is None:
            raise NotFound(_("Aucun compte ne porte l’adresse {email}.").format(email=email))
        account: Account = get_account(session, found.account_id)
        token = make_link(session, account, LinkPurpose.RESET)
        click.echo(_("Lien valable deux heures et une seule fois :"))
        show_link(terminal.home.settings, token)


COMMANDS = (user,)
