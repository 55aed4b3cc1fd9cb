"""What every test may ask for: a real PostgreSQL, a fresh registry, and people who act in it."""

import os
import secrets
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from registry.platform.bootstrap import database_statements, role_statements
from registry.platform.database import APP, JOBS, OWNER, PUBLIC, engine_for
from registry.platform.home import Home, Urls
from registry.platform.migrating import migrate
from registry.platform.postgres import Cluster, connection_url, temporary_cluster
from registry.platform.settings import Settings

TODAY = date(2026, 11, 24)
PASSWORDS = {role: role for role in (OWNER, APP, JOBS, PUBLIC)}


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One server a process: the embedded one, or the system's where BEFFROI_TEST_POSTGRES names its folder."""
    chosen = os.environ.get("BEFFROI_TEST_POSTGRES")
    with temporary_cluster(Path(chosen) if chosen else None, tmp_path_factory.mktemp("pg")) as made:
        yield made


def _superuser(cluster: Cluster, dbname: str = "postgres") -> psycopg.Connection[Any]:
    password = cluster.password_file.read_text().strip()
    url = connection_url(cluster, user=cluster.superuser, password=password, dbname=dbname)
    return psycopg.connect(url, autocommit=True)


def _urls(cluster: Cluster, name: str) -> Urls:
    return Urls(
        *(connection_url(cluster, user=role, password=PASSWORDS[role], dbname=name) for role in (OWNER, APP, JOBS))
    )


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """A migrated, empty database that every test's own is cloned from."""
    with _superuser(cluster) as connection:
        for statement in (*role_statements(PASSWORDS), *database_statements("template_registry")):
            connection.execute(statement)
    with _superuser(cluster, "template_registry") as connection:
        connection.execute("ALTER SCHEMA public OWNER TO beffroi_owner")
    owner = engine_for(_urls(cluster, "template_registry").owner)
    migrate(owner)
    owner.dispose()
    return "template_registry"


@pytest.fixture
def home(cluster: Cluster, template: str, tmp_path: Path) -> Iterator[Home]:
    """A fresh, migrated database in a home of its own; no registry is opened in it yet."""
    name = f"test_{secrets.token_hex(6)}"
    with _superuser(cluster) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER beffroi_owner TEMPLATE {template}")
        connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        connection.execute(f"GRANT CONNECT ON DATABASE {name} TO beffroi_app, beffroi_jobs, beffroi_public")
    urls = _urls(cluster, name)
    made = Home(Settings(home=tmp_path / "home", database_url=urls.app, database_admin_url=urls.owner), urls, cluster)
    yield made
    made.dispose()
    engine_for.cache_clear()
    with _superuser(cluster) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
