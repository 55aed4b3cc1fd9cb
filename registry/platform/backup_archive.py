"""A backup as two files: the archive with the data, and the keys apart.

The archive is a plain tar: `database.dump` (pg_dump's own format), `files/ab/abcd…` (each stored file under
its SHA-256), and last `manifest.json` with the hash and the size of every part, then the manifest's own hash.
An archive that was cut off has no manifest; a byte that changed shows by its part.
"""

import io
import json
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ConfigDict, ValidationError

from registry.kernel.errors import Unreadable
from registry.kernel.words import _
from registry.platform.files import sha256_of

FORMAT = 1
DUMP, MANIFEST, SEAL = "database.dump", "manifest.json", "manifest.sha256"
KEYS_SUFFIX = ".cles.tar"
_STORED = re.compile(r"files/[0-9a-f]{2}/([0-9a-f]{64})")
_SECRET, _TABLE = "secrets/", "tables/"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]+")
_CHUNK = 1024 * 1024
_LARGEST_MANIFEST = 256 * 1024 * 1024


class Part(BaseModel):
    """One part of an archive.

    Units: `size` in bytes; `sha256` in lower-case hexadecimal.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str
    size: int


class Manifest(BaseModel):
    """What an archive holds, as counted in the snapshot it was taken from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int
    created_at: datetime
    product: str
    revision: str
    server_major: int
    dump_major: int
    tables: dict[str, int]
    """Rows of each table, by its full name, those of the keys included."""
    key_tables: tuple[str, ...]
    """Tables whose rows stand with the keys, not in the archive."""
    registry: dict[str, str]
    seal_no: int
    root: str
    parts: dict[str, Part]
    keys: Part

    @property
    def stored(self) -> dict[str, Part]:
        """The stored files, by their SHA-256."""
        return {found[1]: part for name, part in self.parts.items() if (found := _STORED.fullmatch(name))}

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(part.size for part in self.parts.values())


@dataclass(frozen=True)
class Keys:
    """What opens a backup: the secrets of the home, and the rows of the tables of keys (COPY text)."""

    secrets: Mapping[str, bytes]
    tables: Mapping[str, bytes]


def stored_name(digest: str) -> str:
    """Where a stored file stands in an archive."""
    return f"files/{digest[:2]}/{digest}"


def keys_beside(archive: Path) -> Path:
    """Where the keys of an archive are written, and looked for."""
    return archive.with_name(archive.name.removesuffix(".tar") + KEYS_SUFFIX)


def write_archive(
    place: Path,
    dump: Path,
    stored: Iterable[tuple[str, bytes]],
    complete: Callable[[dict[str, Part]], Manifest],
) -> Manifest:
    """Writes an archive; `complete` makes the manifest once every part is known."""
    parts: dict[str, Part] = {}
    with tarfile.open(place, "w:", format=tarfile.PAX_FORMAT) as archive:
        with dump.open("rb") as source:
            parts[DUMP] = Part(sha256=sha256_of(dump), size=dump.stat().st_size)
            archive.addfile(_entry(DUMP, parts[DUMP].size), source)
        for digest, content in stored:
            parts[stored_name(digest)] = Part(sha256=digest, size=len(content))
            _add(archive, stored_name(digest), content)
        manifest = complete(parts)
        said = manifest.model_dump_json(indent=1).encode()
        _add(archive, MANIFEST, said)
        _add(archive, SEAL, sha256(said).hexdigest().encode())
    return manifest


def read_manifest(place: Path) -> Manifest:
    """The manifest of an archive.

    Raises: Unreadable when this is no archive, or one that was cut off or changed.
    """
    with _opened(place) as archive:
        said, seal = _content(archive, MANIFEST), _content(archive, SEAL)
        if said is None and _holds_keys(archive):
            whole = place.name.removesuffix(KEYS_SUFFIX) + ".tar"
            raise Unreadable(
                _("{file} est le fichier des clés : donnez l’archive, {archive}, et ce fichier par --keys.").format(
                    file=place.name, archive=whole
                )
            )
    if said is None or seal is None:
        raise Unreadable(_("{file} n’a pas de fin : l’archive est tronquée.").format(file=place.name))
    if sha256(said).hexdigest().encode() != seal:
        raise Unreadable(_("{file} : la table des matières de l’archive a changé.").format(file=place.name))
    try:
        manifest = Manifest.model_validate_json(said)
    except ValidationError as error:
        raise Unreadable(
            _("{file} vient d’une autre version de Beffroi : sa table des matières est inconnue.").format(
                file=place.name
            )
        ) from error
    if manifest.format != FORMAT:
        raise Unreadable(_("{file} est d’un format que cette version ne connaît pas.").format(file=place.name))
    return manifest


