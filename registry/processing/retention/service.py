"""What a dataset follows and what holds it: every change is said in the ledger."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.datasets.models import Dataset
from registry.datasets.queries import get_dataset
from registry.datasets.service import change_sheet, require_live
from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.words import _, current_locale
from registry.ledger.service import say, touch
from registry.organisations.queries import get_legal_person
from registry.processing.retention.forms import HoldForm, LiftForm, RetentionForm
from registry.processing.retention.models import DatasetRetention, RetentionHold
from registry.processing.retention.queries import find_own_rules, find_retention, get_hold, rules_of
from registry.processing.retention.rules import Rule, wrong_retention

_ON_THE_SHEET = ("retention_months", "retention_trigger", "final_disposition")
_BESIDE = ("rule_code", "own_reason", "intermediate_months", "known", "event_on", "event_source", "counting")


def set_retention(session: Session, dataset_id: int, form: RetentionForm, *, expected: int, today: date) -> Dataset:
    """Says how long a dataset is kept: the sheet takes its months, start and end, what it lacks stands beside it.

    With a rule, what was left empty is the rule's. Raises: NotFound; Conflict when the sheet is annulled; Stale when
    somebody changed it since version `expected`; Invalid, with one error a field.
    """
    sheet = get_dataset(session, dataset_id, lock=True)
    if sheet.version != expected:
        raise Stale(_("Ce jeu de données a été modifié entre-temps."), sheet.version)
    require_live(sheet)
    rule = _rule_of(session, sheet.organisation_id, form.rule_code)
    values = _completed(form.model_dump(), rule)
    refuse(_("La conservation ne peut être enregistrée ainsi."), wrong_retention(values, rule, today))
    say(session, "processing:retention:record")
    row = find_retention(session, dataset_id)
    if row is None:
        row = DatasetRetention(organisation_id=sheet.organisation_id, dataset_id=dataset_id)
        session.add(row)
    for name in _BESIDE:
        if getattr(row, name) != values[name]:
            setattr(row, name, values[name])
    written = {name: values[name] for name in _ON_THE_SHEET}
    absent = [name for name in sheet.declared_absent if written.get(name) is None]
    change_sheet(sheet, {**written, "declared_absent": absent}, below=True)
    session.flush()
    session.refresh(sheet)
    touch(session, "dataset", sheet.id)
    return sheet


def place_hold(session: Session, dataset_id: int, form: HoldForm) -> RetentionHold:
    """Puts a dataset on hold: nothing of it may be disposed of until the hold is lifted.

    Raises: NotFound; Conflict when the sheet is annulled; Invalid when it would be reviewed before it begins.
    """
    sheet = get_dataset(session, dataset_id, lock=True)
    require_live(sheet)
    if form.review_on is not None and form.review_on < form.started_on:
        refuse(
            _("Le gel ne peut être posé ainsi."),
            {"review_on": _("La revue doit venir après le début du gel, ou le même jour.")},
        )
    say(session, "processing:hold:place")
    made = RetentionHold(organisation_id=sheet.organisation_id, dataset_id=sheet.id, **form.model_dump())
    session.add(made)
    session.flush()
    touch(session, "dataset", sheet.id)
    return made


def lift_hold(session: Session, hold_id: int, form: LiftForm, *, today: date) -> RetentionHold:
    """Lifts a hold, with the reason; another hold on the same dataset stays.

    Raises: NotFound; Conflict when it is lifted already.
    """
    hold = get_hold(session, hold_id, lock=True)
    if hold.lifted_on is not None:
        raise Conflict(_("Ce gel est déjà levé."))
    say(session, "processing:hold:lift", form.lifted_reason)
    hold.lifted_on, hold.lifted_reason = max(today, hold.started_on), form.lifted_reason
    session.flush()
    touch(session, "dataset", hold.dataset_id)
    return hold


def _rule_of(session: Session, organisation_id: int, code: str | None) -> Rule | None:
    if code is None:
        return None
    rules = rules_of(find_own_rules(session, get_legal_person(session, organisation_id)), current_locale())
    if code not in rules:
        message = _("Aucune règle n’a ce code : choisissez-la dans la table.")
        raise Invalid(message, (FieldError("rule_code", message),))
    return rules[code]


def _completed(values: dict[str, Any], rule: Rule | None) -> dict[str, Any]:
    if rule is None:
        return values
    return {
        **values,
        "intermediate_months": None,
        "retention_trigger": values["retention_trigger"] or (rule.starts.label if rule.starts is not None else None),
        "final_disposition": values["final_disposition"] or rule.fate,
    }


def refuse(message: str, wrong: Mapping[str, str]) -> None:
    """Raises: Invalid, with one error a field, where there is one."""
    if wrong:
        raise Invalid(message, tuple(FieldError(name, sentence) for name, sentence in wrong.items()))
