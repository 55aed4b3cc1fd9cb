"""Backing a registry up: the database as its owner sees it in one snapshot, the stored files, the keys apart.

What must not travel with the data: the secrets of the home, and the tables whose rows prove who someone is or
bind a digest to a person. They go to a file of their own. What belongs to a machine (the passwords of the
database's roles) goes nowhere: a restored home makes its own.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from registry.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from registry.kernel.words import _
from registry.platform.backup_archive import (
    FORMAT,
    Keys,
    Manifest,
    Part,
    keys_beside,
    write_archive,
    write_keys,
)
from registry.platform.clock import now
from registry.platform.database import at_one_moment
from registry.platform.files import FileStore
from registry.platform.home import Home
from registry.platform.postgres_binaries import EMBEDDED_MAJORS, embedded_bin, major_of, system_postgres
from registry.platform.schema import current_revision

MACHINE_BOUND = frozenset({"roles.json", "postgres-password"})
"""Secrets of one machine: they open its own database and nothing else."""

_COPY = re.compile(rb"COPY (\S+) .*FROM stdin;\n")
_END_OF_COPY = b"\\.\n"

_TABLES = text(
    "SELECT n.nspname || '.' || c.relname AS name, c.relrowsecurity AND NOT r.rolsuper AND NOT r.rolbypassrls"
    "   AND (c.relforcerowsecurity OR c.relowner <> r.oid)"
    "   AND (NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive"
    "          AND p.polcmd IN ('*', 'r') AND p.polroles && ARRAY[r.oid, 0::oid]"
    "          AND pg_get_expr(p.polqual, p.polrelid) = 'true')"
    "        OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive"
    "          AND p.polroles && ARRAY[r.oid, 0::oid])) AS hidden"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, pg_roles r"
    " WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND r.rolname = current_user"
    "   AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY 1"
)


@dataclass(frozen=True)
class Contents:
    """What of a database its backup must know: where hashes of stored files stand, and which rows are keys."""

    registers: tuple[tuple[str, str], ...]
    """(table, column) of each register that names stored files by their SHA-256."""
    key_tables: tuple[str, ...]
    """Full names of the tables whose rows go with the keys."""


@dataclass(frozen=True)
class Description:
    """What a backup says of the registry it holds."""

    product: str
    registry: dict[str, str]
    seal_no: int
    root: str


@dataclass(frozen=True)
class Backup:
    """A backup just made, and the stored files that could not be put in it."""

    archive: Path
    keys: Path
    manifest: Manifest
    lost: tuple[str, ...]


def create_backup(home: Home, output: Path, contents: Contents, describe: Callable[[Session], Description]) -> Backup:
    """Backs a registry up while it is being written; both files appear whole, or not at all.

    Raises: Invalid where nothing can be written; Conflict when the files exist, or when the dump would not
    hold every row; Unavailable.
    """
    try:
        archive = _place_of(output)
        keys = keys_beside(archive)
        for place in (archive, keys):
            if place.exists():
                raise Conflict(_("{file} existe déjà : une sauvegarde n’en remplace pas une autre.").format(file=place))
        folder = Path(tempfile.mkdtemp(prefix=".beffroi-", dir=archive.parent))
    except OSError as error:
        raise Invalid(
            _("La sauvegarde ne peut être écrite dans {folder} : {reason}.").format(
                folder=output, reason=error.strerror or error
            )
        ) from error
    try:
        manifest, lost = _write(home, folder, contents, describe)
        # The keys first: an archive that is there has its keys.
        for made, place in ((folder / "keys", keys), (folder / "archive", archive)):
            _settle(made)
            made.rename(place)
    except OSError as error:
        raise Unavailable(
            _("La sauvegarde n’a pu être écrite dans {folder} : {reason}.").format(
                folder=archive.parent, reason=error.strerror or error
            )
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Backup(archive, keys, manifest, lost)


def find_registered(session: Session, contents: Contents) -> set[str]:
    """The SHA-256 of every stored file the registers name; a register this schema does not know yet names none."""
    known = {
        (row.table_name, row.column_name)
        for row in session.execute(
            text("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
        )
    }
    return {
        digest
        for table, column in contents.registers
        if (table, column) in known
        for digest in session.execute(text(f"SELECT DISTINCT {column} FROM {table}")).scalars()
        if digest
    }


def count_rows(connection: Connection) -> dict[str, int]:
    """The rows of each table, by its full name.

    Raises: Conflict when row-level security hides rows of a table from this role: a dump would come out
    short, or empty, without an error.
    """
    tables = connection.execute(_TABLES).all()
    for table in tables:
        if table.hidden:
            raise Conflict(
                _(
                    "La table {table} ne montre pas toutes ses lignes au rôle propriétaire : la sauvegarde serait "
                    "incomplète, elle n’est pas faite. « beffroi doctor » aide à trouver pourquoi."
                ).format(table=table.name)
            )
    return {table.name: connection.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one() for table in tables}


def client_programs(server_major: int) -> Path:
    """The folder of client programs for a server we did not start: of its major version, or the next one known.

    Raises: Unavailable when none is recent enough.
    """
    for major in sorted(EMBEDDED_MAJORS):
        if major >= server_major:
            return embedded_bin(major)
    system = system_postgres()
    if system is not None and (major_of(system) or 0) >= server_major:
        return system
    raise Unavailable(
        _(
            "Il faut les programmes de PostgreSQL {major} (pg_dump, pg_restore) pour ce serveur : installez "
            "postgresql-{major} sur cette machine."
        ).format(major=server_major)
    )


def run_client(program: Path, url: str | None, *arguments: str | Path) -> None:
    """Runs a client program on a database; the password never shows among the arguments.

    Raises: Unavailable, with the program's own reason.
    """
    with _reading(program, url, *arguments) as said:
        for _line in said:
            pass


def server_major(connection: Connection) -> int:
    """The major version of the server."""
    return int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10000


def programs_for(home: Home, major: int) -> Path:
    """The client programs of a home's own cluster, or those that fit its server."""
    return home.cluster.bin_dir if home.cluster is not None else client_programs(major)


