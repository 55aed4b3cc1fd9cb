"""Inviting, signing in and out, roles, sessions, tokens and lost passwords."""

import secrets
from datetime import date
from functools import lru_cache
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.forms import TokenForm
from registry.accounts.models import Account, ApiToken, Credential, RoleGrant, SignedSession, SingleUseLink
from registry.accounts.queries import (
    count_administrators,
    count_failures,
    digest_of,
    find_address,
    find_sign_in,
    get_account,
    holds_beyond,
)
from registry.accounts.rules import (
    ENDED_KEPT,
    FAILURE_WINDOW,
    INVITATION_LASTS,
    RESET_LASTS,
    SESSION_IDLE,
    SESSION_LASTS,
    TOKEN_LASTS_AT_MOST,
    is_strong,
    must_wait,
)
from registry.accounts.vocabulary import AccountState, CredentialKind, LinkPurpose
from registry.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Refusal
from registry.kernel.permissions import Role
from registry.kernel.words import _
from registry.ledger.service import PEOPLE, say, touch
from registry.organisations.forms import PersonForm
from registry.organisations.service import find_or_record_person

HASHER = PasswordHasher()
_ADMINISTRATORS_LOCK = 0x62666661
_ADDRESSES_LOCK = 0x62666662
_SIGN_INS_LOCK = 0x62666663


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash to compare with when no account bears the name: both answers then take the same time."""
    return HASHER.hash(secrets.token_urlsafe(16))


class TooManyAttempts(Refusal):
    """So many sign-ins failed that the next must wait (429)."""

    code = "too-many-attempts"
    wait = int(FAILURE_WINDOW.total_seconds())


def new_token() -> str:
    """256 random bits, as text that fits an address or a header."""
    return secrets.token_urlsafe(32)


def invite_account(
    session: Session, organisation_id: int, person: PersonForm, *, role: Role, on: int, locale: str = "fr"
) -> tuple[Account, str]:
    """A new account with a first role on organisation `on`, and the token of its invitation link (24 h).

    Raises: Conflict when an account already bears that address.
    """
    if person.email:
        folded = person.email.casefold()
        # One after the other: two who invite the same address at once would open two accounts for it.
        session.execute(
            text("SELECT pg_advisory_xact_lock(:key, hashtext(:folded))"), {"key": _ADDRESSES_LOCK, "folded": folded}
        )
        if find_sign_in(session, folded) is not None:
            raise Conflict(
                _(
                    "Un compte porte déjà cette adresse électronique. S’il n’est pas dans votre liste, demandez à "
                    "l’administrateur de l’autorité de lui donner ce rôle."
                )
            )
    somebody = find_or_record_person(session, organisation_id, person)
    say(session, "accounts:account:invite")
    account = Account(organisation_id=organisation_id, person_id=somebody.id, locale=locale)
    session.add(account)
    session.flush()
    grant_role(session, account.id, role=role, on=on)
    return account, make_link(session, account, LinkPurpose.INVITATION)


def make_link(session: Session, account: Account, purpose: LinkPurpose) -> str:
    """The token of a single-use link: 24 hours for an invitation, two for a new password.

    Raises: Conflict when the account is stopped.
    """
    if account.state is AccountState.STOPPED:
        raise Conflict(_("Ce compte est arrêté : un lien ne l’ouvrirait pas."))
    token = new_token()
    lasting = INVITATION_LASTS if purpose is LinkPurpose.INVITATION else RESET_LASTS
    expires_at = session.execute(select(func.now() + lasting)).scalar_one()
    session.add(
        SingleUseLink(
            account_id=account.id,
            organisation_id=account.organisation_id,
            purpose=purpose,
            token_hash=digest_of(token),
            expires_at=expires_at,
        )
    )
    session.flush()
    return token


def renew_account_link(session: Session, account: Account, purpose: LinkPurpose) -> str:
    """The token of a link that an administrator makes for somebody; who made it stays in the ledger.

    Raises: Conflict when the account is stopped.
    """
    token = make_link(session, account, purpose)
    say(session, "accounts:link:make")
    # The link itself is no record: a new version of the account says that it was made, when and by whom.
    session.execute(update(Account).where(col(Account.id) == account.id).values(state=account.state))
    return token


def ask_reset(session: Session, email: str) -> tuple[str, str] | None:
    """The address an active account holds and the token of its new-password link; none where there is none.

    The link goes to the address returned, never to the one typed: case folding takes several letters for one, so
    both can be two mailboxes. At most five such links an hour: then none either.
    """
    token = new_token()
    address = session.execute(
        text("SELECT ask_reset(:email, :token, :lasting)"),
        {"email": email.casefold(), "token": digest_of(token), "lasting": RESET_LASTS},
    ).scalar_one_or_none()
    return (address, token) if address is not None else None


def sign_in(session: Session, email: str, password: str, *, address: str, browser: str | None) -> str:
    """Opens a session and returns its token. What is wrong is never told apart: name or password.

    Raises: TooManyAttempts; Invalid. The failure is noted by the caller's transaction: it must commit.
    """
    folded = email.casefold()
    name_digest, address_digest = sha256(folded.encode()).digest(), sha256(address.encode()).digest()
    if must_wait(*_failures_in_turn(session, name_digest, address_digest)):
        raise TooManyAttempts(
            _("Trop d’essais ont échoué. Attendez un quart d’heure, ou demandez un nouveau mot de passe.")
        )
    found = find_sign_in(session, folded)
    secret = found.secret if found is not None and found.secret else _nobody()
    known = found is not None and found.secret and found.state == AccountState.ACTIVE
    if not _proves(secret, password) or not known or found is None:
        session.execute(
            text("SELECT note_sign_in_failure(:name, :address)"),
            {"name": name_digest, "address": address_digest},
        )
        raise Invalid(_("L’adresse ou le mot de passe ne convient pas."))
    _forgive_failures(session, email)
    return open_session(session, found.account_id, address=address, browser=browser)


def _forgive_failures(session: Session, email: str) -> None:
    session.execute(
        text("SELECT forgive_sign_in_failures(:name)"), {"name": sha256(email.casefold().encode()).digest()}
    )


def _failures_in_turn(session: Session, name_digest: bytes, address_digest: bytes) -> tuple[int, int]:
    """How many recent sign-ins failed for a name, and from an address; those of one name come one after the other.

    Else as many as come at once would all be tried before the first of them is counted. Those of one address are
    not held: a whole town hall may come by one, and its limit is far above what the server tries at once.
    """
    session.execute(
        text("SELECT pg_advisory_xact_lock(:key, hashtext(:name))"), {"key": _SIGN_INS_LOCK, "name": name_digest.hex()}
    )
    return count_failures(session, name_digest, address_digest)


def _proves(secret: str, password: str) -> bool:
    try:
        return HASHER.verify(secret, password)
    except (VerificationError, InvalidHashError):
        return False


def open_session(session: Session, account_id: int, *, address: str, browser: str | None) -> str:
    """A new session's token. An old one is never taken over: each sign-in has its own."""
    token = new_token()
    session.execute(
        text("SELECT open_session(:account, :token, :lasting, :address, :browser)"),
        {
            "account": account_id,
            "token": digest_of(token),
            "lasting": SESSION_LASTS,
            "address": address,
            "browser": (browser or "")[:300] or None,
        },
    )
    return token


