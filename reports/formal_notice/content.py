"""What a formal notice offers the renderer: its words; the rest is that of documents made of sheets."""

from collections.abc import Mapping

from registry.reporting.sheets import Dossier, bars, framed, from_canonical, from_sample, tables, to_canonical
from registry.reporting.vocabulary import Bars, Frame

__all__ = ["charts", "frame", "from_canonical", "from_sample", "tables", "to_canonical"]

TITLE = "Mise en demeure"
LAW = "Qui met en demeure, qui est mis en demeure, et sur quel fondement"
SHEETS = "Les faits, le contrat, la demande"
COUNTED = "Relances"
COLUMNS = "envoyées", "sans effet"
INTRODUCTION = (
    "Le titulaire n’a pas livré, au jour convenu, ce que le contrat lui fait remettre, et une relance est restée sans "
    "effet. Ce document dit ce qui est dû, depuis quand, ce qu’en dit le contrat, la pénalité encourue à ce jour, et "
    "le délai laissé pour se conformer."
)
NOTHING = "Rien n’est en retard à cette date."
CAUTION = (
    "À valider par le service juridique avant tout envoi : ce document n’oblige personne tant qu’il n’est ni approuvé "
    "ni signé, et le décompte des jours est un choix de méthode."
)
ASKS = (
    (
        "CCP, art. L3131-2, al. 1",
        "Si « Fondement » l’invoque : consultation engagée depuis le 9 octobre 2016, données indispensables",
        "Texte lu",
    ),
    ("Stipulations du contrat", "L’échéance, le délai de grâce, la pénalité et son plafond", "Relevées au contrat"),
    ("Relance avant la mise en demeure", "Aucun texte ne l’impose ici", "Méthode du registre, à valider"),
)
"""Each text, what it asks, and how it was read."""
SIGNS = ("Pour l’autorité concédante : nom et fonction de qui signe",)


def charts(dossier: Dossier) -> Mapping[str, Bars]:
    """The figures of the summary, drawn."""
    return bars(dossier, COLUMNS)


def frame(dossier: Dossier) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return framed(dossier, TITLE)
