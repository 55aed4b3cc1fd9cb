"""What `beffroi serve` and `beffroi user add` refuse, in one sentence and with the code that goes with it."""

import socket
import subprocess
import sys
from pathlib import Path

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
