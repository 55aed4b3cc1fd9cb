"""Where a catalogue to import comes from: a path of this machine, or a web address that may be fetched safely.

Behind the page of a portal its interface is looked for; the pages of its list are followed, one after the other and
not too fast. Every address goes through the same gate, and the pages of a list stay on its host.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from registry.exchange.fetching import Busy, Fetched, fetch
from registry.exchange.portals.addresses import behind, by_large_pages, home_of
from registry.exchange.portals.format import SEPARATOR, recognise_portal
from registry.exchange.portals.pages import Page, look_at_page
from registry.exchange.rdf.format import is_html
from registry.inspection.limits import Limits
from registry.kernel.errors import Refusal, TooLarge, Unreadable
from registry.kernel.words import _

FETCH_SECONDS = 120.0
"""Units: seconds for one file, or one page of a list."""
LIST_SECONDS = 1800.0
"""Units: seconds for all the pages of a list."""
PAUSE = 0.25
"""Units: seconds between two pages: a portal serves others too."""
DEFAULT_LIMITS = Limits()
_LONGEST_WAIT = 60
_BUSY_TIMES = 5
_PAGES = 3000
_PAGE_BYTES = 32 * 1024 * 1024
"""Units: bytes. A longer answer is a whole export: no page follows it."""
_HEAD = 64 * 1024
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Source:
    """A file at hand: where it stands, what people call it, the format the server named, the portal it is from."""

    path: Path
    name: str
    media_type: str | None = None
    origin: str = ""


@dataclass
class _Way:
    """How addresses are asked, and how much time and room is left for the whole of them."""

    folder: Path
    allowed: tuple[str, ...]
    most: int
    seconds: float
    ends: float
    pause: float
    number: int = 0

    def ask(self, address: str) -> Fetched:
        """What an address answers; a server that asks to wait is waited for, within limits."""
        for attempt in range(_BUSY_TIMES):
            self.number += 1
            until = min(self.ends, time.monotonic() + self.seconds)
            try:
                return fetch(address, self.folder / f"{self.number}", allowed=self.allowed, most=self.most, until=until)
            except Busy as busy:
                wait = busy.seconds if busy.seconds is not None else 2**attempt
                if wait > _LONGEST_WAIT or attempt + 1 == _BUSY_TIMES or time.monotonic() + wait > self.ends:
                    raise _busy(busy) from busy
                time.sleep(wait)
        raise AssertionError("the last attempt answers or refuses")


def _busy(busy: Busy) -> Refusal:
    return Unreadable(
        _("{host} demande qu’on le laisse (réponse « {status} ») : réessayez plus tard.").format(
            host=busy.host, status=busy.status
        )
    )


@contextmanager
def open_source(
    text: str,
    *,
    allowed_private: tuple[str, ...] = (),
    limits: Limits = DEFAULT_LIMITS,
    seconds: float = FETCH_SECONDS,
    pause: float = PAUSE,
) -> Iterator[Source]:
    """The file a person named; what was fetched is removed when the block ends.

    `allowed_private` lists hosts (`catalogue.interne`) and networks (`10.1.0.0/16`) of one's own that may be
    fetched although they are not on the public Internet. `seconds` is for one file, or one page of a list.

    Raises:
        Unreadable: there is no such file, or the address may not or cannot be fetched.
        TooLarge: the answer passes the limit.
    """
    if "://" not in text:
        yield _local(text)
        return
    with tempfile.TemporaryDirectory(prefix="beffroi-source-") as folder:
        ends = time.monotonic() + max(seconds, LIST_SECONDS)
        yield _fetched(text, _Way(Path(folder), allowed_private, limits.file_bytes, seconds, ends, pause))


def _local(text: str) -> Source:
    path = Path(text).expanduser()
    if not path.is_file():
        raise Unreadable(_("Il n’y a pas de fichier ici : {name}. Vérifiez le chemin.").format(name=text))
    return Source(path, path.name)


def _fetched(text: str, way: _Way) -> Source:
    found = way.ask(by_large_pages(text.partition("#")[0]))
    if is_html(_head(found)):
        found = _behind(found, way)
    if recognise_portal(_head(found)) is None:
        return Source(found.path, found.name, found.media_type)
    return Source(_with_the_rest(found, way), found.place.host, None, home_of(found.address))


def _head(found: Fetched) -> bytes:
    with found.path.open("rb") as file:
        return file.read(_HEAD)


def _behind(page: Fetched, way: _Way) -> Fetched:
    """What the interface behind a web page answers.

    Raises: Unreadable, with what was tried.
    """
    tried = behind(page.address)
    for address in tried:
        time.sleep(way.pause)
        try:
            found = way.ask(address)
        except Unreadable:
            continue
        if recognise_portal(_head(found)) is not None:
            return found
    raise Unreadable(
        _("Cette adresse est une page web, pas un catalogue, et aucune interface de portail connue n’a répondu "
          "derrière elle (essayé : {tried}). Donnez l’adresse de l’export DCAT du catalogue, ou de son interface."
          ).format(
            tried=", ".join(urlsplit(address).path for address in tried)
        )
    )  # fmt: skip


def _with_the_rest(first: Fetched, way: _Way) -> Path:
    """The answers of a list in one file, its first page's when no other follows."""
    page = _look(first)
    if page.export is not None:
        time.sleep(way.pause)
        return way.ask(page.export).path
    host, size, seen = first.place.host, first.path.stat().st_size, {first.address}
    while (address := page.following) is not None:
        if urlsplit(address).hostname != host:
            raise Unreadable(
                _("La suite de cette liste est sur un autre site ({other}) : le registre ne la suit pas. Donnez "
                  "l’adresse de ce site, s’il est le bon.").format(other=urlsplit(address).hostname or address[:200])
            )  # fmt: skip
        if address in seen or len(seen) >= _PAGES:
            raise Unreadable(
                _("La liste de {host} tourne en rond ou n’en finit pas (page {count}) : demandez un export complet."
                  ).format(host=host, count=len(seen) + 1)
            )  # fmt: skip
        seen.add(address)
        time.sleep(way.pause)
        answer = way.ask(address)
        page = _of_a_page(answer, host, len(seen))
        size += _append(first.path, answer.path)
        if size > way.most:
            raise TooLarge(
                _("La liste de {host} dépasse la limite de {limit} Mio : importez-la en plusieurs fois, par un filtre."
                  ).format(host=host, limit=way.most // _MEBIBYTE)
            )  # fmt: skip
    return first.path


def _look(found: Fetched) -> Page:
    """What an answer says of the pages of its list; a whole export is no page, and is not read for it."""
    return look_at_page(found.path, found.address) if found.path.stat().st_size <= _PAGE_BYTES else Page()


def _of_a_page(answer: Fetched, host: str, number: int) -> Page:
    """What a page that another led to says of those after it.

    Raises: Unreadable for what is no such page: half a list is not read.
    """
    page = _look(answer)
    if answer.place.host != host or not page.is_page:
        raise Unreadable(
            _("La page {number} de la liste de {host} n’est pas lisible (une autre page, ou une réponse coupée) : rien "
              "n’est lu. Réessayez plus tard.").format(host=host, number=number)
        )  # fmt: skip
    return page


def _append(whole: Path, page: Path) -> int:
    """Adds a page after the others; says how many bytes it is."""
    raw = page.read_bytes()
    with whole.open("ab") as file:
        file.write(SEPARATOR + raw)
    page.unlink()
    return len(raw) + 1
