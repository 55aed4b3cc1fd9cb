"""Why a file is read as no record of processing: what it is, and what this import takes."""

from collections.abc import Mapping

from registry.exchange.refusals import Detail, Problem, refusal_of
from registry.kernel.errors import Refusal, Unreadable
from registry.kernel.words import _, mark

NO_TABLE = mark("Ce fichier n’est pas un tableau : donnez un registre en CSV, XLSX ou ODS.")
_SENTENCES: Mapping[Problem, str] = {
    Problem.ARCHIVE: mark(
        "Ce fichier est une archive {kind} : décompressez-la, puis importez le registre en CSV, XLSX ou ODS qu’elle "
        "contient."
    ),
    Problem.BINARY: mark(
        "Ce fichier n’est ni un texte lisible, ni un classeur : donnez un registre en CSV, XLSX ou ODS."
    ),
    Problem.BOMB: mark(
        "Ce classeur se déplie en bien plus que ce qu’il pèse, comme un fichier piégé : il n’est pas lu. Ouvrez-le, "
        "gardez la seule feuille du registre, et enregistrez-la en CSV."
    ),
    Problem.HTML: mark(
        "Ce fichier est une page web, pas un tableau : demandez à l’outil qui tient le registre son export en CSV, "
        "XLSX ou ODS."
    ),
    Problem.OTHER_DOCUMENT: mark(
        "Ce fichier est un document {kind}, pas un tableau : donnez un registre en CSV, XLSX ou ODS."
    ),
    Problem.TOO_MANY_ROWS: mark(
        "Ce tableau a plus de {limit} lignes remplies : ce n’est sans doute pas un registre des traitements. Si c’en "
        "est un, découpez-le par organisation."
    ),
}
"""What is said otherwise than of a catalogue of datasets."""
_NO_TABLE = frozenset(
    {Problem.DOCTYPE, Problem.ISO_RECORD, Problem.NAMES_ALONE, Problem.NOT_A_PORTAL, Problem.NOT_JSON_LD,
     Problem.OTHER_XML, Problem.PORTAL_ERROR, Problem.REMOTE_CONTEXT, Problem.SYNTAX, Problem.SYNTAX_NEAR,
     Problem.SYNTAX_NOWHERE, Problem.TOO_DEEP, Problem.UNKNOWN_DECLARED, Problem.UNKNOWN_FORMAT}
)  # fmt: skip
"""What can only be met in a file that is no table."""


def refusal_of_record(problem: Problem, details: dict[str, Detail]) -> Refusal:
    """The refusal to raise for a file of a record, said in the reader's language."""
    if problem in _NO_TABLE:
        return Unreadable(_(NO_TABLE))
    sentence = _SENTENCES.get(problem)
    return Unreadable(_(sentence).format(**details)) if sentence else refusal_of(problem, details)
