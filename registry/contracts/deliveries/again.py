"""A file deposited again: the very bytes that were refused before, which nobody need go through a second time."""

from collections.abc import Mapping, Sequence

from registry.contracts.deliveries.models import DeliveryReceipt
from registry.contracts.deliveries.vocabulary import ReceiptAnswer
from registry.kernel.words import _
from registry.platform.models import StoredFile
from registry.web.templating import say_day


def say_refused_before(
    receipt: DeliveryReceipt, receipts: Sequence[DeliveryReceipt], files: Mapping[int, StoredFile]
) -> str:
    """That a file is, byte for byte, one that was refused of the same delivery before it came; nothing where none is.

    `receipts` are those of the delivery, `files` the files of receipts that the reader may read, by number.
    """
    digest = _digest(receipt, files)
    same = [
        one
        for one in receipts
        if digest
        and one.number < receipt.number
        and not one.annulled
        and one.answer is ReceiptAnswer.REFUSED
        and _digest(one, files) == digest
    ]
    if not same or receipt.annulled or same[-1].answered_on is None:
        return ""
    return _("Ce fichier est le même, octet pour octet, que celui du n° {number}, refusé le {day}.").format(
        number=same[-1].number, day=say_day(same[-1].answered_on)
    )


def _digest(receipt: DeliveryReceipt, files: Mapping[int, StoredFile]) -> str:
    file = files.get(receipt.file_id) if receipt.file_id is not None else None
    return file.sha256 if file is not None else ""