def find_defects(place: Path, manifest: Manifest) -> list[str]:
    """What of an archive is missing, changed or foreign, in sentences: every byte of every part is read."""
    defects: list[str] = []
    seen: set[str] = set()
    with _opened(place) as archive:
        for member in archive:
            if member.name in {MANIFEST, SEAL}:
                continue
            seen.add(member.name)
            expected = manifest.parts.get(member.name)
            if expected is None:
                defects.append(_("{part} n’est pas de cette sauvegarde.").format(part=member.name))
            elif member.size != expected.size or _sum_of(archive, member) != expected.sha256:
                defects.append(_("{part} a changé depuis la sauvegarde.").format(part=member.name))
    defects += [_("{part} manque dans l’archive.").format(part=name) for name in manifest.parts if name not in seen]
    return defects


def extract_dump(place: Path, target: Path) -> None:
    """Takes the dump out of an archive."""
    with _opened(place) as archive, target.open("wb") as file:
        source = archive.extractfile(DUMP)
        while source is not None and (piece := source.read(_CHUNK)):
            file.write(piece)


def read_stored(place: Path) -> Iterator[tuple[str, bytes]]:
    """The stored files of an archive: their SHA-256 and their bytes."""
    with _opened(place) as archive:
        for member in archive:
            found = _STORED.fullmatch(member.name)
            source = archive.extractfile(member) if found else None
            if found and source is not None:
                yield found[1], source.read()


def write_keys(place: Path, keys: Keys) -> Part:
    """Writes the keys apart, for the account that runs the command alone."""
    place.touch(mode=0o600)
    with tarfile.open(place, "w:", format=tarfile.PAX_FORMAT) as archive:
        for name, content in sorted(keys.secrets.items()):
            _add(archive, f"{_SECRET}{name}", content)
        for name, content in sorted(keys.tables.items()):
            _add(archive, f"{_TABLE}{name}", content)
    return Part(sha256=sha256_of(place), size=place.stat().st_size)


def read_keys(place: Path, manifest: Manifest) -> Keys:
    """The keys of an archive.

    Raises: Unreadable when they are missing, changed, or those of another backup.
    """
    if not place.is_file():
        raise Unreadable(
            _("Les clés de cette sauvegarde manquent : {file} n’existe pas (--keys dit où elles sont).").format(
                file=place
            )
        )
    if sha256_of(place) != manifest.keys.sha256:
        raise Unreadable(_("{file} ne contient pas les clés de cette sauvegarde, ou a changé.").format(file=place.name))
    secrets: dict[str, bytes] = {}
    tables: dict[str, bytes] = {}
    with _opened(place) as archive:
        for member in archive:
            folder, _slash, name = member.name.partition("/")
            source = archive.extractfile(member)
            if source is not None and _PLAIN_NAME.fullmatch(name) and not name.startswith("."):
                (secrets if folder == "secrets" else tables)[name] = source.read()
    return Keys(secrets, tables)


def _holds_keys(archive: tarfile.TarFile) -> bool:
    names = archive.getnames()
    return bool(names) and all(name.startswith((_SECRET, _TABLE)) for name in names)


@contextmanager
def _opened(place: Path) -> Iterator[tarfile.TarFile]:
    """An archive being read; says in a sentence what the format refuses."""
    try:
        with tarfile.open(place, "r:") as archive:
            yield archive
    except FileNotFoundError as error:
        raise Unreadable(_("{file} n’existe pas.").format(file=place)) from error
    except (tarfile.TarError, EOFError, json.JSONDecodeError) as error:
        raise Unreadable(
            _("{file} n’est pas une sauvegarde de Beffroi, ou a été abîmé.").format(file=place.name)
        ) from error
    except OSError as error:
        raise Unreadable(
            _("{file} ne se lit pas : {reason}.").format(file=place, reason=error.strerror or error)
        ) from error


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    archive.addfile(_entry(name, len(content)), io.BytesIO(content))


def _content(archive: tarfile.TarFile, name: str) -> bytes | None:
    try:
        member = archive.getmember(name)
    except KeyError:
        return None
    source: IO[bytes] | None = archive.extractfile(member) if member.size < _LARGEST_MANIFEST else None
    content = source.read() if source is not None else b""
    return content if len(content) == member.size else None


def _sum_of(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    total, source = sha256(), archive.extractfile(member)
    while source is not None and (piece := source.read(_CHUNK)):
        total.update(piece)
    return total.hexdigest()
