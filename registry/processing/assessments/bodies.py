"""The bodies that the API of impact assessments answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.kernel.delays import Delay
from registry.ledger.queries import Hand
from registry.processing.assessments.models import (
    AssessmentMeasure,
    AssessmentRevision,
    AssessmentRisk,
    DpiaScreening,
    ImpactAssessment,
    PriorConsultation,
)
from registry.processing.assessments.queries import ADVISED, Standing
from registry.processing.assessments.risks import cnil_answers_by, consulted_for, is_cnil_extended, residual
from registry.processing.assessments.rules import Decision
from registry.processing.assessments.vocabulary import (
    CnilAnswer,
    DpoOpinion,
    MeasureKind,
    PeopleAsked,
    RevisionState,
    RiskBand,
    RiskKind,
    RiskLevel,
)


@dataclass(frozen=True)
class ReasonBody:
    """One sentence of the explanation, and the text it rests on."""

    sentence: str
    law: str


@dataclass(frozen=True)
class NeedBody:
    """Whether an activity needs an impact assessment, why, and what was answered; `version` is its ETag.

    `missing` names the open questions whose answer could still change the need. Nothing answered is version 0.
    """

    activity_id: int
    version: int
    need: str
    is_due: bool
    may_be_set_aside: bool
    reasons: list[ReasonBody]
    missing: list[str]
    criteria: dict[str, bool]
    required_entries: list[str]
    required_none: bool
    exempt_entries: list[str]
    exempt_none: bool
    law_assessed: bool | None
    reason: str | None
    set_aside_reason: str | None
    set_aside_view: str | None


@dataclass(frozen=True)
class RiskBody:
    """A feared event, weighed before and after measures."""

    kind: RiskKind
    sources: str | None
    impacts: str | None
    measures_in_place: str | None
    severity_before: RiskLevel | None
    likelihood_before: RiskLevel | None
    severity_after: RiskLevel | None
    likelihood_after: RiskLevel | None


@dataclass(frozen=True)
class MeasureBody:
    """A planned measure; `position` counts from 1."""

    position: int
    title: str
    kind: MeasureKind | None
    risks: list[str]
    owner: str | None
    due_on: date | None
    done_on: date | None


@dataclass(frozen=True)
class ConsultationBody:
    """The CNIL's prior consultation on a revision, the number of which is `revision`.

    `due_on` is the last day of the CNIL's delay; `extended` says whether an extension counts, told within a month.
    """

    revision: int
    sent_on: date
    reference: str | None
    extension_told_on: date | None
    extended: bool
    due_on: date
    answered_on: date | None
    answer: CnilAnswer | None
    answer_text: str | None


@dataclass(frozen=True)
class AssessmentBody:
    """An impact assessment at its latest revision, whose version is the ETag.

    `dpo_opinion_given` says whether the DPO wrote the opinion in person; otherwise somebody noted it. `consultation` is
    the CNIL's that stands, on this revision or on one before it; `consultation_owed` whether this one asks for its own;
    `consultations` those on every revision.
    """

    id: int
    version: int
    organisation_id: int
    title: str
    annulled: bool
    number: int
    state: RevisionState
    activity_ids: list[int]
    description: str | None
    responsibilities: str | None
    standards: str | None
    data_lifecycle: str | None
    necessity: str | None
    minimisation: str | None
    retention: str | None
    information: str | None
    rights: str | None
    processors: str | None
    risks: list[RiskBody]
    residual_risk: RiskBand | None
    measures: list[MeasureBody]
    dpo_opinion: DpoOpinion | None
    dpo_opinion_on: date | None
    dpo_opinion_text: str | None
    dpo_opinion_given: bool | None
    people_asked: PeopleAsked | None
    people_views: str | None
    submitted_on: date | None
    decided_on: date | None
    decision_reason: str | None
    review_on: date | None
    review_triggers: str | None
    consultation: ConsultationBody | None
    consultation_owed: bool
    consultations: list[ConsultationBody]


@dataclass(frozen=True)
class AssessmentLineBody:
    """An impact assessment in a list: where its latest revision stands, and when the validated one is read again."""

    id: int
    organisation_id: int
    title: str
    number: int
    state: RevisionState
    validated_on: date | None
    review_on: date | None


@dataclass(frozen=True)
class AssessmentsBody:
    """The impact assessments within the asker's rights, by title."""

    total: int
    assessments: list[AssessmentLineBody]
    next: str | None


