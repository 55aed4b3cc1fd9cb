"""One registry, opened and filled by the real command, each step in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.platform.database import Acting, transaction
from registry.platform.home import Home, open_home
from registry.platform.postgres import stop_cluster
from registry.platform.postgres_home import cluster_home
from registry.platform.settings import Settings

CATALOGUE = Path(__file__).resolve().parents[3] / "shared" / "data" / "catalogues" / "rennes-metropole.rdf"


@dataclass
class Job:
    """A home and the command."""

    place: Path

    def run(self, *arguments: object, code: int = 0) -> str:
        """What the command said; it must end with the code given."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE")}
        done = subprocess.run(
            [sys.executable, "-m", "registry", "--home", str(self.place), *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            timeout=600,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if code == 0 else done.stderr

    def json(self, *arguments: object) -> Any:
        """What the command answers with `--json`."""
        return json.loads(self.run(*arguments, "--json"))

    @contextmanager
    def opened(self) -> Iterator[tuple[Home, Session]]:
        """The same home from within, to look at."""
        with (
            open_home(Settings(home=self.place)) as home,
            transaction(home.jobs, Acting("cli:essai")) as session,
        ):
            yield home, session

    def count(self, what: str) -> int:
        """How many rows there are of something."""
        with self.opened() as (_home, session):
            return int(session.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())


@pytest.fixture(scope="session")
def catalogue() -> Path:
    """The real catalogue, read in place."""
    if not CATALOGUE.is_file():
        pytest.skip("le catalogue réel (../shared/data/catalogues/rennes-metropole.rdf) n’est pas sur cette machine")
    return CATALOGUE


@pytest.fixture(scope="module")
def job(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A registry opened for the authority the catalogue is of; nothing is in it yet."""
    made = Job(tmp_path_factory.mktemp("rennes") / "home")
    try:
        made.run("init", "--siren", "243500139")
        yield made
    finally:
        if made.place.exists():
            stop_cluster(made.place)
            place = cluster_home(made.place)
            if place.as_root:
                shutil.rmtree(place.base, ignore_errors=True)
