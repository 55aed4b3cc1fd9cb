"""The arrangements between joint controllers."""

from datetime import date

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from registry.platform.tables import Kind, Versioned, free, plain, stored
from registry.processing.joint.vocabulary import JointDuty


class JointArrangement(Versioned, table=True):
    """What joint controllers agreed on an activity, or the law that shares their duties out; `outline` is for people.

    Its version counts all that is below. `outline_published_on` is since when people can read the outline.
    """

    __tablename__ = "joint_arrangement"
    __table_args__ = (UniqueConstraint("activity_id"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    activity_id: int = Field(sa_type=BigInteger, foreign_key="processing_activity.id")
    agreed_on: date | None = None
    law: str | None = free(nullable=True)
    contact_point: str | None = free(nullable=True)
    outline: str | None = free(nullable=True)
    outline_url: str | None = plain(nullable=True)
    outline_published_on: date | None = None
    notes: str | None = free(nullable=True)


class JointController(Versioned, table=True):
    """A controller with the body of the activity, by its name."""

    __tablename__ = "joint_controller"
    __table_args__ = (UniqueConstraint("activity_id", "name"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    activity_id: int = Field(sa_type=BigInteger, foreign_key="processing_activity.id")
    position: int = Field(default=1)
    name: str = free()
    contact: str | None = free(nullable=True)
    annulled: bool = Field(default=False)


class JointShare(Versioned, table=True):
    """Who answers for one duty: `answers` in words, a controller's name or each for its part."""

    __tablename__ = "joint_share"
    __table_args__ = (UniqueConstraint("activity_id", "duty"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    activity_id: int = Field(sa_type=BigInteger, foreign_key="processing_activity.id")
    duty: JointDuty = stored(JointDuty)
    answers: str | None = free(nullable=True)
