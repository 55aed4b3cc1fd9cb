"""What the note on a contract offers the renderer: its words; the rest is that of documents made of sheets."""

from collections.abc import Mapping

from registry.reporting.sheets import Dossier, bars, framed, from_canonical, from_sample, to_canonical
from registry.reporting.sheets import told_whole as tables
from registry.reporting.vocabulary import Bars, Frame

__all__ = ["charts", "frame", "from_canonical", "from_sample", "tables", "to_canonical"]

TITLE = "Note sur un contrat"
LAW = "Code de la commande publique ; code général des collectivités territoriales, L1411-1 et suivants"
SHEETS = "Ce qu’il faut décider, et sur quoi"
COUNTED = "Clauses de données cherchées, comptées jeu par jeu"
COLUMNS = "en vigueur", "pas en vigueur"
INTRODUCTION = (
    "Ce que le contrat fait des données du service, tel qu’il s’applique au jour de la note : qui doit remettre quoi, "
    "depuis quel avenant, ce qui manque et ce qu’il faut décider. Une clause est comptée absente quand aucune n’est "
    "en vigueur ce jour-là ; tant que le contrat n’a pas été relu en entier, elle y est peut-être."
)
NOTHING = "Aucune clause n’est cherchée dans un tel contrat."
CAUTION = (
    "Document préparatoire : il peut citer des informations que le secret des affaires protège. Ce que la loi donne "
    "est dit à part de ce que le contrat dit."
)
ASKS = (
    (
        "CCP, art. L3131-2 al. 1",
        "Le concessionnaire fournit, en standard ouvert, les données du service indispensables à son exécution",
        "Texte lu",
    ),
    (
        "CCP, art. L3131-2 al. 2",
        "Contrats consultés avant le 9 octobre 2016 : ces données ne sont dues que pour préparer le renouvellement",
        "Texte lu",
    ),
    (
        "CCP, art. L3131-4",
        "Un droit d’extraire et d’exploiter ces données ; lever une clause contraire est déduit par le registre",
        "Déduit du texte lu, à valider",
    ),
    ("CGCT, art. L1411-3", "Le rapport annuel du délégataire est présenté à l’assemblée", "Source secondaire"),
    ("RGPD, art. 26 et 28", "Le rôle de chaque partie au titre des données personnelles", "Texte lu"),
    ("Stipulations du contrat", "Les clauses cherchées et leur liste", "Méthode du registre, à valider"),
)
"""Each text, what it asks, and how it was read."""
SIGNS = ("Direction du service concédant", "Service juridique", "Élu·e délégué·e")


def charts(dossier: Dossier) -> Mapping[str, Bars]:
    """The figures of the summary, drawn."""
    return bars(dossier, COLUMNS)


def frame(dossier: Dossier) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return framed(dossier, TITLE)
