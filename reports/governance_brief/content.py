"""What the governance brief offers the renderer: its words; the rest is that of sheets."""

from collections.abc import Mapping

from registry.reporting.sheets import Dossier, bars, framed, from_canonical, from_sample, to_canonical
from registry.reporting.sheets import listed as tables
from registry.reporting.vocabulary import Bars, Frame

__all__ = ["charts", "frame", "from_canonical", "from_sample", "tables", "to_canonical"]

TITLE = "Note de gouvernance de la donnée"
LAW = "Ce que la collectivité s’est donné à elle-même ; aucun texte ne l’impose, sauf mention"
SHEETS = "Instances, décisions, actions, formations"
COUNTED = "Ce que l’on s’était promis"
COLUMNS = "tenu", "en retard ou à faire"
INTRODUCTION = (
    "Qui décide de la donnée, à quel rythme, ce qui fut décidé depuis douze mois, ce qui reste à faire et ce qui s’est "
    "appris. Les enjeux, les services et les chiffres de conformité sont dans la note de la direction."
)
NOTHING = "Aucune instance, action ni formation n’est inscrite au registre pour ce périmètre."
CAUTION = (
    "Le registre dit ce qui y fut inscrit : une séance ou une formation que personne n’a notée n’y est pas. Les textes "
    "des décisions sont ceux de leur procès-verbal, tels que recopiés."
)
ASKS = (
    ("Gouvernance interne", "Instances, rythme, plan d’actions : ce que la collectivité décide", "Choix interne"),
    ("Règlement (UE) 2024/1689, art. 4", "Maîtrise de l’IA par le personnel qui s’en sert", "Voir la règle ACC-05"),
)
"""Each text, what it asks, and how it was read."""
SIGNS = ("Référent ou référente données", "Présidence de l’instance de pilotage", "Direction générale")


def charts(dossier: Dossier) -> Mapping[str, Bars]:
    """The figures of the summary, drawn."""
    return bars(dossier, COLUMNS)


def frame(dossier: Dossier) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return framed(dossier, TITLE)
