"""The process that reads the text of one document: `python -m registry.inspection.page_texts_worker`.

Its order holds the `path`, the `kind` of the document, how many pages are read at `most`, the limits. It answers the
text of each page; what it says when it fails holds none of it.
"""

import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pypdf import PdfReader

from registry.inspection.answering import Order, answer_with, write
from registry.inspection.archive import open_archive
from registry.inspection.page_texts import PagesRead, PageText
from registry.inspection.problems import CannotRead, Problem

_SHARE = 0.8
"""The part of the processor's time that reading may take: what was read by then is told."""
_LONGEST_PAGE, _MOST_LETTERS = 100_000, 20_000_000
_PASSAGE = 3_000
"""Units: letters. A document without pages is told in passages of about this length."""
_TEXT_PARTS = {"docx": ("word/document.xml", "t", "p"), "odt": ("content.xml", "", "p")}


def work(order: Order) -> None:
    """Writes the text of each page, and what keeps others from being read."""
    logging.disable(logging.CRITICAL)
    path, kind, until = Path(order["path"]), order["kind"], time.process_time() + _SHARE * order["seconds"]
    try:
        found = _pdf(path, order["most"], until) if kind == "pdf" else _passages(path, kind, order["most"], until)
    except CannotRead as error:
        found = PagesRead(problem=error.problem, details=error.details)
    except MemoryError:
        found = PagesRead(problem=Problem.OUT_OF_MEMORY, details={"limit": order["memory_bytes"] // 1024**2})
    except Exception as error:
        # Its message could hold a value, and the parent logs what a child says.
        found = PagesRead(problem=Problem.UNFORESEEN, details={"kind": type(error).__name__})
    write(found)


def _pdf(path: Path, most: int, until: float) -> PagesRead:
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            return PagesRead(problem=Problem.PROTECTED_PDF)
        pages = len(reader.pages)
    except MemoryError:
        raise
    except Exception:
        raise CannotRead(Problem.BROKEN_PDF) from None
    found, texts, letters = PagesRead(pages=pages), list[PageText](), 0
    for number in range(1, min(pages, most) + 1):
        if time.process_time() > until:
            return replace(found, read=number - 1, texts=texts, problem=Problem.OUT_OF_TIME)
        if letters > _MOST_LETTERS:
            return replace(found, read=number - 1, texts=texts, problem=Problem.TOO_LARGE)
        try:
            words = _clean(reader.pages[number - 1].extract_text())
        except MemoryError:
            return replace(found, read=number - 1, texts=texts, problem=Problem.OUT_OF_MEMORY)
        except Exception:
            # One damaged page keeps nobody from finding the others.
            found = replace(found, problem=Problem.BROKEN_PDF)
            continue
        letters += len(words)
        if words:
            texts.append(PageText(number, words))
    cut = Problem.TOO_MANY_PAGES if pages > most else found.problem
    return replace(found, read=min(pages, most), texts=texts, problem=cut)


def _clean(text: str) -> str:
    """A text as it is kept: without the signs no text holds, nor a word cut in two by a soft hyphen."""
    words = text.replace("\u00ad\n", "").replace("\u00ad", "").replace("\0", " ")
    return words.encode("utf-8", "replace").decode().strip()[:_LONGEST_PAGE]


def _passages(path: Path, kind: str, most: int, until: float) -> PagesRead:
    texts, passage, letters, number = list[PageText](), list[str](), 0, 0
    problem: Problem | None = None
    for paragraph in _paragraphs(path, kind):
        if time.process_time() > until:
            problem = Problem.OUT_OF_TIME
            break
        passage.append(paragraph)
        letters += len(paragraph)
        if letters > _PASSAGE:
            number += 1
            if number > most:
                return PagesRead(number, most, has_pages=False, texts=texts, problem=Problem.TOO_MANY_PAGES)
            texts.append(PageText(number, _clean("\n".join(passage))))
            passage, letters = [], 0
    if rest := _clean("\n".join(passage)):
        number += 1
        texts.append(PageText(number, rest))
    return PagesRead(number, number, has_pages=False, texts=texts, problem=problem)


def _paragraphs(path: Path, kind: str) -> Iterator[str]:
    if kind not in _TEXT_PARTS:
        yield from _decoded(path).splitlines()
        return
    part, within, paragraph = _TEXT_PARTS[kind]
    done, line, inside = list[str](), list[str](), [0]

    def start(tag: str, _given: dict[str, str]) -> None:
        inside[0] += tag == within
        if tag in {"tab", "br", "s", "line-break"}:
            line.append(" ")

    def end(tag: str) -> None:
        inside[0] -= tag == within
        if tag in {paragraph, "h"} and line:
            done.append("".join(line))
            line.clear()

    def text(said: str) -> None:
        if not within or inside[0]:
            line.append(said)

    with open_archive(path) as archive:
        for _pause in archive.parse(part, start=start, end=end, text=text, ready=lambda: bool(done)):
            yield from done
            done.clear()
        yield from done


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


if __name__ == "__main__":
    sys.exit(answer_with(work))
