"""What the sheet of a dataset offers the renderer: its words; the rest is that of documents made of sheets."""

from collections.abc import Mapping

from registry.reporting.sheets import Dossier, bars, framed, from_canonical, from_sample, tables, to_canonical
from registry.reporting.vocabulary import Bars, Frame

__all__ = ["charts", "frame", "from_canonical", "from_sample", "tables", "to_canonical"]

TITLE = "Fiche d’un jeu de données"
LAW = "Code des relations entre le public et l’administration ; règlement (UE) 2016/679"
SHEETS = "Le jeu, part par part"
COUNTED = "Portée de la règle"
COLUMNS = "suivies", "ouvertes"
INTRODUCTION = (
    "Ce que le registre sait d’un jeu de données : ce que c’est, qui en répond, ce que la loi en dit, ce qui fut "
    "décidé, par quelles étapes il est passé, et ce qui reste à mettre en règle. Une règle est ouverte quand elle "
    "n’est pas suivie, ou quand une information manque pour le dire."
)
NOTHING = "Aucune règle ne juge ce jeu à cette date."
CAUTION = (
    "Document interne : il peut citer des secrets et des mesures de protection. Les traitements et les contrats "
    "d’autres organismes n’y sont pas repris."
)
ASKS = (
    ("CRPA, art. L311-5 et L311-6", "Les secrets qui empêchent de communiquer", "Texte lu"),
    ("CRPA, art. L312-1-1", "Décider de la publication en ligne", "Texte lu"),
    ("RGPD, art. 6", "Une base légale pour chaque traitement de données personnelles", "Texte lu"),
)
"""Each text, what it asks, and how it was read."""
SIGNS = ("Propriétaire du jeu", "Service juridique", "Délégué·e à la protection des données")


def charts(dossier: Dossier) -> Mapping[str, Bars]:
    """The figures of the summary, drawn."""
    return bars(dossier, COLUMNS)


def frame(dossier: Dossier) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return framed(dossier, TITLE)
