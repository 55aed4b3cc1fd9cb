"""The demonstration loaded once for every test that only reads it, in a home where a first attempt was cut short."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.demonstration.loading import Demonstration, DemonstrationAccount, load_demonstration
from registry.platform.database import Acting, transaction
from registry.platform.home import Home
from registry.platform.postgres import Cluster
from registry.platform.settings import Settings
from registry.rooms import assemble
from tests.conftest import TODAY, _superuser, _urls

ZONE = "Europe/Paris"


@dataclass(frozen=True)
class CutShort:
    """An attempt that was interrupted as it ended: what was kept of its passwords, and what stood at two moments."""

    passwords: tuple[DemonstrationAccount, ...]
    stood_as_they_were_kept: int
    stood_after: int


@dataclass(frozen=True)
class Visit:
    """A home where the demonstration is loaded, with the passwords handed over before it was there."""

    home: Home
    cut: CutShort
    loaded: Demonstration
    kept: tuple[DemonstrationAccount, ...]
    info: dict[str, Any]

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction over every organisation."""
        with transaction(self.home.jobs, Acting("cli:essai"), **self.info) as session:
            yield session


def assembled() -> dict[str, Any]:
    """What the command hands over."""
    return {**assemble(), "time_zone": ZONE, "today": lambda: TODAY}


def count_standing(home: Home) -> int:
    """How many registries and entries of the ledger a home holds."""
    with transaction(home.jobs, Acting("cli:essai")) as session:
        query = text("SELECT (SELECT count(*) FROM registry) + (SELECT count(*) FROM ledger_entry)")
        number: int = session.execute(query).scalar_one()
        return number


def cut_short(home: Home) -> CutShort:
    """Loads the demonstration in an empty home, and interrupts it once all is written."""
    kept: list[DemonstrationAccount] = []
    standing: list[int] = []

    def keep(accounts: tuple[DemonstrationAccount, ...]) -> None:
        standing.append(count_standing(home))
        kept.extend(accounts)

    def interrupt(session: Session, touched: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_demonstration(home, today=TODAY, engine_info={**assembled(), "settling": interrupt}, keep=keep)
    return CutShort(tuple(kept), sum(standing), count_standing(home))


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
    cut, kept = cut_short(home), list[DemonstrationAccount]()
    loaded = load_demonstration(home, today=TODAY, engine_info=info, keep=kept.extend)
    yield Visit(home, cut, loaded, tuple(kept), info)
    home.dispose()
    with _superuser(cluster) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
