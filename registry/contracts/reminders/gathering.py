"""What a formal notice says of a delivery that is late, gathered at a moment: nothing in it is added by hand.

Law: CCP L3131-2 al. 1, of the data indispensable to a service conceded by a consultation begun since 9 October 2016;
of anything else, the contract alone. That a reminder comes first is a choice of method, not validated yet.
"""

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from sqlalchemy.orm import Session

from registry.contracts.clauses.citing import cite_floor, is_before_code, which_floor
from registry.contracts.clauses.kinds import kinds, say_terms
from registry.contracts.clauses.queries import Written, find_written
from registry.contracts.clauses.rules import Span
from registry.contracts.clauses.views import name_instrument
from registry.contracts.deliveries.costs import Cost, costs_of, counts_in_cap
from registry.contracts.deliveries.expecting import Reading, reading_of
from registry.contracts.deliveries.models import Delivery, DeliveryReceipt
from registry.contracts.deliveries.penalty_words import say_otherwise, say_penalty
from registry.contracts.deliveries.queries import get_delivery
from registry.contracts.deliveries.rules import PENALTIES, QUALITY, SCHEDULE, SUPPLY, held_of
from registry.contracts.deliveries.views import say_days, say_euros
from registry.contracts.deliveries.vocabulary import ReceiptAnswer
from registry.contracts.models import Contract, ContractParty
from registry.contracts.reminders.forms import usual_days
from registry.contracts.reminders.models import DeliveryReminder
from registry.contracts.reminders.rules import Reminded, notice_days_of, ripe_on
from registry.contracts.vocabulary import PartySide
from registry.datasets.models import Dataset
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _
from registry.ledger.as_of import find_rows
from registry.organisations.holding import find_every, find_held, frame_of_sheets
from registry.organisations.models import Organisation
from registry.web.templating import say_day

SUBJECT = "delivery"
_CITED = (SCHEDULE, SUPPLY, QUALITY, PENALTIES)
"""The kinds of clauses a formal notice cites, in this order."""


_BORNE = 1400
"""Units: characters a line of a document bears; beyond, it is cut."""


def get_keeper(session: Session, subject: Subject) -> int:
    """The body whose contract it is.

    Raises: NotFound; Invalid when the subject is no delivery.
    """
    if subject.kind != SUBJECT:
        raise Invalid(_("Une mise en demeure parle d’une livraison : demandez-la depuis sa page."))
    return get_delivery(session, subject.number).organisation_id


def name_subject(session: Session, subject: Subject) -> str:
    """What a delivery is called where its formal notice is asked for.

    Raises: NotFound.
    """
    delivery = get_delivery(session, subject.number)
    return _("Livraison n° {number}, due le {day}").format(number=delivery.id, day=say_day(delivery.due_on))


def gather(session: Session, subject: Subject, moment: Moment) -> Gathered:
    """The formal notice about a delivery, as things stood.

    Raises: Invalid when it was not late that day, or when no reminder had been sent whose delay has passed.
    """
    delivery = _only(session, Delivery, "id", subject.number, moment)
    contract = _only(session, Contract, "id", delivery.contract_id, moment) if delivery is not None else None
    if delivery is None or contract is None or delivery.annulled or contract.annulled:
        raise Invalid(_("Cette livraison n’était pas au registre ce jour-là, ou elle est annulée."))
    written = find_written(session, [contract], until=moment.until)[contract.id]
    reading = reading_of(written, moment.as_of)
    receipts = _below(session, DeliveryReceipt, delivery.id, moment)
    cost = _cost(session, delivery, receipts, reading, moment)
    if cost is None or not cost.lateness.days or delivery.answer in {ReceiptAnswer.ACCEPTED, ReceiptAnswer.WAITING}:
        raise Invalid(_("Rien n’est en retard ce jour-là : il n’y a pas de mise en demeure à faire."))
    sent = _below(session, DeliveryReminder, delivery.id, moment)
    reminded = [Reminded(one.sent_on, one.comply_by, one.notice_days) for one in sent]
    if not ripe_on(reminded, moment.as_of):
        raise Invalid(
            _("Relancez d’abord le titulaire, et attendez la fin du délai donné : la mise en demeure vient ensuite.")
        )
    every = find_every(session, moment)
    held = find_held(session, every, contract.organisation_id)
    title, days = _title(session, delivery, moment), notice_days_of(reminded, usual_days("formal-notice"))
    values = {
        **frame_of_sheets(session, held, moment, f"{title} – {contract.object}"),
        "card": [*_card(session, contract, every, moment), _line(_("Fondement"), _basis(contract, delivery))],
        "summary": [],
        "sheets": [
            _duty(delivery, title, cost, _law(contract, delivery)),
            _clauses(written, reading, delivery, receipts),
            _penalty(written, cost),
            _reminders(sent),
            _came(receipts),
            _demand(_law(contract, delivery), cost, delivery.clause_id is not None, days),
        ],
    }  # fmt: skip
    return Gathered(SUBJECT, delivery.id, title, contract.organisation_id, values)