def use_link(session: Session, token: str, password: str, *, request_id: str) -> int:
    """Uses an invitation or reset link up: sets the password, opens the account, and shuts every other door.

    Who follows a link may have lost the account to somebody else: its sessions end, its other links open nothing
    any more, and its API keys are revoked, since whoever held the account could have made one. Who changes their
    password by proving the current one (`change_password`) keeps their keys: programs that run are not stopped
    by a routine change, and each key can be revoked on the same page.

    Returns the account's id.
    Raises: NotFound when the link was used, has expired or never was; Invalid for a weak password.
    """
    row = session.execute(
        text("SELECT * FROM use_link(:asked, :request)"), {"asked": digest_of(token), "request": request_id}
    ).one_or_none()
    if row is None:
        raise NotFound(_("Ce lien a déjà servi ou a expiré. Demandez-en un nouveau."))
    email = find_address(session, row.account_id) or ""
    set_password(session, row.account_id, row.organisation_id, password, email=email)
    # Whoever failed to guess the old password no longer keeps its owner out.
    _forgive_failures(session, email)
    account = get_account(session, row.account_id)
    if account.state is AccountState.INVITED:
        say(session, "accounts:account:activate")
        account.state = AccountState.ACTIVE
        session.flush()
    session.execute(text("SELECT end_sessions_of(:account, NULL)"), {"account": row.account_id})
    keys = select(ApiToken).where(col(ApiToken.account_id) == row.account_id, ~col(ApiToken.revoked)).with_for_update()
    for key in session.execute(keys).scalars().all():
        say(session, "accounts:token:revoke")
        key.revoked = True
    session.flush()
    return int(row.account_id)


