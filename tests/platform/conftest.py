"""An empty database, for what is migrated from nothing."""

import secrets
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Engine

from registry.platform.bootstrap import closing_statements, database_statements
from registry.platform.database import engine_for
from registry.platform.postgres import Cluster, connection_url


@pytest.fixture
def empty(cluster: Cluster, template: str) -> Iterator[Engine]:
    """An empty database held by the owner: nothing is migrated in it."""
    name = f"empty_{secrets.token_hex(6)}"
    password = cluster.password_file.read_text().strip()

    def superuser(dbname: str) -> "psycopg.Connection[tuple[object, ...]]":
        url = connection_url(cluster, user=cluster.superuser, password=password, dbname=dbname)
        return psycopg.connect(url, autocommit=True)

    with superuser("postgres") as connection:
        for statement in database_statements(name):
            connection.execute(statement)
    with superuser(name) as connection:
        for statement in closing_statements():
            connection.execute(statement)
    owner = engine_for(connection_url(cluster, user="beffroi_owner", password="beffroi_owner", dbname=name))
    yield owner
    owner.dispose()
    engine_for.cache_clear()
    with superuser("postgres") as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