def _place_of(output: Path) -> Path:
    if output.suffix == ".tar" and not output.is_dir():
        folder, name = output.parent, output.name
    else:
        folder, name = output, f"beffroi-{now():%Y-%m-%d-%H%M%S}.tar"
        if not folder.exists() and folder.parent.is_dir():
            folder.mkdir(mode=0o700)
    if not folder.is_dir():
        raise NotFound(_("Le dossier {folder} n’existe pas.").format(folder=folder))
    return folder.resolve() / name


def _write(
    home: Home, folder: Path, contents: Contents, describe: Callable[[Session], Description]
) -> tuple[Manifest, tuple[str, ...]]:
    dump = folder / "dump"
    with at_one_moment(home.owner).connect() as connection:
        session = Session(connection)
        said = describe(session)
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        tables = count_rows(connection)
        major = server_major(connection)
        revision = current_revision(connection) or ""
        programs = programs_for(home, major)
        run_client(
            programs / "pg_dump", home.urls.owner, "--format=custom", "--enable-row-security", "--no-owner",
            # What the superuser closed there is the server's: the owner could not close it again when restoring.
            "--exclude-schema=pg_catalog",
            f"--snapshot={snapshot}", "--lock-wait-timeout=30s", f"--file={dump}",
            *(f"--exclude-table-data={table}" for table in contents.key_tables),
        )  # fmt: skip
        key_rows = {table: _copy_of(connection, table) for table in contents.key_tables if table in tables}
        registered = find_registered(session, contents)
    refuse_short(dump, programs, tables, contents)
    keys = write_keys(folder / "keys", Keys(_secrets_of(home), key_rows))
    lost: list[str] = []

    def complete(parts: dict[str, Part]) -> Manifest:
        return Manifest(
            format=FORMAT,
            created_at=now(),
            product=said.product,
            revision=revision,
            server_major=major,
            dump_major=major_of_program(programs / "pg_dump"),
            tables=tables,
            key_tables=contents.key_tables,
            registry=said.registry,
            seal_no=said.seal_no,
            root=said.root,
            parts=parts,
            keys=keys,
        )

    (folder / "archive").touch(mode=0o600)
    manifest = write_archive(folder / "archive", dump, _stored(home.files, registered, lost), complete)
    return manifest, tuple(lost)


