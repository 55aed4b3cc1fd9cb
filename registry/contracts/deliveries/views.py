"""What goes out about deliveries: the view that each template receives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from registry.compliance.explanation import FIELD_NAMES
from registry.contracts.checks.views import ReportView, say_report
from registry.contracts.deliveries.costs import Cost
from registry.contracts.deliveries.models import Delivery, DeliveryReceipt
from registry.contracts.deliveries.rules import state_of
from registry.contracts.deliveries.vocabulary import DeliveryState, ReceiptAnswer
from registry.contracts.views import StateMark
from registry.contracts.vocabulary import Delivered
from registry.kernel.words import _, current_locale, mark, ngettext
from registry.ledger.queries import Version
from registry.platform.lists import load_list
from registry.platform.models import StoredFile
from registry.web.templating import NO_BREAK, say_day

DELIVERY_LABELS: dict[str, str] = {
    "kind": mark("Ce qui est livré"),
    "label": mark("Intitulé"),
    "clause_id": mark("Clause du calendrier"),
    "dataset_id": mark("Jeu de données"),
    "due_on": mark("Échéance"),
    "in_time_until": mark("À l’heure jusqu’au"),
    "received_on": mark("Reçue le"),
    "indispensable": mark("Indispensable à l’exécution du service"),
    "secret": mark("Couvert par un secret (CRPA L311-5)"),
    "public_available_on": mark("Mis à disposition du public le"),
    "public_notice_posted": mark("Avis affiché"),
    "notice_received_on": mark("Mise en demeure reçue par le titulaire le"),
    "notice_days": mark("Jours que laisse la mise en demeure"),
    "receipts": mark("Ce qui a été reçu"),
    "deliveries": mark("Livraison"),
}
FIELD_NAMES["delivery"] = DELIVERY_LABELS
RECEIPT_LABELS: dict[str, str] = {
    "file": mark("Fichier livré"),
    "received_on": mark("Reçue le"),
    "channel": mark("Comment c’est arrivé"),
    "described": mark("Ce qui a été remis, et où on le trouve"),
    "electronic": mark("Sous forme électronique"),
    "open_standard": mark("Dans un standard ouvert"),
    "machine_readable": mark("Exploitable par une machine"),
    "reasons": mark("Motifs du refus"),
    "answered_on": mark("Répondu le"),
    "correct_by": mark("À corriger au plus tard le"),
    "penalty": mark("Décision"),
    "penalty_euros": mark("Montant appliqué (euros)"),
    "penalty_reason": mark("Motif de la décision"),
}
_SHAPES = {
    DeliveryState.WAITING: "to-complete",
    DeliveryState.LATE: "non-compliant",
    DeliveryState.DUE: "to-complete",
    DeliveryState.UNDATED: "not-applicable",
    DeliveryState.LATE_ACCEPTED: "non-compliant",
    DeliveryState.ACCEPTED: "compliant",
}
"""The mark of each state, among those the pages have; the word beside it says it."""
_ANSWERS = {
    ReceiptAnswer.WAITING: "to-complete", ReceiptAnswer.ACCEPTED: "compliant", ReceiptAnswer.REFUSED: "non-compliant",
    ReceiptAnswer.FOLLOWED: "not-applicable",
}  # fmt: skip


@dataclass(frozen=True)
class DeliveryLine:
    """A delivery in a list; without `id`, a due day of the calendar that is no delivery yet."""

    id: int | None
    title: str
    contract_id: int
    contract: str
    due_on: date | None
    received_on: date | None
    state: StateMark
    note: str
    address: str
    holders: str = ""
    penalty: str = ""
    decided: str = ""


@dataclass(frozen=True)
class DeliveriesPage:
    """The deliveries of every contract within the reader's rights, what waits for them first."""

    rows: Sequence[DeliveryLine]
    total: int
    figures: Sequence[tuple[int, str, str, str]]
    facets: Sequence[Mapping[str, Any]]
    narrowed: bool
    annulled: bool
    contract: tuple[int, str] | None
    first_address: str
    next_address: str


@dataclass(frozen=True)
class ContractDeliveriesPage:
    """The deliveries of one contract in a year: those recorded, and the due days of its calendar further off.

    `beyond` is how many due days one page shows, where the year has more: those further off are left out.
    """

    id: int
    object: str
    annulled: bool
    year: int
    error: str
    rows: Sequence[DeliveryLine]
    figures: Sequence[tuple[int, str, str, str]]
    silent: Sequence[tuple[int, str]]
    beyond: int
    has_schedule: bool
    may_record: bool
    may_keep: bool


@dataclass(frozen=True)
class FormerAnswer:
    """An answer that was given of a receipt and is no more: `by` is the role and the body of who gave it."""

    word: str
    answered_on: date | None
    by: str
    reasons: str


