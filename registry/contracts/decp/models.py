"""The essential data of contracts as it was published, and the files of it brought in."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.contracts.decp.vocabulary import EssentialImportState
from registry.platform.tables import Kind, Numbered, Versioned, free, plain, stored


class EssentialData(Versioned, table=True):
    """The essential data of a concession: `content` is its text in the national format, whole, as it was brought in.

    `siret` is that of the authority that grants it and `identifier` its number there: together they name it. What the
    contract itself keeps in fields was drawn from it once, and lives its own life.
    Law: CCP R3131-1; order of 22 December 2022.
    """

    __tablename__ = "essential_data"
    __table_args__ = (
        UniqueConstraint("contract_id"),
        UniqueConstraint("siret", "identifier"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    contract_id: int = Field(sa_type=BigInteger, foreign_key="contract.id")
    siret: str = plain()
    identifier: str = plain()
    content: str = free()


class EssentialImport(Numbered, table=True):
    """A file of essential data brought in by a page: looked at first, then applied whole or set aside.

    `found` holds the contracts of ours it has and what else went by, until the import is over.
    """

    __tablename__ = "essential_import"
    __table_args__ = ({"info": {"kind": Kind.WORK}},)

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    source_name: str = free()
    state: EssentialImportState = stored(EssentialImportState, default=EssentialImportState.PREVIEWED)
    found: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    created_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )
