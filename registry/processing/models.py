"""The record of processing activities."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from registry.platform.tables import Kind, Versioned, free, plain, plain_list, stored
from registry.processing.vocabulary import ActivityStatus, AutomatedDecision, LawfulBasis, ProcessingRole


class ProcessingActivity(Versioned, table=True):
    """One activity in the record of a body (GDPR art. 30).

    `organisation_id` is the body whose record it stands in; `reference` its stable number there. `declared_absent`
    names what is known not to exist (recipients, transfers…); what is empty and not named there was never recorded.
    Codes of `article9_conditions` and `data_origins` are those of the vocabulary, those of `security_measures` of
    `policies/lists/`. `template` is the model it was copied from, `template_digest` what that model said then.

    Units: `people_count` in persons concerned, about.
    """

    __tablename__ = "processing_activity"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        Index(None, "name_sort", "id"),
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("people_count >= 0", name="people_count"),
        CheckConstraint("ended_on >= started_on", name="period"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id")
    reference: str = plain()
    name: str = free()
    name_sort: str = free()
    role: ProcessingRole = stored(ProcessingRole, default=ProcessingRole.CONTROLLER)
    status: ActivityStatus = stored(ActivityStatus, default=ActivityStatus.DRAFT)
    department: str | None = free(nullable=True)
    joint_controllers: str | None = free(nullable=True)
    purpose: str | None = free(nullable=True)
    sub_purposes: str | None = free(nullable=True)
    started_on: date | None = None
    ended_on: date | None = None
    reviewed_on: date | None = None
    lawful_basis: LawfulBasis | None = stored(LawfulBasis, nullable=True)
    basis_note: str | None = free(nullable=True)
    public_mission: bool | None = None
    founding_text: str | None = free(nullable=True)
    founding_text_on: date | None = None
    founding_text_url: str | None = plain(nullable=True)
    consent_proof: str | None = free(nullable=True)
    consent_withdrawal: str | None = free(nullable=True)
    article9_conditions: list[str] = plain_list()
    article9_text: str | None = free(nullable=True)
    offences_text: str | None = free(nullable=True)
    offences_necessity: str | None = free(nullable=True)
    nir_text: str | None = free(nullable=True)
    data_origins: list[str] = plain_list()
    data_origin_note: str | None = free(nullable=True)
    people_count: int | None = None
    automated_decision: AutomatedDecision | None = stored(AutomatedDecision, nullable=True)
    algorithm_notice: str | None = free(nullable=True)
    algorithm_explained: bool | None = None
    human_review: bool | None = None
    notice_text: str | None = free(nullable=True)
    notice_url: str | None = plain(nullable=True)
    notice_reviewed_on: date | None = None
    rights_channel: str | None = free(nullable=True)
    security_measures: list[str] = plain_list()
    security_note: str | None = free(nullable=True)
    declared_absent: list[str] = plain_list()
    template: str | None = plain(nullable=True)
    template_digest: str | None = plain(nullable=True)
    notes: str | None = free(nullable=True)
    annulled: bool = Field(default=False)
