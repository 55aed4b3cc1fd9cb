"""Why a file cannot be read at all, in one sentence: what, where, and what to do.

A problem travels as a code and its details, because it is met in a child process and said by the parent, in
the reader's language.
"""

from registry.inspection.problems import CannotRead as CannotRead
from registry.inspection.problems import Detail as Detail
from registry.inspection.problems import Problem as Problem
from registry.kernel.errors import Refusal, TooLarge, Unreadable
from registry.kernel.words import _, mark

_SENTENCES = {
    Problem.ARCHIVE: mark(
        "Ce fichier est une archive {kind} : décompressez-la, puis importez le catalogue qu’elle contient."
    ),
    Problem.BINARY: mark(
        "Ce fichier n’est pas du texte lisible (octet nul à la position {offset}) : demandez un export RDF, "
        "ou enregistrez-le en UTF-8."
    ),
    Problem.BOMB: mark(
        "Ce classeur se déplie en bien plus que ce qu’il pèse, comme un fichier piégé : il n’est pas lu. Ouvrez-le, "
        "gardez la seule feuille de l’inventaire, et enregistrez-la en CSV."
    ),
    Problem.BROKEN_WORKBOOK: mark(
        "Ce classeur est abîmé ou n’en est pas un : une de ses parties manque ou ne se lit pas. Ouvrez-le dans un "
        "tableur, et enregistrez-le de nouveau en XLSX, ODS ou CSV."
    ),
    Problem.CUT_SHORT: mark(
        "Ce fichier s’arrête en plein milieu, ligne {line} : il n’a sans doute pas été téléchargé en entier. "
        "Téléchargez-le de nouveau."
    ),
    Problem.DOCTYPE: mark(
        "Ce fichier contient une déclaration <!DOCTYPE …>, ligne {line}. Elle est refusée, car elle peut faire "
        "lire d’autres fichiers ou épuiser la machine : retirez-la, ou demandez un export en Turtle."
    ),
    Problem.EMPTY: mark(
        "Ce fichier est vide : vérifiez qu’il a été enregistré ou téléchargé en entier, puis recommencez."
    ),
    Problem.ENCODING: mark(
        "Ce fichier n’est pas en {encoding} comme il devrait : octet {byte} à la position {offset}, ligne "
        "{line}. Enregistrez-le en UTF-8, ou faites corriger l’encodage qu’il déclare."
    ),
    Problem.FORBIDDEN: mark(
        "Ce fichier ne peut pas être ouvert : {name}. Vérifiez les droits d’accès du compte qui exécute le registre."
    ),
    Problem.HTML: mark(
        "Ce fichier est une page web, pas un catalogue : téléchargez l’export DCAT lui-même (RDF/XML, Turtle ou "
        "JSON-LD), ou l’inventaire en CSV, XLSX ou ODS. Pour un portail, donnez plutôt son adresse."
    ),
    Problem.ISO_RECORD: mark(
        "Ce fichier est une fiche ISO 19139 ({root}), pas du RDF : demandez au géocatalogue son export "
        "DCAT ou GeoDCAT-AP."
    ),
    Problem.MISSING: mark("Il n’y a pas de fichier ici : {name}. Vérifiez le chemin."),
    Problem.NAMES_ALONE: mark(
        "Ce fichier ne donne que les noms de {count} jeux de données, pas leurs fiches : demandez la liste complète "
        "(CKAN : /api/3/action/package_search)."
    ),
    Problem.NOT_A_PORTAL: mark(
        "Ce fichier est du JSON, mais ni du JSON-LD (@context, @id, @graph) ni la réponse d’un portail connu (CKAN, "
        "udata, OpenDataSoft) : demandez l’export DCAT du catalogue, ou la réponse de son interface."
    ),
    Problem.NOT_JSON_LD: mark(
        "Ce fichier est du JSON, mais pas du JSON-LD (ni @context, ni @id, ni @type) : demandez l’export DCAT "
        "du catalogue."
    ),
    Problem.NO_ROWS: mark(
        "Ce tableau n’a pas de ligne sous son en-tête : vérifiez que la bonne feuille est remplie et visible, et que "
        "la première ligne nomme les colonnes."
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
        "Ce fichier est un document {kind}, pas un catalogue : demandez l’export DCAT du catalogue, ou l’inventaire "
        "en CSV, XLSX ou ODS."
    ),
    Problem.PROTECTED_WORKBOOK: mark(
        "Ce classeur est protégé par un mot de passe : ôtez-le dans le tableur, et enregistrez de nouveau."
    ),
    Problem.OTHER_XML: mark(
        "Ce fichier est du XML, mais pas du RDF : son premier élément est « {root} », « rdf:RDF » était "
        "attendu. Demandez l’export DCAT du catalogue."
    ),
    Problem.OUT_OF_MEMORY: mark(
        "La lecture de ce fichier demande plus de mémoire que la limite de {limit} Mio : faites-le exporter "
        "en plusieurs fichiers."
    ),
    Problem.OUT_OF_TIME: mark(
        "La lecture de ce fichier a dépassé la limite de {limit} s : faites-le exporter en plusieurs fichiers."
    ),
    Problem.PORTAL_ERROR: mark(
        "Le portail a répondu par une erreur : « {said} ». Vérifiez l’adresse, ou demandez à qui tient le portail."
    ),
    Problem.REMOTE_CONTEXT: mark(
        "Ce fichier JSON-LD renvoie à un contexte extérieur, que le registre ne va jamais chercher : "
        "{address}. Demandez un export où le contexte est inclus, ou un export en Turtle ou RDF/XML."
    ),
    Problem.SYNTAX: mark(
        "Ce fichier n’est pas du {format} correct : erreur ligne {line}, {reason}. Corrigez cette ligne, ou "
        "demandez un nouvel export."
    ),
    Problem.SYNTAX_NEAR: mark(
        "Ce fichier n’est pas du {format} correct : erreur ligne {line} ou à la fin de la précédente, près de "
        "« {excerpt} ». Corrigez-la, ou demandez un nouvel export."
    ),
    Problem.SYNTAX_NOWHERE: mark("Ce fichier n’est pas du {format} correct : {reason}. Demandez un nouvel export."),
    Problem.TOO_DEEP: mark(
        "Ce fichier imbrique trop de niveaux les uns dans les autres : ce n’est pas un catalogue ordinaire. "
        "Demandez un nouvel export."
    ),
    Problem.TOO_LARGE: mark(
        "Ce fichier pèse {size} Mio et la limite est de {limit} Mio : faites-le exporter en plusieurs fichiers."
    ),
    Problem.TOO_MANY_ROWS: mark(
        "Ce tableau a plus de {limit} lignes remplies : ce sont sans doute les données d’un jeu, et non l’inventaire "
        "des jeux. Si c’est bien un inventaire, découpez-le en plusieurs fichiers."
    ),
    Problem.UNFORESEEN: mark(
        "La lecture de ce fichier a échoué pour une raison que le registre n’a pas prévue ({kind}). Rien n’a "
        "été écrit ; transmettez ce fichier à la personne qui administre le registre."
    ),
    Problem.UNKNOWN_DECLARED: mark(
        "Le format « {declared} » n’existe pas ici : choisissez rdf-xml, turtle, n-triples, n-quads, trig, json-ld, "
        "csv, xlsx ou ods, ou ne précisez rien."
    ),
    Problem.UNKNOWN_ENCODING: mark(
        "Ce fichier déclare l’encodage « {encoding} », que le registre ne connaît pas : enregistrez-le en UTF-8."
    ),
    Problem.UNKNOWN_FORMAT: mark(
        "Aucun format n’est reconnu dans ce fichier, qui commence par « {start} ». Formats lus : CSV, XLSX, ODS, "
        "RDF/XML, Turtle, N-Triples, N-Quads, TriG, JSON-LD, et les réponses JSON des portails."
    ),
}


def refusal_of(problem: Problem, details: dict[str, Detail]) -> Refusal:
    """The refusal to raise for a problem, said in the reader's language."""
    said = {name: _(str(value)) if name == "reason" else value for name, value in details.items()}
    message = _(_SENTENCES[problem]).format(**said)
    return TooLarge(message) if problem is Problem.TOO_LARGE else Unreadable(message)
