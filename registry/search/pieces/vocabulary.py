"""The closed list of the corner: what became of the reading of a piece's text."""

from registry.kernel.words import Labelled, mark


class TextState(Labelled):
    """What became of the reading of a file's text; one that was not read yet has no row."""

    READ = "read", mark("Texte lu")
    WITHOUT_TEXT = "without-text", mark("Sans texte")
    OTHER_KIND = "other-kind", mark("Pas un texte")
    NOT_READ = "not-read", mark("Texte illisible")
