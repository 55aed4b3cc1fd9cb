"""Texts as files hold them: the encoding their first bytes announce, and what no text may hold."""

import re

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def byte_order_mark(head: bytes) -> str | None:
    """The encoding a byte order mark announces, if the file has one."""
    return next((encoding for mark, encoding in _BOMS if head.startswith(mark)), None)


def cleaned(text: str) -> str:
    """The text without the control characters neither people nor the database can take."""
    return _UNSEEN.sub("", text) if _UNSEEN.search(text) else text
