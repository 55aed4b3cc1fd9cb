"""What the report of obligations to publish offers the renderer: its words; the rest is that of sheets."""

from collections.abc import Mapping

from registry.reporting.sheets import Dossier, bars, framed, from_canonical, from_sample, to_canonical
from registry.reporting.sheets import listed as tables
from registry.reporting.vocabulary import Bars, Frame

__all__ = ["charts", "frame", "from_canonical", "from_sample", "tables", "to_canonical"]

TITLE = "Obligations de publication en ligne"
LAW = "Code des relations entre le public et l’administration, articles L312-1-1 et L322-6"
SHEETS = "Les obligations, les retards d’abord"
COUNTED = "Ce que la loi demande"
COLUMNS = "fait", "dû ou à établir"
INTRODUCTION = (
    "Une administration d’au moins cinquante agents publie en ligne ce que la loi vise ; une commune, si elle compte "
    "aussi 3 500 habitants. Des textes propres à certaines données obligent en deçà. Un jeu tenu à deux titres est "
    "compté deux fois."
)
NOTHING = "Aucune obligation de publier ne pèse sur cet organisme à cette date, pour ce que le registre connaît."
CAUTION = (
    "Le registre juge ce qui y est inscrit. De ce qui n’y est pas, il ne nomme que ce que la loi demande à chacun "
    "quoi qu’il recense ; d’autres textes peuvent obliger."
)
ASKS = (
    ("CRPA, art. L312-1-1", "Publier en ligne, au-dessus des seuils", "Texte lu"),
    ("CRPA, art. D312-1-1-1", "Cinquante agents en équivalents temps plein", "Texte lu"),
    ("CRPA, art. L322-6", "Tenir et publier le répertoire des informations publiques", "Texte lu"),
    ("CGCT, art. L2121-30 II", "Mettre à disposition les noms de voies et les numéros", "Source secondaire"),
    ("Loi n° 2000-321, art. 10", "Publier les données essentielles des subventions", "Source secondaire"),
    ("Code de la commande publique, art. L2196-2", "Publier celles des marchés", "De mémoire, non vérifié"),
    ("Règlement (UE) 2023/138", "Les jeux de forte valeur, par une API", "Source secondaire"),
)
"""Each text, what it asks, and how it was read."""
SIGNS = ("Personne responsable de l’accès aux documents", "Service juridique", "Direction générale")


def charts(dossier: Dossier) -> Mapping[str, Bars]:
    """The figures of the summary, drawn."""
    return bars(dossier, COLUMNS)


def frame(dossier: Dossier) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return framed(dossier, TITLE)
