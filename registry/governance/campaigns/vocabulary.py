"""The closed lists of campaigns."""

from registry.kernel.words import Labelled, mark


class CampaignScope(Labelled):
    """Which sheets of an organisation, and of those below it, a campaign asks about."""

    EVERY = "every", mark("Toutes les fiches")
    PUBLISHED = "published", mark("Les jeux publiés")
    PERSONAL = "personal", mark("Les jeux de données personnelles")


class CertificationState(Labelled):
    """What was answered about a sheet."""

    WAITING = "waiting", mark("À certifier")
    CERTIFIED = "certified", mark("Certifiée")
    WRONG = "wrong", mark("À corriger")
