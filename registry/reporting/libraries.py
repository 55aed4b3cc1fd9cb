"""Whether this machine can write PDF, and with which libraries: asked of the loader, not of WeasyPrint.

Nothing here imports WeasyPrint, so the registry starts, and says what is missing, where Pango is not.
"""

import ctypes
import zlib
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version

from registry.kernel.words import _
from registry.reporting.vocabulary import Availability

APT_LINE = "apt-get install libpangoft2-1.0-0 libharfbuzz-subset0"
"""On Debian and Ubuntu; it brings Pango, HarfBuzz, Fontconfig, FreeType and GLib with it."""

NEEDED = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
    "libfontconfig.so.1",
)
_PACKAGES = ("weasyprint", "pydyf", "fonttools", "tinycss2", "tinyhtml5", "cssselect2", "pyphen", "lets-plot")
_PACKAGES_OF_PAGES = ("jinja2", "babel", "pydantic")


def pdf_available(needed: Iterable[str] = NEEDED) -> Availability:
    """Whether the libraries a PDF needs are on this machine, and the line that installs them."""
    missing = tuple(name for name in needed if not _loads(name))
    if not missing:
        return Availability(ok=True)
    reason = _(
        "Cette machine ne peut pas écrire de PDF : il manque {libraries}. Le rapport est produit en page web "
        "autonome, avec ses jumeaux JSON et CSV."
    )
    return Availability(
        ok=False,
        missing=missing,
        reason=reason.format(libraries=", ".join(missing)),
        apt_line=APT_LINE,
    )


def library_versions() -> dict[str, str]:
    """The version of everything beneath a PDF that may change its bytes."""
    versions = {name: version(name) for name in (*_PACKAGES, *_PACKAGES_OF_PAGES)}
    versions["zlib"] = zlib.ZLIB_RUNTIME_VERSION
    if pdf_available().ok:
        versions["pango"] = _called("libpango-1.0.so.0", "pango_version_string")
        versions["harfbuzz"] = _called("libharfbuzz.so.0", "hb_version_string")
        versions["fontconfig"] = _fontconfig()
    return versions


@lru_cache
def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _called(library: str, function: str) -> str:
    ask = getattr(ctypes.CDLL(library), function)
    ask.restype = ctypes.c_char_p
    answer: bytes = ask()
    return answer.decode()


def _fontconfig() -> str:
    number = int(ctypes.CDLL("libfontconfig.so.1").FcGetVersion())
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"
