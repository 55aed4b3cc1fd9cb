"""A database to what its columns suggest: a sample of each table, in a transaction that only reads, then forgotten.

Only the machines the administrator lists are asked, and never a registry: neither this one nor another. What a server
says when it fails is not repeated, for it may hold a value.
"""

import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from typing import Any

from sqlalchemy import URL, Connection, String, cast, column, create_engine, func, inspect, make_url, select, text
from sqlalchemy import table as table_of
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.types import JSON, LargeBinary, NullType

from registry.inspection.detecting import suggest
from registry.inspection.sampling import SAMPLE
from registry.inspection.signs import load_signs
from registry.inspection.vocabulary import Inspected, InspectedColumn, SampledColumn
from registry.kernel.errors import Invalid, Unavailable
from registry.kernel.words import _

_SCHEME = re.compile(r"([a-z][a-z0-9+]*)://", re.IGNORECASE)
_LONGEST = 400
"""Units: characters of a value, of which the server sends no more."""
_MOST_TABLES = 300
_OPTIONS = frozenset(
    {"sslmode", "sslrootcert", "charset", "service_name", "driver", "encrypt", "host", "application_name"}
)
"""What an address may say after « ? »: nothing that leads to another machine or reads a file."""


@dataclass(frozen=True)
class _Server:
    """How one kind of server is asked: by which package, and what each connection says first."""

    drivername: str
    package: str
    first: Sequence[str] = ()
    cut: str = "substring"
    options: tuple[tuple[str, Any], ...] = ()


_POSTGRESQL = _Server(
    "postgresql+psycopg", "psycopg",
    ("SET TRANSACTION READ ONLY", "SET LOCAL statement_timeout = '20s'", "SET LOCAL lock_timeout = '2s'"),
    options=(("connect_timeout", 10),),
)  # fmt: skip
_MYSQL = _Server(
    "mysql+pymysql", "pymysql",
    ("START TRANSACTION READ ONLY", "SET SESSION MAX_EXECUTION_TIME = 20000"),
    options=(("connect_timeout", 10), ("read_timeout", 30), ("local_infile", False)),
)  # fmt: skip
_SQL_SERVER = _Server(
    "mssql+pyodbc", "pyodbc", ("SET LOCK_TIMEOUT 2000",), options=(("timeout", 10), ("readonly", True))
)
_ORACLE = _Server("oracle+oracledb", "oracledb", ("SET TRANSACTION READ ONLY",), cut="substr")
_SERVERS = {
    "postgresql": _POSTGRESQL, "postgres": _POSTGRESQL, "mysql": _MYSQL, "mariadb": _MYSQL, "mssql": _SQL_SERVER,
    "sqlserver": _SQL_SERVER, "oracle": _ORACLE,
}  # fmt: skip


def is_database(source: str) -> bool:
    """Whether what is to be inspected is an address, not a file."""
    return _SCHEME.match(source) is not None


def inspect_database(
    address: str, *, allowed: Sequence[str], on: date, schema: str | None = None, only: Sequence[str] = ()
) -> list[Inspected]:
    """What the columns of a database suggest, table by table; one that cannot be read is told, empty.

    `allowed` lists hosts, networks and socket folders that may be asked; `schema` and `only` narrow what is read.
    Raises:
        Invalid: the address is not one that may be asked, or is that of a registry.
        Unavailable: the server does not answer, or what speaks to it is not installed.
    """
    url, server = _checked(address, allowed)
    engine = create_engine(url, connect_args=dict(server.options), pool_size=1, max_overflow=0, hide_parameters=True)
    try:
        with _reading(engine.connect, server, url) as connection:
            return _inspect(connection, server, on, schema, only)
    finally:
        engine.dispose()


def _checked(address: str, allowed: Sequence[str]) -> tuple[URL, _Server]:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        raise Invalid(
            _("Cette adresse de base ne se lit pas : elle a la forme postgresql://compte@machine/base.")
        ) from error
    server = _SERVERS.get(url.get_backend_name())
    if server is None:
        raise Invalid(
            _("« {scheme} » n’est pas un genre de base connu : postgresql, mysql, mssql ou oracle.").format(
                scheme=url.get_backend_name()
            )
        )
    strange = sorted(set(url.query) - _OPTIONS)
    if strange:
        raise Invalid(
            _("L’adresse porte une option qui n’est pas prise ici : {names}.").format(names=", ".join(strange))
        )
    _require_allowed(url, allowed)
    if find_spec(server.package) is None:
        raise Unavailable(
            _("Pour lire cette base, il faut le paquet facultatif « {package} » : pip install {package}, dans "
              "l’environnement du registre.").format(package=server.package)
        )  # fmt: skip
    return url.set(drivername=server.drivername), server


def _require_allowed(url: URL, allowed: Sequence[str]) -> None:
    said = url.query.get("host", "")
    folder = said if isinstance(said, str) else ""
    host = url.host or ""
    if said and (not folder.startswith("/") or host):
        raise Invalid(_("L’adresse nomme deux machines : gardez celle qui précède le nom de la base."))
    place = folder or host
    if not place or ("," in place) or not (place in allowed or _is_within(host, allowed)):
        raise Invalid(
            _("La machine « {host} » n’est pas de celles qu’on peut inspecter : la personne qui administre le registre "
              "l’ajoute au réglage BEFFROI_SCAN_HOSTS.").format(host=place)
        )  # fmt: skip


