"""The pages of contracts: the list with what ends soon, one contract with its parties and its evidence, its form."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.contracts.clauses.events import events_of
from registry.contracts.clauses.queries import find_amendments
from registry.contracts.clauses.time_line import time_line
from registry.contracts.deliveries.costing import say_late_of
from registry.contracts.forms import BELOW, ContractChange, ContractForm, PartyForm
from registry.contracts.history import find_contract_history
from registry.contracts.models import Contract
from registry.contracts.queries import (
    ContractFilter,
    count_by_keeper,
    count_by_state,
    count_contracts,
    find_contracts_page,
    find_datasets_of,
    find_holders,
    find_parties,
    get_contract,
    place_of,
)
from registry.contracts.reading import every_fault, read_contract_place, typed_contract
from registry.contracts.rules import disorders, oddities
from registry.contracts.service import amend_contract, record_contract, set_contract_aside
from registry.contracts.views import (
    CONTRACT_LABELS,
    ContractFormPage,
    ContractHistoryPage,
    ContractPage,
    ContractsPage,
    choices,
    contract_line,
    contract_views,
    party_view,
    say_contract_value,
    state_mark,
)
from registry.contracts.vocabulary import ContractKind, ContractState, GdprRole, PartySide, PublicService
from registry.datasets.meanwhile import Lines, Row, fields_together, written
from registry.datasets.views import ConflictRow
from registry.kernel.paging import read_place, write_place
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.ledger.queries import get_version
from registry.organisations.holding import legal_person_of
from registry.organisations.queries import find_organisations, get_organisation
from registry.web.forms import parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.visits import NOTICES, Rejected, Visit, route

READ, RECORD = Permission.CONTRACTS_CONTRACT_READ, Permission.CONTRACTS_CONTRACT_RECORD
NOTICES.update(
    {
        "contrat-enregistre": mark("Le contrat est enregistré."),
        "contrat-annule": mark("Le contrat est annulé. Rien n’est effacé : vous pouvez le rétablir."),
        "contrat-retabli": mark("Le contrat est rétabli."),
    }
)
_PAGE, _EMPTY_ROWS = 50, 3
_LIST = "contrats"
_ENDS = ("fin_du", "fin_au")


def _filter_of(visit: Visit, keepers: Mapping[int, Any]) -> ContractFilter:
    """What the address narrows the list to; `keepers` are the bodies that organisations act for."""
    body = read_number(visit.query("organisme"))
    said = {name: set(visit.query_all(name)) for name in ("nature", "service", "etat")}
    return ContractFilter(
        frozenset(one for one in ContractKind if one in said["nature"]),
        frozenset(one for one in PublicService if one in said["service"]),
        frozenset(one for one in ContractState if one in said["etat"]),
        read_number(visit.query("partie")),
        visit.query("annules") == "true",
        ends_from=_day(visit, _ENDS[0]),
        ends_to=_day(visit, _ENDS[1]),
        words=visit.query("mots").replace("\0", " ").strip(),
        keepers=None if body is None else frozenset(one for one, whose in keepers.items() if whose.id == body),
    )


def _bodies(keepers: Mapping[int, Any], by: Mapping[int, int]) -> list[tuple[int, str, int, str]]:
    """The bodies that have contracts, with how many and their list, where there are several: a summary counts one's."""
    counts = Counter[int]()
    for number, count in by.items():
        counts[keepers[number].id if number in keepers else number] += count
    names = {one.id: one.name for one in keepers.values()}
    found = [
        (number, names.get(number, _("Organisation hors de vos droits")), count, f"/contrats?organisme={number}")
        for number, count in counts.most_common()
    ]
    return found if len(found) > 1 else []


def _day(visit: Visit, name: str) -> date | None:
    """A day of the address; none where there is none, or where what is there is no day."""
    try:
        return date.fromisoformat(visit.query(name))
    except ValueError:
        return None


