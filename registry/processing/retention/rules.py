"""When data leaves its active use, when its retention ends, and since when it is due: the date is a parameter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from registry.datasets.vocabulary import FinalDisposition, Stage
from registry.kernel.dates import plus_days, plus_months
from registry.kernel.words import _
from registry.processing.retention.vocabulary import (
    Counting,
    EventKnown,
    RetentionState,
    RuleDomain,
    RuleUnit,
    StartEvent,
)

OVER = frozenset({Stage.ARCHIVED, Stage.DISPOSED})
MONTHS = {RuleUnit.MONTH: 1, RuleUnit.YEAR: 12}


@dataclass(frozen=True)
class Span:
    """A duration as a rule says it.

    Units: `count` days, months or years.
    """

    count: int
    unit: RuleUnit

    def after(self, day: date) -> date:
        """The last day of the duration that starts on a day: months are whole, a short month ends on its end."""
        if self.unit is RuleUnit.DAY:
            return plus_days(day, self.count)
        return plus_months(day, self.count * MONTHS[self.unit])

    @property
    def months(self) -> int | None:
        """The duration in months; nothing for one in days."""
        return None if self.unit is RuleUnit.DAY else self.count * MONTHS[self.unit]


class Origin(StrEnum):
    """Whether a rule is that of the product's list, or one the organisation says, agreed or not."""

    LIST = "list"
    OWN = "own"
    AGREED = "agreed"


@dataclass(frozen=True)
class Rule:
    """A rule as it binds an organisation. `span` is empty for what is kept for ever, `number` for one of the list."""

    code: str
    label: str
    span: Span | None
    starts: StartEvent | None
    fate: FinalDisposition | None
    reference: str
    origin: Origin
    domain: RuleDomain = RuleDomain.OWN
    number: int | None = None


@dataclass(frozen=True)
class Retention:
    """What is said of how long a dataset is kept; `rule` is the one it follows, if it follows one.

    Units: `active_months` and `intermediate_months` in months; with a rule, its own duration is the whole.
    """

    active_months: int | None = None
    intermediate_months: int | None = None
    rule: Rule | None = None
    fate: FinalDisposition | None = None
    known: EventKnown | None = None
    event_on: date | None = None
    counting: Counting = Counting.EVENT_DAY
    stage: Stage | None = None


@dataclass(frozen=True)
class DueDates:
    """Where data stands on a day: `active_until` and `until` are last days, the data is due from the day after."""

    state: RetentionState
    starts_on: date | None = None
    active_until: date | None = None
    until: date | None = None

    @property
    def due_since(self) -> date | None:
        """The first day on which the final disposition is owed; nothing while it is not computed or never comes."""
        return plus_days(self.until, 1) if self.until is not None and self.until < date.max else None


def start_of(event: date, counting: Counting) -> date:
    """The day a duration is counted from."""
    return date(event.year, 12, 31) if counting is Counting.YEAR_END else event


def is_settled(said: Retention) -> bool:
    """Whether anything is said of how long the data is kept."""
    return said.active_months is not None or said.rule is not None or said.intermediate_months is not None


def keeps_for_ever(said: Retention) -> bool:
    """Whether the data never comes to an end: its rule sets none."""
    return said.rule is not None and said.rule.span is None


def dates_of(said: Retention, on: date, *, held: bool = False) -> DueDates:
    """Where data stands on a day, held or not.

    Both ends are counted from the start, never one from the other: a short month in between takes nothing away.
    """
    if said.stage in OVER:
        return DueDates(RetentionState.OVER)
    if not is_settled(said) and said.fate is not FinalDisposition.KEEP:
        return DueDates(RetentionState.UNSET)
    starts = start_of(said.event_on, said.counting) if said.event_on is not None else None
    active = plus_months(starts, said.active_months) if starts and said.active_months is not None else None
    whole = _whole_end(said, starts)
    if active is not None and whole is not None:
        active = min(active, whole)
    found = DueDates(_state(said, starts, active, whole, on), starts, active, whole)
    if held:
        return DueDates(RetentionState.HELD, found.starts_on, found.active_until, found.until)
    return found


def _whole_end(said: Retention, starts: date | None) -> date | None:
    if starts is None:
        return None
    if said.rule is not None:
        return said.rule.span.after(starts) if said.rule.span is not None else None
    if said.active_months is None:
        return None
    return plus_months(starts, said.active_months + (said.intermediate_months or 0))


