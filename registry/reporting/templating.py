"""How a report's template becomes HTML: strict, escaped, with French typography."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

NO_BREAK = "\u00a0"
CUT = "[…]"
_STYLE = re.compile(r"(<style>.*?</style>)", re.DOTALL)
_TEXT = re.compile(r">[^<>]+<")
_BEFORE_SIGN = re.compile(r"[ \u00a0\u202f]+(?=[;:!?»%€])")
_AFTER_QUOTE = re.compile(r"(?<=«)[ \u00a0\u202f]+")


def environment(reports: Path, *, language: str) -> Environment:
    """The environment of a report's templates; a name nobody gave is an error, never an empty text."""
    env = Environment(
        loader=FileSystemLoader(reports),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    env.filters["long_date"] = lambda day: long_date(day, language)
    env.filters["short_date"] = lambda day: format_date(day, "dd/MM/yyyy", locale=language)
    env.filters["number"] = number
    env.filters["breakable"] = breakable
    env.filters["brief"] = brief
    return env


def long_date(day: date, language: str) -> str:
    """The day in words; French writes the first of a month « 1er »."""
    text = format_date(day, "long", locale=language)
    if language == "fr" and day.day == 1:
        text = f"1er{text[1:]}"
    return text.replace(" ", NO_BREAK)


def number(count: int) -> str:
    """A whole number with its thousands apart."""
    return f"{count:,}".replace(",", NO_BREAK)


def brief(text: str, most: int) -> str:
    """The text, or its beginning followed by a mark that says it goes on: the twins hold it whole."""
    return text if len(text) <= most else f"{text[:most].rstrip()}{NO_BREAK}{CUT}"


def breakable(text: str) -> Markup:
    """A text whose long unbroken parts (addresses, file names) may be cut after their signs."""
    escaped = str(Markup.escape(text))
    return Markup(re.sub(r"(?<=[^\s&;])([/_.?=-])(?=\w)", r"\1<wbr>", escaped))  # noqa: S704 - escaped above


def french_spaces(html: str) -> str:
    """The same page with the no-break spaces French typography asks for, in its texts only."""
    parts = _STYLE.split(html)
    return "".join(part if part.startswith("<style>") else _TEXT.sub(_spaced, part) for part in parts)


def _spaced(match: re.Match[str]) -> str:
    return _AFTER_QUOTE.sub(NO_BREAK, _BEFORE_SIGN.sub(NO_BREAK, match[0]))


def drawable(page: str, coverage: frozenset[int]) -> str:
    """The page with each character no font can draw replaced by its code point, or dropped if unseen.

    A PDF with a missing glyph is neither PDF/A nor PDF/UA; the twins keep the texts whole.
    """
    strange = {ord(letter) for letter in set(page)} - coverage - {ord("\n")}
    return page.translate({point: _stand_in(chr(point)) for point in strange}) if strange else page


def _stand_in(letter: str) -> str:
    if letter.isspace():
        return " "
    unseen = unicodedata.category(letter) in {"Cc", "Cf", "Mn"}
    return "" if unseen else f"[U+{ord(letter):04X}]"


def _shown(value: Any) -> Any:
    if value is None:
        raise TypeError("a template shows a value that is None: it must say what that absence means")
    return value


def render_template(env: Environment, template: str, values: Mapping[str, Any], *, language: str) -> str:
    """The page, as one HTML text."""
    html = env.get_template(template).render(values)
    return french_spaces(html) if language == "fr" else html
