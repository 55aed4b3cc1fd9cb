"""What a document costs, beside bare WeasyPrint on the same page."""

import json
import os
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import psutil
from ground import Ground
from measures import HERE, MIB, Measured, spending

from registry.kernel.issuing import Subject
from registry.platform.assets import PACKAGE
from registry.platform.database import Acting
from registry.platform.home import Home
from registry.reporting.discovery import get_report
from registry.reporting.fonts import prepare_fonts
from registry.reporting.rendering import render
from registry.reporting.service import issue_report
from registry.reporting.vocabulary import Medium

SHEETS = 80
"""Activities of one body."""


def measure_report(ground: Ground, home: Home) -> Iterator[Measured]:
    """A compliance report on one department, from the facts to the kept document; beside bare WeasyPrint.

    The fonts are unpacked beforehand: a registry does so once.
    """
    prepare_fonts(ground.root / "cache")
    began = time.perf_counter()
    with watched_memory() as memory:
        issued = issue_report(
            home,
            "compliance",
            subject=Subject("organisation", ground.reported),
            as_of=None,
            acting=Acting("cli:bench"),
            info=ground.info,
            report=lambda *_said: None,
        )
    seconds = time.perf_counter() - began
    content = ground.root / "content.json"
    content.write_bytes(home.files.read(issued.canonical_sha256))
    tagged, plain = bare_paper(ground, content, "pdf/a-3a"), bare_paper(ground, content, "")
    pages = tagged["pages"]
    rate, bare = pages / seconds, pages / tagged["seconds"]
    yield Measured(
        f"rapport de conformité, {pages} pages, tout compris",
        f"{rate:.1f} pages/s ({seconds:.1f} s, {memory.peak / MIB:.0f} Mio)",
        f"WeasyPrint seul, balisé : {bare:.1f} pages/s ({tagged['memory'] / MIB:.0f} Mio)",
        100 * rate / bare,
        90,
        "% de WeasyPrint",
    )
    yield Measured(
        "  le même, face à WeasyPrint sans balises ni PDF/A",
        f"{rate:.1f} pages/s",
        f"{pages / plain['seconds']:.1f} pages/s ({plain['memory'] / MIB:.0f} Mio)",
        100 * rate * plain["seconds"] / pages,
        None,
        "% de WeasyPrint",
    )


def measure_record(ground: Ground) -> Iterator[Measured]:
    """One volume of the record of 47 bodies, in processor time: 80 activities, beside bare WeasyPrint.

    Volumes are rendered by themselves, two at once: all 47 of them cost 47 times this one.
    """
    report = get_report("record-of-processing")
    sample = tomllib.loads(report.sample.read_text("utf-8"))
    sheets = islice(cycle(sample["activities"]), SHEETS)
    sample["activities"] = [{**one, "id": str(place), "reference": f"T-{place}"} for place, one in enumerate(sheets)]
    twin = report.content.to_canonical(report.content.from_sample(sample))
    prepare_fonts(ground.root / "cache")
    with spending(ground) as spent:
        made = render(report, twin, medium=Medium.PDF, issued_at=datetime.now(UTC), home=ground.root)
    content = ground.root / "content.json"
    content.write_bytes(twin)
    bare = bare_paper(ground, content, "pdf/a-3a", report.id)
    yield Measured(
        f"registre des traitements, {SHEETS} fiches, {made.pages} pages, un volume sur 47 (processeur)",
        f"{spent.children:.1f} s ({spent.peak / MIB:.0f} Mio)",
        f"WeasyPrint seul, balisé : {bare['busy']:.1f} s ({bare['memory'] / MIB:.0f} Mio)",
        100 * spent.children / bare["busy"],
        110,
        "% de WeasyPrint",
        at_most=True,
    )


def bare_paper(ground: Ground, content: Path, variant: str, report_id: str = "compliance") -> dict[str, Any]:
    """What WeasyPrint does of the same page by itself."""
    fonts = prepare_fonts(ground.root / "cache")
    environment = {
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(PACKAGE.parent),
        "FONTCONFIG_FILE": str(fonts.configuration),
    }
    command = [sys.executable, str(HERE / "bare_paper.py"), str(content), str(fonts.path), variant, report_id]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(told.stdout)
    return found


@dataclass
class Memory:
    """The most memory a child of this process held. Units: bytes."""

    peak: int = 0
    ended: threading.Event = field(default_factory=threading.Event)


@contextmanager
def watched_memory() -> Iterator[Memory]:
    """Looks at the children of this process, ten times a second."""
    memory = Memory()

    def look() -> None:
        while not memory.ended.wait(0.1):
            for child in psutil.Process().children():
                try:
                    if child.name().startswith("python"):
                        memory.peak = max(memory.peak, child.memory_info().rss)
                except psutil.Error:
                    continue

    watching = threading.Thread(target=look)
    watching.start()
    try:
        yield memory
    finally:
        memory.ended.set()
        watching.join()
