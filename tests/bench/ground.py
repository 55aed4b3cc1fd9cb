"""The ground of the measures: a registry in a folder of its own, filled through its real tables."""

import compileall
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import catalogue
import psutil
import psycopg

import registry
from registry.accounts.forms import TokenForm
from registry.accounts.service import invite_account, make_token, open_session, use_link
from registry.accounts.vocabulary import TokenScope
from registry.kernel.permissions import Role
from registry.kernel.sort_keys import sort_key
from registry.organisations.forms import PersonForm, ServiceForm
from registry.organisations.queries import find_organisations
from registry.organisations.service import add_service, open_registry
from registry.organisations.territory import Commune, Intercommunality
from registry.platform.clock import PARIS, today
from registry.platform.database import Acting, transaction
from registry.platform.home import Home, open_home
from registry.platform.postgres import stop_cluster
from registry.platform.postgres_home import cluster_home
from registry.platform.settings import Settings
from registry.rooms import assemble

REPORTED = 80
"""Datasets of the service a report is issued on."""
QUIET, IDLE, AT_MOST = 4, 0.1, 600.0
"""A server is at rest once it took less than IDLE seconds of processor in each of QUIET seconds; waited for at most."""

_DATASET = (
    "organisation_id", "version", "identifier", "title", "title_sort", "description", "keywords", "themes",
    "publisher_name", "languages", "access_rights", "frequency", "issued", "modified", "licence", "personal_data",
    "nature", "stage", "annulled",
)  # fmt: skip
_DISTRIBUTION = (
    "organisation_id", "version", "dataset_id", "identifier", "title", "access_url", "download_url", "format",
    "media_type", "byte_size", "modified", "annulled",
)  # fmt: skip
_TERRITORY = Intercommunality(
    siren="200033579",
    name="Communauté urbaine d’essai",
    legal_form="Communauté urbaine",
    total=111_820,
    municipal=109_000,
    communes=tuple(
        Commune(siren, insee, f"Commune {insee}", 4_000, 3_900)
        for siren, insee in (("216200410", "62041"), ("216200139", "62013"), ("216200402", "62040"))
    ),
    source="essai",
)


@dataclass(frozen=True)
class Ground:
    """An opened registry, who asks, and where its datasets are."""

    settings: Settings
    info: dict[str, Any]
    owners: tuple[int, ...]
    reported: int
    importing: tuple[int, ...]
    session_token: str
    api_token: str

    @property
    def root(self) -> Path:
        """Its folder."""
        return self.settings.root


@contextmanager
def opened_ground(port: int) -> Iterator[Ground]:
    """A registry of its own, gone at the end whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="beffroi-bench-"))
    settings = Settings(home=folder / "home", port=port)
    # As once installed: where Python keeps no bytecode, a start would measure the compiling of every source.
    compileall.compile_dir(Path(registry.__file__).parent, quiet=1)
    try:
        yield _open(settings)
    finally:
        stop_cluster(settings.root)
        # As root, the cluster lives beside those of other homes, not in this one.
        shutil.rmtree(cluster_home(settings.root).base, ignore_errors=True)
        for child in psutil.Process().children(recursive=True):
            child.terminate()
        shutil.rmtree(folder, ignore_errors=True)


def _open(settings: Settings) -> Ground:
    info = {**assemble(), "time_zone": PARIS, "today": lambda: today(PARIS)}
    with open_home(settings, create=True) as home, transaction(home.owner, Acting("cli:bench"), **info) as session:
        authority = open_registry(session, _TERRITORY, time_zone=PARIS)
        services = [
            add_service(session, authority, ServiceForm(name=f"Direction {theme}")) for theme in catalogue.THEMES
        ]
        session.flush()
        communes = [body.id for body in find_organisations(session, below=authority.id) if body.name.startswith("Com")]
        who = PersonForm(name="Référent données", email="referent@essai.invalid")
        account, link = invite_account(session, authority.id, who, role=Role.STEWARD, on=authority.id)
        use_link(session, link, "une phrase de passe assez longue", request_id="bench")
        token = open_session(session, account.id, address="127.0.0.1", browser="bench")
        day = info["today"]()
        form = TokenForm(name="bench", scope=TokenScope.WRITE, expires_on=day + timedelta(days=30))
        _kept, secret = make_token(session, account.id, authority.id, form, today=day)
        owners = (authority.id, *(service.id for service in services[1:]))
        reported, importing = services[0].id, tuple(communes)
    return Ground(settings, info, owners, reported, importing, token, secret)


def fill(ground: Ground, home: Home, numbers: range) -> tuple[float, float]:
    """Datasets and their distributions by COPY, the ledger's trigger on; then the same rows bare. Seconds of each."""
    sheets = [_sheet_row(ground, number) for number in numbers]
    with psycopg.connect(home.urls.owner) as connection:
        connection.execute("SELECT set_config('beffroi.actor', 'job:bench', true)")
        began = time.perf_counter()
        _write(connection, "dataset", _DATASET, sheets)
        known: dict[str, int] = dict(connection.execute("SELECT identifier, id FROM dataset").fetchall())
        files = [row for number, row in zip(numbers, sheets, strict=True) for row in _file_rows(number, row, known)]
        _write(connection, "distribution", _DISTRIBUTION, files)
        connection.commit()
        kept = time.perf_counter() - began
    with psycopg.connect(home.urls.owner) as connection:
        connection.execute("CREATE TABLE bare_dataset (LIKE dataset INCLUDING ALL)")
        connection.execute("CREATE TABLE bare_distribution (LIKE distribution INCLUDING ALL)")
        began = time.perf_counter()
        _copy(connection, "bare_dataset", _DATASET, sheets)
        _copy(connection, "bare_distribution", _DISTRIBUTION, files)
        bare = time.perf_counter() - began
        connection.rollback()
    with psycopg.connect(home.urls.owner, autocommit=True) as connection:
        connection.execute("ANALYZE")
    return kept, bare


