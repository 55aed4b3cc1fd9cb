"""The process that looks for what follows a page: `python -m registry.exchange.portals.page_worker`."""

import json
import sys
from pathlib import Path

from registry.exchange.portals.addresses import following, whole_export
from registry.inspection.answering import Order, answer_with, write


def look(order: Order) -> None:
    """Whether the answer of an address is a page, and which address follows it."""
    try:
        content = json.loads(Path(order["path"]).read_bytes())
    except (ValueError, RecursionError):
        content = None
    address = order["address"]
    page = {
        "is_page": isinstance(content, dict),
        "following": following(address, content),
        "export": whole_export(address, content),
    }
    write({"page": page})


if __name__ == "__main__":
    sys.exit(answer_with(look))
