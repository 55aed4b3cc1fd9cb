"""What goes out about the pieces of contracts: what was read of each in a sentence, and the pages that answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from registry.documents.vocabulary import FileType
from registry.inspection.page_texts import MOST_PAGES
from registry.inspection.problems import Problem
from registry.kernel.words import _, mark, ngettext
from registry.search.pieces.models import PieceText
from registry.search.pieces.queries import ContractPiece, Hit
from registry.search.pieces.rules import Sought, excerpt
from registry.search.pieces.vocabulary import TextState
from registry.search.rules import Piece
from registry.search.views import PieceBody
from registry.web.templating import say_number

WAITING = "waiting"
_TONES = {
    TextState.READ: "compliant", TextState.WITHOUT_TEXT: "to-complete", TextState.OTHER_KIND: "not-applicable",
    TextState.NOT_READ: "to-complete",
}  # fmt: skip
_PROTECTED = mark(
    "Ce document est protégé par un mot de passe : la recherche ne peut pas le lire. Déposez-en une édition sans mot "
    "de passe."
)
_DAMAGED = mark(
    "Ce document est abîmé, ou d’une sorte que le registre ne lit pas. Ouvrez-le sur votre poste, enregistrez-le de "
    "nouveau, puis déposez-en une nouvelle édition."
)
_HEAVY = mark(
    "La lecture de ce document demande plus de temps ou de mémoire que la limite. Déposez-en les parties comme "
    "autant de pièces."
)
_WHY: Mapping[str, str] = {
    Problem.PROTECTED_PDF: _PROTECTED, Problem.PROTECTED_WORKBOOK: _PROTECTED, Problem.OUT_OF_MEMORY: _HEAVY,
    Problem.OUT_OF_TIME: _HEAVY, Problem.TOO_LARGE: _HEAVY, Problem.BOMB: _HEAVY,
}  # fmt: skip
_SCANNED = mark(
    "Ce PDF n’a pas de texte : c’est une image numérisée. La recherche ne peut pas le lire : demandez au titulaire "
    "le fichier d’origine, ou faites reconnaître les caractères (OCR), puis déposez-en une nouvelle édition."
)
_EMPTY = mark("Ce document ne porte aucun texte : ouvrez-le sur votre poste pour vérifier que c’est le bon.")
_OTHER = mark(
    "Ce fichier n’est pas un texte : la recherche lit les PDF, les textes Word et OpenDocument, et le texte simple."
)
_NOT_YET = mark("Le texte de cette pièce n’est pas encore lu : il le sera dans un instant.")


@dataclass(frozen=True)
class TextMark:
    """What was read of a file: the mark, the word, and the sentences that say what is missing and what to do."""

    state: str
    code: str
    word: str
    sentences: Sequence[str]


@dataclass(frozen=True)
class PieceLine:
    """A piece of a contract, or of its amendment.

    Units: `size` in bytes.
    """

    id: int
    title: str
    kind: str
    act: str
    file_address: str
    file_kind: str
    size: int
    sha256: str
    text: TextMark
    may_ask: bool


@dataclass(frozen=True)
class PieceTextPanel:
    """What was read of a piece, on its own page; `may_ask` whether the reader may have it read again."""

    id: int
    text: TextMark
    may_ask: bool


@dataclass(frozen=True)
class PageHit:
    """A page that answers: where it is, and the part of it that answers, what was looked for marked."""

    contract_id: int
    contract: str
    act: str
    piece_id: int
    piece: str
    place: str
    file_address: str
    parts: Sequence[Piece]


@dataclass(frozen=True)
class PiecesPage:
    """The pieces of a contract, and what answers in them; `unread` counts those the search does not read."""

    id: int
    object: str
    annulled: bool
    organisation_name: str
    pieces: Sequence[PieceLine]
    acts: Sequence[tuple[str, str]]
    words: str
    is_asked: bool
    total: int
    hits: Sequence[PageHit]
    unread: int
    first_address: str
    next_address: str


@dataclass(frozen=True)
class PiecesSearchPage:
    """What answers in the pieces of every contract that the reader may read."""

    words: str
    is_asked: bool
    total: int
    hits: Sequence[PageHit]
    first_address: str
    next_address: str


@dataclass(frozen=True)
class PieceTextBody:
    """What was read of a file.

    `state` is `waiting` until the worker has read it. `problem` is a code, `sentences` say it and what to do.
    Units: `pages` of the file (or passages, where it has no pages: `has_pages`).
    """

    state: str
    pages: int
    pages_read: int
    pages_with_text: int
    has_pages: bool
    problem: str | None
    sentences: list[str]
    read_at: datetime | None


@dataclass(frozen=True)
class ContractPieceBody:
    """A piece of a contract, or of its amendment of that number.

    Units: `size` in bytes.
    """

    evidence_id: int
    edition_id: int
    title: str
    amendment_number: int | None
    sha256: str
    size: int
    media_type: str
    text: PieceTextBody


@dataclass(frozen=True)
class ContractPiecesBody:
    """The pieces of a contract and of its amendments."""

    pieces: list[ContractPieceBody]


@dataclass(frozen=True)
class PageHitBody:
    """A page that answers; `has_pages` is false where `page` counts passages of a document without pages."""

    contract_id: int
    contract: str
    amendment_number: int | None
    evidence_id: int
    edition_id: int
    title: str
    page: int
    has_pages: bool
    excerpt: list[PieceBody]


@dataclass(frozen=True)
class PageHitsBody:
    """A page of what answers, best first."""

    total: int
    hits: list[PageHitBody]
    next: str | None


def may_be_read_again(text: PieceText | None) -> bool:
    """Whether another reading could say more: none went to its end."""
    return text is None or text.state is TextState.NOT_READ or text.problem is not None


def say_text(text: PieceText | None, media_type: str) -> TextMark:
    """What was read of a file, in words."""
    if text is None:
        return TextMark(WAITING, "to-complete", _("Pas encore lu"), [_(_NOT_YET)])
    return TextMark(str(text.state), _TONES[text.state], _word(text), list(_sentences(text, media_type)))


def _word(text: PieceText) -> str:
    if text.state is not TextState.READ:
        return text.state.label
    if not text.has_pages:
        return _("Texte lu")
    pages = ngettext("%(num)s page", "%(num)s pages", text.pages_with_text) % {"num": say_number(text.pages_with_text)}
    return _("Texte lu : {pages}").format(pages=pages)


def _sentences(text: PieceText, media_type: str) -> list[str]:
    if text.state is TextState.OTHER_KIND:
        return [_(_OTHER)]
    if text.state is TextState.NOT_READ:
        return [_(_WHY.get(text.problem or "", _DAMAGED))]
    said = list[str]()
    if text.state is TextState.WITHOUT_TEXT:
        said.append(_(_SCANNED if media_type == FileType.PDF.media_type else _EMPTY))
    elif blank := text.pages_read - text.pages_with_text:
        said.append(
            ngettext(
                "%(num)s page lue ne porte pas de texte : si c’est une image numérisée, la recherche ne la lit pas.",
                "%(num)s pages lues ne portent pas de texte : si ce sont des images numérisées, la recherche ne les "
                "lit pas.",
                blank,
            )
            % {"num": say_number(blank)}
        )
    if text.problem == Problem.TOO_MANY_PAGES:
        said.append(
            _("Seules les {most} premières pages sont lues : déposez la suite comme une autre pièce.").format(
                most=say_number(MOST_PAGES)
            )
        )
    elif text.problem == Problem.BROKEN_PDF:
        said.append(_("Une page au moins est abîmée : la recherche ne la lit pas."))
    elif text.problem is not None:
        said.append(
            _("La lecture s’est arrêtée à la page {read} sur {pages}.").format(
                read=say_number(text.pages_read), pages=say_number(text.pages)
            )
        )
        said.append(_(_WHY.get(text.problem, _DAMAGED)))
    return said


def say_act(amendment_number: int | None) -> str:
    """The contract, or its amendment of that number."""
    if amendment_number is None:
        return _("Contrat")
    return _("Avenant n° {number}").format(number=amendment_number)


def piece_line(piece: ContractPiece, *, may_record: bool) -> PieceLine:
    """A piece, as the page of the contract's pieces shows it."""
    kinds = {one.media_type: one.label for one in FileType}
    return PieceLine(
        id=piece.evidence.id, title=piece.evidence.title, kind=piece.evidence.kind.label,
        act=say_act(piece.amendment_number), file_address=f"/preuves/{piece.evidence.id}/fichiers/{piece.edition.id}",
        file_kind=kinds.get(piece.file.media_type, ""), size=piece.file.size, sha256=piece.file.sha256,
        text=say_text(piece.text, piece.file.media_type), may_ask=may_record and may_be_read_again(piece.text),
    )  # fmt: skip


