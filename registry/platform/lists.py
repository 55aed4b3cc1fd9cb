"""Code lists of `policies/lists/`: what a code is called, which words and addresses stand for it.

A list is data read once, checked as it is read: an alias that leads to two codes, a missing label or an
unknown heading is refused with the file and the code. It stays light to import: the process that reads a
catalogue loads it too.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from registry.kernel.words import FRENCH, current_locale
from registry.platform.assets import asset_root

Fact = bool | int | str
_HEADINGS = frozenset({"title", "source", "address", "read", "evidence", "note", "namespaces", "codes"})
_REQUIRED = ("title", "source", "address", "read", "evidence", "codes")
_NOT_FACTS = frozenset({"fr", "en", "uri", "aliases", "media", "narrower"})
_SCHEME = re.compile(r"^[a-z]+://(www\.)?")
_NOT_WORD = re.compile(r"[\W_]+")


class ListError(ValueError):
    """A code list of the product is malformed: which file, which code, and what is wrong."""


@dataclass(frozen=True)
class CodeEntry:
    """One code: its labels and other names, its address, its media types, and what is known under other headings."""

    code: str
    labels: Mapping[str, str]
    aliases: tuple[str, ...]
    uri: str | None
    media: tuple[str, ...]
    facts: Mapping[str, Fact]


class CodeList:
    """A closed list, with where it was read and when."""

    def __init__(self, name: str, header: Mapping[str, Any]) -> None:
        self.name = name
        self.title = str(header["title"])
        self.source = str(header["source"])
        self.address = str(header["address"])
        self.read: date = header["read"]
        self.evidence = str(header["evidence"])
        self.note = str(header.get("note", "")).strip()
        self.entries: dict[str, CodeEntry] = {}
        self._index: dict[str, str] = {}
        self._nearest: set[str] = set()
        spaces = [str(space) for space in header.get("namespaces", ())]
        self._home = spaces[0] if spaces else None
        self._namespaces = tuple(_key(space) for space in spaces)
        for code, content in header["codes"].items():
            self._add(code, content)

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, code: object) -> bool:
        return code in self.entries

    def label(self, code: str, locale: str | None = None) -> str:
        """The code's name in a language, by default the reader's; an unknown code is its own name."""
        entry = self.entries.get(code)
        if entry is None:
            return code
        return entry.labels.get(locale or current_locale(), entry.labels[FRENCH])

    def choices(self, locale: str | None = None) -> list[tuple[str, str]]:
        """Every code with its label, in the order of the list."""
        return [(code, self.label(code, locale)) for code in self.entries]

    def flag(self, code: str, name: str) -> bool:
        """Whether the list says so of this code; what it does not say is no."""
        entry = self.entries.get(code)
        return entry is not None and entry.facts.get(name) is True

    def number(self, code: str, name: str) -> int | None:
        """A figure the list gives for this code, or nothing."""
        entry = self.entries.get(code)
        value = entry.facts.get(name) if entry else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def words(self, code: str, name: str) -> str:
        """What the list says of this code under a heading, in the reader's language; French where it has no other."""
        entry = self.entries.get(code)
        facts = entry.facts if entry else {}
        return str(facts.get(f"{name}_{current_locale()}") or facts.get(name) or "")

    def uri(self, code: str) -> str | None:
        """The address that stands for the code in other catalogues."""
        entry = self.entries.get(code)
        return entry.uri if entry else None

    def find(self, text: str) -> str | None:
        """The code a word, a label or an address stands for, whatever its case, accents and closing slash."""
        found = self._index.get(text)
        if found is not None:
            return found
        key = _key(text)
        return self._index.get(key) or self._index.get(self._local_name(key))

    def is_nearest(self, text: str) -> bool:
        """Whether the code found for this text is only the nearest one: the text said more."""
        key = _key(text)
        return key in self._nearest or self._local_name(key) in self._nearest

    def _local_name(self, key: str) -> str:
        for space in self._namespaces:
            if key.startswith(space):
                return _key(key[len(space) :].lstrip("/#"))
        return key

    def _add(self, code: object, content: Mapping[str, Any]) -> None:
        if not isinstance(code, str):
            raise ListError(f"{self.name}: the code {code!r} must be quoted")
        for language in ("fr", "en"):
            if not isinstance(content.get(language), str):
                raise ListError(f"{self.name}: {code} has no label in {language}")
        labels = {"fr": content["fr"], "en": content["en"]}
        aliases = [str(alias) for alias in content.get("aliases", ())]
        narrower = [str(alias) for alias in content.get("narrower", ())]
        media = tuple(content.get("media", ()))
        facts = {name: value for name, value in content.items() if name not in _NOT_FACTS}
        uri = content.get("uri")
        if uri is None and self._home and not facts.get("local"):
            uri = self._home + code
        self.entries[code] = CodeEntry(code, labels, tuple(aliases), uri, media, facts)
        for text in (code, *labels.values(), *aliases, *narrower, *media, *([uri] if uri else [])):
            for form in (text, _key(text)):
                if self._index.setdefault(form, code) != code:
                    raise ListError(f"{self.name}: {text!r} stands for {self._index[form]} and for {code}")
        self._nearest.update(_key(text) for text in narrower)


def _key(text: str) -> str:
    """The form under which a word or an address is compared."""
    bare = text.strip().casefold()
    if "://" in bare:
        return _SCHEME.sub("", bare).rstrip("/#")
    plain = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", plain).strip()


def read_list(path: Path) -> CodeList:
    """The list a file holds.

    Raises: ListError when the file is not a code list.
    """
    content = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    if not isinstance(content, dict):
        raise ListError(f"{path.name}: not a code list")
    missing = [heading for heading in _REQUIRED if heading not in content]
    unknown = sorted(set(content) - _HEADINGS)
    if missing or unknown:
        raise ListError(f"{path.name}: missing {missing}, unknown {unknown}")
    return CodeList(path.stem, content)


@lru_cache(maxsize=64)
def load_list(name: str) -> CodeList:
    """The product's list of that name, read once per process."""
    return read_list(asset_root("policies") / "lists" / f"{name}.yaml")
