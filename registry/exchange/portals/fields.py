"""Reading one field of a portal's record: the value checked, or an anomaly and the record without it."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from msgspec.structs import replace

from registry.exchange.portals.record import Record
from registry.exchange.values import (
    CODE,
    LINE,
    PROSE,
    extension_of,
    is_address,
    read_address,
    read_count,
    read_day,
    read_email,
    read_hexadecimal,
    read_media_type,
)
from registry.exchange.vocabulary import ReadDistribution
from registry.inspection.texts import cleaned
from registry.kernel.plain_text import has_markup, plain_text, without_markdown
from registry.platform.lists import CodeList, load_list

MANY = 500
MOST_PLACES = 200
MOST_FILES = 500
_RAW_PROSE = 8 * PROSE
"""Units: characters of markup read at most, whatever the text that comes out."""
_ALGORITHMS = {"md5": "MD5", "sha1": "SHA-1", "sha2": "SHA-256", "sha256": "SHA-256", "sha384": "SHA-384",
               "sha512": "SHA-512", "crc": "CRC-32", "crc32": "CRC-32"}  # fmt: skip
_BY_LENGTH = {32: "MD5", 40: "SHA-1", 64: "SHA-256", 96: "SHA-384", 128: "SHA-512"}


def said(value: Any) -> str:
    """A value of JSON as a text of one line."""
    return " ".join(cleaned(value if isinstance(value, str) else _text(value)).split())


def _text(value: Any) -> str:
    """A value of JSON in words: a list as its values, an object as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        return ", ".join(map(_text, value))
    return json.dumps(value, ensure_ascii=False)


