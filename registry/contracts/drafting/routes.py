"""The page on which one ticks the clauses to ask for in an amendment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.contracts.clauses.coverage import coverage_of
from registry.contracts.clauses.kinds import kinds
from registry.contracts.clauses.queries import find_written
from registry.contracts.clauses.showing import asked_now
from registry.contracts.clauses.views import name_instrument
from registry.contracts.drafting.changing import changes_of
from registry.contracts.drafting.forms import DraftForm
from registry.contracts.drafting.service import code_of, completable, draft_amendment, offered_of, withheld_of
from registry.contracts.models import Contract
from registry.contracts.queries import find_datasets_of, get_contract, require_standing
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.web.forms import parse_values
from registry.web.visits import NOTICES, Rejected, Visit, route

_EVERY = "*"
RECORD = Permission.CONTRACTS_CONTRACT_RECORD
NOTICES["projet-prepare"] = mark(
    "Le projet d’avenant est préparé : ses clauses sont « demandées ». Émettez-le pour le faire relire."
)


@dataclass(frozen=True)
class DraftPage:
    """The clauses a contract lacks, to be ticked: those of the whole contract, then each kind with its datasets.

    `changes` are those in force that it may lift, or bring up to the law. `kept_back` is whether a clause is left for
    somebody to tick: one that would put personal data online.
    """

    contract_id: int
    object: str
    was_read: bool
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    amendments: Sequence[tuple[str, str]]
    whole: Sequence[tuple[str, str]]
    by_kind: Sequence[tuple[str, str, Sequence[tuple[str, str]]]]
    ticked: frozenset[str]
    kept_back: bool
    number: int
    changes: Sequence[tuple[str, str]]


def _page(
    visit: Visit, contract: Contract, values: Mapping[str, Any], errors: Mapping[str, str], status: int = 200
) -> Response[Any]:
    written = find_written(visit.session, [contract])[contract.id]
    titles = {one.id: one.title for one in find_datasets_of(visit.session, contract.id)}
    looked_for = asked_now(visit.session, contract)
    coverage = coverage_of(written, looked_for, list(titles), visit.today, signed_by=visit.today)
    offered, known = offered_of(coverage), kinds()
    by_kind: dict[str, list[tuple[str, str]]] = {}
    for kind, column in offered:
        if column is not None:
            title = titles[column] or _("Un jeu que vos droits ne montrent pas")
            by_kind.setdefault(kind, []).append((code_of(kind, column), title))
    amendments = completable(sorted(written.amendments.values(), key=lambda one: one.number))
    wanted = values.get("wanted")
    changes = changes_of(visit.session, written, visit.today)
    every = [*(one.code for one in changes), *(code_of(kind, column) for kind, column in offered)]
    kept_back: frozenset[str] = frozenset()
    if wanted is None:
        kept_back = withheld_of(coverage) & frozenset(every)
        negotiated = {one.code for one in changes if not one.is_owed}
        wanted = [one for one in every if one not in kept_back | negotiated]
    page = DraftPage(
        contract_id=contract.id,
        object=contract.object,
        was_read=contract.clauses_read_on is not None,
        values=values,
        errors=errors,
        labels={
            "object": _("Objet de l’avenant"), "amendment_id": _("Dans quel avenant"),
            "wanted": _("Clauses à demander"),
        },
        amendments=[
            ("", _("Un nouvel avenant")),
            *((str(one.id), f"{name_instrument(one)} – {one.object}") for one in amendments),
        ],
        whole=[(code_of(kind, None), known.label(kind)) for kind, column in offered if column is None],
        by_kind=[(kind, known.label(kind), choices) for kind, choices in by_kind.items()],
        ticked=frozenset(every if wanted == [_EVERY] else wanted), kept_back=bool(kept_back),
        number=len(every), changes=[(one.code, one.label) for one in changes],
    )  # fmt: skip
    return visit.page("contracts/draft.html", page, status=status)


@route("GET", "/contrats/{contract_id:int}/avenants/projet", RECORD)
def show_draft_amendment(visit: Visit, contract_id: int) -> Response[Any]:
    """What a contract lacks, ticked, to be asked for in an amendment; but not to put personal data online."""
    contract = get_contract(visit.session, contract_id)
    visit.visitor.require(RECORD, contract.organisation_id)
    require_standing(contract)
    return _page(visit, contract, {"object": _("Clauses relatives aux données")}, {})


@route("POST", "/contrats/{contract_id:int}/avenants/projet", RECORD)
def make_draft_amendment(visit: Visit, contract_id: int) -> Response[Any]:
    """Makes the amendment, or shows the page again: with what was ticked, with every box ticked, or with none."""
    contract = get_contract(visit.session, contract_id)
    visit.visitor.require(RECORD, contract.organisation_id)
    data = visit.form_data()
    typed: dict[str, Any] = {
        "amendment_id": data.first("amendment_id").strip() or None, "object": data.first("object").strip(),
        "wanted": [one for name in data.names() if name.startswith("wanted") for one in data.all(name) if one],
    }  # fmt: skip
    if tick := data.first("tick"):
        return _page(visit, contract, {**typed, "wanted": [_EVERY] if tick == "all" else []}, {})
    read = parse_values(DraftForm, typed, today=visit.today)
    if isinstance(read, Rejected):
        return _page(visit, contract, typed, read.errors, HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        made = draft_amendment(visit.session, contract_id, read.form, today=visit.today)
    except Invalid as refusal:
        return _page(visit, contract, typed, refusal.by_field, HTTP_422_UNPROCESSABLE_ENTITY)
    except Conflict as refusal:
        return _page(visit, contract, typed, {"_": refusal.message}, HTTP_409_CONFLICT)
    return visit.go(f"/contrats/avenants/{made.id}", done="projet-prepare")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_draft_amendment, make_draft_amendment)
