"""What goes out about contracts: the view that each template receives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.compliance.explanation import FIELD_NAMES
from registry.contracts.clauses.time_line import TimeLine
from registry.contracts.models import Contract
from registry.contracts.queries import PartyLine
from registry.contracts.rules import state_on, term_of
from registry.contracts.vocabulary import ContractKind, ContractState, GdprRole, PartySide, PublicService
from registry.datasets.views import ChangeView, ConflictRow
from registry.kernel.words import _, mark
from registry.ledger.queries import Version
from registry.web.templating import say_day, say_number

CONTRACT_LABELS: dict[str, str] = {
    "organisation_id": mark("Organisation dont c’est le contrat"),
    "kind": mark("Nature du contrat"),
    "object": mark("Objet"),
    "reference": mark("Référence"),
    "public_service": mark("Service public"),
    "consulted_on": mark("Consultation engagée le"),
    "signed_on": mark("Signé le"),
    "starts_on": mark("Commence le"),
    "ends_on": mark("Finit le"),
    "tacit_renewal": mark("Tacite reconduction"),
    "renewed_until": mark("Reconduit au plus tard jusqu’au"),
    "value_euros": mark("Valeur totale (euros hors taxes)"),
    "personal_data": mark("Touche à des données personnelles"),
    "clauses_read_on": mark("Clauses relues le"),
    "hosts_data": mark("Le titulaire garde des données de la collectivité"),
    "cloud_service": mark("Service d’informatique en nuage"),
    "essential_data_published_on": mark("Données essentielles publiées le"),
    "notes": mark("Remarques"),
    "parties": mark("Parties"),
    "datasets": mark("Jeux de données concernés"),
}
FIELD_NAMES["contract"] = CONTRACT_LABELS
_LISTS: dict[str, type[ContractKind] | type[PublicService]] = {"kind": ContractKind, "public_service": PublicService}
_TONES = {
    ContractState.UNDATED: "to-complete",
    ContractState.COMING: "not-applicable",
    ContractState.RUNNING: "compliant",
    ContractState.RENEWED: "compliant",
    ContractState.ENDING: "to-complete",
    ContractState.ENDED: "not-applicable",
}
"""The mark of each state, among those the pages have; the word beside it says it."""
_EVENTS = {
    "contracts:contract:record": mark("Contrat enregistré"),
    "contracts:contract:amend": mark("Contrat modifié"),
    "contracts:contract:annul": mark("Contrat annulé"),
    "contracts:contract:restore": mark("Contrat rétabli"),
}


@dataclass(frozen=True)
class StateMark:
    """Where a contract stands: the mark and the word."""

    code: str
    word: str


@dataclass(frozen=True)
class PartyView:
    """A party on the sheet of a contract."""

    id: int
    name: str
    side: str
    gdpr_role: str


@dataclass(frozen=True)
class ContractLine:
    """A contract in a list."""

    id: int
    object: str
    kind: str
    public_service: str
    reference: str
    holders: str
    state: StateMark
    ends_on: date | None
    organisation: str = ""


@dataclass(frozen=True)
class ContractsPage:
    """The contracts within the reader's rights: those that go on, what ends first coming first.

    `ends` are the two days asked for, as they were typed; `error` says which of them is no day. `bodies` are those that
    have some, each with how many and its list, where there are several; `body` the one chosen.
    """

    rows: Sequence[ContractLine]
    total: int
    figures: Sequence[tuple[int, str, str, str]]
    facets: Sequence[Mapping[str, Any]]
    holders: Sequence[tuple[str, str]]
    holder: str
    ends: tuple[str, str]
    error: str
    annulled: bool
    narrowed: bool
    first_address: str
    next_address: str
    may_record: bool
    may_issue: bool
    words: str
    bodies: Sequence[tuple[int, str, int, str]]
    body_choices: Sequence[tuple[str, str]]
    body: str


@dataclass(frozen=True)
class ContractPage:
    """One contract: what is known of it, its parties, what does not hold together, and other rooms' panels.

    `late` says what it has not delivered in time, and the address of the list of it.
    """

    id: int
    object: str
    kind: str
    annulled: bool
    organisation_id: int
    organisation_name: str
    state: StateMark
    late: tuple[str, str] | None
    fields: Sequence[tuple[str, str]]
    unknown: Sequence[tuple[str, str]]
    parties: Sequence[PartyView]
    datasets: Sequence[tuple[int, str]]
    line: TimeLine | None
    oddities: Sequence[str]
    panels: Sequence[str]
    may_record: bool
    may_issue: bool


@dataclass(frozen=True)
class ContractFormPage:
    """The form of a contract; `version` is the one the person had read when they began to type."""

    id: int | None
    version: int | None
    object: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    organisations: Sequence[tuple[str, str]]
    bodies: Sequence[tuple[str, str]]
    parties: Sequence[Mapping[str, Any]]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    began: str
    beside: Sequence[ConflictRow]


@dataclass(frozen=True)
class ContractHistoryPage:
    """Who changed what of a contract, latest first; `is_cut` where older changes are not shown."""

    id: int
    object: str
    changes: Sequence[ChangeView]
    is_cut: bool


@dataclass(frozen=True)
class ContractDatasetsPage:
    """The datasets a contract is about, and those one may add, by words of their sheet."""

    id: int
    version: int
    object: str
    words: str
    covered: Sequence[tuple[int, str]]
    choices: Sequence[tuple[str, str]]
    error: str


@dataclass(frozen=True)
class ContractsPanel:
    """The contracts of an organisation, each with what it is there."""

    rows: Sequence[tuple[ContractLine, str]]
    list_address: str


def state_mark(contract: Contract, today: date) -> StateMark:
    """Where a contract stands, in words."""
    state = state_on(term_of(contract), today)
    return StateMark(_TONES[state], state.label)


def holders_of(parties: Sequence[PartyLine]) -> str:
    """Who holds a contract, or is a partner in it, by name: those the reader may know."""
    return ", ".join(one.name for one in parties if one.row.side is not PartySide.GRANTOR and one.name)


def contract_line(
    contract: Contract, parties: Sequence[PartyLine], today: date, organisation: str = ""
) -> ContractLine:
    """A contract as lists show it."""
    return ContractLine(
        id=contract.id, object=contract.object, kind=contract.kind.label,
        public_service=contract.public_service.label if contract.public_service else "",
        reference=contract.reference or "", holders=holders_of(parties), state=state_mark(contract, today),
        ends_on=term_of(contract).last_on(today), organisation=organisation,
    )  # fmt: skip


def party_view(party: PartyLine) -> PartyView:
    """A party in words."""
    return PartyView(
        party.row.party_id, party.name or _("Organisation hors de vos droits"), party.row.side.label,
        party.row.gdpr_role.label if party.row.gdpr_role else _("Rôle RGPD à dire"),
    )  # fmt: skip


def say_contract_value(name: str, value: Any) -> str:
    """A field of a contract in words; nothing for what is empty."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if name in _LISTS:
        return _LISTS[name](value).label
    if name == "value_euros":
        return f"{say_number(value)} €"
    if name.endswith("_on") or name == "renewed_until":
        # The ledger keeps days as text.
        return say_day(date.fromisoformat(value) if isinstance(value, str) else value)
    return str(value)


