"""The home of a registry on this machine: its secrets, its cluster, and an engine for each role."""

import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path

import psycopg
import structlog
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError

from registry.kernel.errors import Unavailable
from registry.kernel.words import _
from registry.platform.bootstrap import closing_statements, database_statements, role_statements
from registry.platform.database import (
    APP,
    JOBS,
    OWNER,
    PUBLIC,
    at_one_moment,
    check_jobs_role,
    check_server,
    engine_for,
)
from registry.platform.files import FileStore
from registry.platform.postgres import (
    Cluster,
    State,
    cluster_state,
    connection_url,
    hold_cluster,
    open_cluster,
)
from registry.platform.schema import check_schema, find_pending
from registry.platform.settings import Settings

log = structlog.get_logger(__name__)

DATABASE = "beffroi"
LONGEST_PAGE = 30
"""Seconds after which the database gives up a statement of a page: nobody waits for it any more."""


def keep_secret(folder: Path, name: str, make: bytes | None = None) -> bytes:
    """A secret of this home, made at its first use: 32 random bytes unless others are given (mode 0600)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / name
    with contextlib.suppress(FileNotFoundError):
        return place.read_bytes()
    content = secrets.token_bytes(32) if make is None else make
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return place.read_bytes()
    with os.fdopen(descriptor, "wb") as target:
        target.write(content)
    return content


@dataclass(frozen=True)
class Urls:
    """How each role reaches the database."""

    owner: str
    app: str
    jobs: str
    public: str | None = None
    """Nothing where the settings do not say how the role of the public connects: its pages then answer 503."""


@dataclass(frozen=True)
class Home:
    """An opened registry: settings, addresses and engines."""

    settings: Settings
    urls: Urls
    cluster: Cluster | None

    @cached_property
    def owner(self) -> Engine:
        """Tables, functions, migrations, backup."""
        return engine_for(self.urls.owner, 2)

    @cached_property
    def app(self) -> Engine:
        """Pages and API: rows of one's organisations."""
        return engine_for(self.urls.app, longest=LONGEST_PAGE)

    @property
    def app_at_one_moment(self) -> Engine:
        """The rows that pages read, at one moment: for what is told of them in several questions."""
        return at_one_moment(self.app)

    @cached_property
    def jobs(self) -> Engine:
        """The worker and the commands: every organisation."""
        return engine_for(self.urls.jobs, 4)

    @cached_property
    def public(self) -> Engine:
        """The published part, without an account: each transaction reads one moment of it and writes nothing.

        Raises: Unavailable where the settings do not say how its role connects.
        """
        if self.urls.public is None:
            raise Unavailable(
                _(
                    "Le catalogue public n’est pas ouvert : DATABASE_URL donne un autre rôle que « {app} », et "
                    "DATABASE_PUBLIC_URL n’est pas donnée. C’est l’adresse du rôle « {public} »."
                ).format(app=APP, public=PUBLIC)
            )
        return at_one_moment(engine_for(self.urls.public, longest=LONGEST_PAGE))

    @cached_property
    def files(self) -> FileStore:
        """The store of documents."""
        return FileStore.of(self.settings)

    def secret(self, name: str) -> bytes:
        """A secret of this home, made at its first use."""
        return keep_secret(self.settings.root / "secrets", name)

    def check(self) -> None:
        """Refuses a database that is away, too old, or of another version of the code.

        Raises: Unavailable, in one sentence; nothing is touched.
        """
        with _answering():
            with self.app.connect() as connection:
                check_server(connection)
            with self.owner.connect() as connection:
                check_schema(connection)
            with self.jobs.connect() as connection:
                check_jobs_role(connection)

    def find_pending(self) -> list[str]:
        """The migrations this database has not seen, oldest first.

        Raises: Unavailable when it is away, empty, or ahead of the code.
        """
        with _answering(), self.owner.connect() as connection:
            return find_pending(connection)

    def revive(self) -> None:
        """Starts the embedded server again where it died under us; one of one's own is its administrator's.

        Raises: Unavailable when it does not start.
        """
        root = self.settings.root
        if self.cluster is not None and cluster_state(root) is State.STOPPED:
            log.warning("postgresql ended; starting it again")
            open_cluster(root, major=self.cluster.major, create=False)

    def dispose(self) -> None:
        """Closes every connection of this process."""
        for engine in (self.owner, self.app, self.jobs, *([self.public] if self.urls.public else [])):
            engine.dispose()


@contextlib.contextmanager
def _answering() -> Iterator[None]:
    """Says in one sentence that a database does not answer."""
    try:
        yield
    except OperationalError as error:
        raise Unavailable(
            _(
                "La base de données ne répond pas ({detail}). Vérifiez qu’elle tourne et que son adresse est la bonne."
            ).format(detail=str(error.orig).strip().splitlines()[0])
        ) from error


