"""What is checked of a file that was handed over, what comes of it, and the sentences of both."""

from collections.abc import Mapping
from typing import Any

from registry.kernel.words import Labelled, mark


class CheckCode(Labelled):
    """One check made of a file on receipt."""

    NAME = "name", mark("Le fichier est ce qu’il annonce")
    OPEN_FORMAT = "open-format", mark("Standard ouvert, exploitable par un traitement automatisé (CRPA L300-4)")
    AGREED_FORMAT = "agreed-format", mark("Format convenu au contrat")
    SCHEMA = "schema", mark("Schéma des données")
    COMPLETENESS = "completeness", mark("Complétude")
    PERSONAL_DATA = "personal-data", mark("Données personnelles")
    SMALL_COUNTS = "small-counts", mark("Petits effectifs")


class CheckVerdict(Labelled):
    """What a check says; unknown says why in its sentence."""

    OK = "ok", mark("Conforme")
    FAULT = "fault", mark("Défaut")
    UNKNOWN = "unknown", mark("Non vérifié")


class CheckSaid(Labelled):
    """The sentences a check is told in; what was counted stands where braces are."""

    PROBLEM = "problem", mark("Le fichier n’a pas pu être lu.")
    NAME_HELD = "name-held", mark("Le contenu est du type annoncé par le nom : {type}.")
    NAME_SILENT = "name-silent", mark("Le nom n’annonce pas de type ; le contenu est du type {type}.")
    NAME_OTHER = "name-other", mark("Le nom annonce {announced} ; le contenu est du type {type}.")
    NAME_UNTOLD = "name-untold", mark("Le contenu n’est d’aucun type que le registre reconnaît.")
    LAST_LINE = (
        "last-line",
        mark("La dernière ligne semble coupée : elle a moins de cellules que la première, et rien ne la termine."),
    )
    MACROS = "macros", mark("Le fichier porte des macros, donc un programme.")
    OPEN = (
        "open",
        mark("{type} : standard ouvert, aisément réutilisable, dont un traitement automatisé tire les données."),
    )
    CLOSED = (
        "closed",
        mark(
            "{type} : ce format n’est pas un standard ouvert (aucune norme publique ne le décrit, ou son usage est "
            "restreint)."
        ),
    )
    FOR_EYES = "for-eyes", mark("{type} : un traitement automatisé n’en tire pas les données sans les deviner.")
    PDF_WORDS = (
        "pdf-words",
        mark(
            "PDF avec du texte (pages qui en ont : {with_words} sur {pages}) : un traitement automatisé n’en tire pas "
            "les données sans les deviner."
        ),
    )
    PDF_SCAN = (
        "pdf-scan",
        mark(
            "PDF sans texte ({pages} pages), sans doute numérisé : ce sont des images, que rien ne lit ni ne cherche."
        ),
    )
    AGREED = "agreed", mark("Le contrat demande {agreed} : le fichier l’est.")
    NOT_AGREED = "not-agreed", mark("Le contrat demande {agreed} ; le fichier est du type {type}.")
    NONE_AGREED = (
        "none-agreed",
        mark("Le contrat ne dit pas quel format est attendu (clause « Format et standard ouverts »)."),
    )
    ENCODING = "encoding", mark("Le contrat demande le codage {agreed} ; le fichier est en {encoding}.")
    SCHEMA_HELD = "schema-held", mark("{schema} : lignes lues : {rows}, sans faute.")
    SCHEMA_FAULTS = "schema-faults", mark("{schema} : fautes : {faults}, dans {wrong} lignes sur {rows}.")
    SCHEMA_REQUIRED = "schema-required", mark("Colonnes exigées par le schéma et absentes : {columns}.")
    SCHEMA_MISSING = "schema-missing", mark("Colonnes du schéma absentes, qu’il n’exige pas : {columns}.")
    SCHEMA_NAMELESS = "schema-nameless", mark("Aucune colonne du fichier ne porte un nom du schéma.")
    SCHEMA_EXTRA = "schema-extra", mark("Colonnes que le schéma ne connaît pas : {columns}.")
    SCHEMA_PARTLY = "schema-partly", mark("Lignes lues : {rows} seulement, le temps accordé à la lecture a manqué.")
    SCHEMA_ASIDE = "schema-aside", mark("Du schéma, n’a pas été vérifié : {columns}.")
    SCHEMA_REFUSED = "schema-refused", mark("{schema} ne peut pas servir : {why}.")
    SCHEMA_NONE = (
        "schema-none",
        mark(
            "Le registre n’a pas le schéma de ces données : qui suit le contrat peut le joindre au contrat ou au jeu, "
            "comme pièce (fichier JSON « Table Schema »), ou décrire les champs sur la fiche du jeu."
        ),
    )
    SCHEMA_NAMED = (
        "schema-named",
        mark(
            "Le contrat nomme le schéma « {named} », que le registre n’a pas : qui suit le contrat peut le joindre au "
            "contrat ou au jeu, comme pièce (fichier JSON « Table Schema »)."
        ),
    )
    FEED_HELD = "feed-held", mark("GTFS : les fichiers et les colonnes que le format exige y sont.")
    FEED_MISSING = "feed-missing", mark("Fichiers que GTFS exige et qui manquent : {files}.")
    FEED_LACKING = "feed-lacking", mark("Colonnes que GTFS exige et qui manquent : {columns}.")
    FEED_EMPTY = "feed-empty", mark("Fichiers que GTFS exige et qui n’ont aucune ligne : {files}.")
    FEED_ROWS = "feed-rows", mark("Lignes de chaque fichier : {files}.")
    FEED_OTHER = "feed-other", mark("Fichiers que GTFS ne connaît pas, laissés de côté : {count}.")
    FEED_OPTIONAL = (
        "feed-optional",
        mark("Bien des colonnes de GTFS sont facultatives : une cellule vide n’y est pas toujours un manque."),
    )
    XML_ROOT = (
        "xml-root",
        mark("XML bien formé : racine « {root} », espace de noms {namespace}. Aucun schéma ne lui est comparé."),
    )
    NO_TABLE = "no-table", mark("Le fichier n’est pas un tableau que le registre sait lire : {type}.")
    FILLED = "filled", mark("Cellules remplies : {percent} % ({filled} sur {cells}) ; le contrat demande {asked} %.")
    FILLED_UNASKED = (
        "filled-unasked",
        mark("Cellules remplies : {percent} % ({filled} sur {cells}) ; le contrat ne fixe pas de seuil."),
    )
    FILLED_LEAST = "filled-least", mark("Colonnes les moins remplies : {columns}.")
    FILLED_NOTHING = (
        "filled-nothing",
        mark("Cellules qui disent « NC », « néant » ou de même, comptées comme remplies : {count}."),
    )
    FILLED_PARTLY = "filled-partly", mark("Seul le début du fichier a été compté ({rows} lignes) : il est trop long.")
    FIRST_SHEET = "first-sheet", mark("Feuilles remplies : {count} ; seule la première est comptée et comparée.")
    NO_HEADER = "no-header", mark("Le tableau n’a pas d’en-tête : ses colonnes sont nommées par leur lettre.")
    PERSONAL_NONE = "personal-none", mark("Aucune colonne ne semble parler de personnes.")
    PERSONAL_FOUND = "personal-found", mark("Colonnes qui semblent parler de personnes : {columns}.")
    PERSONAL_EXPECTED = "personal-expected", mark("La fiche du jeu le dit déjà.")
    PERSONAL_ANONYMOUS = "personal-anonymous", mark("Le contrat garantit pourtant l’anonymat.")
    PERSONAL_UNEXPECTED = "personal-unexpected", mark("La fiche du jeu ne dit pas qu’il contient de telles données.")
    PERSONAL_OF_CONTRACT = (
        "personal-of-contract",
        mark("Le contrat touche à des données personnelles : vérifiez que celles-ci étaient attendues."),
    )
    PERSONAL_NOT_OF_CONTRACT = (
        "personal-not-of-contract",
        mark("Rien au contrat ne dit qu’il touche à de telles données."),
    )
    PERSONAL_TOLD = "personal-told", mark("La fiche du jeu dit pourtant qu’il en contient : à regarder.")
    PERSONAL_DOUBT = "personal-doubt", mark("Ce n’est qu’un doute : à regarder.")
    SMALL_NONE = "small-none", mark("Aucun groupe de moins de {count}.")
    SMALL_FOUND = "small-found", mark("Groupes de moins de {count} : {small}, dans {lines} lignes.")
    SMALL_BY = "small-by", mark("Colonnes qui les font : {columns}.")
    SMALL_UNASKED = (
        "small-unasked",
        mark("Le contrat ne fixe pas d’effectif minimal (clause « Garantie d’anonymat »)."),
    )
    SMALL_USUAL = (
        "small-usual",
        mark(
            "Au seuil d’usage de {count}, que rien n’impose, des groupes sont trop petits : {small}, dans {lines} "
            "lignes."
        ),
    )
    SMALL_USUAL_NONE = (
        "small-usual-none",
        mark("Au seuil d’usage de {count}, que rien n’impose, aucun groupe n’est trop petit."),
    )
    SMALL_UNSURE = (
        "small-unsure",
        mark(
            "Aucune colonne ne semble compter des personnes ni parler d’elles : le registre ne sait pas ce qu’est une "
            "ligne."
        ),
    )
    SMALL_COUNTING = "small-counting", mark("Colonnes prises pour des totaux : {columns}.")
    SMALL_UNREAD = "small-unread", mark("Cellules de ces colonnes qui ne sont pas des nombres entiers : {count}.")


