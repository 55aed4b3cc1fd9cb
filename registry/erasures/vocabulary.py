"""Where an erasure stands, and the words of its receipt."""

from registry.kernel.words import Labelled, mark

MARK = "[effacé]"
"""What stands in a text where somebody was named; the same whoever reads it: it is of record."""

GROUNDS, EXCEPTIONS = "erasure_grounds", "erasure_exceptions"
"""The lists of `policies/lists/` that name why a person is erased, and why something of them is kept."""


class ErasureState(Labelled):
    """How far an erasure is: asked for, done in the tables, cleaned out of what lies beneath them."""

    ASKED = "asked", mark("Demandé")
    ERASED = "erased", mark("Effacé, reste à nettoyer")
    CLEANED = "cleaned", mark("Effacé et nettoyé")


class Kept(Labelled):
    """A kind of place that keeps something of a person who was erased."""

    PASSAGE = "passage", mark("Passage gardé par choix")
    FIXED = "fixed", mark("Champ qui ne s’efface pas")
    DOCUMENT = "document", mark("Document émis")
    EVIDENCE = "evidence", mark("Preuve")
    UNREAD = "unread", mark("Preuves dont le fichier ne se lit pas ici")
    BACKUP = "backup", mark("Sauvegarde")
    REQUEST = "request", mark("Demande encore sans réponse")
    PERSON = "person", mark("Autre personne du même nom ou de la même adresse")


class Counted(Labelled):
    """What a receipt counts."""

    IDENTITY = "identity", mark("Valeurs d’identité supprimées")
    PASSAGES = "passages", mark("Textes du registre dont les passages ont été remplacés")
    TEXTS = "texts", mark("Textes des versions d’avant, dont les passages ont été remplacés")
    WORK = "work", mark("Lignes de travail nettoyées (aperçus, imports terminés, modifications groupées, travaux)")
    DRAFTS = "drafts", mark("Brouillons supprimés")
    ANSWERS = "answers", mark("Réponses gardées supprimées")
    SESSIONS = "sessions", mark("Connexions dont l’adresse et le navigateur ont été effacés")
    ATTEMPTS = "attempts", mark("Essais de connexion supprimés")
    SECRETS = "secrets", mark("Mots de passe supprimés")