def page_hit(hit: Hit, sought: Sought) -> PageHit:
    """A page that answers, as pages show it."""
    place = _("page {number}") if hit.has_pages else _("passage {number}")
    return PageHit(
        contract_id=hit.contract_id, contract=hit.contract, act=say_act(hit.amendment_number),
        piece_id=hit.evidence_id, piece=hit.title, place=place.format(number=say_number(hit.number)),
        file_address=f"/preuves/{hit.evidence_id}/fichiers/{hit.edition_id}", parts=excerpt(hit.words, sought),
    )  # fmt: skip


def text_body(text: PieceText | None, media_type: str) -> PieceTextBody:
    """What was read of a file, as the API gives it."""
    said = say_text(text, media_type)
    if text is None:
        return PieceTextBody(WAITING, 0, 0, 0, True, None, list(said.sentences), None)
    return PieceTextBody(
        said.state, text.pages, text.pages_read, text.pages_with_text, text.has_pages, text.problem,
        list(said.sentences), text.read_at,
    )  # fmt: skip


def piece_body(piece: ContractPiece) -> ContractPieceBody:
    """A piece, as the API gives it."""
    return ContractPieceBody(
        piece.evidence.id, piece.edition.id, piece.evidence.title, piece.amendment_number, piece.file.sha256,
        piece.file.size, piece.file.media_type, text_body(piece.text, piece.file.media_type),
    )  # fmt: skip


def hit_body(hit: Hit, sought: Sought) -> PageHitBody:
    """A page that answers, as the API gives it."""
    return PageHitBody(
        hit.contract_id, hit.contract, hit.amendment_number, hit.evidence_id, hit.edition_id, hit.title, hit.number,
        hit.has_pages, [PieceBody(one.words, one.marked) for one in excerpt(hit.words, sought)],
    )  # fmt: skip
