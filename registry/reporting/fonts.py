"""The fonts of every document: taken from `node_modules`, kept as TrueType beside their own configuration.

Documents see these fonts and no other, so that the same content gives the same bytes on any machine.
Fonts of `@fontsource` come as one compressed file for each alphabet and weight; each is unpacked once, and
renamed where it holds an additional alphabet, because two files under one name would share their glyph
numbers in a PDF.
"""

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

from registry.platform.assets import asset_root

LAYOUT = "1"
"""To be raised when this module writes the folder otherwise."""

_STYLES = {(400, "normal"): "Regular", (400, "italic"): "Italic", (600, "normal"): "SemiBold"}
_SANS = tuple(_STYLES)
_SERIF = ((400, "normal"), (600, "normal"))
_DEJAVU = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf")


@dataclass(frozen=True)
class FontFolder:
    """A folder of TrueType fonts ready for Fontconfig, and what it holds."""

    path: Path

    @property
    def configuration(self) -> Path:
        """The file that `FONTCONFIG_FILE` names."""
        return self.path / "fonts.conf"

    @cached_property
    def _described(self) -> dict[str, dict[str, Any]]:
        described: dict[str, dict[str, Any]] = json.loads((self.path / "fonts.json").read_text("utf-8"))
        return described

    @property
    def digests(self) -> dict[str, str]:
        """The SHA-256 of each font file, by name."""
        return {name: font["sha256"] for name, font in sorted(self._described.items())}

    @property
    def digest(self) -> str:
        """One SHA-256 for the whole folder."""
        return hashlib.sha256(json.dumps(self.digests, sort_keys=True).encode()).hexdigest()

    @cached_property
    def coverage(self) -> frozenset[int]:
        """Every character at least one font can draw, by code point."""
        ranges = [pair for font in self._described.values() for pair in font["ranges"]]
        return frozenset(point for first, last in ranges for point in range(first, last + 1))


def prepare_fonts(cache: Path) -> FontFolder:
    """The folder of fonts under a cache, unpacked there if this version of them is not yet."""
    sources = _sources()
    mark = hashlib.sha256(LAYOUT.encode())
    for name, (source, _family, _style) in sources.items():
        mark.update(name.encode())
        mark.update(source.read_bytes())
    path = cache.resolve() / f"fonts-{mark.hexdigest()[:16]}"
    if not (path / "fonts.json").is_file():
        _unpack(sources, path)
    folder = FontFolder(path)
    text = _configuration(path)
    if not folder.configuration.is_file() or folder.configuration.read_text("utf-8") != text:
        _write_whole(folder.configuration, text)
    return folder


def _sources() -> dict[str, tuple[Path, str | None, str | None]]:
    modules = asset_root("node_modules")
    sources: dict[str, tuple[Path, str | None, str | None]] = {}
    for package, family, faces in (
        ("source-sans-3", "Source Sans 3", _SANS),
        ("source-serif-4", "Source Serif 4", _SERIF),
    ):
        for alphabet, suffix in (("latin", ""), ("latin-ext", " Ext")):
            for weight, slope in faces:
                file = modules / "@fontsource" / package / "files" / f"{package}-{alphabet}-{weight}-{slope}.woff"
                sources[f"{file.stem}.ttf"] = (file, family + suffix, _STYLES[weight, slope])
    for name in _DEJAVU:
        sources[name] = (modules / "dejavu-fonts-ttf" / "ttf" / name, None, None)
    return sources


def _unpack(sources: dict[str, tuple[Path, str | None, str | None]], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="fonts-", dir=path.parent))
    try:
        described = {}
        for name, (source, family, style) in sources.items():
            target = work / name
            ranges = _copy(source, target, family, style)
            described[name] = {"sha256": hashlib.sha256(target.read_bytes()).hexdigest(), "ranges": ranges}
        (work / "fonts.json").write_text(json.dumps(described, sort_keys=True), "utf-8")
        work.chmod(0o755)
        try:
            work.rename(path)
        except OSError:
            # Another process unpacked the same fonts meanwhile: its folder is as good as this one.
            if not (path / "fonts.json").is_file():
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _copy(source: Path, target: Path, family: str | None, style: str | None) -> list[tuple[int, int]]:
    with TTFont(source, recalcTimestamp=False) as font:
        ranges = _ranges(set(font.getBestCmap()))
        if family is None or style is None:
            shutil.copyfile(source, target)
            return ranges
        plain = f"{family}-{style}".replace(" ", "")
        legacy_style = style if style in {"Regular", "Italic"} else "Regular"
        legacy_family = family if style in {"Regular", "Italic"} else f"{family} {style}"
        names = {1: legacy_family, 2: legacy_style, 3: plain, 4: f"{family} {style}", 6: plain, 16: family, 17: style}
        for number, value in names.items():
            font["name"].setName(value, number, 3, 1, 0x409)
        _part_spaces(font)
        font.flavor = None
        font.save(target)
        return ranges


def _part_spaces(font: TTFont) -> None:
    """Gives the no-break space a glyph of its own: sharing one, every space is copied from a PDF as no-break."""
    cmap = font.getBestCmap()
    if cmap.get(0xA0) != cmap.get(0x20) or 0xA0 not in cmap:
        return
    name = "nobreakspace"
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"][name] = Glyph()
    font["hmtx"][name] = font["hmtx"][cmap[0x20]]
    for table in font["cmap"].tables:
        if 0xA0 in table.cmap:
            table.cmap[0xA0] = name


def _ranges(points: set[int]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    for point in sorted(points):
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1] = (ranges[-1][0], point)
        else:
            ranges.append((point, point))
    return ranges


def _configuration(path: Path) -> str:
    folder = escape(str(path))
    return f"""<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{folder}</dir>
  <cachedir>{folder}/cache</cachedir>
  <config><rescan><int>0</int></rescan></config>
</fontconfig>
"""


def _write_whole(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).chmod(0o644)
    Path(name).replace(path)