def _wrong_days(visit: Visit) -> str:
    """What is wrong with the days asked for; such a day narrows nothing."""
    if any(visit.query(name) and _day(visit, name) is None for name in _ENDS):
        return _("Une des deux dates de fin n’est pas une date : elle n’est pas suivie.")
    first, last = (_day(visit, name) for name in _ENDS)
    if first is not None and last is not None and last < first:
        return _("La seconde date de fin est avant la première : aucun contrat n’y est.")
    return ""


def _figures(by: Mapping[ContractState, int]) -> list[tuple[int, str, str, str]]:
    """Every contract in one figure and no more: each opens the list it counts; the rarest only where there are any."""
    going = (ContractState.RUNNING, ContractState.RENEWED)
    shown: list[tuple[tuple[ContractState, ...], str, str, bool]] = [
        ((ContractState.ENDING,), _("finissent dans l’année"), "wait", True),
        (going, _("en cours au-delà"), "", True),
        ((ContractState.COMING,), _("à venir"), "", False),
        ((ContractState.UNDATED,), _("sans dates"), "wait", False),
        ((ContractState.ENDED,), _("terminés"), "", True),
    ]
    return [
        (number, words, "/contrats?" + urlencode([("etat", str(one)) for one in states]), tone)
        for states, words, tone, always in shown
        if (number := sum(by[one] for one in states)) or always
    ]


@route("GET", "/contrats", READ)
def show_contracts(visit: Visit) -> Response[Any]:
    """The contracts within the visitor's rights, what ends first coming first."""
    session, today = visit.session, visit.today
    every = {one.id: one for one in find_organisations(session)}
    keepers = {number: legal_person_of(every, one) for number, one in every.items()}
    asked, bodies = _filter_of(visit, keepers), _bodies(keepers, count_by_keeper(session))
    words, body = asked.words, visit.query("organisme") if asked.keepers is not None else ""
    ends = (asked.ends_from, asked.ends_to)
    after = read_contract_place(read_place(_LIST, visit.query("apres") or None, int, str, int))
    found = find_contracts_page(session, asked, today=today, after=after, limit=_PAGE + 1)
    more, found = len(found) > _PAGE, found[:_PAGE]
    by = count_by_state(session, today=today)
    parties = find_parties(session, [one.id for one in found])
    choice = [
        *(("nature", str(one)) for one in sorted(asked.kinds)),
        *(("service", str(one)) for one in sorted(asked.services)),
        *(("etat", str(one)) for one in sorted(asked.states)),
        *([("mots", words)] if words else []),
        *([("organisme", body)] if body else []),
        *([("partie", str(asked.party_id))] if asked.party_id is not None else []),
        *((name, day.isoformat()) for name, day in zip(_ENDS, ends, strict=True) if day is not None),
        *([("annules", "true")] if asked.annulled else []),
    ]
    following: list[tuple[str, str]] = []
    if more:
        over, day, number = place_of(found[-1], today)
        following = [*choice, ("apres", write_place(_LIST, (over, day.isoformat(), number)))]
    here = "/contrats" + (f"?{urlencode(choice)}" if choice else "")
    page = ContractsPage(
        rows=[
            contract_line(
                one, parties.get(one.id, []), today,
                every[one.organisation_id].name if bodies and one.organisation_id in every else "",
            )
            for one in found
        ],
        total=count_contracts(session, asked, today=today),
        figures=_figures(by),
        facets=[
            {"name": "etat", "label": _("État"),
             "values": [(str(e), e.label, e in asked.states) for e in ContractState]},
            {"name": "nature", "label": _("Nature du contrat"),
             "values": [(str(e), e.label, e in asked.kinds) for e in ContractKind]},
            {"name": "service", "label": _("Service public"),
             "values": [(str(e), e.label, e in asked.services) for e in PublicService]},
        ],
        holders=[(str(number), name) for number, name in find_holders(session)],
        holder=str(asked.party_id or ""),
        ends=(visit.query(_ENDS[0]), visit.query(_ENDS[1])),
        error=_wrong_days(visit),
        annulled=asked.annulled,
        narrowed=bool(
            asked.kinds or asked.services or asked.states or asked.party_id is not None or any(ends) or words or body
        ),
        words=words, bodies=bodies, body=body,
        body_choices=[(str(number), f"{name} ({count})") for number, name, count, _address in bodies],
        first_address=here if after is not None else "",
        next_address=f"/contrats?{urlencode(following)}" if following else "",
        may_record=visit.visitor.may(RECORD),
        may_issue=visit.visitor.may(Permission.REPORTING_DOCUMENT_ISSUE),
    )  # fmt: skip
    return visit.page("contracts/contracts.html", page)


