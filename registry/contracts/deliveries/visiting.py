"""What pages and the API ask of deliveries alike: the file that comes, told by its bytes, and the file given back."""

from collections.abc import Sequence
from typing import Any

from litestar import Response

from registry.contracts.checks.demands import asked_format
from registry.contracts.clauses.queries import find_written
from registry.contracts.deliveries.expecting import reading_of
from registry.contracts.deliveries.models import Delivery, DeliveryReceipt
from registry.contracts.deliveries.queries import find_files
from registry.contracts.deliveries.service import DeliveredFile
from registry.contracts.deliveries.views import say_format, title_of
from registry.contracts.queries import get_contract
from registry.datasets.queries import find_titles
from registry.documents.first_bytes import recognise
from registry.inspection.problems import CannotRead
from registry.inspection.recognising import MARKUPS, recognise_type
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
    mark(
        "Ce fichier dépasse {limit} Mio, le plus que le registre garde d’une livraison, et rien n’en est gardé : "
        "notez la réception sans fichier (« Déposé ailleurs »), avec sa place. D’une livraison, une seule réception "
        "acceptée compte : des parties n’en feraient pas une."
    ),
)


def name_delivery(visit: Visit, delivery: Delivery) -> str:
    """A delivery by its name, as the visitor may read it."""
    return title_of(delivery, find_titles(visit.session, [one for one in (delivery.dataset_id,) if one is not None]))


def trail_of(visit: Visit, delivery: Delivery) -> Sequence[tuple[str, str]]:
    """The crumbs that lead to a delivery, itself the last: by its contract."""
    contract = get_contract(visit.session, delivery.contract_id)
    return [
        (_("Contrats"), "/contrats"), (contract.object, f"/contrats/{contract.id}/livraisons"),
        (name_delivery(visit, delivery), f"/livraisons/{delivery.id}"),
    ]  # fmt: skip


def look_at_delivery(visit: Visit, delivery: Delivery) -> DeliveredFile | None:
    """The file that came with the form, told by its bytes, not kept yet; nothing where none came.

    Raises: Invalid, under `file`.
    """
    file = visit.upload.file if visit.upload is not None else None
    return None if file is None else tell_file(visit, delivery, file)


def tell_file(visit: Visit, delivery: Delivery, file: UploadedFile) -> DeliveredFile:
    """What a file is, by its bytes and never by what its sender says of it.

    Raises: Invalid, under `file`, for what is empty, could run, or is of no kind that is kept.
    """

    def advise() -> str:
        contract = get_contract(visit.session, delivery.contract_id)
        reading = reading_of(find_written(visit.session, [contract])[contract.id], visit.today)
        return say_format(delivery, asked_format(reading, delivery.dataset_id, delivery.due_on or visit.today))

    known, code = load_list("file_types"), _code_of(file)
    try:
        if code not in _DATA:
            recognise(file.path, file.name, advise)
    except Unreadable as refusal:
        raise Invalid(refusal.message, (FieldError("file", refusal.message),)) from refusal
    media = _DATA.get(code) or next(iter(known.entries[code].media), "application/octet-stream")
    return DeliveredFile(
        sha256=file.sha256, size=file.size, name=file.name, media_type=media, type=code,
        open_standard=known.flag(code, "open"), machine_readable=known.flag(code, "machine_readable"), checks={},
    )  # fmt: skip


_DATA = {"GTFS": "application/zip", **dict.fromkeys(MARKUPS, "application/xml")}
"""What is kept of deliveries beside what is kept of documents: archives and XML that hold data, and their media type.

They are given back to be saved, never to be opened in a page.
"""
_SUFFIXES = {"application/zip": "zip", "application/xml": "xml"}


def _code_of(file: UploadedFile) -> str:
    """The kind of a file by the list of kinds; one that is blank is a text, of which the checks say that it is."""
    try:
        return recognise_type(file.path, file.name).type
    except CannotRead:
        return "TXT"


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
    suffix = _SUFFIXES.get(file.media_type) or (receipt.file_type or "bin").lower()
    headers = {
        "Content-Disposition": f'attachment; filename="livraison-{receipt.delivery_id}-{receipt.number}.{suffix}"',
        "ETag": f'"{file.sha256}"',
    }
    return Response(visit.premises.home.files.read(file.sha256), media_type=file.media_type, headers=headers)
