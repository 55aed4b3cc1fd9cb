"""Opening what somebody gives: a file, a folder or an archive, of the npm package or of the DILA's dump.

Archives are read as a stream and never unpacked on the disk; a link, a device or a folder in one is passed over.
"""

import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from registry.kernel.errors import Unreadable
from registry.kernel.words import _
from registry.legal.legi_json import read_code
from registry.legal.legi_xml import read_article
from registry.legal.reading import LARGEST, ReadArticle
from registry.legal.rules import Wanted

_ARCHIVES = (".tgz", ".tar.gz", ".tar", ".taz", ".tar.bz2", ".tar.xz")


def read_source(given: Path, wanted: Wanted) -> Iterator[ReadArticle]:
    """The wanted articles of a file, a folder or an archive.

    Raises: Unreadable, in one sentence, when it is none of what is read or a file of it is not what it says.
    """
    if given.is_dir():
        found = _folder(given, wanted)
    elif given.name.casefold().endswith(_ARCHIVES):
        found = _archive(given, wanted)
    elif _is_of_interest(given.name):
        found = _file(given, given.name, wanted)
    else:
        raise Unreadable(_not_read(given.name))
    return found


def _not_read(name: str) -> str:
    return _(
        "{file} n’est ni un article LEGI (LEGIARTI….xml), ni un code (LEGITEXT….json), ni une archive .tgz ou .tar.gz "
        "qui en contient. Donnez le paquet @socialgouv/legi-data, l’archive LEGI de la DILA, ou un dossier de l’un ou "
        "l’autre."
    ).format(file=name)


def _is_of_interest(name: str) -> bool:
    return (name.startswith("LEGITEXT") and name.endswith(".json")) or (
        name.startswith("LEGIARTI") and name.endswith(".xml")
    )


def _file(path: Path, name: str, wanted: Wanted) -> Iterator[ReadArticle]:
    try:
        if name.endswith(".json"):
            with path.open("rb") as stream:
                yield from read_code(stream, name, wanted)
            return
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise Unreadable(
            _("{file} ne peut être lu : {reason}.").format(file=name, reason=error.strerror or error)
        ) from error
    article = read_article(content, name, wanted)
    if article is not None:
        yield article


def _folder(folder: Path, wanted: Wanted) -> Iterator[ReadArticle]:
    seen = False
    for path in sorted(folder.rglob("LEGI*")):
        if path.is_file() and not path.is_symlink() and _is_of_interest(path.name):
            seen = True
            yield from _file(path, path.name, wanted)
    if not seen:
        raise Unreadable(_not_read(folder.name))


def _archive(path: Path, wanted: Wanted) -> Iterator[ReadArticle]:
    seen = False
    try:
        with tarfile.open(path, "r|*") as archive:
            for member in archive:
                name = member.name.rpartition("/")[2]
                stream = archive.extractfile(member) if member.isfile() and _is_of_interest(name) else None
                if stream is None:
                    continue
                seen = True
                if name.endswith(".json"):
                    yield from read_code(stream, name, wanted)
                    continue
                article = read_article(stream.read(LARGEST + 1), name, wanted)
                if article is not None:
                    yield article
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise Unreadable(
            _("{file} n’est pas une archive lisible, ou elle est coupée. Rien n’a été chargé.").format(file=path.name)
        ) from error
    if not seen:
        raise Unreadable(_not_read(path.name))
