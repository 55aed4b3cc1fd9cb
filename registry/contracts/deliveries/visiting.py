"""What pages and the API ask of deliveries alike: the file that comes, told by its bytes, and the file given back."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from litestar import Response

from registry.contracts.deliveries.models import DeliveryReceipt
from registry.contracts.deliveries.queries import find_files
from registry.contracts.deliveries.service import DeliveredFile
from registry.documents.first_bytes import recognise
from registry.documents.vocabulary import FileType
from registry.kernel.errors import FieldError, Invalid, NotFound, Unreadable
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.platform.lists import load_list
from registry.web.uploads import Receiving, UploadedFile
from registry.web.visits import Visit

READ, RECORD = Permission.CONTRACTS_CONTRACT_READ, Permission.CONTRACTS_DELIVERY_RECORD
DECIDE = Permission.CONTRACTS_CONTRACT_RECORD
"""To apply a penalty or to remit it is of who answers for the contract."""
DELIVERED_FILE = Receiving(
    50 * 2**20,
    mark("Ce fichier dépasse {limit} Mio, le plus que le registre garde d’une livraison : dites où il est déposé."),
)
_TYPES: Mapping[FileType, str] = {
    FileType.PDF: "PDF", FileType.ODT: "ODT", FileType.ODS: "ODS", FileType.ODP: "ODP", FileType.DOCX: "DOCX",
    FileType.XLSX: "XLSX", FileType.PPTX: "PPTX", FileType.PNG: "PNG", FileType.JPEG: "JPEG", FileType.TIFF: "TIFF",
    FileType.CSV: "CSV", FileType.TEXT: "TXT",
}  # fmt: skip
_MAPS = frozenset({"FeatureCollection", "Feature"})


def look_at_delivery(visit: Visit) -> DeliveredFile | None:
    """The file that came with the form, told by its bytes, not kept yet; nothing where none came.

    Raises: Invalid, under `file`.
    """
    file = visit.upload.file if visit.upload is not None else None
    return None if file is None else tell_file(file)


def tell_file(file: UploadedFile) -> DeliveredFile:
    """What a file is, by its bytes and never by what its sender says of it.

    Raises: Invalid, under `file`, for what is empty, could run, or is of no kind that is kept.
    """
    try:
        code = _code_of(file.path, recognise(file.path, file.name))
    except Unreadable as refusal:
        raise Invalid(refusal.message, (FieldError("file", refusal.message),)) from refusal
    known = load_list("file_types")
    return DeliveredFile(
        sha256=file.sha256, size=file.size, name=file.name, media_type=known.entries[code].media[0], type=code,
        open_standard=known.flag(code, "open"), machine_readable=known.flag(code, "machine_readable"), checks={},
    )  # fmt: skip


def _code_of(path: Path, kind: FileType) -> str:
    """The kind of a file by the list of kinds; what looks like a text may be JSON, or a map."""
    if kind in {FileType.TEXT, FileType.CSV} and path.read_bytes()[:1] in {b"{", b"["}:
        try:
            content = json.loads(path.read_bytes())
        except (ValueError, RecursionError):
            return _TYPES[kind]
        return "GEOJSON" if isinstance(content, dict) and content.get("type") in _MAPS else "JSON"
    return _TYPES[kind]


def keep_delivery(visit: Visit) -> None:
    """Has the store keep the bytes that came with the form: done last, once nothing else refuses them."""
    if visit.upload is not None and visit.upload.file is not None:
        visit.premises.home.files.keep(visit.upload.file.path.read_bytes())


def file_of(visit: Visit, receipt: DeliveryReceipt) -> Response[Any]:
    """The file of a receipt, byte for byte, to be kept and never opened in the page.

    Raises: NotFound.
    """
    file = find_files(visit.session, [receipt.file_id]).get(receipt.file_id) if receipt.file_id else None
    if file is None:
        raise NotFound(_("Cette réception n’a pas de fichier, ou vos droits ne vous le montrent pas."))
    suffix = (receipt.file_type or "bin").lower()
    headers = {
        "Content-Disposition": f'attachment; filename="livraison-{receipt.delivery_id}-{receipt.number}.{suffix}"',
        "ETag": f'"{file.sha256}"',
    }
    return Response(visit.premises.home.files.read(file.sha256), media_type=file.media_type, headers=headers)