@route("GET", "/contrats/{contract_id:int}", READ)
def show_contract(visit: Visit, contract_id: int) -> Response[Any]:
    """One contract: what is known of it, its parties, and what every room knows of it."""
    contract = get_contract(visit.session, contract_id)
    visit.agrees.update({"contrat-annule": contract.annulled, "contrat-retabli": not contract.annulled})
    fields, unknown = contract_views(contract)
    parties = find_parties(visit.session, [contract.id]).get(contract.id, [])
    page = ContractPage(
        id=contract.id,
        object=contract.object,
        kind=contract.kind.label,
        annulled=contract.annulled,
        organisation_id=contract.organisation_id,
        organisation_name=get_organisation(visit.session, contract.organisation_id).name,
        state=state_mark(contract, visit.today),
        late=say_late_of(visit.session, contract, visit.today) if not contract.annulled else None,
        fields=fields,
        unknown=unknown,
        parties=[party_view(one) for one in parties],
        datasets=[(one.id, one.title) for one in find_datasets_of(visit.session, contract.id)],
        line=time_line(events_of(contract, find_amendments(visit.session, contract.id)), visit.today),
        oddities=oddities(contract.signed_on, contract.starts_on, [one.row.gdpr_role for one in parties]),
        panels=visit.panels_of("contract", contract.id),
        may_record=visit.visitor.may(RECORD, contract.organisation_id),
        may_issue=visit.visitor.may(Permission.REPORTING_DOCUMENT_ISSUE, contract.organisation_id),
    )
    return visit.page("contracts/contract.html", page)


@route("GET", "/contrats/{contract_id:int}/historique", READ)
def show_contract_history(visit: Visit, contract_id: int) -> Response[Any]:
    """Who changed what of a contract and of all that is below it, when and why, in words."""
    contract = get_contract(visit.session, contract_id)
    may_give_links = visit.visitor.may(Permission.CONTRACTS_CONTRACT_RECORD, contract.organisation_id)
    changes, is_cut = find_contract_history(visit.session, contract, with_links=may_give_links)
    page = ContractHistoryPage(contract.id, contract.object, changes, is_cut)
    return visit.page("contracts/history.html", page)


def _form_page(
    visit: Visit,
    contract: Contract | None,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    *,
    version: int | None = None,
    began: str = "",
    status: int = 200,
    beside: Sequence[ConflictRow] = (),
) -> Response[Any]:
    reach, bodies = visit.visitor.reach(RECORD), find_organisations(visit.session)
    placed, labels = _placed(errors or {})
    parties: Sequence[Mapping[str, Any]] = values.get("parties") or []
    page = ContractFormPage(
        id=contract.id if contract else None,
        version=version if version is not None else contract.version if contract else None,
        object=contract.object if contract else "",
        values=values,
        errors=placed,
        labels={name: _(label) for name, label in CONTRACT_LABELS.items()} | labels,
        organisations=[(str(body.id), body.name) for body in bodies if body.id in reach and body.kind.is_authority],
        bodies=[(str(body.id), body.name) for body in bodies],
        parties=[*parties, *({} for _row in range(_EMPTY_ROWS))],
        choices=choices(),
        began=began,
        beside=beside,
    )
    return visit.page("contracts/form.html", page, status=status)


