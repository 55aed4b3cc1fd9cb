"""What an import does to a sheet: pure comparisons of values."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registry.kernel.sort_keys import sort_key

EMPTY: tuple[Any, ...] = (None, "", [])


def changes_of(current: Mapping[str, Any], read: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The fields an import changes, each with its value before and after.

    An import never erases: what the source does not say stays as somebody recorded it.
    """
    return {
        name: [current.get(name), value]
        for name, value in read.items()
        if value not in EMPTY and current.get(name) != value
    }


def distribution_changes(
    current: Sequence[Mapping[str, Any]], read: Sequence[Mapping[str, Any]]
) -> dict[str, list[str]]:
    """Which distributions an import adds, changes or sets aside, by identifier; absent keys mean none."""
    known = {str(one["identifier"]): one for one in current}
    said = {str(one["identifier"]): one for one in read}
    found = {
        "added": [name for name in said if name not in known],
        "changed": [name for name, one in said.items() if name in known and changes_of(known[name], one)],
        "removed": [name for name in known if name not in said],
    }
    return {kind: names for kind, names in found.items() if names}


def told_files(current: Sequence[Mapping[str, Any]], read: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The files of a record whose table tells no more than an address and formats: what it said before, or nothing.

    Where the register holds files from elsewhere, it knows better: they stay, and none is added.
    """
    said = {str(one["identifier"]) for one in read}
    return [dict(one) for one in read] if all(str(one["identifier"]) in said for one in current) else []


def names_a_kind(texts: Iterable[str], words: Iterable[str]) -> bool:
    """Whether one of these words begins a word of the texts, whatever accents and case."""
    said = " " + " ".join(sort_key("".join(c if c.isalnum() else " " for c in text)) for text in texts)
    return any(f" {sort_key(word)}" in said for word in words)
