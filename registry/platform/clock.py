"""What day it is for the authority: the one place that reads the machine's clock for a decision."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = "Europe/Paris"


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def today(time_zone: str = PARIS) -> date:
    """The civil day in the authority's time zone."""
    return datetime.now(ZoneInfo(time_zone)).date()
