"""Documents as operators send them, made on the spot: a PDF that bears text, a scan, one under a password."""

import io
from base64 import b64encode
from functools import lru_cache
from typing import Any

from docx import Document
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter
from weasyprint import HTML

from registry.platform.jobs import work_once
from registry.rooms import job_functions
from tests.conftest import Someone, Town


@lru_cache
def a_pdf(*pages: str) -> bytes:
    """A PDF of these pages, as our documents are made."""
    said = "".join(f'<p style="break-after: page">{page}</p>' for page in pages)
    content: bytes = HTML(string=f"<html lang=fr><body>{said}</body></html>").write_pdf()
    return content


@lru_cache
def a_scan() -> bytes:
    """A PDF of one page, which is an image of words."""
    drawn = Image.new("L", (400, 200), 255)
    ImageDraw.Draw(drawn).text((20, 80), "Article 32.2 - Donnees d'exploitation", fill=0)
    kept = io.BytesIO()
    drawn.save(kept, "PNG")
    said = b64encode(kept.getvalue()).decode()
    content: bytes = HTML(string=f'<img alt="" src="data:image/png;base64,{said}">').write_pdf()
    return content


def a_docx(*paragraphs: str) -> bytes:
    """A Word text of these paragraphs."""
    made, kept = Document(), io.BytesIO()
    for one in paragraphs:
        made.add_paragraph(one)
    made.save(kept)
    return kept.getvalue()


def under_password(content: bytes) -> bytes:
    """The same PDF, which opens with a password alone."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt("secret", algorithm="AES-256")
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def attach(
    who: Someone, number: int, content: bytes, title: str, *, to: str = "contract", name: str = "piece.pdf"
) -> int:
    """Attaches a file to a contract or an amendment, as the form does; its number."""
    form = {"kind": "contract", "title": title, "subject_kind": to, "subject_id": str(number), "same_content": "true"}
    answer = who.post("/preuves/nouvelle", form, files={"file": (name, content, "application/octet-stream")})
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].partition("?")[0].rpartition("/")[2])


def work(town: Town) -> None:
    """Has the worker do all that waits."""
    work_once(town.home.urls.jobs, town.home.jobs, job_functions(town.home, town.info))


def hits(who: Someone, words: str, **narrowed: Any) -> list[tuple[str, int]]:
    """What the API finds: the title of each piece and the page, best first."""
    answer = who.api("GET", "/api/v1/search/pieces", params={"q": words, **narrowed})
    assert answer.status_code == 200, answer.text
    return [(one["title"], one["page"]) for one in answer.json()["hits"]]
