"""What the register of breaches offers the renderer: its words; the rest is that of documents made of sheets."""

from collections.abc import Mapping

from registry.reporting.sheets import Dossier, bars, framed, from_canonical, from_sample, tables, to_canonical
from registry.reporting.vocabulary import Bars, Frame

__all__ = ["charts", "frame", "from_canonical", "from_sample", "tables", "to_canonical"]

TITLE = "Registre des violations de données"
LAW = "Règlement (UE) 2016/679, article 33 §5"
SHEETS = "Violations"
COUNTED = "Délai de 72 heures"
COLUMNS = "closes", "ouvertes"
INTRODUCTION = (
    "Toute violation de données à caractère personnel est inscrite ici, notifiée ou non : ses faits, ses effets et les "
    "mesures prises. L’autorité de contrôle vérifie, sur ce registre, que l’article 33 est respecté."
)
NOTHING = "Aucune violation n’est inscrite à cette date. Une perte de clé, un courriel mal adressé en sont une."
CAUTION = (
    "Ce registre décrit des failles et des mesures de protection : il se présente à l’autorité de contrôle "
    "(art. 33 §5) et ne se communique pas (CRPA, art. L311-5, 2° d)."
)
ASKS = (
    ("RGPD, art. 33 §5", "Documenter toute violation : faits, effets, mesures", "Texte lu"),
    (
        "RGPD, art. 33 §1 et §4",
        "Notifier sous 72 heures, par étapes ; dire les motifs d’un retard",
        "Texte lu",
    ),
    ("RGPD, art. 34", "Informer les personnes quand le risque est élevé", "Texte lu"),
)
"""Each text, what it asks, and how it was read."""
SIGNS = ("Délégué·e à la protection des données", "Responsable de la sécurité des systèmes", "Direction générale")


def charts(dossier: Dossier) -> Mapping[str, Bars]:
    """The figures of the summary, drawn."""
    return bars(dossier, COLUMNS)


def frame(dossier: Dossier) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return framed(dossier, TITLE)
