"""What the machine keeps of its own work: jobs with their progress, and stored files."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, LargeBinary, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.kernel.words import Labelled, mark
from registry.platform.tables import Kind, Numbered, Versioned, free, identity, plain, stored


class JobState(Labelled):
    """Where a job stands."""

    WAITING = "waiting", mark("En attente")
    RUNNING = "running", mark("En cours")
    DONE = "done", mark("Terminé")
    FAILED = "failed", mark("Échec")


class JobRun(Numbered, table=True):
    """One run of a job somebody asked for: its progress (from 0 to `total` steps) and what came of it."""

    __tablename__ = "job_run"
    __table_args__ = (UniqueConstraint("kind", "key"), {"info": {"kind": Kind.WORK}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    actor: str = identity()
    kind: str = plain()
    key: str = plain()
    state: JobState = stored(JobState, default=JobState.WAITING)
    progress: int = 0
    total: int = 0
    step: str | None = plain(nullable=True)
    message: str | None = free(nullable=True)
    arguments: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    result: dict[str, Any] | None = Field(default=None, sa_type=JSONB, nullable=True)
    created_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )
    started_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class StoredFile(Versioned, table=True):
    """A file kept by its content: the same bytes of one organisation are kept once.

    Units: `size` in bytes; `sha256` in lower-case hexadecimal.
    """

    __tablename__ = "stored_file"
    __table_args__ = (UniqueConstraint("organisation_id", "sha256"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    sha256: str = plain()
    size: int = Field(sa_type=BigInteger)
    media_type: str = plain()
    name: str = free()


class KeptAnswer(Numbered, table=True):
    """The answer to a request that came under a key of its sender's choice, kept for a day to be given again.

    Only its account reads it. `digest` tells the request from any other; `body` holds the answer byte for byte.
    """

    __tablename__ = "kept_answer"
    __table_args__ = (UniqueConstraint("account_id", "key"), {"info": {"kind": Kind.WORK}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    account_id: int = Field(sa_type=BigInteger)
    key: str = free()
    digest: str = plain()
    status: int
    headers: dict[str, Any] = Field(sa_type=JSONB)
    body: bytes = Field(sa_type=LargeBinary)
    answered_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}, index=True
    )
