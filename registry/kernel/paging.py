"""Places in a long list, as they stand in an address.

A place names the last row shown by what the list is sorted by and its number, never how many rows stand before it:
rows that come and go meanwhile move nobody's page. The API's are bound to the list they were made for.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from registry.kernel.errors import Invalid
from registry.kernel.words import _


def write_cursor(cursor: tuple[str, int]) -> str:
    """A place in the list, as it stands in an address."""
    return base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode().rstrip("=")


def read_cursor(said: str) -> tuple[str, int] | None:
    """The place a cursor names.

    Raises: Invalid.
    """
    if not said:
        return None
    try:
        words, number = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
        return str(words), int(number)
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error) as error:
        raise Invalid(_("Ce repère de page n’est pas valable : repartez de la première page.")) from error


def write_place(of: str, place: Sequence[Any]) -> str:
    """A place in the list `of`, opaque to whoever carries it."""
    return base64.urlsafe_b64encode(json.dumps([_mark(of), *place]).encode()).decode().rstrip("=")


def read_place(of: str, said: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The place a cursor names in the list `of`: a value of each of these kinds.

    Raises: Invalid where it names none, or was made for another list.
    """
    if said is None:
        return None
    try:
        made_for, *place = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
        fits = made_for == _mark(of) and len(place) == len(kinds)
    except (ValueError, TypeError, RecursionError, binascii.Error):
        fits = False
    if not fits or any(type(one) is not kind for one, kind in zip(place, kinds, strict=True)):
        raise Invalid(_("Ce repère de page n’est pas celui de cette liste : repartez de la première page."))
    return tuple(place)


def _mark(of: str) -> str:
    return sha256(of.encode()).hexdigest()[:12]
