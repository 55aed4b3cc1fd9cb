"""The process that renders a report as PDF: `python -m registry.reporting.pdf_worker FOLDER`."""

import hashlib
import logging
import math
import re
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from weasyprint import HTML, Attachment
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from registry.reporting.composing import Composition, Part, Twin
from registry.reporting.marking import finish
from registry.reporting.order import Account, Order
from registry.reporting.vocabulary import Progress, Step
from registry.reporting.workshop import tell, work

PARTS = "https://parts.invalid/"
_PAGE = re.compile(r"Creating layout - Page (\d+)")


class OwnParts(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types.
    """Gives the page the parts composed with it, from memory, and nothing else: no network, no file."""

    def __init__(self, parts: Mapping[str, Part]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self._parts = parts

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ARG002 - its signature.
        """The part of that address.

        Raises:
            FatalURLFetchingError: it is not one of the document's own; the rendering stops.
        """
        part = self._parts.get(unquote(url.removeprefix(PARTS))) if url.startswith(PARTS) else None
        if part is None:
            raise FatalURLFetchingError(f"the document asks for what is not its own: {url}")
        return URLFetcherResponse(url, part.data, {"Content-Type": part.media_type})


class Teller(logging.Handler):
    """Turns the renderer's log into progress that never goes back."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._percent = 0
        self.pages = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Tells where the rendering stands, where the record says so."""
        message = record.getMessage()
        if page := _PAGE.search(message):
            self.pages = max(self.pages, int(page[1]))
            # How many pages there will be is not known: each brings the bar nearer to two thirds.
            percent = 5 + round(60 * (1 - math.exp(-int(page[1]) / 40)))
            self._tell(Progress(Step.LAYOUT, percent, self.pages))
        elif message.startswith("Step 6"):
            self._tell(Progress(Step.WRITING, 70, self.pages))
        elif message.startswith("Step 7"):
            self._tell(Progress(Step.WRITING, 85, self.pages))

    def _tell(self, progress: Progress) -> None:
        if progress.percent > self._percent:
            self._percent = progress.percent
            tell(progress)


class Listener(logging.Handler):
    """Keeps every warning of the renderer: none is expected."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps the message once."""
        message = f"{record.name}: {record.getMessage()}"
        if message not in self.heard:
            self.heard.append(message)


def press(composition: Composition, order: Order) -> tuple[bytes, Account]:
    """The page as PDF, at once PDF/A-3a and PDF/UA-1, with its twins attached."""
    listener, teller = Listener(), Teller()
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).addHandler(listener)
    progress = logging.getLogger("weasyprint.progress")
    progress.setLevel(logging.INFO)
    progress.addHandler(teller)
    page = HTML(string=composition.html, base_url=PARTS, url_fetcher=OwnParts(composition.parts))
    document = page.render(pdf_variant="pdf/a-3a")
    data = document.write_pdf(
        finisher=finish,
        pdf_variant="pdf/a-3a",
        pdf_identifier=identifier(order),
        attachments=[_attachment(twin, order.issued_at) for twin in composition.twins],
    )
    return data, Account(pages=len(document.pages), warnings=tuple(listener.heard))


def identifier(order: Order) -> bytes:
    """What names this document among all others: drawn from its content, its template and its day."""
    named = f"{order.canonical_sha256}\n{order.template_sha256}\n{order.issued_at.isoformat()}"
    return hashlib.sha256(named.encode()).hexdigest()[:32].encode()


def _attachment(twin: Twin, issued_at: datetime) -> Attachment:
    return Attachment(
        string=twin.data,
        name=twin.name,
        description=twin.description,
        created=issued_at,
        modified=issued_at,
        relationship=twin.relationship,
    )


if __name__ == "__main__":
    sys.exit(work(press, sys.argv))