def _state(said: Retention, starts: date | None, active: date | None, whole: date | None, on: date) -> RetentionState:
    if said.known is EventKnown.TO_COME and (starts is None or on < starts):
        return RetentionState.WAITING
    if whole is None:
        if keeps_for_ever(said) or (not is_settled(said) and said.fate is FinalDisposition.KEEP):
            return RetentionState.KEPT
        return RetentionState.UNKNOWN
    if on > whole:
        return RetentionState.DUE
    return RetentionState.INTERMEDIATE if active is not None and on > active else RetentionState.ACTIVE


@dataclass(frozen=True)
class Proposed:
    """What a slip of disposal asks to know of a dataset.

    Units: `volume` as it is said.
    """

    dates: DueDates
    rule: Rule | None
    fate: FinalDisposition | None
    held: bool
    earliest: date | None
    latest: date | None
    volume: str
    is_listed: bool


def why_not_disposed(one: Proposed) -> list[str]:
    """Why a dataset may not stand on a slip of disposal, each in a sentence that says what to do; nothing when it may.

    What is missing is not said of one that no slip awaits, being listed or kept.
    Law: Code du patrimoine L212-2, L212-3, R212-13.
    """
    until, awaited = one.dates.until, not one.is_listed and one.fate is not FinalDisposition.KEEP
    due = one.dates.state in {RetentionState.DUE, RetentionState.HELD}
    refusals = (
        (one.held, _("Il est gelé : levez d’abord le gel, avec sa raison.")),
        (one.is_listed, _("Il figure déjà sur un bordereau.")),
        (one.fate is FinalDisposition.KEEP, _("Il se conserve : il se verse aux archives, il ne s’élimine pas.")),
        (awaited and one.rule is None, _("Il ne suit aucune règle : choisissez-en une sur sa fiche.")),
        (awaited and until is None, _("Aucune échéance ne se calcule : complétez sa conservation.")),
        (until is not None and not due, _("Il n’est pas encore échu.")),
        (one.fate is None, _("Son sort final n’est pas dit : dites-le sur sa fiche.")),
        (awaited and (one.earliest is None or one.latest is None),
         _("Ses dates extrêmes manquent : notez la période couverte sur sa fiche.")),
        (awaited and not one.volume, _("Son volume manque : notez-le sur sa fiche.")),
    )  # fmt: skip
    return [sentence for refused, sentence in refusals if refused]


def wrong_retention(values: Mapping[str, Any], rule: Rule | None, today: date) -> dict[str, str]:
    """What cannot be in what is said of a retention: a field, and the sentence that says what to do."""
    wrong: dict[str, str] = {}
    whole = rule.span.months if rule is not None and rule.span is not None else None
    active = values["retention_months"]
    if whole is not None and active is not None and active > whole:
        wrong["retention_months"] = _(
            "L’utilité courante ({active} mois) dépasse la durée de la règle ({whole} mois) : réduisez-la, ou dites "
            "une durée propre au jeu avec sa raison."
        ).format(active=active, whole=whole)
    if rule is None and not values["own_reason"] and (active is not None or values["intermediate_months"] is not None):
        wrong["own_reason"] = _("Aucune règle n’est suivie : dites pourquoi cette durée, ou choisissez une règle.")
    if rule is None and values["intermediate_months"] is not None and active is None:
        wrong["retention_months"] = _("L’archivage intermédiaire suit l’utilité courante : dites d’abord sa durée.")
    own_fate = values["final_disposition"]
    if rule is not None and rule.fate is not None and own_fate not in {None, rule.fate} and not values["own_reason"]:
        wrong["own_reason"] = _("La règle dit « {fate} » : dites pourquoi ce jeu finit autrement.").format(
            fate=rule.fate.label
        )
    return wrong | _wrong_event(values, today)


def _wrong_event(values: Mapping[str, Any], today: date) -> dict[str, str]:
    known, event = values["known"], values["event_on"]
    if known is EventKnown.DATED and event is None:
        return {"event_on": _("Dites le jour de l’événement, ou comment il est connu.")}
    if known in {EventKnown.DATED, EventKnown.BY_RECORD} and event is not None and event > today:
        return {"event_on": _("Ce jour est à venir : dites que l’événement n’a pas encore eu lieu.")}
    if known is EventKnown.BY_RECORD and not values["event_source"]:
        return {"event_source": _("Dites où se lit le jour de l’événement de chaque enregistrement.")}
    if known is None and event is not None:
        return {"known": _("Dites comment ce jour est connu.")}
    return {}