@dataclass(frozen=True)
class ReceiptView:
    """What came once of a delivery."""

    id: int
    version: int
    number: int
    received_on: date
    channel: str
    described: str
    file: str
    size: int | None
    file_type: str
    told: Sequence[tuple[str, str]]
    report: ReportView | None
    shape: str
    answer: str
    code: str
    answered_on: date | None
    reasons: str
    correct_by: date | None
    annulled: bool
    has_file: bool
    changed: str
    former: Sequence[FormerAnswer]
    again: str


@dataclass(frozen=True)
class DeliveryPage:
    """One delivery: what is owed and when, what came, how late it is and what that costs.

    `counting` is the number of the receipt that counts, told where another was accepted before it; `withdrawn` why
    nothing of it is claimed any more.
    """

    id: int
    version: int
    title: str
    contract_id: int
    contract: str
    organisation_name: str
    annulled: bool
    unasked: bool
    withdrawn: str
    state: StateMark
    fields: Sequence[tuple[str, str]]
    dataset: tuple[int, str] | None
    clause: tuple[int, str] | None
    lateness: Sequence[str]
    penalty: Sequence[str]
    decided: str
    decided_reason: str
    receipts: Sequence[ReceiptView]
    counting: int | None
    panels: Sequence[str]
    is_accepted: bool
    may_record: bool
    may_decide: bool
    may_receive: bool
    can_penalise: bool
    awaits_notice: bool


@dataclass(frozen=True)
class DeliveryFormPage:
    """The form of a delivery."""

    contract_id: int
    contract: str
    id: int | None
    version: int | None
    action: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    kinds: Sequence[tuple[str, str]]
    datasets: Sequence[tuple[str, str]]
    clauses: Sequence[tuple[str, str]]
    follows: bool


@dataclass(frozen=True)
class AnswerPage:
    """A form about one delivery: what came, what is answered, or what is decided of its penalty.

    `kind` chooses its fields: receive, accept, refuse or penalty; `changes` asks why an answer given changes.
    """

    kind: str
    id: int
    title: str
    contract_id: int
    contract: str
    heading: str
    lead: str
    action: str
    button: str
    version: int
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    choices: Sequence[tuple[str, str]]
    limit: int
    changes: bool = False


def say_euros(amount: Decimal) -> str:
    """An amount to the cent, in words."""
    return f"{format_decimal(amount, format='#,##0.00', locale=current_locale())}{NO_BREAK}€"


def say_days(days: int) -> str:
    """A count of days, in words."""
    return ngettext("%(num)s jour", "%(num)s jours", days) % {"num": days}


def state_mark(state: DeliveryState) -> StateMark:
    """Where a delivery stands: the mark and the word."""
    return StateMark(_SHAPES[state], state.label)


def standing_of(delivery: Delivery, today: date) -> DeliveryState:
    """Where a delivery stands today."""
    return state_of(delivery.in_time_until, delivery.received_on, delivery.answer, today)


def title_of(delivery: Delivery, titles: Mapping[int, str]) -> str:
    """A delivery by its name, else by its dataset, else by what is handed over."""
    if delivery.label:
        return delivery.label
    if delivery.dataset_id is not None:
        return titles.get(delivery.dataset_id) or _("Un jeu que vos droits ne montrent pas")
    return delivery.kind.label


def say_format(delivery: Delivery, asked: str | None) -> str:
    """What to send of a delivery: the format that the contract asks, else one that is open; of a document, a PDF too.

    Law: CCP L3131-2; CRPA L300-4.
    """
    if asked is not None:
        return _("Le contrat demande le format {format}.").format(format=asked)
    if delivery.kind is Delivered.DATA:
        return _("Envoyez les données dans un format ouvert : CSV, JSON, GeoJSON, ODS ou XLSX, par exemple.")
    return _("Envoyez un PDF, un document bureautique récent, ou des données dans un format ouvert (CSV, JSON).")


def delivery_line(delivery: Delivery, contract: str, titles: Mapping[int, str], today: date) -> DeliveryLine:
    """A delivery as lists show it."""
    state = standing_of(delivery, today)
    note = ""
    if state is DeliveryState.LATE and delivery.in_time_until is not None:
        note = _("depuis {days}").format(days=say_days((today - delivery.in_time_until).days))
        if delivery.due_on is not None and delivery.in_time_until > delivery.due_on:
            grace = _("délai de grâce jusqu’au {day}").format(day=say_day(delivery.in_time_until))
            note = f"{note} · {grace}"
    if delivery.answer is ReceiptAnswer.REFUSED:
        note = " · ".join(one for one in (note, _("refusée, à livrer de nouveau")) if one)
    return DeliveryLine(
        delivery.id, title_of(delivery, titles), delivery.contract_id, contract, delivery.due_on, delivery.received_on,
        state_mark(state), note, f"/livraisons/{delivery.id}",
    )  # fmt: skip


