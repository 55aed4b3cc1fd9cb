"""Restoring a backup: aside, to look at what it holds, or into a home of its own.

The database arrives under another name and takes its own once whoever restores has found it whole; where
anything fails, what was made goes.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from registry.kernel.errors import Conflict, Unavailable
from registry.kernel.words import _
from registry.platform.backup import client_programs, run_client
from registry.platform.backup_archive import Keys, Manifest, extract_dump, read_stored
from registry.platform.database import APP, JOBS, OWNER, PUBLIC
from registry.platform.files import FileStore
from registry.platform.home import DATABASE, Home, Urls, keep_secret, make_database, open_home, role_passwords
from registry.platform.postgres import (
    Cluster,
    connection_url,
    hold_cluster,
    stop_cluster,
    superuser_url,
    temporary_cluster,
)
from registry.platform.postgres_binaries import EMBEDDED_MAJORS
from registry.platform.postgres_home import ClusterHome, cluster_home
from registry.platform.settings import Settings

ARRIVING = f"{DATABASE}_arriving"


@contextmanager
def restored_aside(archive: Path, manifest: Manifest, keys: Keys | None) -> Iterator[Home]:
    """The backup restored on a server of its own, gone when the block ends or its process dies.

    Raises: Unavailable when the dump cannot be restored.
    """
    fitting = [major for major in sorted(EMBEDDED_MAJORS) if major >= manifest.dump_major]
    if not fitting:
        raise Unavailable(
            _("Cette sauvegarde vient de PostgreSQL {major}, plus récent que celui de cette version.").format(
                major=manifest.dump_major
            )
        )
    with tempfile.TemporaryDirectory(prefix="beffroi-verify-") as name:
        folder = Path(name) / "home"
        with temporary_cluster(None, folder, major=fitting[0]) as cluster:
            passwords = {role: role for role in (OWNER, APP, JOBS, PUBLIC)}
            make_database(cluster, passwords)
            home = _home(Settings(home=folder, files_url=None), cluster, passwords, DATABASE)
            _restore(home, archive, keys)
            _keep_files(home.files, archive)
            try:
                yield home
            finally:
                home.dispose()


@contextmanager
def restored_into(settings: Settings, archive: Path, manifest: Manifest, keys: Keys) -> Iterator[Home]:
    """The backup in a new home; it stays only if the block ends without a refusal.

    Raises: Conflict when the home, or the database it names, already holds something; Unavailable.
    """
    root = settings.root
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise Conflict(_("{home} n’est pas vide : une sauvegarde se restaure dans un dossier neuf.").format(home=root))
    known = root.exists()
    try:
        with _external(settings) if settings.database_url else _embedded(settings, manifest) as home:
            for name, content in keys.secrets.items():
                keep_secret(root / "secrets", name, content)
            _restore(home, archive, keys)
            _keep_files(home.files, archive)
            yield home
    except BaseException:
        _forget(root, known=known)
        raise


@contextmanager
def rebuilt(settings: Settings, archive: Path, keys: Keys) -> Iterator[Home]:
    """The database of a home made anew, by the major version of the settings, from a backup of that home.

    The old data stay beside under another name; they are put back if the block ends with a refusal.
    Raises: Unavailable.
    """
    place = cluster_home(settings.root)
    kept = place.data.with_name(f"data-{place.major()}")
    if kept.exists():
        raise Conflict(
            _("{folder} existe déjà : déplacez-le, puis recommencez.").format(folder=kept),
        )
    stop_cluster(settings.root)
    _mark(place).write_text(kept.name, "utf-8")
    place.data.rename(kept)
    try:
        with _arriving(settings) as home:
            _restore(home, archive, keys)
            yield home
    except BaseException:
        put_back(settings)
        raise
    _mark(place).unlink()


def put_back(settings: Settings) -> None:
    """Puts back the data a rebuilding had set aside, where it failed or was killed; else does nothing."""
    place = cluster_home(settings.root)
    mark = _mark(place)
    if not mark.exists():
        return
    kept = place.data.with_name(mark.read_text("utf-8"))
    if kept.exists():
        stop_cluster(settings.root)
        shutil.rmtree(place.data, ignore_errors=True)
        kept.rename(place.data)
    mark.unlink()


def _mark(place: ClusterHome) -> Path:
    return place.own / "rebuilding"


@contextmanager
def _embedded(settings: Settings, manifest: Manifest) -> Iterator[Home]:
    if manifest.dump_major > settings.postgres_major:
        raise Conflict(
            _(
                "Cette sauvegarde vient de PostgreSQL {found}, plus récent que {major} : donnez à "
                "BEFFROI_POSTGRES_MAJOR une valeur au moins égale."
            ).format(found=manifest.dump_major, major=settings.postgres_major)
        )
    with _arriving(settings) as home:
        yield home


@contextmanager
def _arriving(settings: Settings) -> Iterator[Home]:
    """An empty database under the name of one that arrives; renamed when the block ends well."""
    with hold_cluster(settings.root, major=settings.postgres_major, create=True) as cluster:
        passwords = role_passwords(settings.root)
        make_database(cluster, passwords, ARRIVING)
        home = _home(settings, cluster, passwords, ARRIVING)
        try:
            yield home
        finally:
            home.dispose()
        with psycopg.connect(superuser_url(cluster), autocommit=True) as connection:
            connection.execute(
                sql.SQL("ALTER DATABASE {arriving} RENAME TO {name}").format(
                    arriving=sql.Identifier(ARRIVING), name=sql.Identifier(DATABASE)
                )
            )


@contextmanager
def _external(settings: Settings) -> Iterator[Home]:
    with open_home(settings, check=False) as home:
        with psycopg.connect(home.urls.owner.replace("postgresql+psycopg://", "postgresql://", 1)) as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' LIMIT 1"
            ).fetchone()
        if found is not None:
            raise Conflict(
                _("La base que nomme DATABASE_ADMIN_URL n’est pas vide : donnez-en une neuve à la restauration.")
            )
        try:
            yield home
        except BaseException:
            home.dispose()
            _empty(home.urls.owner)
            raise


# What the owner made, and nothing that somebody else put there before (an extension, for one).
_MADE_SCHEMAS = (
    "SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace"
    " WHERE nspname <> 'public' AND nspname NOT LIKE 'pg\\_%' AND pg_get_userbyid(nspowner) = current_user"
)
_MADE_TABLES = (
    "SELECT format('DROP TABLE IF EXISTS %s CASCADE', oid::regclass) FROM pg_class"
    " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    " AND pg_get_userbyid(relowner) = current_user"
)
_MADE_ROUTINES = (
    "SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure) FROM pg_proc p"
    " WHERE pronamespace = 'public'::regnamespace AND pg_get_userbyid(proowner) = current_user"
    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
)


def _empty(owner: str) -> None:
    """Empties a database whose restoring failed after data arrived: the next attempt finds it new."""
    url = owner.replace("postgresql+psycopg://", "postgresql://", 1)
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url) as connection:
        for made in (_MADE_SCHEMAS, _MADE_TABLES, _MADE_ROUTINES):
            for (statement,) in connection.execute(made).fetchall():
                connection.execute(statement)


def _home(settings: Settings, cluster: Cluster, passwords: Mapping[str, str], name: str) -> Home:
    owner, app, jobs, public = (
        connection_url(cluster, user=role, password=passwords[role], dbname=name) for role in (OWNER, APP, JOBS, PUBLIC)
    )
    return Home(settings, Urls(owner=owner, app=app, jobs=jobs, public=public), cluster)


def _restore(home: Home, archive: Path, keys: Keys | None) -> None:
    """The dump in one transaction, then the rows of the keys in another."""
    url = home.urls.owner.replace("postgresql+psycopg://", "postgresql://", 1)
    with tempfile.TemporaryDirectory(prefix="beffroi-restore-") as folder:
        dump = Path(folder) / "dump"
        extract_dump(archive, dump)
        with psycopg.connect(url) as connection:
            major = connection.info.server_version // 10000
        programs = home.cluster.bin_dir if home.cluster is not None else client_programs(major)
        run_client(
            programs / "pg_restore", url, "--single-transaction", "--exit-on-error", "--no-owner",
            "--enable-row-security", dump,
        )  # fmt: skip
    with psycopg.connect(url) as connection:
        for table, rows in (keys.tables if keys is not None else {}).items():
            _put_back(connection, sql.Identifier(*table.split(".")), rows)


def _put_back(connection: "psycopg.Connection[tuple[object, ...]]", table: sql.Identifier, rows: bytes) -> None:
    # COPY does not write into a table under row-level security; INSERT does, as its owner.
    connection.execute(sql.SQL("CREATE TEMP TABLE arriving (LIKE {table}) ON COMMIT DROP").format(table=table))
    with connection.cursor() as cursor, cursor.copy("COPY arriving FROM STDIN") as target:
        target.write(rows)
    connection.execute(sql.SQL("INSERT INTO {table} SELECT * FROM arriving").format(table=table))
    connection.execute("DROP TABLE arriving")


def _keep_files(files: FileStore, archive: Path) -> None:
    for _digest, content in read_stored(archive):
        files.keep(content)


def _forget(root: Path, *, known: bool) -> None:
    """Takes away a home that was being made; a folder that was there before stays, empty."""
    stop_cluster(root)
    place = cluster_home(root) if root.exists() else None
    if place is not None and place.as_root:
        shutil.rmtree(place.base, ignore_errors=True)
    for path in root.iterdir() if root.exists() else ():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
    if root.exists() and not known:
        root.rmdir()
