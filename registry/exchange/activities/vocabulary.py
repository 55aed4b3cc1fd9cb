"""What is read of a record of processing in a file, as plain values, and what is said of it."""

from dataclasses import dataclass, field
from typing import Any

from registry.exchange.vocabulary import Severity
from registry.kernel.words import mark


@dataclass(frozen=True)
class Sheet:
    """A sheet of a file as texts: the number of each line with its cells."""

    name: str
    rows: list[tuple[int, list[str]]]


@dataclass(frozen=True)
class Remark:
    """Something wrong or doubtful: which sentence, of which value, in which column; of which field if one chooses."""

    code: str
    value: str = ""
    column: str = ""
    field: str = ""


@dataclass
class ReadActivity:
    """One activity as a file describes it.

    `values` are the fields of its form by name, `parts` what stands below it by kind; `owner` is what the file calls
    the body whose record it stands in, `owner_name` the name it gives beside a key. With `whole`, a kind of part that
    is given is all there is of it, as in a table of ours; else it adds to what stands. `extra` is what no field holds:
    it is kept among the notes.
    """

    sheet: str
    line: int
    values: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    owner: str = ""
    owner_name: str = ""
    whole: bool = False
    extra: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def remark(self, code: str, value: str = "", column: str = "") -> None:
        """Notes something wrong or doubtful."""
        self.remarks.append(Remark(code, value[:_SHORT], column))

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.values.get("name") or "")


@dataclass
class ReadRecord:
    """A file read to its end: its activities, what is said of it as a whole, and the columns that no field takes."""

    layout: str
    activities: list[ReadActivity]
    remarks: list[Remark] = field(default_factory=list)
    left: list[tuple[str, int, str]] = field(default_factory=list)