def _only(session: Session, model: type[Any], column: str, number: int, moment: Moment) -> Any | None:
    return next(iter(find_rows(session, model, until=moment.until, column=column, among=[number])), None)


def _below(session: Session, model: type[Any], delivery_id: int, moment: Moment) -> list[Any]:
    rows = find_rows(session, model, until=moment.until, column="delivery_id", among=[delivery_id])
    return sorted((one for one in rows if not one.annulled), key=lambda one: one.number)


def _cost(session: Session, delivery: Any, receipts: list[Any], reading: Reading, moment: Moment) -> Cost | None:
    """What the delivery cost that day, the others of its contract counted as they stood."""
    others = find_rows(session, Delivery, until=moment.until, column="contract_id", among=[delivery.contract_id])
    rows = [one for one in others if one.id != delivery.id and counts_in_cap(one)]
    came: dict[int, list[Any]] = {delivery.id: receipts}
    for one in find_rows(
        session, DeliveryReceipt, until=moment.until, column="delivery_id", among=[one.id for one in rows]
    ):
        came.setdefault(one.delivery_id, []).append(one)
    return costs_of([delivery, *rows], came, reading, moment.as_of).get(delivery.id)


def _title(session: Session, delivery: Any, moment: Moment) -> str:
    if delivery.label:
        return str(delivery.label)
    found = _only(session, Dataset, "id", delivery.dataset_id, moment) if delivery.dataset_id is not None else None
    return str(found.title) if found is not None else _("Tout le contrat")


def _line(label: str, text: str, article: str = "", *, owed: bool = False) -> dict[str, Any]:
    return {"label": label, "text": text, "article": article, "owed": owed}


def _card(session: Session, contract: Any, every: Any, moment: Moment) -> list[dict[str, Any]]:
    rows = find_rows(session, ContractParty, until=moment.until, column="contract_id", among=[contract.id])
    names = {number: row.name for number, row in every.items()}
    missing = [row.party_id for row in rows if row.party_id not in names]
    names |= {one.id: one.name for one in find_rows(session, Organisation, until=None, column="id", among=missing)}
    holders = [
        names.get(row.party_id, "")
        for row in rows
        if not row.annulled and row.side != PartySide.GRANTOR and row.party_id != contract.organisation_id
    ]
    signed = say_day(contract.signed_on) if contract.signed_on else ""
    return [
        _line(_("Autorité concédante"), names.get(contract.organisation_id, "")),
        _line(_("Titulaire mis en demeure"), ", ".join(filter(None, holders)), owed=True),
        # What no register knows is left to fill in by hand, in sight.
        _line(_("Adresse du titulaire"), _("[à compléter : adresse, et fonction de qui le représente]")),
        _line(_("Envoi"), _("[à compléter : moyen qui prouve la réception, et jour de l’envoi]")),
        _line(_("Contrat"), contract.object),
        _line(_("Référence"), contract.reference or _("sans référence")),
        _line(_("Signé le"), signed, owed=True),
    ]


def _law(contract: Any, delivery: Any) -> str:
    """The article that has the delivery made, where it binds; nothing where the contract alone does.

    Law: CCP L3131-2 al. 1; al. 2 of consultations begun before 9 October 2016, which owe what renewal needs only.
    """
    binds = which_floor(contract) == "since" and delivery.indispensable
    return cite_floor(contract, _("L3131-2, alinéa 1")) if binds else ""


