"""The demonstration loaded once for every test that only reads it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from registry.demonstration.loading import Demonstration, load_demonstration
from registry.platform.database import Acting, transaction
from registry.platform.home import Home
from registry.platform.postgres import Cluster
from registry.platform.settings import Settings
from registry.rooms import assemble
from tests.conftest import TODAY, _superuser, _urls

ZONE = "Europe/Paris"


@dataclass(frozen=True)
class Visit:
    """A home where the demonstration is loaded."""

    home: Home
    loaded: Demonstration
    info: dict[str, Any]

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction over every organisation."""
        with transaction(self.home.jobs, Acting("cli:essai"), **self.info) as session:
            yield session


def assembled() -> dict[str, Any]:
    """What the command hands over."""
    return {**assemble(), "time_zone": ZONE, "today": lambda: TODAY}


@pytest.fixture(scope="package")
def visit(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """The demonstration, loaded on a fixed day in a database of its own."""
    name = f"test_{secrets.token_hex(6)}"
    with _superuser(cluster) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER beffroi_owner TEMPLATE {template}")
        connection.execute(f"GRANT CONNECT ON DATABASE {name} TO beffroi_app, beffroi_jobs, beffroi_public")
    urls, root = _urls(cluster, name), tmp_path_factory.mktemp("visit")
    home = Home(Settings(home=Path(root), database_url=urls.app, database_admin_url=urls.owner), urls, cluster)
    info = assembled()
    yield Visit(home, load_demonstration(home, today=TODAY, engine_info=info), info)
    home.dispose()
    with _superuser(cluster) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
