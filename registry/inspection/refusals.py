"""Why a file or a database cannot be inspected, in one sentence: what, where, and what to do; never a value."""

from collections.abc import Mapping

from registry.inspection.problems import Detail, Problem
from registry.kernel.errors import Refusal, TooLarge, Unreadable
from registry.kernel.words import _, mark

_BROKEN = mark(
    "Ce classeur est abîmé ou n’en est pas un : une de ses parties ne se lit pas. Ouvrez-le dans un tableur, et "
    "enregistrez-le de nouveau en XLSX, ODS ou CSV."
)
_SENTENCES = {
    Problem.ARCHIVE: mark(
        "Ce fichier est une archive {kind} : décompressez-la, puis donnez le tableau qu’elle contient."
    ),
    Problem.ARCHIVE_BOMB: mark(
        "Cette archive se déplie en bien plus que ce qu’elle pèse, ou tient trop de fichiers, comme un fichier piégé : "
        "elle n’est pas lue."
    ),
    Problem.BROKEN_ARCHIVE: mark(
        "Cette archive est abîmée, ou un de ses tableaux n’est pas du texte en UTF-8 séparé par des virgules : "
        "faites-la de nouveau."
    ),
    Problem.ODD_ARCHIVE: mark(
        "Cette archive nomme un fichier deux fois, ou hors de son propre dossier : elle n’est pas lue. Faites-la de "
        "nouveau."
    ),
    Problem.PROTECTED_ARCHIVE: mark("Cette archive est protégée par un mot de passe : refaites-la sans."),
    Problem.BROKEN_XML: mark(
        "Ce XML est mal formé, à la ligne {line} : écrivez-le de nouveau avec le logiciel dont il vient."
    ),
    Problem.XML_DOCTYPE: mark(
        "Ce XML déclare un type de document (DOCTYPE), qui peut porter un piège : il n’est pas lu. Retirez cette "
        "déclaration."
    ),
    Problem.BINARY: mark(
        "Ce fichier n’est pas du texte lisible (octet de contrôle à la position {offset}) : donnez un tableau CSV, "
        "XLSX, ODS ou Parquet."
    ),
    Problem.BOMB: mark(
        "Ce classeur se déplie en bien plus que ce qu’il pèse, comme un fichier piégé : il n’est pas lu. Gardez-en un "
        "extrait, et enregistrez-le en CSV."
    ),
    Problem.BROKEN_PARQUET: mark(
        "Ce fichier Parquet est abîmé, ou d’une sorte que le registre ne lit pas : une de ses parties ne se lit pas. "
        "Téléchargez-le ou écrivez-le de nouveau, ou donnez-en un extrait en CSV."
    ),
    Problem.BROKEN_JSON: mark(
        "Ce fichier JSON est mal formé : une de ses parties ne se lit pas. Écrivez-le de nouveau avec le logiciel dont "
        "il vient."
    ),
    Problem.BROKEN_PDF: mark("Ce PDF est abîmé : une de ses parties ne se lit pas. Enregistrez-le de nouveau."),
    Problem.BROKEN_WORKBOOK: _BROKEN,
    Problem.CUT_SHORT: mark(
        "Ce fichier n’est pas complet : sa fin manque. Téléchargez-le ou copiez-le de nouveau, en entier."
    ),
    Problem.DOCTYPE: _BROKEN,
    Problem.SYNTAX_NOWHERE: _BROKEN,
    Problem.EMPTY: mark("Ce fichier est vide : vérifiez qu’il a été enregistré ou téléchargé en entier."),
    Problem.ENCODING: mark(
        "Ce fichier n’est pas en {encoding} comme il devrait, et l’encodage de Windows ne le lit pas non plus : "
        "enregistrez-le en UTF-8."
    ),
    Problem.FORBIDDEN: mark(
        "Ce fichier ne peut pas être ouvert : {name}. Vérifiez les droits d’accès du compte qui exécute le registre."
    ),
    Problem.HTML: mark("Ce fichier est une page web, pas un tableau : téléchargez le fichier lui-même."),
    Problem.MISSING: mark("Il n’y a pas de fichier ici : {name}. Vérifiez le chemin."),
    Problem.NO_ROWS: mark(
        "Ce tableau n’a pas de ligne remplie sous son en-tête : vérifiez que la bonne feuille est remplie et visible."
    ),
    Problem.NO_SUCH_COLUMN: mark(
        "Aucune colonne de ce fichier ne s’appelle « {name} » : écrivez son nom comme dans l’en-tête. Ses colonnes "
        "sont : {columns}."
    ),
    Problem.OLD_WORKBOOK: mark(
        "Ce fichier est un classeur d’un ancien format (.xls), ou protégé par un mot de passe : ouvrez-le dans un "
        "tableur, et enregistrez-le en XLSX, ODS ou CSV, sans mot de passe."
    ),
    Problem.OPEN_QUOTE: mark(
        "Un guillemet ouvert à la ligne {line} n’est jamais refermé : tout ce qui suit tiendrait dans une cellule. "
        "Refermez-le, ou enregistrez le tableau de nouveau."
    ),
    Problem.OTHER_DOCUMENT: mark(
        "Ce fichier est un document {kind}, pas un tableau : donnez un CSV, un XLSX, un ODS ou un Parquet."
    ),
    Problem.OUT_OF_MEMORY: mark(
        "La lecture de ce fichier demande plus de mémoire que la limite de {limit} Mio : donnez-en un extrait, par "
        "exemple ses mille premières lignes, en CSV."
    ),
    Problem.OUT_OF_TIME: mark(
        "La lecture de ce fichier a dépassé la limite de {limit} s : donnez-en un extrait, par exemple ses mille "
        "premières lignes, en CSV."
    ),
    Problem.PROGRAM: mark("Ce fichier est un programme, quel que soit son nom : il n’est pas lu."),
    Problem.PROTECTED_PARQUET: mark(
        "Ce fichier Parquet est chiffré : demandez à qui l’a écrit un extrait qui ne l’est pas."
    ),
    Problem.PROTECTED_PDF: mark("Ce PDF est protégé par un mot de passe : ôtez-le, et enregistrez de nouveau."),
    Problem.PROTECTED_WORKBOOK: mark(
        "Ce classeur est protégé par un mot de passe : ôtez-le dans le tableur, et enregistrez de nouveau."
    ),
    Problem.TOO_LARGE: mark(
        "Ce fichier pèse {size} Mio et la limite est de {limit} Mio : donnez-en un extrait, en CSV."
    ),
}
_UNFORESEEN = mark(
    "La lecture de ce fichier a échoué pour une raison que le registre n’a pas prévue ({kind}). Rien n’en a été gardé "
    ": essayez avec un extrait en CSV, ou signalez-le à la personne qui administre le registre."
)


class NotInspected(Unreadable):
    """A file cannot be inspected: why, for whoever says it later in another language."""

    def __init__(self, message: str, problem: Problem, details: Mapping[str, Detail]) -> None:
        super().__init__(message)
        self.problem, self.details = problem, dict(details)


def say_problem(problem: Problem, details: Mapping[str, Detail]) -> str:
    """Why a file cannot be inspected, in the reader's language."""
    return _(_SENTENCES.get(problem, _UNFORESEEN)).format(**{"kind": str(problem), **details})


def refusal_of(problem: Problem, details: Mapping[str, Detail]) -> Refusal:
    """The refusal to raise for a problem, said in the reader's language."""
    message = say_problem(problem, details)
    return TooLarge(message) if problem is Problem.TOO_LARGE else NotInspected(message, problem, details)
