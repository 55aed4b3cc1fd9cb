"""The moment at which a page or a program asks to see a sheet: a day of facts, and by when they were known."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from registry.datasets.as_of import SheetThen, find_sheet_then
from registry.datasets.models import Dataset
from registry.kernel.errors import FieldError, Invalid
from registry.kernel.words import _
from registry.ledger.queries import end_of_day, find_versions, get_opening
from registry.platform.clock import now
from registry.web.templating import say_day, say_moment
from registry.web.visits import Visit

_AT_ONCE, _OF_ONE_CHANGE = timedelta(microseconds=1), timedelta(seconds=1)
"""How far beyond the instant of a change it is all there: the row itself, and what was written with it."""


@dataclass(frozen=True)
class Asked:
    """The moment asked for: a day of facts, and the instant by which they were known.

    `known_day` says by which other day, if any: the fields of a sheet have no days of their own.
    """

    on: date
    until: datetime
    parts_until: datetime
    words: str
    address: tuple[tuple[str, str], ...]
    known_day: str = ""


def read_moment(visit: Visit, on: str, known_on: str, instant: str = "") -> Asked:
    """The moment that stands in an address.

    Raises: Invalid for what is no day, for days to come, and for days before the register was opened.
    """
    zone, today = visit.premises.info["time_zone"], visit.today
    opened = get_opening(visit.session).astimezone(ZoneInfo(zone)).date()
    if instant:
        at = _instant(instant, zone)
        _require_open("a", at.date(), opened)
        said = _("le {moment}").format(moment=say_moment(at))
        return Asked(at.date(), at + _AT_ONCE, at + _OF_ONE_CHANGE, said, (("a", instant),))
    day = _day(on, "le") if on else today
    known = _day(known_on, "connu") if known_on else day
    for name, one in (("le", day), ("connu", known)):
        if one > today:
            raise _refused(
                name, _("Le {day} est à venir : le registre ne sait pas ce qu’il dira.").format(day=say_day(one))
            )
    _require_open("connu" if known_on else "le", known, opened)
    words, known_day = _("le {day}").format(day=say_day(day)), ""
    if known != day:
        known_day = say_day(known)
        words = _("le {day}, d’après ce qu’on en savait le {known}").format(day=say_day(day), known=say_day(known))
    address = (("le", day.isoformat()), *((("connu", known.isoformat()),) if known != day else ()))
    until = min(end_of_day(known, zone), now())
    return Asked(day, until, until, words, address, known_day)


def _require_open(name: str, day: date, opened: date) -> None:
    if day < opened:
        message = _("Le registre fut ouvert le {opened} : il ne savait rien le {day}.")
        raise _refused(name, message.format(opened=say_day(opened), day=say_day(day)))


def _refused(name: str, message: str) -> Invalid:
    return Invalid(message, (FieldError(name, message),))


def _day(said: str, name: str) -> date:
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        raise _refused(
            name, _("« {said} » n’est pas un jour : écrivez-le comme 2026-03-12.").format(said=said[:40])
        ) from None


def _instant(said: str, zone: str) -> datetime:
    try:
        at = datetime.fromisoformat(said.strip().replace(" ", "+"))
        at = at.replace(tzinfo=ZoneInfo(zone)) if at.tzinfo is None else at.astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):
        raise _refused("a", _("« {said} » n’est pas un instant.").format(said=said[:40])) from None
    if at.year > now().year + 1 or at > now():
        raise _refused("a", _("Cet instant est à venir : le registre ne sait pas ce qu’il dira."))
    return at


def sheet_then(visit: Visit, sheet: Dataset, asked: Asked) -> SheetThen:
    """The sheet at a moment.

    Raises: Invalid when it was not there yet.
    """
    then = find_sheet_then(visit.session, sheet.id, asked.until, parts_until=asked.parts_until)
    if then is None:
        versions = find_versions(visit.session, "dataset", sheet.id)
        first = versions[-1].recorded_at if versions else None
        raise _refused(
            "le",
            _("Cette fiche n’existait pas encore {moment} : elle entra au registre le {first}.").format(
                moment=asked.words, first=say_moment(first)
            ),
        )
    return then
