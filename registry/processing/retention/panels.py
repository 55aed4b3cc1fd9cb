"""What this corner shows on a dataset's sheet: how long it is kept, since when it is due, what holds it."""

from collections.abc import Iterator
from datetime import date

from sqlmodel import col

from registry.datasets.models import Dataset
from registry.kernel.permissions import Permission
from registry.kernel.words import _, current_locale
from registry.organisations.queries import get_legal_person
from registry.processing.retention.models import DatasetRetention, RetentionHold
from registry.processing.retention.queries import (
    as_retention,
    find_holds,
    find_own_rules,
    find_retention,
    find_slip_of,
    rules_of,
)
from registry.processing.retention.rules import DueDates, Origin, Retention, dates_of, is_settled
from registry.processing.retention.views import HoldLine, RetentionPanel
from registry.processing.retention.vocabulary import RetentionState
from registry.processing.retention.wording import SHAPES, say_due, say_known, say_origin, say_rule
from registry.processing.views import say_months
from registry.web.held import is_held, tell_held
from registry.web.templating import say_day
from registry.web.visits import Panel, Visit

READ, RECORD = Permission.PROCESSING_RETENTION_READ, Permission.PROCESSING_RETENTION_RECORD


def hold_line(hold: RetentionHold, visit: Visit) -> HoldLine:
    """A hold in words."""
    return HoldLine(
        id=hold.id,
        reason=hold.reason.label,
        explained=hold.explained,
        held_by=hold.held_by,
        since=say_day(hold.started_on),
        review=say_day(hold.review_on) if hold.review_on is not None else "",
        review_passed=hold.review_on is not None and hold.review_on < visit.today,
    )


def retention_of(visit: Visit, dataset_id: int) -> RetentionPanel | None:
    """How long a dataset is kept; nothing on an annulled sheet."""
    sheet = visit.session.get(Dataset, dataset_id)
    if sheet is None or sheet.annulled:
        return None
    row = find_retention(visit.session, dataset_id) if is_held(visit, "retention", "dataset", dataset_id) else None
    follows = row is not None and row.rule_code is not None
    own = find_own_rules(visit.session, get_legal_person(visit.session, sheet.organisation_id)) if follows else ()
    said = as_retention(sheet, row, rules_of(own, current_locale()))
    some = is_held(visit, "holds", "dataset", dataset_id)
    holds = [hold for hold in find_holds(visit.session, dataset_id) if hold.lifted_on is None] if some else []
    dates = dates_of(said, visit.today, held=bool(holds))
    # Only what was due is put on a slip; a hold may have come since.
    slip = find_slip_of(visit.session, dataset_id) if dates.state in {RetentionState.DUE, RetentionState.HELD} else None
    return RetentionPanel(
        dataset_id=dataset_id,
        shape=SHAPES[dates.state],
        state=dates.state.label,
        due=say_due(dates, visit.today),
        lines=[(label, words) for label, words in _lines(sheet, row, said, dates) if words],
        indicative=said.rule is not None and said.rule.origin is not Origin.AGREED,
        holds=[hold_line(hold, visit) for hold in holds],
        is_set=is_settled(said),
        may_record=visit.visitor.may(RECORD, sheet.organisation_id),
        slip=(slip.id, slip.number) if slip is not None else None,
    )


def _lines(sheet: Dataset, row: DatasetRetention | None, said: Retention, dates: DueDates) -> Iterator[tuple[str, str]]:
    rule, known = said.rule, say_known(row.known, row.event_on, row.event_source) if row is not None else ""
    yield _("Règle suivie"), f"{say_rule(rule)} ({say_origin(rule.origin)})" if rule is not None else ""
    yield _("Départ"), ", ".join(filter(None, (sheet.retention_trigger, known)))
    yield _("Utilité courante"), _until(said.active_months, dates.active_until)
    yield (
        _("Archivage intermédiaire"),
        (_until(said.intermediate_months, dates.until if rule or row else None) if said.intermediate_months else ""),
    )
    yield _("Sort final"), sheet.final_disposition.label if sheet.final_disposition else ""
    yield _("Pourquoi"), (row.own_reason or "") if row is not None else ""


def _until(months: int | None, end: date | None) -> str:
    """A duration and its last day, either of them alone, or nothing."""
    duration = say_months(months) if months is not None else ""
    last = _("jusqu’au {day}").format(day=say_day(end)) if end is not None else ""
    return ", ".join(filter(None, (duration, last)))


tell_held("dataset", "retention", col(DatasetRetention.dataset_id))
tell_held("dataset", "holds", col(RetentionHold.dataset_id), col(RetentionHold.lifted_on).is_(None))
PANELS = (Panel("dataset", READ, "processing/_retention.html", retention_of),)
