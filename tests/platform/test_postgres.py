"""The embedded PostgreSQL, on real clusters: as root, as another account, in odd places, after crashes."""

import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from registry.kernel.errors import NotFound, Unavailable
from registry.platform import postgres_home, postgres_server
from registry.platform.postgres import (
    Cluster,
    State,
    bin_path,
    cluster_state,
    hold_cluster,
    is_running,
    open_cluster,
    stop_cluster,
    superuser_url,
    system_postgres,
    temporary_cluster,
)
from registry.platform.postgres_binaries import embedded_bin, major_of

MAJOR = 16
ROOT = Path(__file__).resolve().parents[2]
AS_ROOT = os.geteuid() == 0

# A whole life under whatever account and environment runs it; what it prints is what is judged.
LIFE = """
import json, sys
from pathlib import Path
import psycopg
from registry.platform.postgres import cluster_state, open_cluster, stop_cluster, superuser_url
home = Path(sys.argv[1])
cluster = open_cluster(home, major=16, create=True, durable=False)
with psycopg.connect(superuser_url(cluster)) as connection:
    told = connection.execute(
        "SELECT current_setting('server_encoding'), datcollate, current_setting('timezone') "
        "FROM pg_database WHERE datname = 'postgres'").fetchone()
owner = cluster.data.stat().st_uid
states = [str(cluster_state(home))]
stop_cluster(home)
states.append(str(cluster_state(home)))
print(json.dumps({"told": told, "states": states, "owner": owner, "data": str(cluster.data),
    "socket": str(cluster.socket_dir)}))
"""


def forget(home: Path) -> None:
    """Takes away what a test left of a home: under root it stands elsewhere than in the test's folder."""
    place = postgres_home.cluster_home(home)
    stop_cluster(home)
    for folder in place.base.parent.glob(f"{place.base.name}*"):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "home"
    yield folder
    forget(folder)


@pytest.fixture
def folder_of_nobody() -> Iterator[Path]:
    """A folder of another account's, on a path it may follow: pytest's own is closed to it."""
    nobody = pwd.getpwnam("nobody").pw_uid
    with tempfile.TemporaryDirectory(prefix="beffroi-") as name:
        os.chown(name, nobody, nobody)
        yield Path(name)


def start(home: Path, *, create: bool = True) -> Cluster:
    return open_cluster(home, major=MAJOR, create=create, durable=False)


def ask(cluster: Cluster, question: str) -> object:
    with psycopg.connect(superuser_url(cluster), autocommit=True) as connection:
        answer = connection.execute(question)
        row = answer.fetchone() if answer.description else None
        return row[0] if row else None


