"""Campaigns of certification, and what was answered about each sheet."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from registry.governance.campaigns.vocabulary import CampaignScope, CertificationState
from registry.kernel.permissions import Role
from registry.platform.tables import Kind, Versioned, free, stored


class CertificationCampaign(Versioned, table=True):
    """Asks, by a day, whether sheets of an organisation and of those below it are still right."""

    __tablename__ = "certification_campaign"
    __table_args__ = (
        CheckConstraint("question <> ''", name="question"),
        CheckConstraint("due_on >= opened_on", name="due_on"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    scope: CampaignScope = stored(CampaignScope)
    question: str = free()
    opened_on: date
    due_on: date
    closed_on: date | None = None
    annulled: bool = Field(default=False)


class Certification(Versioned, table=True):
    """What was answered about one sheet: `dataset_version` is the version that was, `answered_as` who answered by.

    A role and no account: what was certified is told to who reads the sheet, who answered is the ledger's to tell.
    """

    __tablename__ = "certification"
    __table_args__ = (
        UniqueConstraint("campaign_id", "dataset_id"),
        Index(None, "dataset_id"),
        CheckConstraint("state <> 'certified' OR dataset_version IS NOT NULL", name="dataset_version"),
        CheckConstraint("state <> 'wrong' OR note IS NOT NULL", name="note"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    campaign_id: int = Field(sa_type=BigInteger, foreign_key="certification_campaign.id")
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id")
    state: CertificationState = stored(CertificationState, default=CertificationState.WAITING)
    dataset_version: int | None = None
    answered_on: date | None = None
    answered_as: Role | None = stored(Role, nullable=True, check="answered_as")
    note: str | None = free(nullable=True)
