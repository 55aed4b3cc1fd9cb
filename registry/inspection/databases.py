"""A database to what its columns suggest: a sample of each table, in a transaction that only reads, then forgotten.

Only the machines the administrator lists are asked, and never a registry: neither this one nor another. What a server
says when it fails is not repeated, for it may hold a value. PostgreSQL and MariaDB are read in the tests; SQL Server
and Oracle are asked what their documentation says, and no server of theirs ever answered this code.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import URL, Connection, Engine, Inspector, column, create_engine, event, inspect, select, text
from sqlalchemy import table as table_of
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.types import JSON, LargeBinary, NullType, TypeEngine

from registry.inspection.addresses import checked
from registry.inspection.detecting import suggest
from registry.inspection.rows import MOST_COLUMNS
from registry.inspection.sampling import lines_of
from registry.inspection.servers import Server, spread
from registry.inspection.signs import load_signs
from registry.inspection.texts import cleaned
from registry.inspection.vocabulary import Inspected, InspectedColumn, SampledColumn
from registry.kernel.errors import Invalid, Refusal, Unavailable
from registry.kernel.words import _


@dataclass(frozen=True)
class Reach:
    """How far the reading of a database goes.

    Units: seconds of the whole, seconds of one statement.
    """

    tables: int = 300
    seconds: int = 900
    statement: int = 20


@dataclass(frozen=True)
class InspectedDatabase:
    """What was seen of a database, table by table, and which tables were left out: too many, too late, or cut off."""

    tables: list[Inspected] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def inspect_database(
    address: str,
    *,
    allowed: Sequence[str],
    on: date,
    schema: str | None = None,
    only: Sequence[str] = (),
    reach: Reach = Reach(),
) -> InspectedDatabase:
    """What the columns of a database suggest, table by table; one that cannot be read is told, empty.

    `allowed` lists hosts, networks and socket folders that may be asked; `schema` and `only` narrow what is read.
    Raises:
        Invalid: the address is not one that may be asked, or is that of a registry.
        Unavailable: the server does not answer.
    """
    url, server = checked(address, allowed)
    engine = _engine(url, server, reach)
    try:
        with _reading(engine, server, url, reach) as connection:
            return _Reading(connection, server, on, reach).inspect(schema or _schema_of(url, server), only)
    finally:
        engine.dispose()


def _schema_of(url: URL, server: Server) -> str | None:
    return (url.database or None) if server.database_is_schema else None


def _engine(url: URL, server: Server, reach: Reach) -> Engine:
    engine = create_engine(
        url, connect_args=dict(server.connecting(reach.statement)), poolclass=NullPool, hide_parameters=True
    )
    if server.deadline is not None:
        deadline = server.deadline
        event.listen(engine, "connect", lambda connection, _record: deadline(connection, reach.statement))
    return engine


@contextmanager
def _reading(engine: Engine, server: Server, url: URL, reach: Reach) -> Iterator[Connection]:
    """A connection whose one transaction reads, and is taken back."""
    try:
        connection = engine.connect()
    except Exception as error:
        # What is no server at all makes its package fail in ways of its own.
        raise Unavailable(
            _("La base de {host} ne répond pas, ou refuse ce compte : vérifiez l’adresse, le compte, son mot de passe.")
            .format(host=url.host or url.query.get("host"))
        ) from _without_words(error)  # fmt: skip
    with connection:
        try:
            for statement in server.first(connection, reach.statement):
                connection.execute(text(statement))
            yield connection
        except Refusal:
            raise
        except Exception as error:
            raise Unavailable(_("La lecture de cette base s’est arrêtée : elle a coupé, ou le délai est passé.")) from (
                _without_words(error)
            )
        finally:
            if not connection.invalidated:
                connection.rollback()


def _without_words(error: Exception) -> Exception:
    """The kind of an error without what it says: the words of a server may hold values."""
    return RuntimeError(type(error).__name__)


class _Reading:
    """The reading of one database, within its reach."""

    def __init__(self, connection: Connection, server: Server, on: date, reach: Reach) -> None:
        self._connection, self._server, self._on, self._reach = connection, server, on, reach
        self._looked: Inspector = inspect(connection)
        self._end = time.monotonic() + reach.seconds

    def inspect(self, schema: str | None, only: Sequence[str]) -> InspectedDatabase:
        """What the tables and the views of a schema, or of all, suggest."""
        places = self._places(schema)
        if {"ledger_entry", "ledger_seal"} <= {name for _schema, name in places}:
            raise Invalid(_("Cette base est celle d’un registre Beffroi : il ne s’inspecte pas lui-même, ni un autre."))
        wanted = [
            (one, name)
            for one, name in places
            if schema in {None, one} and (not only or name in only or f"{one}.{name}" in only)
        ]
        if not wanted:
            raise Invalid(_("Aucune table à lire : vérifiez la base, le schéma, les noms et les droits de ce compte."))
        found: list[Inspected] = []
        for place in wanted[: self._reach.tables]:
            if time.monotonic() > self._end or self._connection.invalidated:
                break
            found.append(self._table(place))
        return InspectedDatabase(found, [f"{one}.{name}" for one, name in wanted[len(found) :]])

    def _places(self, schema: str | None) -> list[tuple[str, str]]:
        """Every table, then every view; where a database is a schema, of the one that is asked alone."""
        alone = self._server.database_is_schema and schema is not None
        schemas = [
            one
            for one in self._looked.get_schema_names()
            if not self._server.is_own(one) and (not alone or one == schema)
        ]
        tables = [(one, name) for one in schemas for name in sorted(self._looked.get_table_names(schema=one))]
        return tables + [(one, name) for one in schemas for name in self._views(one)]

    def _views(self, schema: str) -> list[str]:
        names = set(self._looked.get_view_names(schema=schema))
        try:
            names |= set(self._looked.get_materialized_view_names(schema=schema))
        except NotImplementedError:
            # Most servers have none.
            return sorted(names)
        return sorted(names)

    def _table(self, place: tuple[str, str]) -> Inspected:
        schema, name = place
        try:
            with self._connection.begin_nested() if self._server.has_savepoints else nullcontext():
                columns = self._columns(schema, name)
                read = columns[:MOST_COLUMNS]
                rows = self._connection.execute(self._sample(place, read)).all() if read else []
        except (SQLAlchemyError, ValueError):
            # A right that this account lacks, a table that takes too long: the others are read all the same.
            return Inspected(f"{schema}.{name}", [], [], rows=0, sampled=0, is_refused=True)
        sampled = [
            SampledColumn(named, ["" if row[rank] is None else cleaned(str(row[rank])) for row in rows])
            for rank, (named, _kind) in enumerate(read)
        ]
        return Inspected(
            table=f"{schema}.{name}",
            columns=[InspectedColumn(one.name, sum(bool(value) for value in one.values)) for one in sampled],
            suggestions=suggest(sampled, load_signs(), self._on),
            rows=len(rows),
            sampled=len(rows),
            is_whole=len(rows) < lines_of(len(read)),
            is_cut=len(columns) > len(read),
        )

    def _columns(self, schema: str, name: str) -> list[tuple[str, TypeEngine[Any]]]:
        """The columns that hold texts, numbers or days, with their types."""
        if self._server.columns is not None:
            return self._server.columns(self._connection, schema, name)
        return [
            (one["name"], one["type"])
            for one in self._looked.get_columns(name, schema=schema)
            if not isinstance(one["type"], LargeBinary | NullType) or isinstance(one["type"], JSON)
        ]

    def _sample(self, place: tuple[str, str], columns: Sequence[tuple[str, TypeEngine[Any]]]) -> Any:
        """The statement that asks for a sample of a table."""
        schema, name = place
        source: Any = table_of(name, *(column(one) for one, _kind in columns), schema=schema)
        most = lines_of(len(columns))
        source = spread(self._connection, self._server, source, most, place)
        cells = [self._server.cell(source.c[one], kind).label(f"c{rank}") for rank, (one, kind) in enumerate(columns)]
        return select(*cells).limit(most)