def postmaster_of(cluster: Cluster) -> int:
    found = postgres_server.find_postmaster(cluster.data)
    assert found is not None
    return found.process


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def live_elsewhere(home: Path, *, account: int | None = None, **environment: str) -> dict[str, object]:
    """Runs `LIFE` in a process of its own, as the given account."""
    # The interpreter of a virtual environment may stand in a home closed to other accounts.
    python = sys.executable
    if account is not None:
        python = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    process = {} if account is None else {"user": account, "group": account, "extra_groups": []}
    probe = subprocess.run(
        [python, "-c", "import registry.platform.postgres"],
        env={"PYTHONPATH": f"{ROOT}:{packages}"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        **process,
    )
    if probe.returncode != 0 and account is not None:
        pytest.skip(f"another account cannot read this checkout: {probe.stderr.strip().splitlines()[-1]}")
    done = subprocess.run(
        [python, "-c", LIFE, str(home)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{packages}", **environment},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **process,
    )
    assert done.returncode == 0, done.stderr
    life: dict[str, object] = json.loads(done.stdout)
    assert life["told"] == ["UTF8", "C.UTF-8", "UTC"]
    assert life["states"] == ["running", "stopped"]
    return life


def test_a_second_opening_finds_the_server_the_first_one_started(home: Path) -> None:
    cluster = start(home)
    again = start(home, create=False)
    assert again == cluster
    assert ask(again, "SELECT current_setting('server_version_num')::int / 10000") == MAJOR
    assert cluster_state(home) is State.RUNNING


def test_a_stop_and_a_restart_keep_the_data(home: Path) -> None:
    ask(start(home), "CREATE TABLE kept AS SELECT 42 AS number")
    assert stop_cluster(home) is True
    assert cluster_state(home) is State.STOPPED
    assert not is_running(home)
    assert stop_cluster(home) is False
    assert ask(start(home, create=False), "SELECT number FROM kept") == 42


def test_a_home_without_registry_is_refused_and_stays_empty(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Aucun registre ici : beffroi init"):
        start(tmp_path / "nothing", create=False)
    with pytest.raises(NotFound), hold_cluster(tmp_path, major=MAJOR):
        pass
    assert cluster_state(tmp_path) is State.ABSENT
    assert stop_cluster(tmp_path) is False
    assert list(tmp_path.iterdir()) == []


def test_a_killed_server_loses_nothing_acknowledged(home: Path) -> None:
    cluster = open_cluster(home, major=MAJOR, create=True)
    ask(cluster, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
    first_seen = postgres_server.find_postmaster(cluster.data)
    assert first_seen is not None
    first = first_seen.process
    with psycopg.connect(superuser_url(cluster)) as connection:
        # A server process at work outlives its postmaster for a while: the next start must wait for it.
        busy = threading.Thread(target=lambda: _until_cut(connection))
        busy.start()
        time.sleep(0.1)
        os.kill(first, signal.SIGKILL)
        postgres_server.wait_until_gone(cluster.data, first_seen)
        cluster = open_cluster(home, major=MAJOR, create=False)
        busy.join()
    assert postmaster_of(cluster) != first
    assert ask(cluster, "SELECT count(*) FROM kept") == 1000


def _until_cut(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT pg_sleep(1), count(*) FROM generate_series(1, 10000000)")


def test_a_file_that_names_somebody_elses_process_does_not_stop_a_start(home: Path) -> None:
    cluster = start(home)
    left = (cluster.data / "postmaster.pid").read_text("utf-8")
    stop_cluster(home)
    cluster.socket_dir.mkdir(mode=0o700, exist_ok=True)
    other = subprocess.Popen(["sleep", "60"])
    try:
        lines = [str(other.pid), *left.splitlines()[1:]]
        (cluster.data / "postmaster.pid").write_text("\n".join(lines) + "\n", "utf-8")
        (cluster.socket_dir / ".s.PGSQL.5432.lock").write_text("\n".join(lines) + "\n", "utf-8")
        assert cluster_state(home) is State.STOPPED
        assert ask(start(home, create=False), "SELECT 1") == 1
    finally:
        other.kill()
        other.wait()


def test_a_recovery_in_progress_is_waited_for_and_silence_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = start(home)
    ask(cluster, "CREATE TABLE kept AS SELECT 7 AS number")
    stop_cluster(home)
    with (cluster.data / "postgresql.conf").open("a") as settings:
        settings.write("restore_command = 'sleep 1; false'\n")
    (cluster.data / "recovery.signal").touch()
    shutil.chown(cluster.data / "recovery.signal", cluster.data.stat().st_uid)
    with monkeypatch.context() as hurried:
        hurried.setattr(postgres_server, "SILENCE_ALLOWED", 0.3)
        with pytest.raises(Unavailable, match="démarre encore"):
            start(home, create=False)
    assert cluster_state(home) is State.STARTING
    assert ask(start(home, create=False), "SELECT number FROM kept") == 7


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    cluster = start(home)
    stop_cluster(home)
    with (cluster.data / "postgresql.conf").open("a") as settings:
        settings.write("max_connections = 'beaucoup'\n")
    with pytest.raises(Unavailable, match=r"n’a pas démarré : .*errors.*journal"):
        start(home, create=False)


def test_two_homes_share_nothing(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    try:
        first, second = start(home), start(other)
        assert first.data != second.data
        assert first.socket_dir != second.socket_dir
        assert first.password_file.read_text() != second.password_file.read_text()
        ask(first, "CREATE TABLE mine ()")
        assert ask(second, "SELECT to_regclass('mine')") is None
        stop_cluster(home)
        assert is_running(other)
    finally:
        forget(other)


def test_only_the_owner_may_enter_and_a_password_is_asked(home: Path) -> None:
    before = os.umask(0o000)
    try:
        cluster = start(home)
    finally:
        os.umask(before)
    place = postgres_home.cluster_home(home)
    for folder in (home, home / "secrets", home / "postgres", place.data, place.log, place.run):
        assert mode(folder) == 0o700, folder
    assert mode(cluster.password_file) == 0o600
    assert mode(cluster.socket_dir / ".s.PGSQL.5432") == 0o700
    assert sorted(home.rglob("password")) == []
    nobody_knows = urlsplit(superuser_url(cluster))._replace(netloc="postgres:guess@").geturl()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(nobody_knows)
    assert ask(cluster, "SELECT current_setting('listen_addresses')") == ""


def test_secrets_opened_wider_are_closed_again(home: Path) -> None:
    cluster = start(home)
    cluster.password_file.chmod(0o644)
    cluster.password_file.parent.chmod(0o755)
    start(home)
    assert mode(cluster.password_file) == 0o600
    assert mode(cluster.password_file.parent) == 0o700


def test_a_lost_password_is_said_and_nothing_is_started(home: Path) -> None:
    cluster = start(home)
    stop_cluster(home)
    cluster.password_file.unlink()
    with pytest.raises(Unavailable, match=r"mot de passe.*postgres-password.*sauvegarde"):
        start(home)
    assert cluster_state(home) is State.STOPPED


def test_data_of_another_major_version_are_refused_untouched(home: Path) -> None:
    cluster = start(home)
    stop_cluster(home)
    before = {path: path.stat().st_mtime_ns for path in cluster.data.rglob("*")}
    with pytest.raises(Unavailable, match="PostgreSQL 16, non 18 : donnez à BEFFROI_POSTGRES_MAJOR la valeur 16"):
        open_cluster(home, major=18, create=True)
    (cluster.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(Unavailable, match="PostgreSQL 14, non 16 : remettez la version"):
        start(home)
    (cluster.data / "PG_VERSION").write_text("16\n")
    after = {path: path.stat().st_mtime_ns for path in cluster.data.rglob("*")}
    assert before.keys() == after.keys()
    assert {path for path in before if before[path] != after[path]} == {cluster.data / "PG_VERSION"}


def test_a_major_version_that_is_not_embedded_is_refused(home: Path) -> None:
    with pytest.raises(Unavailable, match="PostgreSQL 12 n’est pas embarqué"):
        open_cluster(home, major=12, create=True)


def test_a_half_made_cluster_is_never_taken_for_a_registry(home: Path) -> None:
    place = postgres_home.cluster_home(home)
    (place.base / "data.new").mkdir(parents=True)
    (place.base / "data.new" / "PG_VERSION").write_text("16\n")
    assert cluster_state(home) is State.ABSENT
    assert ask(start(home), "SELECT 1") == 1
    assert not (place.base / "data.new").exists()


@pytest.mark.skipif(not AS_ROOT, reason="only root's data stand outside the home")
def test_root_under_a_closed_home_opens_nothing_wider(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "home"
    home.mkdir(mode=0o700)
    above = {folder: mode(folder) for folder in (home, *home.parents)}
    try:
        cluster = start(home)
        assert {folder: mode(folder) for folder in above} == above
        assert cluster.data.parent.parent == Path("/var/lib/beffroi")
        assert cluster.data.parent.name == postgres_home.key_of(home.resolve())
        assert pwd.getpwuid(cluster.data.stat().st_uid).pw_name == "beffroi"
        assert Path(f"/proc/{postmaster_of(cluster)}").stat().st_uid == cluster.data.stat().st_uid
        assert {path.name for path in home.iterdir()} == {"secrets", "postgres"}
        programs = cluster.data.parent / "server"
        assert all(path.lstat().st_uid == 0 for path in programs.rglob("*"))
    finally:
        forget(home)


@pytest.mark.skipif(not AS_ROOT, reason="only root's data stand outside the home")
def test_a_removed_home_starts_afresh_and_its_data_are_set_aside(home: Path) -> None:
    first = postmaster_of(start(home))
    shutil.rmtree(home)
    assert cluster_state(home) is State.ABSENT
    with pytest.raises(NotFound):
        start(home, create=False)
    cluster = start(home)
    assert postmaster_of(cluster) != first
    assert not Path(f"/proc/{first}/exe").exists()
    kept = [path for path in cluster.data.parent.parent.glob("*.*") if path.name.startswith(cluster.data.parent.name)]
    assert [(path / "data" / "PG_VERSION").read_text() for path in kept] == ["16\n"]
    shutil.rmtree(home)
    assert stop_cluster(home) is True


@pytest.mark.skipif(not AS_ROOT, reason="needs root to act as another account")
def test_an_ordinary_account_keeps_all_in_its_home_and_root_leaves_it_alone(folder_of_nobody: Path) -> None:
    home = folder_of_nobody / "home"
    nobody = folder_of_nobody.stat().st_uid
    life = live_elsewhere(home, account=nobody)
    assert life["owner"] == nobody
    assert life["data"] == str(home / "postgres/data")
    assert life["socket"] == str(home / "postgres/run")
    with pytest.raises(Unavailable, match="appartient au compte nobody : lancez la commande sous ce compte"):
        start(home, create=False)


@pytest.mark.skipif(not AS_ROOT, reason="needs root to act as another account")
def test_an_ordinary_account_in_a_deep_home_takes_a_short_closed_socket_folder(
    folder_of_nobody: Path,
) -> None:
    home = folder_of_nobody / "Élus & services" / ("très-profond-" * 9)
    nobody = folder_of_nobody.stat().st_uid
    socket = folder_of_nobody.parent / f"beffroi-{nobody}-{postgres_home.key_of(home)}"
    try:
        life = live_elsewhere(home, account=nobody)
        assert life["socket"] == str(socket)
        assert not socket.exists(), "the folder goes with the server"
        socket.mkdir(mode=0o700)
        with pytest.raises(AssertionError, match="n’est pas un dossier du compte nobody"):
            live_elsewhere(home, account=nobody)
    finally:
        shutil.rmtree(socket, ignore_errors=True)


@pytest.mark.skipif(not AS_ROOT, reason="needs root to act as another account")
def test_a_home_of_roots_is_refused_to_others_in_one_sentence(home: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    start(home)
    with pytest.raises(AssertionError, match="Ce compte n’a pas accès à"):
        live_elsewhere(home, account=nobody)


def test_a_locale_that_is_not_generated_and_variables_of_libpq_change_nothing(home: Path) -> None:
    live_elsewhere(
        home,
        LC_ALL="fr_FR.UTF-8",
        LANG="fr_FR.UTF-8",
        TZ="America/Cayenne",
        PGDATA="/nowhere",
        PGHOST="nowhere.invalid",
        PGPORT="1",
    )


@pytest.mark.parametrize(
    "name",
    ["Registre de l’été « 100 % »", "d" * 60 + "/" + "e" * 60, 'quote"dollar$back\\slash;comma,'],
    ids=["spaces and accents", "deeper than a socket's path", "signs of the shell"],
)
def test_a_home_may_stand_anywhere(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    try:
        assert ask(start(home), "SELECT 1") == 1
        assert stop_cluster(home)
    finally:
        forget(home)


def test_two_processes_that_open_one_home_at_once_get_one_server(home: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from registry.platform.postgres import open_cluster\n"
        "from registry.platform.postgres_server import find_postmaster\n"
        "cluster = open_cluster(Path(sys.argv[1]), major=16, create=True, durable=False)\n"
        "print(find_postmaster(cluster.data).process)"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(home)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    answers = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, answers
    assert len({answer for answer, _error in answers}) == 1
    assert is_running(home)


def test_a_one_off_command_stops_only_what_it_started(home: Path) -> None:
    with hold_cluster(home, major=MAJOR, create=True) as cluster:
        assert ask(cluster, "SELECT 1") == 1
    assert cluster_state(home) is State.STOPPED
    start(home)
    with hold_cluster(home, major=MAJOR):
        pass
    assert cluster_state(home) is State.RUNNING


def test_a_one_off_command_leaves_the_server_to_somebody_who_is_connected(home: Path) -> None:
    with hold_cluster(home, major=MAJOR, create=True) as cluster:
        stranger = psycopg.connect(superuser_url(cluster), application_name="psql")
    assert stranger.execute("SELECT 1").fetchone() == (1,)
    stranger.close()
    with hold_cluster(home, major=MAJOR):
        pass
    assert cluster_state(home) is State.STOPPED, "the next command to leave stops it instead"


def test_the_last_to_leave_stops_what_the_first_one_started(home: Path) -> None:
    first = hold_cluster(home, major=MAJOR, create=True)
    first.__enter__()
    with hold_cluster(home, major=MAJOR):
        first.__exit__(None, None, None)
        assert cluster_state(home) is State.RUNNING
    assert cluster_state(home) is State.STOPPED


def test_the_last_serve_stops_a_server_it_did_not_start(home: Path) -> None:
    start(home)
    first = hold_cluster(home, major=MAJOR, serving=True)
    first.__enter__()
    with hold_cluster(home, major=MAJOR, serving=True):
        pass
    assert cluster_state(home) is State.RUNNING, "another serve is still at work"
    first.__exit__(None, None, None)
    assert cluster_state(home) is State.STOPPED


def test_a_command_that_fails_still_leaves_the_server_as_it_found_it(home: Path) -> None:
    with pytest.raises(RuntimeError), hold_cluster(home, major=MAJOR, create=True):
        raise RuntimeError
    assert cluster_state(home) is State.STOPPED


def test_a_detached_server_survives_the_command_and_its_terminal(home: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from registry.platform.postgres import open_cluster\n"
        "open_cluster(Path(sys.argv[1]), major=16, create=True, durable=False); sys.stdin.read()"
    )
    command = subprocess.Popen(
        [sys.executable, "-c", script, str(home)], cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True
    )
    until = time.monotonic() + 60
    while not is_running(home) and time.monotonic() < until:
        time.sleep(0.05)
    os.killpg(command.pid, signal.SIGINT)
    os.killpg(command.pid, signal.SIGHUP)
    os.killpg(command.pid, signal.SIGKILL)
    command.wait()
    assert ask(start(home, create=False), "SELECT 1") == 1


def test_a_temporary_cluster_goes_with_the_process_that_asked_for_it(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from registry.platform.postgres import temporary_cluster\n"
        "with temporary_cluster(None, Path(sys.argv[1])) as cluster:\n"
        "    print(cluster.data, flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "home")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    data = Path(process.stdout.readline().strip())
    found = postgres_server.find_postmaster(data)
    assert found is not None
    process.kill()
    process.wait()
    until = time.monotonic() + 30
    while (data.parent.exists() or Path(f"/proc/{found.process}/exe").exists()) and time.monotonic() < until:
        time.sleep(0.05)
    assert not data.parent.exists()
    assert postgres_server.find_postmaster(data) is None


@pytest.mark.parametrize("major", [16, 18])
def test_a_temporary_cluster_of_each_embedded_version_dumps_with_its_own_tools(tmp_path: Path, major: int) -> None:
    with temporary_cluster(None, tmp_path / "home", major=major) as cluster:
        ask(cluster, "CREATE TABLE dumped AS SELECT 'été' AS word")
        dump = subprocess.run(
            [bin_path(cluster, "pg_dump"), "--table=dumped", superuser_url(cluster)],
            capture_output=True,
            check=True,
        )
        assert cluster.major == major
        assert "été" in dump.stdout.decode("utf-8")
        for name in ("pg_restore", "psql"):
            assert bin_path(cluster, name).is_file()
        with pytest.raises(Unavailable, match="Le programme oracle de PostgreSQL manque"):
            bin_path(cluster, "oracle")


@pytest.mark.skipif(system_postgres() is None, reason="no PostgreSQL 15 or newer on this machine")
def test_a_temporary_cluster_runs_on_the_machines_own_postgresql(tmp_path: Path) -> None:
    programs = system_postgres()
    assert programs is not None
    with temporary_cluster(programs, tmp_path / "home") as cluster:
        assert cluster.bin_dir == programs
        assert ask(cluster, "SHOW server_version_num")[:2] == str(major_of(programs))  # type: ignore[index]
        assert ask(cluster, "SHOW fsync") == "off"


def test_the_machines_newest_postgresql_is_taken_and_old_or_broken_ones_left(tmp_path: Path) -> None:
    for folder, answer in (("14", "14.1"), ("17", "17.2"), ("15", "15.9"), ("99", "")):
        programs = tmp_path / "usr/lib/postgresql" / folder / "bin"
        programs.mkdir(parents=True)
        (programs / "initdb").touch()
        (programs / "postgres").write_text(f'#!/bin/sh\necho "postgres (PostgreSQL) {answer}"\n')
        (programs / "postgres").chmod(0o755)
    assert system_postgres(tmp_path) == tmp_path / "usr/lib/postgresql/17/bin"
    assert system_postgres(tmp_path / "nowhere") is None


def test_each_embedded_version_is_the_one_it_says() -> None:
    assert {major: major_of(embedded_bin(major)) for major in (16, 18)} == {16: 16, 18: 18}
