"""The JSON API of the pieces of contracts: those of one, and the pages that bear some words."""

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from pydantic import Field

from registry.contracts.queries import get_contract
from registry.kernel.errors import Invalid
from registry.kernel.words import _, mark
from registry.search.api import TAG, Words
from registry.search.pieces.queries import find_hits, find_pieces
from registry.search.pieces.routes import READ, reach_of
from registry.search.pieces.rules import read_sought
from registry.search.pieces.views import ContractPiecesBody, PageHitsBody, hit_body, piece_body
from registry.search.queries import MOST_PAGES
from registry.web.calls import ApiCall, Number, PageQuestions
from registry.web.visits import Visit, route


class PiecesQuestions(PageQuestions):
    """What is looked for in the pieces of contracts, of all of them or of one."""

    q: Words = Field(
        min_length=1, description=mark("Les mots cherchés ; entre guillemets, ils se suivent. « 32.2 » est un article.")
    )
    contract: Number | None = Field(default=None, description=mark("Le contrat dont les pièces sont cherchées."))


@route(
    "GET", "/api/v1/contracts/{contract_id:int}/pieces", READ,
    about=ApiCall(TAG, mark("Les pièces d’un contrat et de ses avenants, et ce qui a été lu de leur texte.")),
)  # fmt: skip
def list_pieces(visit: Visit, contract_id: int) -> Response[ContractPiecesBody]:
    """The pieces of a contract and of its amendments."""
    get_contract(visit.session, contract_id)
    pieces = find_pieces(visit.session, contract_id, reach_of(visit))
    return visit.answer(ContractPiecesBody([piece_body(one) for one in pieces]))


@route(
    "GET", "/api/v1/search/pieces", READ,
    about=ApiCall(
        TAG, mark("Les pages des pièces de contrats qui répondent à des mots, les meilleures d’abord."),
        more=mark("L’ordre est celui de la pertinence : contrairement aux listes, une page peut changer quand des "
                  "fiches changent."),
        asks=PiecesQuestions,
    ),
)  # fmt: skip
def search_in_pieces(visit: Visit) -> Response[PageHitsBody]:
    """The pages that bear `q`, within the asker's rights, best first."""
    questions, reach = visit.asked(PiecesQuestions), reach_of(visit)
    (page,) = questions.place(int) or (1,)
    if not 1 <= page <= MOST_PAGES:
        raise Invalid(_("« cursor » mène au-delà des {most} premières pages.").format(most=MOST_PAGES))
    sought, files = read_sought(questions.q), None
    if questions.contract is not None:
        # One that the asker may not read has no piece for them: nothing answers, as in any other list narrowed to it.
        files = [one.file.id for one in find_pieces(visit.session, questions.contract, reach)]
    found = find_hits(
        visit.session, sought, reach, contract_id=questions.contract, files=files, limit=questions.limit,
        offset=(page - 1) * questions.limit,
    )  # fmt: skip
    more = found.total > page * questions.limit and page < MOST_PAGES
    hits = [hit_body(one, sought) for one in found.hits]
    return visit.answer(PageHitsBody(found.total, hits, questions.following((page + 1,) if more else None)))


HANDLERS: tuple[HTTPRouteHandler, ...] = (list_pieces, search_in_pieces)
