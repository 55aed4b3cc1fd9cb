"""Every change to a breach: each is said in the ledger, and what the clock needs is counted once, here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from registry.compliance.engine import engine_of
from registry.datasets.models import Dataset
from registry.kernel.delays import as_instant, last_moment
from registry.kernel.errors import Conflict, FieldError, Invalid, NotFound, Stale
from registry.kernel.words import _, mark
from registry.ledger.service import say, touch
from registry.organisations.queries import find_known, find_organisation, find_readable
from registry.platform.tables import set_those_that_differ
from registry.processing.breaches.forms import (
    BreachChange,
    BreachEventForm,
    BreachForm,
    NotificationForm,
    TouchedForm,
)
from registry.processing.breaches.models import Breach, BreachActivity, BreachDataset, BreachEvent, BreachNotification
from registry.processing.breaches.queries import find_notifications, find_touched, get_breach
from registry.processing.breaches.rules import (
    wrong_correcting,
    wrong_informing,
    wrong_moments,
    wrong_sending,
)
from registry.processing.breaches.vocabulary import NotificationPhase
from registry.processing.models import ProcessingActivity

DELAY = "breach-notification"
"""The delay of art. 33 §1, by its name in `policies/delays.yaml`."""
_MOMENTS = ("known_at", "occurred_from", "occurred_until", "processor_told_at")


def record_breach(session: Session, organisation_id: int, form: BreachForm, *, now: datetime) -> Breach:
    """A new breach of a controller; its 72 hours run from the moment it was known.

    Raises: Invalid, with one error a field, when its moments cannot be.
    """
    say(session, "processing:breach:record")
    values = _checked(session, form.model_dump(), now)
    made = Breach(organisation_id=organisation_id, due_at=_due(session, values["known_at"]), **values)
    session.add(made)
    session.flush()
    touch(session, "breach", made.id)
    return made


def amend_breach(session: Session, breach_id: int, form: BreachChange, *, expected: int, now: datetime) -> Breach:
    """Changes the fields given on a breach; the clock is counted again where the moment it was known changed.

    Raises: NotFound; Conflict when it is annulled; Stale when somebody changed it since version `expected`; Invalid.
    """
    breach = _to_change(session, breach_id, expected)
    say(session, "processing:breach:amend")
    given = form.model_dump(include=form.model_fields_set)
    standing = {name: getattr(breach, name) for name in BreachForm.model_fields}
    values = _checked(session, {**standing, **given}, now)
    _check_sent(breach, values["known_at"])
    for name, value in values.items():
        if getattr(breach, name) != value:
            setattr(breach, name, value)
    breach.due_at = _due(session, breach.known_at)
    return _written(session, breach)


def notify_cnil(session: Session, breach_id: int, form: NotificationForm, *, expected: int, now: datetime) -> Breach:
    """Notes a notification that left for the CNIL, or corrects one noted wrongly, for a reason; a late first one comes
    with the reasons for the delay. What was noted before stays in the ledger.

    Raises: NotFound; Conflict; Stale; Invalid, with one error a field.
    """
    breach = _to_change(session, breach_id, expected)
    known = find_notifications(session, breach_id)
    corrected = next((one for one in known if one.id == form.corrects), None)
    if form.corrects is not None and corrected is None:
        raise NotFound(_("Cette notification n’existe pas sur cette violation."))
    sent = _instants(session, {"sent_at": form.sent_at})["sent_at"]
    completes = form.phase is NotificationPhase.COMPLEMENTARY
    reasons = (
        form.delay_reasons if corrected is not None and not completes else form.delay_reasons or breach.delay_reasons
    )
    first = corrected is not None and corrected.phase is not NotificationPhase.COMPLEMENTARY
    others = [one.sent_at for one in known if one is not corrected]
    said = {"phase": form.phase, "sent_at": sent, "reference": form.reference, "content": form.content}
    changes = reasons != breach.delay_reasons or any(getattr(corrected, name, None) != said[name] for name in said)
    _refuse(
        wrong_correcting(
            corrected is not None, changes=changes, reason=form.reason, sent=sent, after=others if first else []
        )
        | wrong_sending(
            sent=sent, known=breach.known_at, due=breach.due_at, delay_reasons=reasons,
            earlier=[] if first else others, completes=completes, now=now,
        )
    )  # fmt: skip
    say(session, "processing:breach:notify" if corrected is None else "processing:breach:correct", form.reason)
    if corrected is None:
        session.add(BreachNotification(organisation_id=breach.organisation_id, breach_id=breach.id, **said))
    else:
        set_those_that_differ(corrected, **said)
    breach.delay_reasons = reasons
    if not completes:
        breach.notified_at = sent
    return _written(session, breach, counts=True)


def note_event(session: Session, breach_id: int, form: BreachEventForm, *, now: datetime) -> BreachEvent:
    """Notes something that was done or learnt of a breach.

    Raises: NotFound; Conflict when it is annulled; Invalid when its moment is to come.
    """
    breach = get_breach(session, breach_id)
    if breach.annulled:
        raise Conflict(_("Cette violation est annulée : rétablissez-la avant de la modifier."))
    happened = _instants(session, {"happened_at": form.happened_at})["happened_at"]
    if happened > now:
        _refuse({"happened_at": _("Cette date est à venir : notez ce qui a eu lieu.")})
    say(session, "processing:breach:note")
    made = BreachEvent(
        organisation_id=breach.organisation_id, breach_id=breach.id, happened_at=happened, what=form.what
    )
    session.add(made)
    session.flush()
    return made


@dataclass(frozen=True)
class _Link:
    """One kind of what a breach touches: its table, its column, what that points to and how another is refused."""

    model: type[BreachDataset] | type[BreachActivity]
    column: str
    target: type[Dataset] | type[ProcessingActivity]
    unseen: str


_LINKS = {
    "datasets": _Link(
        BreachDataset, "dataset_id", Dataset, mark("Ce jeu n’existe pas, ou vos droits ne vous le montrent pas.")
    ),
    "activities": _Link(
        BreachActivity, "activity_id", ProcessingActivity,
        mark("Ce traitement n’existe pas, ou vos droits ne vous le montrent pas."),
    ),
}  # fmt: skip


def say_what_was_touched(session: Session, breach_id: int, form: TouchedForm, *, expected: int) -> Breach:
    """Makes the datasets and activities that a breach touched exactly those given; nothing is deleted.

    Raises: NotFound; Conflict when it is annulled; Stale; Invalid where one is nothing that the asker may see.
    """
    breach = _to_change(session, breach_id, expected)
    say(session, "processing:breach:touch")
    changed = [_write_links(session, breach, name, getattr(form, name)) for name in _LINKS]
    return _written(session, breach, counts=any(changed))


def _write_links(session: Session, breach: Breach, name: str, numbers: Sequence[int]) -> bool:
    link = _LINKS[name]
    known = {getattr(row, link.column): row for row in find_touched(session, link.model, breach.id)}
    new = {number for number in numbers if number not in known or known[number].annulled}
    unseen = new - find_readable(session, link.target, new)
    _refuse({f"{name}.{place}": _(link.unseen) for place, number in enumerate(numbers) if number in unseen})
    for number in sorted(new - set(known)):
        values: dict[str, Any] = {
            "organisation_id": breach.organisation_id, "breach_id": breach.id, link.column: number,
        }  # fmt: skip
        session.add(link.model(**values))
    changed = bool(new)
    for number, row in known.items():
        if row.annulled != (number not in numbers):
            row.annulled = number not in numbers
            changed = True
    return changed


def set_breach_aside(session: Session, breach_id: int, *, expected: int, reason: str, annulled: bool) -> Breach:
    """Annuls a breach recorded by mistake, or brings it back, with a reason; nothing is deleted.

    Raises: NotFound; Stale.
    """
    breach = get_breach(session, breach_id, lock=True)
    if breach.version != expected:
        raise Stale(_("Cette violation a été modifiée entre-temps."), breach.version)
    say(session, "processing:breach:annul" if annulled else "processing:breach:restore", reason)
    breach.annulled = annulled
    return _written(session, breach)


def _to_change(session: Session, breach_id: int, expected: int) -> Breach:
    breach = get_breach(session, breach_id, lock=True)
    if breach.version != expected:
        raise Stale(_("Cette violation a été modifiée entre-temps."), breach.version)
    if breach.annulled:
        raise Conflict(_("Cette violation est annulée : rétablissez-la avant de la modifier."))
    return breach


def _written(session: Session, breach: Breach, *, counts: bool = False) -> Breach:
    """The breach as the database now holds it; `counts` that a part of it changed, which makes a version of its own."""
    if counts:
        flag_modified(breach, "notified_at")
    session.flush()
    session.refresh(breach)
    touch(session, "breach", breach.id)
    return breach


def _due(session: Session, known: datetime) -> datetime:
    return last_moment(known, engine_of(session).catalogue.delays[DELAY])


def _checked(session: Session, given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The values of a breach as the table holds them.

    Raises: Invalid, with one error a field.
    """
    values = {**given, **_instants(session, {name: given[name] for name in _MOMENTS})}
    wrong = wrong_informing(values) | wrong_moments(
        known=values["known_at"], occurred_from=values["occurred_from"], occurred_until=values["occurred_until"],
        told=values["processor_told_at"], now=now,
    )  # fmt: skip
    known_on = values["known_at"].astimezone(_zone(session)).date()
    for name in ("informed_on", "closed_on"):
        if values[name] is not None and values[name] < known_on:
            wrong[name] = _("Cette date précède le jour où la violation a été connue : vérifiez-la.")
    if values["processor_id"] is not None and find_organisation(session, values["processor_id"]) is None:
        wrong["processor_id"] = _("Cette organisation n’existe pas, ou vos droits ne vous la montrent pas.")
    if values["in_charge_id"] is not None and find_known(session, values["in_charge_id"]) is None:
        wrong["in_charge_id"] = _("Cette personne n’existe pas, ou vos droits ne vous la montrent pas.")
    _refuse(wrong)
    values["natures"] = sorted({str(one) for one in values["natures"]})
    values["data_categories"] = sorted({str(one) for one in values["data_categories"]} - {"none"})
    return values


def _check_sent(breach: Breach, known: datetime) -> None:
    """A breach already notified was not known after that."""
    if breach.notified_at is not None and known > breach.notified_at:
        _refuse({"known_at": _("La CNIL a été notifiée avant ce moment : vérifiez quand la violation a été connue.")})


def _instants(session: Session, walls: Mapping[str, datetime | None]) -> dict[str, Any]:
    """Moments of the authority's clocks as instants.

    Raises: Invalid for an hour that clocks skipped.
    """
    zone, said, wrong = _zone(session), dict[str, datetime | None](), dict[str, str]()
    for name, wall in walls.items():
        said[name] = as_instant(wall, zone) if wall is not None else None
        if wall is not None and said[name] is None:
            wrong[name] = _(
                "Cette heure n’existe pas : ce jour-là les horloges ont avancé d’une heure. Donnez l’heure suivante."
            )
    _refuse(wrong)
    return said


def _zone(session: Session) -> ZoneInfo:
    return ZoneInfo(session.info["time_zone"])


def _refuse(wrong: Mapping[str, str]) -> None:
    if wrong:
        problems = tuple(FieldError(name, sentence) for name, sentence in wrong.items())
        raise Invalid(_("La violation ne peut être enregistrée ainsi."), problems)
