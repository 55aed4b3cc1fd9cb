"""A home whose database cannot serve: one clear sentence, exit code 3, nothing touched."""

import io
import os
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from alembic import command
from sqlalchemy import text

from registry.cli.entry import main
from registry.kernel.errors import Unavailable
from registry.platform.home import Home, open_home
from registry.platform.migrating import alembic_config
from registry.platform.postgres import connection_url
from registry.platform.schema import find_pending
from registry.platform.settings import Settings

pytestmark = pytest.mark.database

SNAPSHOT = (
    "SELECT (SELECT version_num FROM alembic_version), (SELECT count(*) FROM ledger_entry),"
    " (SELECT count(*) FROM pg_class), (SELECT count(*) FROM organisation)"
)


@dataclass(frozen=True)
class Answer:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def ask(folder: Path, *asked: str, **environment: str) -> Answer:
    """Asks for the findings of a home (or something else) as the command's entry does, in an environment of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BEFFROI_", "DATABASE_", "PG"))}
    said, errors = io.StringIO(), io.StringIO()
    with (
        patch.dict(os.environ, kept | environment, clear=True),
        patch.object(sys, "argv", ["beffroi", "--home", str(folder), *(asked or ("findings",))]),
        redirect_stdout(said),
        redirect_stderr(errors),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    assert isinstance(ended.value.code, int)
    return Answer(ended.value.code, said.getvalue(), errors.getvalue())


def addresses(home: Home, **others: str) -> dict[str, str]:
    return {
        "DATABASE_URL": home.urls.app,
        "DATABASE_ADMIN_URL": home.urls.owner,
        "DATABASE_JOBS_URL": home.urls.jobs,
    } | others


def refused(answer: Answer) -> str:
    """The one sentence of a command that cannot serve."""
    assert answer.returncode == 3, answer.stderr
    assert answer.stdout == ""
    (sentence,) = answer.stderr.strip().splitlines()
    return sentence


def state_of(home: Home) -> tuple[object, ...]:
    """What would differ if somebody had written, migrated or made anything."""
    with home.owner.connect() as connection:
        return tuple(connection.execute(text(SNAPSHOT)).one())


def mark_revision(home: Home, revision: str) -> None:
    with home.owner.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def superuser(home: Home) -> str:
    assert home.cluster is not None
    password = home.cluster.password_file.read_text().strip()
    name = home.urls.owner.rpartition("/")[2].partition("?")[0]
    return connection_url(home.cluster, user=home.cluster.superuser, password=password, dbname=name)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A home that must stay as it was: not there."""
    yield tmp_path / "untouched"
    assert not (tmp_path / "untouched").exists()


def test_a_folder_without_a_registry_is_refused_and_stays_empty(folder: Path) -> None:
    answer = ask(folder)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("Aucun registre ici : beffroi init.")


def test_a_database_that_is_away_is_said_in_one_sentence(folder: Path) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        away = f"postgresql://beffroi_app:x@127.0.0.1:{unheard.getsockname()[1]}/beffroi"
        sentence = refused(ask(folder, DATABASE_URL=away, DATABASE_ADMIN_URL=away))
    assert sentence.startswith("La base de données ne répond pas")


def test_an_address_without_that_of_the_owner_is_refused(home: Home, folder: Path) -> None:
    assert "DATABASE_ADMIN_URL" in refused(ask(folder, DATABASE_URL=home.urls.app))


def test_a_database_behind_the_code_is_not_served(home: Home, folder: Path) -> None:
    mark_revision(home, "0001")
    before = state_of(home)
    assert "beffroi upgrade" in refused(ask(folder, **addresses(home)))
    assert state_of(home) == before
    with home.owner.connect() as connection:
        assert find_pending(connection)[0] == "0002"


def test_a_database_ahead_of_the_code_is_not_served(home: Home, folder: Path) -> None:
    mark_revision(home, "9999")
    before = state_of(home)
    sentence = refused(ask(folder, **addresses(home)))
    assert "en avance" in sentence
    assert "9999" in sentence
    assert state_of(home) == before


def test_an_empty_database_is_not_served(home: Home, folder: Path) -> None:
    with home.owner.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    before = home.owner.connect().execute(text("SELECT count(*) FROM pg_class")).scalar_one()
    assert "beffroi init" in refused(ask(folder, **addresses(home)))
    assert home.owner.connect().execute(text("SELECT count(*) FROM pg_class")).scalar_one() == before


@pytest.mark.parametrize("role", ["owner", "jobs", "superuser"])
def test_pages_do_not_run_as_a_role_that_sees_every_organisation(home: Home, folder: Path, role: str) -> None:
    url = superuser(home) if role == "superuser" else str(getattr(home.urls, role))
    before = state_of(home)
    assert "passe outre la séparation entre organisations" in refused(ask(folder, **addresses(home, DATABASE_URL=url)))
    assert state_of(home) == before


def test_an_existing_registry_that_is_behind_is_never_migrated_by_opening_one(town, folder: Path) -> None:
    mark_revision(town.home, "0003")
    before = state_of(town.home)
    for opening in (("init", "--siren", "200033579"), ("demo",)):
        assert "beffroi upgrade" in refused(ask(folder, *opening, **addresses(town.home)))
        assert state_of(town.home) == before


