"""The words of a PDF, page by page, as far as they are written as words; a page scanned has none."""

import io
from collections.abc import Sequence

from pypdf import PdfReader

MOST_PAGES = 500
MOST_BYTES = 50 * 2**20
"""Units: bytes. What is longer is not read: somebody opens it."""


def read_pdf(content: bytes) -> tuple[Sequence[str], bool]:
    """The text of its pages, and whether that is all it says: no page without words, none left out, none unreadable."""
    if len(content) > MOST_BYTES:
        return (), False
    said: list[str] = []
    try:
        pages = PdfReader(io.BytesIO(content)).pages
        whole = 0 < len(pages) <= MOST_PAGES
        for page in pages[:MOST_PAGES]:
            said.append(page.extract_text())
            whole = whole and bool(said[-1].strip()) and not page.images
    except Exception:
        return said, False
    return said, whole
