"""What directors are told: the figures of their page."""

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
