"""What `beffroi serve` and `beffroi user` say: where people reach the registry, what is refused, and the journal."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory):
    """A registry of its own, by the command."""
    place = tmp_path_factory.mktemp("serving") / "home"
    assert beffroi(place, "init", "--siren", "243500139").returncode == 0
    yield place
    beffroi(place, "stop", "--force")


def beffroi(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs the command, which must end by itself."""
    command = [sys.executable, "-m", "registry", "--home", str(home), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_an_address_that_somebody_else_serves_is_refused(home: Path):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        answer = beffroi(home, "serve", "--port", str(port))

    assert answer.returncode == 3
    assert answer.stderr.strip() == (
        f"127.0.0.1:{port} est déjà pris par un autre serveur : arrêtez-le, ou donnez --port AUTRE."
    )


def test_an_address_that_is_not_of_this_machine_is_refused(home: Path):
    answer = beffroi(home, "serve", "--host", "192.0.2.1")

    assert answer.returncode == 3
    assert answer.stderr.startswith("192.0.2.1:8000 ne peut pas être ouvert sur cette machine")
    assert "Traceback" not in answer.stderr


def test_a_mailbox_that_is_none_is_refused_with_its_field(home: Path):
    answer = beffroi(home, "user", "add", "pasmail", "--name", "X", "--role", "reader")

    assert answer.returncode == 2
    assert "email : Donnez une adresse électronique complète" in answer.stderr
    assert "Traceback" not in answer.stderr


@contextmanager
def served(home: Path, port: int, journal: Path) -> Iterator[None]:
    """The registry, served by the command until the block ends; what it logs goes to a file."""
    command = [sys.executable, "-m", "registry", "--home", str(home), "serve", "--port", str(port)]
    with journal.open("wb") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"Beffroi répond sur http://127.0.0.1:{port} (Ctrl+C pour arrêter).\n"
        yield
    finally:
        process.terminate()
        process.communicate(timeout=60)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Waits for what comes by itself."""
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def answers(port: int) -> bool:
    """Whether the registry serves, its database too."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def free_port() -> int:
    """A port nobody serves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Told:
    """What was said while the registry was served, and once it was no more."""

    port: int
    link: str
    again: "subprocess.CompletedProcess[str]"
    heads: list[tuple[int, bytes, str | None]]
    feed: bytes
    journal: list[str]
    link_afterwards: str


@pytest.fixture(scope="module")
def told(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The registry served once: asked for a link, to serve again and for a feed; its database is then stopped."""
    port, journal = free_port(), tmp_path_factory.mktemp("told") / "journal"
    address, heads = f"http://127.0.0.1:{port}/catalogue/dcat.ttl", []

    def starts() -> int:
        return journal.read_text("utf-8").count("postgresql started")

    with served(home, port, journal):
        link = beffroi(home, "user", "reset", "admin@localhost").stdout
        again = beffroi(home, "serve", "--port", str(port))
        for _number in range(5):
            with urlopen(Request(address, method="HEAD"), timeout=10) as answer:
                heads.append((answer.status, answer.read(), answer.headers["content-type"]))
        with urlopen(address, timeout=10) as answer:
            feed = answer.read()
        before = starts()
        assert beffroi(home, "stop", "--force").returncode == 0
        # By the supervisor, or by a child that comes up before it has looked.
        wait_until(lambda: starts() > before, "a new start")
        wait_until(lambda: answers(port), "an answer")
    afterwards = beffroi(home, "user", "reset", "admin@localhost").stdout
    return Told(port, link, again, heads, feed, journal.read_text("utf-8").splitlines(), afterwards)


def test_links_lead_where_the_registry_is_served(home: Path, told: Told):
    assert f"\nhttp://127.0.0.1:{told.port}/lien/" in told.link
    assert "BEFFROI_BASE_URL" not in told.link
    assert "\nhttp://127.0.0.1:8000/lien/" in told.link_afterwards
    assert "Si vous servez à une autre adresse" in told.link_afterwards
    assert not (home / "serving").exists()
    assert (told.again.returncode, told.again.stderr.strip()) == (
        3, f"Ce registre est déjà servi sur http://127.0.0.1:{told.port} par un autre « beffroi serve ».",
    )  # fmt: skip


def test_feeds_asked_by_their_head_alone_keep_nobody_waiting(told: Told):
    assert told.heads == [(200, b"", "text/turtle; charset=utf-8")] * 5
    assert b"dcat:Catalog" in told.feed


def test_every_line_of_the_journal_is_json_while_the_database_goes_away(told: Told):
    lines = [json.loads(line) for line in told.journal]
    assert all({"event", "timestamp"} <= set(line) for line in lines)
    assert len(lines) > 2
