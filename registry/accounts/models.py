"""Accounts, their ways of signing in, their roles, sessions, tokens, links, sign-in attempts and mail digests."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Index, LargeBinary, func, text
from sqlmodel import Field

from registry.accounts.vocabulary import AccountState, CredentialKind, DigestRhythm, LinkPurpose, TokenScope
from registry.kernel.permissions import Role
from registry.platform.tables import Kind, Numbered, Table, Versioned, free, identity, plain, stored


class Account(Versioned, table=True):
    """Somebody, or an application, that can sign in; the person's identity stands apart."""

    __tablename__ = "account"
    __table_args__ = ({"info": {"kind": Kind.RECORD}},)

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    person_id: int = Field(sa_type=BigInteger, foreign_key="person.id", unique=True)
    state: AccountState = stored(AccountState, default=AccountState.INVITED)
    locale: str = plain()


class Credential(Versioned, table=True):
    """A way an account signs in; the secret stands apart, out of the ledger."""

    __tablename__ = "credential"
    __table_args__ = (
        Index(None, "account_id", "kind", unique=True),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    account_id: int = Field(sa_type=BigInteger, foreign_key="account.id")
    kind: CredentialKind = stored(CredentialKind)
    changed_at: datetime = Field(sa_type=DateTime(timezone=True))


class CredentialSecret(Table, table=True):
    """What proves a credential: an argon2 hash, never a password."""

    __tablename__ = "credential_secret"
    __table_args__ = ({"info": {"kind": Kind.WORK}},)

    credential_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("credential.id"), primary_key=True, autoincrement=False)
    )
    organisation_id: int = Field(sa_type=BigInteger, index=True)
    secret: str = plain()


class RoleGrant(Versioned, table=True):
    """A role an account holds on an organisation and its whole subtree, until it is ended."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index(None, "account_id", "role", "organisation_id", unique=True, postgresql_where=text("NOT ended")),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    account_id: int = Field(sa_type=BigInteger, foreign_key="account.id")
    role: Role = stored(Role)
    ended: bool = Field(default=False)


class SignedSession(Numbered, table=True):
    """One signed-in browser: the hash of its token, how long it lasts, and when it was last seen."""

    __tablename__ = "signed_session"
    __table_args__ = ({"info": {"kind": Kind.WORK}},)

    account_id: int = Field(sa_type=BigInteger, foreign_key="account.id", index=True)
    organisation_id: int = Field(sa_type=BigInteger, index=True)
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    created_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )
    seen_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
    revoked_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    address: str | None = identity(nullable=True)
    browser: str | None = plain(nullable=True)


class ApiToken(Versioned, table=True):
    """A key for a program that acts as an account, within a scope and until a day (included)."""

    __tablename__ = "api_token"
    __table_args__ = ({"info": {"kind": Kind.RECORD}},)

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    account_id: int = Field(sa_type=BigInteger, foreign_key="account.id", index=True)
    name: str = free()
    scope: TokenScope = stored(TokenScope)
    token_hash: str = plain(unique=True)
    expires_on: date
    revoked: bool = Field(default=False)


class SingleUseLink(Numbered, table=True):
    """A link that opens one act once: the first password, or a new one."""

    __tablename__ = "single_use_link"
    __table_args__ = ({"info": {"kind": Kind.WORK}},)

    account_id: int = Field(sa_type=BigInteger, foreign_key="account.id", index=True)
    organisation_id: int = Field(sa_type=BigInteger, index=True)
    purpose: LinkPurpose = stored(LinkPurpose)
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
    used_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class SignInAttempt(Numbered, table=True):
    """A failed sign-in, kept a day to slow the next ones: digests of the name tried and of the address."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = ({"info": {"kind": Kind.WORK}},)

    at: datetime = Field(
        default=None,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
        index=True,
    )
    name_digest: bytes = Field(sa_type=LargeBinary, index=True)
    address_digest: bytes = Field(sa_type=LargeBinary, index=True)


class DigestChoice(Table, table=True):
    """How often an account is mailed what it owes soon, and in which language; an account without a row never is.

    `told_on` is the first day of the last period told: it is claimed before anything is sent, so that none is twice.
    """

    __tablename__ = "digest_choice"
    __table_args__ = ({"info": {"kind": Kind.WORK}},)

    account_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("account.id"), primary_key=True, autoincrement=False)
    )
    rhythm: DigestRhythm = stored(DigestRhythm)
    locale: str = plain()
    told_on: date
