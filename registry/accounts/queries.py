"""Every SELECT about accounts; before anybody is known, only the functions the owner wrote for that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, any_, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.models import Account, ApiToken, RoleGrant, SignedSession
from registry.accounts.rules import FAILURE_WINDOW, SESSION_IDLE
from registry.accounts.vocabulary import AccountState, TokenScope
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission, Role, permissions_of
from registry.kernel.words import _
from registry.organisations.models import Organisation, Person, PersonIdentity
from registry.platform.database import Acting, acting_in, asking_revision
from registry.web.visitors import WRITING_ROLES, Visitor

_ENTER_SESSION = "SELECT *, {revision} AS revision FROM enter_session(:asked, :request, :writing, :idle)"
_ENTER_BY_TOKEN = "SELECT *, {revision} AS revision FROM enter_token(:asked, :request, :writing)"  # noqa: S105


def digest_of(token: str) -> bytes:
    """What is stored of a random token: it cannot be guessed from, and needs no salt (256 bits)."""
    return sha256(token.encode()).digest()


def _visitor(row: Row[Any], **more: Any) -> Visitor:
    return Visitor(
        account_id=row.account_id,
        organisation_id=row.organisation_id,
        person_id=row.person_id,
        locale=row.locale,
        grants={Role(role): frozenset(ids) for role, ids in row.granted.items()},
        **more,
    )


def _enter(session: Session, statement: str, asked: Mapping[str, Any]) -> Row[Any] | None:
    """Opens the transaction in the name of who holds a token; it says the revision of what processes hold, too."""
    opening = asking_revision(statement, session.info.get("revised_by", ""))
    row = session.execute(opening, asked).one_or_none()
    if row is not None:
        session.info["revision"] = row.revision
    return row


def enter_by_session(session: Session, token: str, request_id: str) -> Visitor | None:
    """Who holds a session token; the transaction then acts as that account, within its roles."""
    row = _enter(
        session, _ENTER_SESSION,
        {"asked": digest_of(token), "request": request_id, "writing": WRITING_ROLES, "idle": SESSION_IDLE},
    )  # fmt: skip
    return _visitor(row, session_id=row.session_id) if row else None


def enter_by_token(session: Session, token: str, request_id: str) -> Visitor | None:
    """Who an API token acts for; one of reading scope writes nothing, and that of an agenda opens nothing here."""
    row = _enter_token(session, token, request_id)
    if row is None or row.scope == TokenScope.CALENDAR:
        return None
    return _visitor(row, token_id=row.token_id, may_write=row.scope == TokenScope.WRITE)


def enter_by_agenda(session: Session, token: str, request_id: str) -> Visitor | None:
    """Whose calendar the token of an agenda opens; any other token opens none."""
    row = _enter_token(session, token, request_id)
    if row is None or row.scope != TokenScope.CALENDAR:
        return None
    return _visitor(row, token_id=row.token_id, may_write=False)


def _enter_token(session: Session, token: str, request_id: str) -> Row[Any] | None:
    asked = {"asked": digest_of(token).hex(), "request": request_id, "writing": WRITING_ROLES}
    return _enter(session, _ENTER_BY_TOKEN, asked)


_ENTER_ACCOUNT = text(
    "SELECT a.id AS account_id, a.organisation_id, a.person_id, a.locale, address_of(a.id) AS address,"
    " enter_as(a.id, 'machine', '', '{}') AS granted FROM account a WHERE a.id = :asked AND a.state = 'active'"
)


def enter_account(session: Session, account_id: int) -> tuple[Visitor, Acting, str] | None:
    """Who an active account is, what a transaction of the pages must be told to read as it does, and its address.

    For the worker, which writes to people about what they may read: nothing may be written so.
    """
    row = session.execute(_ENTER_ACCOUNT, {"asked": account_id}).one_or_none()
    if row is None or not row.address:
        return None
    return _visitor(row, may_write=False), acting_in(session), row.address


def find_sign_in(session: Session, folded_email: str) -> Row[Any] | None:
    """The account, credential and secret behind an e-mail address (case folded)."""
    return session.execute(text("SELECT * FROM find_sign_in(:asked)"), {"asked": folded_email}).one_or_none()


def count_failures(session: Session, name_digest: bytes, address_digest: bytes) -> tuple[int, int]:
    """How many recent sign-ins failed for a name, and from an address."""
    row = session.execute(
        text("SELECT * FROM count_sign_in_failures(:name, :address, :since)"),
        {"name": name_digest, "address": address_digest, "since": FAILURE_WINDOW},
    ).one()
    return row.by_name, row.by_address


def read_link(session: Session, token: str) -> Row[Any] | None:
    """What a single-use link is for, without using it up."""
    return session.execute(text("SELECT * FROM read_link(:asked)"), {"asked": digest_of(token)}).one_or_none()


def find_address(session: Session, account_id: int) -> str | None:
    """The address an account signs in with; its own is told even to who holds no role and reads nobody."""
    found: str | None = session.execute(text("SELECT address_of(:asked)"), {"asked": account_id}).scalar_one()
    return found


def get_account(session: Session, account_id: int, *, lock: bool = False) -> Account:
    """One account within the asker's rights; locked, as it stands now.

    Raises: NotFound.
    """
    found = session.get(Account, account_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound(_("Ce compte n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def get_grant(session: Session, grant_id: int) -> RoleGrant:
    """One role given, within the asker's rights.

    Raises: NotFound.
    """
    found = session.get(RoleGrant, grant_id)
    if found is None:
        raise NotFound(_("Ce rôle n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


DECIDING = frozenset({Role.ADMINISTRATOR, Role.DIRECTOR, Role.LEGAL})
"""The roles that decide of what a DPO gives an opinion on: of processing, of deviations, of who may do what."""


@dataclass(frozen=True)
class Grant:
    """A role on an organisation's subtree."""

    id: int
    role: Role
    organisation_id: int
    organisation_name: str