_OF_A_PARTY = {
    "party_id": mark("Organisation"), "side": mark("Place dans le contrat"),
    "gdpr_role": mark("Rôle au titre du RGPD"),
}  # fmt: skip


_CHOSEN = frozenset({"kind", "public_service", "side", "gdpr_role"})
"""The fields whose only fault is to be none of their list."""
_AS_SHOWN = (
    "organisation_id", "object", "kind", "public_service", "reference", "consulted_on", "signed_on", "starts_on",
    "ends_on", "tacit_renewal", "renewed_until", "value_euros", "personal_data", "clauses_read_on", "hosts_data",
    "cloud_service", "essential_data_published_on", "parties", "notes",
)  # fmt: skip
"""The fields in the order of the page, in which its summary names them: the rows of parties where parties stand."""


def _placed(errors: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Each error under the field of the page it is of, the rows of parties included; and how such a field is named."""
    placed, labels = dict[str, str](), dict[str, str]()
    for path, message in errors.items():
        root, _dot, rest = path.partition(".")
        rank, _dot, name = rest.partition(".")
        if root == "parties" and rank.isdecimal() and name in _OF_A_PARTY:
            root = f"party-{rank}-{name}"
            labels[root] = _("Partie {rank}, {field}").format(rank=int(rank) + 1, field=_(_OF_A_PARTY[name]))
        # The page offers names: the codes that the message cites are those of programs.
        placed[root] = _("Choisissez une valeur de la liste.") if (name or root) in _CHOSEN else message
    rank_of = {name: rank for rank, name in enumerate(_AS_SHOWN)}
    shown = sorted(placed, key=lambda name: rank_of.get(name, rank_of["parties"]))
    return {name: placed[name] for name in shown}, labels


@route("GET", "/contrats/nouveau", RECORD)
def show_new_contract(visit: Visit) -> Response[Any]:
    """An empty contract."""
    return _form_page(visit, None, {"organisation_id": str(visit.visitor.organisation_id)})


@route("POST", "/contrats/nouveau", RECORD)
def record_new_contract(visit: Visit) -> Response[Any]:
    """Records a contract, or shows the form again with what was typed."""
    data = visit.form_data()
    owner, typed = read_number(data.first("organisation_id")), typed_contract(data)
    read = parse_values(ContractForm, typed, today=visit.today)
    errors = every_fault(read) if isinstance(read, Rejected) else {}
    if owner is None or not visit.visitor.may(RECORD, owner):
        errors["organisation_id"] = _("Choisissez une organisation pour laquelle vous tenez le registre.")
    values = {**typed, "organisation_id": data.first("organisation_id")}
    if isinstance(read, Rejected) or owner is None or errors:
        if not isinstance(read, Rejected):
            errors |= disorders(read.form)
        return _form_page(visit, None, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    made = save(read, lambda form: record_contract(visit.session, owner, form))
    if isinstance(made, Unsaved):
        return _form_page(visit, None, values, made.errors, status=made.status)
    return visit.go(f"/contrats/{made.id}", done="contrat-enregistre")


@route("GET", "/contrats/{contract_id:int}/modifier", RECORD)
def show_amend_contract(visit: Visit, contract_id: int) -> Response[Any]:
    """The form of a contract, as it stands."""
    contract = get_contract(visit.session, contract_id)
    visit.visitor.require(RECORD, contract.organisation_id)
    values = _values_of(visit, contract)
    return _form_page(visit, contract, values, began=_began(values))


def _values_of(visit: Visit, contract: Contract) -> dict[str, Any]:
    """A contract as its form shows it."""
    held = find_parties(visit.session, [contract.id]).get(contract.id, [])
    return ContractForm.model_construct(
        **{name: getattr(contract, name) for name in ContractForm.model_fields if name not in BELOW},
        parties=[PartyForm.model_validate(one.row) for one in held],
    ).model_dump(mode="json")


def _began(values: Row) -> str:
    """What the form carries of the parties it was opened on."""
    return written((_parties({}), values["parties"]))


def _parties(names: Mapping[int, str]) -> Lines:
    """The parties of the form; `names` are organisations', by number."""
    return Lines(
        "parties", "party_id", lambda row: names.get(int(row["party_id"]), _("Organisation hors de vos droits")),
        _say_party,
    )  # fmt: skip


def _say_party(row: Row) -> str:
    return " — ".join(
        (
            PartySide(row["side"]).label if row["side"] else _("Côté à dire"),
            GdprRole(row["gdpr_role"]).label if row["gdpr_role"] else _("Rôle RGPD à dire"),
        )
    )


def _beside_the_other(
    visit: Visit, contract: Contract, made: Unsaved, read: int, began: str
) -> Response[Any]:  # fmt: skip
    """The form once more: what was given, with what somebody else saved since version `read`, field by field."""
    given, theirs = made.given, _values_of(visit, contract)
    base = get_version(visit.session, "contract", contract.id, read)
    fields = {name: value for name, value in given.items() if name not in BELOW}
    kept, beside = fields_together(
        fields, theirs, base, label=lambda name: _(CONTRACT_LABELS[name]), say=say_contract_value
    )
    if "parties" in given:
        names = {body.id: body.name for body in find_organisations(visit.session)}
        kept["parties"], differing = _parties(names).together(given["parties"], theirs["parties"], began)
        beside = [*beside, *differing]
    return _form_page(
        visit, contract, kept, made.errors, version=made.version, began=_began(theirs), status=made.status,
        beside=beside,
    )  # fmt: skip


@route("POST", "/contrats/{contract_id:int}/modifier", RECORD)
def change_contract(visit: Visit, contract_id: int) -> Response[Any]:
    """Saves the form; somebody else's change meanwhile is shown beside, field by field."""
    contract = get_contract(visit.session, contract_id)
    visit.visitor.require(RECORD, contract.organisation_id)
    data = visit.form_data()
    typed, version, began = typed_contract(data), read_number(data.first("version")) or 0, data.first("began")
    read = parse_values(ContractChange, typed, today=visit.today)
    made = save(read, lambda form: amend_contract(visit.session, contract_id, form, expected=version))
    if isinstance(made, Unsaved) and made.version is not None:
        return _beside_the_other(visit, contract, made, version, began)
    if isinstance(made, Unsaved):
        errors = every_fault(read) if isinstance(read, Rejected) else made.errors
        return _form_page(visit, contract, typed, errors, version=version, began=began, status=made.status)
    return visit.go(f"/contrats/{contract_id}", done="contrat-enregistre")


def _contract_aside(visit: Visit, contract_id: int) -> Aside:
    contract = get_contract(visit.session, contract_id)
    visit.visitor.require(RECORD, contract.organisation_id)
    here = f"/contrats/{contract.id}"
    return Aside(
        contract, contract.object, [(_("Contrats"), "/contrats"), (contract.object, here)],
        heads=(_("Annuler le contrat"), _("Rétablir le contrat")),
        sentences=(
            _(
                "Rien n’est effacé : le contrat sort des listes, son histoire reste au registre, et il peut revenir. "
                "Un contrat qui a pris fin ne s’annule pas : dites plutôt sa date de fin."
            ),
            _("Le contrat revient dans les listes, tel qu’il était."),
        ),
        back=here, act=partial(set_contract_aside, visit.session, contract.id),
    )  # fmt: skip


_ASIDE = asking_why(
    "/contrats/{contract_id:int}/annuler", RECORD, _contract_aside, done=("contrat-annule", "contrat-retabli")
)

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_contracts, show_new_contract, record_new_contract, show_contract, show_contract_history,
    show_amend_contract, change_contract, *_ASIDE,
)  # fmt: skip
