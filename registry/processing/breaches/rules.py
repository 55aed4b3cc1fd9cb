"""What the law asks of a breach, as pure functions of values: order of moments, who must be told, what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from registry.kernel.words import _, mark
from registry.processing.breaches.vocabulary import BreachRisk
from registry.processing.clocks.rules import Clock, clock_of_hours
from registry.processing.clocks.vocabulary import ClockState

APPLICABLE_FROM = datetime(2018, 5, 24, 22, tzinfo=UTC)
"""The first moment of 25 May 2018 in Paris, from when the regulation applies (art. 99 §2)."""


def breach_clock(due: datetime, notified: datetime | None, risk: BreachRisk | None, now: datetime) -> Clock:
    """Where the 72 hours stand; a breach unlikely to be a risk has none to keep, unless the CNIL was told anyway.

    Law: GDPR art. 33 §1. While nobody has weighed the risk, the clock runs.
    """
    clock = clock_of_hours(due, notified, now)
    if risk is BreachRisk.UNLIKELY and notified is None:
        return Clock(ClockState.NONE, due, clock.left)
    return clock


def wrong_moments(
    *, known: datetime, occurred_from: datetime | None, occurred_until: datetime | None, told: datetime | None,
    now: datetime,
) -> dict[str, str]:  # fmt: skip
    """The moments of a breach that cannot be, each with what is wrong: field → sentence."""
    wrong: dict[str, str] = {}
    if known > now:
        wrong["known_at"] = _("Cette date est à venir : donnez le moment où la violation a été connue.")
    elif known < APPLICABLE_FROM:
        wrong["known_at"] = _("Le RGPD s’applique depuis le 25 mai 2018 : vérifiez l’année.")
    for name, moment in (("occurred_from", occurred_from), ("occurred_until", occurred_until)):
        if moment is not None and moment > now:
            wrong[name] = _("Cette date est à venir : donnez un moment passé, ou laissez vide si l’on ne sait pas.")
    if occurred_from is not None and occurred_from > known:
        wrong["occurred_from"] = _(
            "Une violation ne peut être connue avant d’avoir commencé : vérifiez les deux dates."
        )
    if occurred_from is not None and occurred_until is not None and occurred_until < occurred_from:
        wrong["occurred_until"] = _("La violation finit avant de commencer : vérifiez les deux dates.")
    if told is not None and told > now:
        wrong["processor_told_at"] = _("Cette date est à venir : donnez le moment où le sous-traitant a prévenu.")
    elif told is not None and told < known:
        wrong["processor_told_at"] = _(
            "Le sous-traitant avait prévenu avant : la violation était connue au plus tard à ce moment-là (art. 33 §2)."
        )
    return wrong


def wrong_sending(
    *, sent: datetime, known: datetime, due: datetime, delay_reasons: str | None, earlier: Sequence[datetime],
    completes: bool, now: datetime,
) -> dict[str, str]:  # fmt: skip
    """What is wrong with a notification to the CNIL: field → sentence. A late first one says why.

    Law: GDPR art. 33 §1 (reasons for the delay) and §4 (in phases).
    """
    wrong: dict[str, str] = {}
    if sent > now:
        wrong["sent_at"] = _("Cette date est à venir : notez la notification une fois partie.")
    elif sent < known:
        wrong["sent_at"] = _("La notification serait partie avant que la violation soit connue : vérifiez les dates.")
    elif completes and earlier and sent < min(earlier):
        wrong["sent_at"] = _("Un complément suit la notification initiale : vérifiez les dates.")
    if completes and not earlier:
        wrong["phase"] = _("Rien n’a encore été notifié : la première notification est initiale, ou complète.")
    if not completes and earlier:
        wrong["phase"] = _("Une première notification est déjà notée : celle-ci la complète.")
    if not completes and sent > due and not delay_reasons:
        wrong["delay_reasons"] = _(
            "Les 72 heures étaient passées : dites les motifs du retard, la CNIL les demande (art. 33 §1)."
        )
    return wrong


def wrong_correcting(
    corrects: bool, *, changes: bool, reason: str | None, sent: datetime, after: Sequence[datetime]
) -> dict[str, str]:
    """What is wrong with a correction of a notification: it changes something, says why, and stays before `after`.

    `after` holds the moments of what completed it.
    """
    wrong: dict[str, str] = {}
    if corrects and not reason:
        wrong["reason"] = _("Dites pourquoi vous corrigez : ce qui était noté reste au registre, avec ce motif.")
    elif corrects and not changes:
        wrong["reason"] = _("Rien n’est corrigé : changez ce qui était mal noté, ou revenez à la fiche.")
    if not corrects and reason:
        wrong["reason"] = _("Ce motif est celui d’une correction : dites quelle notification elle corrige.")
    if after and sent > min(after):
        wrong["sent_at"] = _("Un complément est noté avant ce moment : vérifiez les dates.")
    return wrong


@dataclass(frozen=True)
class Duty:
    """One thing the law asks once a breach is known: whether it is done, and the article."""

    says: str
    is_done: bool
    article: str


_DOCUMENTED = (
    ("facts", mark("Décrire les faits")),
    ("consequences", mark("Décrire les effets probables")),
    ("measures", mark("Décrire les mesures prises")),
)


def duties_of(breach: Any) -> list[Duty]:
    """What the law asks of this breach, in the order it is done.

    Law: GDPR art. 33 §1, §3 and §5, 34.
    """
    duties = [Duty(_(says), getattr(breach, name) is not None, _("art. 33 §5")) for name, says in _DOCUMENTED]
    duties.append(Duty(_("Évaluer le risque pour les personnes"), breach.risk is not None, _("art. 33 §1")))
    if breach.risk is BreachRisk.UNLIKELY:
        duties.append(
            Duty(_("Dire pourquoi le risque est improbable"), breach.risk_reasons is not None, _("art. 33 §1"))
        )
    else:
        duties.append(Duty(_("Notifier à la CNIL"), breach.notified_at is not None, _("art. 33 §1")))
        if breach.notified_at is not None and breach.notified_at > breach.due_at:
            duties.append(Duty(_("Dire les motifs du retard"), breach.delay_reasons is not None, _("art. 33 §1")))
    if breach.risk is BreachRisk.HIGH:
        told = breach.informed_on is not None or breach.exemption is not None
        duties.append(Duty(_("Informer les personnes, ou dire quelle exception vaut"), told, _("art. 34")))
    return duties


def wrong_informing(values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with what is said of the people told: an exemption is explained, and one day is enough."""
    wrong: dict[str, str] = {}
    if values.get("exemption") is not None and not values.get("exemption_reasons"):
        wrong["exemption_reasons"] = _(
            "Dites en quoi cette exception vaut ici : la CNIL peut en juger autrement (34 §4)."
        )
    if values.get("risk") is BreachRisk.UNLIKELY and not values.get("risk_reasons"):
        wrong["risk_reasons"] = _("Dites pourquoi le risque est improbable : c’est ce qui dispense de notifier.")
    return wrong
