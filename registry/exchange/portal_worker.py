"""The process that reads a portal's answers: `python -m registry.exchange.portal_worker`, its order on the input."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from registry.exchange.first_bytes import byte_order_mark
from registry.exchange.portal_catalogue import read_answers
from registry.exchange.portal_format import SEPARATOR
from registry.exchange.refusals import CannotRead, Problem
from registry.exchange.vocabulary import ReadCatalogue
from registry.exchange.worker import Order, serve
from registry.kernel.words import mark

_PIECE = 1024 * 1024


def read(order: Order) -> ReadCatalogue:
    """The catalogue some answers of a portal hold."""
    return read_answers(answers_of(Path(order["path"])), ZoneInfo(order["zone"]), origin=order["origin"])


def answers_of(path: Path) -> Iterator[Any]:
    """The answers of a file, one at a time.

    Raises: CannotRead, with the line of what is no JSON.
    """
    with path.open("rb") as file:
        kept = b""
        while piece := file.read(_PIECE):
            *whole, kept = (kept + piece).split(SEPARATOR)
            for one in whole:
                if one.strip():
                    yield _loaded(one)
        if kept.strip():
            yield _loaded(kept)


def _loaded(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode(byte_order_mark(raw) or "utf-8"))
    except UnicodeDecodeError as error:
        raise CannotRead(
            Problem.ENCODING, encoding="UTF-8", byte=f"0x{raw[error.start]:02X}", offset=error.start,
            line=raw.count(b"\n", 0, error.start) + 1,
        ) from error  # fmt: skip
    except json.JSONDecodeError as error:
        if not error.doc[error.pos :].strip() or error.msg.startswith("Unterminated string"):
            raise CannotRead(Problem.CUT_SHORT, line=error.doc.count("\n") + 1) from error
        raise CannotRead(Problem.SYNTAX, format="JSON", line=error.lineno, reason=mark("le JSON est fautif")) from error
    except RecursionError as error:
        raise CannotRead(Problem.TOO_DEEP) from error


if __name__ == "__main__":
    sys.exit(serve(read))