@dataclass(frozen=True)
class ListedAccount:
    """One line of the list of accounts."""

    id: int
    name: str | None
    email: str | None
    state: AccountState
    organisation_id: int
    organisation_name: str
    grants: tuple[Grant, ...]

    @property
    def decides_as_dpo(self) -> bool:
        """Whether they advise as DPO and hold a role that decides too: a conflict of interests to look at.

        Law: GDPR art. 38 §6.
        """
        roles = {one.role for one in self.grants}
        return Role.DPO in roles and bool(roles & DECIDING)


def find_grants(session: Session, account_id: int) -> list[Grant]:
    """The roles an account holds, oldest first."""
    rows = session.execute(
        select(col(RoleGrant.id), col(RoleGrant.role), col(RoleGrant.organisation_id), col(Organisation.name))
        .join(Organisation, col(Organisation.id) == col(RoleGrant.organisation_id))
        .where(col(RoleGrant.account_id) == account_id, ~col(RoleGrant.ended))
        .order_by(col(RoleGrant.id))
    )
    return [Grant(row.id, row.role, row.organisation_id, row.name) for row in rows]


def find_accounts(session: Session, within: frozenset[int]) -> list[ListedAccount]:
    """The accounts of these organisations by name, with the roles held on them."""
    names, mails = select(PersonIdentity).subquery("names"), select(PersonIdentity).subquery("mails")
    rows = session.execute(
        select(
            col(Account.id), col(Account.state), col(Account.organisation_id),
            col(Organisation.name).label("organisation_name"),
            names.c.value.label("name"), mails.c.value.label("email"),
        )
        .join(Organisation, col(Organisation.id) == col(Account.organisation_id))
        .join(Person, col(Person.id) == col(Account.person_id))
        .outerjoin(names, (names.c.person_id == Person.id) & (names.c.digest == Person.name_digest))
        .outerjoin(mails, (mails.c.person_id == Person.id) & (mails.c.digest == Person.email_digest))
        .where(col(Account.organisation_id).in_(within))
        .order_by(names.c.folded, col(Account.id))
    ).all()  # fmt: skip
    grants: dict[int, list[Grant]] = {}
    for row in session.execute(
        select(RoleGrant, Organisation.name.label("name"))  # type: ignore[attr-defined]
        .join(Organisation, col(Organisation.id) == col(RoleGrant.organisation_id))
        .where(~col(RoleGrant.ended), col(RoleGrant.organisation_id).in_(within))
        .order_by(col(RoleGrant.id))
    ):
        held = row.RoleGrant
        grants.setdefault(held.account_id, []).append(Grant(held.id, held.role, held.organisation_id, row.name))
    return [
        ListedAccount(
            id=row.id,
            name=row.name,
            email=row.email,
            state=row.state,
            organisation_id=row.organisation_id,
            organisation_name=row.organisation_name,
            grants=tuple(grants.get(row.id, ())),
        )
        for row in rows
    ]


