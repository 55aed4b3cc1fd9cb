"""Fetching one address through the gate, within limits of time and size; redirects go through it too."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from socket import SHUT_RDWR
from urllib.parse import quote, unquote, urljoin

from registry.exchange.first_bytes import NAMED_FORMATS
from registry.exchange.gate import Place, checked, connection_to
from registry.kernel.errors import Refusal, TooLarge, Unreadable
from registry.kernel.words import _

REDIRECTS = 5
_REDIRECTED = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({429, 503})
_CHUNK = 64 * 1024
_MEBIBYTE = 1024 * 1024
_ACCEPT = (
    "application/rdf+xml, text/turtle, application/ld+json, application/n-triples, application/trig, "
    "application/n-quads, application/json;q=0.9, application/xml;q=0.5, */*;q=0.1"
)


class Busy(Exception):
    """A server asks to be left alone for a while.

    Units: seconds, none where it does not say.
    """

    def __init__(self, host: str, status: int, seconds: int | None) -> None:
        super().__init__(f"{host}: {status}")
        self.host = host
        self.status = status
        self.seconds = seconds


@dataclass(frozen=True)
class Fetched:
    """What an address answered: where it stands now, and from where it came in the end."""

    path: Path
    place: Place
    name: str
    media_type: str | None

    @property
    def address(self) -> str:
        """The address that answered, once every redirect was followed."""
        return self.place.url.geturl()


def fetch(text: str, target: Path, *, allowed: tuple[str, ...], most: int, until: float) -> Fetched:
    """The file of an address, kept at `target`.

    Units: `most` in bytes; `until` in seconds of the monotonic clock.
    Raises:
        Busy: the server asks to come back later.
        Unreadable: the address may not or cannot be fetched.
        TooLarge: the answer passes the limit.
    """
    address = text
    for _step in range(REDIRECTS + 1):
        place = checked(address, allowed)
        connection = connection_to(place, until)
        try:
            with _cut_at(connection, until):
                response = _ask(connection, place)
                if response.status not in _REDIRECTED:
                    _check_answer(response, place.host, most)
                    _save(response, target, most)
                    return Fetched(target, place, _file_name(place), _media_type(response))
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


def _ask(connection: http.client.HTTPConnection, place: Place) -> http.client.HTTPResponse:
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
            line.shutdown(SHUT_RDWR)

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
    if response.status in _BUSY:
        said = (response.headers.get("Retry-After") or "").strip()
        raise Busy(host, response.status, int(said) if said.isdigit() and len(said) < 6 else None)
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


def _file_name(place: Place) -> str:
    return PurePosixPath(unquote(place.url.path)).name[:200] or place.host
