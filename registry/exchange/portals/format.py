"""Whether a file is a portal's answer: JSON that is not JSON-LD. Whose it is, its reading tells."""

import re

from registry.exchange.vocabulary import SourceFormat
from registry.inspection.texts import byte_order_mark

SEPARATOR = b"\x1e"
"""Between the answers of one portal kept in one file (RFC 7464)."""
_JSON = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]])")
_LINKED = re.compile(r'"@(?:context|graph|id|type)"\s*:')
_TELLING = (
    (SourceFormat.OPENDATASOFT, re.compile(r'"(?:nhits|total_count|dataset_?id|dataset_uid)"\s*:')),
    (SourceFormat.CKAN, re.compile(r'"(?:success|license_id|num_resources|metadata_modified)"\s*:')),
)


def recognise_portal(head: bytes) -> SourceFormat | None:
    """Which portal answered, as far as the beginning of a file tells; nothing for what is no such answer."""
    text = head.removeprefix(SEPARATOR).decode(byte_order_mark(head) or "utf-8", errors="replace")
    if not _JSON.match(text) or _LINKED.search(text):
        return None
    return next((kind for kind, sign in _TELLING if sign.search(text)), SourceFormat.UDATA)