def _write(
    connection: psycopg.Connection[Any], table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]
) -> None:
    """PostgreSQL refuses COPY into a table with row-level security: the rows come by a table beside."""
    names = ", ".join(columns)
    connection.execute(f"CREATE TEMP TABLE coming_{table} ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA")
    _copy(connection, f"coming_{table}", columns, rows)
    connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM coming_{table}")


def _copy(
    connection: psycopg.Connection[Any], table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]
) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _sheet_row(ground: Ground, number: int) -> tuple[Any, ...]:
    said = catalogue.sheet(number)
    owner = ground.reported if number < REPORTED else ground.owners[number % len(ground.owners)]
    return (
        owner, 1, said["identifier"], said["title"], sort_key(said["title"]), said["description"], said["keywords"],
        ["ENVI"], said["publisher"], ["fr"], "public", "QUARTERLY" if said["with_frequency"] else None,
        said["issued"], said["modified"], "etalab-2.0" if said["with_licence"] else None,
        "none" if number % 4 else None, "other", "identified", False,
    )  # fmt: skip


def _file_rows(number: int, sheet: tuple[Any, ...], known: dict[str, int]) -> list[tuple[Any, ...]]:
    return [
        (
            sheet[0], 1, known[sheet[2]], file["identifier"], file["title"], file["access_url"], file["download_url"],
            file["format"].upper(), file["media_type"], file["byte_size"], sheet[12], False,
        )
        for file in catalogue.distributions(number)
    ]  # fmt: skip


@contextmanager
def serving(
    command: list[str], port: int, environment: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A server until the block ends, with the seconds from its start to its first answer."""
    began = time.perf_counter()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=quiet, stderr=quiet)
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - began > 60:
                raise RuntimeError(f"no answer from {command}")
            time.sleep(0.02)
        yield process, time.perf_counter() - began
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def registry_command(ground: Ground, workers: int) -> list[str]:
    """What serves the registry."""
    return [
        sys.executable, "-P", "-m", "registry", "--home", str(ground.root),
        "serve", "--port", str(ground.settings.port), "--workers", str(workers),
    ]  # fmt: skip


def hello_command(port: int, workers: int) -> list[str]:
    """What serves the ceiling, by the same server under the same options."""
    return [
        sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--host", "127.0.0.1",
        "--port", str(port), "--workers", str(workers), "--no-ws", "--http", "1", "--no-log", "hello:create",
    ]  # fmt: skip


def settled(process: subprocess.Popen[bytes]) -> float:
    """Waits until the web's companions (worker, indexer) have done what a start asks of them; how long it took.

    They index and judge everything after the first answer: of a large registry that takes minutes, and pages measured
    meanwhile would be measured beside it. Units: seconds.
    """
    began, quiet, spent = time.perf_counter(), 0, _companions_time(process)
    while quiet < QUIET and time.perf_counter() - began < AT_MOST:
        time.sleep(1)
        before, spent = spent, _companions_time(process)
        quiet = quiet + 1 if spent - before < IDLE else 0
    return time.perf_counter() - began


def _companions_time(process: subprocess.Popen[bytes]) -> float:
    found = 0.0
    for child in psutil.Process(process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            found += sum(child.cpu_times()[:2])
    return found


def web_memory(process: subprocess.Popen[bytes]) -> int:
    """The resident memory of the largest web process below the supervisor. Units: bytes."""
    web = [
        child.memory_info().rss
        for child in psutil.Process(process.pid).children(recursive=True)
        if any("granian" in " ".join(one.cmdline()) for one in (child, *child.parents()[:1]))
    ]
    return max(web)


def server_process(ground: Ground) -> psutil.Process:
    """The PostgreSQL of the ground, as the file it keeps beside its data names it."""
    named = next(iter(cluster_home(ground.root).base.rglob("postmaster.pid")))
    return psutil.Process(int(named.read_text().split()[0]))


def server_time(server: psutil.Process) -> float:
    """The processor time of a PostgreSQL and of all its sessions, ended or not. Units: seconds."""
    times = server.cpu_times()
    ended = times.user + times.system + times.children_user + times.children_system
    return float(ended + sum(sum(child.cpu_times()[:2]) for child in server.children(recursive=True)))
