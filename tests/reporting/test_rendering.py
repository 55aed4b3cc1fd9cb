"""Rendering happens in a process apart: limited, told of, without network or secret, and never half done."""

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psutil
import pytest

from registry.platform.assets import PACKAGE
from registry.reporting import rendering
from registry.reporting.discovery import Report
from registry.reporting.fonts import prepare_fonts
from registry.reporting.rendering import render, renderer_versions
from registry.reporting.vocabulary import Limits, Medium, Progress, RenderedDocument, RenderingFailed, Step

paper = pytest.mark.usefixtures("_pango")
Renderer = Callable[..., RenderedDocument]


@pytest.fixture
def rendered(report: Report, canonical: bytes, font_home: Path, issued_at: datetime) -> Renderer:
    def with_limits(medium: Medium, **given: object) -> RenderedDocument:
        values = {"canonical": canonical, "issued_at": issued_at, "home": font_home, **given}
        return render(report, medium=medium, **values)  # type: ignore[arg-type]

    return with_limits


@paper
@pytest.mark.paper
def test_the_bar_of_progress_goes_forward_through_every_step(rendered: Renderer) -> None:
    told: list[Progress] = []

    document = rendered(Medium.PDF, on_progress=told.append)

    percents = [progress.percent for progress in told]
    assert percents == sorted(percents)
    assert len(set(percents)) > 8
    assert 0 < percents[0] < percents[-1] < 100
    assert [step for step in Step if step in {progress.step for progress in told}] == list(Step)
    assert told[-1].pages == document.pages


@paper
@pytest.mark.paper
def test_the_same_instant_in_another_zone_gives_the_same_bytes(rendered: Renderer, issued_at: datetime) -> None:
    elsewhere = issued_at.astimezone(timezone(timedelta(hours=1))) + timedelta(microseconds=400)

    assert rendered(Medium.PDF, issued_at=elsewhere) == rendered(Medium.PDF)


@paper
@pytest.mark.paper
def test_another_day_of_issue_gives_another_document(rendered: Renderer) -> None:
    first, second = (rendered(Medium.PDF, issued_at=datetime(2026, 12, day, tzinfo=UTC)) for day in (2, 3))

    assert first.sha256 != second.sha256
    assert first.canonical_sha256 == second.canonical_sha256


@paper
@pytest.mark.paper
def test_a_document_that_takes_too_long_is_ended_and_refused(rendered: Renderer) -> None:
    with pytest.raises(RenderingFailed, match=r"temps permis \(0 s\)"):
        rendered(Medium.PDF, limits=Limits(seconds=0))


@paper
@pytest.mark.paper
def test_a_document_that_takes_too_much_memory_is_refused(rendered: Renderer) -> None:
    with pytest.raises(RenderingFailed, match=r"mémoire permise \(300 Mio\)"):
        rendered(Medium.PDF, limits=Limits(memory_mib=300))


@paper
@pytest.mark.paper
def test_whoever_follows_may_stop_a_rendering(rendered: Renderer) -> None:
    def stop(progress: Progress) -> None:
        if progress.step is Step.LAYOUT:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rendered(Medium.PDF, on_progress=stop)
    assert not [child for child in psutil.Process().children() if "registry.reporting.pdf_worker" in child.cmdline()]


def test_a_content_that_does_not_hold_together_is_refused(rendered: Renderer, canonical: bytes) -> None:
    values = json.loads(canonical)
    values["summary"]["datasets"] += 1

    with pytest.raises(RenderingFailed, match="défaut"):
        rendered(Medium.PAGE, canonical=json.dumps(values).encode())


def test_without_pango_a_pdf_is_refused_with_the_line_that_installs_it(
    rendered: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = rendering.pdf_available(needed=("libabsent.so.0",))
    monkeypatch.setattr(rendering, "pdf_available", lambda: absent)

    assert rendering.best_medium() is Medium.PAGE
    with pytest.raises(RenderingFailed, match=r"libabsent\.so\.0.*apt-get install"):
        rendered(Medium.PDF)


def test_the_process_apart_is_given_no_secret(font_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("BEFFROI_MAIL_URL", "smtp://secret")

    environment = rendering._environment(prepare_fonts(font_home / "cache"))

    assert "secret" not in str(environment)
    assert environment["FONTCONFIG_FILE"].startswith(str(font_home))


def test_versions_name_the_fonts_and_the_template(report: Report, font_home: Path) -> None:
    versions = renderer_versions(report, home=font_home)

    assert versions["template"] == report.template_sha256
    assert len(versions["fonts"]) == 64


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine, and the paths it was asked for."""
    asked: list[str] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listening.server_address[1]}", asked
    listening.shutdown()


@paper
@pytest.mark.paper
@pytest.mark.parametrize(
    "fragment",
    [
        '<img src="{url}/a.svg" alt="a">',
        '<link rel="stylesheet" href="{url}/a.css">',
        '<style>@import "{url}/a.css";</style>',
        '<p style="background: url({url}/a.png)">a</p>',
        '<img src="file:///etc/hostname" alt="a">',
        '<img src="/etc/hostname" alt="a">',
        '<img src="../../etc/hostname" alt="a">',
        '<img src="data:image/png;base64,AAAA" alt="a">',
        '<link rel="attachment" href="file:///etc/hostname">',
        '<img src="other.svg" alt="a">',
    ],
)
def test_a_page_that_asks_for_what_is_not_its_own_stops_the_rendering(
    server: tuple[str, list[str]], fragment: str, font_home: Path
) -> None:
    url, asked = server
    page = f"<html lang=fr><title>a</title><body>{fragment.format(url=url)}<p>a</p></body></html>"
    code = (
        "import sys; from weasyprint import HTML; from registry.reporting.pdf_worker import PARTS, OwnParts\n"
        "HTML(string=sys.argv[1], base_url=PARTS, url_fetcher=OwnParts({})).write_pdf()"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, page],
        check=False, capture_output=True, text=True, cwd=PACKAGE.parent,
        env=rendering._environment(prepare_fonts(font_home / "cache")),
    )  # fmt: skip

    assert done.returncode != 0
    assert "asks for what is not its own" in done.stderr
    assert asked == []


@paper
@pytest.mark.paper
def test_texts_of_any_writing_are_printed_or_named_never_missing(
    report: Report, rendered: Renderer, canonical: bytes
) -> None:
    module = report.content
    content = module.from_canonical(canonical)
    strange = "Été 😀 中文 👩‍👩‍👧 \u202eabc\u202c \u0000 العربية עברית " + "x" * 400 + " mot" * 2500
    first = content.findings[0]  # type: ignore[attr-defined]
    facts = tuple(replace(fact, value=strange) for fact in first.known)
    findings = (replace(first, subject=strange, known=facts), *content.findings[1:])  # type: ignore[attr-defined]
    wild = module.to_canonical(replace(content, findings=findings))  # type: ignore[type-var]

    document = rendered(Medium.PDF, canonical=wild)

    assert document.warnings == ()
    assert strange.encode() in document.canonical.replace(b"\\u0000", b"\x00")
