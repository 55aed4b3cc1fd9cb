"""Days as people write them in tables: 12/03/2021, mars 2021, 1er avril 2021, 2021, or the number of a spreadsheet."""

import re
from calendar import monthrange
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from registry.exchange.values import read_day
from registry.kernel.sort_keys import sort_key

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("janvier", "janv", "jan"), ("fevrier", "fevr", "fev"), ("mars", "mar"), ("avril", "avr"), ("mai",),
            ("juin",), ("juillet", "juil"), ("aout", "aou"), ("septembre", "sept", "sep"), ("octobre", "oct"),
            ("novembre", "nov"), ("decembre", "dec"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
_IN_WORDS = re.compile(r"(?:(\d{1,2})(?:er)?[\s-]+)?([a-z]+)\.?[\s-]+(\d{4})")
_MONTH = re.compile(r"(\d{1,2})[/.-](\d{4})")
_SHORT_YEAR = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2})")
_CLOCK = re.compile(r"[\sT]+(?:a\s+)?\d{1,2}(?:[:h]\d{0,2}){0,2}(?:\.\d+)?$")
_SERIAL = re.compile(r"[2-6]\d{4}(?:\.\d+)?")
_EPOCH = date(1899, 12, 30)
_CENTURY = 70


def read_french_day(text: str, zone: ZoneInfo, *, last: bool = False) -> tuple[date, str] | None:
    """The day a text says, and what is to be checked of it (the code of an anomaly), if anything.

    With `last`, a month or a year alone is read as its last day.
    """
    bare = text.strip()
    if _SERIAL.fullmatch(bare):
        return _EPOCH + timedelta(days=int(float(bare))), "row-date-serial"
    found = read_day(bare, zone)
    if found is None:
        bare = _CLOCK.sub("", sort_key(bare))
        found = read_day(bare, zone)
    if found is not None:
        return found[1] if last else found[0], "" if found[2] else "date-partial"
    try:
        return _in_words(bare, last=last)
    except ValueError:
        return None


def _in_words(bare: str, *, last: bool) -> tuple[date, str] | None:
    said = _IN_WORDS.fullmatch(bare)
    if said is not None and said[2] in _MONTHS:
        year, month = int(said[3]), _MONTHS[said[2]]
        if said[1]:
            return date(year, month, int(said[1])), ""
        return date(year, month, monthrange(year, month)[1] if last else 1), "date-partial"
    said = _MONTH.fullmatch(bare)
    if said is not None:
        year, month = int(said[2]), int(said[1])
        day = date(year, month, 1)
        return day.replace(day=monthrange(year, month)[1]) if last else day, "date-partial"
    said = _SHORT_YEAR.fullmatch(bare)
    if said is not None:
        short = int(said[3])
        return date(2000 + short if short < _CENTURY else 1900 + short, int(said[2]), int(said[1])), "row-date-short"
    return None