def _fitted(record: Record, name: str, text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    record.note("text-shortened", name, text)
    return text[: limit - 1] + "…"


def line(record: Record, name: str, *keys: str, limit: int = LINE) -> str | None:
    """A short text on one line."""

    def read(value: Any) -> str | None:
        text = cleaned(_text(value))
        bare = " ".join((plain_text(text) if "<" in text or "&" in text else text).split())
        return _fitted(record, name, bare, limit) or None

    return None if not record.left else record.first(name, keys, read)


def title(record: Record, *keys: str) -> str | None:
    """The title of a dataset on one line: people know a dataset by it, so what it loses is said."""
    for key in keys:
        given = record.left.get(key)
        if isinstance(given, str) and given.strip():
            if has_markup(given):
                record.note("title-markup", "title", given)
            break
    return line(record, "title", *keys)


def prose(record: Record, name: str, *keys: str) -> str | None:
    """A long text: its markup turned into plain text, its paragraphs kept."""

    def read(value: Any) -> str | None:
        text = _text(value)
        clean = cleaned(text)
        if len(clean) != len(text):
            record.note("characters-removed", name, clean)
        if len(clean) > _RAW_PROSE:
            record.note("text-shortened", name, clean)
        return _fitted(record, name, without_markdown(plain_text(clean[:_RAW_PROSE])), PROSE) or None

    return record.first(name, keys, read) if record.left else None


def day(record: Record, name: str, *keys: str, last: bool = False) -> date | None:
    """A day; of a period that a date names but in part, its first day, or its last."""

    def read(value: Any) -> date | None:
        text = said(value)
        found = read_day(text, record.reading.zone)
        if found is None:
            record.note("date-invalid", name, text)
            return None
        if not found[2] and not name.startswith("temporal"):
            record.note("date-partial", name, text)
        return found[1] if last else found[0]

    return record.first(name, keys, read) if record.left else None


def link(record: Record, name: str, *keys: str) -> str | None:
    """A web address, repaired where that is safe."""
    return record.first(name, keys, lambda value: _address(record, name, value)) if record.left else None


def _address(record: Record, name: str, value: Any) -> str | None:
    text = said(value)
    address, repaired = read_address(text)
    if address is None:
        record.note("address-invalid", name, text)
    elif repaired:
        record.note("address-repaired", name, text)
    return address


def email(record: Record, name: str, *keys: str) -> str | None:
    """An electronic address."""

    def read(value: Any) -> str | None:
        found = read_email(said(value))
        if found is None:
            record.note("email-invalid", name, said(value))
        return found

    return record.first(name, keys, read) if record.left else None


def code(record: Record, name: str, codes: CodeList, unknown: str, *keys: str) -> str | None:
    """One code of a closed list."""
    return record.first(name, keys, lambda value: _code(record, name, codes, unknown, value)) if record.left else None


def codes_of(record: Record, name: str, codes: CodeList, unknown: str, *keys: str) -> list[str]:
    """Codes of a closed list, each once."""
    return sorted(record.all(name, keys, lambda value: _code(record, name, codes, unknown, value)))


def _code(record: Record, name: str, codes: CodeList, unknown: str, value: Any) -> str | None:
    text = said(value)
    found = codes.find(text)
    if found is None and len(text) > 3 and text[2:3] in "-_":
        found = codes.find(text[:2])
    if found is None:
        record.note(unknown, name, text)
    return found


def words(record: Record, name: str, *keys: str, limit: int = CODE, most: int = MANY) -> list[str]:
    """Distinct short texts, sorted: a portal lists them in no order, and an import must find the same list twice."""
    folded: dict[str, str] = {}

    def read(value: Any) -> str | None:
        text = _fitted(record, name, said(_named(value)), limit)
        if not text or (text.casefold() not in folded and len(folded) >= most):
            record.note("too-many" if text else "value-unreadable", name, text or said(value))
            return None
        return folded.setdefault(text.casefold(), text)

    record.all(name, keys, read)
    return sorted(folded.values(), key=str.casefold)


def keywords(record: Record, *keys: str) -> list[str]:
    """Keywords; one value may hold several, between semicolons."""
    found: dict[str, None] = {}

    def read(value: Any) -> str | None:
        text = said(_named(value))
        parts = [" ".join(plain_text(part).split()) for part in text.split(";")]
        new = [_fitted(record, "keywords", part, CODE) for part in parts if part]
        if not new or len(found) >= MANY:
            record.note("too-many" if new else "value-unreadable", "keywords", text)
            return None
        found.update(dict.fromkeys(new))
        return ";".join(new)

    record.all("keywords", keys, read)
    return sorted(list(found)[:MANY], key=str.casefold)


def themes(record: Record, *keys: str) -> tuple[list[str], list[str]]:
    """European themes by their code, and the portal's own by their name."""
    known = load_list("themes")
    european: set[str] = set()
    local: dict[str, str] = {}

    def read(value: Any) -> str | None:
        text = said(_named(value))
        found = known.find(text) or (known.find(said(value)) if isinstance(value, str) else None)
        if found is not None:
            european.add(found)
            return found
        text = _fitted(record, "local_themes", text, CODE)
        return local.setdefault(text.casefold(), text)

    record.all("themes", keys, read)
    return sorted(european), [local[key] for key in sorted(local)][:MANY]


def _named(value: Any) -> Any:
    """What a thing is called: portals list tags, groups and themes as texts or as objects."""
    if isinstance(value, dict):
        named = (value.get(key) for key in ("title", "display_name", "label", "name", "title_fr", "id"))
        return next((one for one in named if isinstance(one, str) and one.strip()), "")
    return value


def licence(record: Record, *keys: str) -> str | None:
    """The licence: a code of the list by any of these keys, else the words of the first."""
    known = load_list("licences")
    given = [said(record.left[key]) for key in keys if isinstance(record.left.get(key), str)]
    if not any(given):
        return None
    found = next((one for one in map(known.find, given) if one is not None), None)
    if found is None:
        # The title of a licence says more to people than the portal's own number for it.
        words_of = sorted((text for text in given if text), key=lambda text: (is_address(text), -len(text)))
        found = _fitted(record, "licence", words_of[0], CODE) if words_of else None
        if found is not None:
            record.note_once("licence-unknown", "licence", found)
    kept = found
    record.first("licence", keys, lambda _value: kept)
    return kept


def count(record: Record, name: str, invalid: str, *keys: str) -> int | None:
    """A whole number."""

    def read(value: Any) -> int | None:
        found = None if isinstance(value, bool) else read_count(said(value))
        if found is None:
            record.note(invalid, name, said(value))
        return found

    return record.first(name, keys, read) if record.left else None


def file_format(
    record: Record, keys: Iterable[str], media_keys: Iterable[str], address: str | None, name: str | None
) -> tuple[str | None, str | None]:
    """The file type and the media type: what is declared, made precise by the address where it is vague."""
    types = load_list("file_types")
    declared = record.first("format", keys, lambda value: said(value) or None)
    media = record.first("media_type", media_keys, lambda value: _media(record, value))
    if declared is not None and (own := read_media_type(declared)) is not None:
        media = media or own
    found = types.find(declared) if declared else None
    if found is None and media:
        found = types.find(media)
    if found is None or types.flag(found, "generic"):
        near = [one for one in map(types.find, extension_of(address, name)) if one is not None]
        found = next((one for one in near if not types.flag(one, "generic")), found or next(iter(near), None))
    if found is None and declared:
        record.note_once("format-unknown", "format", declared)
        found = _fitted(record, "format", declared, CODE)
    return found, media


def _media(record: Record, value: Any) -> str | None:
    found = read_media_type(said(value))
    if found is None:
        record.note("media-type-invalid", "media_type", said(value))
    return found


def checksum(record: Record, algorithm_key: str, value_key: str) -> tuple[str | None, str | None]:
    """Algorithm and value: one without the other checks nothing; a portal may write both in one text."""
    given = said(record.left.get(value_key) or "")
    if not given:
        return None, None
    named, separator, digest = given.rpartition(":")
    digest = digest if separator else given
    stated = said(record.left.get(algorithm_key) or "") if algorithm_key else ""
    algorithm = _ALGORITHMS.get("".join(c for c in (stated or named).casefold() if c.isalnum()))
    found = read_hexadecimal(digest) if digest else None
    if found and algorithm is None and not stated and not named:
        algorithm = _BY_LENGTH.get(len(found))
    both = found is not None and algorithm is not None
    if given and not both:
        record.note("checksum-incomplete", "checksum", given)
    record.first("checksum_value", [value_key], lambda _value: found if both else None)
    record.first("checksum_algorithm", [algorithm_key] if algorithm_key else [], lambda _v: algorithm if both else None)
    return (algorithm, found) if both else (None, None)


def read_files(
    record: Record,
    listed: Sequence[dict[str, Any]],
    read_file: Callable[[Record], ReadDistribution | None],
    structure: Sequence[str],
) -> list[ReadDistribution]:
    """The files of a dataset, each under an identifier of its own; `structure` names what of one says nothing."""
    found: dict[str, ReadDistribution] = {}
    for number, content in enumerate(listed, start=1):
        part = Record(
            record.reading, "distribution", content,
            area="distribution", subject=record.subject, place=f"distributions[{number}]",
        )  # fmt: skip
        read = read_file(part)
        part.structure(*structure)
        part.close()
        keep_file(record, found, read)
    return list(found.values())


def keep_file(record: Record, found: dict[str, ReadDistribution], read: ReadDistribution | None) -> None:
    """Adds a file to those of a dataset, under an identifier of its own."""
    if read is None:
        return
    if len(found) >= MOST_FILES:
        record.note("too-many", "distributions", read.title or read.identifier)
        return
    identifier, number = read.identifier, 2
    while identifier in found:
        identifier = f"{read.identifier[: LINE - 8]}#{number}"
        number += 1
    found[identifier] = read if identifier == read.identifier else replace(read, identifier=identifier)


def outline(record: Record, value: Any) -> str | None:
    """An outline as GeoJSON, in one text; one too long for the register is set aside."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if len(text) > PROSE:
        record.note("outline-too-long", "spatial", text)
        return None
    return cleaned(text).strip() or None
