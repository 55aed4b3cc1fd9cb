"""What goes out about accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from registry.accounts.models import ApiToken, SignedSession
from registry.accounts.queries import ListedAccount
from registry.kernel.words import _


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
    sessions: Sequence["SessionView"]
    current_session: int
    tokens: Sequence[ApiToken]
    scopes: Sequence[tuple[str, str]]
    scope: str
    rhythms: Sequence[tuple[str, str]]
    rhythm: str
    is_mailed: bool
    errors: Mapping[str, str]


@dataclass(frozen=True)
class SessionView:
    """One open session, as its owner can recognise it."""

    id: int
    seen_at: datetime
    browser: str
    address: str


def session_view(session: SignedSession) -> SessionView:
    """A session in words."""
    return SessionView(session.id, session.seen_at, browser_in_words(session.browser or ""), session.address or "")


# What a browser says of itself names the ones it descends from: the first of these it names is what it is.
_BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
_SYSTEMS = {"Windows": "Windows", "Android": "Android", "iPhone": "iOS", "iPad": "iOS", "Mac OS X": "macOS",
            "Linux": "Linux"}  # fmt: skip


def browser_in_words(said: str) -> str:
    """The browser and the system behind what a browser says of itself; what names neither, as it is."""
    browser = next((name for sign, name in _BROWSERS.items() if sign in said), "")
    system = next((name for sign, name in _SYSTEMS.items() if sign in said), "")
    if browser and system:
        return _("{browser} sur {system}").format(browser=browser, system=system)
    return browser or said[:60] or _("Navigateur inconnu")


@dataclass(frozen=True)
class SecretPage:
    """A secret shown once: an API key, the address of an agenda, or a link to hand over; `use` says what to do."""

    title: str
    secret: str
    back: str
    use: str = ""


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