def major_of_program(program: Path) -> int:
    """The major version of a client program."""
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    number = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(number[1]) if number else 0


def refuse_short(dump: Path, programs: Path, tables: Mapping[str, int], contents: Contents) -> None:
    """Counts the rows of the dump itself, and refuses one that holds fewer, or other, than the tables do."""
    found = dict.fromkeys(tables, 0)
    current = ""
    with _reading(programs / "pg_restore", None, "--data-only", "--file=-", dump) as said:
        for line in said:
            if current:
                if line == _END_OF_COPY:
                    current = ""
                else:
                    found[current] += 1
            elif copied := _COPY.fullmatch(line):
                current = copied[1].decode().replace('"', "")
                found.setdefault(current, 0)
    for table, rows in found.items():
        expected = 0 if table in contents.key_tables else tables.get(table, 0)
        if rows != expected:
            raise Conflict(
                _(
                    "Sauvegarde refusée : la table {table} compte {expected} lignes et sa copie {rows}. Rien n’est "
                    "gardé de cette copie."
                ).format(table=table, expected=expected, rows=rows)
            )


def _stored(files: FileStore, registered: set[str], lost: list[str]) -> Iterator[tuple[str, bytes]]:
    """Every stored file, those the registers name first of all: one that is gone or changed is named in `lost`."""
    for digest in sorted(registered | set(files.every())):
        try:
            yield digest, files.read(digest)
        except NotFound:
            # What no register names may have been let go of meanwhile.
            if digest in registered:
                lost.append(digest)
        except Unavailable:
            lost.append(digest)


def _secrets_of(home: Home) -> dict[str, bytes]:
    folder = home.settings.root / "secrets"
    if not folder.is_dir():
        return {}
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name not in MACHINE_BOUND
    }


def _copy_of(connection: Connection, table: str) -> bytes:
    name = sql.Identifier(*table.split("."))
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    with (
        driver.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {table} TO STDOUT").format(table=name)) as rows,
    ):
        return b"".join(bytes(piece) for piece in rows)


@contextmanager
def _reading(program: Path, url: str | None, *arguments: str | Path) -> Iterator[Iterator[bytes]]:
    """The lines a client program writes."""
    if not program.is_file():
        raise Unavailable(
            _("Le programme {name} de PostgreSQL manque dans {folder}.").format(
                name=program.name, folder=program.parent
            )
        )
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    command: list[str | Path] = [program, *arguments]
    if url is not None:
        facts: dict[str, Any] = conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://", 1))
        if password := facts.pop("password", None):
            environment["PGPASSWORD"] = str(password)
        command += ["--no-password", f"--dbname={make_conninfo(**facts)}"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 - programs of PostgreSQL, paths and names of ours.
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=environment
        )
        try:
            with process.stdout or open(os.devnull, "rb") as said:  # noqa: PTH123
                yield said
            code = process.wait()
        finally:
            process.kill()
            process.wait()
        if code:
            errors.seek(0)
            lines = errors.read().decode("utf-8", "replace").splitlines() or [f"code {code}"]
            reason = next((line for line in lines if "error:" in line), lines[-1])
            raise Unavailable(_("{program} a échoué : {reason}").format(program=program.name, reason=reason.strip()))


def _settle(path: Path) -> None:
    """Has the disk hold a file before it gets its name."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
