"""What an import does to a sheet: pure comparisons of values."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from registry.kernel.sort_keys import sort_key

_NO_WORD = re.compile(r"[\W_]+")
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


def as_standing(
    current: Mapping[str, Any], read: Mapping[str, Any], files: Sequence[Mapping[str, Any]], *, owner_name: str | None
) -> dict[str, Any]:
    """What a record says, in the register's own words where it says no more in poorer ones.

    A keyword without its accents and capitals is the one that has them; an owner named in a column that fills the
    publisher too is none; the address of a file, where the sheet has no page, is no page of its own.
    """
    said = dict(read)
    standing = current.get("keywords") or ()
    if said.get("keywords"):
        accented = {sort_key(word): word for word in standing} | {word: word for word in standing}
        said["keywords"] = list(dict.fromkeys(accented.get(word, word) for word in said["keywords"]))
    if owner_name and said.get("publisher_name") == owner_name:
        del said["publisher_name"]
    addresses = {one.get(name) for one in files for name in ("access_url", "download_url")}
    if not current.get("landing_page") and said.get("landing_page") in addresses:
        said.pop("landing_page", None)
    return said


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


def same_files(
    current: Sequence[Mapping[str, Any]], read: Sequence[Mapping[str, Any]], *, partly: bool
) -> list[dict[str, Any]]:
    """The files a record gives, under the identifiers the register has for those of the same address.

    Only where one of the two catalogues names its files by addresses and the other by numbers: of one catalogue, two
    names are two files. With `partly`, the source does not list every file: those it leaves out are among them, as
    they stand.
    """
    known = {str(one["identifier"]) for one in current}
    said = {str(one["identifier"]) for one in read}
    free: dict[str, list[str]] = {}
    for one in current:
        if str(one["identifier"]) not in said:
            for address in {one.get("download_url"), one.get("access_url")} - {None}:
                free.setdefault(str(address), []).append(str(one["identifier"]))
    taken: set[str] = set()
    files = []
    for file in read:
        name = str(file["identifier"])
        if name not in known:
            address = file.get("download_url") or file.get("access_url")
            meant = [
                other
                for other in free.get(str(address), ())
                if other not in taken and ("://" in other) is not ("://" in name)
            ]
            name = meant[0] if len(meant) == 1 else name
            taken.add(name)
        files.append({**file, "identifier": name})
    if partly:
        names = {file["identifier"] for file in files}
        files += [dict(one) for one in current if one["identifier"] not in names]
    return files


def names_a_kind(texts: Iterable[str], words: Iterable[str]) -> bool:
    """Whether one of these words begins a word of the texts, whatever accents and case."""
    # The words are plain ASCII, once folded: a text is folded as far as they need, in half the time.
    opened = _NO_WORD.sub(" ", " ".join(texts)).replace("œ", "oe").replace("Œ", "OE")
    said = " " + unicodedata.normalize("NFKD", opened).encode("ascii", "ignore").decode("ascii").casefold()
    return any(beginning in said for beginning in _beginnings(tuple(words)))


@lru_cache(maxsize=4)
def _beginnings(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f" {sort_key(word)}" for word in words)