def delivery_fields(delivery: Delivery) -> list[tuple[str, str]]:
    """What is known of a delivery: label and words."""
    days = [
        (_(DELIVERY_LABELS[name]), say_day(day))
        for name in ("due_on", "in_time_until", "received_on", "public_available_on", "notice_received_on")
        if (day := getattr(delivery, name)) is not None and (name != "in_time_until" or day != delivery.due_on)
    ]
    flags = [
        (_(DELIVERY_LABELS[name]), _("oui") if told else _("non"))
        for name in ("indispensable", "secret", "public_notice_posted")
        if (told := getattr(delivery, name)) is not None
    ]
    kind = DELIVERY_LABELS["kind"]
    left, named = delivery.notice_days, DELIVERY_LABELS["notice_days"]
    notice = [(_(named), say_days(left))] if left is not None else []
    return [(_(kind), delivery.kind.label), *days, *notice, *flags]


def receipt_view(
    receipt: DeliveryReceipt,
    file: StoredFile | None,
    versions: Sequence[Version] = (),
    by: Mapping[str, str] = {},
    again: str = "",
) -> ReceiptView:
    """What came, in words; `versions` are those of its row where an answer may have changed, `by` who wrote them."""
    former, changed = former_answers(versions, by)
    known = load_list("file_types")
    flags = ("electronic", "open_standard", "machine_readable")
    told = [
        (_(RECEIPT_LABELS[name]), _("oui") if getattr(receipt, name) else _("non"))
        for name in flags if getattr(receipt, name) is not None
    ]  # fmt: skip
    return ReceiptView(
        id=receipt.id, version=receipt.version, number=receipt.number, received_on=receipt.received_on,
        channel=receipt.channel.label, described=receipt.described or "", file=receipt.file_name or "",
        size=file.size if file is not None else None,
        file_type=known.label(receipt.file_type) if receipt.file_type else "", told=told,
        report=say_report(receipt.checks) if receipt.checks else None,
        shape="not-applicable" if receipt.annulled else _ANSWERS[receipt.answer],
        answer=_("Annulée") if receipt.annulled else receipt.answer.label, code=str(receipt.answer),
        answered_on=receipt.answered_on, reasons=receipt.reasons or "", correct_by=receipt.correct_by,
        annulled=receipt.annulled, has_file=file is not None, changed=changed, former=former,
        again=again,
    )  # fmt: skip


def former_answers(versions: Sequence[Version], by: Mapping[str, str]) -> tuple[list[FormerAnswer], str]:
    """The answers of a receipt that another replaced, latest first, and why the last was given; of its versions, latest
    first as well."""
    given, why = list[FormerAnswer](), ""
    last = ReceiptAnswer.WAITING
    for version in reversed(versions):
        held = version.snapshot
        answer = ReceiptAnswer(held["answer"])
        if answer is last:
            continue
        day = held["answered_on"]
        given.append(
            FormerAnswer(
                answer.label, date.fromisoformat(day) if day else None, by.get(version.actor, ""), held["reasons"] or ""
            )
        )
        last, why = answer, version.reason or ""
    return given[-2::-1], why


def say_lateness(delivery: Delivery, cost: Cost | None) -> list[str]:
    """How late a delivery is, in sentences."""
    if cost is None:
        if delivery.due_on is not None:
            return [_("Une dispense couvre ces données à leur échéance (CCP L3131-3) : rien n’est en retard.")]
        return [_("Aucune échéance n’est dite : rien ne peut être en retard.")]
    late = cost.lateness
    found = []
    if delivery.due_on != late.in_time_until:
        found.append(
            _("Due le {due}, elle est à l’heure jusqu’au {last}, délais de grâce et de correction compris.").format(
                due=say_day(delivery.due_on), last=say_day(late.in_time_until)
            )
        )
    if late.days == 0:
        if late.arrived_on is None:
            found.append(_("Rien n’est encore en retard."))
        else:
            found.append(_("Arrivée le {day}, elle est à l’heure.").format(day=say_day(late.arrived_on)))
    elif late.arrived_on is None:
        sentence = (
            _("Ce qui est arrivé est refusé : {days} de retard à ce jour.")
            if delivery.answer is ReceiptAnswer.REFUSED
            else _("Elle n’est pas arrivée : {days} de retard à ce jour.")
        )
        found.append(sentence.format(days=say_days(late.days)))
    else:
        sentence = (
            _("Arrivée le {day}, elle a {late} de retard.")
            if late.is_final
            else _("Arrivée le {day}, elle aurait {late} de retard si vous l’acceptez.")
        )
        found.append(sentence.format(day=say_day(late.arrived_on), late=say_days(late.days)))
    return found