def set_password(session: Session, account_id: int, organisation_id: int, password: str, *, email: str) -> None:
    """Gives an account a new password.

    Raises: Invalid when it is weak.
    """
    if not is_strong(password, email):
        message = _(
            "Choisissez au moins 12 caractères mêlant trois sortes (minuscules, majuscules, chiffres, signes), ou "
            "une phrase d’au moins 16 caractères, sans votre adresse."
        )
        raise Invalid(message, (FieldError("password", message),))
    say(session, "accounts:credential:change")
    now = session.execute(select(func.clock_timestamp())).scalar_one()
    credential = session.execute(
        select(Credential).where(
            col(Credential.account_id) == account_id, col(Credential.kind) == CredentialKind.PASSWORD
        )
    ).scalar_one_or_none()
    if credential is None:
        credential = Credential(
            organisation_id=organisation_id,
            account_id=account_id,
            kind=CredentialKind.PASSWORD,
            changed_at=now,
        )
        session.add(credential)
    else:
        credential.changed_at = now
    session.flush()
    session.execute(
        text("SELECT keep_secret(:credential, :secret)"),
        {"credential": credential.id, "secret": HASHER.hash(password)},
    )


def change_password(session: Session, account_id: int, current: str, password: str, *, but: int | None) -> None:
    """Changes one's own password after proving the current one; every other session ends, and every link waiting.

    Raises: Invalid.
    """
    account = get_account(session, account_id)
    email = find_address(session, account_id) or ""
    name_digest = sha256(email.casefold().encode()).digest()
    # Counted as a sign-in is: a stolen session must not serve to guess the password.
    if must_wait(*_failures_in_turn(session, name_digest, name_digest)):
        message = _("Trop d’essais ont échoué. Attendez un quart d’heure, ou demandez un nouveau mot de passe.")
        raise Invalid(message, (FieldError("current", message),))
    found = find_sign_in(session, email.casefold())
    if found is None or not found.secret or not _proves(found.secret, current):
        session.execute(
            text("SELECT note_sign_in_failure(:name, :address)"), {"name": name_digest, "address": name_digest}
        )
        message = _("Le mot de passe actuel ne convient pas.")
        raise Invalid(message, (FieldError("current", message),))
    set_password(session, account_id, account.organisation_id, password, email=email)
    session.execute(
        text("SELECT end_sessions_of(:account, :but), end_links_of(:account)"), {"account": account_id, "but": but}
    )


def grant_role(session: Session, account_id: int, *, role: Role, on: int) -> RoleGrant:
    """Gives a role on an organisation's subtree; given twice, it is one.

    Every link waiting for that account ends: whoever made it, or was shown it, reached what the account held then,
    and must not open what it holds now.
    """
    held = session.execute(
        select(RoleGrant).where(
            col(RoleGrant.account_id) == account_id,
            col(RoleGrant.role) == role,
            col(RoleGrant.organisation_id) == on,
            ~col(RoleGrant.ended),
        )
    ).scalar_one_or_none()
    if held is not None:
        return held
    say(session, "accounts:role:grant")
    made = RoleGrant(organisation_id=on, account_id=account_id, role=role)
    session.add(made)
    session.flush()
    session.execute(text("SELECT end_links_of(:account)"), {"account": account_id})
    if role is Role.DIRECTOR:
        touch(session, PEOPLE, on)
    return made


def end_role(session: Session, grant_id: int) -> None:
    """Ends a role.

    Raises: NotFound; Conflict when it is the last administrator of that organisation.
    """
    held = session.get(RoleGrant, grant_id, with_for_update=True, populate_existing=True)
    if held is None or held.ended:
        raise NotFound(_("Ce rôle n’existe pas, ou il a déjà pris fin."))
    _keep_an_administrator(session, held)
    say(session, "accounts:role:end")
    held.ended = True
    session.flush()
    if held.role is Role.DIRECTOR:
        touch(session, PEOPLE, held.organisation_id)


def _keep_an_administrator(session: Session, held: RoleGrant) -> None:
    if held.role is not Role.ADMINISTRATOR:
        return
    # One after the other: two administrators who end each other's role at once would leave nobody.
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADMINISTRATORS_LOCK})
    if count_administrators(session, held.organisation_id, but=held.account_id) == 0:
        raise Conflict(
            _("C’est le dernier compte qui administre cette organisation : donnez d’abord ce rôle à quelqu’un d’autre.")
        )


def _touch_people(session: Session, account_id: int) -> None:
    """Says that whom an account directs have gained or lost somebody who answers for their data."""
    directs = (col(RoleGrant.account_id) == account_id, col(RoleGrant.role) == Role.DIRECTOR, ~col(RoleGrant.ended))
    for number in session.execute(select(col(RoleGrant.organisation_id)).where(*directs)).scalars():
        touch(session, PEOPLE, number)


def stop_account(session: Session, account_id: int) -> None:
    """Stops an account: it signs in no more, its sessions and its links end; what it recorded stays.

    Raises: Conflict when it is the last administrator somewhere.
    """
    account = get_account(session, account_id)
    for held in session.execute(
        select(RoleGrant).where(col(RoleGrant.account_id) == account_id, ~col(RoleGrant.ended))
    ).scalars():
        _keep_an_administrator(session, held)
    _touch_people(session, account_id)
    say(session, "accounts:account:stop")
    account.state = AccountState.STOPPED
    session.flush()
    session.execute(text("SELECT end_sessions_of(:account, NULL), end_links_of(:account)"), {"account": account_id})


