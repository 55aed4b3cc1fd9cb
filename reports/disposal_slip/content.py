"""What a slip of disposal offers the renderer: its words; the rest is that of documents made of sheets."""

from collections.abc import Mapping

from registry.reporting.sheets import Dossier, bars, framed, from_canonical, from_sample, tables, to_canonical
from registry.reporting.vocabulary import Bars, Frame

__all__ = ["charts", "frame", "from_canonical", "from_sample", "tables", "to_canonical"]

TITLE = "Bordereau d’élimination"
LAW = "Code du patrimoine, articles L212-2, L212-3, R212-13 et R212-51"
SHEETS = "Articles et visa"
COUNTED = "Sort final"
COLUMNS = "règle validée", "règle indicative"
INTRODUCTION = (
    "La collectivité demande à éliminer les données listées ici, dont la durée de conservation est finie. La liste est "
    "figée depuis sa préparation ; le visa des archives porte sur elle et sur elle seule."
)
NOTHING = "Ce bordereau ne porte aucun article."
CAUTION = (
    "Rien de ce qui est listé ne peut être détruit avant le visa des Archives départementales. Détruire sans leur "
    "accord est puni (Code du patrimoine, art. L214-3)."
)
ASKS = (
    ("Code du patrimoine, art. L212-2, L212-3", "Choisir, en accord avec les archives, ce qui s’élimine", "Texte lu"),
    ("Code du patrimoine, art. R212-13", "Fixer par accord durées et destination définitive", "Texte lu"),
    ("Code du patrimoine, art. R212-51", "Obtenir le visa avant toute élimination", "Texte lu"),
    ("RGPD, art. 5 §1 e", "Ne pas garder les données au-delà du nécessaire", "Texte lu, en anglais"),
)
"""Each text, what it asks, and how it was read."""
SIGNS = ("Service qui propose l’élimination", "Direction générale ou maire", "Visa des Archives départementales")


def charts(dossier: Dossier) -> Mapping[str, Bars]:
    """The figures of the summary, drawn."""
    return bars(dossier, COLUMNS)


def frame(dossier: Dossier) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return framed(dossier, TITLE)
