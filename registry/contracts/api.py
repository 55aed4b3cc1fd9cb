"""The JSON API of contracts: list, read, record, amend, set aside, with ETag and If-Match."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import Field

from registry.contracts.forms import ContractChange, ContractCreation
from registry.contracts.models import Contract
from registry.contracts.queries import (
    ContractFilter,
    count_contracts,
    find_contracts_page,
    find_datasets_of,
    find_parties,
    get_contract,
    place_of,
)
from registry.contracts.reading import read_contract_place
from registry.contracts.rules import state_on, term_of
from registry.contracts.service import amend_contract, record_contract, set_contract_aside
from registry.contracts.views import CONTRACT_LABELS
from registry.contracts.vocabulary import ContractKind, ContractState, GdprRole, PartySide, PublicService
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.web.calls import ApiCall, Number, PageQuestions
from registry.web.setting_aside import setting_aside
from registry.web.visits import Visit, route

READ, RECORD = Permission.CONTRACTS_CONTRACT_READ, Permission.CONTRACTS_CONTRACT_RECORD
TAG = mark("Contrats")
EXAMPLE = {
    "organisation_id": 1, "kind": "dsp", "object": "Gestion du service public de l’eau potable",
    "public_service": "water", "starts_on": "2019-01-01", "ends_on": "2030-12-31",
    "parties": [{"party_id": 1, "side": "grantor", "gdpr_role": "controller"}],
}  # fmt: skip
_LABELS = CONTRACT_LABELS | {
    "party_id": mark("Organisation partie au contrat"),
    "side": mark("Place dans le contrat"),
    "gdpr_role": mark("Rôle au titre du RGPD"),
    "state": mark("Où en est le contrat"),
    "annulled": mark("Vrai si le contrat est annulé"),
}


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this room."""
    return ApiCall(**{"tag": TAG, "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class PartyBody:
    """A party of a contract."""

    party_id: int
    side: PartySide
    gdpr_role: GdprRole | None


@dataclass(frozen=True)
class ContractLineBody:
    """A contract in a list."""

    id: int
    version: int
    organisation_id: int
    kind: ContractKind
    object: str
    reference: str | None
    public_service: PublicService | None
    starts_on: date | None
    ends_on: date | None
    state: ContractState


@dataclass(frozen=True)
class ContractBody(ContractLineBody):
    """A contract, with its parties and the datasets it is about.

    Units: `value_euros` in euros without tax.
    """

    consulted_on: date | None
    signed_on: date | None
    tacit_renewal: bool | None
    renewed_until: date | None
    value_euros: int | None
    personal_data: bool | None
    clauses_read_on: date | None
    hosts_data: bool | None
    cloud_service: bool | None
    essential_data_published_on: date | None
    notes: str | None
    annulled: bool
    parties: list[PartyBody]
    datasets: list[int]


@dataclass(frozen=True)
class ContractsBody:
    """A page of contracts: those that go on, what ends first coming first, then those that are over."""

    total: int
    contracts: list[ContractLineBody]
    next: str | None


class ContractQuestions(PageQuestions):
    """What the list of contracts is narrowed to."""

    kind: ContractKind | None = Field(default=None, description=mark("La nature du contrat."))
    state: ContractState | None = Field(default=None, description=mark("Où en est le contrat."))
    party_id: Number | None = Field(default=None, description=mark("Une organisation partie au contrat."))
    annulled: bool = Field(default=False, description=mark("true pour lire les contrats annulés, et eux seuls."))


_COLUMNS = (
    "id", "version", "organisation_id", "kind", "object", "reference", "public_service", "starts_on", "ends_on",
)  # fmt: skip
_MORE = (
    "consulted_on", "signed_on", "tacit_renewal", "renewed_until", "value_euros", "personal_data", "clauses_read_on",
    "hosts_data", "cloud_service", "essential_data_published_on", "notes", "annulled",
)  # fmt: skip


def _line(visit: Visit, contract: Contract) -> dict[str, Any]:
    state = state_on(term_of(contract), visit.today)
    return {name: getattr(contract, name) for name in _COLUMNS} | {"state": state}


def _body(visit: Visit, contract: Contract) -> ContractBody:
    parties = find_parties(visit.session, [contract.id]).get(contract.id, [])
    return ContractBody(
        **_line(visit, contract),
        **{name: getattr(contract, name) for name in _MORE},
        parties=[PartyBody(one.row.party_id, one.row.side, one.row.gdpr_role) for one in parties],
        datasets=[one.id for one in find_datasets_of(visit.session, contract.id)],
    )


@route(
    "GET", "/api/v1/contracts", READ,
    about=about(mark("Les contrats dans vos droits : ceux qui courent, le premier à finir d’abord."),
                asks=ContractQuestions),
)  # fmt: skip
def list_contracts(visit: Visit) -> Response[ContractsBody]:
    """The contracts within the asker's rights."""
    asked = visit.asked(ContractQuestions)
    wanted = ContractFilter(
        kinds=frozenset({asked.kind} if asked.kind else ()), states=frozenset({asked.state} if asked.state else ()),
        party_id=asked.party_id, annulled=asked.annulled,
    )  # fmt: skip
    after = read_contract_place(asked.place(int, str, int))
    rows = find_contracts_page(visit.session, wanted, today=visit.today, after=after, limit=asked.limit + 1)
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    place = place_of(rows[-1], visit.today) if more else None
    following = asked.following((place[0], place[1].isoformat(), place[2]) if place is not None else None)
    total = count_contracts(visit.session, wanted, today=visit.today)
    return visit.answer(ContractsBody(total, [ContractLineBody(**_line(visit, row)) for row in rows], following))


@route(
    "POST", "/api/v1/contracts", RECORD, takes=ContractCreation,
    about=about(mark("Enregistre un contrat et ses parties."), status=201, example=EXAMPLE),
)  # fmt: skip
def create_contract(visit: Visit) -> Response[ContractBody]:
    """Records a contract."""
    given = visit.given(ContractCreation)
    visit.visitor.require(RECORD, given.organisation_id)
    made = record_contract(visit.session, given.organisation_id, given.sheet())
    visit.headers["Location"] = f"/api/v1/contracts/{made.id}"
    return visit.answer(_body(visit, made), status=HTTP_201_CREATED)


@route(
    "GET", "/api/v1/contracts/{contract_id:int}", READ,
    about=about(mark("Un contrat, avec ses parties et le rôle RGPD de chacune.")),
)  # fmt: skip
def read_contract(visit: Visit, contract_id: int) -> Response[ContractBody]:
    """One contract."""
    return visit.answer(_body(visit, get_contract(visit.session, contract_id)))


@route(
    "PATCH", "/api/v1/contracts/{contract_id:int}", RECORD, takes=ContractChange,
    about=about(
        mark("Change les champs donnés d’un contrat ; « parties » et « datasets », une fois donnés, remplacent tout."),
        versioned=True, example={"ends_on": "2031-12-31"},
    ),
)  # fmt: skip
def correct_contract(visit: Visit, contract_id: int) -> Response[ContractBody]:
    """Changes the fields given; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(ContractChange)
    visit.visitor.require(RECORD, get_contract(visit.session, contract_id).organisation_id)
    return visit.answer(_body(visit, amend_contract(visit.session, contract_id, given, expected=expected)))


_ASIDE = setting_aside(
    "/api/v1/contracts/{contract_id:int}", RECORD, ContractBody, about=about, reason="Enregistré deux fois",
    named=("annul_contract", "restore_contract"),
    says=(
        mark("Met de côté un contrat enregistré par erreur, en disant pourquoi ; rien n’est supprimé."),
        mark("Rétablit un contrat annulé, en disant pourquoi."),
    ),
    get=get_contract, act=set_contract_aside, tell=_body,
)  # fmt: skip
HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_contracts, create_contract, read_contract, correct_contract, *_ASIDE,
)  # fmt: skip