def test_a_database_made_halfway_is_made_whole_by_opening_one(home: Home, tmp_path: Path) -> None:
    with home.owner.connect() as connection:
        command.downgrade(alembic_config(connection), "0002")
        connection.commit()
    answer = ask(tmp_path / "new", "init", "--siren", "200033579", **addresses(home))
    assert answer.returncode == 0, answer.stderr
    home.check()


def test_the_address_of_the_worker_is_derived_from_the_role_of_the_pages_alone(home: Home) -> None:
    def address(app: str) -> str:
        asked = Settings(home=Path("unused"), database_admin_url=home.urls.owner, database_url=app)
        with open_home(asked, check=False) as opened:
            return opened.urls.jobs

    # The password and the name of the database may hold the name of the role: they stay as they are.
    assert address("postgresql://beffroi_app:beffroi_app@serveur:5433/beffroi_app?sslmode=require") == (
        "postgresql://beffroi_jobs:beffroi_app@serveur:5433/beffroi_app?sslmode=require"
    )
    for other in ("postgresql://pages:beffroi_app@serveur/beffroi", "postgresql://serveur/beffroi_app"):
        with pytest.raises(Unavailable, match="DATABASE_JOBS_URL"):
            address(other)
    with pytest.raises(Unavailable, match="DATABASE_URL"):
        address("serveur")


def test_a_worker_that_would_not_see_every_row_is_refused(town, folder: Path) -> None:
    sentence = refused(ask(folder, **addresses(town.home, DATABASE_JOBS_URL=town.home.urls.app)))
    assert "« beffroi_app » ne voit pas toutes les lignes" in sentence


class OldServer:
    """A server that speaks PostgreSQL's protocol and says it is of version 14: refused before it is asked more."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._heard = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._heard.getsockname()[1]
        threading.Thread(target=self._answer, daemon=True).start()

    def close(self) -> None:
        self._heard.close()

    def _answer(self) -> None:
        while True:
            try:
                line, _address = self._heard.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with line, line.makefile("rwb") as wire:
            self._greet(wire)
            while head := wire.read(1):
                (size,) = struct.unpack("!I", wire.read(4))
                body = wire.read(size - 4)
                if head == b"X":
                    return
                if head in {b"Q", b"P"}:
                    said = body.rstrip(b"\0") if head == b"Q" else body.split(b"\0")[1]
                    self.asked.append(said.decode())
                wire.write(self._reply(head))
                wire.flush()

    def _greet(self, wire: "object") -> None:
        read, write, flush = wire.read, wire.write, wire.flush  # type: ignore[attr-defined]
        while True:
            (size,) = struct.unpack("!I", read(4))
            (code,) = struct.unpack("!I", read(size - 4)[:4])
            if code == 196608:
                break
            # Neither TLS nor GSSAPI here.
            write(b"N")
            flush()
        write(message(b"R", struct.pack("!I", 0)))
        known = {"server_version": "14.0", "client_encoding": "UTF8", "standard_conforming_strings": "on"}
        for name, value in known.items():
            write(message(b"S", f"{name}\0{value}\0".encode()))
        write(message(b"K", struct.pack("!II", 1, 1)) + message(b"Z", b"I"))
        flush()

    def _reply(self, head: bytes) -> bytes:
        """Every question is answered by one row of text: what it says is enough for what is asked at start."""
        question = self.asked[-1] if self.asked else ""
        value = b"140000" if "server_version_num" in question else b"on"
        if "version()" in question:
            value = b"PostgreSQL 14.0"
        field = b"v\0" + struct.pack("!IhIhih", 0, 0, 25, -1, -1, 0)
        rows = message(b"T", struct.pack("!h", 1) + field)
        row = message(b"D", struct.pack("!hI", 1, len(value)) + value) + message(b"C", b"SELECT 1\0")
        if "pg_type" in question:
            # No type of an extension here.
            row = message(b"C", b"SELECT 0\0")
        bare = question.upper().startswith(("BEGIN", "ROLLBACK", "COMMIT", "SET", "DEALLOCATE"))
        done = message(b"C", question.split(" ", maxsplit=1)[0].encode() + b"\0")
        return {
            b"Q": (done if bare else rows + row) + message(b"Z", b"I"),
            b"P": message(b"1", b""),
            b"B": message(b"2", b""),
            b"D": message(b"n", b"") if bare else rows,
            b"E": done if bare else row,
            b"S": message(b"Z", b"I"),
        }.get(head, b"")


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


@contextmanager
def old_server() -> Iterator[OldServer]:
    server = OldServer()
    try:
        yield server
    finally:
        server.close()


def test_a_server_that_is_too_old_is_refused_before_anything_is_written(folder: Path) -> None:
    with old_server() as server:
        url = f"postgresql://beffroi_app:x@127.0.0.1:{server.port}/beffroi"
        sentence = refused(ask(folder, DATABASE_URL=url, DATABASE_ADMIN_URL=url))
    assert "version 14" in sentence
    assert "15" in sentence
    verbs = {question.split()[0].upper() for question in server.asked}
    assert verbs <= {"BEGIN", "COMMIT", "ROLLBACK", "SELECT", "SHOW"}, server.asked


def test_a_home_whose_place_a_file_holds_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "home"):
        with pytest.raises(Unavailable) as refused, open_home(Settings(home=place), create=True):
            pass
        assert refused.value.message == (
            f"{place} ne peut pas être le dossier d’un registre : un fichier en tient la place. "
            "Donnez un autre dossier (--home ou BEFFROI_HOME)."
        )
