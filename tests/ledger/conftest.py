"""A small registry to keep the ledger of: an authority, two communes, and the roles that write."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from registry.datasets.forms import DatasetForm
from registry.datasets.models import Dataset
from registry.datasets.service import record_dataset
from registry.organisations.models import Organisation
from registry.organisations.queries import find_organisations
from registry.organisations.service import open_registry
from registry.organisations.territory import Commune, Intercommunality
from registry.platform.database import Acting, transaction
from registry.platform.home import Home
from registry.platform.postgres import connection_url

TERRITORY = Intercommunality(
    siren="200000008",
    name="Communauté d’essai",
    legal_form="Communauté de communes",
    total=3_000,
    municipal=2_900,
    communes=(
        Commune("210000016", "99001", "Commune haute", 2_000, 1_950),
        Commune("210000024", "99002", "Commune basse", 1_000, 950),
    ),
    source="essai",
)


@dataclass(frozen=True)
class Opened:
    """An opened registry and the ids of its three organisations."""

    home: Home
    authority: int
    high: int
    low: int

    def acting(self, **more: Any) -> Acting:
        """Somebody who reads and writes the whole authority."""
        every = frozenset({self.authority, self.high, self.low})
        return Acting(**{"actor": "cli:essai", "reads": every, "writes": every, **more})

    def record(self, title: str, organisation: int | None = None, **values: Any) -> int:
        """The id of a new dataset, recorded by the worker's role."""
        with transaction(self.home.jobs, self.acting()) as session:
            form = DatasetForm(title=title, **values)
            return record_dataset(session, organisation or self.authority, form).id

    def amend(self, dataset: int, acting: Acting | None = None, **values: Any) -> None:
        """Writes columns of a dataset as the worker's role."""
        with transaction(self.home.jobs, acting or self.acting()) as session:
            sheet = session.get(Dataset, dataset)
            for name, value in values.items():
                setattr(sheet, name, value)


def _open(home: Home, *, demonstration: bool) -> Opened:
    with transaction(home.owner, Acting("cli:essai")) as session:
        authority: Organisation = open_registry(
            session, TERRITORY, time_zone="Europe/Paris", demonstration=demonstration
        )
        high, low = (
            next(body.id for body in find_organisations(session) if body.siren == commune.siren)
            for commune in TERRITORY.communes
        )
        return Opened(home, authority.id, high, low)


@pytest.fixture
def opened(home: Home) -> Opened:
    """A registry in which nothing is fictional."""
    return _open(home, demonstration=False)


@pytest.fixture
def demonstration(home: Home) -> Opened:
    """A registry whose first row says that all is fictional: the owner may give earlier moments."""
    return _open(home, demonstration=True)


@pytest.fixture
def superuser(home: Home) -> Iterator[Engine]:
    """Whoever owns the machine: goes round row-level security and, if they wish, round the triggers."""
    cluster = home.cluster
    assert cluster is not None
    password = cluster.password_file.read_text().strip()
    name = home.urls.owner.rpartition("/")[2].partition("?")[0]
    url = connection_url(cluster, user=cluster.superuser, password=password, dbname=name)
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    yield engine
    engine.dispose()


Verifying = Callable[[Session], bool]
