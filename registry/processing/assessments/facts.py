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
from registry.processing.assessments.risks import Consulted, consulted_for, residual
from registry.processing.assessments.rules import answers_of, decide
from registry.processing.assessments.vocabulary import CnilAnswer, RevisionState, RiskBand
from registry.processing.vocabulary import ActivityStatus

BOUND = tuple(
    f"activity.dpia_{name}"
    for name in (
        "required", "set_aside", "validated", "before_start", "dpo_asked", "high_risk_left", "cnil_asked_on",
        "cnil_before_start", "cnil_opposed", "review_on",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Covering:
    """What covers an activity: the revision that counts with its risks and the CNIL's consultation on it.

    With them, what came before: each validated revision, by its day, with what it left of the risk; the day the CNIL
    was first consulted.
    """

    revision: Any
    risks: list[Any]
    consulted: Consulted
    validated: list[tuple[date, RiskBand | None]]
    first_asked_on: date | None

    @property
    def is_validated(self) -> bool:
        """Whether the controller's last answer is a validation: a later refusal takes back an earlier one."""
        return bool(self.revision.state == RevisionState.VALIDATED)

    @property
    def consultation(self) -> Any | None:
        """The CNIL's consultation on the revision that counts."""
        return self.consulted.own

    @property
    def is_opposed(self) -> bool:
        """Whether the CNIL answered, on the revision that counts, that the processing would infringe the Regulation."""
        return self.consultation is not None and self.consultation.answer == CnilAnswer.OPPOSED


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
    """For each activity an assessment covers: the validated revision that covers it, or the latest that does.

    Of each assessment, the latest revision the controller answered counts: a refusal takes back what was validated.
    """
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
    risks: dict[int, list[Any]] = {}
    for risk in find_rows(session, AssessmentRisk, until=until, column="revision_id", among=known):
        risks.setdefault(risk.revision_id, []).append(risk)
    asked = {
        one.revision_id: one
        for one in find_rows(session, PriorConsultation, until=until, column="revision_id", among=known)
    }
    return {number: _covering(those, risks, asked) for number, those in found.items()}


def _covering(revisions: list[Any], risks: Mapping[int, list[Any]], asked: Mapping[int, Any]) -> Covering:
    answered: dict[int, Any] = {}
    for one in sorted(revisions, key=lambda one: (RevisionState(one.state).is_decided, one.number)):
        answered[one.assessment_id] = one
    counts = max(answered.values(), key=lambda one: (one.state == RevisionState.VALIDATED, one.id))
    own = [one for one in revisions if one.assessment_id == counts.assessment_id and one.id in asked]
    consulted = consulted_for(
        counts.number,
        RevisionState(counts.state),
        residual(risks.get(counts.id, [])),
        {one.number: asked[one.id] for one in own},
    )
    return Covering(
        counts,
        risks.get(counts.id, []),
        consulted,
        sorted(
            (
                (one.decided_on, residual(risks.get(one.id, [])))
                for one in revisions
                if one.state == RevisionState.VALIDATED
            ),
            key=lambda one: one[0],
        ),
        min((asked[one.id].sent_on for one in revisions if one.id in asked), default=None),
    )


def _facts_of(activity: Any, screening: Any, covering: Covering | None) -> dict[str, Any]:
    decision = decide(answers_of(screening))
    is_set_aside = screening is not None and screening.set_aside_reason is not None
    facts: dict[str, Any] = {"activity.dpia_set_aside": decision.may_be_set_aside and is_set_aside}
    if not decision.is_open:
        facts["activity.dpia_required"] = decision.is_due
    if covering is None:
        return facts | {"activity.dpia_validated": False}
    revision, validated = covering.revision, covering.validated
    facts["activity.dpia_validated"] = covering.is_validated
    facts["activity.dpia_dpo_asked"] = revision.dpo_opinion is not None
    facts["activity.dpia_cnil_opposed"] = covering.is_opposed
    before = {
        "before_start": _was_before(activity, validated[0][0] if validated else None),
        "cnil_before_start": was_consulted_before(activity, covering),
    }
    facts |= {f"activity.dpia_{name}": said for name, said in before.items() if said is not None}
    left = residual(covering.risks)
    if left is not None:
        facts["activity.dpia_high_risk_left"] = left is RiskBand.HIGH
    asked_on = covering.consultation.sent_on if covering.consultation is not None else None
    for name, day in (("cnil_asked_on", asked_on), ("review_on", revision.review_on)):
        facts[f"activity.dpia_{name}__present"] = day is not None
        if day is not None:
            facts[f"activity.dpia_{name}"] = day
    return facts


def _was_before(activity: Any, done_on: date | None) -> bool | None:
    """Whether something was first done before the processing began, the same day included; None: unknown."""
    if done_on is None:
        return False
    if activity.started_on is None:
        return True if activity.status == ActivityStatus.DRAFT else None
    return bool(done_on <= activity.started_on)


def was_consulted_before(activity: Any, covering: Covering) -> bool | None:
    """Whether the CNIL was consulted before the processing began, where the risk was high then; None: unknown.

    A processing whose assessment left no high risk when it began is consulted on once the risk has risen.
    Law: GDPR art. 36 §1, since 2018-05-25.
    """
    before = _was_before(activity, covering.first_asked_on)
    if before is False and covering.first_asked_on is not None:
        at_start = [left for day, left in covering.validated if day <= activity.started_on]
        return bool(at_start) and at_start[-1] in {RiskBand.LOW, RiskBand.SIGNIFICANT}
    return before