def _basis(contract: Any, delivery: Any) -> str:
    """What the notice leans on: the acts, and the law where it binds; else why it is not invoked."""
    acts = _("Contrat, avenants et articles cités ci-après.")
    if _law(contract, delivery) and is_before_code(contract):
        return (
            _("Ordonnance n° 2016-65, article 53-1 (lu par citation), repris au code de la commande publique, article "
              "L3131-2, alinéa 1. Que l’ordonnance régisse encore ce contrat est une lecture, à valider par le service "
              "juridique.")
            + "\n" + acts
        )  # fmt: skip
    if _law(contract, delivery):
        return _("Code de la commande publique, article L3131-2, alinéa 1.") + "\n" + acts
    why = {
        "before": _("L’article L3131-2, alinéa 1, n’est pas invoqué : consultation antérieure au 9 octobre 2016."),
        "none": _("L’article L3131-2, alinéa 1, n’est pas invoqué : le contrat ne concède pas de service public."),
        "unknown": _(
            "L’article L3131-2, alinéa 1, n’est pas invoqué : le service public concédé ou la date de la consultation "
            "restent à compléter."
        ),
        "since": _(
            "L’article L3131-2, alinéa 1, n’est pas invoqué : ces données ne sont pas notées indispensables à "
            "l’exécution du service."
        ),
    }  # fmt: skip
    return acts + "\n" + why[which_floor(contract)]


def _due_day(delivery: Any) -> str:
    """The due day, and whose it is where no schedule clause gives it."""
    day = say_day(delivery.due_on)
    if delivery.clause_id is not None:
        return day
    return _("{day} (jour noté par la collectivité, sans clause de calendrier relevée)").format(day=day)


def _duty(delivery: Any, title: str, cost: Cost, law: str) -> dict[str, Any]:
    late = cost.lateness
    return {
        "id": "du", "name": _("Ce qui est dû, et depuis quand"), "late": True,
        "standing": _("{days} de retard").format(days=say_days(late.days)),
        "lines": [
            _line(_("Ce qui est dû"), f"{delivery.kind.label} : {title}", law),
            _line(_("Échéance"), _due_day(delivery)),
            _line(_("À l’heure jusqu’au"), say_day(late.in_time_until)),
            _line(_("Jours de retard à ce jour"), say_days(late.days)),
        ],
    }  # fmt: skip


def _clauses(written: Written, reading: Reading, delivery: Any, receipts: Sequence[Any]) -> dict[str, Any]:
    """What the contract says of what is claimed, and of nothing else: of quality, where something came and was refused.

    A clause of which nothing is noted is cited by its place: what we did not write down is no gap of the contract.
    """
    held: list[Span] = []
    refused = any(one.answer is ReceiptAnswer.REFUSED for one in receipts)
    for kind in (one for one in _CITED if one != QUALITY or refused):
        clause = delivery.clause_id if kind == SCHEDULE else None
        held += held_of(reading.spans, kind, delivery.due_on, clause=clause, dataset=delivery.dataset_id)
    lines = []
    for span in held:
        row = written.stipulations[span.stipulation.id]
        kind = span.stipulation.kind
        terms = "\n".join(f"{label} : {words}" for label, words in say_terms(kind, row.terms))
        where = name_instrument(written.amendments.get(row.amendment_id))
        said = "\n".join(filter(None, (row.text or "", terms)))
        place = f"{where}, {row.article}" if row.article else where
        lines.append(_line(kinds().label(kind), said or place, place if said else ""))
    return {"id": "clauses", "name": _("Ce que dit le contrat"), "lines": lines}


def _penalty(written: Written, cost: Cost) -> dict[str, Any]:
    amount = say_euros(cost.amount) if cost.amount is not None else ""
    said = " ".join(say_penalty(cost, written, to_holder=True))
    if amount and cost.awaits_notice and cost.terms is not None:
        rate = say_euros(cost.terms.per_day)
        amount = _("Aucun à ce jour.")
        said = _("Le contrat prévoit {rate} par jour de retard, après une mise en demeure restée sans effet : la "
                 "pénalité court à l’issue du délai laissé ci-après.").format(rate=rate)  # fmt: skip
        said = " ".join([said, *say_otherwise(cost, written, to_holder=True)])
    elif amount and cost.is_at_most:
        amount = _("{amount} au plus").format(amount=amount)
    elif amount and cost.is_open:
        amount = _("{amount} avant plafond").format(amount=amount)
    elif cost.is_otherwise:
        amount, said = _("À compter selon le contrat."), " ".join(say_otherwise(cost, written, to_holder=True))
    return {
        "id": "penalite", "name": _("Pénalité encourue à ce jour"),
        "lines": [
            _line(_("Montant"), amount or _("Le contrat ne chiffre pas ce retard.")),
            *([_line(_("Calcul"), said)] if amount else []),
        ],
    }  # fmt: skip


