"""What every test may ask for: a real PostgreSQL, a fresh registry, and people who act in it."""

import io
import logging
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Dialect, make_url
from sqlalchemy.orm import Session
from sqlalchemy.util import LRUCache
from xdist.scheduler import LoadScopeScheduling

from registry.accounts import service as accounts_service
from registry.accounts.forms import TokenForm
from registry.accounts.service import invite_account, make_token, open_session, use_link
from registry.accounts.vocabulary import TokenScope
from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.kernel.permissions import Role
from registry.organisations.forms import PersonForm, ServiceForm
from registry.organisations.queries import find_organisations
from registry.organisations.service import add_service, open_registry
from registry.organisations.territory import Commune, Intercommunality
from registry.platform.bootstrap import closing_statements, database_statements, role_statements
from registry.platform.clock import today as current_day
from registry.platform.database import APP, JOBS, OWNER, PUBLIC, Acting, engine_for, transaction
from registry.platform.home import Home, Urls
from registry.platform.logs import configure_logs
from registry.platform.migrating import migrate
from registry.platform.postgres import Cluster, connection_url, temporary_cluster
from registry.platform.settings import Settings
from registry.rooms import assemble
from registry.web import security
from registry.web.cookies import LOCAL_SESSION_COOKIE
from registry.web.csrf import csrf_token
from tests.serving import served

configure_logs("WARNING")
# Hashing for good costs a quarter of a second, and hundreds of accounts are made here: argon2's own profile for tests.
accounts_service.HASHER = PasswordHasher.from_parameters(CHEAPEST)

TODAY = date(2026, 11, 24)
MEMORY, MEMORY_NEEDED = Path("/dev/shm"), 4 * 2**30  # noqa: S108 - the folder made there is named at random.
ONE_UNIT = ("tests/demonstration/", "tests/journeys/", "tests/reports/")
LONG = (*ONE_UNIT, "tests/access/", "tests/main_job/")
PASSWORDS = {role: role for role in (OWNER, APP, JOBS, PUBLIC)}


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    """Where the tests of a module stay together, modules are given out in their order, not the largest first."""
    if config.getoption("dist") != "loadscope":
        return None
    config.option.loadscopereorder = False
    return ByDemonstration(config, log)


class ByDemonstration(LoadScopeScheduling):
    """Like `loadscope`; what reads one demonstration, or the documents of the samples, is one unit: made once."""

    def _split_scope(self, nodeid: str) -> str:
        module: str = super()._split_scope(nodeid)
        return next((folder for folder in ONE_UNIT if module.startswith(folder)), module)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The units that take minutes go first: one given out last would leave the other process without work."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One server a process: the embedded one, or the system's where BEFFROI_TEST_POSTGRES names its folder."""
    chosen, folder = os.environ.get("BEFFROI_TEST_POSTGRES"), tmp_path_factory.mktemp("pg")
    with temporary_cluster(Path(chosen) if chosen else None, folder, base=_base_in_memory()) as made:
        yield made
        _administration(made).close()


def _base_in_memory() -> Path | None:
    """A folder of memory for the server's files; None where there is little of it, as in a container.

    Each test makes and deletes a thousand files. An ext4 without a journal reads every file deleted in the last
    minutes again before it makes one: a database then costs 0.8 s instead of 0.1 s.
    """
    try:
        free = shutil.disk_usage(MEMORY).free
    except OSError:
        return None
    return MEMORY / f"beffroi-{secrets.token_hex(6)}" if free >= MEMORY_NEEDED else None


def _superuser(cluster: Cluster, dbname: str = "postgres") -> psycopg.Connection[Any]:
    password = cluster.password_file.read_text().strip()
    url = connection_url(cluster, user=cluster.superuser, password=password, dbname=dbname)
    return psycopg.connect(url, autocommit=True)


@lru_cache(maxsize=1)
def _administration(cluster: Cluster) -> psycopg.Connection[Any]:
    """The connection that makes and drops databases: the same one for all of them."""
    return _superuser(cluster)


def _urls(cluster: Cluster, name: str) -> Urls:
    return Urls(*(connection_url(cluster, user=role, password=PASSWORDS[role], dbname=name) for role in PASSWORDS))


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """A migrated, empty database that every test's own is cloned from."""
    with _superuser(cluster) as connection:
        if cluster.major >= 16:
            # What makes a stolen password costly to try makes each connection cost three milliseconds.
            connection.execute("SET scram_iterations = 1")
        for statement in (*role_statements(PASSWORDS), *database_statements("template_registry")):
            connection.execute(statement)
    with _superuser(cluster, "template_registry") as connection:
        for statement in closing_statements():
            connection.execute(statement)
    owner = engine_for(_urls(cluster, "template_registry").owner)
    migrate(owner)
    owner.dispose()
    return "template_registry"


