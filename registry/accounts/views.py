"""What goes out about accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.accounts.models import ApiToken, SignedSession
from registry.accounts.queries import ListedAccount


@dataclass(frozen=True)
class SignInPage:
    """The form to sign in; `following` is where to go next, within this site."""

    email: str
    following: str
    error: str


@dataclass(frozen=True)
class ResetPage:
    """The form to ask for a new password."""

    error: str


@dataclass(frozen=True)
class LinkPage:
    """The password form a single-use link opens; without a token, the link is no good any more."""

    token: str
    is_invitation: bool
    errors: Mapping[str, str]


@dataclass(frozen=True)
class OwnPage:
    """One's own account."""

    name: str
    email: str
    roles: Sequence[tuple[str, str]]
    sessions: Sequence[SignedSession]
    current_session: int
    tokens: Sequence[ApiToken]
    scopes: Sequence[tuple[str, str]]
    errors: Mapping[str, str]


@dataclass(frozen=True)
class SecretPage:
    """A secret shown once: an API key, or a link to hand over."""

    title: str
    secret: str
    back: str


@dataclass(frozen=True)
class AccountsPage:
    """Who has access, and the form to invite somebody."""

    accounts: Sequence[ListedAccount]
    may_manage: bool
    manageable: frozenset[int]
    own: int
    organisations: Sequence[tuple[str, str]]
    roles: Sequence[tuple[str, str]]
    values: Mapping[str, str]
    errors: Mapping[str, str]
