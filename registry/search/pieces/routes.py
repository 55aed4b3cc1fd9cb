"""The pages of the pieces of contracts: those of one, with what answers in them, and what answers in all."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.contracts.clauses.queries import find_amendments
from registry.contracts.queries import get_contract
from registry.documents.models import Evidence
from registry.documents.queries import get_evidence
from registry.documents.service import ask_reading
from registry.documents.visiting import RECORD, may_keep
from registry.documents.visiting import reach_of as reach_of_evidence
from registry.documents.vocabulary import ProofSubject
from registry.kernel.errors import Conflict
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.queries import get_organisation
from registry.search.asking import MOST_LETTERS
from registry.search.pieces.queries import find_hits, find_pieces, find_texts, is_searched
from registry.search.pieces.rules import read_sought
from registry.search.pieces.views import (
    PiecesPage,
    PiecesSearchPage,
    may_be_read_again,
    page_hit,
    piece_line,
    say_act,
)
from registry.search.pieces.vocabulary import TextState
from registry.search.queries import MOST_PAGES, PAGE_SIZE
from registry.search.visiting import read_page
from registry.web.visits import NOTICES, Visit, route

READ = Permission.CONTRACTS_CONTRACT_READ
NOTICES["piece-relue"] = mark("La lecture est demandée de nouveau : son résultat viendra ici dans un instant.")


def reach_of(visit: Visit) -> frozenset[int]:
    """The organisations of which the asker may read both the contracts and what proves something of them."""
    return visit.visitor.reach(READ) & visit.visitor.reach(Permission.DOCUMENTS_EVIDENCE_READ)


def _words(visit: Visit) -> str:
    return visit.query("q")[:MOST_LETTERS].replace("\0", " ").strip()


def _addresses(here: str, words: str, page: int, total: int) -> tuple[str, str]:
    """The first page's address from any other, and the next one's where there is more."""
    first = f"{here}?{urlencode({'q': words})}" if page > 1 else ""
    more = total > page * PAGE_SIZE and page < MOST_PAGES
    return first, f"{here}?{urlencode({'q': words, 'page': page + 1})}" if more else ""


@route("GET", "/contrats/{contract_id:int}/pieces", READ)
def show_pieces(visit: Visit, contract_id: int) -> Response[Any]:
    """The pieces of a contract and of its amendments, what was read of each, and the pages that bear some words."""
    contract, reach = get_contract(visit.session, contract_id), reach_of(visit)
    pieces = find_pieces(visit.session, contract_id, reach)
    words, page = _words(visit), read_page(visit)
    sought = read_sought(words)
    found = find_hits(
        visit.session, sought, reach, contract_id=contract_id, files=[one.file.id for one in pieces],
        limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE,
    )  # fmt: skip
    acts = list[tuple[str, str]]()
    if not contract.annulled and may_keep(visit, ProofSubject.CONTRACT, contract.organisation_id):
        acts.append((say_act(None), f"/preuves/nouvelle?genre={ProofSubject.CONTRACT}&fiche={contract_id}"))
        acts += [
            (say_act(one.number), f"/preuves/nouvelle?genre={ProofSubject.AMENDMENT}&fiche={one.id}")
            for one in find_amendments(visit.session, contract_id)
            if not one.annulled
        ]
    first, following = _addresses(f"/contrats/{contract_id}/pieces", words, page, found.total)
    view = PiecesPage(
        id=contract.id, object=contract.object, annulled=contract.annulled,
        organisation_name=get_organisation(visit.session, contract.organisation_id).name,
        pieces=[piece_line(one, may_record=_may_ask(visit, one.evidence)) for one in pieces],
        acts=acts, words=words, is_asked=bool(sought.parts),
        total=found.total, hits=[page_hit(one, sought) for one in found.hits],
        unread=sum(1 for one in pieces if one.text is None or one.text.state is not TextState.READ),
        first_address=first, next_address=following,
    )  # fmt: skip
    return visit.page("search/pieces.html", view)


@route("GET", "/recherche/pieces", READ)
def search_pieces(visit: Visit) -> Response[Any]:
    """The pages of the pieces of every contract that bear some words, best first."""
    words, page = _words(visit), read_page(visit)
    sought = read_sought(words)
    found = find_hits(
        visit.session, sought, reach_of(visit), limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )  # fmt: skip
    first, following = _addresses("/recherche/pieces", words, page, found.total)
    view = PiecesSearchPage(
        words=words, is_asked=bool(sought.parts), total=found.total,
        hits=[page_hit(one, sought) for one in found.hits], first_address=first, next_address=following,
    )  # fmt: skip
    return visit.page("search/pieces_search.html", view)


def _may_ask(visit: Visit, evidence: Evidence) -> bool:
    return visit.visitor.may(RECORD, evidence.organisation_id) and not evidence.annulled


@route("POST", "/preuves/{evidence_id:int}/relire", RECORD)
def read_again(visit: Visit, evidence_id: int) -> Response[Any]:
    """Has the text of a piece read again, where the last reading failed."""
    kept = get_evidence(visit.session, evidence_id, reach_of_evidence(visit))
    visit.visitor.require(RECORD, kept.evidence.organisation_id)
    if kept.evidence.annulled or not is_searched(visit.session, evidence_id):
        raise Conflict(_("Cette preuve n’est pas une pièce de contrat : son texte n’est pas lu."))
    read = find_texts(visit.session, [kept.file.id]).get(kept.file.id)
    if not may_be_read_again(read):
        raise Conflict(_("Le texte de cette pièce est déjà lu."))
    ask_reading(visit.session, kept.file.id, kept.file.organisation_id, after=read.read_at if read else None)
    return visit.go(f"/preuves/{evidence_id}#texte", done="piece-relue")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_pieces, search_pieces, read_again)
