"""Places in a long list, as they stand in an address."""

import base64
import binascii
import json

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
