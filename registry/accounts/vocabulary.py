"""What an account can be, how it signs in, what a single-use link is for, and how often it is written to."""

from registry.kernel.words import Labelled, mark


class AccountState(Labelled):
    """Whether an account may sign in."""

    INVITED = "invited", mark("Invité")
    ACTIVE = "active", mark("Actif")
    STOPPED = "stopped", mark("Arrêté")


class CredentialKind(Labelled):
    """A way of signing in; each is a row of its own, so that others can be added beside."""

    PASSWORD = "password", mark("Mot de passe")


class LinkPurpose(Labelled):
    """What a single-use link lets its bearer do."""

    INVITATION = "invitation", mark("Invitation")
    RESET = "reset", mark("Nouveau mot de passe")


class TokenScope(Labelled):
    """What an API token may do, within its account's roles."""

    READ = "read", mark("Lecture")
    WRITE = "write", mark("Lecture et écriture")
    CALENDAR = "calendar", mark("Agenda : les échéances, et rien d’autre")


class DigestRhythm(Labelled):
    """How often somebody is mailed what they owe soon; nobody is who did not ask."""

    NONE = "none", mark("Aucun message")
    WEEKLY = "weekly", mark("Chaque semaine, le lundi")
    DAILY = "daily", mark("Chaque jour ouvré")


AGENDA = "/agenda/{token}/echeances.ics?de=miennes"
"""The address that an agenda asks for its owner's deadlines."""
