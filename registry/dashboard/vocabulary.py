"""What directors are told: the figures of their page."""

from registry.kernel.permissions import Permission
from registry.kernel.words import Labelled, mark


class Figure(Labelled):
    """One figure of the directors' page."""

    KEPT = "kept", mark("Jeux de données tenus par quelqu’un")
    FOUNDED = "founded", mark("Traitements dont la base légale est dite")
    PUBLISHED = "published", mark("Publications imposées par la loi, faites")
    BREACHES = "breaches", mark("Manquements à une obligation")
    LATE = "late", mark("Délais de la loi dépassés")
    MATTERS = "matters", mark("Violations et demandes hors délai")


SHOWN = (Figure.KEPT, Figure.FOUNDED, Figure.PUBLISHED, Figure.BREACHES, Figure.LATE)
"""The five figures; those of confided matters are told beside them, as a number."""
SHARES = frozenset({Figure.KEPT, Figure.FOUNDED, Figure.PUBLISHED})
"""What is told out of how many, and is better the higher it is; the others are better the lower."""


class DeadlineKind(Labelled):
    """What makes a day of the calendar."""

    FINDING = "finding", mark("Délais des règles")
    BREACH = "breach", mark("Violations à notifier")
    REQUEST = "request", mark("Demandes à répondre")
    REVIEW = "review", mark("Analyses d’impact à relire")
    MEASURE = "measure", mark("Mesures de protection")
    CONTRACT = "contract", mark("Fins de contrat")
    EVIDENCE = "evidence", mark("Preuves qui expirent")
    DEVIATION = "deviation", mark("Écarts assumés qui finissent")
    MOVE = "move", mark("Passages à viser")


DONE_BY = {
    DeadlineKind.FINDING: Permission.DATASETS_SHEET_RECORD,
    DeadlineKind.BREACH: Permission.PROCESSING_BREACH_RECORD,
    DeadlineKind.REQUEST: Permission.PROCESSING_REQUEST_RECORD,
    DeadlineKind.REVIEW: Permission.PROCESSING_ASSESSMENT_RECORD,
    DeadlineKind.MEASURE: Permission.PROCESSING_ACTIVITY_RECORD,
    DeadlineKind.CONTRACT: Permission.CONTRACTS_CONTRACT_RECORD,
    DeadlineKind.EVIDENCE: Permission.DOCUMENTS_EVIDENCE_RECORD,
    DeadlineKind.DEVIATION: Permission.COMPLIANCE_DEVIATION_DECIDE,
    DeadlineKind.MOVE: Permission.LIFECYCLE_VISA_GIVE,
}
"""What a role must allow for a deadline to be somebody's own."""
