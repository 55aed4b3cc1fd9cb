"""Keeping the catalogues true: what the code, the pages and the reports say in French, and what English lacks.

`python -m registry.web.extraction` rewrites the English catalogue in place: a sentence that is new stands there
without its translation, one that nobody says any more leaves, and what was translated stays as it was.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import structlog
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from registry.kernel.words import FRENCH
from registry.platform.assets import PACKAGE, asset_root
from registry.web.words import LOCALES

log = structlog.get_logger(__name__)

KEYWORDS = {"_": None, "mark": None, "gettext": None, "ngettext": (1, 2)}
_TEMPLATES = {
    "extensions": "jinja2.ext.i18n",
    "newstyle_gettext": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "silent": "false",
}
_HEADER = """\
# Beffroi in English. Rewritten by `python -m registry.web.extraction`; translations are kept by hand.
msgid ""
msgstr ""
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""


def extract_messages(*roots: Path) -> Catalog:
    """Every sentence for people under these folders, sorted, without the places they stand in."""
    found: dict[str | tuple[str, str], None] = {}
    for root in roots:
        for path in sorted(root.rglob("*")):
            for message in _extract(path):
                found[message] = None
    catalogue = Catalog()
    for message in sorted(found, key=_key):
        catalogue.add(message)
    return catalogue


def catalogue_path(locale: str) -> Path:
    """Where the catalogue of a language is kept."""
    return PACKAGE / "translations" / locale / "LC_MESSAGES" / "messages.po"


def untranslated(locale: str = "en") -> list[str]:
    """What the product says that has no translation yet: nothing, when the house is in order."""
    kept = _read(locale)
    return [_key(one.id) for one in extract_messages(*_sources()) if one.id and not _translation(kept, one.id)]


def unused(locale: str = "en") -> list[str]:
    """What the catalogue translates and nobody says any more."""
    said = {_key(one.id) for one in extract_messages(*_sources()) if one.id}
    return [_key(one.id) for one in _read(locale) if one.id and _key(one.id) not in said]


def update_catalogue(locale: str = "en") -> str:
    """Rewrites the catalogue of a language in place, and returns its text."""
    kept, fresh = _read(locale), Catalog(locale=locale)
    for one in extract_messages(*_sources()):
        if one.id:
            fresh.add(one.id, _translation(kept, one.id))
    written = BytesIO()
    write_po(written, fresh, width=0, omit_header=True, sort_output=True)
    text = _HEADER.format(locale=locale, plural=fresh.plural_forms) + written.getvalue().decode()
    path = catalogue_path(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.strip() + "\n", "utf-8")
    return text


def _sources() -> tuple[Path, ...]:
    return PACKAGE, asset_root("reports")


def _extract(path: Path) -> Iterator[str | tuple[str, str]]:
    if "_assets" in path.parts or path.suffix not in {".py", ".html"}:
        return
    method, options = ("python", {}) if path.suffix == ".py" else ("jinja2.ext:babel_extract", _TEMPLATES)
    for _line, message, _comments, _context in extract_from_file(method, path, KEYWORDS, options=options):
        yield (message[0], message[1]) if isinstance(message, tuple) else message


def _key(message: Any) -> str:
    return str(message[0] if isinstance(message, list | tuple) else message)


def _read(locale: str) -> Catalog:
    path = catalogue_path(locale)
    if not path.exists():
        return Catalog(locale=locale)
    with path.open("rb") as source:
        return read_po(source, locale=locale)


def _translation(kept: Catalog, message: Any) -> Any:
    """What was written for a message, or nothing if any of its forms is missing."""
    known = kept.get(_key(message))
    if known is None:
        return None
    forms = known.string if isinstance(known.string, list | tuple) else (known.string,)
    if isinstance(message, list | tuple) != isinstance(known.id, list | tuple):
        return None
    return known.string if all(forms) else None


def main() -> None:
    """Rewrites every catalogue, and says what is left to translate."""
    for locale in LOCALES:
        if locale != FRENCH:
            update_catalogue(locale)
            log.info("catalogue rewritten", locale=locale, untranslated=len(untranslated(locale)))


if __name__ == "__main__":
    main()
