"""Which database an address leads to, and whether it may be asked: only machines that the administrator lists."""

import re
import socket
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from registry.inspection.servers import SERVERS, Server
from registry.kernel.errors import Invalid
from registry.kernel.words import _

_SCHEME = re.compile(r"([a-z][a-z0-9+]*)://", re.IGNORECASE)
_PLAIN = re.compile(r"[\w.$#-]+")
"""What the name of an Oracle service is made of: a parenthesis would let it name another machine."""


def is_database(source: str) -> bool:
    """Whether what is to be inspected is an address, not a file."""
    return _SCHEME.match(source) is not None


def checked(address: str, allowed: Sequence[str]) -> tuple[URL, Server]:
    """The address as what speaks to its server takes it, and the kind of server.

    Raises: Invalid when it does not read, leads to a machine that is not listed, or says more than an address does.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        raise Invalid(
            _("Cette adresse de base ne se lit pas : elle a la forme postgresql://compte@machine/base.")
        ) from error
    server = SERVERS.get(url.get_backend_name())
    if server is None:
        raise Invalid(
            _("« {scheme} » n’est pas un genre de base connu : postgresql, mysql, mariadb, mssql ou oracle.").format(
                scheme=url.get_backend_name()
            )
        )
    strange = sorted(set(url.query) - server.options)
    if strange:
        raise Invalid(
            _("L’adresse porte une option qui n’est pas prise ici : {names}.").format(names=", ".join(strange))
        )
    _require_allowed(url, allowed)
    if server.names_a_service:
        _require_service(url)
    return url.set(drivername=server.drivername), server


def _require_service(url: URL) -> None:
    named = [one for one in (url.database, url.query.get("service_name")) if one]
    if not named:
        raise Invalid(
            _(
                "L’adresse ne nomme pas la base : oracle://compte@machine/SID, ou oracle://compte@machine/?service_name=…"
            )
        )
    if not all(_PLAIN.fullmatch(str(one)) for one in named):
        raise Invalid(_("Le nom du service Oracle ne se lit pas : des lettres, des chiffres, . _ - $ # seulement."))


def _require_allowed(url: URL, allowed: Sequence[str]) -> None:
    said = url.query.get("host", "")
    folder = said if isinstance(said, str) else ""
    host = url.host or ""
    if said and (not folder.startswith("/") or host):
        raise Invalid(_("L’adresse nomme deux machines : gardez celle qui précède le nom de la base."))
    place = folder or host
    if not place or ("," in place) or not (place in allowed or _is_within(host, allowed)):
        raise Invalid(
            _("La machine « {host} » n’est pas de celles qu’on peut inspecter : la personne qui administre le registre "
              "l’ajoute au réglage BEFFROI_SCAN_HOSTS.").format(host=place)
        )  # fmt: skip


def _is_within(host: str, allowed: Sequence[str]) -> bool:
    """Whether a host is listed by name, or all its addresses within a listed network."""
    if not host:
        return False
    if host.casefold() in {one.casefold() for one in allowed}:
        return True
    networks = []
    for one in allowed:
        try:
            networks.append(ip_network(one, strict=False))
        except ValueError:
            continue
    if not networks:
        return False
    try:
        found = {str(entry[4][0]).split("%")[0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(any(ip_address(one) in network for network in networks) for one in found)
