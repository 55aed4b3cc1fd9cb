"""The process that opens one file of essential data: `python -m registry.contracts.decp.worker`.

A whole country's file weighs hundreds of megabytes and holds a few contracts of ours: it is read as it streams by, and
only these are answered, as the file has them.
"""

import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import ijson
from msgspec import Raw
from msgspec.json import Encoder

from registry.inspection.answering import Order, answer_with, write
from registry.inspection.problems import CannotRead, Detail, Problem

MOST_CONTRACTS = 2_000
"""Contracts of ours in one file: an import is written in one transaction, which none holds for long."""
MOST_BYTES, MOST_IN_ALL = 2**20, 2**25
"""Units: bytes. One contract, and all of ours together, as JSON."""
_LIST = "marches.contrat-concession.item"
_MOST_EVENTS = 20_000
"""Events read of a file that holds no concession, to say what it is instead."""
_TOLD, _COUNTED = 5, 10_000
_MARKS = (
    (b"PK\x03\x04", Problem.ARCHIVE, "ZIP"), (b"\x1f\x8b", Problem.ARCHIVE, "gzip"),
    (b"\xff\xfe", Problem.ENCODING, "UTF-16"), (b"\xfe\xff", Problem.ENCODING, "UTF-16"),
    (b"<!doctype html", Problem.HTML, ""), (b"<html", Problem.HTML, ""), (b"<", Problem.OTHER_XML, ""),
)  # fmt: skip
_BOM = b"\xef\xbb\xbf"
# What the numbers of the file say is kept to the digit.
_ENCODER = Encoder(decimal_format="number")


def work(order: Order) -> None:
    """Writes the concessions of the bodies whose SIREN are given, and how many others went by."""
    with Path(order["path"]).open("rb") as file:
        start = _check_start(file)
        ours, kept, others, last = frozenset(order["sirens"]), [], Counter[str](), ""
        nobody = weight = 0
        try:
            for item in ijson.items(file, _LIST, buf_size=2**18):
                last = _text(item, "id") or last
                siret = "".join(_text(item.get("autoriteConcedante"), "id").split()) if isinstance(item, dict) else ""
                if siret[:9] in ours:
                    text = _as_given(item, last)
                    kept.append(Raw(text))
                    weight += len(text)
                elif not siret:
                    nobody += 1
                elif siret in others or len(others) < _COUNTED:
                    others[siret] += 1
                else:
                    others[""] += 1
                if len(kept) > MOST_CONTRACTS or weight > MOST_IN_ALL:
                    raise CannotRead(Problem.TOO_MANY_ROWS, limit=MOST_CONTRACTS)
        except ijson.JSONError as error:
            raise _wrong(str(error), last, len(kept) + nobody + others.total()) from error
        if not kept and not nobody and not others:
            raise CannotRead(Problem.OTHER_DOCUMENT, kind=_shape(file, start))
    write({
        "contracts": kept, "others": others.total(), "nobody": nobody,
        "sirets": [pair for pair in others.most_common(_TOLD + 1) if pair[0]][:_TOLD],
    })  # fmt: skip


def _text(item: Any, name: str) -> str:
    said = item.get(name) if isinstance(item, dict) else None
    return said if isinstance(said, str) else ""


def _as_given(item: Any, name: str) -> bytes:
    text = _ENCODER.encode(item)
    if len(text) > MOST_BYTES:
        raise CannotRead(Problem.TOO_LARGE, limit=MOST_BYTES // 2**20, contract=name[:40])
    return text


def _check_start(file: BinaryIO) -> int:
    """Sets the file where its JSON begins, and says where that is."""
    head = file.read(1024)
    start = len(_BOM) if head.startswith(_BOM) else 0
    bare = head[start:].lstrip()
    if not bare:
        raise CannotRead(Problem.EMPTY)
    for mark, problem, kind in _MARKS:
        if bare.lower().startswith(mark.lower()):
            raise CannotRead(problem, kind=kind)
    if bare[:1] not in b"{[":
        first = bare.splitlines()[0]
        raise CannotRead(Problem.UNKNOWN_FORMAT, kind="csv" if any(first.count(one) > 1 for one in b";,\t") else "")
    file.seek(start)
    return start


def _wrong(said: str, last: str, read: int) -> CannotRead:
    where: dict[str, Detail] = {"last": last[:40], "read": read}
    if "premature EOF" in said:
        return CannotRead(Problem.CUT_SHORT, **where)
    if "UTF8" in said or "UTF-8" in said:
        return CannotRead(Problem.ENCODING, kind="", **where)
    near = said.replace("\\n", "\n").splitlines()
    return CannotRead(Problem.SYNTAX_NEAR, near=" ".join(near[1].split())[:80] if len(near) > 1 else "", **where)


def _shape(file: BinaryIO, start: int) -> str:
    """What a JSON file that holds no concession is, as far as its first events tell."""
    file.seek(start)
    if file.read(1024).lstrip().startswith(b"["):
        return "list"
    file.seek(start)
    keys: set[str] = set()
    for prefix, event, value in islice(ijson.parse(file), _MOST_EVENTS):
        if prefix == "" and event == "map_key":
            keys.add(value)
        elif prefix == "marches" and event == "start_array":
            return "old"
        elif prefix == "marches" and event == "map_key":
            keys.add(f"marches.{value}")
    if "marches.marche" in keys or "marches.contrat-concession" in keys:
        return "none"
    return "single" if keys & {"acheteur", "autoriteConcedante"} else "other"


if __name__ == "__main__":
    sys.exit(answer_with(work))
