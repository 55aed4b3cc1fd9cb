"""Where a file to import comes from: a path of this machine, or a web address that may be fetched safely.

An address is resolved once, every address of the host is checked, and the connection goes to the one that
was checked: a name that changes between the two gains nothing. Redirects go through the same gate.
"""

import http.client
import ipaddress
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from registry.exchange.first_bytes import NAMED_FORMATS
from registry.exchange.vocabulary import Limits
from registry.kernel.errors import Refusal, TooLarge, Unreadable
from registry.kernel.words import _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

REDIRECTS = 5
FETCH_SECONDS = 120.0
DEFAULT_LIMITS = Limits()
_REDIRECTED = frozenset({301, 302, 303, 307, 308})
_CHUNK = 64 * 1024
_MEBIBYTE = 1024 * 1024
_SILENCE = 20.0
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ACCEPT = (
    "application/rdf+xml, text/turtle, application/ld+json, application/n-triples, application/trig, "
    "application/n-quads, application/xml;q=0.5, */*;q=0.1"
)


@dataclass(frozen=True)
class Source:
    """A file at hand: where it stands, what people call it, and the format the server named."""

    path: Path
    name: str
    media_type: str | None = None


@dataclass(frozen=True)
class _Place:
    """An address that passed the gate, with the one machine it may be asked of."""

    url: SplitResult
    host: str
    port: int
    machine: str


@contextmanager
def open_source(
    text: str,
    *,
    allowed_private: tuple[str, ...] = (),
    limits: Limits = DEFAULT_LIMITS,
    seconds: float = FETCH_SECONDS,
) -> Iterator[Source]:
    """The file a person named; what was fetched is removed when the block ends.

    `allowed_private` lists hosts (`catalogue.interne`) and networks (`10.1.0.0/16`) of one's own that may be
    fetched although they are not on the public Internet.

    Raises:
        Unreadable: there is no such file, or the address may not or cannot be fetched.
        TooLarge: the answer passes the limit.
    """
    if "://" not in text:
        yield _local(text)
        return
    with tempfile.TemporaryDirectory(prefix="beffroi-source-") as folder:
        yield _fetch(text, Path(folder), allowed_private, limits.file_bytes, time.monotonic() + seconds)


def _local(text: str) -> Source:
    path = Path(text).expanduser()
    if not path.is_file():
        raise Unreadable(_("Il n’y a pas de fichier ici : {name}. Vérifiez le chemin.").format(name=text))
    return Source(path, path.name)


def _fetch(text: str, folder: Path, allowed: tuple[str, ...], most: int, until: float) -> Source:
    address = text
    for _step in range(REDIRECTS + 1):
        place = _checked(address, allowed)
        target = folder / "source"
        connection = _connection(place, until)
        try:
            with _cut_at(connection, until):
                response = _ask(connection, place)
                if response.status not in _REDIRECTED:
                    _check_answer(response, place.host, most)
                    _save(response, target, most)
                    return Source(target, _file_name(place), _media_type(response))
                address = urljoin(address, response.headers.get("Location") or "")
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _unreachable(place.host, until) from error
        finally:
            connection.close()
    raise Unreadable(
        _("Cette adresse renvoie plus de {count} fois vers une autre : donnez l’adresse finale du fichier.").format(
            count=REDIRECTS
        )
    )


def _media_type(response: http.client.HTTPResponse) -> str | None:
    """The format the server named, where it is one a catalogue may have: servers often say `text/plain`."""
    named = response.headers.get_content_type()
    return named if named in NAMED_FORMATS else None


def _checked(address: str, allowed: tuple[str, ...]) -> _Place:
    """The address, once it is sure that asking it reaches nothing private."""
    try:
        url = urlsplit(address)
        host, port = url.hostname or "", url.port
    except ValueError as error:
        raise _malformed(address) from error
    if url.scheme not in {"http", "https"}:
        raise Unreadable(
            _("Seules les adresses http:// et https:// sont lues, pas « {scheme}: ». Donnez l’adresse web du "
              "fichier, ou téléchargez-le et donnez son chemin.").format(scheme=url.scheme[:20])
        )  # fmt: skip
    if url.username is not None or url.password is not None:
        raise Unreadable(_("Cette adresse contient un mot de passe : retirez-le, et téléchargez le fichier vous-même."))
    if not host or any(letter.isspace() or not letter.isprintable() for letter in address):
        raise _malformed(address)
    port = port or (443 if url.scheme == "https" else 80)
    machines = _machines(host, port)
    for machine in machines:
        if not _is_public(machine) and not _is_allowed(host, machine, allowed):
            named = host if host == str(machine) else f"{host}, {machine}"
            raise Unreadable(
                _("Cette adresse mène à une machine privée ({machine}) : le registre ne l’interroge pas. "
                  "Téléchargez le fichier et importez-le, ou faites inscrire cette machine dans les réglages."
                  ).format(machine=named)
            )  # fmt: skip
    return _Place(url, host, port, str(machines[0]))


def _malformed(address: str) -> Refusal:
    return Unreadable(_("« {address} » n’est pas une adresse web correcte.").format(address=address[:200]))


