"""What became of a contract and of all that is below it, in words: its clauses, its deliveries, its links."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.queries import find_actor_names
from registry.contracts.clauses.history import amendment_history
from registry.contracts.clauses.kinds import say_terms
from registry.contracts.clauses.models import Clause, ClauseStipulation
from registry.contracts.clauses.queries import find_amendments
from registry.contracts.clauses.views import STIPULATION_LABELS, name_clause
from registry.contracts.deliveries.models import Delivery, DeliveryReceipt
from registry.contracts.deliveries.views import DELIVERY_LABELS, RECEIPT_LABELS, say_euros, title_of
from registry.contracts.deliveries.vocabulary import DeliveryChannel, PenaltyDecision, ReceiptAnswer
from registry.contracts.depots.models import OperatorLink
from registry.contracts.models import Contract
from registry.contracts.reminders.models import DeliveryReminder
from registry.contracts.views import history_views
from registry.contracts.vocabulary import ClauseAct, ClausePerformance, Delivered
from registry.datasets.queries import find_titles
from registry.datasets.views import ChangeView
from registry.kernel.words import _, mark
from registry.ledger.queries import Version, find_versions_among
from registry.organisations.queries import find_names_of
from registry.web.templating import say_day

_ELSEWHERE = "·"
"""The sentence of what another row tells."""
MOST = 400
"""The versions that one page tells: the last ones of the contract and its amendments, and as many of the rest."""
_ENUMERATED: Mapping[str, Any] = {
    "act": ClauseAct, "answer": ReceiptAnswer, "channel": DeliveryChannel, "kind": Delivered,
    "penalty": PenaltyDecision, "performance": ClausePerformance,
}  # fmt: skip
_LINK_LABELS = {"expires_on": mark("Jusqu’au")}
_SUMS = frozenset({"penalty_cents", "penalty_counted_cents"})
_PENALTY_LABELS = {
    **{name: RECEIPT_LABELS[name] for name in ("penalty", "penalty_reason")},
    "penalty_cents": mark("Montant décidé"), "penalty_counted_cents": mark("Ce que le contrat comptait ce jour-là"),
}  # fmt: skip
_DELIVERY = {
    "contracts:delivery:record": mark("Livraison notée : {name}"),
    "contracts:delivery:expect": mark("Livraison suivie du calendrier : {name}"),
    "contracts:delivery:amend": mark("Livraison modifiée : {name}"),
    "contracts:delivery:annul": mark("Livraison annulée : {name}"),
    "contracts:delivery:restore": mark("Livraison rétablie : {name}"),
    "contracts:delivery:penalise": mark("Pénalité appliquée : {name}"),
    "contracts:delivery:remit": mark("Pénalité remise : {name}"),
}
_RECEIPT = {
    "contracts:delivery:receive": mark("Réception notée : {name}"),
    "contracts:delivery:accept": mark("Réception acceptée : {name}"),
    "contracts:delivery:refuse": mark("Réception refusée : {name}"),
    "contracts:delivery:unreceive": mark("Réception annulée : {name}"),
    "contracts:delivery:receive-again": mark("Réception rétablie : {name}"),
}
_REMINDER = {
    "contracts:delivery:remind": mark("Relance notée : {name}"),
    "contracts:delivery:unremind": mark("Relance annulée : {name}"),
    "contracts:delivery:remind-again": mark("Relance rétablie : {name}"),
}
_CLAUSE = {"contracts:clause:perform": mark("Tenue de la clause constatée : {name}")}
_STIPULATION = {
    "contracts:clause:record": mark("Clause relevée : {name}"),
    "contracts:clause:stipulate": mark("Acte relevé sur la clause : {name}"),
    "contracts:clause:amend": mark("Clause corrigée : {name}"),
    "contracts:clause:annul": mark("Ligne de clause annulée : {name}"),
    "contracts:clause:restore": mark("Ligne de clause rétablie : {name}"),
}
_LINK = {
    "contracts:link:make": mark("Lien de dépôt donné : {name}"),
    "contracts:link:renew": mark("Lien de dépôt renouvelé : {name}"),
    "contracts:link:revoke": mark("Lien de dépôt révoqué : {name}"),
}


@dataclass(frozen=True)
class _Below:
    """A record below the contract: what it is called, and the events of it that are told."""

    table: str
    id: int
    name: str
    events: Mapping[str, str]
    labels: Mapping[str, str]
    kind: str = ""


def find_contract_history(session: Session, contract: Contract, *, with_links: bool) -> tuple[list[ChangeView], bool]:
    """Every change of a contract, of its amendments, clauses, deliveries, receipts, reminders and links, latest first.

    Also whether older ones are left out: of the contract and its amendments the last `MOST` are told, and as many of
    what is below, so that deliveries push nothing of these away. Links are for who may give them.
    """
    numbers = {one.id: one.number for one in find_amendments(session, contract.id)}
    below = [one for one in _find_below(session, contract, numbers) if with_links or one.table != "operator_link"]
    rows: dict[str, list[int]] = {}
    for one in below:
        rows.setdefault(one.table, []).append(one.id)
    acts_of = find_versions_among(session, {"contract": [contract.id], "amendment": list(numbers)}, limit=MOST)
    others = find_versions_among(session, rows, limit=MOST) if rows else {}
    is_cut = any(sum(map(len, one.values())) == MOST for one in (acts_of, others))
    versions = {**acts_of, **others}
    actors = find_actor_names(session, {version.actor for several in versions.values() for version in several})
    datasets = {
        number
        for (table, _row), several in versions.items()
        if table == "clause_stipulation"
        for version in several
        for number in version.snapshot.get("datasets") or ()
    }
    titles = find_titles(session, datasets) if datasets else {}
    acts = {row: several for (table, row), several in versions.items() if table == "amendment"}
    found = [
        *history_views(versions.get(("contract", contract.id), ()), actors),
        *amendment_history(numbers, acts, actors),
    ]
    for one in below:
        found += _told(one, versions.get((one.table, one.id), ()), actors, _sayer(one, titles))
    return sorted(found, key=lambda one: one.at, reverse=True), is_cut


def _find_below(session: Session, contract: Contract, numbers: Mapping[int, int]) -> list[_Below]:
    def rows_of(model: Any) -> Sequence[Any]:
        query = select(model).where(col(model.contract_id) == contract.id).order_by(col(model.id))
        return session.execute(query).scalars().all()

    def below(model: Any, among: Sequence[int]) -> Sequence[Any]:
        query = select(model).where(col(model.delivery_id).in_(among)).order_by(col(model.id))
        return session.execute(query).scalars().all() if among else ()

    clauses = {one.id: one for one in rows_of(Clause)}
    deliveries = {one.id: one for one in rows_of(Delivery)}
    links = rows_of(OperatorLink)
    titles = find_titles(session, {one.dataset_id for one in deliveries.values() if one.dataset_id is not None})
    names = find_names_of(session, {one.party_id for one in links}) if links else {}
    due = {one.id: _named(one, titles) for one in deliveries.values()}
    found = [
        _Below("clause", one.id, name_clause(one), _CLAUSE, STIPULATION_LABELS, one.kind) for one in clauses.values()
    ]
    for row in rows_of(ClauseStipulation):
        clause = clauses[row.clause_id]
        act = _("Contrat") if row.amendment_id is None else _("Avenant n° {number}").format(
            number=numbers.get(row.amendment_id, "?")
        )  # fmt: skip
        name = f"{name_clause(clause)} ({act})"
        found.append(_Below("clause_stipulation", row.id, name, _STIPULATION, STIPULATION_LABELS, clause.kind))
    labels = {**{name: label for name, label in DELIVERY_LABELS.items() if name not in _FOLLOWING}, **_PENALTY_LABELS}
    found += [_Below("delivery", one.id, due[one.id], _DELIVERY, labels) for one in deliveries.values()]
    for model, events, given in (
        (DeliveryReceipt, _RECEIPT, RECEIPT_LABELS), (DeliveryReminder, _REMINDER, {}),
    ):  # fmt: skip
        found += [
            _Below(
                str(model.__tablename__), row.id,
                _("{name}, n° {number}").format(name=due[row.delivery_id], number=row.number), events, given,
            )
            for row in below(model, sorted(deliveries))
        ]  # fmt: skip
    found += [_Below("operator_link", one.id, names.get(one.party_id, ""), _LINK, _LINK_LABELS) for one in links]
    return found


_FOLLOWING = frozenset({"in_time_until", "received_on", "receipts", "deliveries"})
"""What of a delivery follows from its receipts, which are told by themselves."""


def _named(delivery: Delivery, titles: Mapping[int, str]) -> str:
    title = title_of(delivery, titles)
    if delivery.due_on is None:
        return title
    return _("{title}, due le {day}").format(title=title, day=say_day(delivery.due_on))


def _told(
    one: _Below, versions: Sequence[Version], actors: Mapping[str, str], say: Callable[[str, Any], str]
) -> list[ChangeView]:
    """The versions of a row that its own events wrote; what merely followed from another row is told there."""
    events = {event: _(words).format(name=one.name) for event, words in one.events.items()}
    views = history_views(versions, actors, labels=one.labels, say=say, events=events, otherwise=_ELSEWHERE)
    return [
        view
        for view, version, older in zip(views, versions, (*versions[1:], None), strict=True)
        if view.sentence != _ELSEWHERE and (older is None or view.changes or _moved(version, older))
    ]


def _moved(version: Version, older: Version) -> bool:
    """Whether something that has no label changed, and is told by the event alone."""
    return any(version.snapshot.get(name) != older.snapshot.get(name) for name in ("annulled", "revoked", "token_hash"))


def _sayer(one: _Below, titles: Mapping[int, str]) -> Callable[[str, Any], str]:
    def say(name: str, value: Any) -> str:
        if value is None or value in ("", [], {}):
            return ""
        if name == "terms":
            return " ; ".join(f"{label} : {words}" for label, words in say_terms(one.kind, value))
        if name == "datasets":
            return ", ".join(titles.get(number) or _("Un jeu que vos droits ne montrent pas") for number in value)
        if name in _ENUMERATED and one.table != "clause":
            return str(_ENUMERATED[name](value).label)
        if name == "performance":
            return ClausePerformance(value).label
        if isinstance(value, bool):
            return _("oui") if value else _("non")
        if name in _SUMS:
            return say_euros(Decimal(value) / 100)
        return say_day(date.fromisoformat(value)) if _is_day(name) else str(value)

    return say


def _is_day(name: str) -> bool:
    return name.endswith("_on") or name == "correct_by"
