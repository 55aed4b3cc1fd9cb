"""Which header fills which field: the recognised sets of columns, as data, and what may be suggested of others.

`policies/mappings/*.yaml` hold one set of columns each, with its source; a target is the name of a field, several
joined by `+`, or nothing for a column that is known and not kept.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from hashlib import sha256
from typing import Any

import yaml

from registry.exchange.tables.fields import FIELDS
from registry.kernel.sort_keys import sort_key
from registry.platform.assets import asset_root

OWN, USUAL = "beffroi", "usual"
_NOT_WORD = re.compile(r"[\W_]+")
_ALIKE = 0.82
LEAST = 3
"""Units: columns. Of fewer, nobody could say what a table is."""


class MappingError(ValueError):
    """A set of columns of the product is malformed: which file, which header."""


@dataclass(frozen=True)
class ColumnSet:
    """A set of columns: what it is called, and the target of each header by its key."""

    name: str
    title: str
    columns: Mapping[str, str]


def key_of(header: str) -> str:
    """The form under which a header is compared: no accent, no case, words alone."""
    return _NOT_WORD.sub(" ", sort_key(header)).strip()


def fingerprint_of(keys: Iterable[str]) -> str:
    """What a set of headers is recognised by, whatever their order; the column of our own remarks apart."""
    own = load_mapping(OWN).columns
    kept = sorted({key for key in keys if key and own.get(key) != REMARK})
    return sha256("\n".join(kept).encode()).hexdigest()


REMARK = "remark"
"""The target of the column a corrected file adds: what is to be mended of each line."""


def _read(name: str) -> Any:
    path = asset_root("policies") / "mappings" / f"{name}.yaml"
    return yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)


@lru_cache(maxsize=16)
def load_mapping(name: str) -> ColumnSet:
    """The set of columns of that name.

    Raises: MappingError when a header leads to two fields, or a field does not exist.
    """
    content = _read(name)
    columns: dict[str, str] = {}
    for header, said in content["columns"].items():
        target, key = str(said or ""), key_of(str(header))
        unknown = [one for one in target.split("+") if one not in {*FIELDS, REMARK, ""}]
        if unknown or columns.setdefault(key, target) != target:
            raise MappingError(f"{name}: {header!r} leads to {target!r}")
    return ColumnSet(name, str(content["title"]), columns)


@lru_cache(maxsize=1)
def mapping_names() -> tuple[str, ...]:
    """The recognised sets of columns; the usual words are only suggested."""
    folder = asset_root("policies") / "mappings"
    return tuple(sorted(path.stem for path in folder.glob("*.yaml") if path.stem != USUAL))


@lru_cache(maxsize=1)
def usual_words() -> dict[str, dict[str, str]]:
    """For some fields, the code that usual words stand for."""
    return {
        field: {key_of(str(word)): str(code) for code, words in codes.items() for word in words}
        for field, codes in _read(USUAL)["words"].items()
    }


def recognise_columns(keys: Iterable[str]) -> tuple[str, dict[str, str]]:
    """The recognised set that knows the most of these headers, and their targets; its name is empty where none does.

    The labels of our own sheet complete the others.
    """
    known = [key for key in keys if key]
    found = {name: sum(key in load_mapping(name).columns for key in known) for name in mapping_names()}
    best = max(found, key=lambda name: (found[name], name == OWN))
    columns = {**load_mapping(OWN).columns, **load_mapping(best).columns}
    targets = {key: columns[key] for key in known if key in columns}
    titled = any("title" in target.split("+") for target in targets.values())
    is_known = titled and found[best] >= LEAST and 2 * len(targets) >= len(known)
    return best if is_known else "", targets


def suggested(key: str) -> str:
    """The field a header is likely to fill, by its words; empty where nothing is near."""
    names = _every_name()
    if key in names:
        return names[key]
    best, most = "", _ALIKE
    words = set(key.split())
    for name, target in names.items():
        if not words & set(name.split()) and abs(len(name) - len(key)) > len(key) // 3:
            continue
        likeness = SequenceMatcher(None, key, name).ratio()
        if likeness > most:
            best, most = target, likeness
    return best


@lru_cache(maxsize=1)
def _every_name() -> dict[str, str]:
    names: dict[str, str] = {}
    for name in (OWN, *(one for one in mapping_names() if one != OWN), USUAL):
        for key, target in load_mapping(name).columns.items():
            if target and target != REMARK:
                names.setdefault(key, target)
    return names
