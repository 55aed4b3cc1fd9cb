"""T-01: whatever is killed, and whenever, what was acknowledged is there afterwards and the ledger is whole."""

import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from time import monotonic, sleep
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import text

from registry.accounts.forms import TokenForm
from registry.accounts.service import invite_account, make_token, use_link
from registry.accounts.vocabulary import TokenScope
from registry.kernel.permissions import Role
from registry.ledger.service import seal
from registry.ledger.verification import verify_ledger
from registry.organisations.forms import PersonForm
from registry.organisations.service import open_registry
from registry.organisations.territory import Commune, Intercommunality
from registry.platform.clock import today
from registry.platform.database import Acting, transaction
from registry.platform.home import Home, open_home
from registry.platform.postgres import stop_cluster
from registry.platform.postgres_home import cluster_home
from registry.platform.postgres_server import find_postmaster
from registry.platform.schema import code_revision
from registry.platform.settings import Settings
from registry.rooms import assemble

pytestmark = [pytest.mark.database, pytest.mark.slow]

PORT = 8765
ADDRESS = f"http://127.0.0.1:{PORT}"
ROUNDS = 5
CLIENTS = 6
PATIENCE = 90
"""Seconds after which something that must come is said to be missing."""
TERRITORY = Intercommunality(
    siren="200000008",
    name="Communauté d’essai",
    legal_form="Communauté de communes",
    total=3_000,
    municipal=2_900,
    communes=(Commune("210000016", "99001", "Commune haute", 2_000, 1_950),),
    source="essai",
)


@dataclass
class Acknowledged:
    """What the server said was done: for each dataset, its last acknowledged version and title."""

    known: dict[int, tuple[int, str]] = field(default_factory=dict)
    asked: dict[int, str] = field(default_factory=dict)
    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, number: int, version: int, title: str) -> None:
        """Keeps one acknowledged write."""
        with self.lock:
            self.known[number] = (version, title)
            self.count += 1


@dataclass(frozen=True)
class Registry:
    """A registry of its own home, and a key that may write in it."""

    root: Path
    authority: int
    token: str

    @property
    def settings(self) -> Settings:
        """Those of this home."""
        return Settings(home=self.root, port=PORT)

    def call(self, method: str, path: str, body: dict[str, Any], version: int | None = None) -> dict[str, Any]:
        """One request to the API; raises unless it was acknowledged."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        answer = httpx.request(method, ADDRESS + path, json=body, headers=headers, timeout=20)
        said: dict[str, Any] = answer.raise_for_status().json()
        return said


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """An opened registry in a home of its own, with its own PostgreSQL, durable as in production."""
    root = tmp_path_factory.mktemp("crash") / "home"
    with open_home(Settings(home=root), create=True) as home:
        info = {**assemble(), "time_zone": "Europe/Paris", "today": today}
        with transaction(home.owner, Acting("cli:essai"), **info) as session:
            authority = open_registry(session, TERRITORY, time_zone="Europe/Paris")
            person = PersonForm(name="Référent données", email="referent@essai.invalid")
            account, link = invite_account(session, authority.id, person, role=Role.STEWARD, on=authority.id)
        with transaction(home.jobs, Acting("cli:essai"), **info) as session:
            use_link(session, link, "une phrase de passe assez longue", request_id="essai")
            form = TokenForm(name="essai", scope=TokenScope.WRITE, expires_on=today() + timedelta(days=30))
            _kept, token = make_token(session, account.id, authority.id, form, today=today())
    yield Registry(root, authority.id, token)
    stop_cluster(root)
    base = cluster_home(root).base
    if base.parent != root:
        shutil.rmtree(base, ignore_errors=True)


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < deadline, f"{what}: still waiting after {PATIENCE} s"
        sleep(0.05)


def _answers() -> bool:
    try:
        return httpx.get(f"{ADDRESS}/health", timeout=5).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture
def serving(registry: Registry) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    """Starts `beffroi serve`, and waits until it answers."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        with (registry.root.parent / "serve.log").open("ab") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "registry", "--home", registry.root, "serve", "--port", str(PORT)],
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        started.append(process)
        _until(lambda: _answers() or process.poll() is not None, "the server's first answer")
        assert process.poll() is None, (registry.root.parent / "serve.log").read_text("utf-8")[-2000:]
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


