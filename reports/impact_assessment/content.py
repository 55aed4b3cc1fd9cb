"""What an impact assessment offers the renderer: its words; the rest is that of documents made of sheets."""

from collections.abc import Mapping

from registry.reporting.sheets import Dossier, framed, from_canonical, from_sample, levels, tables, to_canonical
from registry.reporting.vocabulary import Bars, Frame

__all__ = ["charts", "frame", "from_canonical", "from_sample", "tables", "to_canonical"]

TITLE = "Analyse d’impact"
LAW = "Règlement (UE) 2016/679, article 35"
SHEETS = "Étapes de l’analyse"
COUNTED = "Événement redouté (niveau de 1 à 4)"
COLUMNS = "vraisemblance", "gravité"
HIGHEST = 4
"""The highest level of either."""
INTRODUCTION = (
    "L’analyse décrit le traitement, en vérifie la nécessité et la proportionnalité, apprécie les risques pour les "
    "personnes avant et après les mesures, et dit qui en a décidé. Gravité et vraisemblance vont de 1 (négligeable) à "
    "4 (maximale)."
)
NOTHING = "Aucune étape n’est remplie à cette date."
CAUTION = (
    "Cette analyse décrit des mesures de protection : elle se présente à l’autorité de contrôle et ne se communique "
    "pas telle quelle (CRPA, art. L311-5, 2° d)."
)
ASKS = (
    ("RGPD, art. 35 §7", "Description, nécessité, risques, mesures", "Texte lu"),
    ("RGPD, art. 35 §2 et §9", "L’avis du délégué, et des personnes s’il y a lieu", "Texte lu"),
    ("RGPD, art. 36", "Consulter l’autorité si le risque résiduel reste élevé", "Texte lu"),
    ("CNIL, échelles de gravité et de vraisemblance", "Quatre niveaux, de négligeable à maximal", "Doctrine lue"),
)
"""Each text, what it asks, and how it was read."""
SIGNS = ("Délégué·e à la protection des données", "Responsable du traitement")


def charts(dossier: Dossier) -> Mapping[str, Bars]:
    """The levels of each risk, before and after the measures: likelihood beside severity, never their sum."""
    return levels(dossier, COLUMNS, HIGHEST)


def frame(dossier: Dossier) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return framed(dossier, TITLE)
