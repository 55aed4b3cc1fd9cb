"""Rows as they stand, or as they stood at an instant: the same shape either way."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from pydantic_core import PydanticUndefined
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Date,
    DateTime,
    Enum,
    LargeBinary,
    Select,
    any_,
    bindparam,
    exists,
    inspect,
    select,
)
from sqlalchemy.dialects.postgresql import DATERANGE, Range
from sqlalchemy.orm import Session

from registry.ledger.queries import find_snapshots
from registry.platform.tables import Table


def find_rows(
    session: Session,
    model: type[Table],
    *,
    until: datetime | None,
    column: str | None = None,
    among: Iterable[int] = (),
    only: frozenset[str] = frozenset(),
    without: frozenset[str] = frozenset(),
) -> list[Any]:
    """The rows of a table whose `column` is one of `among`; every row when no column is named.

    `only` are the columns that the rows will be asked of, all where none is named: to make values of those that
    nobody looks at costs more than the rest. `without` are columns left out of them.
    `until=None` reads the table itself; an instant reads the ledger's last version before it. Each row answers by
    attribute, with dates, ranges and enumerations as the table gives them.
    """
    wanted = set(among)
    if until is None:
        if column is not None and wanted <= session.info.get(_EMPTY, {}).get((model, column), frozenset()):
            return []
        return list(session.execute(_rows_of(model, column, only, without), {"wanted": sorted(wanted)}))
    name = str(inspect(model).local_table.name)
    snapshots = find_snapshots(session, name, until=until, column=column, among=wanted)
    return [row_of(model, snapshot) for _, snapshot in sorted(snapshots.items())]


_EMPTY = "held of none"


@contextmanager
def asking_once(session: Session, about: tuple[tuple[type[Table], str], ...], ids: Iterable[int]) -> Iterator[None]:
    """Within it, `find_rows` asks nothing of the tables that hold no row of these: one question told which do.

    Most records have little of what may be known of one, and each question costs more than its empty answer.
    """
    wanted, before = frozenset(ids), session.info.get(_EMPTY, {})
    held = session.execute(_whether_held(about), {"wanted": sorted(wanted)}).one()
    told = {one: wanted for one, some in zip(about, held, strict=True) if not some}
    session.info[_EMPTY] = {**before, **told}
    try:
        yield
    finally:
        session.info[_EMPTY] = before


@lru_cache(maxsize=16)
def _whether_held(about: tuple[tuple[type[Table], str], ...]) -> Select[*tuple[Any, ...]]:
    wanted = bindparam("wanted", type_=ARRAY(BigInteger))
    places = (inspect(model).local_table.columns[column] for model, column in about)
    return select(*(exists().where(place == any_(wanted)) for place in places))


@lru_cache(maxsize=64)
def _rows_of(model: type[Table], column: str | None, only: frozenset[str], without: frozenset[str]) -> Select[Any]:
    """Written once: to judge one dataset asks for seven tables, and writing a query costs more than running it."""
    table = inspect(model).local_table
    # In one order, the ledger's: what is computed from several rows is then the same from either.
    read = (one for one in table.columns if one.name not in without and (not only or one.name in only))
    query = select(*read).order_by(table.columns["id"])
    if column is None:
        return query
    # One array, not a placeholder for each: hundreds of them cost more to write and to parse than the rows to read.
    return query.where(table.columns[column] == any_(bindparam("wanted", type_=ARRAY(BigInteger))))


def row_of(model: type[Table], snapshot: dict[str, Any]) -> SimpleNamespace:
    """What a version held, answering by attribute as the table does."""
    values = {}
    for column in inspect(model).local_table.columns:
        # A version older than the column says nothing of it.
        value = snapshot[column.name] if column.name in snapshot else _default(model, column.name)
        if isinstance(value, str):
            if isinstance(column.type, DateTime):
                value = datetime.fromisoformat(value)
            elif isinstance(column.type, Date):
                value = date.fromisoformat(value)
            elif isinstance(column.type, DATERANGE):
                value = read_range(value)
            elif isinstance(column.type, Enum) and column.type.enum_class is not None:
                value = column.type.enum_class(value)
            elif isinstance(column.type, LargeBinary):
                value = bytes.fromhex(value.removeprefix("\\x"))
        values[column.name] = value
    return SimpleNamespace(**values)


def _default(model: type[Table], name: str) -> Any:
    given = model.model_fields[name].get_default(call_default_factory=True)
    return None if given is PydanticUndefined else given


def read_range(said: str) -> Range[date]:
    """A validity, from the text a snapshot holds."""
    if said == "empty":
        return Range(empty=True)
    lower, _, upper = said.strip("[]()").partition(",")
    return Range(date.fromisoformat(lower) if lower else None, date.fromisoformat(upper) if upper else None)


def holds_on(during: Range[date], day: date) -> bool:
    """Whether a validity includes a day."""
    return (
        not during.isempty
        and (during.lower is None or during.lower <= day)
        and (during.upper is None or day < during.upper)
    )
