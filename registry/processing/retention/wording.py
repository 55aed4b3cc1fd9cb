"""Retention in words: durations, due dates, where a rule comes from."""

from datetime import date

from registry.kernel.words import _, mark, ngettext
from registry.processing.retention.rules import DueDates, Origin, Rule, Span
from registry.processing.retention.vocabulary import EventKnown, RetentionState, RuleUnit
from registry.web.templating import say_day

RETENTION_LABELS: dict[str, str] = {
    "rule_code": mark("Règle suivie"),
    "own_reason": mark("Raison d’une durée ou d’un sort propres à ce jeu"),
    "retention_months": mark("Utilité courante (mois)"),
    "intermediate_months": mark("Archivage intermédiaire (mois)"),
    "retention_trigger": mark("Événement de départ"),
    "final_disposition": mark("Sort final"),
    "known": mark("Jour de l’événement"),
    "event_on": mark("Date de l’événement"),
    "event_source": mark("Où se lit le jour de l’événement"),
    "counting": mark("La durée se compte"),
}
RULE_LABELS: dict[str, str] = {
    "organisation_id": mark("Organisation"),
    "code": mark("Code (RuleId)"),
    "label": mark("Intitulé (RuleValue)"),
    "description": mark("Précision (RuleDescription)"),
    "count": mark("Durée (RuleDuration)"),
    "unit": mark("Unité (RuleMeasurement)"),
    "starts": mark("Départ de la durée"),
    "fate": mark("Sort final"),
    "reference": mark("Texte ou tableau de gestion"),
    "agreed_on": mark("Accord donné le"),
    "agreed_by": mark("Service d’archives"),
    "agreement_reference": mark("Référence de l’accord"),
}
HOLD_LABELS: dict[str, str] = {
    "reason": mark("Raison du gel"),
    "explained": mark("Ce qui l’exige"),
    "held_by": mark("Décidé par (fonction)"),
    "started_on": mark("Depuis le"),
    "review_on": mark("À revoir le"),
    "lifted_reason": mark("Pourquoi le gel est levé"),
}
SLIP_LABELS: dict[str, str] = {
    "title": mark("Objet du bordereau"),
    "reason": mark("Pourquoi ces données ne servent plus"),
    "dataset_ids": mark("Jeux proposés à l’élimination"),
}
SHAPES = {
    RetentionState.DUE: "non-compliant",
    RetentionState.HELD: "not-followed",
    RetentionState.INTERMEDIATE: "to-complete",
    RetentionState.ACTIVE: "compliant",
    RetentionState.KEPT: "compliant",
    RetentionState.WAITING: "not-applicable",
    RetentionState.UNKNOWN: "to-complete",
    RetentionState.OVER: "not-applicable",
    RetentionState.UNSET: "to-complete",
}
ORIGINS = {
    Origin.LIST: mark("indicative, non validée"),
    Origin.OWN: mark("propre à l’organisation, non validée"),
    Origin.AGREED: mark("validée par les archives"),
}


def say_span(span: Span | None) -> str:
    """A rule's duration in words."""
    if span is None:
        return _("sans limite")
    if span.unit is RuleUnit.DAY:
        return ngettext("%(num)s jour", "%(num)s jours", span.count) % {"num": span.count}
    if span.unit is RuleUnit.MONTH:
        return ngettext("%(num)s mois", "%(num)s mois", span.count) % {"num": span.count}
    return ngettext("%(num)s an", "%(num)s ans", span.count) % {"num": span.count}


def say_rule(rule: Rule) -> str:
    """A rule in one line: its code, what it is about, its duration."""
    return f"{rule.code} · {rule.label} · {say_span(rule.span)}"


def say_origin(origin: Origin) -> str:
    """Whether a rule is validated, in words."""
    return _(ORIGINS[origin])


def say_due(dates: DueDates, on: date) -> str:
    """When retention ends, or since when it has, in words; what is missing where it cannot be computed."""
    if dates.state is RetentionState.UNKNOWN:
        if dates.starts_on is None:
            return _("il manque le jour de l’événement de départ")
        return _("il manque la durée : choisissez une règle, ou dites-en une propre")
    since = dates.due_since
    if since is None or dates.until is None:
        return ""
    if on >= since:
        return _("échue depuis le {day}").format(day=say_day(since))
    return _("jusqu’au {day}").format(day=say_day(dates.until))


def say_known(known: EventKnown | None, event_on: date | None, source: str | None) -> str:
    """How the day of the event is known, in words."""
    if known is EventKnown.BY_RECORD:
        oldest = _("le plus ancien : {day}").format(day=say_day(event_on)) if event_on is not None else ""
        return " ; ".join(filter(None, (known.label, source, oldest)))
    if known is EventKnown.TO_COME:
        expected = _("attendu le {day}").format(day=say_day(event_on)) if event_on is not None else ""
        return " ; ".join(filter(None, (known.label, expected)))
    return say_day(event_on) if event_on is not None else ""
