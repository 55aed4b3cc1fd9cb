"""Nothing private is asked by an address to import, and nothing endless is waited for (T-13)."""

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from registry.exchange.source import open_source
from registry.inspection.limits import Limits
from registry.kernel.errors import TooLarge, Unreadable

LOCAL = ("127.0.0.1/32",)
BODY = b"<https://exemple.fr/a> <https://exemple.fr/b> <https://exemple.fr/c> .\n"


class _Portal(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []
    over = threading.Event()

    def do_GET(self) -> None:
        self.asked.append(self.path)
        port = self.server.server_address[1]
        moves = {
            "/ailleurs": "/catalogue.nt",
            "/boucle": "/boucle",
            "/prive": f"http://127.0.0.2:{port}/secret",
            "/metadonnees": "http://169.254.169.254/latest/meta-data/",
            "/fichier": "file:///etc/passwd",
            "/nulle-part": "",
        }
        if self.path in moves:
            self._say(302, b"", Location=moves[self.path])
        elif self.path == "/absent":
            self._say(404, b"")
        elif self.path == "/bombe":
            self._say(200, b"\x1f\x8b" + b"\0" * 64, **{"Content-Encoding": "gzip"})
        elif self.path == "/annonce":
            self._say(200, b"", **{"Content-Length": str(10**12)})
        elif self.path == "/coupe":
            self._say(200, BODY, **{"Content-Length": str(len(BODY) + 100)})
        elif self.path == "/sans-fin":
            self._begin(200)
            while not self.over.is_set():
                try:
                    self.wfile.write(b"#" * 4096)
                except OSError:
                    return
        elif self.path == "/goutte":
            self._begin(200)
            while not self.over.wait(0.02):
                try:
                    self.wfile.write(b"#")
                except OSError:
                    return
        else:
            self._say(200, BODY, **{"Content-Type": "application/n-triples; charset=utf-8"})

    def _begin(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        self._begin(status, **({"Content-Length": str(len(body))} | headers))
        self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def portal() -> Iterator[Callable[[str], str]]:
    """The address of a page of a portal on this very machine."""
    _Portal.asked, _Portal.over = [], threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Portal)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield lambda path: f"http://127.0.0.1:{server.server_address[1]}{path}"
    _Portal.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


def refusal(text: str, **more: object) -> str:
    """Why an address is refused, in words."""
    with pytest.raises(Unreadable) as refused, open_source(text, **more):
        pytest.fail("this address was read")
    return refused.value.message


def test_an_address_the_settings_allow_is_read_and_gone_afterwards(portal: Callable[[str], str]):
    with open_source(portal("/catalogue.nt"), allowed_private=LOCAL) as source:
        assert source.path.read_bytes() == BODY
        assert (source.name, source.media_type) == ("catalogue.nt", "application/n-triples")
        kept = source.path

    assert not kept.exists()


def test_a_private_address_is_refused_without_being_asked(portal: Callable[[str], str]):
    assert "machine privée (127.0.0.1)" in refusal(portal("/catalogue.nt"))
    assert _Portal.asked == []


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0", "10.0.0.1", "172.16.3.4",
        "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "[::1]", "[::]",
        "[fe80::1]", "[fc00::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[ff02::1]",
    ],
)  # fmt: skip
def test_no_writing_of_a_private_machine_passes(host: str):
    assert "machine privée" in refusal(f"http://{host}/catalogue.ttl")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("file:///etc/passwd", "Seules les adresses http:// et https://"),
        ("ftp://exemple.fr/a.ttl", "Seules les adresses http:// et https://"),
        ("gopher://exemple.fr/", "Seules les adresses http:// et https://"),
        ("http://nom:secret@exemple.fr/a.ttl", "mot de passe"),
        ("http:///a.ttl", "n’est pas une adresse web correcte"),
        ("http://exemple.fr:99999/", "n’est pas une adresse web correcte"),
        ("http://exem ple.fr/", "n’est pas une adresse web correcte"),
        ("http://ce-nom-n-existe-pas.invalid/a.ttl", "introuvable"),
    ],
)
def test_an_address_that_is_none_is_refused_in_words(address: str, said: str):
    assert said in refusal(address)


def test_a_redirect_is_followed_through_the_same_gate(portal: Callable[[str], str]):
    with open_source(portal("/ailleurs"), allowed_private=LOCAL) as source:
        assert source.path.read_bytes() == BODY

    for path, said in (
        ("/prive", "machine privée (127.0.0.2"),
        ("/metadonnees", "machine privée (169.254.169.254"),
        ("/fichier", "Seules les adresses http:// et https://"),
        ("/boucle", "plus de 5 fois"),
        ("/nulle-part", "plus de 5 fois"),
    ):
        assert said in refusal(portal(path), allowed_private=LOCAL)
    assert "/secret" not in _Portal.asked


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/absent", "répond « 404 »"),
        ("/bombe", "compressé (gzip)"),
        ("/annonce", "dépasse la limite de 1 Mio"),
        ("/sans-fin", "dépasse la limite de 1 Mio"),
        ("/coupe", "la connexion s’est rompue"),
    ],
)
def test_an_answer_that_is_not_the_file_is_refused_in_words(portal: Callable[[str], str], path: str, said: str):
    limits = Limits(file_bytes=1024 * 1024)
    with (
        pytest.raises((Unreadable, TooLarge)) as refused,
        open_source(portal(path), allowed_private=LOCAL, limits=limits),
    ):
        pytest.fail("this answer was kept")
    assert said in refused.value.message


def test_a_server_that_drips_is_cut_at_the_deadline(portal: Callable[[str], str]):
    assert "trop lent" in refusal(portal("/goutte"), allowed_private=LOCAL, seconds=0.6)


def test_a_name_is_looked_up_once_and_the_machine_that_was_checked_is_asked(
    portal: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
):
    """A name that answers otherwise the second time (DNS rebinding) gains nothing."""
    real, asked = socket.getaddrinfo, []

    def answering(host: str, *more: object, **named: object) -> object:
        if host == "catalogue.exemple":
            asked.append(host)
            return real("127.0.0.1" if len(asked) == 1 else "127.0.0.2", *more, **named)
        return real(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", answering)
    address = portal("/catalogue.nt").replace("127.0.0.1", "catalogue.exemple")

    with open_source(address, allowed_private=("catalogue.exemple",)) as source:
        assert source.path.read_bytes() == BODY
    assert asked == ["catalogue.exemple"]


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch):
    def answering(*_asked: object, **_named: object) -> object:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.216.34", "10.0.0.7")]

    monkeypatch.setattr(socket, "getaddrinfo", answering)
    assert "machine privée (catalogue.exemple, 10.0.0.7)" in refusal("http://catalogue.exemple/a.ttl")