def _is_within(host: str, allowed: Sequence[str]) -> bool:
    """Whether a host is listed by name, or all its addresses within a listed network."""
    if not host:
        return False
    if host.casefold() in {one.casefold() for one in allowed}:
        return True
    networks = []
    for one in allowed:
        try:
            networks.append(ip_network(one, strict=False))
        except ValueError:
            continue
    if not networks:
        return False
    try:
        found = {str(entry[4][0]).split("%")[0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(any(ip_address(one) in network for network in networks) for one in found)


@contextmanager
def _reading(connect: Any, server: _Server, url: URL) -> Iterator[Connection]:
    """A connection whose one transaction reads, and is taken back."""
    try:
        connection: Connection = connect()
    except SQLAlchemyError as error:
        raise Unavailable(
            _("La base de {host} ne répond pas, ou refuse ce compte : vérifiez l’adresse, le compte, son mot de passe.")
            .format(host=url.host or url.query.get("host"))
        ) from _without_words(error)  # fmt: skip
    with connection:
        transaction = connection.begin()
        try:
            for statement in server.first:
                connection.execute(text(statement))
            yield connection
        except SQLAlchemyError as error:
            raise Unavailable(_("La lecture de cette base s’est arrêtée : elle a coupé, ou le délai est passé.")) from (
                _without_words(error)
            )
        finally:
            transaction.rollback()


def _without_words(error: Exception) -> Exception:
    """The kind of an error without what it says: the words of a server may hold values."""
    return RuntimeError(type(error).__name__)


def _inspect(
    connection: Connection, server: _Server, on: date, schema: str | None, only: Sequence[str]
) -> list[Inspected]:
    looked = inspect(connection)
    schemas = [one for one in looked.get_schema_names() if not _is_of_the_server(one)]
    names = [(one, name) for one in schemas for name in sorted(looked.get_table_names(schema=one))]
    if {"ledger_entry", "ledger_seal"} <= {name for _schema, name in names}:
        raise Invalid(_("Cette base est celle d’un registre Beffroi : il ne s’inspecte pas lui-même, ni un autre."))
    wanted = [
        (one, name)
        for one, name in names
        if schema in {None, one} and (not only or name in only or f"{one}.{name}" in only)
    ]
    if not wanted:
        raise Invalid(_("Aucune table à lire : vérifiez la base, le schéma, les noms et les droits de ce compte."))
    return [_inspect_table(connection, looked, server, place, on) for place in wanted[:_MOST_TABLES]]


def _is_of_the_server(schema: str) -> bool:
    return schema.casefold() in {
        "information_schema", "sys", "mysql", "performance_schema", "system", "guest", "outln", "xdb",
    } or schema.startswith(("pg_", "db_"))  # fmt: skip


def _inspect_table(connection: Connection, looked: Any, server: _Server, place: tuple[str, str], on: date) -> Inspected:
    schema, name = place
    try:
        with connection.begin_nested():
            columns = [
                one["name"]
                for one in looked.get_columns(name, schema=schema)
                if not isinstance(one["type"], LargeBinary | NullType) or isinstance(one["type"], JSON)
            ]
            rows = connection.execute(_sample(connection, server, schema, name, columns)).all() if columns else []
    except DBAPIError:
        # A right that this account lacks, or a table that takes too long: the others are read all the same.
        return Inspected(f"{schema}.{name}", [], [], rows=0, sampled=0, is_refused=True)
    values = [["" if value is None else str(value) for value in row] for row in rows]
    sampled = [SampledColumn(column, [row[rank] for row in values]) for rank, column in enumerate(columns)]
    return Inspected(
        table=f"{schema}.{name}",
        columns=[InspectedColumn(one.name, sum(bool(value) for value in one.values)) for one in sampled],
        suggestions=suggest(sampled, load_signs(), on),
        rows=len(rows),
        sampled=len(rows),
        is_whole=len(rows) < SAMPLE,
    )


def _sample(connection: Connection, server: _Server, schema: str, name: str, columns: Sequence[str]) -> Any:
    """The statement that asks for a sample of a table: spread over a large one where the server can."""
    source: Any = table_of(name, *(column(one) for one in columns), schema=schema)
    if server is _POSTGRESQL:
        estimate = text(
            "SELECT reltuples FROM pg_class WHERE oid = to_regclass(quote_ident(:schema) || '.' || quote_ident(:name))"
        )
        count = connection.execute(estimate, {"schema": schema, "name": name}).scalar() or 0
        if count > 20 * SAMPLE:
            # A little more than is kept, in percent of its blocks; the same each time.
            source = source.tablesample(func.system(100 * 3 * SAMPLE / count), seed=text("0"))
    cut = getattr(func, server.cut)
    return select(*(cut(cast(source.c[one], String(4000)), 1, _LONGEST).label(one) for one in columns)).limit(SAMPLE)
