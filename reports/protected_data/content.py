"""What the list of protected data offers the renderer: its words; the rest is that of sheets."""

from collections.abc import Mapping

from registry.reporting.sheets import Dossier, bars, framed, from_canonical, from_sample, to_canonical
from registry.reporting.sheets import listed as tables
from registry.reporting.vocabulary import Bars, Frame

__all__ = ["charts", "frame", "from_canonical", "from_sample", "tables", "to_canonical"]

TITLE = "Liste des données protégées"
LAW = "Règlement (UE) 2022/868, gouvernance des données, articles 3, 5 et 8, applicable depuis le 24 septembre 2023"
SHEETS = "Les jeux, ceux que l’on peut réutiliser d’abord"
COUNTED = "Ce qui protège"
COLUMNS = "réutilisable sous conditions", "non offert"
INTRODUCTION = (
    "Des données qu’un secret ou un droit protège peuvent être réutilisées sous conditions, si qui les détient le "
    "décide : rien ne l’y oblige. Pour celles qu’il offre, la liste tenue par le point d’information unique dit au "
    "moins le format, la taille et les conditions ; c’est ce que ce document prépare. Un jeu que deux droits protègent "
    "est compté deux fois."
)
NOTHING = "Aucun jeu de ce périmètre n’est protégé par un secret ou un droit, pour ce que le registre connaît."
CAUTION = (
    "Un jeu dont personne n’a dit ce qui le protège n’est pas dans cette liste, ni un jeu publié. Qu’un jeu porte des "
    "données personnelles ne dit pas que le règlement le vise : cela se juge jeu par jeu, et ce qui n’a pas été jugé "
    "est à part."
)
ASKS = (
    ("Règlement (UE) 2022/868, art. 3 §1", "Secrets des affaires et statistique, tiers, personnes", "Lu, en anglais"),
    ("Règlement (UE) 2022/868, art. 5 §1", "Publier les conditions et la procédure de demande", "Lu, en anglais"),
    ("Règlement (UE) 2022/868, art. 8 §2", "Format, taille, conditions, au point unique", "Lu, en anglais"),
    ("Règlement (UE) 2022/868, art. 3 §2", "Ce que le règlement laisse de côté", "Lu, non contrôlé"),
    ("Règlement (UE) 2022/868, art. 4 et 6", "Les exclusivités ; les redevances", "Non contrôlé"),
)
"""Each text, what it asks, and how it was read."""
SIGNS = ("Délégué ou déléguée à la protection des données", "Service juridique", "Direction générale")


def charts(dossier: Dossier) -> Mapping[str, Bars]:
    """The figures of the summary, drawn."""
    return bars(dossier, COLUMNS)


def frame(dossier: Dossier) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return framed(dossier, TITLE)
