"""What a file really is, told by its bytes and never by its name; what could run, or cannot be told, is refused."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePath

from registry.documents.vocabulary import FileType
from registry.kernel.errors import Unreadable
from registry.kernel.words import _, mark

_HEAD = 4096
_CHUNK = 2**20
_SIGNS = (
    (b"%PDF-", FileType.PDF),
    (b"\x89PNG\r\n\x1a\n", FileType.PNG),
    (b"\xff\xd8\xff", FileType.JPEG),
    (b"II*\x00", FileType.TIFF),
    (b"MM\x00*", FileType.TIFF),
)
_PROGRAM = mark("Ce fichier est un programme, quel que soit son nom : il n’est pas conservé.")
_ARCHIVE = mark("Ce fichier est une archive compressée : sortez-en le document, puis déposez-le.")
_OLD_OFFICE = mark("Ce fichier est d’un ancien format bureautique, qui peut porter un programme.")
_WEB_PAGE = mark("Ce fichier est une page web ou du XML, qui peut porter un programme.")
_MACROS = mark("Ce document porte des macros : enregistrez-le sans macros.")
_DAMAGED = mark("Ce fichier est abîmé : ouvrez-le sur votre poste pour vérifier, puis déposez-le de nouveau.")
_UNKNOWN = mark("Le contenu de ce fichier n’est pas d’un format conservé ici.")
_ADVICE = {
    _PROGRAM: mark("Déposez un PDF."),
    _OLD_OFFICE: mark("Enregistrez-le en PDF."),
    _WEB_PAGE: mark("Imprimez-la en PDF."),
    _UNKNOWN: mark("Déposez un PDF, un document bureautique récent, une image (PNG, JPEG, TIFF), un CSV ou un texte."),
}
"""What to do of a document that is refused for what it is; of data, whoever asks says it."""
_EMPTY = mark("Ce fichier est vide : choisissez-en un autre.")
_REFUSED = (
    (b"\x7fELF", _PROGRAM),
    (b"\xfe\xed\xfa\xce", _PROGRAM),
    (b"\xfe\xed\xfa\xcf", _PROGRAM),
    (b"\xce\xfa\xed\xfe", _PROGRAM),
    (b"\xcf\xfa\xed\xfe", _PROGRAM),
    (b"\xca\xfe\xba\xbe", _PROGRAM),
    (b"#!", _PROGRAM),
    (b"L\x00\x00\x00\x01\x14\x02\x00", _PROGRAM),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLD_OFFICE),
    (b"{\\rtf", _OLD_OFFICE),
    (b"Rar!", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"\x1f\x8b", _ARCHIVE),
)
_MARKUP = re.compile(rb"<(?:!doctype|html|\?xml|svg|script|body|head|iframe)", re.IGNORECASE)
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
"""Bytes that no text of any usual alphabet holds; a program always holds some."""
_OPEN_DOCUMENTS = {
    f"application/vnd.oasis.opendocument.{name}": kind
    for name, kind in (("text", FileType.ODT), ("spreadsheet", FileType.ODS), ("presentation", FileType.ODP))
}
_OFFICE_PARTS = {
    "word/document.xml": FileType.DOCX,
    "xl/workbook.xml": FileType.XLSX,
    "ppt/presentation.xml": FileType.PPTX,
}


def recognise(path: Path, name: str, advise: Callable[[], str] | None = None) -> FileType:
    """What kind of file this is by its bytes; the name only tells a table from a text, which look alike.

    `advise` says what to send rather, where that is not a document to be read.
    Raises: Unreadable, with what to do.
    """
    try:
        return _recognise(path, name)
    except _Refused as refusal:
        advice = _ADVICE.get(refusal.sentence)
        said = advise() if advice and advise is not None else _(advice) if advice else ""
        raise Unreadable(f"{_(refusal.sentence)} {said}".rstrip()) from refusal


class _Refused(Exception):
    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def _recognise(path: Path, name: str) -> FileType:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise _Refused(_EMPTY)
    for sign, sentence in _REFUSED:
        if head.startswith(sign):
            raise _Refused(sentence)
    for sign, kind in _SIGNS:
        if head.startswith(sign):
            return kind
    if head.startswith(b"PK"):
        return _in_container(path)
    return _text(path, head, name)


def _in_container(path: Path) -> FileType:
    try:
        with zipfile.ZipFile(path) as container:
            inside = set(container.namelist())
            if any(one.lower().endswith("vbaproject.bin") or one.startswith(("Basic/", "Scripts/")) for one in inside):
                raise _Refused(_MACROS)
            said = ""
            if "mimetype" in inside:
                with container.open("mimetype") as told:
                    said = told.read(200).decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise _Refused(_DAMAGED) from error
    if said in _OPEN_DOCUMENTS and "content.xml" in inside:
        return _OPEN_DOCUMENTS[said]
    if "[Content_Types].xml" in inside:
        for part, kind in _OFFICE_PARTS.items():
            if part in inside:
                return kind
    raise _Refused(_ARCHIVE)


def _text(path: Path, head: bytes, name: str) -> FileType:
    """A text or a table: no byte of it is one that no text holds."""
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf").lstrip()):
        raise _Refused(_WEB_PAGE)
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            if _NOT_TEXT.search(piece):
                raise _Refused(_PROGRAM if head.startswith(b"MZ") else _UNKNOWN)
    return FileType.CSV if PurePath(name).suffix.lower() in {".csv", ".tsv"} else FileType.TEXT
