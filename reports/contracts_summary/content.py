"""What the summary of contracts offers the renderer: its words; the rest is that of documents made of sheets."""

from collections.abc import Mapping

from registry.reporting.sheets import Dossier, bars, framed, from_canonical, from_sample, to_canonical
from registry.reporting.sheets import told_whole as tables
from registry.reporting.vocabulary import Bars, Frame

__all__ = ["charts", "frame", "from_canonical", "from_sample", "tables", "to_canonical"]

TITLE = "Synthèse des contrats"
LAW = "Code de la commande publique ; code général des collectivités territoriales, L1411-1 et suivants"
SHEETS = "Ce qu’il faut regarder, et tous les contrats"
COUNTED = "Nature du contrat"
COLUMNS = "jugé, sans manquement", "avec une obligation non suivie", "non jugé, en tout ou partie"
INTRODUCTION = (
    "Les contrats et conventions par lesquels des données du service public sont produites, tenues ou remises, au jour "
    "de la synthèse. Un contrat est compté en manquement quand une obligation de la loi, jugée sur ce que le registre "
    "sait, n’est pas suivie. Il est non jugé quand un fait que personne n’a noté empêche de juger une de ses "
    "obligations, ou qu’aucune n’y est jugée : le registre ne sait pas s’il est en règle. Les contrats terminés ne "
    "sont pas dans ces nombres. Chacun a sa note, qui s’émet depuis sa page."
)
NOTHING = "Aucun contrat n’est au registre à cette date."
CAUTION = (
    "Document préparatoire : il peut citer des informations que le secret des affaires protège. Les contrats d’autres "
    "organismes n’y sont pas repris."
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
    (
        "Textes cités à chaque contrat",
        "Leur portée et leur niveau de preuve sont dans la note de ce contrat et sur sa page",
        "À valider par le service juridique",
    ),
    ("Stipulations du contrat", "Les clauses cherchées et leur liste", "Méthode du registre, à valider"),
)
"""Each text, what it asks, and how it was read."""
SIGNS = ("Direction générale", "Service juridique")


def charts(dossier: Dossier) -> Mapping[str, Bars]:
    """The figures of the summary, drawn."""
    return bars(dossier, COLUMNS)


def frame(dossier: Dossier) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return framed(dossier, TITLE)
