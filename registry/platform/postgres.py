"""The embedded PostgreSQL: started, waited for, held and stopped by us.

The first command that needs it starts it detached; the last `serve`, or `beffroi stop`, ends it; a
one-off command (`hold_cluster`) stops it only if it started it and nobody else is connected. Where the
one that started it leaves before the others, the last to leave stops it in its stead.
"""

import fcntl
import logging
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg

from registry.kernel.errors import NotFound, Unavailable
from registry.kernel.words import Labelled, _, mark
from registry.platform.postgres_binaries import (
    EMBEDDED_MAJORS,
    copy_embedded,
    embedded_bin,
    is_embedded,
    major_of,
    system_postgres,
)
from registry.platform.postgres_home import ClusterHome, cluster_home
from registry.platform.postgres_server import (
    SUPERUSER,
    find_postmaster,
    initialise,
    start,
    wait_until_gone,
    wait_until_ready,
)

__all__ = [
    "Cluster",
    "State",
    "bin_path",
    "cluster_state",
    "connection_url",
    "hold_cluster",
    "is_running",
    "open_cluster",
    "stop_cluster",
    "superuser_url",
    "system_postgres",
    "temporary_cluster",
]

# Python's own: an information is a line of the journal where one is kept, and nothing in a one-off command.
log = logging.getLogger(__name__)

APPLICATION = "beffroi"

# Ends a temporary cluster when the process that holds the other end of its input ends, however it ends.
# A process of PostgreSQL is known by its folder: a process number alone may have been given to another.
_WATCH = """\
read -r _
pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$1" ]; then
    kill -QUIT "$pid"
    while [ "$(readlink "/proc/$pid/cwd")" = "$1" ]; do sleep 0.05; done
fi
for attempt in 1 2 3 4 5; do rm -rf "$2" "$3" && break; sleep 0.2; done
"""


