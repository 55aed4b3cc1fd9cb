"""The ceiling of a report: WeasyPrint alone, in a process of its own, on the page the product composes.

`python bare_paper.py CONTENT FONTS VARIANT REPORT` answers as JSON: pages, seconds of WeasyPrint (its loading, its
layout, its writing), those its processor worked (`busy`), memory (bytes). It is as nice as the product's own process.
"""

import hashlib
import json
import os
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

os.nice(10)
_STARTED, _IDLE = time.perf_counter(), time.process_time()
from weasyprint import HTML  # noqa: E402 -- loading it is part of what is measured.

_LOADING, _LOADED = time.perf_counter() - _STARTED, time.process_time() - _IDLE

from registry.reporting.composing import compose  # noqa: E402
from registry.reporting.discovery import get_report  # noqa: E402
from registry.reporting.fonts import FontFolder  # noqa: E402
from registry.reporting.order import Order  # noqa: E402
from registry.reporting.pdf_worker import PARTS, OwnParts  # noqa: E402
from registry.reporting.rendering import renderer_versions  # noqa: E402
from registry.reporting.vocabulary import Medium  # noqa: E402


def main(content: Path, fonts: Path, variant: str | None, report_id: str) -> None:
    """Composes as the product does, unmeasured; then renders as WeasyPrint does by itself, measured."""
    canonical = content.read_bytes()
    report = get_report(report_id)
    order = Order(
        report_id=report.id,
        medium=Medium.PDF,
        canonical_sha256=hashlib.sha256(canonical).hexdigest(),
        template_sha256=report.template_sha256,
        issued_at=datetime(2026, 1, 1, tzinfo=UTC),
        versions=renderer_versions(report, home=fonts.parent.parent),
        fonts=fonts,
        memory_mib=0,
    )
    composed = compose(report, canonical, order=order, coverage=FontFolder(fonts).coverage)
    began, worked = time.perf_counter(), time.process_time()
    page = HTML(string=composed.html, base_url=PARTS, url_fetcher=OwnParts(composed.parts))
    document = page.render(pdf_variant=variant)
    document.write_pdf(pdf_variant=variant)
    seconds = _LOADING + time.perf_counter() - began
    busy = _LOADED + time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    json.dump({"pages": len(document.pages), "seconds": seconds, "busy": busy, "memory": memory}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] or None, sys.argv[4])
