"""What reports speak of, in which medium, and the plain values that pass between renderer and caller."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from registry.kernel.errors import Refusal
from registry.kernel.words import Labelled, mark


class Medium(Labelled):
    """What a document is made of: pages to print and keep, or one page of the web without Pango."""

    PDF = "pdf", mark("Document PDF accessible")
    PAGE = "page", mark("Page web autonome")

    @property
    def media_type(self) -> str:
        """The media type of a document in this medium."""
        return "application/pdf" if self is Medium.PDF else "text/html; charset=utf-8"

    @property
    def suffix(self) -> str:
        """The end of a file name in this medium, with its dot."""
        return ".pdf" if self is Medium.PDF else ".html"


class Workbook(Labelled):
    """What a document's tables are drawn up as, for whoever works in a spreadsheet."""

    XLSX = "xlsx", mark("Classeur XLSX")
    ODS = "ods", mark("Classeur ODS")

    @property
    def media_type(self) -> str:
        """The media type of such a workbook."""
        office = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return f"application/{office if self is Workbook.XLSX else 'vnd.oasis.opendocument.spreadsheet'}"


class Writing(Labelled):
    """What a document is written out as, for whoever edits it."""

    DOCX = "docx", mark("Texte DOCX")
    ODT = "odt", mark("Texte ODT")

    @property
    def media_type(self) -> str:
        """The media type of such a text."""
        office = "vnd.openxmlformats-officedocument.wordprocessingml.document"
        return f"application/{office if self is Writing.DOCX else 'vnd.oasis.opendocument.text'}"


class DocumentState(Labelled):
    """Where a document stands: issued as it is, or a draft that somebody else approves before a final one is issued."""

    ISSUED = "issued", mark("Émis")
    DRAFT = "draft", mark("Projet, à approuver")
    SENT_BACK = "sent-back", mark("Projet renvoyé")
    APPROVED = "approved", mark("Projet approuvé, final à venir")
    SUPERSEDED = "superseded", mark("Projet remplacé")
    FINAL = "final", mark("Final, approuvé")


class ApprovalAnswer(Labelled):
    """What is answered to a draft."""

    APPROVED = "approved", mark("Approuver : la version finale est émise")
    SENT_BACK = "sent-back", mark("Renvoyer à qui l’a émis, avec un motif")


class Change(Labelled):
    """What became of a finding between two reports, the worst first."""

    WORSE = "worse", mark("Aggravé")
    APPEARED = "appeared", mark("Apparu")
    MENDED = "mended", mark("Désormais rempli")
    EASED = "eased", mark("Allégé")
    GONE = "gone", mark("Ne se pose plus")


class ScopeKind(Labelled):
    """What part of the register a report looks at."""

    AUTHORITY = "authority", mark("Toute la collectivité")
    DEPARTMENT = "department", mark("Une direction")
    COMMUNE = "commune", mark("Une commune")
    DATASET = "dataset", mark("Un jeu de données")


class Step(Labelled):
    """Where the rendering stands, in the order in which it goes."""

    COMPOSING = "composing", mark("Composition des textes et des graphiques")
    LAYOUT = "layout", mark("Mise en page")
    WRITING = "writing", mark("Écriture du document")


@dataclass(frozen=True)
class Progress:
    """How far a rendering has come; `percent` never goes back."""

    step: Step
    percent: int
    pages: int = 0


@dataclass(frozen=True)
class Limits:
    """What a rendering may take; past any of them it is ended and refused.

    Units: seconds of wall clock, MiB of memory.
    """

    seconds: int = 900
    memory_mib: int = 3072


@dataclass(frozen=True)
class Availability:
    """Whether this machine can write PDF; if not, why, and the line that mends it."""

    ok: bool
    missing: tuple[str, ...] = ()
    reason: str = ""
    apt_line: str = ""


@dataclass(frozen=True)
class RenderedDocument:
    """A document as rendered: its bytes, its twins, and all that made them what they are.

    `canonical` is the JSON twin; with `template_sha256` and `versions` it gives the same bytes again.
    `warnings` are the renderer's own words and must be empty.
    """

    medium: Medium
    data: bytes
    sha256: str
    canonical: bytes
    canonical_sha256: str
    table: bytes
    template_sha256: str
    pages: int
    versions: dict[str, str]
    warnings: tuple[str, ...]
    seconds: float = field(compare=False)


@dataclass(frozen=True)
class Table:
    """A table of a document as spreadsheets open it; `says` tells in words what it holds."""

    name: str
    says: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str | int | date, ...], ...]


@dataclass(frozen=True)
class Bars:
    """A chart of bars: one for each category, one part for each colour, always in that order.

    `values[category][colour]` counts. Parts of a whole are stacked; levels are not to be added: with `side_by_side`
    each has a bar of its own, on a scale that goes up to `most`. `names` are written in the bars, one for each colour.
    `alternative` says in words what the picture shows: the same figures stand in a table beside it.
    """

    categories: tuple[str, ...]
    values: tuple[tuple[int, ...], ...]
    colours: tuple[str, ...]
    alternative: str
    width: int = 620
    side_by_side: bool = False
    most: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A chart of one line through days at even steps, its last day marked; None where nothing was known.

    The scale goes from nothing up to `most`. `alternative` says in words what the picture shows.
    """

    values: tuple[int | None, ...]
    most: int
    colour: str
    alternative: str
    width: int = 240
    height: int = 64


Chart = Bars | Line


@dataclass(frozen=True)
class Frame:
    """What every document says of itself: on its cover, at the foot of each page, in its metadata.

    `seal_no` and `root` are those of the day of the facts; `demonstration` marks fictional content.
    """

    title: str
    subject: str
    authority: str
    as_of: date
    seal_no: int
    root: str
    demonstration: bool


class RenderingFailed(Refusal):
    """A document could not be rendered; nothing was written."""

    code: ClassVar[str] = "rendering-failed"