class State(Labelled):
    """What the embedded PostgreSQL of a home is doing."""

    ABSENT = "absent", mark("aucun registre")
    STOPPED = "stopped", mark("arrêté")
    STARTING = "starting", mark("en cours de démarrage")
    RUNNING = "running", mark("en marche")


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL, and what is needed to speak to it."""

    data: Path
    socket_dir: Path
    port: int
    major: int
    bin_dir: Path
    superuser: str
    password_file: Path


def open_cluster(home: Path, *, major: int, create: bool, durable: bool = True) -> Cluster:
    """The PostgreSQL of this home, started if it was not, and left running.

    `durable=False` trades safety for speed, and is for tests only.

    Raises: NotFound when the home holds no registry and `create` is false; Unavailable, in one sentence.
    """
    with _said_plainly(home):
        place = _enter(home, major=major, create=create)
        with place.locked():
            cluster, _started = _ensure_running(place, embedded_bin(major), major, durable=durable)
    return cluster


@contextmanager
def hold_cluster(home: Path, *, major: int, create: bool = False, serving: bool = False) -> Iterator[Cluster]:
    """The PostgreSQL of this home until the block ends; the last to leave stops it.

    A one-off command leaves it as it found it, and never stops it under somebody else. The last
    `serve` (`serving=True`) stops it whoever started it.

    Raises: NotFound when the home holds no registry and `create` is false; Unavailable, in one sentence.
    """
    with _said_plainly(home):
        place = _enter(home, major=major, create=create)
    with place.open_lock("held.lock") as holding:
        with _said_plainly(home), place.locked():
            fcntl.flock(holding, fcntl.LOCK_SH)
            cluster, started = _ensure_running(place, embedded_bin(major), major, durable=True)
            if started or serving:
                _stopped_by_the_last(place).touch(mode=0o600)
        try:
            yield cluster
        finally:
            with place.locked():
                _let_go(place, cluster, holding, serving=serving)


def stop_cluster(home: Path) -> bool:
    """Stops the PostgreSQL of this home, whoever is connected; false when it was not running.

    Raises: Unavailable when it does not end.
    """
    with _said_plainly(home):
        place = cluster_home(home)
        if place.is_orphaned:
            return _stop(place)
        if place.major() is None:
            return False
        with place.locked():
            return _stop(place)


def cluster_state(home: Path) -> State:
    """What the PostgreSQL of this home is doing. Creates nothing and waits for nobody.

    Raises: Unavailable when the home belongs to another account.
    """
    with _said_plainly(home):
        place = cluster_home(home)
        if place.is_orphaned or place.major() is None:
            return State.ABSENT
        postmaster = find_postmaster(place.data)
    if postmaster is None:
        return State.STOPPED
    return State.RUNNING if postmaster.ready else State.STARTING


def is_running(home: Path) -> bool:
    """Whether the PostgreSQL of this home answers."""
    return cluster_state(home) is State.RUNNING


def connection_url(cluster: Cluster, *, user: str, password: str, dbname: str) -> str:
    """The address of a database of this cluster, as libpq, psycopg and SQLAlchemy read it.

    It bears the name of the product: connections without it are somebody else's, and keep a one-off
    command from stopping the server.
    """
    facts = urlencode(
        {"host": str(cluster.socket_dir), "port": cluster.port, "application_name": APPLICATION},
        quote_via=quote,
    )
    return f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@/{quote(dbname, safe='')}?{facts}"


def superuser_url(cluster: Cluster, dbname: str = "postgres") -> str:
    """The address for the superuser: for creating roles and databases, never for pages."""
    password = cluster.password_file.read_text(encoding="ascii").strip()
    return connection_url(cluster, user=cluster.superuser, password=password, dbname=dbname)


def bin_path(cluster: Cluster, name: str) -> Path:
    """One of the programs of the cluster's own version: pg_dump, pg_restore, psql.

    Raises: Unavailable when it is not there.
    """
    program = cluster.bin_dir / name
    if not program.is_file():
        raise Unavailable(
            _("Le programme {name} de PostgreSQL manque dans {folder}.").format(name=name, folder=cluster.bin_dir)
        )
    return program


@contextmanager
def temporary_cluster(
    bin_dir: Path | None, folder: Path, *, major: int = 16, base: Path | None = None
) -> Iterator[Cluster]:
    """A cluster for tests, with the home `folder`, gone when the block ends or its process dies.

    `bin_dir` holds the programs of the machine's PostgreSQL; None means the embedded ones, of the given
    major version. `base` takes its data instead of the home. Not durable: a crash of the machine loses it.

    Raises: Unavailable, in one sentence.
    """
    programs = embedded_bin(major) if bin_dir is None else bin_dir
    version = major_of(programs)
    if version is None:
        raise Unavailable(
            _("{folder} ne contient pas de serveur PostgreSQL en état de marche.").format(folder=programs)
        )
    with _said_plainly(folder):
        place = _enter(folder, major=version, create=True)
    if base is not None:
        place = replace(place, base=base)
    watch = subprocess.Popen(  # noqa: S603 - a program of ours, paths as arguments.
        ["/bin/sh", "-c", _WATCH, "sh", place.data, place.base, place.run],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        with _said_plainly(folder), place.locked():
            cluster, _started = _ensure_running(place, programs, version, durable=False)
        yield cluster
    finally:
        watch.communicate()


@contextmanager
def _said_plainly(home: Path) -> Iterator[None]:
    """Says in one sentence what the machine refuses."""
    try:
        yield
    except PermissionError as error:
        raise Unavailable(
            _("Ce compte n’a pas accès à {path} : le registre de {home} appartient à un autre.").format(
                path=error.filename or home, home=home
            )
        ) from error
    except (NotADirectoryError, FileExistsError) as error:
        raise Unavailable(
            _(
                "{home} ne peut pas être le dossier d’un registre : un fichier en tient la place. Donnez un autre "
                "dossier (--home ou BEFFROI_HOME)."
            ).format(home=home)
        ) from error
    except OSError as error:
        raise Unavailable(
            _("PostgreSQL n’a pu être préparé dans {home} : {reason}.").format(
                home=home, reason=error.strerror or error
            )
        ) from error


def _enter(home: Path, *, major: int, create: bool) -> ClusterHome:
    """The home, ready for its lock; refused before anything is made when it is not the one meant."""
    place = cluster_home(home)
    orphaned = place.is_orphaned
    found = None if orphaned else place.major()
    if found is None and not create:
        raise NotFound(_("Aucun registre ici : beffroi init. Dossier regardé : {home}").format(home=place.home))
    _refuse_foreign(found, major)
    place.prepare_home()
    if orphaned:
        with place.locked():
            if not place.password_file.exists():
                _stop(place)
                place.set_aside()
    return place


def _refuse_foreign(found: int | None, major: int) -> None:
    if found in (None, major):
        return
    remedy = _("remettez la version de Beffroi qui les a écrites.")
    if found in EMBEDDED_MAJORS:
        remedy = _("donnez à BEFFROI_POSTGRES_MAJOR la valeur {found}.")
        if found is not None and found < major:
            remedy = _("donnez à BEFFROI_POSTGRES_MAJOR la valeur {found}, ou lancez « beffroi upgrade ».")
    raise Unavailable(
        _("Les données de ce registre ont été écrites par PostgreSQL {found}, non {major} : {remedy}").format(
            found=found, major=major, remedy=remedy.format(found=found)
        )
    )


def _ensure_running(place: ClusterHome, bin_dir: Path, major: int, *, durable: bool) -> tuple[Cluster, bool]:
    """The running cluster, and whether it was started here. The caller holds the lock of the home."""
    found = place.major()
    _refuse_foreign(found, major)
    password = place.password()
    postmaster = None if found is None else find_postmaster(place.data)
    if postmaster is not None and postmaster.stopping:
        wait_until_gone(place.data, postmaster)
        postmaster = None
    started = postmaster is None
    if postmaster is None:
        place.prepare_folders()
        programs = copy_embedded(bin_dir, place.base / "server") if place.as_root and is_embedded(bin_dir) else bin_dir
        if found is None:
            initialise(place, programs, password, durable=durable)
        _stopped_by_the_last(place).unlink(missing_ok=True)
        process = start(place, programs, durable=durable)
    else:
        process = postmaster.process
    postmaster = wait_until_ready(place, process)
    if started:
        log.info("postgresql started")
    cluster = Cluster(
        data=place.data,
        socket_dir=postmaster.socket_dir,
        port=postmaster.port,
        major=major,
        bin_dir=bin_dir,
        superuser=SUPERUSER,
        password_file=place.password_file,
    )
    return cluster, started


def _stopped_by_the_last(place: ClusterHome) -> Path:
    """A mark: the last to leave stops the server. Without it, somebody wanted it left running."""
    return place.own / "stopped-by-the-last"


def _let_go(place: ClusterHome, cluster: Cluster, holding: int, *, serving: bool) -> None:
    """Stops the server if we are the last to hold it and it is ours to stop."""
    fcntl.flock(holding, fcntl.LOCK_UN)
    try:
        fcntl.flock(holding, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    if _stopped_by_the_last(place).exists() and (serving or not _strangers_connected(cluster)):
        _stop(place)


def _strangers_connected(cluster: Cluster) -> bool:
    """Whether anybody but us is connected: a person with psql, a tool."""
    try:
        with psycopg.connect(superuser_url(cluster), connect_timeout=5) as connection:
            found = connection.execute(
                "SELECT EXISTS (SELECT FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND application_name <> %s)",
                (APPLICATION,),
            ).fetchone()
    except psycopg.OperationalError:
        # It is gone already, or so busy that it refuses us: in both cases it is not ours to stop.
        return True
    return found is None or bool(found[0])


def _stop(place: ClusterHome) -> bool:
    postmaster = find_postmaster(place.data)
    if postmaster is not None:
        with suppress(ProcessLookupError):
            os.kill(postmaster.process, signal.SIGINT)
        wait_until_gone(place.data, postmaster)
    _stopped_by_the_last(place).unlink(missing_ok=True)
    if place.run.parent != place.base:
        shutil.rmtree(place.run, ignore_errors=True)
    return postmaster is not None
