"""What the directory of public information offers the renderer: its words; the rest is that of sheets."""

from collections.abc import Mapping

from registry.reporting.sheets import Dossier, bars, framed, from_canonical, from_sample, to_canonical
from registry.reporting.sheets import listed as tables
from registry.reporting.vocabulary import Bars, Frame

__all__ = ["charts", "frame", "from_canonical", "from_sample", "tables", "to_canonical"]

TITLE = "Répertoire des informations publiques"
LAW = "Code des relations entre le public et l’administration, articles L322-6 et R322-7"
SHEETS = "Le répertoire"
COUNTED = "Ce que dit chaque document inscrit"
COLUMNS = "dit", "à dire"
INTRODUCTION = (
    "Une administration qui produit ou détient des informations publiques tient à la disposition de chacun un "
    "répertoire de ses principaux documents, et en publie chaque année une version mise à jour. Il dit de chacun son "
    "titre exact, son objet, sa date de création, les conditions de sa réutilisation et, s’il y en a, la date et "
    "l’objet de ses mises à jour."
)
NOTHING = "Aucun document n’est inscrit au répertoire de cet organisme."
CAUTION = (
    "Le répertoire ne dit que les jeux inscrits au registre et marqués comme y figurant. Le registre garde la date et "
    "le rythme des mises à jour, non leur objet ; la date de création n’y est pas non plus, celle de la première "
    "publication en tient lieu. Émettre ce document ne le met pas en ligne."
)
ASKS = (
    ("CRPA, art. L322-6", "Tenir le répertoire, en publier une version à jour chaque année", "Texte lu"),
    ("CRPA, art. R322-7", "Les rubriques du répertoire ; en ligne si l’autorité a un site", "Texte lu"),
    ("CRPA, art. L322-6, dernier alinéa", "Publier conditions, redevances et bases de calcul", "Texte lu"),
)
"""Each text, what it asks, and how it was read."""
SIGNS = ("Personne responsable de l’accès aux documents", "Service juridique", "Direction générale")


def charts(dossier: Dossier) -> Mapping[str, Bars]:
    """The figures of the summary, drawn."""
    return bars(dossier, COLUMNS)


def frame(dossier: Dossier) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return framed(dossier, TITLE)