_SHORT = 200
"""Units: characters. What is quoted of a cell."""
OWN, CNIL, TABLE = "own", "cnil", "table"
LAYOUTS = {
    OWN: mark("Export de ce registre"),
    CNIL: mark("Registre simplifié de la CNIL"),
    TABLE: mark("Tableau, une ligne par traitement"),
}
_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTICE
SENTENCES: dict[str, tuple[Severity, str]] = {
    "form": (_E, mark("« {value} »")),
    "nameless": (
        _E, mark("Cette ligne n’a pas de nom de traitement : donnez-en un, tel que les services l’appellent."),
    ),
    "twice": (
        _E, mark("Un traitement au-dessus porte déjà ce nom ou cette référence (« {value} ») : gardez-en un, ou "
                 "donnez à chacun sa référence."),
    ),
    "several": (
        _E, mark("Le registre a plusieurs traitements du nom de « {value} » : donnez la référence de celui que vous "
                 "voulez."),
    ),
    "annulled": (
        _E, mark("Ce traitement est annulé au registre : rétablissez-le avant de l’importer, ou changez la référence."),
    ),
    "owner-unknown": (
        _E, mark("« {value} » n’est pas une organisation de ce registre : corrigez son nom, ou donnez son SIREN."),
    ),
    "owner-several": (_E, mark("Plusieurs organisations s’appellent « {value} » : donnez le SIREN.")),
    "owner-mismatch": (
        _E, mark("La clef et le nom désignent deux organisations différentes (« {value} ») : corrigez l’un des deux, "
                 "ou videz la colonne « Organisation »."),
    ),
    "owner-renamed": (
        _W, mark("« {value} » n’est pas le nom que le registre donne à cette clef : la fiche irait au registre de "
                 "l’organisation de la clef. Vérifiez."),
    ),
    "owner-forbidden": (
        _E, mark("Vous ne tenez pas le registre de « {value} » : demandez à qui le tient d’importer cette ligne."),
    ),
    "basis": (
        _E, mark("« {value} » n’est pas une base légale : choisissez le consentement, le contrat, l’obligation légale, "
                 "la sauvegarde des intérêts vitaux, la mission d’intérêt public ou l’intérêt légitime."),
    ),
    "basis-without-text": (
        _N, mark("La base « {value} » repose sur un texte, et aucun n’est donné : la fiche est reprise, dites-le "
                 "ensuite (RGPD art. 6 §3)."),
    ),
    "choice": (_E, mark("« {value} » n’est pas dans la liste. Écrivez l’un de ces choix : {choices}.")),
    "day": (_E, mark("« {value} » n’est pas une date possible : écrivez-la JJ/MM/AAAA.")),
    "day-unclear": (
        _E, mark("« {value} » peut se lire comme plusieurs jours : écrivez le jour JJ/MM/AAAA, l’année sur quatre "
                 "chiffres."),
    ),
    "day-partial": (_N, mark("« {value} » ne dit pas le jour : le premier de la période est repris. Vérifiez.")),
    "cell": (_E, mark("« {value} » ne se lit pas dans cette colonne : écrivez-la comme dans l’export du registre.")),
    "value": (_W, mark("« {value} » n’est pas une valeur connue de ce champ : elle est gardée dans les notes.")),
    "people": (
        _N, mark("« {value} » n’est pas une catégorie de personnes connue : elle est rangée dans « Autres personnes », "
                 "avec ses mots."),
    ),
    "data": (
        _W, mark("« {value} » n’est pas une catégorie de données connue : le texte est gardé dans les notes. "
                 "Choisissez une catégorie sur la fiche."),
    ),
    "sensitive": (
        _N, mark("Le fichier annonce des données sensibles sans dire lesquelles : ajoutez-les sur la fiche."),
    ),
    "retention": (
        _N, mark("« {value} » ne se compte pas en mois : le texte est gardé comme départ de la durée. Dites la durée."),
    ),
    "people-missing": (
        _N, mark("Le fichier ne dit pas de qui sont ces données : elles sont rangées dans « Autres personnes ».")),
    "adequacy": (
        _W, mark("« {value} » : aucune décision d’adéquation ne couvre ce transfert selon la liste des pays, ou rien "
                 "ne montre que ce destinataire en relève. Le texte est gardé comme pièce : dites sur la fiche ce qui "
                 "permet le transfert."),
    ),
    "status": (
        _N, mark("Le fichier ne dit pas où en est ce traitement : « {value} » est retenu d’après ses dates. Vérifiez."),
    ),
    "country": (_W, mark("« {value} » n’est pas un pays connu : le transfert est gardé dans les notes.")),
    "measure": (_N, mark("« {value} » n’est pas une mesure de la liste : le texte est gardé dans la description.")),
    "system": (
        _W, mark("« {value} » n’est pas un système d’information de ce registre : le nom est gardé dans les notes. "
                 "Inscrivez le système, puis rattachez-le."),
    ),
    "dataset": (
        _W, mark("« {value} » n’est pas un jeu que vous pouvez lire ici : le lien n’est pas repris."),
    ),
    "principal": (
        _W, mark("« {value} » n’est pas une organisation de ce registre : le nom est gardé dans les notes."),
    ),
    "fiche-empty": (_N, mark("La feuille « {value} » est un modèle ou un exemple : elle n’est pas lue.")),
    "fiches-left": (
        _N, mark("Les fiches de ce classeur ne sont pas relues : la feuille « registre » dit tout. Corrigez-la là."),
    ),
    "changed-since": (
        _N, mark("Ce traitement a changé depuis l’aperçu : il est resté tel quel. Importez de nouveau le fichier."),
    ),
    "kept-by-undo": (
        _N, mark("Ce traitement a servi ou changé depuis l’import : il est resté tel quel."),
    ),
}  # fmt: skip
"""Each thing that may be said of a file or of one of its activities: what, and what to do."""


def severity_of(code: str) -> Severity:
    """How much a remark costs the activity it is about."""
    return SENTENCES[code][0]
