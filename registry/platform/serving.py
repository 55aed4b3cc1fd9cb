"""Where a registry is served: written down by the one that serves it, read by the commands that print links."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME = "serving"


@contextmanager
def serving_at(root: Path, address: str) -> Iterator[str | None]:
    """Says that this home is served at an address until the block ends, or yields where another one serves it.

    The lock tells it from what a server that was killed left behind.
    """
    place = root / _NAME
    handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield place.read_text("utf-8").strip()
            return
        os.ftruncate(handle, 0)
        os.write(handle, f"{address}\n".encode())
        yield None
        place.unlink(missing_ok=True)
    finally:
        os.close(handle)


def find_served(root: Path) -> str | None:
    """Where this home is being served, if it is."""
    try:
        handle = os.open(root / _NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(handle, encoding="utf-8") as source:
        try:
            fcntl.flock(source, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return source.read().strip() or None
    return None
