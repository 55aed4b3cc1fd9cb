"""The record of processing activities."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.datasets.vocabulary import FinalDisposition
from registry.platform.tables import Kind, Versioned, free, plain, plain_list, stored
from registry.processing.vocabulary import (
    ActivityStatus,
    AutomatedDecision,
    LawfulBasis,
    PersonsRight,
    ProcessingRole,
    RecipientKind,
    TransferSafeguard,
)


class ProcessingActivity(Versioned, table=True):
    """One activity in the record of a body (GDPR art. 30).

    `organisation_id` is the body whose record it stands in; `reference` its stable number there. `declared_absent`
    names what is known not to exist (recipients, transfers…); what is empty and not named there was never recorded.
    Codes of `article9_conditions` and `data_origins` are those of the vocabulary, those of `security_measures` of
    `policies/lists/`. `template` is the model it was copied from, `template_said` what that model said when somebody
    last compared them, `template_digest` its digest: an activity copied before it was kept has that alone.

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
    template_said: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    notes: str | None = free(nullable=True)
    annulled: bool = Field(default=False)


class ActivityData(Versioned, table=True):
    """Whose data of which kind an activity holds, how long, and what becomes of it: one row a pair.

    `people_category` and `data_category` are codes of `policies/lists/`; `position` counts from 1.

    Units: `retention_months`, `intermediate_months` in months: in use from what `retention_trigger` says, then as
    intermediate archives.
    """

    __tablename__ = "activity_data"
    __table_args__ = (
        UniqueConstraint("activity_id", "people_category", "data_category"),
        CheckConstraint("retention_months >= 0", name="retention_months"),
        CheckConstraint("intermediate_months >= 0", name="intermediate_months"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    activity_id: int = Field(sa_type=BigInteger, foreign_key="processing_activity.id")
    position: int = Field(default=1)
    people_category: str = plain()
    data_category: str = plain()
    precision: str | None = free(nullable=True)
    retention_months: int | None = None
    retention_trigger: str | None = free(nullable=True)
    intermediate_months: int | None = None
    final_disposition: FinalDisposition | None = stored(FinalDisposition, nullable=True)
    retention_ground: str | None = free(nullable=True)
    annulled: bool = Field(default=False)


class ActivityRecipient(Versioned, table=True):
    """Who receives data of an activity, and what for."""

    __tablename__ = "activity_recipient"
    __table_args__ = (
        UniqueConstraint("activity_id", "name"),
        CheckConstraint("name <> ''", name="name"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    activity_id: int = Field(sa_type=BigInteger, foreign_key="processing_activity.id")
    position: int = Field(default=1)
    name: str = free()
    kind: RecipientKind | None = stored(RecipientKind, nullable=True)
    received: str | None = free(nullable=True)
    annulled: bool = Field(default=False)


class ActivityTransfer(Versioned, table=True):
    """Data of an activity that goes to a country, to whom, and under which safeguard.

    `country` is a code of `policies/lists/countries.yaml`.
    """

    __tablename__ = "activity_transfer"
    __table_args__ = (UniqueConstraint("activity_id", "country", "recipient"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    activity_id: int = Field(sa_type=BigInteger, foreign_key="processing_activity.id")
    position: int = Field(default=1)
    country: str = plain()
    recipient: str = free()
    safeguard: TransferSafeguard | None = stored(TransferSafeguard, nullable=True)
    document: str | None = free(nullable=True)
    annulled: bool = Field(default=False)


class ActivityRight(Versioned, table=True):
    """A right that an activity grants or refuses against what its basis says, and why."""

    __tablename__ = "activity_right"
    __table_args__ = (UniqueConstraint("activity_id", "right"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    activity_id: int = Field(sa_type=BigInteger, foreign_key="processing_activity.id")
    position: int = Field(default=1)
    right: PersonsRight = stored(PersonsRight)
    applies: bool
    reason: str = free()
    annulled: bool = Field(default=False)


class ActivityDataset(Versioned, table=True):
    """A dataset that an activity uses or makes; `fields` names those of its fields concerned, all where empty.

    `organisation_id` is the body of the activity; the dataset may be of another.
    """

    __tablename__ = "activity_dataset"
    __table_args__ = (UniqueConstraint("activity_id", "dataset_id"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    activity_id: int = Field(sa_type=BigInteger, foreign_key="processing_activity.id")
    position: int = Field(default=1)
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id", index=True)
    fields: list[str] = plain_list()
    annulled: bool = Field(default=False)


class ActivitySystem(Versioned, table=True):
    """An information system that an activity runs on."""

    __tablename__ = "activity_system"
    __table_args__ = (UniqueConstraint("activity_id", "information_system_id"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    activity_id: int = Field(sa_type=BigInteger, foreign_key="processing_activity.id")
    position: int = Field(default=1)
    information_system_id: int = Field(sa_type=BigInteger, foreign_key="information_system.id", index=True)
    annulled: bool = Field(default=False)


class ActivityPrincipal(Versioned, table=True):
    """A body on whose behalf an activity is carried out (GDPR art. 30 §2 a)."""

    __tablename__ = "activity_principal"
    __table_args__ = (UniqueConstraint("activity_id", "principal_id"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    activity_id: int = Field(sa_type=BigInteger, foreign_key="processing_activity.id")
    position: int = Field(default=1)
    principal_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    annulled: bool = Field(default=False)
