"""What each kind of server is asked, and what is said of one that is absent, silent or speaks of something else.

No SQL Server and no Oracle answers these tests: what they would be asked is compiled and read, no more.
"""

import socket
import threading
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Column, Date, Integer, MetaData, String, Table, create_engine, select
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.types import CLOB

from registry.inspection.databases import Reach, inspect_database
from registry.inspection.servers import MYSQL, ORACLE, POSTGRESQL, SERVERS, SQL_SERVER, Server
from registry.kernel.errors import Invalid, Unavailable

TODAY = date(2026, 11, 26)
ADDRESSES = {
    "postgresql": "postgresql://a:motdepasse@127.0.0.1:{port}/x",
    "mysql": "mysql://a:motdepasse@127.0.0.1:{port}/x",
    "mssql": "mssql://a:motdepasse@127.0.0.1:{port}/x",
    "oracle": "oracle://a:motdepasse@127.0.0.1:{port}/?service_name=x",
}


def asked(server: Server) -> str:
    """The statement that samples a table of this server, whose names need quotes."""
    people = Table(
        "Usagers d'été", MetaData(), Column("né le", Date), Column("order", Integer), Column("note", CLOB),
        Column("nom]`\"", String), schema="Ville",
    )  # fmt: skip
    cells = [server.cell(column, column.type).label(f"c{rank}") for rank, column in enumerate(people.columns)]
    # The dialect alone: making it opens no connection.
    dialect: DefaultDialect = create_engine(f"{server.drivername}://").dialect  # type: ignore[assignment]
    if server is SQL_SERVER:
        # It asks its server for its version before it knows how to limit.
        dialect._supports_offset_fetch = True  # type: ignore[attr-defined]
    compiled = select(*cells).limit(1000).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return " ".join(str(compiled).split())


def test_a_sql_server_sends_so_many_lines_short_cells_and_days_that_begin_with_the_year() -> None:
    said = asked(SQL_SERVER)
    assert said.startswith("SELECT TOP 1000 convert(nvarchar(40), [Ville].[Usagers d'été].[né le], 121) AS c0")
    assert "substring(CAST([Ville].[Usagers d'été].[order] AS NVARCHAR(max)), 1, 400) AS c1" in said
    assert '[nom]]`"]' in said
    assert SQL_SERVER.first(None, 20) == ["SET LOCK_TIMEOUT 2000"]  # type: ignore[arg-type]
    assert dict(SQL_SERVER.connecting(20)) == {"login_timeout": 10, "timeout": 20, "read_only": True}


def test_an_oracle_reads_only_and_gives_its_long_texts_as_short_ones() -> None:
    said = asked(ORACLE)
    assert 'substr(CAST("Ville"."Usagers d\'été"."né le" AS VARCHAR2(4000 CHAR)), 1, 400) AS c0' in said
    assert 'to_char(substr("Ville"."Usagers d\'été".note, 1, 400)) AS c2' in said
    assert "FETCH FIRST 1000 ROWS ONLY" in said
    first = ORACLE.first(None, 20)  # type: ignore[arg-type]
    assert (first[-1], "YYYY-MM-DD" in first[0]) == ("SET TRANSACTION READ ONLY", True)
    connection = type("Connection", (), {"call_timeout": 0})()
    assert ORACLE.deadline is not None
    ORACLE.deadline(connection, 20)
    assert connection.call_timeout == 20_000


def test_each_server_quotes_the_names_of_its_tables() -> None:
    assert '"Usagers d\'été"' in asked(POSTGRESQL)
    assert "`Usagers d'été`" in asked(MYSQL)
    for server in (POSTGRESQL, MYSQL, SQL_SERVER, ORACLE):
        assert "1000" in asked(server)


@pytest.mark.parametrize("scheme", ADDRESSES)
def test_a_machine_that_is_not_listed_is_never_asked_whatever_the_server(scheme: str, garbage: int) -> None:
    with pytest.raises(Invalid, match="BEFFROI_SCAN_HOSTS"):
        inspect_database(ADDRESSES[scheme].format(port=garbage), allowed=["ailleurs"], on=TODAY)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mysql://a@base/x?local_infile=1", "local_infile"),
        ("mysql://a@base/x?unix_socket=/run/x", "unix_socket"),
        ("mysql://a@base/x?read_default_file=/etc/x", "read_default_file"),
        ("mysql://a@base/x?sslmode=require", "sslmode"),
        ("mssql://a@base/x?conn_properties=x", "conn_properties"),
        ("mssql://a@base/x?host=/run/x", "host"),
        ("oracle://a@base", "ne nomme pas la base"),
        ("oracle://a@base/?dsn=x", "dsn"),
        ("oracle://a@base/?service_name=x)(HOST=10.0.0.1)(PORT=1", "service Oracle"),
        ("oracle://a@base/x)(HOST=10.0.0.1", "service Oracle"),
    ],
)  # fmt: skip
def test_an_address_says_nothing_that_leads_elsewhere(address: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        inspect_database(address, allowed=["base"], on=TODAY)
    assert words in refused.value.message


@pytest.fixture
def garbage() -> Iterator[int]:
    """The port of a server that answers what no database says, and ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_answer, args=(listening,), daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def _answer(listening: socket.socket) -> None:
    while True:
        try:
            connection, _address = listening.accept()
        except OSError:
            return
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nSecret: MARTIN\r\n\r\n" * 3)


@pytest.mark.parametrize("scheme", ADDRESSES)
def test_what_speaks_of_something_else_is_said_to_be_no_database(scheme: str, garbage: int) -> None:
    with pytest.raises(Unavailable, match="ne répond pas") as refused:
        inspect_database(
            ADDRESSES[scheme].format(port=garbage), allowed=["127.0.0.1"], on=TODAY, reach=Reach(statement=2)
        )
    said = f"{refused.value.message} {refused.value.__cause__!r}"
    assert "MARTIN" not in said
    assert "motdepasse" not in said


@pytest.mark.parametrize("scheme", ADDRESSES)
def test_a_closed_door_is_said_without_the_words_of_the_package(scheme: str) -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1 ne répond pas"):
        inspect_database(ADDRESSES[scheme].format(port=9), allowed=["127.0.0.0/8"], on=TODAY)


def test_each_kind_of_address_that_is_promised_is_known() -> None:
    assert set(SERVERS) == {"postgresql", "postgres", "mysql", "mariadb", "mssql", "sqlserver", "oracle"}