_ALARMING = frozenset({CheckSaid.PERSONAL_FOUND, CheckSaid.SMALL_FOUND})


def alarms_of(report: Mapping[str, Any]) -> list[CheckCode]:
    """The checks of a stored report that saw people, or groups so small that people may be told in them.

    None of people whom the sheet of the dataset tells of, where no clause guarantees that there are none.
    """
    told = [(CheckCode(one["code"]), {said["code"] for said in one["said"]}) for one in report.get("checks", ())]
    return [code for code, said in told if said & _ALARMING and CheckSaid.PERSONAL_EXPECTED not in said]


def looked_at_in(report: Mapping[str, Any]) -> list[CheckCode]:
    """The same, with groups that are small by the usual threshold, which nothing imposes: no reason is asked."""
    usual = [
        CheckCode(one["code"])
        for one in report.get("checks", ())
        if any(said["code"] == CheckSaid.SMALL_USUAL for said in one["said"])
    ]
    return [*alarms_of(report), *usual]


class SchemaFault(Labelled):
    """What does not hold of a cell, by the words of Table Schema."""

    TYPE = "type", mark("n’est pas du type attendu ({wanted})")
    REQUIRED = "required", mark("est vide, alors qu’une valeur est exigée")
    UNIQUE = "unique", mark("répète une valeur qui doit être unique")
    PRIMARY_KEY = "primary-key", mark("la clé primaire est vide ou répétée")
    MIN_LENGTH = "minLength", mark("est plus court que le schéma ne le permet")
    MAX_LENGTH = "maxLength", mark("est plus long que le schéma ne le permet")
    MINIMUM = "minimum", mark("est au-dessous du minimum du schéma")
    MAXIMUM = "maximum", mark("est au-dessus du maximum du schéma")
    PATTERN = "pattern", mark("n’a pas la forme que le schéma demande")
    ENUM = "enum", mark("n’est pas une des valeurs permises par le schéma")
    EXTRA_CELL = "extra-cell", mark("la ligne a plus de cellules que l’en-tête")
    OTHER = "other", mark("ne suit pas le schéma")


class SchemaRefusal(Labelled):
    """Why a schema cannot be used."""

    NO_FIELDS = "no-fields", mark("il ne décrit aucun champ (« fields »)")
    TOO_MANY_FIELDS = "too-many-fields", mark("il décrit plus de 500 champs")
    UNNAMED_FIELD = "unnamed-field", mark("un de ses champs n’a pas de nom")
    TWICE = "twice-the-same-field", mark("deux de ses champs ont le même nom")
    REFUSED = "refused", mark("une contrainte ou un format n’y est pas écrit comme le veut Table Schema")


class SchemaSource(Labelled):
    """Where the schema that a file is held against comes from."""

    EVIDENCE = "evidence", mark("Schéma joint comme pièce (« {title} »)")
    SHEET = "sheet", mark("Champs décrits sur la fiche du jeu")