def contract_views(contract: Contract) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The fields that say something with what they say, and those nobody has filled: name and label."""
    shown, unknown = [], []
    for name, label in CONTRACT_LABELS.items():
        if name in {"organisation_id", "object", "parties", "datasets", "kind"}:
            continue
        words = say_contract_value(name, getattr(contract, name))
        if words:
            shown.append((_(label), words))
        else:
            unknown.append((name, _(label)))
    return shown, unknown


def history_views(
    versions: Sequence[Version],
    actors: Mapping[str, str],
    *,
    labels: Mapping[str, str] = CONTRACT_LABELS,
    say: Callable[[str, Any], str] = say_contract_value,
    events: Mapping[str, str] = _EVENTS,
    otherwise: str = mark("Contrat modifié"),
) -> list[ChangeView]:
    """Every change of a contract, or of what has these labels, in words, latest first, as it is given."""
    views = []
    for newer, older in zip(versions, (*versions[1:], None), strict=True):
        before = older.snapshot if older is not None else {}
        changes = tuple(
            (_(labels[name]), say(name, before.get(name)), say(name, value))
            for name, value in newer.snapshot.items()
            if older is not None and name in labels and before.get(name) != value
        )
        views.append(
            ChangeView(
                version=newer.version, at=newer.recorded_at, actor=actors.get(newer.actor, newer.actor),
                sentence=_(events.get(newer.event or "", otherwise)), reason=newer.reason,
                changes=changes,
            )
        )  # fmt: skip
    return views


def choices() -> dict[str, list[tuple[str, str]]]:
    """The closed lists of the form, in the reader's language."""
    lists = {"kind": ContractKind, "public_service": PublicService, "side": PartySide, "gdpr_role": GdprRole}
    return {name: [(str(one), one.label) for one in of] for name, of in lists.items()}
