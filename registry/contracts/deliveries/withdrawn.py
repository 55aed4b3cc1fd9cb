"""Why nothing is awaited any more of a delivery that was claimed: set aside, asked for by no clause, or spared."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from registry.contracts.clauses.queries import Written
from registry.contracts.clauses.views import name_instrument
from registry.contracts.deliveries.expecting import Reading, is_spared, reading_of
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.rules import waivers_of
from registry.kernel.words import _
from registry.ledger.queries import Version, find_versions
from registry.web.templating import say_day


def say_withdrawn(session: Session, delivery: Delivery, written: Written, zone: str) -> str:
    """That a delivery is claimed no more, since when and why; nothing of one that is owed still."""
    reading = reading_of(written, session.info["today"]())
    if delivery.unasked and is_spared(reading, delivery):
        # Its clause is in force still: the waiver alone took it out of the calendar.
        return _waiver(delivery, written, reading)
    if delivery.unasked:
        said = _(
            "Depuis le {day}, plus aucune clause ne prévoit cette livraison : le registre l’a retirée. Elle reviendra "
            "si la clause est corrigée."
        )
        return said.format(day=_day(_annulment(session, delivery), zone))
    if delivery.annulled:
        found = _annulment(session, delivery)
        said = _("Cette livraison est annulée depuis le {day} : elle ne compte plus nulle part.")
        reason = [_("Motif : {reason}").format(reason=found.reason)] if found is not None and found.reason else []
        return " ".join([said.format(day=_day(found, zone)), *reason])
    if written.contract.annulled:
        return _("Le contrat est annulé : rien n’en est plus réclamé.")
    return _waiver(delivery, written, reading) if is_spared(reading, delivery) else ""


def _annulment(session: Session, delivery: Delivery) -> Version | None:
    """What the registry wrote when it was set aside last."""
    found = None
    for one in find_versions(session, "delivery", delivery.id):
        if not one.snapshot.get("annulled"):
            break
        found = one
    return found


def _day(version: Version | None, zone: str) -> str:
    return say_day(version.recorded_at.astimezone(ZoneInfo(zone)).date()) if version is not None else ""


def _waiver(delivery: Delivery, written: Written, reading: Reading) -> str:
    """The waiver that spares what was due on the day: where it is written, when it was decided, and why."""
    day = delivery.due_on
    held = waivers_of(reading.spans, reading.terms, delivery.dataset_id, day) if day is not None else []
    rows = [written.stipulations[one.stipulation.id] for one in held]
    said = _("Une dispense couvre cette livraison au jour où elle était due ({places}) : elle n’est plus réclamée.")
    reasons = [_("Motif : {reason}").format(reason=row.reasons) for row in rows if row.reasons]
    return " ".join([said.format(places=" ; ".join(_place(row, written) for row in rows)), *reasons])


def _place(row: Any, written: Written) -> str:
    decided = row.terms.get("decided_on")
    said = (
        name_instrument(written.amendments.get(row.amendment_id)), row.article,
        _("décidée le {day}").format(day=say_day(date.fromisoformat(str(decided)))) if decided else "",
    )  # fmt: skip
    return ", ".join(filter(None, said))
