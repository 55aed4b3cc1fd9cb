"""How every table is declared: constraint names, stored enumerations, and what a text column may hold.

Each text column says whether it can name a person (`registry/decisions/0005-identities-apart.md`):

* `plain`: no; the ledger keeps it as it is;
* `free`: a text somebody writes, which may name someone; the ledger keeps a salted digest and the text
  apart, so that a passage can be erased and the chain still verifies;
* `identity`: yes; kept apart from the records that refer to the person.
"""

from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, Identity, MetaData, Text
from sqlalchemy import Enum as StoredEnum
from sqlmodel import Field, SQLModel

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """The parent of every table; its metadata names each constraint by one convention.

    Tables validate nothing (forms do): their validators, slow to build, are not built at start.
    """

    model_config = {"defer_build": True}
    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)


class Numbered(Table):
    """A table whose rows the database numbers."""

    id: int = Field(default=None, sa_type=BigInteger, primary_key=True, sa_column_args=[Identity()])


class Versioned(Numbered):
    """A numbered table whose rows count their changes: who amends one says which version was read."""

    version: int = Field(default=1)


def set_those_that_differ(row: Table, /, **values: object) -> bool:
    """Sets the columns that differ; says whether any did."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)


class Kind:
    """Whether the ledger keeps the history of a table (plain strings: Alembic writes them out)."""

    RECORD: Final = "record"
    """What a person or an import states: every version is kept."""
    WORK: Final = "work"
    """What the registry computes or needs to run: findings, sessions, jobs, previews."""


def _text(names_people: str, nullable: bool, **column: Any) -> Any:
    default: Any = None if nullable else ...
    if "foreign_key" in column:
        return Field(
            default=default,
            sa_type=Text,
            nullable=nullable,
            foreign_key=column.pop("foreign_key"),
            sa_column_kwargs={"info": {"names_people": names_people}, **column},
        )
    return Field(
        default=default,
        sa_type=Text,
        nullable=nullable,
        sa_column_kwargs={"info": {"names_people": names_people}, **column},
    )


def plain(*, nullable: bool = False, **column: Any) -> Any:
    """A text that cannot name a person."""
    return _text("no", nullable, **column)


def free(*, nullable: bool = False, **column: Any) -> Any:
    """A text somebody writes, which may name someone."""
    return _text("free", nullable, **column)


def identity(*, nullable: bool = False, **column: Any) -> Any:
    """A text that is, or stands for, a person's identity."""
    return _text("identity", nullable, **column)


def plain_list() -> Any:
    """A list of texts that cannot name a person; empty, never absent."""
    return Field(
        default_factory=list,
        sa_type=ARRAY(Text),
        nullable=False,
        sa_column_kwargs={"info": {"names_people": "no"}, "server_default": "{}"},
    )


def stored(
    members: type[StrEnum],
    *,
    nullable: bool = False,
    default: Any = ...,
    check: str | None = None,
    **column: Any,
) -> Any:
    """A closed list, stored by value under a CHECK, refused by SQLAlchemy when unknown.

    `check` names the CHECK where one table holds the same list twice.
    """
    kept = StoredEnum(
        members,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        values_callable=lambda names: [member.value for member in names],
        length=40,
        name=check or members.__name__.lower(),
    )
    return Field(
        default=None if nullable and default is ... else default,
        sa_type=kept,
        nullable=nullable,
        sa_column_kwargs={"info": {"names_people": "no"}, **column},
    )
