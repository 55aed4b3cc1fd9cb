"""What the table of high-value datasets that are not available offers the renderer: its words."""

from collections.abc import Mapping

from registry.reporting.sheets import Dossier, bars, framed, from_canonical, from_sample, to_canonical
from registry.reporting.sheets import listed as tables
from registry.reporting.vocabulary import Bars, Frame

__all__ = ["charts", "frame", "from_canonical", "from_sample", "tables", "to_canonical"]

TITLE = "Données de forte valeur non disponibles"
LAW = "Règlement d’exécution (UE) 2023/138, applicable depuis le 9 juin 2024"
SHEETS = "Les jeux, ceux qui manquent d’abord"
COUNTED = "Ce qui est demandé de chaque jeu"
COLUMNS = "fait", "manque"
INTRODUCTION = (
    "L’Union tient six catégories de données pour de forte valeur : géospatial, observation de la Terre et "
    "environnement, météorologie, statistiques, entreprises, mobilité. Elles sont gratuites et à la disposition des "
    "programmes par une interface documentée, aux conditions publiées. Le tableau dit ce qui manque à chaque jeu ; "
    "ce que personne n’a dit n’y est compté ni fait ni manquant."
)
NOTHING = "Aucun jeu de ce périmètre n’est d’une catégorie de forte valeur, pour ce que le registre connaît."
CAUTION = (
    "Le téléchargement de masse, que l’annexe du règlement ne demande que pour certains jeux, n’est pas contrôlé ; "
    "les exceptions à la gratuité, dont celle d’un organisme qui doit couvrir ses coûts, n’ont pas été lues."
)
ASKS = (
    (
        "Règlement (UE) 2023/138, cons. 2",
        "Gratuité, et le moins de restrictions possible",
        "Texte lu, en anglais",
    ),
    ("Règlement (UE) 2023/138, art. 3 §2", "Publier conditions et qualité de service de l’API", "Cité par un tiers"),
    ("Règlement (UE) 2023/138, art. 3 §3", "Documenter l’API dans un format ouvert", "Cité par un tiers"),
    ("Règlement (UE) 2023/138, art. 3 §1 et §4, 4, 5 et annexe", "Les jeux visés, API et téléchargement", "Non lu"),
    ("Profil DCAT-AP HVD", "Citer le règlement sur la fiche : ce n’est pas un texte de droit", "Profil lu"),
)
"""Each text, what it asks, and how it was read."""
SIGNS = ("Référent ou référente données", "Service juridique", "Direction générale")


def charts(dossier: Dossier) -> Mapping[str, Bars]:
    """The figures of the summary, drawn."""
    return bars(dossier, COLUMNS)


def frame(dossier: Dossier) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return framed(dossier, TITLE)
