"""One PostgreSQL server as processes and files: made, configured, started, watched."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from registry.kernel.errors import Unavailable
from registry.kernel.words import _
from registry.platform.postgres_home import PORT, ClusterHome, run_as

SUPERUSER = "postgres"

# Units: seconds. A start is given up when PostgreSQL says nothing for so long, not when it takes long.
SILENCE_ALLOWED = 180.0
STOP_ALLOWED = 600.0
LEFTOVERS_ALLOWED = 60.0
_GLANCE = 0.02

# PostgreSQL reads it after its own settings. What its log says every 5 s is how a start shows progress.
_CONFIGURATION = """\
# Written by Beffroi at each start: a change made here is lost. Put yours at the end of postgresql.conf.
listen_addresses = ''
port = {port}
unix_socket_directories = {run}
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 128MB
work_mem = 8MB
maintenance_work_mem = 64MB
max_wal_size = 512MB
wal_compression = on
# After a large import or a first evaluation, pages wait a minute less for plans that know of it.
autovacuum_naptime = 10s
# A file in the data folder, not /dev/shm: a container keeps that small, and the end of a session empties it.
dynamic_shared_memory_type = mmap
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_directory = {log}
log_filename = 'postgresql-%u.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_startup_progress_interval = 5s
# A refusal told in detail quotes the row, and whom it names: this log is kept a week.
log_error_verbosity = terse
fsync = {durable}
synchronous_commit = {durable}
full_page_writes = {durable}
"""

# The shell ends at once, so that the server has no parent among us, and says the number it got.
_DETACHED = 'exec </dev/null; "$1" -D "$2" >"$3" 2>&1 & echo "$!"'


@dataclass(frozen=True)
class Postmaster:
    """The server's first process, as its own file describes it."""

    process: int
    socket_dir: Path
    port: int
    status: str

    @property
    def ready(self) -> bool:
        """Whether it takes connections."""
        return self.status == "ready"

    @property
    def stopping(self) -> bool:
        """Whether it has been told to end."""
        return self.status == "stopping"


def find_postmaster(data: Path) -> Postmaster | None:
    """The running server of this data; None when there is none, whatever a file left behind says."""
    try:
        lines = (data / "postmaster.pid").read_bytes().splitlines()
    except FileNotFoundError:
        return None
    try:
        process, port, run = int(lines[0]), int(lines[3]), Path(os.fsdecode(lines[4]))
        status = lines[7].strip().decode("ascii") if len(lines) > 7 else "starting"
    except (IndexError, ValueError):
        # The file is being written, or was cut off by a crash: in both cases nobody answers yet.
        return None
    if _works_in(process) != data:
        return None
    return Postmaster(process, run, port, status)


