"""What is decided of evidence from its dates and its title alone."""

import re
import unicodedata
from datetime import date, timedelta

from registry.documents.vocabulary import FileType, Standing

SOON = timedelta(days=90)
"""How long before its expiry a piece of evidence is said to expire soon."""
_LONGEST_NAME = 80


def is_valid_on(issued_on: date | None, expires_on: date | None, day: date) -> bool:
    """Whether an edition proves anything on a day: issued by then, and not expired; its last day still counts."""
    return (issued_on is None or issued_on <= day) and (expires_on is None or day <= expires_on)


def standing_on(expires_on: date | None, day: date) -> Standing:
    """Where a validity stands on a day."""
    if expires_on is None:
        return Standing.LASTING
    if expires_on < day:
        return Standing.EXPIRED
    return Standing.SOON if expires_on <= day + SOON else Standing.CURRENT


def file_name(title: str, kind: FileType) -> str:
    """The name a file is given to whoever downloads it: made of its title, in plain letters, ending as its bytes say.

    The name it was sent under is never used: it may bear a path, or an ending that runs something.
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii").lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_NAME].strip("-")
    return f"{words or 'preuve'}.{kind}"
