"""Stored files, by their content: a local folder, or an object store by its URL (`BEFFROI_FILES_URL`).

What is kept is named by its SHA-256: the same bytes are kept once, and a changed byte shows.
"""

import contextlib
import os
import re
import secrets
from hashlib import sha256
from pathlib import Path

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from registry.kernel.errors import NotFound, TooLarge, Unavailable
from registry.kernel.words import _
from registry.platform.settings import Settings

MAX_STORED = 100 * 1024 * 1024
_CHUNK = 1024 * 1024
_NAME = re.compile(r"[0-9a-f]{64}")


class FileStore:
    """Keeps bytes and gives them back, checked.

    Units: `MAX_STORED` bytes a document.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._folder = store.prefix if isinstance(store, LocalStore) else None

    @classmethod
    def of(cls, settings: Settings) -> "FileStore":
        """The store the settings name: `<home>/files` unless a URL is given."""
        if settings.files_url:
            return cls(from_url(settings.files_url))
        folder = settings.root / "files"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(LocalStore(prefix=folder))

    @classmethod
    def try_out(cls, settings: Settings) -> None:
        """Writes a few bytes in the store the settings name, reads them and removes them; waits a few seconds at most.

        Raises: Unavailable, with the store's own words.
        """
        place, content = f"essai/{secrets.token_hex(8)}", secrets.token_bytes(16)
        try:
            store = (
                from_url(
                    settings.files_url,
                    client_options={"timeout": "5s", "connect_timeout": "3s"},
                    retry_config={"max_retries": 0},
                )
                if settings.files_url
                else LocalStore(prefix=settings.root / "files")
            )
            obstore.put(store, place, content)
            kept = bytes(obstore.get(store, place).bytes())
            obstore.delete(store, place)
        except (obstore.exceptions.BaseError, OSError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise Unavailable(_("le magasin de fichiers ne répond pas ({reason}).").format(reason=reason)) from error
        if kept != content:
            raise Unavailable(_("le magasin de fichiers ne rend pas ce qu’on lui confie."))

    def keep(self, content: bytes) -> str:
        """Keeps bytes and returns their SHA-256 (hexadecimal); once it returns, a power cut loses none of them.

        Raises: TooLarge.
        """
        if len(content) > MAX_STORED:
            raise TooLarge(
                _("Ce document dépasse {limit} Mio : il n’est pas conservé.").format(limit=MAX_STORED // 2**20)
            )
        digest = sha256(content).hexdigest()
        if self._folder is None:
            obstore.put(self._store, _place(digest), content)
        else:
            _write(self._folder / _place(digest), content)
        return digest

    def read(self, digest: str) -> bytes:
        """The bytes kept under a SHA-256.

        Raises: NotFound when they are not here; Unavailable when they no longer match their name.
        """
        if not _NAME.fullmatch(digest):
            raise NotFound(_("Ce fichier n’est pas dans le magasin de fichiers."))
        try:
            content = bytes(obstore.get(self._store, _place(digest)).bytes())
        except FileNotFoundError as error:
            raise NotFound(_("Ce fichier n’est pas dans le magasin de fichiers.")) from error
        if sha256(content).hexdigest() != digest:
            raise Unavailable(
                _("Le fichier {digest}… a changé depuis qu’il a été conservé. Prévenez l’administrateur.").format(
                    digest=digest[:12]
                )
            )
        return content

    def forget(self, digest: str) -> None:
        """Lets go of what is kept under a SHA-256, if anything is: no register may name it any more."""
        if _NAME.fullmatch(digest):
            with contextlib.suppress(FileNotFoundError):
                obstore.delete(self._store, _place(digest))

    def every(self) -> list[str]:
        """The SHA-256 of every file kept."""
        names = (str(item["path"]).rpartition("/")[2] for page in obstore.list(self._store) for item in page)
        return sorted(name for name in names if _NAME.fullmatch(name))


def _write(place: Path, content: bytes) -> None:
    """Writes a file whole or not at all, and waits for the disk: the row that names it may then be committed."""
    folder = place.parent
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _settle(folder.parent)
    # A name of its own: two processes may keep the same bytes at once.
    coming = folder / f".coming-{secrets.token_hex(8)}"
    try:
        with coming.open("xb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        coming.replace(place)
    except BaseException:
        coming.unlink(missing_ok=True)
        raise
    _settle(folder)


def _settle(folder: Path) -> None:
    """Has the disk hold the names of a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _place(digest: str) -> str:
    return f"{digest[:2]}/{digest}"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file on disk, read piece by piece."""
    total = sha256()
    with path.open("rb") as source:
        while piece := source.read(_CHUNK):
            total.update(piece)
    return total.hexdigest()
