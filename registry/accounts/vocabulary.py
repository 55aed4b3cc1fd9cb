"""What an account can be, how it signs in, and what a single-use link is for."""

from enum import StrEnum

from registry.kernel.words import _, mark


class AccountState(StrEnum):
    """Whether an account may sign in."""

    INVITED = "invited"
    ACTIVE = "active"
    STOPPED = "stopped"

    @property
    def label(self) -> str:
        """The state in the reader's language."""
        return _(_STATE_LABELS[self])


_STATE_LABELS = {
    AccountState.INVITED: mark("Invité"),
    AccountState.ACTIVE: mark("Actif"),
    AccountState.STOPPED: mark("Arrêté"),
}


class CredentialKind(StrEnum):
    """A way of signing in; each is a row of its own, so that others can be added beside."""

    PASSWORD = "password"  # noqa: S105 -- the name of a kind, not a secret.

    @property
    def label(self) -> str:
        """The way of signing in, in the reader's language."""
        return _(_CREDENTIAL_LABELS[self])


_CREDENTIAL_LABELS = {CredentialKind.PASSWORD: mark("Mot de passe")}


class LinkPurpose(StrEnum):
    """What a single-use link lets its bearer do."""

    INVITATION = "invitation"
    RESET = "reset"

    @property
    def label(self) -> str:
        """The purpose in the reader's language."""
        return _(_LINK_LABELS[self])


_LINK_LABELS = {
    LinkPurpose.INVITATION: mark("Invitation"),
    LinkPurpose.RESET: mark("Nouveau mot de passe"),
}


class TokenScope(StrEnum):
    """What an API token may do, within its account's roles."""

    READ = "read"
    WRITE = "write"

    @property
    def label(self) -> str:
        """The scope in the reader's language."""
        return _(_SCOPE_LABELS[self])


_SCOPE_LABELS = {TokenScope.READ: mark("Lecture"), TokenScope.WRITE: mark("Lecture et écriture")}