def count_administrators(session: Session, organisation_id: int, *, but: int) -> int:
    """How many active accounts but one administer an organisation, by a role on it or on one above it.

    Those above it count only for who may see them: somebody who administers the organisation alone does not.
    """
    lineage = select(func.unnest(col(Organisation.lineage))).where(col(Organisation.id) == organisation_id)
    return session.execute(
        select(func.count(func.distinct(RoleGrant.account_id)))
        .join(Account, col(Account.id) == col(RoleGrant.account_id))
        .where(
            col(RoleGrant.role) == Role.ADMINISTRATOR,
            col(RoleGrant.organisation_id).in_(lineage),
            col(RoleGrant.account_id) != but,
            ~col(RoleGrant.ended),
            col(Account.state) == AccountState.ACTIVE,
        )
    ).scalar_one()


def find_role(session: Session, account_id: int, organisation_id: int, permission: Permission) -> Role | None:
    """The role by which an account holds, or held, a permission on an organisation; the narrowest, one not ended first.

    None where it never did, or where the asker may not see it.
    """
    lineage = select(func.unnest(col(Organisation.lineage))).where(col(Organisation.id) == organisation_id)
    rows = session.execute(
        select(col(RoleGrant.role), col(RoleGrant.ended)).where(
            col(RoleGrant.account_id) == account_id, col(RoleGrant.organisation_id).in_(lineage)
        )
    ).all()
    held = [
        (row.ended, len(permissions_of(row.role)), row.role) for row in rows if permission in permissions_of(row.role)
    ]
    return min(held)[2] if held else None


@dataclass(frozen=True)
class Colleague:
    """Somebody who can sign in and may do a task."""

    account_id: int
    name: str
    email: str | None

    @property
    def words(self) -> str:
        """Who it is, in a list to choose from."""
        return " — ".join(part for part in (self.name, self.email) if part)


def find_holders(session: Session, roles: Sequence[Role], organisation_id: int, *, but: int) -> list[Colleague]:
    """The active accounts that hold one of these roles on an organisation, as far as the asker may know them."""
    names, mails = select(PersonIdentity).subquery("names"), select(PersonIdentity).subquery("mails")
    rows = session.execute(
        select(col(Account.id), names.c.value.label("name"), mails.c.value.label("email"))
        .distinct()
        .join(RoleGrant, col(RoleGrant.account_id) == col(Account.id))
        .join(Organisation, col(RoleGrant.organisation_id) == any_(col(Organisation.lineage)))
        .join(Person, col(Person.id) == col(Account.person_id))
        .outerjoin(names, (names.c.person_id == Person.id) & (names.c.digest == Person.name_digest))
        .outerjoin(mails, (mails.c.person_id == Person.id) & (mails.c.digest == Person.email_digest))
        .where(
            col(Organisation.id) == organisation_id,
            col(Account.state) == AccountState.ACTIVE,
            col(Account.id) != but,
            ~col(RoleGrant.ended),
            col(RoleGrant.role).in_(roles),
        )
    )
    return sorted(
        (Colleague(row.id, row.name or row.email or "", row.email) for row in rows), key=lambda one: one.name.casefold()
    )


def knows_every_holder(session: Session, roles: Sequence[Role], organisation_id: int) -> bool:
    """Whether the asker is shown every account that may hold one of these roles on an organisation.

    Not so of who reads a body below alone: a role granted above it bears on it, and is shown only to who reads there.
    """
    hidden = (
        select(col(RoleGrant.id))
        .outerjoin(Account, col(Account.id) == col(RoleGrant.account_id))
        .where(
            col(RoleGrant.organisation_id) == any_(col(Organisation.lineage)),
            col(RoleGrant.role).in_(roles),
            ~col(RoleGrant.ended),
            col(Account.id).is_(None),
        )
    )
    asked = select(col(Organisation.id)).where(
        col(Organisation.id) == organisation_id,
        func.acting_reads().op("@>", is_comparison=True)(col(Organisation.lineage)),
        ~hidden.exists(),
    )
    return session.execute(asked).one_or_none() is not None


