"""Single values as files write them, checked: dates, addresses, numbers."""

import re
from calendar import monthrange
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from zoneinfo import ZoneInfo

LINE, PROSE, CODE, ADDRESS = 1000, 50_000, 400, 4000
"""Units: characters; the same lengths as the dataset's form."""

_ADDRESS = re.compile(r"(?:https?|ftps?|sftp)://[^\s<>\"/?#@\\]+(?:[/?#][^\s<>\"]*)?")
_FORBIDDEN = re.compile(r"[\s<>\"]")
_SCHEME = re.compile(r"(?:https?|ftps?|sftp)://", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s<>\"',;:()\[\]\\]{1,64}@[^@\s<>\"',;:()\[\]\\.]+(?:\.[^@\s<>\"',;:()\[\]\\.]+)+")
_NAMED_EMAIL = re.compile(r"<\s*([^<>\s]+@[^<>\s]+)\s*>")
_NUMERIC_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_PARTIAL_DATE = re.compile(r"(\d{4})(?:[-/](\d{1,2}))?(?:Z|[+-]\d{2}:?\d{2})?")
_ZONED_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:?\d{2})")
_SLASHED_DAY = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})")
_COUNT = re.compile(r"\d{1,18}(?:\.0*)?(?:E\+?\d{1,2})?", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
_MEDIA_HOME = re.compile(r"https?://(?:www\.)?iana\.org/assignments/media-types/", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"(?:[0-9a-f]{2}){4,64}", re.IGNORECASE)

Day = tuple[date, date, bool]


@lru_cache(maxsize=4096)
def read_day(text: str, zone: ZoneInfo) -> Day | None:
    """The first and last day a date covers, and whether it names the day itself.

    A moment is read as the civil day it falls on in the authority's time zone.
    """
    bare = text.strip()
    try:
        if len(bare) == 10 and bare[4] == "-":
            return _whole(date.fromisoformat(bare))
        if len(bare) > 10 and bare[10] in "T ":
            moment = datetime.fromisoformat(bare.replace(" UTC", "Z"))
            return _whole((moment.astimezone(zone) if moment.tzinfo else moment).date())
        for pattern in (_ZONED_DAY, _SLASHED_DAY, _NUMERIC_DATE, _PARTIAL_DATE):
            found = pattern.fullmatch(bare)
            if found:
                return _of_parts(pattern, found)
        if len(bare) == 8 and bare.isdigit():
            return _whole(date.fromisoformat(bare))
    except (ValueError, OverflowError):
        return None
    return None


def _whole(day: date) -> Day:
    return day, day, True


def _of_parts(pattern: re.Pattern[str], found: re.Match[str]) -> Day | None:
    if pattern is _ZONED_DAY:
        return _whole(date.fromisoformat(found[1]))
    if pattern is _SLASHED_DAY:
        return _whole(date(int(found[1]), int(found[2]), int(found[3])))
    if pattern is _NUMERIC_DATE:
        return _whole(date(int(found[3]), int(found[2]), int(found[1])))
    year = int(found[1])
    if found[2] is None:
        return date(year, 1, 1), date(year, 12, 31), False
    month = int(found[2])
    return date(year, month, 1), date(year, month, monthrange(year, month)[1]), False


def read_address(text: str) -> tuple[str | None, bool]:
    """A complete web address, and whether it had to be repaired; nothing for what is not one."""
    bare = text.strip()
    scheme = _SCHEME.match(bare)
    if scheme is None or len(bare) > ADDRESS:
        return None, False
    address = scheme.group().lower() + bare[scheme.end() :]
    if _ADDRESS.fullmatch(address):
        return address, False
    repaired = _FORBIDDEN.sub(lambda found: quote(found.group()), address)
    return (repaired, True) if _ADDRESS.fullmatch(repaired) and len(repaired) <= ADDRESS else (None, False)


def read_email(text: str) -> str | None:
    """An electronic address, out of a `mailto:` link or a name in front of it."""
    bare = text.strip()
    if bare[:7].lower() == "mailto:":
        bare = unquote(bare[7:].split("?")[0]).strip()
    named = _NAMED_EMAIL.search(bare)
    if named:
        bare = named.group(1)
    return bare if len(bare) <= 254 and _EMAIL.fullmatch(bare) else None


def read_count(text: str) -> int | None:
    """A whole number of bytes; `1234.0` is one too."""
    bare = text.strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    return int(float(bare)) if _COUNT.fullmatch(bare) and float(bare) <= 2**62 else None


@lru_cache(maxsize=1024)
def read_media_type(text: str) -> str | None:
    """A media type, out of its IANA address or with its parameters."""
    bare = _MEDIA_HOME.sub("", text.strip()).split(";")[0].strip().lower()
    return bare if _MEDIA_TYPE.fullmatch(bare) and not bare.startswith("http") else None


def read_hexadecimal(text: str) -> str | None:
    """The value of a checksum."""
    bare = text.strip()
    return bare.lower() if _HEXADECIMAL.fullmatch(bare) else None


def is_address(text: str) -> bool:
    """Whether a text is a complete web address as it stands."""
    return _ADDRESS.fullmatch(text) is not None


def extension_of(address: str | None, title: str | None) -> list[str]:
    """What the end of an address or of a file name says of the format, the surest first."""
    found = []
    if address:
        parts = urlsplit(address)
        last = parts.path.rstrip("/").rsplit("/", 1)
        if len(last) == 2 and last[0].endswith("/exports"):
            found.append(last[1])
        found += [value for name, value in parse_qsl(parts.query) if name.lower() in {"format", "outputformat"}]
        found += _suffix(last[-1])
    return found + (_suffix(title) if title else [])


def _suffix(name: str) -> list[str]:
    stem, dot, suffix = name.strip().rpartition(".")
    return [suffix] if dot and stem and 1 <= len(suffix) <= 10 and suffix.isalnum() else []


def name_in_query(address: str) -> str | None:
    """The name an OpenDataSoft portal writes in the address of a producer or of a theme (`?refine.theme=…`)."""
    if "refine." not in address:
        return None
    try:
        query = parse_qsl(urlsplit(address).query)
    except ValueError:
        return None
    return next((value.strip() for name, value in query if name.startswith("refine.") and value.strip()), None)
