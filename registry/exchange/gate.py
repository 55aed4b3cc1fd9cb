"""Which machine an address leads to, and whether it may be asked: the only way out of the registry for an import.

An address is resolved once, every address of the host is checked, and the connection goes to the one that was
checked: a name that changes between the two gains nothing.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from registry.kernel.errors import Refusal, Unreadable
from registry.kernel.words import _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_SILENCE = 20.0
"""Units: seconds without a byte after which a server is given up."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Place:
    """An address that passed the gate, with the one machine it may be asked of."""

    url: SplitResult
    host: str
    port: int
    machine: str


def checked(address: str, allowed: tuple[str, ...]) -> Place:
    """The address, once it is sure that asking it reaches nothing private.

    `allowed` lists hosts (`catalogue.interne`) and networks (`10.1.0.0/16`) of one's own that may be asked all the
    same.
    Raises: Unreadable.
    """
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
    return Place(url, host, port, str(machines[0]))


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

    def __init__(self, place: Place, timeout: float) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(place.host, place.port, timeout=timeout, context=self._tls)
        self._machine = place.machine

    def connect(self) -> None:
        """Opens the connection to the pinned machine."""
        raw = socket.create_connection((self._machine, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(raw, server_hostname=self.host)


class _PinnedHTTP(http.client.HTTPConnection):
    """A plain connection to the machine that was checked."""

    def __init__(self, place: Place, timeout: float) -> None:
        super().__init__(place.host, place.port, timeout=timeout)
        self._machine = place.machine

    def connect(self) -> None:
        """Opens the connection to the pinned machine."""
        self.sock = socket.create_connection((self._machine, self.port), self.timeout)


def connection_to(place: Place, until: float) -> http.client.HTTPConnection:
    """A connection to the machine that was checked, given up at `until` (of the monotonic clock)."""
    timeout = min(_SILENCE, max(0.1, until - time.monotonic()))
    return _PinnedHTTPS(place, timeout) if place.url.scheme == "https" else _PinnedHTTP(place, timeout)