def _machines(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreadable(
            _("Le nom « {host} » est introuvable : vérifiez l’adresse et la connexion au réseau.").format(
                host=host[:200]
            )
        ) from error
    # A zone index (`%eth0`) only goes with link-local addresses, which are refused in any case.
    return [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]


def _is_public(machine: Address) -> bool:
    """Whether an address is of the public Internet, also when it is wrapped in another."""
    if isinstance(machine, ipaddress.IPv6Address):
        teredo = machine.teredo
        inner = machine.ipv4_mapped or machine.sixtofour or (teredo[1] if teredo else None)
        if machine in _NAT64:
            inner = ipaddress.IPv4Address(int(machine) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(inner)
    return machine.is_global and not machine.is_multicast and not machine.is_reserved


def _is_allowed(host: str, machine: Address, allowed: tuple[str, ...]) -> bool:
    for entry in allowed:
        if entry.casefold() == host.casefold():
            return True
        try:
            network = ipaddress.ip_network(entry, strict=False)
        except ValueError:
            continue
        if machine.version == network.version and machine in network:
            return True
    return False


class _PinnedHTTPS(http.client.HTTPSConnection):
    """A TLS connection to the machine that was checked, under the name of the host."""

    def __init__(self, place: _Place, timeout: float) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(place.host, place.port, timeout=timeout, context=self._tls)
        self._machine = place.machine

    def connect(self) -> None:
        """Opens the connection to the pinned machine."""
        raw = socket.create_connection((self._machine, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(raw, server_hostname=self.host)


class _PinnedHTTP(http.client.HTTPConnection):
    """A plain connection to the machine that was checked."""

    def __init__(self, place: _Place, timeout: float) -> None:
        super().__init__(place.host, place.port, timeout=timeout)
        self._machine = place.machine

    def connect(self) -> None:
        """Opens the connection to the pinned machine."""
        self.sock = socket.create_connection((self._machine, self.port), self.timeout)


def _connection(place: _Place, until: float) -> http.client.HTTPConnection:
    timeout = min(_SILENCE, max(0.1, until - time.monotonic()))
    return _PinnedHTTPS(place, timeout) if place.url.scheme == "https" else _PinnedHTTP(place, timeout)


def _ask(connection: http.client.HTTPConnection, place: _Place) -> http.client.HTTPResponse:
    asked = (place.url.path or "/") + (f"?{place.url.query}" if place.url.query else "")
    headers = {"Accept": _ACCEPT, "Accept-Encoding": "identity", "User-Agent": "Beffroi"}
    connection.request("GET", quote(asked, safe="/%:@!$&'()*+,;=~?[]"), headers=headers)
    return connection.getresponse()


@contextmanager
def _cut_at(connection: http.client.HTTPConnection, until: float) -> Iterator[None]:
    """Ends the connection at the deadline, even when the server sends one byte now and then."""

    connection.connect()
    # The connection lets go of its socket once the answer begins, if the server said it would close it.
    line = connection.sock

    def cut() -> None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, until - time.monotonic()), cut)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if time.monotonic() >= until:
        # What ends without its length being announced looks whole when it is cut.
        raise TimeoutError


def _check_answer(response: http.client.HTTPResponse, host: str, most: int) -> None:
    if response.status != http.client.OK:
        raise Unreadable(
            _("{host} répond « {status} » à cette adresse : vérifiez-la dans un navigateur.").format(
                host=host, status=response.status
            )
        )
    encoding = (response.headers.get("Content-Encoding") or "identity").strip().lower()
    if encoding != "identity":
        raise Unreadable(
            _("{host} envoie le fichier compressé ({encoding}) sans qu’on le demande : téléchargez-le et importez-le."
              ).format(host=host, encoding=encoding[:20])
        )  # fmt: skip
    length = response.headers.get("Content-Length") or ""
    if length.isdigit() and int(length) > most:
        raise _too_large(most)


def _too_large(most: int) -> Refusal:
    return TooLarge(
        _(
            "Le fichier de cette adresse dépasse la limite de {limit} Mio : faites-le exporter en plusieurs fichiers."
        ).format(limit=most // _MEBIBYTE)
    )


def _save(response: http.client.HTTPResponse, target: Path, most: int) -> None:
    """Writes the answer, counting what comes rather than believing what was announced."""
    received = 0
    with target.open("wb") as file:
        while piece := response.read1(_CHUNK):
            received += len(piece)
            if received > most:
                raise _too_large(most)
            file.write(piece)
    length = response.headers.get("Content-Length") or ""
    if length.isdigit() and received < int(length):
        raise http.client.IncompleteRead(b"", int(length) - received)


def _unreachable(host: str, until: float) -> Refusal:
    if time.monotonic() >= until:
        return Unreadable(
            _("{host} est trop lent : le fichier n’est pas arrivé à temps. Téléchargez-le vous-même.").format(host=host)
        )
    return Unreadable(
        _("{host} ne répond pas, ou la connexion s’est rompue : réessayez plus tard, ou téléchargez le fichier "
          "vous-même.").format(host=host)
    )  # fmt: skip


def _file_name(place: _Place) -> str:
    return PurePosixPath(unquote(place.url.path)).name[:200] or place.host
