"""The catalogues of the languages the product speaks: French in the code, English beside it."""

import io
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from registry.kernel.words import FRENCH
from registry.platform.assets import PACKAGE

LOCALES = (FRENCH, "en")


@lru_cache(maxsize=4)
def translations_for(locale: str) -> NullTranslations:
    """The translations of a language; French needs none. Only `.po` files are kept: they are read at start."""
    path = PACKAGE / "translations" / locale / "LC_MESSAGES" / "messages.po"
    if locale not in LOCALES or locale == FRENCH or not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=locale)
    for message in list(catalogue):
        # What is half translated is said in French, never left out.
        if message.id and isinstance(message.string, tuple) and not all(message.string):
            catalogue.delete(message.id)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def choose_locale(chosen: str | None, accepted: str | None) -> str:
    """The reader's language: the one they chose, else the one their browser likes best, else French."""
    if chosen in LOCALES:
        return chosen
    liked = [(_liking(said), said.lower()[:2]) for said in (accepted or "").replace(" ", "").split(",")[:20]]
    # `max` keeps the first among equals, which is the order the browser gave.
    best = max(((liking, code) for liking, code in liked if code in LOCALES), key=lambda one: one[0], default=(0.0, ""))
    return best[1] if best[0] > 0 else FRENCH


def _liking(said: str) -> float:
    """The weight of one language of `Accept-Language`, from 0 (never) to 1."""
    weight = said.partition(";q=")[2]
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0
