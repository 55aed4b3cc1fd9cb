"""The process that reads the words of one PDF: `python -m registry.erasures.pdf_worker`.

Its order holds the `path`, the limits. It answers the text of each page, and whether that is all the file says; a page
scanned has no words.
"""

import logging
import sys
from pathlib import Path

from pypdf import PdfReader

from registry.inspection.answering import Order, answer_with, write

MOST_PAGES = 500


def work(order: Order) -> None:
    """Writes the text of the pages, as far as they can be read."""
    # What the library complains of may quote the file, and the parent logs what a child says.
    logging.disable(logging.CRITICAL)
    said: list[str] = []
    try:
        pages = PdfReader(Path(order["path"])).pages
        whole = 0 < len(pages) <= MOST_PAGES
        for page in pages[:MOST_PAGES]:
            said.append(page.extract_text())
            whole = whole and bool(said[-1].strip()) and not page.images
    except Exception:
        whole = False
    write({"pages": said, "whole": whole})


if __name__ == "__main__":
    sys.exit(answer_with(work))
