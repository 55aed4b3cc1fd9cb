"""The kinds of database servers: by which package each is asked, what it is told first, how a cell of it is a text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, String, cast, func, literal_column, text
from sqlalchemy.dialects.mssql import NVARCHAR
from sqlalchemy.types import CLOB, Date, DateTime, TypeEngine

CONNECTING = 10
"""Units: seconds within which a server answers."""
_LONGEST = 400
"""Units: characters of a value, of which the server sends no more."""
_ISO = 121
"""How SQL Server is told to write a day: the year first."""

Cell = Callable[[Any, TypeEngine[Any]], Any]


@dataclass(frozen=True)
class Server:
    """One kind of server.

    `options` are those an address may bear: none leads to another machine, or has the server read a file of ours.
    `connecting` is what the package is told for a number of seconds, `first` what each transaction says before it
    reads, `deadline` how a connection is told how long a statement may last where words do not say it. `columns` are
    those of a table that hold texts, numbers or days, where SQLAlchemy asks for more rights than reading takes. `owns`
    are the schemas of the server itself. `has_savepoints` where a refused statement would end the transaction.
    """

    drivername: str
    options: frozenset[str]
    connecting: Callable[[int], Mapping[str, Any]]
    first: Callable[[Connection, int], list[str]]
    cell: Cell
    owns: frozenset[str]
    deadline: Callable[[Any, int], None] | None = None
    columns: Callable[[Connection, str, str], list[tuple[str, TypeEngine[Any]]]] | None = None
    database_is_schema: bool = False
    has_savepoints: bool = False
    names_a_service: bool = False
    prefixes: tuple[str, ...] = ()

    def is_own(self, schema: str) -> bool:
        """Whether a schema is the server's, not somebody's."""
        return schema.casefold() in self.owns or schema.casefold().startswith(self.prefixes)


def _first_of_postgresql(_connection: Connection, seconds: int) -> list[str]:
    return ["SET TRANSACTION READ ONLY", f"SET LOCAL statement_timeout = '{seconds}s'", "SET LOCAL lock_timeout = '2s'"]


def _first_of_mysql(connection: Connection, seconds: int) -> list[str]:
    is_mariadb = getattr(connection.dialect, "is_mariadb", False)
    deadline = f"max_statement_time = {seconds}" if is_mariadb else f"MAX_EXECUTION_TIME = {seconds * 1000}"
    return [
        f"SET SESSION {deadline}", "SET SESSION lock_wait_timeout = 2", "SET SESSION innodb_lock_wait_timeout = 2",
        "START TRANSACTION READ ONLY",
    ]  # fmt: skip


def _first_of_sql_server(_connection: Connection, _seconds: int) -> list[str]:
    return ["SET LOCK_TIMEOUT 2000"]


def _first_of_oracle(_connection: Connection, _seconds: int) -> list[str]:
    return [
        "ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD HH24:MI:SS'",
        "ALTER SESSION SET NLS_TIMESTAMP_FORMAT = 'YYYY-MM-DD HH24:MI:SS'",
        "ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '. '",
        "SET TRANSACTION READ ONLY",
    ]


def _call_timeout(connection: Any, seconds: int) -> None:
    connection.call_timeout = seconds * 1000


def _cell(column: Any, _kind: TypeEngine[Any]) -> Any:
    return func.substring(cast(column, String(4000)), 1, _LONGEST)


def _cell_of_sql_server(column: Any, kind: TypeEngine[Any]) -> Any:
    if isinstance(kind, Date | DateTime):
        return func.convert(literal_column("nvarchar(40)"), column, literal_column(str(_ISO)))
    return func.substring(cast(column, NVARCHAR()), 1, _LONGEST)


def _cell_of_oracle(column: Any, kind: TypeEngine[Any]) -> Any:
    if isinstance(kind, CLOB):
        return func.to_char(func.substr(column, 1, _LONGEST))
    return func.substr(cast(column, String(4000)), 1, _LONGEST)


def _columns_of_mysql(connection: Connection, schema: str, name: str) -> list[tuple[str, TypeEngine[Any]]]:
    """The columns as the list that every account sees says them: what shows a view asks for a right of its own."""
    asked = text(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = :schema AND table_name = :name ORDER BY ordinal_position"
    )
    rows = connection.execute(asked, {"schema": schema, "name": name}).all()
    if not rows:
        # A view that cannot be opened, since what it calls is refused, has no columns in that list.
        raise ValueError(schema, name)
    return [(str(one), String()) for one, kind in rows if str(kind).casefold() not in _NO_TEXT]


_NO_TEXT = frozenset(
    {"tinyblob", "blob", "mediumblob", "longblob", "binary", "varbinary", "bit", "geometry", "point", "linestring",
     "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection", "vector"}
)  # fmt: skip

POSTGRESQL = Server(
    drivername="postgresql+psycopg",
    options=frozenset({"sslmode", "sslrootcert", "host", "application_name"}),
    connecting=lambda _seconds: {"connect_timeout": CONNECTING},
    first=_first_of_postgresql,
    cell=_cell,
    owns=frozenset({"information_schema"}),
    prefixes=("pg_",),
    has_savepoints=True,
)
MYSQL = Server(
    drivername="mysql+pymysql",
    options=frozenset({"charset", "ssl_ca", "ssl_verify_cert", "ssl_verify_identity"}),
    connecting=lambda seconds: {
        "connect_timeout": CONNECTING, "read_timeout": seconds + CONNECTING, "local_infile": False,
    },
    first=_first_of_mysql,
    cell=_cell,
    columns=_columns_of_mysql,
    owns=frozenset({"information_schema", "mysql", "performance_schema", "sys"}),
    database_is_schema=True,
)  # fmt: skip
SQL_SERVER = Server(
    drivername="mssql+pymssql",
    options=frozenset({"charset", "encryption", "tds_version"}),
    connecting=lambda seconds: {"login_timeout": CONNECTING, "timeout": seconds, "read_only": True},
    first=_first_of_sql_server,
    cell=_cell_of_sql_server,
    owns=frozenset({"information_schema", "sys", "guest"}),
    prefixes=("db_",),
)
ORACLE = Server(
    drivername="oracle+oracledb",
    options=frozenset({"service_name"}),
    connecting=lambda _seconds: {"tcp_connect_timeout": CONNECTING, "retry_count": 0},
    first=_first_of_oracle,
    cell=_cell_of_oracle,
    owns=frozenset(
        {
            "anonymous", "appqossys", "audsys", "ctxsys", "dbsfwuser", "dbsnmp", "dip", "dvf", "dvsys", "ggsys",
            "gsmadmin_internal", "gsmcatuser", "gsmuser", "lbacsys", "mdsys", "mddata", "ojvmsys", "olapsys",
            "oracle_ocm", "ordsys", "orddata", "ordplugins", "outln", "remote_scheduler_agent", "si_informtn_schema",
            "sys", "system", "sysbackup", "sysdg", "syskm", "sysrac", "sys$umf", "wmsys", "xdb", "xs$null",
        }
    ),
    deadline=_call_timeout,
    names_a_service=True,
    prefixes=("apex_", "flows_"),
)  # fmt: skip
SERVERS: Mapping[str, Server] = {
    "postgresql": POSTGRESQL, "postgres": POSTGRESQL, "mysql": MYSQL, "mariadb": MYSQL, "mssql": SQL_SERVER,
    "sqlserver": SQL_SERVER, "oracle": ORACLE,
}  # fmt: skip
"""Each kind of server by what an address begins with."""


def spread(connection: Connection, server: Server, source: Any, most: int, place: tuple[str, str]) -> Any:
    """A large table as the server samples it, spread over its blocks and the same each time, where it can."""
    if server is not POSTGRESQL:
        return source
    estimate = text(
        "SELECT reltuples FROM pg_class WHERE oid = to_regclass(quote_ident(:schema) || '.' || quote_ident(:name))"
    )
    count = connection.execute(estimate, {"schema": place[0], "name": place[1]}).scalar() or 0
    if count <= 20 * most:
        return source
    # A little more than is kept, in percent of its blocks.
    return source.tablesample(func.system(100 * 3 * most / count), seed=text("0"))
