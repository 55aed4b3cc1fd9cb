"""The official text as plain text: the base writes HTML, which is never shown."""

import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    {
        "p",
        "br",
        "div",
        "li",
        "ul",
        "ol",
        "tr",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "hr",
        "dd",
        "dt",
    }
)
_CELLS = frozenset({"td", "th"})
_UNSHOWN = frozenset({"script", "style"})


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- HTMLParser's own.
        if tag in _UNSHOWN:
            self._hidden += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSHOWN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _CELLS:
            self.parts.append(" | ")
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))


def plain_words(html: str) -> str:
    """What an HTML text says, a paragraph a line, without a tag."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    said = "".join(reader.parts).replace("\x00", "")
    lines = (re.sub(r"[ \u00a0]{2,}", " ", line).strip().removesuffix("|").strip() for line in said.split("\n"))
    return "\n".join(line for line in lines if line)
