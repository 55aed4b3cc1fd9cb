"""What the doctor tries for good: mail and files, where the settings name a server of one's own."""

import socket
import threading
from pathlib import Path

import pytest

from tests.cli.test_keeping import beffroi


def test_the_doctor_tries_what_the_settings_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        monkeypatch.setenv("BEFFROI_MAIL_URL", f"smtp://127.0.0.1:{port}")
        monkeypatch.setenv("BEFFROI_FILES_URL", "https://127.0.0.1:9/seau")
        monkeypatch.setenv("BEFFROI_TIPO", "1")
        found = beffroi("--home", tmp_path / "home", "doctor")
    assert found.code == 1
    assert "✗ Courrier : 127.0.0.1 ne prend pas le courrier" in found.said
    assert "✗ Fichiers : le magasin de fichiers ne répond pas" in found.said
    assert "! Réglages : BEFFROI_TIPO n’est pas un réglage connu" in found.said


def test_the_doctor_meets_the_mail_server_and_sends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        post = threading.Thread(target=greet, args=(server, asked), daemon=True)
        post.start()
        monkeypatch.setenv("BEFFROI_MAIL_URL", f"smtp://127.0.0.1:{server.getsockname()[1]}")
        found = beffroi("--home", tmp_path / "home", "doctor")
        post.join(10)
    assert "✓ Courrier : le serveur indiqué répond" in found.said
    assert asked == ["ehlo", "noop", "quit"]


def greet(server: socket.socket, asked: list[str]) -> None:
    """One conversation of a mail server, which notes what it is asked."""
    connection, _address = server.accept()
    with connection, connection.makefile("rwb") as said:
        said.write(b"220 essai\r\n")
        said.flush()
        for line in said:
            asked.append(line.split()[0].decode().lower())
            said.write(b"221 essai\r\n" if asked[-1] == "quit" else b"250 essai\r\n")
            said.flush()