def role_passwords(root: Path) -> dict[str, str]:
    """The passwords of the four roles of the embedded cluster, made once."""
    made = {role: secrets.token_urlsafe(24) for role in (OWNER, APP, JOBS, PUBLIC)}
    kept: dict[str, str] = json.loads(keep_secret(root / "secrets", "roles.json", json.dumps(made).encode()))
    return kept


def _external(settings: Settings) -> Urls | None:
    if settings.database_url is None:
        return None
    if settings.database_admin_url is None:
        raise Unavailable(
            _(
                "DATABASE_URL est donnée sans DATABASE_ADMIN_URL : Beffroi demande aussi l’adresse du rôle "
                "propriétaire. « beffroi init --print-sql » montre les rôles à créer."
            )
        )
    return Urls(
        owner=settings.database_admin_url,
        app=settings.database_url,
        jobs=settings.database_jobs_url or _jobs_beside(settings.database_url),
        public=settings.database_public_url or beside(settings.database_url, PUBLIC),
    )


def _jobs_beside(app: str) -> str:
    """The worker's address where it is the pages' own but for the role: with the role of another name, nobody knows."""
    jobs = beside(app, JOBS)
    if jobs is None:
        raise Unavailable(
            _(
                "DATABASE_URL donne un autre rôle que « {app} » : donnez aussi DATABASE_JOBS_URL, l’adresse du rôle "
                "des travaux (« {jobs} »)."
            ).format(app=APP, jobs=JOBS)
        )
    return jobs


def beside(app: str, role: str) -> str | None:
    """The address of a role where that of the pages differs by the role alone; nothing where theirs has another name.

    Raises: Unavailable when it is no address.
    """
    try:
        address = make_url(app)
    except ArgumentError as error:
        raise Unavailable(_("DATABASE_URL n’est pas une adresse de PostgreSQL (postgresql://…).")) from error
    return address.set(username=role).render_as_string(hide_password=False) if address.username == APP else None


@contextlib.contextmanager
def open_home(settings: Settings, *, create: bool = False, check: bool = True, serving: bool = False) -> Iterator[Home]:
    """Opens the registry of this home, starting its cluster if it is the embedded one.

    `create` makes the cluster, the roles, the database and the schema where there are none; the last one that
    opened it `serving` stops the cluster.
    Raises: Unavailable when there is no registry here, or when its database cannot serve.
    """
    external = _external(settings)
    if external is not None:
        with _opened(Home(settings, external, None), create=create, check=check) as home:
            yield home
        return
    with hold_cluster(settings.root, major=settings.postgres_major, create=create, serving=serving) as cluster:
        passwords = role_passwords(settings.root)
        if create:
            make_database(cluster, passwords)
        urls = Urls(
            *(
                connection_url(cluster, user=role, password=passwords[role], dbname=DATABASE)
                for role in (OWNER, APP, JOBS, PUBLIC)
            )
        )
        with _opened(Home(settings, urls, cluster), create=create, check=check) as home:
            yield home


@contextlib.contextmanager
def _opened(home: Home, *, create: bool, check: bool) -> Iterator[Home]:
    try:
        if create:
            _make_schema(home)
        if check:
            home.check()
        yield home
    finally:
        home.dispose()


def _make_schema(home: Home) -> None:
    """Runs the migrations where no registry is opened yet; one that holds a registry is left to `beffroi upgrade`,
    which backs it up first."""
    with _answering():
        with home.owner.connect() as connection:
            known = connection.execute(text("SELECT to_regclass('public.registry')")).scalar_one() is not None
            opened = known and connection.execute(text("SELECT EXISTS (SELECT FROM registry)")).scalar_one()
            if known:
                find_pending(connection)
        if not opened:
            # Loaded only here: what every other process opens needs no migration.
            import_module("registry.platform.migrating").migrate(home.owner)


def make_database(cluster: Cluster, passwords: dict[str, str], name: str = DATABASE) -> None:
    """The roles and the database, by the cluster's superuser; made once, its doors closed each time."""
    superuser = {"user": cluster.superuser, "password": cluster.password_file.read_text().strip()}
    with psycopg.connect(connection_url(cluster, dbname="postgres", **superuser), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        for statement in role_statements(passwords):
            connection.execute(statement)
        if known is None:
            for statement in database_statements(name):
                connection.execute(statement)
    with psycopg.connect(connection_url(cluster, dbname=name, **superuser), autocommit=True) as connection:
        for statement in closing_statements():
            connection.execute(statement)
