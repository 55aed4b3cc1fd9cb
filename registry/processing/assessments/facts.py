"""What is known of the impact assessment of an activity on a day, under the names the policies use."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.ledger.as_of import find_rows
from registry.processing.assessments.models import (
    AssessmentCoverage,
    AssessmentRevision,
    AssessmentRisk,
    DpiaScreening,
    ImpactAssessment,
    PriorConsultation,
)
from registry.processing.assessments.risks import residual
from registry.processing.assessments.rules import answers_of, decide
from registry.processing.assessments.vocabulary import RevisionState, RiskBand
from registry.processing.vocabulary import ActivityStatus

BOUND = tuple(
    f"activity.dpia_{name}"
    for name in (
        "required", "set_aside", "validated", "before_start", "dpo_asked", "high_risk_left", "cnil_asked_on",
        "review_on",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Covering:
    """What covers an activity: the revision that counts, the day of the first validated one, risks, consultation."""

    revision: Any
    first_validated_on: date | None
    risks: list[Any]
    asked_on: date | None


def bind_assessments(
    session: Session, activities: Mapping[int, Any], *, until: datetime | None
) -> dict[int, dict[str, Any]]:
    """The facts of the impact assessment of each of these activities, given by number with its row."""
    screenings = {
        row.activity_id: row
        for row in find_rows(session, DpiaScreening, until=until, column="activity_id", among=activities)
    }
    covering = find_covering(session, activities, until)
    return {number: _facts_of(row, screenings.get(number), covering.get(number)) for number, row in activities.items()}


def find_covering(session: Session, activities: Collection[int], until: datetime | None) -> dict[int, Covering]:
    """For each activity an assessment covers: the validated revision that covers it, or the latest that does."""
    coverage = [
        one
        for one in find_rows(session, AssessmentCoverage, until=until, column="activity_id", among=activities)
        if not one.dropped
    ]
    if not coverage:
        return {}
    revisions = find_rows(
        session, AssessmentRevision, until=until, column="id", among={one.revision_id for one in coverage}
    )
    standing = {
        one.id
        for one in find_rows(
            session, ImpactAssessment, until=until, column="id", among={one.assessment_id for one in revisions}
        )
        if not one.annulled
    }
    known = {one.id: one for one in revisions if one.assessment_id in standing}
    found: dict[int, list[Any]] = {}
    for one in coverage:
        if one.revision_id in known:
            found.setdefault(one.activity_id, []).append(known[one.revision_id])
    counts = {number: max(those, key=_weight) for number, those in found.items()}
    chosen = {revision.id for revision in counts.values()}
    risks: dict[int, list[Any]] = {}
    for risk in find_rows(session, AssessmentRisk, until=until, column="revision_id", among=chosen):
        risks.setdefault(risk.revision_id, []).append(risk)
    asked = {
        one.revision_id: one.sent_on
        for one in find_rows(session, PriorConsultation, until=until, column="revision_id", among=chosen)
    }
    return {
        number: Covering(revision, _first_validated(found[number]), risks.get(revision.id, []), asked.get(revision.id))
        for number, revision in counts.items()
    }


def _weight(revision: Any) -> tuple[bool, int]:
    """A validated revision counts before any other, a later one before an earlier one."""
    return revision.state == RevisionState.VALIDATED, revision.id


def _first_validated(revisions: list[Any]) -> date | None:
    return min((one.decided_on for one in revisions if one.state == RevisionState.VALIDATED), default=None)


def _facts_of(activity: Any, screening: Any, covering: Covering | None) -> dict[str, Any]:
    decision = decide(answers_of(screening))
    is_set_aside = screening is not None and screening.set_aside_reason is not None
    facts: dict[str, Any] = {"activity.dpia_set_aside": decision.may_be_set_aside and is_set_aside}
    if not decision.is_open:
        facts["activity.dpia_required"] = decision.is_due
    if covering is None:
        return facts | {"activity.dpia_validated": False}
    revision, first = covering.revision, covering.first_validated_on
    facts["activity.dpia_validated"] = revision.state == RevisionState.VALIDATED
    facts["activity.dpia_dpo_asked"] = revision.dpo_opinion is not None
    before = _was_before(activity, first)
    if before is not None:
        facts["activity.dpia_before_start"] = before
    left = residual(covering.risks)
    if left is not None:
        facts["activity.dpia_high_risk_left"] = left is RiskBand.HIGH
    for name, day in (("cnil_asked_on", covering.asked_on), ("review_on", revision.review_on)):
        facts[f"activity.dpia_{name}__present"] = day is not None
        if day is not None:
            facts[f"activity.dpia_{name}"] = day
    return facts


def _was_before(activity: Any, validated_on: date | None) -> bool | None:
    """Whether an assessment was first validated before the processing began, the same day included; None: unknown."""
    if validated_on is None:
        return False
    if activity.started_on is None:
        return True if activity.status == ActivityStatus.DRAFT else None
    return bool(validated_on <= activity.started_on)
