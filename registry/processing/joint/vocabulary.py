"""The closed list of what joint controllers share out."""

from registry.kernel.words import Labelled, mark


class JointDuty(Labelled):
    """What an arrangement says who answers for (GDPR art. 26 §1)."""

    INFORMATION = "information", mark("Informer les personnes (art. 13 et 14)")
    RIGHTS = "rights", mark("Répondre aux demandes des personnes (art. 15 à 22)")
    SECURITY = "security", mark("Sécuriser les données (art. 32)")
    BREACHES = "breaches", mark("Notifier les violations (art. 33 et 34)")
    PROCESSORS = "processors", mark("Choisir et suivre les sous-traitants (art. 28)")
    ASSESSMENT = "assessment", mark("Conduire l’analyse d’impact (art. 35)")
    RETENTION = "retention", mark("Effacer ou archiver au terme (art. 5 §1 e)")
