"""The list of erasures, kept outside the database beside the secrets: numbers alone, for restored backups.

A backup made before an erasure still holds the person: restoring it does each erasure of this list again. A number may
be given again after a restoration, so each line bears the hash under which the ledger first knew the person.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from registry.kernel.errors import Unreadable
from registry.kernel.words import _

NAME = "erasures.jsonl"


@dataclass(frozen=True)
class ErasedLine:
    """One erasure: of whom by number, of which registry, and what was chosen."""

    erasure: int
    person: int
    first_hash: str
    siren: str
    on: str
    ground: str
    exception: str | None
    words: Sequence[int]
    keep: Sequence[str]
    within: Sequence[int]


def place_of(root: Path) -> Path:
    """Where the list of a home stands."""
    return root / "secrets" / NAME


def read_lines(content: str, place: str) -> list[ErasedLine]:
    """The erasures of a list; a line cut short by a fault is refused, never skipped.

    Raises: Unreadable.
    """
    try:
        return [ErasedLine(**json.loads(line)) for line in content.splitlines() if line.strip()]
    except (ValueError, TypeError) as error:
        raise Unreadable(
            _("{file} n’est pas une liste d’effacements de ce registre, ou elle est abîmée.").format(file=place)
        ) from error


def read_list(place: Path) -> list[ErasedLine]:
    """The erasures of a list; none where there is no such file.

    Raises: Unreadable.
    """
    try:
        return read_lines(place.read_text("utf-8"), str(place))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(
            _("{file} n’est pas une liste d’effacements de ce registre, ou elle est abîmée.").format(file=place)
        ) from error


def add_line(root: Path, line: ErasedLine) -> None:
    """Adds an erasure to the list of a home, unless it is there; once it returns, a power cut loses nothing.

    Raises: Unreadable.
    """
    place = place_of(root)
    if any((one.person, one.first_hash) == (line.person, line.first_hash) for one in read_list(place)):
        return
    _write(place, [line])


def add_missing(root: Path, lines: Iterable[ErasedLine]) -> None:
    """Adds the erasures of another list to that of a home.

    Raises: Unreadable.
    """
    for line in lines:
        add_line(root, line)


def _write(place: Path, lines: Sequence[ErasedLine]) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as target:
        target.write(b"".join(json.dumps(_plain(line), sort_keys=True).encode() + b"\n" for line in lines))
        target.flush()
        os.fsync(target.fileno())


def _plain(line: ErasedLine) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(line).items()}
