"""The page that ties datasets to a contract."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.contracts.queries import find_datasets_of, get_contract, require_standing
from registry.contracts.service import cover_dataset, uncover_dataset
from registry.contracts.views import ContractDatasetsPage
from registry.datasets.queries import find_choosable
from registry.kernel.errors import Conflict, Invalid, Stale
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.web.forms import read_number
from registry.web.visits import NOTICES, Visit, route

RECORD = Permission.CONTRACTS_CONTRACT_RECORD
NOTICES.update(
    {
        "jeu-au-contrat": mark("Le jeu est rattaché au contrat."),
        "jeu-hors-contrat": mark("Le jeu n’est plus rattaché au contrat."),
    }
)


def _page(visit: Visit, contract_id: int, error: str = "", *, status: int = 200) -> Response[Any]:
    contract = get_contract(visit.session, contract_id)
    covered = [(one.id, one.title) for one in find_datasets_of(visit.session, contract_id)]
    known, words = {number for number, _title in covered}, visit.query("q")
    page = ContractDatasetsPage(
        id=contract.id,
        version=contract.version,
        object=contract.object,
        words=words,
        covered=covered,
        choices=[
            (str(number), f"{title} — {owner}")
            for number, title, owner in find_choosable(visit.session, words)
            if number not in known
        ],
        error=error,
    )
    return visit.page("contracts/datasets.html", page, status=status)


@route("GET", "/contrats/{contract_id:int}/jeux", RECORD)
def show_contract_datasets(visit: Visit, contract_id: int) -> Response[Any]:
    """The datasets a contract is about, and those one may tie to it."""
    contract = get_contract(visit.session, contract_id)
    visit.visitor.require(RECORD, contract.organisation_id)
    require_standing(contract)
    return _page(visit, contract_id)


@route("POST", "/contrats/{contract_id:int}/jeux", RECORD)
def tie_contract_dataset(visit: Visit, contract_id: int) -> Response[Any]:
    """Ties a dataset to a contract, or unties it."""
    visit.visitor.require(RECORD, get_contract(visit.session, contract_id).organisation_id)
    data = visit.form_data()
    away, expected = read_number(data.first("removed")), read_number(data.first("version")) or 0
    number = away if away is not None else read_number(data.first("dataset_id"))
    if not number:
        message = _("Choisissez le jeu à rattacher à ce contrat.")
        return _page(visit, contract_id, message, status=HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        (cover_dataset if away is None else uncover_dataset)(visit.session, contract_id, number, expected=expected)
    except Invalid as refusal:
        return _page(visit, contract_id, refusal.message, status=HTTP_422_UNPROCESSABLE_ENTITY)
    except (Stale, Conflict) as refusal:
        return _page(visit, contract_id, refusal.message, status=HTTP_409_CONFLICT)
    done = "jeu-au-contrat" if away is None else "jeu-hors-contrat"
    return visit.go(f"/contrats/{contract_id}/jeux", done=done)


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_contract_datasets, tie_contract_dataset)
