"""A file somebody sends: streamed to a temporary folder, measured and hashed on the way, gone afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from litestar import Request
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from registry.kernel.errors import Invalid, TooLarge
from registry.kernel.words import _, mark
from registry.web.forms import FormData

PAGE_UPLOAD_LIMIT = 50 * 2**20
"""Units: bytes. What a page takes in one file."""

ROOM_FOR_FIELDS = 2**20
"""Units: bytes. What the other fields of the form and its separators may add to the file."""

_LONGEST_NAME = 200


@dataclass(frozen=True)
class Receiving:
    """How much is taken in one file, and what is said of more.

    Units: `limit` in bytes, for the file alone.
    """

    limit: int = PAGE_UPLOAD_LIMIT
    refusal: str = mark(
        "Ce fichier dépasse {limit} Mio, le plus que cette page accepte. Découpez-le, ou lisez-le par la commande "
        "« beffroi import FICHIER »."
    )

    def too_large(self) -> TooLarge:
        """The refusal of a file past the limit."""
        return TooLarge(_(self.refusal).format(limit=self.limit // 2**20))


@dataclass(frozen=True)
class UploadedFile:
    """A file as it was received; it lasts as long as its request.

    Units: `size` in bytes; `sha256` in hexadecimal; `name` bears no folder.
    """

    path: Path
    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Upload:
    """A form with the file that came with it, if somebody chose one."""

    form: FormData
    file: UploadedFile | None


CATALOGUE_FILE = Receiving()
"""A catalogue to import: what a page takes unless it says otherwise."""


@asynccontextmanager
async def receive_upload(
    request: Request[Any, Any, Any], receiving: Receiving = CATALOGUE_FILE
) -> AsyncIterator[Upload]:
    """The form of a request and its file, on disk until the block ends; never whole in memory.

    Raises: TooLarge past the limit; Invalid for what is not a form with one file at most.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise Invalid(_("Envoyez le fichier par le formulaire de cette page."))
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > receiving.limit + ROOM_FOR_FIELDS:
        raise receiving.too_large()
    with TemporaryDirectory(prefix="beffroi-") as folder:
        reading = _Reading(Path(folder) / "file", receiving)
        try:
            with PushMultipartParser(options["boundary"], max_segment_count=1000) as parser:
                async for chunk in request.stream():
                    for event in parser.parse(chunk):
                        reading.take(event)
        except (MultipartError, UnicodeDecodeError) as error:
            raise Invalid(_("L’envoi est incomplet ou abîmé : envoyez le fichier de nouveau.")) from error
        finally:
            reading.close()
        yield reading.upload()


class _Reading:
    """What has been received so far."""

    def __init__(self, place: Path, receiving: Receiving) -> None:
        self._place, self._receiving = place, receiving
        self._values: dict[str, list[str]] = {}
        self._segment: MultipartSegment | None = None
        self._text, self._room = bytearray(), ROOM_FOR_FIELDS
        self._file: BinaryIO | None = None
        self._name, self._size, self._hash = "", 0, sha256()

    def take(self, event: "MultipartSegment | bytearray | None") -> None:
        """One event of the parser: a part begins, a part of a part, a part ends."""
        if event is None:
            self._end()
        elif isinstance(event, MultipartSegment):
            self._begin(event)
        elif self._segment is not None and self._segment.filename:
            self._write(event)
        else:
            self._room -= len(event)
            if self._room < 0:
                raise TooLarge(_("Les champs de ce formulaire sont trop longs : raccourcissez-les."))
            self._text += event

    def close(self) -> None:
        """Closes the file, whatever happened."""
        if self._file is not None:
            self._file.close()

    def upload(self) -> Upload:
        """The whole form."""
        file = None
        if self._file is not None:
            file = UploadedFile(self._place, self._name, self._size, self._hash.hexdigest())
        return Upload(FormData(self._values), file)

    def _begin(self, segment: MultipartSegment) -> None:
        self._segment, self._text = segment, bytearray()
        if segment.filename:
            if self._file is not None:
                raise Invalid(_("Envoyez un seul fichier à la fois."))
            self._name = _plain_name(segment.filename)
            self._file = self._place.open("xb")

    def _write(self, part: bytearray) -> None:
        self._size += len(part)
        if self._size > self._receiving.limit:
            raise self._receiving.too_large()
        assert self._file is not None  # noqa: S101 -- opened as its part began.
        self._hash.update(part)
        self._file.write(part)

    def _end(self) -> None:
        segment = self._segment
        if segment is not None and not segment.filename:
            # A file field where nobody chose a file comes as an empty value.
            self._values.setdefault(segment.name or "", []).append(self._text.decode("utf-8").replace("\r\n", "\n"))


def _plain_name(said: str) -> str:
    """The name of a file as its sender knows it, without folders or signs that no name holds."""
    name = said.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in name if letter.isprintable())[-_LONGEST_NAME:].strip() or "fichier"
