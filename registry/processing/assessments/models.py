"""What is kept of impact assessments: the answers that tell whether one is due, its revisions and their parts."""

from datetime import date

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from registry.platform.tables import Kind, Versioned, free, plain, plain_list, stored
from registry.processing.assessments.vocabulary import (
    CnilAnswer,
    DpoOpinion,
    MeasureKind,
    PeopleAsked,
    RevisionState,
    RiskKind,
    RiskLevel,
)


class DpiaScreening(Versioned, table=True):
    """What was answered of an activity to know whether an assessment is due; whether it is, `rules.decide` says.

    Codes are those of `policies/lists/dpia_….yaml`; a criterion in neither list is unanswered, as is a list of the CNIL
    without an entry and not said to hold none. The set-aside texts tell why the risk is not high although two criteria
    are met, and what the DPO thinks of it.
    """

    __tablename__ = "dpia_screening"
    __table_args__ = (
        UniqueConstraint("activity_id"),
        CheckConstraint("NOT (criteria_met && criteria_unmet)", name="criteria"),
        CheckConstraint("NOT required_none OR required_entries = '{}'", name="required"),
        CheckConstraint("NOT exempt_none OR exempt_entries = '{}'", name="exempt"),
        CheckConstraint("(set_aside_reason IS NULL) = (set_aside_view IS NULL)", name="set_aside"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    activity_id: int = Field(sa_type=BigInteger, foreign_key="processing_activity.id")
    criteria_met: list[str] = plain_list()
    criteria_unmet: list[str] = plain_list()
    required_entries: list[str] = plain_list()
    required_none: bool = Field(default=False)
    exempt_entries: list[str] = plain_list()
    exempt_none: bool = Field(default=False)
    law_assessed: bool | None = None
    reason: str | None = free(nullable=True)
    set_aside_reason: str | None = free(nullable=True)
    set_aside_view: str | None = free(nullable=True)


class ImpactAssessment(Versioned, table=True):
    """An impact assessment: its name; its revisions say which activities it covers (GDPR art. 35 §1, last sentence)."""

    __tablename__ = "impact_assessment"
    __table_args__ = (
        Index(None, "organisation_id", "title_sort", "id"),
        CheckConstraint("title <> ''", name="title"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id")
    title: str = free()
    title_sort: str = free()
    annulled: bool = Field(default=False)


class AssessmentRevision(Versioned, table=True):
    """One state of an assessment, from its draft to the controller's answer; once decided, the database freezes it.

    `authors` are the accounts that wrote it or submitted it: none of them may decide. `saves` counts every saving of
    it or of a part of it, so that two people never write over each other. `review_on` is the day it is to be read again
    at the latest.
    """

    __tablename__ = "assessment_revision"
    __table_args__ = (
        UniqueConstraint("assessment_id", "number"),
        Index(
            "uq_assessment_revision_open",
            "assessment_id",
            unique=True,
            postgresql_where=text("state IN ('draft', 'submitted')"),
        ),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint(
            "(state IN ('validated', 'refused')) = (decided_on IS NOT NULL AND decided_by IS NOT NULL)", name="decided"
        ),
        CheckConstraint("decided_by IS NULL OR NOT decided_by = ANY (authors)", name="four_eyes"),
        CheckConstraint("state <> 'refused' OR decision_reason IS NOT NULL", name="refusal"),
        CheckConstraint("(dpo_opinion IS NULL) = (dpo_opinion_on IS NULL)", name="dpo_opinion_day"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    assessment_id: int = Field(sa_type=BigInteger, foreign_key="impact_assessment.id")
    number: int
    state: RevisionState = stored(RevisionState, default=RevisionState.DRAFT)
    saves: int = Field(default=0)
    authors: list[int] = Field(
        default_factory=list, sa_type=ARRAY(BigInteger), nullable=False, sa_column_kwargs={"server_default": "{}"}
    )
    description: str | None = free(nullable=True)
    responsibilities: str | None = free(nullable=True)
    standards: str | None = free(nullable=True)
    data_lifecycle: str | None = free(nullable=True)
    necessity: str | None = free(nullable=True)
    minimisation: str | None = free(nullable=True)
    retention: str | None = free(nullable=True)
    information: str | None = free(nullable=True)
    rights: str | None = free(nullable=True)
    processors: str | None = free(nullable=True)
    dpo_opinion: DpoOpinion | None = stored(DpoOpinion, nullable=True)
    dpo_opinion_on: date | None = None
    dpo_opinion_text: str | None = free(nullable=True)
    people_asked: PeopleAsked | None = stored(PeopleAsked, nullable=True)
    people_views: str | None = free(nullable=True)
    submitted_on: date | None = None
    decided_on: date | None = None
    decided_by: int | None = Field(default=None, sa_type=BigInteger, foreign_key="account.id")
    decision_reason: str | None = free(nullable=True)
    review_on: date | None = None
    review_triggers: str | None = free(nullable=True)


class AssessmentCoverage(Versioned, table=True):
    """One activity a revision covers: a single assessment may address a set of similar ones."""

    __tablename__ = "assessment_coverage"
    __table_args__ = (UniqueConstraint("revision_id", "activity_id"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    revision_id: int = Field(sa_type=BigInteger, foreign_key="assessment_revision.id")
    activity_id: int = Field(sa_type=BigInteger, foreign_key="processing_activity.id", index=True)
    dropped: bool = Field(default=False)


class AssessmentRisk(Versioned, table=True):
    """One of the three feared events in a revision: what could bring it, what it would do, how grave and how likely.

    Before and after the planned measures, on the CNIL's four-level scale.
    """

    __tablename__ = "assessment_risk"
    __table_args__ = (UniqueConstraint("revision_id", "kind"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    revision_id: int = Field(sa_type=BigInteger, foreign_key="assessment_revision.id")
    kind: RiskKind = stored(RiskKind)
    sources: str | None = free(nullable=True)
    impacts: str | None = free(nullable=True)
    measures_in_place: str | None = free(nullable=True)
    severity_before: RiskLevel | None = stored(RiskLevel, nullable=True, check="severity_before")
    likelihood_before: RiskLevel | None = stored(RiskLevel, nullable=True, check="likelihood_before")
    severity_after: RiskLevel | None = stored(RiskLevel, nullable=True, check="severity_after")
    likelihood_after: RiskLevel | None = stored(RiskLevel, nullable=True, check="likelihood_after")


class AssessmentMeasure(Versioned, table=True):
    """One measure a revision plans: against which risks, by whom (a post, not a name), by when.

    `done_on` alone may still be said once the revision is frozen. `position` counts from 1.
    """

    __tablename__ = "assessment_measure"
    __table_args__ = (
        UniqueConstraint("revision_id", "position"),
        CheckConstraint("title <> ''", name="title"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    revision_id: int = Field(sa_type=BigInteger, foreign_key="assessment_revision.id")
    position: int
    title: str = free()
    kind: MeasureKind | None = stored(MeasureKind, nullable=True)
    risks: list[str] = plain_list()
    owner: str | None = free(nullable=True)
    due_on: date | None = None
    done_on: date | None = None
    dropped: bool = Field(default=False)


class PriorConsultation(Versioned, table=True):
    """The CNIL consulted on a revision whose residual risk is high (art. 36): when, and what it answered."""

    __tablename__ = "prior_consultation"
    __table_args__ = (
        UniqueConstraint("revision_id"),
        CheckConstraint("extension_told_on >= sent_on", name="extension_told_on"),
        CheckConstraint("answered_on >= sent_on", name="answered_on"),
        CheckConstraint("(answer IS NULL) = (answered_on IS NULL)", name="answer"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    revision_id: int = Field(sa_type=BigInteger, foreign_key="assessment_revision.id")
    sent_on: date
    reference: str | None = plain(nullable=True)
    extension_told_on: date | None = None
    answered_on: date | None = None
    answer: CnilAnswer | None = stored(CnilAnswer, nullable=True)
    answer_text: str | None = free(nullable=True)