def restart_account(session: Session, account_id: int) -> str:
    """Invites a stopped account back with the roles it still holds; the token of its new invitation link.

    Its old password opens nothing: whoever comes back chooses one by the link.

    Raises: Conflict when the account is not stopped.
    """
    account = get_account(session, account_id, lock=True)
    if account.state is not AccountState.STOPPED:
        raise Conflict(_("Ce compte n’est pas arrêté : il n’y a rien à rouvrir."))
    say(session, "accounts:account:restart")
    account.state = AccountState.INVITED
    session.flush()
    _touch_people(session, account_id)
    return make_link(session, account, LinkPurpose.INVITATION)


def revoke_session(session: Session, session_id: int, account_id: int) -> None:
    """Ends one open session of an account.

    Raises: NotFound.
    """
    found = session.get(SignedSession, session_id)
    if found is None or found.account_id != account_id:
        raise NotFound(_("Cette session n’existe pas."))
    found.revoked_at = session.execute(select(func.now())).scalar_one()
    session.flush()


def make_token(
    session: Session, account_id: int, organisation_id: int, form: TokenForm, *, today: date
) -> tuple[ApiToken, str]:
    """A new API token and its secret, which is shown once.

    Raises: Invalid when its last day is past or more than a year away, or a key of this account that still opens bears
    its name: a form sent twice makes one key.
    """
    if not today <= form.expires_on <= today + TOKEN_LASTS_AT_MOST:
        message = _("Choisissez un dernier jour entre aujourd’hui et dans un an.")
        raise Invalid(message, (FieldError("expires_on", message),))
    session.get_one(Account, account_id, with_for_update=True)
    alike = select(col(ApiToken.id)).where(
        col(ApiToken.account_id) == account_id,
        col(ApiToken.name) == form.name,
        ~col(ApiToken.revoked),
        col(ApiToken.expires_on) >= today,
    )
    if session.execute(alike.limit(1)).first() is not None:
        message = _("Une de vos clés porte déjà ce nom : donnez-en un autre, ou révoquez d’abord la première.")
        raise Invalid(message, (FieldError("name", message),))
    say(session, "accounts:token:make")
    secret = f"beffroi_{new_token()}"
    made = ApiToken(
        organisation_id=organisation_id,
        account_id=account_id,
        name=form.name,
        scope=form.scope,
        token_hash=digest_of(secret).hex(),
        expires_on=form.expires_on,
    )
    session.add(made)
    session.flush()
    return made, secret


def revoke_token(session: Session, token_id: int, account_id: int) -> None:
    """Ends one API token of an account.

    Raises: NotFound.
    """
    found = session.get(ApiToken, token_id, with_for_update=True, populate_existing=True)
    if found is None or found.account_id != account_id:
        raise NotFound(_("Cette clé n’existe pas."))
    say(session, "accounts:token:revoke")
    found.revoked = True
    session.flush()


def refuse_beyond(session: Session, account_id: int, reach: frozenset[int]) -> None:
    """Refuses to open or stop an account that holds roles on organisations the asker does not administer.

    Raises: Forbidden.
    """
    if holds_beyond(session, account_id, reach):
        raise Forbidden(
            _(
                "Ce compte tient aussi un rôle sur une organisation que vous n’administrez pas : demandez à "
                "l’administrateur de celle-ci."
            )
        )


def refuse_oneself(acting: int, account_id: int) -> None:
    """Refuses what nobody may do to their own account.

    Raises: Forbidden.
    """
    if acting == account_id:
        raise Forbidden(_("Vous ne pouvez pas faire cela sur votre propre compte."))


def forget_ended_sessions(session: Session) -> int:
    """Removes the sessions that ended and the links that were used or expired for longer than a day; how many.

    Law: Règlement (UE) 2016/679, art. 5 §1 e: a session says from where and with what browser somebody came.
    """
    before = func.now() - ENDED_KEPT
    over = delete(SignedSession).where(
        or_(
            col(SignedSession.expires_at) < before,
            col(SignedSession.revoked_at) < before,
            col(SignedSession.seen_at) < before - SESSION_IDLE,
        )
    )
    used = delete(SingleUseLink).where(or_(col(SingleUseLink.expires_at) < before, col(SingleUseLink.used_at) < before))
    ended = session.execute(over.returning(col(SignedSession.id))).all()
    spent = session.execute(used.returning(col(SingleUseLink.id))).all()
    return len(ended) + len(spent)