def _write_on(registry: Registry, name: str, done: Acknowledged) -> None:
    """Records sheets and amends them, until the server no longer answers."""
    turn = 0
    try:
        while True:
            turn += 1
            title = f"{name} {turn}"
            body = {"organisation_id": registry.authority, "identifier": title, "title": title}
            made = registry.call("POST", "/api/v1/datasets", body)
            number, version = made["id"], made["version"]
            done.note(number, version, title)
            for step in range(2):
                title = f"{name} {turn}.{step}"
                done.asked[number] = title
                version = registry.call("PATCH", f"/api/v1/datasets/{number}", {"title": title}, version)["version"]
                done.note(number, version, title)
    except (httpx.HTTPError, ValueError):
        return


def _write_until_killed(registry: Registry, name: str, kill: Callable[[], object]) -> Acknowledged:
    done = Acknowledged()
    clients = [
        threading.Thread(target=_write_on, args=(registry, f"{name} {number}", done)) for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    enough = random.Random(name).randint(20, 60)  # noqa: S311 - a repeatable moment, no secret.
    _until(lambda: done.count >= enough or not any(client.is_alive() for client in clients), "acknowledged writes")
    kill()
    for client in clients:
        client.join(PATIENCE)
    assert done.count >= enough, "the clients stopped by themselves"
    return done


def _lost(home: Home, done: Acknowledged) -> list[str]:
    """The acknowledged writes that the database no longer holds."""
    with home.owner.connect() as connection:
        held = {
            row.id: (row.version, row.title)
            for row in connection.execute(
                text("SELECT id, version, title FROM dataset WHERE id = ANY (:ids)"), {"ids": list(done.known)}
            )
        }
    lost = []
    for number, (version, title) in done.known.items():
        found = held.get(number)
        # A write that was asked for and not acknowledged may have been done, or not.
        if found is None or found[0] < version or (found[1] != title and found[1] != done.asked.get(number)):
            lost.append(f"{number}: acknowledged {version} « {title} », found {found}")
    return lost


def _check(registry: Registry, done: Acknowledged) -> None:
    with open_home(registry.settings) as home:
        assert _lost(home, done) == []
        with transaction(home.jobs, Acting("sealer")) as session:
            seal(session)
        with transaction(home.jobs, Acting("cli:essai")) as session:
            found = verify_ledger(session)
            assert found.defects == []
            assert found.unsealed == 0
            distributed = session.execute(
                text(
                    "SELECT count(*) FROM dataset d WHERE NOT EXISTS ("
                    " SELECT FROM finding f WHERE f.subject_kind = 'dataset' AND f.subject_id = d.id)"
                )
            ).scalar_one()
            assert distributed == 0, "a sheet without its findings is half a change"


def _family(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def _gone(family: list[psutil.Process]) -> bool:
    return not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family)


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(registry, serving):
    total = 0
    for turn in range(ROUNDS):
        process = serving()
        family = [one for one in _family(process) if "postgres" not in one.name()]
        done = _write_until_killed(registry, f"serveur {turn}", process.kill)
        process.wait()
        _until(lambda family=family: _gone(family), "the end of the children of a killed server")
        _check(registry, done)
        total += done.count
    print(f"T-01 server: {ROUNDS} rounds, {total} acknowledged writes, 0 lost")


def test_nothing_acknowledged_is_lost_when_postgresql_is_killed_and_the_supervisor_brings_it_back(registry, serving):
    total = 0
    process = serving()
    for turn in range(ROUNDS):
        postmaster = find_postmaster(cluster_home(registry.root).data)
        assert postmaster is not None
        server = psutil.Process(postmaster.process)
        backends = server.children(recursive=True)
        done = _write_until_killed(registry, f"base {turn}", server.kill)
        _until(lambda backends=backends: _gone(backends), "the end of the backends of a killed PostgreSQL")
        _until(_answers, "PostgreSQL started again by the supervisor")
        assert process.poll() is None
        _check(registry, done)
        total += done.count
    print(f"T-01 PostgreSQL: {ROUNDS} rounds, {total} acknowledged writes, 0 lost")


_STEP = """
from alembic import op

revision = "{name}"
down_revision = "{after}"
branch_labels = depends_on = None


def upgrade():
    op.execute("SELECT set_config('beffroi.actor', 'migration:{name}', true)")
    op.execute("ALTER TABLE dataset ADD COLUMN {name} text")
    op.execute("UPDATE dataset SET {name} = 'rempli'")
    op.execute("ALTER TABLE dataset ALTER COLUMN {name} SET NOT NULL")


def downgrade():
    op.execute("ALTER TABLE dataset DROP COLUMN {name}")
"""

# Runs every migration, and dies without a word before the nth statement of the added one.
_MIGRATE_AND_DIE = """
import os, signal, sys
from alembic import command
from sqlalchemy import create_engine, event
from registry.platform.migrating import alembic_config

url, folder, marked, nth = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
seen = 0

@event.listens_for(engine, "before_cursor_execute")
def count(connection, cursor, statement, parameters, context, many):
    global seen
    seen += bool(seen) or marked in statement
    if seen == nth:
        os.kill(os.getpid(), signal.SIGKILL)

with engine.connect() as connection:
    config = alembic_config(connection)
    ours = config.get_main_option("script_location") + "/versions"
    config.set_main_option("version_locations", os.pathsep.join([ours, folder]))
    command.upgrade(config, "heads")
    connection.commit()
"""


def test_a_migration_that_is_killed_leaves_the_old_schema_or_the_new_with_rows_and_chain(home, tmp_path):
    with transaction(home.owner, Acting("cli:essai")) as session:
        authority = open_registry(session, TERRITORY, time_zone="Europe/Paris").id
        for number in range(200):
            session.execute(
                text(
                    "INSERT INTO dataset (version, organisation_id, identifier, title, title_sort, nature, stage,"
                    " annulled) VALUES (1, :of, :name, :name, :name, 'other', 'identified', false)"
                ),
                {"of": authority, "name": f"jeu {number}"},
            )
    program = tmp_path / "migrate.py"
    program.write_text(dedent(_MIGRATE_AND_DIE), "utf-8")
    folder = tmp_path / "steps"
    folder.mkdir()
    (folder / "filled.py").write_text(_STEP.format(name="filled", after=code_revision()), "utf-8")

    def run(nth: int) -> int:
        command = [sys.executable, program, home.urls.owner, folder, "migration:filled", str(nth)]
        return subprocess.run(command, timeout=PATIENCE, check=False).returncode

    def state() -> tuple[str, bool, int, int]:
        with home.owner.connect() as connection:
            revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            column = connection.execute(
                text(
                    "SELECT EXISTS (SELECT FROM information_schema.columns"
                    " WHERE table_name = 'dataset' AND column_name = 'filled')"
                )
            ).scalar_one()
            rows = connection.execute(text("SELECT count(*) FROM dataset")).scalar_one()
            entries = connection.execute(text("SELECT count(*) FROM ledger_entry WHERE verb = 'update'")).scalar_one()
        return revision, column, rows, entries

    def alone() -> bool:
        with home.owner.connect() as connection:
            others = connection.execute(
                text(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'beffroi'"
                )
            ).scalar_one()
        return bool(others == 0)

    before = state()
    assert before == (code_revision(), False, 200, 0)
    for nth in range(1, ROUNDS + 1):
        assert run(nth) == -signal.SIGKILL
        _until(alone, "the end of the killed migration's transaction")
        assert state() == before, f"killed before statement {nth}: neither the old schema nor the new"
        with transaction(home.jobs, Acting("cli:essai")) as session:
            assert verify_ledger(session).defects == []
    assert run(1000) == 0
    assert state() == ("filled", True, 200, 200)
    with transaction(home.jobs, Acting("cli:essai")) as session:
        assert verify_ledger(session).defects == []
