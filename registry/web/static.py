"""Static files: ours and a few of the npm packages, served under the hash of their bytes and cached for good.

Bootstrap's style sheet carries its small images (ticks, arrows) inside it as `data:` addresses, which our
content policy refuses: they are taken out as the sheet is read, and served as files.
"""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from registry.kernel.errors import NotFound, Unavailable
from registry.kernel.words import _
from registry.platform.assets import PACKAGE, asset_root

PREFIX = "/statique"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_COMPRESSED = (".css", ".js", ".svg")
_FROM_PACKAGES = {
    "bootstrap.css": "bootstrap/dist/css/bootstrap.min.css",
    "htmx.js": "htmx.org/dist/htmx.min.js",
}
_FACES = (
    ("source-sans-3", 400, "normal"),
    ("source-sans-3", 400, "italic"),
    ("source-sans-3", 600, "normal"),
    ("source-sans-3", 700, "normal"),
    ("source-serif-4", 600, "normal"),
)
_FACE = re.compile(r"@font-face\s*{[^}]*?url\(\./files/([\w-]+-latin(?:-ext)?-\d+-\w+\.woff2)\)[^}]*?}")
_RANGE = re.compile(r"unicode-range:\s*([^;}]+)")
_DATA_IMAGE = re.compile(r"""url\((["']?)data:image/svg\+xml,(.*?)\1\)""")
_SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=[^*]*\*/")


@dataclass(frozen=True)
class StaticFile:
    """A file ready to be sent."""

    name: str
    digest: str
    media_type: str
    content: bytes
    compressed: bytes | None

    @property
    def address(self) -> str:
        """Where it is served; it changes whenever the file does."""
        return f"{PREFIX}/{self.digest}/{self.name}"


@lru_cache(maxsize=1)
def files() -> Mapping[str, StaticFile]:
    """Every static file by its name, read once.

    Raises: Unavailable when the front-end parts are not installed.
    """
    found: dict[str, StaticFile] = {}
    # Images first: our style sheet names the address each is served under.
    for path in sorted((PACKAGE / "web" / "static").iterdir(), key=lambda path: (path.suffix != ".svg", path.name)):
        _add(found, path.name, _with_our_images(path.read_text("utf-8"), found))
    for name, place in _FROM_PACKAGES.items():
        content = _SOURCE_MAP.sub("", _read(place).decode())
        _add(found, name, _without_data(content, found))
    _add(found, "fonts.css", _fonts(found))
    return found


def static_url(name: str) -> str:
    """The address of a static file."""
    return files()[name].address


@get(
    PREFIX + "/{digest:str}/{name:str}",
    sync_to_thread=False,
    opt={"permission": None},
    include_in_schema=False,
    name="web.static",
)
def send(request: Request[Any, Any, Any], digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A static file, by its hash: only names of the list, so no path can lead elsewhere."""
    file = files().get(name)
    if file is None or file.digest != digest:
        raise NotFound(_("Ce fichier n’existe pas. Rechargez la page qui le demandait."))
    etag = f'"{digest}"'
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": etag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, headers=headers, media_type=file.media_type)
    if file.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(file.compressed, headers=headers, media_type=file.media_type)
    return Response(file.content, headers=headers, media_type=file.media_type)


def static_handlers() -> list[HTTPRouteHandler]:
    """The route of static files; reads them now, so that a missing one shows at start."""
    files()
    return [send]


def _add(found: dict[str, StaticFile], name: str, content: bytes) -> StaticFile:
    suffix = Path(name).suffix
    compressed = gzip.compress(content, 9, mtime=0) if suffix in _COMPRESSED else None
    found[name] = StaticFile(name, sha256(content).hexdigest()[:16], _TYPES[suffix], content, compressed)
    return found[name]


def _read(place: str) -> bytes:
    try:
        return (asset_root("node_modules") / place).read_bytes()
    except OSError as error:
        raise Unavailable(
            _("Il manque {place} parmi les pièces des pages. Lancez « python3 dev.py setup ».").format(place=place)
        ) from error


def _without_data(sheet: str, found: dict[str, StaticFile]) -> bytes:
    def take_out(match: re.Match[str]) -> str:
        image = unquote(match.group(2)).encode()
        return f"url({_add(found, f'image-{sha256(image).hexdigest()[:12]}.svg', image).address})"

    return _DATA_IMAGE.sub(take_out, sheet).encode()


def _with_our_images(text: str, found: Mapping[str, StaticFile]) -> bytes:
    """A file of ours, where `url(name.svg)` becomes the address that image is served under."""
    return re.sub(r"url\(([\w-]+\.svg)\)", lambda match: f"url({found[match.group(1)].address})", text).encode()


def _fonts(found: dict[str, StaticFile]) -> bytes:
    """The faces we use, Latin and extended Latin: browsers fetch a part only for the signs it holds."""
    faces = []
    for family, weight, style in _FACES:
        place = f"@fontsource/{family}"
        sheet = _read(f"{place}/{weight}{'-italic' if style == 'italic' else ''}.css").decode()
        for face in _FACE.finditer(sheet):
            signs = _RANGE.search(face.group(0))
            file = _add(found, face.group(1), _read(f"{place}/files/{face.group(1)}"))
            faces.append(
                f"@font-face{{font-family:'{family.replace('-', ' ').title()}';font-style:{style};"
                f"font-weight:{weight};font-display:swap;src:url({file.address}) format('woff2');"
                f"unicode-range:{signs.group(1).strip() if signs else 'U+0-10FFFF'}}}"
            )
    return "\n".join(faces).encode()