def initialise(place: ClusterHome, bin_dir: Path, password: str, *, durable: bool) -> None:
    """Makes an empty cluster beside its place, then moves it there whole: half of one is never found.

    Raises: Unavailable, with PostgreSQL's own reason.
    """
    fresh, secret, account = place.base / "data.new", place.run / "password", place.account()
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    secret.unlink(missing_ok=True)
    with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(password)
    if account is not None:
        for path in (secret, fresh):
            os.chown(path, account.uid, account.gid)
    command: list[str | Path] = [bin_dir / "initdb", "--pgdata", fresh, "--pwfile", secret]
    command += ["--username", SUPERUSER]
    # A registry is kept for years: a page the disk has changed must be noticed.
    command += ["--locale=C.UTF-8", "--encoding=UTF8", "--auth=scram-sha-256", "--data-checksums"]
    try:
        made = subprocess.run(  # noqa: S603 - programs and paths of ours.
            command if durable else [*command, "--no-sync"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            **run_as(account),
        )
    finally:
        secret.unlink(missing_ok=True)
    if made.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        said = made.stderr.splitlines() or [f"initdb: {made.returncode}"]
        reason = next((line for line in said if "error:" in line), said[-1])
        raise Unavailable(_("PostgreSQL n’a pu préparer ses données : {reason}").format(reason=reason.strip()))
    with (fresh / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write("\ninclude 'beffroi.conf'\n")
    fresh.rename(place.data)


def start(place: ClusterHome, bin_dir: Path, *, durable: bool) -> int:
    """Starts the server detached from us, and gives the number of its first process without waiting.

    Raises: Unavailable when processes of a killed server do not end.
    """
    _clear_what_a_crash_left(place)
    _configure(place, durable=durable)
    arguments = [bin_dir / "postgres", place.data, place.log / "start.log"]
    started = subprocess.run(  # noqa: S603 - programs and paths of ours.
        ["/bin/sh", "-c", _DETACHED, "sh", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        check=True,
        **run_as(place.account()),
    )
    return int(started.stdout)


def wait_until_ready(place: ClusterHome, process: int) -> Postmaster:
    """Waits as long as the server makes progress, be it through hours of recovery.

    Raises: Unavailable when it has ended, or has been silent for too long.
    """
    seen, since = -1, time.monotonic()
    while True:
        alive = _is_alive(process)
        postmaster = find_postmaster(place.data)
        if postmaster is not None and postmaster.process == process and postmaster.ready:
            return postmaster
        if not alive:
            raise Unavailable(
                _("PostgreSQL n’a pas démarré : {reason} (journal : {folder})").format(
                    reason=_last_words(place), folder=place.log
                )
            )
        said = sum(log.stat().st_size for log in _logs(place))
        if said != seen:
            seen, since = said, time.monotonic()
        elif time.monotonic() - since > SILENCE_ALLOWED:
            raise Unavailable(
                _(
                    "PostgreSQL démarre encore, sans nouvelle depuis {seconds} s : réessayez (journal : {folder})."
                ).format(seconds=round(SILENCE_ALLOWED), folder=place.log)
            )
        time.sleep(_GLANCE)


def wait_until_gone(data: Path, postmaster: Postmaster) -> None:
    """Waits until a server that was told to end has ended.

    Raises: Unavailable when it takes too long.
    """
    until = time.monotonic() + STOP_ALLOWED
    while _works_in(postmaster.process) == data:
        if time.monotonic() > until:
            raise Unavailable(
                _("PostgreSQL (processus {process}) ne s’arrête pas : réessayez dans un instant.").format(
                    process=postmaster.process
                )
            )
        time.sleep(_GLANCE)


def _configure(place: ClusterHome, *, durable: bool) -> None:
    """Writes the settings of this start, whole or not at all."""
    text = _CONFIGURATION.format(
        port=PORT, run=_quoted(place.run), log=_quoted(place.log), durable="on" if durable else "off"
    )
    fresh, account = place.data / "beffroi.conf.new", place.account()
    fresh.write_bytes(os.fsencode(text))
    fresh.chmod(0o600)
    if account is not None:
        os.chown(fresh, account.uid, account.gid)
    fresh.replace(place.data / "beffroi.conf")


def _quoted(path: Path) -> str:
    text = str(path).replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n")
    return f"'{text}'"


def _clear_what_a_crash_left(place: ClusterHome) -> None:
    """Waits for the processes of a killed server to end, then drops the files that name it.

    PostgreSQL refuses to start when the number in such a file has since been given to another process,
    as happens after the machine has restarted, or belongs to one that has ended and was not yet seen to.
    No process works in the folder: the files are stale.
    """
    until = time.monotonic() + LEFTOVERS_ALLOWED
    while left := list(_processes_in(place.data)):
        if time.monotonic() > until:
            raise Unavailable(
                _("Des processus d’un PostgreSQL interrompu ne s’arrêtent pas ({processes}) : réessayez.").format(
                    processes=", ".join(str(process) for process in left)
                )
            )
        time.sleep(_GLANCE)
    socket = place.run / f".s.PGSQL.{PORT}"
    for stale in (place.data / "postmaster.pid", socket, socket.with_name(f"{socket.name}.lock")):
        stale.unlink(missing_ok=True)


def _works_in(process: int) -> Path | None:
    """The folder a process works in: for every process of PostgreSQL, its data."""
    try:
        return Path(f"/proc/{process}/cwd").readlink()
    except OSError:
        return None


def _processes_in(data: Path) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _works_in(int(entry.name)) == data:
            yield int(entry.name)


def _is_alive(process: int) -> bool:
    """Whether a process still runs; one that has ended and waits for its parent does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] not in ("Z", "X")


def _logs(place: ClusterHome) -> list[Path]:
    return sorted(place.log.glob("*.log"), key=lambda log: log.stat().st_mtime)


def _last_words(place: ClusterHome) -> str:
    """Why the server ended, in its own words."""
    lines = [line for log in _logs(place)[-2:] for line in log.read_text("utf-8", "replace").splitlines()]
    fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
    words = (fatal or lines or ["?"])[-1]
    return words.rpartition("FATAL:")[2].rpartition("PANIC:")[2].strip()
