"""What the annual review of a record offers the renderer: its words; the rest is that of documents made of sheets."""

from collections.abc import Mapping

from registry.reporting.sheets import Dossier, bars, framed, from_canonical, from_sample, tables, to_canonical
from registry.reporting.vocabulary import Bars, Frame

__all__ = ["charts", "frame", "from_canonical", "from_sample", "tables", "to_canonical"]

TITLE = "Revue annuelle du registre des traitements"
LAW = "Règlement (UE) 2016/679, articles 5 §2, 24 et 30"
SHEETS = "Points revus"
COUNTED = "Point revu"
COLUMNS = "faits", "à faire"
INTRODUCTION = (
    "Une fois l’an, le registre est relu : ce qui y est entré, ce qui en est sorti, ce que personne n’a revu, les "
    "analyses d’impact dues, les mesures de protection et celles des analyses d’impact en retard, les violations et "
    "les demandes de l’année. La dernière page se signe : la signature atteste que chaque service a relu ses fiches "
    "et que ce qui reste à faire lui a été présenté."
)
NOTHING = "Rien n’est inscrit au registre à cette date : il est à ouvrir."
CAUTION = (
    "Cette revue compte les violations et les demandes et nomme des mesures de protection : elle se présente à "
    "l’autorité de contrôle et ne se communique pas telle quelle (CRPA, art. L311-5, 2° d)."
)
ASKS = (
    ("RGPD, art. 5 §2 et 24 §1", "Montrer que les règles sont suivies ; réexaminer les mesures", "Texte lu"),
    ("RGPD, art. 30", "Tenir le registre des activités de traitement", "Texte lu"),
    ("RGPD, art. 35 §11", "Réexaminer une analyse d’impact quand le risque change", "Texte lu"),
    ("RGPD, art. 39 §1 b", "Le délégué contrôle que le règlement est respecté", "Texte lu"),
    ("Une revue par an", "Aucun texte ne fixe cette période : c’est un usage", "Usage"),
)  # fmt: skip
"""Each text, what it asks, and how it was read."""
SIGNS = ("Délégué·e à la protection des données", "Direction générale des services", "Responsable du traitement")


def charts(dossier: Dossier) -> Mapping[str, Bars]:
    """The figures of the summary, drawn."""
    return bars(dossier, COLUMNS)


def frame(dossier: Dossier) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return framed(dossier, TITLE)
