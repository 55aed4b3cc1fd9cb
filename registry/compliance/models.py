"""What the engine keeps: the text of every policy version it used, and the history of findings."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.platform.tables import Kind, Numbered, Table, plain, plain_list, stored


class PolicyText(Table, table=True):
    """A policy version as it was used, by its digest: replaying a past evaluation reads it here."""

    __tablename__ = "policy_text"
    __table_args__ = ({"info": {"kind": Kind.WORK}},)

    digest: str = plain(primary_key=True)
    policy_id: str = plain(index=True)
    text: str = plain()
    stored_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )


class Finding(Numbered, table=True):
    """What a policy version says of a subject, since when, and until when it said so.

    `turns_on` is the first day on which the verdict reads `turns_into` with nothing else changed: every
    reading compares it with today. `period` is the year of a yearly duty, else 0. A row whose `until` is
    empty is the one in force.

    Units: `since_xid` and `until_xid` are the numbers of the transactions that said and withdrew it. A moment is
    that of the beginning of a transaction: it does not tell whether it was over when something was counted.

    Its organisation and the text of its policy exist, as by a foreign key: the database looks once for all the findings
    of a statement (`registry/decisions/0029-findings-are-checked-together.md`).
    """

    __tablename__ = "finding"
    __table_args__ = (
        Index(
            None,
            "subject_kind",
            "subject_id",
            "policy_id",
            "period",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        # The list goes through what reads alike one number after the other, and what has turned beside it.
        Index(None, "organisation_id", "policy_id", "verdict", "id", postgresql_where=text("until IS NULL")),
        Index(
            None,
            "organisation_id",
            "policy_id",
            "turns_into",
            "id",
            postgresql_where=text("until IS NULL AND turns_into IS NOT NULL"),
        ),
        # The history of what is said of one subject: since when a verdict stands.
        Index(None, "subject_id", "subject_kind", "since"),
        # What was said or withdrawn by the transactions that were not over: counts follow it.
        Index(None, "since_xid"),
        Index(None, "until_xid", postgresql_where=text("until_xid IS NOT NULL")),
        CheckConstraint("(until IS NULL) = (until_xid IS NULL)", name="until_xid"),
        {"info": {"kind": Kind.WORK}},
    )

    organisation_id: int = Field(sa_type=BigInteger)
    subject_kind: SubjectKind = stored(SubjectKind)
    subject_id: int = Field(sa_type=BigInteger)
    policy_id: str = plain()
    version_digest: str = plain()
    period: int = 0
    verdict: Verdict = stored(Verdict)
    turns_on: date | None = None
    turns_into: Verdict | None = stored(Verdict, nullable=True, check="turns_into")
    facts: dict[str, Any] = Field(sa_type=JSONB)
    missing: list[str] = plain_list()
    unknown_half: str | None = plain(nullable=True)
    since: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )
    until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    since_xid: int = Field(
        default=None,
        sa_type=BigInteger,
        sa_column_kwargs={"server_default": text("pg_current_xact_id()::text::bigint")},
    )
    until_xid: int | None = Field(default=None, sa_type=BigInteger)