def _reminders(sent: Sequence[Any]) -> dict[str, Any]:
    lines = []
    for one in sent:
        named = _("Relance n° {number}").format(number=one.number)
        days = _("envoyée le {sent} ; délai donné jusqu’au {until}").format(
            sent=_sent(one), until=say_day(one.comply_by)
        )
        lines.append(_line(named, days))
        whole = _whole(one.message)
        for place, part in enumerate(whole, 1):
            said = _("{named}, texte") if len(whole) == 1 else _("{named}, texte ({place} sur {total})")
            lines.append(_line(said.format(named=named, place=place, total=len(whole)), part))
    return {"id": "relances", "name": _("Relances restées sans effet"), "lines": lines}


def _whole(message: str) -> list[str]:
    """A text in parts that a line of a document bears without cutting any: it is what was written, to the word."""
    parts = [""]
    for paragraph in (one for one in message.splitlines() if one.strip()):
        for piece in wrap(paragraph, _BORNE):
            if len(parts[-1]) + len(piece) > _BORNE:
                parts.append("")
            parts[-1] += f"\n{piece}" if parts[-1] else piece
    return parts


def _sent(one: Any) -> str:
    day = say_day(one.sent_on)
    return _("{day}, à {recipient}").format(day=day, recipient=one.recipient) if one.recipient else day


def _came(receipts: Sequence[Any]) -> dict[str, Any]:
    rows = [(str(one.number), say_day(one.received_on), one.answer.label, one.reasons or "–") for one in receipts]
    grid = {
        "caption": _("Ce qui a été reçu et refusé"), "rows": rows,
        "headers": (_("N°"), _("Reçue le"), _("Réponse"), _("Motifs")),
    }  # fmt: skip
    return {
        "id": "recu", "name": _("Ce qui est arrivé"), "grids": [grid] if rows else [],
        "lines": [] if rows else [_line(_("Reçu"), _("Rien n’est arrivé à ce jour."))],
    }  # fmt: skip


def _delay(cost: Cost, chosen: int) -> str:
    """The delay that the notice gives: never less than the penalty clause does, and who set it."""
    asked = cost.notice_days
    days = say_days(max(chosen, asked))
    if not asked:
        said = _("{days} à compter de la réception de la présente (délai choisi par la collectivité, sauf délai plus "
                 "long prévu au contrat)")  # fmt: skip
    elif asked >= chosen:
        said = _("{days} à compter de la réception de la présente (délai prévu au contrat)")
    else:
        said = _("{days} à compter de la réception de la présente (le contrat en prévoit {asked} au moins)")
    return said.format(days=days, asked=say_days(asked))


def _otherwise(cost: Cost) -> str:
    """What follows where nothing comes: of the penalty, what its clause says."""
    if cost.is_otherwise:
        return _("les pénalités s’appliquent, comme le contrat les compte et dans les limites qu’il prévoit.")
    if cost.terms is None:
        return _("la collectivité exercera les droits que le contrat et la loi lui donnent.")
    if cost.awaits_notice:
        return _("la pénalité court à l’issue de ce délai, dans les limites que le contrat prévoit.")
    if cost.is_at_most:
        return _(
            "les pénalités s’appliquent, sous réserve de ce que le contrat prévoit pour leur départ et leur plafond."
        )
    return _("les pénalités continuent de courir, dans les limites que le contrat prévoit.")


def _demand(law: str, cost: Cost, is_scheduled: bool, days: int) -> dict[str, Any]:
    asked = (
        _("de livrer ce qui est dû, sous forme électronique, dans un standard ouvert et exploitable par une "
          "machine, par le lien de dépôt de ce contrat ou au service qui le suit.")
        if law
        else _("de livrer ce qui est dû, comme le contrat le prévoit, par le lien de dépôt de ce contrat ou au service "
               "qui le suit.")
        if is_scheduled
        else _("de livrer ce qui est dû, par le lien de dépôt de ce contrat ou au service qui le suit.")
    )  # fmt: skip
    return {
        "id": "demande", "name": _("Ce qui est demandé"),
        "lines": [
            _line(_("Le titulaire est mis en demeure"), asked, law),
            _line(_("Délai pour se conformer"), _delay(cost, days)),
            _line(_("À défaut"), _otherwise(cost)),
        ],
    }  # fmt: skip
