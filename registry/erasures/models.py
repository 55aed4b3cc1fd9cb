"""The erasures asked for and done, in numbers alone."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.erasures.vocabulary import ErasureState
from registry.platform.tables import Kind, Versioned, free, plain, stored


class Erasure(Versioned, table=True):
    """An erasure: of whom by number, why, how far it is, and its receipt. Nothing here names anybody.

    `choices` hold what was chosen: the words looked for alone (their places), the passages that stay, the
    organisations searched. `counts` and `kept` are the receipt: figures, and each place that keeps something with its
    ground. `backups_until` is the day by which whoever asked undertakes to destroy the backups made before.

    Law: GDPR 17 and 17 §3.
    """

    __tablename__ = "erasure"
    __table_args__ = ({"info": {"kind": Kind.RECORD}},)

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    person_id: int = Field(sa_type=BigInteger, foreign_key="person.id", unique=True)
    state: ErasureState = stored(ErasureState, default=ErasureState.ASKED)
    ground: str = plain()
    exception: str | None = plain(nullable=True)
    reason: str = free()
    choices: dict[str, Any] = Field(sa_type=JSONB)
    backups_until: date | None = None
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB, sa_column_kwargs={"server_default": "{}"})
    kept: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, sa_column_kwargs={"server_default": "[]"})
    asked_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )
    erased_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
