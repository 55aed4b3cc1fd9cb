"""The closed lists of requests."""

from registry.kernel.words import Labelled, mark


class RequestRegime(Labelled):
    """Which text a request is under: it sets the delay, what silence means and where to turn next."""

    GDPR = "gdpr", mark("Droits sur ses données (RGPD)")
    CADA = "cada", mark("Document administratif (CADA)")
    REUSE = "reuse", mark("Réutilisation d’informations publiques")
    ADMINISTRATION = "administration", mark("Demande d’une autre administration")


class RequestRight(Labelled):
    """The right somebody exercises over data about them."""

    ACCESS = "access", mark("Accès (art. 15)")
    RECTIFICATION = "rectification", mark("Rectification (art. 16)")
    ERASURE = "erasure", mark("Effacement (art. 17)")
    RESTRICTION = "restriction", mark("Limitation (art. 18)")
    PORTABILITY = "portability", mark("Portabilité (art. 20)")
    OBJECTION = "objection", mark("Opposition (art. 21)")
    AUTOMATED_DECISION = "automated-decision", mark("Décision automatisée (art. 22)")
    CONSENT = "consent", mark("Retrait du consentement (art. 7 §3)")
    AFTER_DEATH = "after-death", mark("Données d’une personne décédée (loi 78-17, art. 85)")


class RequesterKind(Labelled):
    """In what quality somebody asks."""

    PERSON_CONCERNED = "person-concerned", mark("La personne concernée")
    LEGAL_REPRESENTATIVE = "legal-representative", mark("Un parent, un tuteur ou une tutrice")
    MANDATED = "mandated", mark("Un·e mandataire, un·e avocat·e")
    RESIDENT = "resident", mark("Un·e particulier·ère")
    ASSOCIATION = "association", mark("Une association")
    COMPANY = "company", mark("Une entreprise")
    PRESS = "press", mark("Un·e journaliste")
    RESEARCH = "research", mark("Un·e chercheur·se")
    ADMINISTRATION = "administration", mark("Une administration")


class RequestChannel(Labelled):
    """How a request came."""

    MAIL = "mail", mark("Courrier")
    EMAIL = "email", mark("Courriel")
    FORM = "form", mark("Téléservice")
    COUNTER = "counter", mark("Guichet")
    PHONE = "phone", mark("Téléphone")


class IdentityCheck(Labelled):
    """How the identity of who asks was verified."""

    NOT_NEEDED = "not-needed", mark("Pas nécessaire : la demande n’en dépend pas")
    KNOWN = "known", mark("Déjà connue : compte du service, guichet")
    DOCUMENT = "document", mark("Justificatif vu, sans copie gardée")
    MANDATE = "mandate", mark("Mandat vérifié")
    ASKED = "asked", mark("Complément demandé : doute raisonnable (art. 12 §6)")


class RequestOutcome(Labelled):
    """What was answered."""

    GRANTED = "granted", mark("Satisfaite")
    PARTIAL = "partial", mark("Satisfaite en partie")
    REFUSED = "refused", mark("Refusée")
    NOTHING_HELD = "nothing-held", mark("Rien n’est détenu")
    TRANSFERRED = "transferred", mark("Transmise à qui détient les données")
    WITHDRAWN = "withdrawn", mark("Retirée par qui demandait")
    LEFT = "left", mark("Abusive, laissée sans suite")

    @property
    def needs_grounds(self) -> bool:
        """Whether such an answer says why."""
        return self in {RequestOutcome.REFUSED, RequestOutcome.PARTIAL}