def holds_beyond(session: Session, account_id: int, reach: frozenset[int]) -> bool:
    """Whether an account holds a role on an organisation outside these, even one the asker may not see."""
    answer: bool = session.execute(
        text("SELECT holds_beyond(:account, :within)"), {"account": account_id, "within": sorted(reach)}
    ).scalar_one()
    return answer


def find_sessions(session: Session, account_id: int, now: datetime) -> Sequence[SignedSession]:
    """The open sessions of an account, latest first."""
    return (
        session.execute(
            select(SignedSession)
            .where(
                col(SignedSession.account_id) == account_id,
                col(SignedSession.revoked_at).is_(None),
                col(SignedSession.expires_at) > now,
                col(SignedSession.seen_at) > now - SESSION_IDLE,
            )
            .order_by(col(SignedSession.seen_at).desc())
        )
        .scalars()
        .all()
    )


def find_tokens(session: Session, account_id: int, on: date) -> Sequence[ApiToken]:
    """The API tokens of an account that are neither revoked nor expired."""
    return (
        session.execute(
            select(ApiToken)
            .where(
                col(ApiToken.account_id) == account_id,
                ~col(ApiToken.revoked),
                col(ApiToken.expires_on) >= on,
            )
            .order_by(col(ApiToken.id))
        )
        .scalars()
        .all()
    )


def find_actor_names(session: Session, actors: set[str]) -> dict[str, str]:
    """How to show each actor of the ledger: a name for an account, words for the rest."""
    numbers = _accounts_of(actors)
    names = {
        row.id: row.value
        for row in session.execute(
            select(col(Account.id), col(PersonIdentity.value))
            .join(Person, col(Person.id) == col(Account.person_id))
            .join(
                PersonIdentity,
                (col(PersonIdentity.person_id) == col(Person.id))
                & (col(PersonIdentity.digest) == col(Person.name_digest)),
            )
            .where(col(Account.id).in_(set(numbers.values())))
        )
    }
    hidden = set(numbers.values()) - names.keys()
    names |= (_erased(session, hidden) | _offices(session, hidden)) if hidden else {}
    return {actor: _actor_words(actor, names.get(numbers.get(actor, 0))) for actor in actors}


def find_offices(session: Session, actors: set[str]) -> dict[str, str]:
    """Each actor of the ledger by the role and the body it has now: no name, where the office is what matters."""
    numbers = _accounts_of(actors)
    offices = _offices(session, set(numbers.values())) if numbers else {}
    return {
        actor: _actor_words(
            actor,
            offices.get(number, _("Compte n° {number}").format(number=number))
            if (number := numbers.get(actor)) is not None
            else None,
        )
        for actor in actors
    }


def _accounts_of(actors: set[str]) -> dict[str, int]:
    """The account of each actor that is one."""
    return {
        actor: int(part) for actor in actors if (part := actor.partition("account:")[2].partition(" ")[0]).isdigit()
    }


def _erased(session: Session, accounts: set[int]) -> dict[int, str]:
    """The accounts that the asker may see and that nobody's name stands for any more."""
    known = session.execute(select(col(Account.id)).where(col(Account.id).in_(accounts))).scalars()
    return {number: _("Personne effacée (compte n° {number})").format(number=number) for number in known}


def _offices(session: Session, accounts: set[int]) -> dict[int, str]:
    """The role and the body of accounts whose name is not the asker's to read, on what the asker depends on."""
    rows = session.execute(
        text("SELECT account_id, role, organisation FROM offices_of(CAST(:asked AS bigint[]))"),
        {"asked": sorted(accounts)},
    )
    return {row.account_id: f"{Role(row.role).label} — {row.organisation}" for row in rows}


def _actor_words(actor: str, name: str | None) -> str:
    if actor.startswith(("account:", "cli:account:", "job:")) and "account:" in actor:
        number = actor.partition("account:")[2].partition(" ")[0]
        shown = name or _("Compte d’une autre organisation (n° {number})").format(number=number)
        return _("{name}, par une clé d’API").format(name=shown) if " token:" in actor else shown
    for prefix, words in (
        ("cli:", _("Ligne de commande")),
        ("link:", _("Lien à usage unique")),
        ("depot:", _("Titulaire, par son lien de dépôt")),
        ("migration:", _("Mise à jour de Beffroi")),
        ("psql:", _("Administration de la base")),
        ("job:", _("Travail du serveur")),
    ):
        if actor.startswith(prefix):
            return f"{words} ({actor.removeprefix(prefix)})"
    return actor
