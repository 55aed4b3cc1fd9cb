"""Reading a code as the npm package `@socialgouv/legi-data` writes it: a tree of sections whose leaves are articles.

A code is up to sixty megabytes: it is read piece by piece. Each node's `data` is taken whole and put out of the tree;
what remains is small, and is read at the end to be sure that the file is whole and well formed.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import IO, Any

from registry.kernel.errors import Unreadable
from registry.kernel.plain_text import html_lines
from registry.kernel.words import _
from registry.legal.reading import LARGEST, MADE_BY, STATES, ReadArticle, ReadVersion, first_day, last_day
from registry.legal.rules import Wanted
from registry.legal.vocabulary import ArticleState, LegalSource, TextNature

_DATA = re.compile(r'(?<!\\)"data"\s*:\s*(?=\{)')
_SPACES = re.compile(r"\s+")
_PIECE = 1 << 20
_LARGEST_TREE = 64 << 20
_BEGINNING = 64
"""More characters than the longest beginning of a node, spaces included."""


def read_code(stream: IO[bytes], name: str, wanted: Wanted) -> Iterator[ReadArticle]:
    """The wanted articles of a code, one by one, in bounded memory.

    Raises: Unreadable, naming the file, as soon as it is not what it says or is cut.
    """
    code: tuple[str, str] | None = None
    for data in _nodes(stream, name):
        if code is None:
            code = _code_of(data, name)
            if not wanted.wants_text(code[0]):
                return
        elif "num" in data and isinstance(data.get("num"), str) and wanted.wants(code[0], data["num"]):
            yield _article(data, code, name)
    if code is None:
        raise _unreadable(name)


def _unreadable(name: str) -> Unreadable:
    return Unreadable(
        _(
            "{file} n’est pas un code du paquet @socialgouv/legi-data, ou il est coupé : téléchargez-le de nouveau. "
            "Rien n’a été chargé."
        ).format(file=name)
    )


def _nodes(stream: IO[bytes], name: str) -> Iterator[dict[str, Any]]:
    """The `data` of each node, in order; then the tree without them is read, as its syntax must be whole."""
    decoder, tree, rest, ended = json.JSONDecoder(), _Tree(name), "", False
    pieces = _utf8(stream, name)
    while not ended:
        piece = next(pieces, "")
        ended = not piece
        rest, at = rest + piece, 0
        while (found := _DATA.search(rest, at)) is not None:
            try:
                data, end = decoder.raw_decode(rest, found.end())
            except (ValueError, RecursionError) as error:
                if ended or len(rest) - found.start() > LARGEST:
                    raise _unreadable(name) from error
                break
            tree.keep(rest[at : found.end()] + "0")
            at = end
            yield data
        # A node that is cut waits whole for the next piece, and so do the last characters: one may begin there.
        kept_to = found.start() if found is not None else max(at, len(rest) - _BEGINNING)
        tree.keep(rest[at:kept_to])
        rest = rest[kept_to:]
    tree.keep(rest)
    tree.check()


class _Tree:
    """What remains of a code once the data of its nodes is taken out."""

    def __init__(self, name: str) -> None:
        self._parts, self._size, self._name = list[str](), 0, name

    def keep(self, part: str) -> None:
        """Keeps a part without its spaces.

        Raises: Unreadable when all of it is too large to be the tree of a code.
        """
        bare = _SPACES.sub("", part)
        self._parts.append(bare)
        self._size += len(bare)
        if self._size > _LARGEST_TREE:
            raise _unreadable(self._name)

    def check(self) -> None:
        """Refuses a tree that is cut or is not that of a code.

        Raises: Unreadable.
        """
        try:
            tree = json.loads("".join(self._parts))
        except (ValueError, RecursionError) as error:
            raise _unreadable(self._name) from error
        if not isinstance(tree, dict) or tree.get("type") != "code":
            raise _unreadable(self._name)


def _utf8(stream: IO[bytes], name: str) -> Iterator[str]:
    """The stream as text, a megabyte at a time, whatever falls across two pieces."""
    waiting = b""
    while piece := stream.read(_PIECE):
        waiting += piece
        try:
            text, waiting = waiting.decode("utf-8"), b""
        except UnicodeDecodeError as error:
            if error.start < len(waiting) - 3:
                raise _unreadable(name) from error
            text, waiting = waiting[: error.start].decode("utf-8"), waiting[error.start :]
        if text:
            yield text
    if waiting:
        raise _unreadable(name)


def _code_of(data: dict[str, Any], name: str) -> tuple[str, str]:
    identifier, title = data.get("cid") or data.get("id"), data.get("title")
    if not isinstance(identifier, str) or not isinstance(title, str) or not identifier.startswith("LEGITEXT"):
        raise _unreadable(name)
    return identifier, title.replace("'", "’")


def _article(data: dict[str, Any], code: tuple[str, str], name: str) -> ReadArticle:
    try:
        number = data["num"]
        others = [
            _version(one, one.get("numero") or number)
            for one in data.get("articleVersions") or ()
            if one["id"] != data["id"]
        ]
        version = _version(
            data, number,
            content=html_lines(data.get("texteHtml") or data.get("texte") or ""),
            note=html_lines(data.get("notaHtml") or data.get("nota") or "") or None,
            modified_by=_made_by(data),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise Unreadable(
            _("{file} : l’article {number} n’a pas la forme attendue. Rien n’a été chargé.").format(
                file=name, number=data.get("num")
            )
        ) from error
    return ReadArticle(*code, TextNature.CODE, LegalSource.NPM_PACKAGE, number, version, tuple(others))


def _version(data: dict[str, Any], number: str, **said: str | None) -> ReadVersion:
    return ReadVersion(
        str(data["id"]), number, STATES.get(data["etat"], ArticleState.OTHER), first_day(_day(data["dateDebut"])),
        last_day(_day(data["dateFin"])), **said,
    )  # fmt: skip


def _day(said: int | str) -> date:
    """A day, given in thousandths of a second since 1970 or as `AAAA-MM-JJ`."""
    if isinstance(said, str):
        return date.fromisoformat(said[:10])
    return datetime.fromtimestamp(said / 1000, UTC).date()


def _made_by(data: dict[str, Any]) -> str | None:
    acts = [
        one
        for one in data.get("lienModifications") or ()
        if one.get("linkOrientation") == "cible" and one.get("linkType") in MADE_BY and one.get("textTitle")
    ]
    latest = max(acts, key=lambda one: str(one.get("dateDebutCible") or ""), default=None)
    if latest is None:
        return None
    title, number = latest["textTitle"].strip(), str(latest.get("articleNum") or "")
    return f"{title} {number}" if title.endswith("art.") and number else title