def need_body(activity_id: int, screening: DpiaScreening | None, decision: Decision) -> NeedBody:
    """Whether an assessment is due, with what was answered."""
    answers = decision.answers
    return NeedBody(
        activity_id=activity_id,
        version=screening.version if screening else 0,
        need=decision.need.value,
        is_due=decision.is_due,
        may_be_set_aside=decision.may_be_set_aside,
        reasons=[ReasonBody(one.sentence, one.law) for one in decision.reasons],
        missing=list(decision.missing),
        criteria=dict(answers.criteria),
        required_entries=list(answers.required.entries),
        required_none=answers.required.none,
        exempt_entries=list(answers.exempt.entries),
        exempt_none=answers.exempt.none,
        law_assessed=answers.law_assessed,
        reason=screening.reason if screening else None,
        set_aside_reason=screening.set_aside_reason if screening else None,
        set_aside_view=screening.set_aside_view if screening else None,
    )


def assessment_line_body(standing: Standing) -> AssessmentLineBody:
    """An assessment as a list gives it."""
    latest, in_force = standing.latest, standing.validated
    return AssessmentLineBody(
        standing.assessment_id,
        latest.organisation_id,
        standing.title,
        latest.number,
        latest.state,
        in_force.decided_on if in_force else None,
        in_force.review_on if in_force else None,
    )


_OF_A_REVISION = tuple(
    name
    for name in AssessmentBody.__dataclass_fields__
    if name
    not in {
        "id", "title", "annulled", "activity_ids", "risks", "residual_risk", "measures", "consultation",
        "consultation_owed", "consultations", "dpo_opinion_given",
    }
)  # fmt: skip


def assessment_body(
    assessment: ImpactAssessment,
    revision: AssessmentRevision,
    activity_ids: Sequence[int],
    risks: Sequence[AssessmentRisk],
    measures: Sequence[AssessmentMeasure],
    asked: Mapping[int, PriorConsultation],
    delays: Mapping[str, Delay],
    adviser: Hand | None,
) -> AssessmentBody:
    """An assessment whole, at one of its revisions; `asked` are the CNIL's consultations by number of revision."""
    left = residual(risks)
    consulted = consulted_for(revision.number, revision.state, left, asked)
    bodies = {number: _consultation_body(number, one, delays) for number, one in asked.items()}
    return AssessmentBody(
        **{name: getattr(revision, name) for name in _OF_A_REVISION},
        id=assessment.id,
        title=assessment.title,
        annulled=assessment.annulled,
        activity_ids=list(activity_ids),
        risks=[RiskBody(**{name: getattr(one, name) for name in RiskBody.__dataclass_fields__}) for one in risks],
        residual_risk=left,
        dpo_opinion_given=adviser.event == ADVISED if adviser is not None else None,
        measures=[
            MeasureBody(**{name: getattr(one, name) for name in MeasureBody.__dataclass_fields__}) for one in measures
        ],
        consultation=bodies[consulted.number] if consulted.number is not None else None,
        consultation_owed=consulted.is_owed,
        consultations=list(bodies.values()),
    )


def _consultation_body(number: int, known: PriorConsultation, delays: Mapping[str, Delay]) -> ConsultationBody:
    sent, told = known.sent_on, known.extension_told_on
    return ConsultationBody(
        revision=number,
        sent_on=sent,
        reference=known.reference,
        extension_told_on=told,
        extended=is_cnil_extended(sent, told, delays),
        due_on=cnil_answers_by(sent, told, delays),
        answered_on=known.answered_on,
        answer=known.answer,
        answer_text=known.answer_text,
    )
