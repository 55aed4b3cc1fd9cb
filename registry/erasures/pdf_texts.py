"""The words of a PDF, page by page, as far as they are written as words; a stranger wrote it: a child reads it."""

from collections.abc import Sequence
from tempfile import NamedTemporaryFile

import msgspec

from registry.inspection.child import Failed, ask_child
from registry.inspection.limits import Limits

LIMITS = Limits(file_bytes=50 * 2**20, memory_bytes=2**30, seconds=60)
"""What is longer is not read: somebody opens it."""
_WORKER = "registry.erasures.pdf_worker"


class _Answer(msgspec.Struct):
    pages: Sequence[str] = ()
    whole: bool = False


def read_pdf(content: bytes) -> tuple[Sequence[str], bool]:
    """The text of its pages, and whether that is all it says: no page without words, none left out, none unreadable."""
    if len(content) > LIMITS.file_bytes:
        return (), False
    with NamedTemporaryFile(suffix=".pdf") as kept:
        kept.write(content)
        kept.flush()
        said = ask_child(_WORKER, {"path": kept.name}, LIMITS)
    if isinstance(said, Failed) or not said:
        return (), False
    try:
        answer = msgspec.json.decode(said.splitlines()[-1], type=_Answer)
    except msgspec.DecodeError:
        return (), False
    return answer.pages, answer.whole
