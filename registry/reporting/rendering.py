"""Renders a report in a process apart, within limits, and answers the document with all that made it.

A document depends on nothing but its canonical twin, the instant of issue, the product's own files and the
versions beneath: the same four give the same bytes again.
"""

import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from registry.kernel.words import _
from registry.platform.assets import PACKAGE
from registry.reporting.discovery import Report
from registry.reporting.fonts import FontFolder, prepare_fonts
from registry.reporting.libraries import library_versions, pdf_available
from registry.reporting.order import (
    CONTENT,
    DOCUMENT,
    OUT_OF_MEMORY,
    TABLE,
    Order,
    read_account,
    write_order,
)
from registry.reporting.vocabulary import Limits, Medium, Progress, RenderedDocument, RenderingFailed, Step

WORKERS = {Medium.PDF: "registry.reporting.pdf_worker", Medium.PAGE: "registry.reporting.page_worker"}
DEFAULT_LIMITS = Limits()
ERRORS = "errors.txt"

_log = structlog.get_logger(__name__)


def best_medium() -> Medium:
    """PDF where this machine can write it, else the page that stands alone."""
    return Medium.PDF if pdf_available().ok else Medium.PAGE


def renderer_versions(report: Report, *, home: Path) -> dict[str, str]:
    """The version of all that shapes a report's bytes: libraries, fonts, and our own files by their hash."""
    fonts = _fonts(home)
    return {**library_versions(), "fonts": fonts.digest, "template": report.template_sha256}


@dataclass(frozen=True)
class Workroom:
    """A rendering process that waits for its order, and the folder in which it finds it."""

    folder: Path
    process: "subprocess.Popen[str]"
    medium: Medium


@contextmanager
def open_workroom(medium: Medium, *, home: Path) -> Iterator[Workroom]:
    """A rendering process started beforehand: it loads what it needs while its content is gathered.

    Raises:
        RenderingFailed: PDF is not possible here.
    """
    if medium is Medium.PDF and not (availability := pdf_available()).ok:
        line = _("Pour le PDF : {line}").format(line=availability.apt_line)
        raise RenderingFailed(f"{availability.reason} {line}")
    with tempfile.TemporaryDirectory(prefix="beffroi-report-") as name:
        folder = Path(name)
        with (folder / ERRORS).open("wb") as stderr:
            process = subprocess.Popen(  # noqa: S603 - this interpreter, a module of ours, a folder just made.
                [sys.executable, "-m", WORKERS[medium], str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=folder,
                env=_environment(_fonts(home)),
                text=True,
                encoding="utf-8",
            )
        with process:
            try:
                yield Workroom(folder, process, medium)
            finally:
                process.kill()


def render(
    report: Report,
    canonical: bytes,
    *,
    medium: Medium,
    issued_at: datetime,
    home: Path,
    on_progress: Callable[[Progress], None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    workroom: Workroom | None = None,
) -> RenderedDocument:
    """The document a canonical twin describes, as PDF or as a page.

    `home` keeps the unpacked fonts from one document to the next. `on_progress` is called from this thread.
    `workroom` is one opened beforehand, for the same medium; it serves once.

    Raises:
        RenderingFailed: PDF is not possible here, a limit was passed, or the rendering is defective.
    """
    started = time.monotonic()
    order = Order(
        report_id=report.id,
        medium=medium,
        canonical_sha256=hashlib.sha256(canonical).hexdigest(),
        template_sha256=report.template_sha256,
        issued_at=issued_at.astimezone(UTC).replace(microsecond=0),
        versions=renderer_versions(report, home=home),
        fonts=_fonts(home).path,
        memory_mib=limits.memory_mib,
    )
    with nullcontext(workroom) if workroom is not None else open_workroom(medium, home=home) as room:
        folder = room.folder
        write_order(folder, order)
        (folder / CONTENT).write_bytes(canonical)
        _run(order, room, limits, on_progress)
        account = read_account(folder)
        data = (folder / DOCUMENT).read_bytes()
        table = (folder / TABLE).read_bytes()
    for warning in account.warnings:
        _log.warning("renderer warning", report=report.id, warning=warning)
    return RenderedDocument(
        medium=medium,
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        canonical=canonical,
        canonical_sha256=order.canonical_sha256,
        table=table,
        template_sha256=order.template_sha256,
        pages=account.pages,
        versions=dict(order.versions),
        warnings=account.warnings,
        seconds=time.monotonic() - started,
    )


def _fonts(home: Path) -> FontFolder:
    return prepare_fonts(home / "cache")


def _environment(fonts: FontFolder) -> dict[str, str]:
    """The whole environment of a rendering process: nothing of ours passes, neither address nor secret."""
    return {
        "FONTCONFIG_FILE": str(fonts.configuration),
        "HOME": str(fonts.path),
        "LC_ALL": "C.UTF-8",
        "PATH": os.defpath,
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(PACKAGE.parent),
    }


def _run(order: Order, room: Workroom, limits: Limits, on_progress: Callable[[Progress], None] | None) -> None:
    process = room.process
    out_of_time = threading.Event()

    def end() -> None:
        out_of_time.set()
        process.kill()

    timer = threading.Timer(limits.seconds, end)
    timer.start()
    try:
        hand_over(process)
        for line in process.stdout or ():
            if on_progress is not None:
                on_progress(_progress(line))
        process.wait()
    finally:
        timer.cancel()
        process.kill()
        code = process.wait()
    if out_of_time.is_set():
        raise RenderingFailed(
            _("Le rapport a dépassé le temps permis ({seconds} s). Réduisez son périmètre.").format(
                seconds=limits.seconds
            )
        )
    if code:
        _explain(order, code, room.folder / ERRORS, limits)


def hand_over(process: "subprocess.Popen[str]") -> None:
    """Says that the order lies in the folder; a process that already ended says why by its exit code."""
    with suppress(BrokenPipeError), process.stdin or io.StringIO() as hearing:
        hearing.write("\n")


def _progress(line: str) -> Progress:
    said = json.loads(line)
    return Progress(Step(said["step"]), said["percent"], said["pages"])


def _explain(order: Order, code: int, errors: Path, limits: Limits) -> None:
    said = errors.read_text("utf-8", errors="replace")[-4000:]
    _log.error("rendering failed", report=order.report_id, code=code, said=said)
    if code == OUT_OF_MEMORY or "MemoryError" in said or code < 0:
        raise RenderingFailed(
            _("Le rapport a dépassé la mémoire permise ({memory} Mio). Réduisez son périmètre.").format(
                memory=limits.memory_mib
            )
        )
    raise RenderingFailed(_("Le rapport n’a pas pu être rendu : c’est un défaut, noté au journal de l’application."))