@pytest.fixture(scope="session")
def model_town(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator["ModelTown"]:
    """A registry just opened, that every test's own is cloned from: to open one costs more than to copy it."""
    with opened_home(cluster, template, tmp_path_factory.mktemp("model")) as made, opened_town(made) as town:
        made.dispose()
        yield ModelTown(make_url(made.urls.owner).database or "", town)


@pytest.fixture
def home(request: pytest.FixtureRequest, cluster: Cluster, template: str, tmp_path: Path) -> Iterator[Home]:
    """A fresh, migrated database in a home of its own; no registry is opened in it, unless the test asks for a town."""
    if "town" in request.fixturenames:
        template = request.getfixturevalue("model_town").database
    with opened_home(cluster, template, tmp_path) as made:
        yield made


@lru_cache(maxsize=1)
def _acquainted(cluster: Cluster) -> Dialect:
    """What SQLAlchemy learns of a server at the first connection, learnt once."""
    engine = engine_for(_urls(cluster, "template_registry").owner)
    with engine.connect():
        pass
    engine.dispose()
    return engine.dialect


_COMPILED: Any = LRUCache(2000)
"""The statements compiled so far, for the engines of every home: tests ask each database the same ones."""


@contextmanager
def opened_home(cluster: Cluster, template: str, folder: Path) -> Iterator[Home]:
    """A fresh, migrated database in a home of its own, for as long as the block lasts."""
    name = f"test_{secrets.token_hex(6)}"
    connection = _administration(cluster)
    # Nothing is synced here: copying files costs a third of writing every page of them to the journal.
    connection.execute(f"CREATE DATABASE {name} OWNER beffroi_owner TEMPLATE {template} STRATEGY FILE_COPY")
    connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    connection.execute(f"GRANT CONNECT ON DATABASE {name} TO beffroi_app, beffroi_jobs, beffroi_public")
    urls = _urls(cluster, name)
    made = Home(Settings(home=folder / "home", database_url=urls.app, database_admin_url=urls.owner), urls, cluster)
    for engine in (made.owner, made.app, made.jobs, made.public):
        engine.dialect = _acquainted(cluster)
        engine.update_execution_options(compiled_cache=_COMPILED)
    try:
        yield made
    finally:
        # Also when the block fails: a failing example tried again and again would take every connection.
        made.dispose()
        engine_for.cache_clear()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@dataclass
class Someone:
    """A signed-in account, as a browser or a program: what it asks, it asks of the whole application."""

    client: TestClient[Litestar]
    account_id: int
    session_token: str
    csrf: str
    api_token: str

    @property
    def cookie(self) -> str:
        """The session cookie, as a browser sends it."""
        return f"{LOCAL_SESSION_COOKIE}={self.session_token}"

    def get(self, path: str, **more: Any) -> Response:
        """Opens a page."""
        headers = {"Cookie": self.cookie, **more.pop("headers", {})}
        return self.client.get(path, headers=headers, follow_redirects=False, **more)

    def post(self, path: str, data: Mapping[str, Any] | None = None, **more: Any) -> Response:
        """Sends a form of ours."""
        headers = {"Cookie": self.cookie, **more.pop("headers", {})}
        return self.client.post(
            path,
            data={"_csrf": self.csrf, **(data or {})},
            headers=headers,
            follow_redirects=False,
            **more,
        )

    def api(self, method: str, path: str, **more: Any) -> Response:
        """Calls the API with a token."""
        headers = {"Authorization": f"Bearer {self.api_token}", **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, follow_redirects=False, **more)


@dataclass
class Town:
    """An opened registry: an authority, two communes, a service, and whoever a test needs."""

    home: Home
    info: dict[str, Any]
    authority_id: int
    commune_id: int
    other_commune_id: int
    service_id: int
    _client: TestClient[Litestar] | None = None
    _stack: ExitStack = field(default_factory=ExitStack)
    _people: dict[tuple[Role, int], Someone] = field(default_factory=dict)

    @contextmanager
    def acting(self, actor: str = "cli:essai", **more: Any) -> Iterator[Session]:
        """One transaction over every organisation, as a command of the terminal runs it."""
        with transaction(self.home.jobs, Acting(actor, **more), **self.info) as session:
            yield session

    @contextmanager
    def as_owner(self, actor: str = "cli:essai", **more: Any) -> Iterator[Session]:
        """One transaction of the tables' owner."""
        with transaction(self.home.owner, Acting(actor, **more), **self.info) as session:
            yield session

    @property
    def client(self) -> TestClient[Litestar]:
        """The whole application, asked by nobody in particular."""
        if self._client is None:
            self._client = self._stack.enter_context(served(self.home))
        return self._client

    def someone(self, role: Role, on: int | None = None) -> Someone:
        """An active account with a role on an organisation (the authority): always the same one."""
        where = on or self.authority_id
        if (role, where) in self._people:
            return self._people[role, where]
        mailbox = f"{role}.{where}@essai.invalid"
        with self.acting() as session:
            account, link = invite_account(
                session, where, PersonForm(name=f"{role} {where}", email=mailbox), role=role, on=where
            )
            use_link(session, link, PASSWORD, request_id="essai")
            token = open_session(session, account.id, address="127.0.0.1", browser="essai")
            day = self.info["today"]() + timedelta(days=30)
            form = TokenForm(name="essai", scope=TokenScope.WRITE, expires_on=day)
            _kept, secret = make_token(session, account.id, where, form, today=self.info["today"]())
            account_id = account.id
        csrf = csrf_token(token.encode(), self.home.secret("csrf"))
        self._people[role, where] = Someone(self.client, account_id, token, csrf, secret)
        return self._people[role, where]

    def record(self, title: str = "Bornes de recharge", on: int | None = None, **values: Any) -> int:
        """A dataset of an organisation (the authority), recorded from the terminal; its number."""
        with self.acting() as session:
            return record_dataset(session, on or self.authority_id, DatasetForm(title=title, **values)).id

    def close(self) -> None:
        """Ends the application."""
        self._stack.close()


PASSWORD = "une phrase de passe assez longue"
TERRITORY = Intercommunality(
    siren="200033579",
    name="Communauté urbaine d’essai",
    legal_form="Communauté urbaine",
    total=111_820,
    municipal=109_000,
    communes=(
        Commune("216200410", "62041", "Grande-Commune", 42_000, 41_000),
        Commune("216200139", "62013", "Petite-Commune", 2_400, 2_300),
    ),
    source="essai",
)


@dataclass(frozen=True)
class ModelTown:
    """A database where a registry is opened and nobody is connected, with the town it holds."""

    database: str
    town: Town


@pytest.fixture
def town(home: Home, model_town: ModelTown) -> Iterator[Town]:
    """An opened registry with its application; nothing is recorded in it yet."""
    with town_in(home, model_town) as made:
        yield made


@contextmanager
def town_in(home: Home, model: ModelTown) -> Iterator[Town]:
    """The town of a home copied from its model, for as long as the block lasts."""
    made = replace(model.town, home=home, info=_info(home), _stack=ExitStack(), _people={})
    try:
        yield made
    finally:
        made.close()


def _info(home: Home) -> dict[str, Any]:
    """What every session of a home carries."""
    return {**assemble(home.settings.root), "time_zone": "Europe/Paris", "today": lambda: current_day("Europe/Paris")}


@contextmanager
def opened_town(home: Home) -> Iterator[Town]:
    """A registry opened in a home, with its application, for as long as the block lasts."""
    info = _info(home)
    with transaction(home.owner, Acting("cli:essai"), **info) as session:
        authority = open_registry(session, TERRITORY, time_zone="Europe/Paris")
        service = add_service(session, authority, ServiceForm(name="Direction de l’eau"))
        communes = {body.name: body.id for body in find_organisations(session, below=authority.id)}
        made = Town(home, info, authority.id, communes["Grande-Commune"], communes["Petite-Commune"], service.id)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the process writes to its log, as it would in production."""
    kept, handlers, level = io.StringIO(), logging.getLogger().handlers, logging.getLogger().level
    configure_logs("INFO")
    logging.getLogger().handlers[0].setStream(kept)  # type: ignore[attr-defined]
    logging.getLogger("httpx").setLevel(logging.WARNING)
    structlog.configure(cache_logger_on_first_use=False)
    # A logger used before keeps the level it was first used with: this one is new.
    monkeypatch.setattr(security, "log", structlog.get_logger("registry.access"))
    yield kept
    logging.getLogger().handlers, logging.getLogger().level = handlers, level
    structlog.reset_defaults()
