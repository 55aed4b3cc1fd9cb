"""HTML and Markdown of others turned into plain text: descriptions of datasets, official texts of law."""

import re
from html import unescape
from html.parser import HTMLParser

_MARKUP = re.compile(
    r"</?(?:p|br|div|span|a|ul|ol|li|b|i|u|em|strong|h[1-6]|table|tr|td|th|tbody|thead|img|hr|blockquote|pre"
    r"|code|font|section|article|sup|sub|script|style|iframe|center|small|dl|dt|dd)\b[^<>]*>|<!--",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_BLOCKS = frozenset(
    {"p", "div", "ul", "ol", "table", "section", "article", "blockquote", "pre", "dl", "hr", "center", "tr", "dt"}
    | {"dd", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_UNSEEN = frozenset({"script", "style"})
_SPACES = re.compile(r"[^\S\n]{2,}|[^\S\n\u00a0\u202f]")
"""Spaces that HTML shows as one; a lone non-breaking one is written on purpose, as before a colon, and stays."""
_ENDS = re.compile(r"[^\S\n]*\n[^\S\n]*")
_BLANK_LINES = re.compile(r"\n{3,}")


# Of Markdown, only what can be nothing else: a lone star may multiply or call a note, an underscore be of a name.
_STRONG = re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^*\n]{1,500}?)(?<=[^\s*])\*\*(?![\w*])")
_HEADING = re.compile(r"^#{1,6}[ \t]{1,8}(?=\S)", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\[\]\n]{1,500})\]\((https?://[^\s()<>]{1,2000})\)")


class _Reader(HTMLParser):
    def __init__(self, *, links: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0
        self.links = links
        self.cells = 0
        self.link: str | None = None
        self.link_from = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.cells = 0
        if tag in _UNSEEN:
            self.hidden += 1
        elif tag in _BLOCKS:
            self.parts.append("\n" if tag in {"tr", "dt", "dd"} else "\n\n")
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in {"td", "th"}:
            self.parts.append(" | " if self.cells else " ")
            self.cells += 1
        elif tag == "a" and self.links:
            self.link = next((value for name, value in attrs if name == "href"), None)
            self.link_from = len(self.parts)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self.hidden = max(0, self.hidden - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n" if tag in {"tr", "dt", "dd"} else "\n\n")
        elif tag == "a" and self.link:
            address, self.link = self.link.strip(), None
            if address.startswith(("http://", "https://")) and address not in "".join(self.parts[self.link_from :]):
                self.parts.append(f" ({address})")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data if "\n" not in data else " ".join(data.split("\n")))


def has_markup(text: str) -> bool:
    """Whether a text holds tags, written or escaped."""
    return bool(_MARKUP.search(text) or _MARKUP.search(unescape(text)))


def plain_text(text: str) -> str:
    """The text without its markup; a text that has none is left as it is, save for the spaces around it."""
    if "<" not in text and "&" not in text:
        return text.strip()
    found = _read(text) if _MARKUP.search(text) or _ENTITY.search(text) else text
    # Some portals escape their HTML once more: what comes out is HTML again.
    if found is not text and _MARKUP.search(found):
        found = _read(found)
    return found.strip()


def without_markdown(text: str) -> str:
    """The text of a portal that writes Markdown, without the marks of its headings, links and emphasis."""
    # Most texts hold no such mark: to know it costs a tenth of looking for one.
    if "#" in text:
        text = _HEADING.sub("", text)
    if "**" in text:
        text = _STRONG.sub(r"\1", text)
    if "](" in text:
        text = _LINK.sub(lambda link: link[2] if link[1] == link[2] else f"{link[1]} ({link[2]})", text)
    return text


def html_lines(html: str) -> str:
    """What a text that is HTML says, a paragraph a line, nothing added but the marks of lists and of cells."""
    said = _without_markup(html, links=False).replace("\x00", "")
    return "\n".join(line for line in said.split("\n") if line)


def _read(text: str) -> str:
    if not _MARKUP.search(text):
        # Entities alone: the line breaks of the text are its own.
        return "\n".join(_without_tags(line, links=True) for line in text.split("\n"))
    return _without_markup(text, links=True)


def _without_markup(html: str, *, links: bool) -> str:
    said = _ENDS.sub("\n", _SPACES.sub(" ", _without_tags(html, links=links)))
    return _BLANK_LINES.sub("\n\n", said).strip()


def _without_tags(text: str, *, links: bool) -> str:
    reader = _Reader(links=links)
    reader.feed(text)
    reader.close()
    return "".join(reader.parts)
