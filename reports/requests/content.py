"""What the register of requests offers the renderer: its words; the rest is that of documents made of sheets."""

from collections.abc import Mapping

from registry.reporting.sheets import Dossier, bars, framed, from_canonical, from_sample, tables, to_canonical
from registry.reporting.vocabulary import Bars, Frame

__all__ = ["charts", "frame", "from_canonical", "from_sample", "tables", "to_canonical"]

TITLE = "Registre des demandes"
LAW = "RGPD, articles 12 et 15 à 22 ; code des relations entre le public et l’administration"
SHEETS = "Demandes"
COUNTED = "Régime"
COLUMNS = "répondues", "ouvertes"
INTRODUCTION = (
    "Quatre régimes sont tenus à part : les droits de la personne sur ses données, la communication de documents, la "
    "réutilisation, l’échange entre administrations. Chacun compte ses délais selon son texte."
)
NOTHING = "Aucune demande n’est inscrite à cette date."
CAUTION = (
    "Les demandes sont désignées par leur numéro : l’identité des personnes n’est pas reproduite ici. Ce document "
    "reste à usage interne."
)
ASKS = (
    ("RGPD, art. 12 §3", "Répondre dans le mois, prolongé de deux mois au plus et annoncé dans le premier", "Texte lu"),
    ("RGPD, art. 15 à 22", "Les droits de la personne", "Texte lu"),
    ("CRPA, art. L311-1 et suivants", "La communication des documents administratifs", "Texte lu"),
)
"""Each text, what it asks, and how it was read."""
SIGNS = ("Délégué·e à la protection des données", "Responsable de l’accès aux documents", "Direction générale")


def charts(dossier: Dossier) -> Mapping[str, Bars]:
    """The figures of the summary, drawn."""
    return bars(dossier, COLUMNS)


def frame(dossier: Dossier) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return framed(dossier, TITLE)
