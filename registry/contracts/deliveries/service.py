"""Every change to deliveries and to what came of them; each makes the delivery be judged again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.contracts.checks.vocabulary import alarms_of
from registry.contracts.clauses.queries import find_written
from registry.contracts.deliveries.costs import cost_of
from registry.contracts.deliveries.deciding import counted_cents, decided_amount
from registry.contracts.deliveries.expecting import (
    Reading,
    follow_receipts,
    is_indispensable,
    reading_of,
)
from registry.contracts.deliveries.forms import (
    AcceptForm,
    DeliveryChange,
    DeliveryForm,
    PenaltyForm,
    ReceiptForm,
    RefuseForm,
)
from registry.contracts.deliveries.models import Delivery, DeliveryReceipt
from registry.contracts.deliveries.queries import find_deliveries_of, find_receipts, get_delivery, get_receipt
from registry.contracts.deliveries.rules import (
    QUALITY,
    Due,
    days_of,
    dues_between,
)
from registry.contracts.deliveries.vocabulary import DeliveryChannel, PenaltyDecision, ReceiptAnswer
from registry.contracts.models import Contract
from registry.contracts.queries import find_datasets_of, get_contract
from registry.documents.service import note_file
from registry.kernel.dates import plus_days
from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.words import _, mark
from registry.ledger.service import say, touch
from registry.platform.tables import set_those_that_differ
from registry.web.templating import say_day

_FOLLOWS = frozenset({"clause_id", "dataset_id", "due_on"})
"""What a delivery of the calendar has from its clause."""
FILES = frozenset({DeliveryChannel.UPLOAD, DeliveryChannel.API, DeliveryChannel.LINK})
"""The channels by which a file comes to be kept here."""
MOST_UNANSWERED = 20
"""How many deposits of an operator one delivery takes before it is answered: a link that leaks fills no disk."""
_CHANGED = mark("Cette livraison a été modifiée entre-temps.")
_ANNULLED = mark("Cette livraison est annulée : rétablissez-la d’abord.")


@dataclass(frozen=True)
class DeliveredFile:
    """A file that came, told by its bytes: `type` is a code of `policies/lists/file_types.yaml`.

    Units: `size` in bytes; `sha256` in hexadecimal; `name` as its sender called it, without folders.
    """

    sha256: str
    size: int
    name: str
    media_type: str
    type: str
    open_standard: bool
    machine_readable: bool
    checks: dict[str, Any]


def record_delivery(session: Session, contract_id: int, form: DeliveryForm) -> Delivery:
    """A delivery that somebody notes by hand: outside the calendar, or one of it that is not near.

    Raises: NotFound; Conflict when the contract is annulled or the delivery is there already; Invalid when the
    dataset is none of the contract, or the day none of the clause.
    """
    contract = _standing(session, contract_id)
    reading = _reading(session, contract)
    _check(session, contract, form, reading)
    say(session, "contracts:delivery:record")
    values = form.model_dump()
    if form.indispensable is None:
        values["indispensable"] = is_indispensable(reading, form.due_on, form.dataset_id)
    made = Delivery(organisation_id=contract.organisation_id, contract_id=contract_id, **values)
    follow_receipts(made, (), reading)
    return _kept(session, made)


def amend_delivery(session: Session, delivery_id: int, form: DeliveryChange, *, expected: int) -> Delivery:
    """Changes the fields given on a delivery; what it has from its clause stays as the clause says.

    Raises: NotFound; Stale; Conflict when it or its contract is annulled; Invalid as for a new one.
    """
    delivery = _open(session, delivery_id, expected)
    contract = _standing(session, delivery.contract_id)
    given = form.model_dump(include=form.model_fields_set)
    if delivery.clause_id is not None:
        moved = [name for name in sorted(_FOLLOWS & given.keys()) if given[name] != getattr(delivery, name)]
        if moved:
            raise _wrong(moved[0], _("Cette échéance vient d’une clause : c’est elle qui se corrige."))
    elif given.get("clause_id") is not None:
        raise _wrong("clause_id", _("Notez une autre livraison pour suivre cette clause."))
    reading = _reading(session, contract)
    whole = DeliveryForm.model_validate(delivery).model_copy(update=given)
    _check(session, contract, whole, reading, but=delivery)
    say(session, "contracts:delivery:amend")
    set_those_that_differ(delivery, **given)
    follow_receipts(delivery, find_receipts(session, [delivery.id]).get(delivery.id, ()), reading)
    return _kept(session, delivery)


def set_delivery_aside(
    session: Session, delivery_id: int, *, expected: int, reason: str, annulled: bool
) -> Delivery:  # fmt: skip
    """Annuls a delivery that is not owed, or brings it back, with a reason; nothing is deleted.

    Raises: NotFound; Stale; Conflict when the calendar itself annulled it.
    """
    delivery = get_delivery(session, delivery_id, lock=True)
    if delivery.version != expected:
        raise Stale(_(_CHANGED), delivery.version)
    if delivery.unasked and not annulled:
        raise Conflict(
            _("Le contrat ne prévoit plus cette livraison : corrigez la clause, elle reviendra d’elle-même.")
        )
    say(session, "contracts:delivery:annul" if annulled else "contracts:delivery:restore", reason)
    delivery.annulled = annulled
    return _kept(session, delivery)


def receive(
    session: Session, delivery_id: int, form: ReceiptForm, file: DeliveredFile | None, *, expected: int | None
) -> DeliveryReceipt:
    """Notes that something came: with its file, or otherwise than by a file kept here.

    `expected` is the version of the delivery that was read; none of an operator, who reads no version.

    Raises: NotFound; Stale; Conflict when it or its contract is annulled, when it is accepted already, when too
    many deposits of an operator wait for an answer; Invalid when the file or the description is missing, or when it
    came before its contract.
    """
    delivery = _open(session, delivery_id, expected)
    contract, receipts = _awaiting(session, delivery, form.channel)
    if (file is None) == (form.channel in FILES):
        raise _wrong(
            "file" if file is None else "channel",
            _("Choisissez le fichier qui a été livré.")
            if file is None
            else _("Un fichier ne se dépose que par le registre : choisissez ce moyen, ou retirez le fichier."),
        )
    if file is None and form.described is None:
        raise _wrong("described", _("Dites ce qui a été remis, et où on le trouve."))
    received_on: date = form.received_on or session.info["today"]()
    began = contract.signed_on or contract.starts_on
    if began is not None and received_on < began:
        sentence = _("Rien ne se livre avant le contrat, qui est du {day} : vérifiez la date de réception.")
        raise _wrong("received_on", sentence.format(day=say_day(began)))
    say(session, "contracts:delivery:receive")
    made = DeliveryReceipt(
        organisation_id=delivery.organisation_id, delivery_id=delivery.id, number=len(receipts) + 1,
        received_on=received_on, channel=form.channel, described=form.described, **_found(session, delivery, form, file)
    )  # fmt: skip
    session.add(made)
    session.flush()
    _follow(session, delivery, contract, [*receipts, made])
    session.refresh(made)
    return made


def refuse_unless_awaited(session: Session, delivery: Delivery, channel: DeliveryChannel) -> None:
    """Whether something more may come of a delivery: asked before a file is read, and again once it is.

    Raises: Conflict when it or its contract is annulled, when it is accepted already, when too many deposits of an
    operator wait for an answer.
    """
    if delivery.annulled:
        raise Conflict(_(_ANNULLED))
    _awaiting(session, delivery, channel)


def _awaiting(
    session: Session, delivery: Delivery, channel: DeliveryChannel
) -> tuple[Contract, list[DeliveryReceipt]]:  # fmt: skip
    contract = _standing(session, delivery.contract_id)
    if delivery.answer is ReceiptAnswer.ACCEPTED:
        raise Conflict(_("Cette livraison est déjà acceptée : il n’y a plus rien à recevoir."))
    receipts = find_receipts(session, [delivery.id]).get(delivery.id, [])
    unanswered = [one for one in receipts if one.answer is ReceiptAnswer.WAITING and not one.annulled]
    if channel is DeliveryChannel.LINK and len(unanswered) >= MOST_UNANSWERED:
        raise Conflict(_("Trop de dépôts de cette livraison attendent déjà une réponse : attendez-la."))
    return contract, receipts


def _found(session: Session, delivery: Delivery, form: ReceiptForm, file: DeliveredFile | None) -> dict[str, Any]:
    """What is known of what came: read in its file, or as somebody who has it in hand says."""
    if file is None:
        electronic = False if form.channel is DeliveryChannel.PAPER else form.electronic
        return {
            "electronic": electronic, "open_standard": form.open_standard,
            "machine_readable": False if electronic is False else form.machine_readable,
        }  # fmt: skip
    file_id = note_file(
        session, delivery.organisation_id, sha256=file.sha256, size=file.size, name=file.name,
        media_type=file.media_type,
    )  # fmt: skip
    return {
        "file_id": file_id, "file_name": file.name, "file_type": file.type, "electronic": True,
        "open_standard": file.open_standard, "machine_readable": file.machine_readable, "checks": file.checks,
    }  # fmt: skip


def accept_receipt(session: Session, receipt_id: int, form: AcceptForm, *, expected: int) -> DeliveryReceipt:
    """Says that what came is what was owed; an answer given by mistake is changed so, and the ledger keeps both.

    Only one counts: a receipt of the same delivery that was accepted before is followed by this one.

    Raises: NotFound; Stale when somebody answered meanwhile; Conflict; Invalid when it is answered before it came, or
    when without a reason an answer changes, of this receipt or of the one that counted, or a file is accepted in which
    the checks saw people or small groups.
    """
    return _answer(session, receipt_id, form, expected=expected)


def refuse_receipt(session: Session, receipt_id: int, form: RefuseForm, *, expected: int) -> DeliveryReceipt:
    """Says why what came is not what was owed; the delivery is owed still.

    Without `correct_by`, the day that the quality clause gives to correct, where it gives one. Where it counted, what
    was accepted before it counts again: that acceptance was never taken back.

    Raises: as `accept_receipt`; Invalid when the correction would be due before the refusal.
    """
    return _answer(session, receipt_id, form, expected=expected)


def correction_day(reading: Reading, delivery: Delivery, answered_on: date) -> date | None:
    """Until when the quality clause lets a refused delivery be corrected; nothing where it gives no delay."""
    day = delivery.due_on or answered_on
    delay = days_of(reading.spans, reading.terms, QUALITY, "correction_days", day, delivery.dataset_id)
    return plus_days(answered_on, delay) if delay else None


def _answer(session: Session, receipt_id: int, form: AcceptForm, *, expected: int) -> DeliveryReceipt:
    # The delivery first, as whoever receives does: of two who hold each what the other waits for, none goes on.
    delivery = get_delivery(session, get_receipt(session, receipt_id).delivery_id, lock=True)
    receipt = get_receipt(session, receipt_id, lock=True)
    if receipt.version != expected:
        raise Stale(_("Quelqu’un a répondu à cette réception entre-temps."), receipt.version)
    contract = _standing(session, delivery.contract_id)
    if delivery.annulled or receipt.annulled:
        raise Conflict(_("Cette réception est annulée : il n’y a rien à y répondre."))
    refused = isinstance(form, RefuseForm)
    given = ReceiptAnswer.REFUSED if refused else ReceiptAnswer.ACCEPTED
    if receipt.answer is given:
        raise Conflict(_("Cette réception a déjà cette réponse."))
    answered_on: date = form.answered_on or session.info["today"]()
    if answered_on < receipt.received_on:
        raise _wrong("answered_on", _("On ne répond pas à une livraison avant de l’avoir reçue : vérifiez la date."))
    values: dict[str, Any] = {"answer": given, "answered_on": answered_on, "reasons": None, "correct_by": None}
    if isinstance(form, RefuseForm):
        correct_by = form.correct_by
        if "correct_by" not in form.model_fields_set:
            correct_by = correction_day(_reading(session, contract), delivery, answered_on)
        if correct_by is not None and correct_by < answered_on:
            raise _wrong("correct_by", _("Le délai pour corriger finirait avant le refus : vérifiez la date."))
        values |= {"reasons": form.reasons, "correct_by": correct_by}
    receipts = find_receipts(session, [delivery.id])[delivery.id]
    counted = [one for one in receipts if one.answer is ReceiptAnswer.ACCEPTED and not one.annulled and not refused]
    changes = bool(counted) or receipt.answer is not ReceiptAnswer.WAITING
    if not refused and form.reason is None and (alarms := alarms_of(receipt.checks)):
        sentence = _(
            "À regarder avant d’accepter : {checks}. Dites pourquoi vous acceptez ; ce motif reste au registre."
        )
        raise _wrong("reason", sentence.format(checks=", ".join(one.label for one in alarms)))
    if changes and form.reason is None:
        raise _wrong(
            "reason",
            _("Une réception est déjà acceptée : dites pourquoi celle-ci compte. Ce motif reste au registre.")
            if counted
            else _("Une réponse est déjà donnée : dites pourquoi elle change. Ce motif reste au registre."),
        )
    event = "contracts:delivery:refuse" if refused else "contracts:delivery:accept"
    say(session, event, form.reason)
    for one in counted:
        one.answer = ReceiptAnswer.FOLLOWED
    set_those_that_differ(receipt, **values)
    _bring_back(receipts)
    session.flush()
    _follow(session, delivery, contract, receipts)
    session.refresh(receipt)
    return receipt


def followed_before(
    receipts: Iterable[DeliveryReceipt], *, but: DeliveryReceipt | None = None
) -> DeliveryReceipt | None:
    """The receipt that counts again where `but` counts no more: of those accepted before it, the last; or nothing.

    Nothing either where another is accepted still.
    """
    standing = [one for one in receipts if not one.annulled and one is not but]
    if any(one.answer is ReceiptAnswer.ACCEPTED for one in standing):
        return None
    before = [one for one in standing if one.answer is ReceiptAnswer.FOLLOWED]
    return max(before, key=lambda one: (one.answered_on, one.number), default=None)


def _bring_back(receipts: Iterable[DeliveryReceipt]) -> None:
    """Nothing is followed by nothing: has the last that was accepted count where none does any more."""
    if (before := followed_before(receipts)) is not None:
        before.answer = ReceiptAnswer.ACCEPTED


def set_receipt_aside(
    session: Session, receipt_id: int, *, expected: int, reason: str, annulled: bool
) -> DeliveryReceipt:  # fmt: skip
    """Annuls a receipt noted by mistake, with its answer, or brings it back; its file stays where it is.

    What was accepted before it counts again.

    Raises: NotFound; Stale; Conflict when another receipt counts meanwhile.
    """
    delivery = get_delivery(session, get_receipt(session, receipt_id).delivery_id, lock=True)
    receipt = get_receipt(session, receipt_id, lock=True)
    if receipt.version != expected:
        raise Stale(_("Cette réception a été modifiée entre-temps."), receipt.version)
    contract = _standing(session, delivery.contract_id)
    accepted = receipt.answer is ReceiptAnswer.ACCEPTED and delivery.answer is ReceiptAnswer.ACCEPTED
    if not annulled and accepted:
        raise Conflict(_("Une autre réception est déjà acceptée : refusez-la d’abord."))
    say(session, "contracts:delivery:unreceive" if annulled else "contracts:delivery:receive-again", reason)
    receipt.annulled = annulled
    receipts = find_receipts(session, [delivery.id])[delivery.id]
    _bring_back(receipts)
    session.flush()
    _follow(session, delivery, contract, receipts)
    session.refresh(receipt)
    return receipt


def decide_penalty(session: Session, delivery_id: int, form: PenaltyForm, *, expected: int) -> Delivery:
    """Applies the penalty of a late delivery as it stands today, whole or in part, or remits it, with a reason.

    Raises: NotFound; Stale; Conflict when it or its contract is annulled, when an answer is awaited, when nothing is
    late, when no clause gives an amount a day, its start or the period of its cap, when it runs after a formal notice
    whose delay has not passed, or when the same was decided of the same amount; Invalid when the amount applied is more
    than what is due, or is not told where the contract counts the lateness in another way too.
    """
    delivery = _open(session, delivery_id, expected)
    contract = _standing(session, delivery.contract_id)
    receipts = find_receipts(session, [delivery.id]).get(delivery.id, [])
    today: date = session.info["today"]()
    cost = cost_of(session, delivery, receipts, _reading(session, contract), today)
    if delivery.answer is ReceiptAnswer.WAITING:
        raise Conflict(_("Répondez d’abord à ce qui a été reçu : le retard en dépend."))
    if cost is None or cost.lateness.days == 0:
        raise Conflict(_("Cette livraison n’est pas en retard : il n’y a pas de pénalité."))
    if cost.amount is None and not cost.is_otherwise:
        raise Conflict(_("Aucune clause de pénalité n’était en vigueur à l’échéance : aucun montant ne peut être dit."))
    if cost.is_heeded:
        raise Conflict(
            _("La livraison est venue dans le délai de la mise en demeure : le contrat ne compte aucun jour de retard.")
        )
    if cost.awaits_notice:
        raise Conflict(
            _("Le contrat fait courir la pénalité après une mise en demeure restée sans effet : notez d’abord le jour "
              "où le titulaire l’a reçue, et attendez la fin de son délai.")
        )  # fmt: skip
    if cost.is_at_most and form.penalty is PenaltyDecision.APPLIED:
        raise Conflict(
            _("Notez d’abord, dans la clause, d’où court la pénalité : sans cela, le montant n’est pas sûr.")
        )
    if cost.is_open and form.penalty is PenaltyDecision.APPLIED:
        raise Conflict(_("Notez d’abord, dans la clause, la période du plafond : sans elle, le montant n’est pas sûr."))
    cents = int(decided_amount(form, cost) * 100)
    if delivery.penalty is form.penalty and delivery.penalty_cents == cents:
        sentence = (
            _("Cette pénalité est déjà appliquée, pour ce montant.")
            if form.penalty is PenaltyDecision.APPLIED
            else _("Cette pénalité est déjà remise.")
        )
        raise Conflict(sentence)
    say(
        session,
        "contracts:delivery:penalise" if form.penalty is PenaltyDecision.APPLIED else "contracts:delivery:remit",
    )
    set_those_that_differ(
        delivery, penalty=form.penalty, penalty_cents=cents, penalty_counted_cents=counted_cents(cost),
        penalty_on=today, penalty_reason=form.penalty_reason,
    )  # fmt: skip
    return _kept(session, delivery)


def _reading(session: Session, contract: Contract) -> Reading:
    return reading_of(find_written(session, [contract])[contract.id], session.info["today"]())


def _standing(session: Session, contract_id: int) -> Contract:
    contract = get_contract(session, contract_id)
    if contract.annulled:
        raise Conflict(_("Ce contrat est annulé : rétablissez-le avant de le modifier."))
    return contract


def _open(session: Session, delivery_id: int, expected: int | None) -> Delivery:
    delivery = get_delivery(session, delivery_id, lock=True)
    if expected is not None and delivery.version != expected:
        raise Stale(_(_CHANGED), delivery.version)
    if delivery.annulled:
        raise Conflict(_(_ANNULLED))
    return delivery


def _check(
    session: Session, contract: Contract, form: DeliveryForm, reading: Reading, *, but: Delivery | None = None
) -> None:
    """Whether a delivery may be as the form says.

    Raises: Invalid with one error a field; Conflict when another is the same.
    """
    if but is None and form.label is None and form.dataset_id is None and form.due_on is None:
        raise _wrong("label", _("Dites au moins ce qui est dû, pour quel jeu ou pour quel jour."))
    known = {one.id for one in find_datasets_of(session, contract.id)}
    if (
        form.dataset_id is not None
        and form.dataset_id not in known
        and (but is None or form.dataset_id != but.dataset_id)
    ):
        raise _wrong("dataset_id", _("Rattachez d’abord ce jeu au contrat, ou choisissez-en un autre."))
    began = contract.signed_on or contract.starts_on
    if form.due_on is not None and began is not None and form.due_on < began:
        sentence = _("Rien n’est dû avant le contrat, qui est du {day} : vérifiez l’échéance.")
        raise _wrong("due_on", sentence.format(day=say_day(began)))
    told = (form.notice_received_on, form.notice_days)
    # What was noted before is not asked about again: a delay given since may have moved the day that is not late.
    if told != ((None, None) if but is None else (but.notice_received_on, but.notice_days)) and any(told):
        _check_notice(form, but)
    if form.clause_id is None or but is not None:
        return
    if form.due_on is None:
        raise _wrong("due_on", _("Dites quelle échéance de la clause est livrée."))
    due = Due(form.clause_id, form.dataset_id, form.due_on)
    if due not in dues_between(reading.spans, reading.terms, form.due_on, form.due_on):
        raise _wrong("due_on", _("La clause ne prévoit rien ce jour-là pour ce jeu : choisissez une de ses échéances."))
    for row in find_deliveries_of(session, contract.id):
        if (row.clause_id, row.dataset_id, row.due_on) == (due.clause_id, due.dataset_id, due.day):
            raise Conflict(_("Cette échéance est déjà parmi les livraisons du contrat."))


def _check_notice(form: DeliveryForm, delivery: Delivery | None) -> None:
    """Whether a formal notice can have been received as the form says.

    Raises: Invalid with one error a field.
    """
    if form.notice_received_on is None:
        raise _wrong("notice_received_on", _("Dites quel jour le titulaire a reçu la mise en demeure."))
    if form.notice_days is None:
        raise _wrong("notice_days", _("Dites combien de jours la mise en demeure laisse."))
    until = delivery.in_time_until if delivery is not None else None
    if form.due_on is None or form.notice_received_on <= (until if until is not None else form.due_on):
        raise _wrong("notice_received_on", _("Rien n’était encore en retard ce jour-là : vérifiez la date."))


def _follow(session: Session, delivery: Delivery, contract: Contract, receipts: list[DeliveryReceipt]) -> None:
    if not follow_receipts(delivery, receipts, _reading(session, contract)):
        # Its version is what `If-Match` compares: a change below a delivery is a change of it.
        delivery.version = delivery.version + 1
    _kept(session, delivery)


def _kept(session: Session, delivery: Delivery) -> Delivery:
    session.add(delivery)
    session.flush()
    session.refresh(delivery)
    touch(session, "delivery", delivery.id)
    return delivery


def _wrong(name: str, sentence: str) -> Invalid:
    return Invalid(sentence, (FieldError(name, sentence),))
