"""Delays in words: what is left, and how the last day was found, with the article that counts it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_day_names

from registry.kernel.dates import is_working_day, public_holidays
from registry.kernel.delays import Counted, Delay
from registry.kernel.words import _, current_locale, ngettext
from registry.processing.clocks.rules import Clock
from registry.processing.clocks.vocabulary import ClockState
from registry.web.templating import say_day

CARRYING = "règlement (CEE, Euratom) n° 1182/71, art. 3 §4"
"""The rule that carries a last day off to the next working day, for the acts of the Union."""


def say_span(span: timedelta) -> str:
    """How long, in the two largest units that say something: 2 jours 4 h, 5 h 12 min."""
    minutes = int(abs(span).total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        said = ngettext("{count} jour", "{count} jours", days).format(count=days)
        return _("{days} {hours} h").format(days=said, hours=hours) if hours else said
    if hours:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes) if minutes else f"{hours} h"
    return _("{minutes} min").format(minutes=minutes) if minutes else _("moins d’une minute")


def say_left(clock: Clock) -> str:
    """What is left of a delay, or by how much it is passed, in one sentence without a full stop."""
    if not isinstance(clock.due, datetime) and clock.left == timedelta(0):
        return {
            ClockState.SOON: _("Dernier jour aujourd’hui"),
            ClockState.MET: _("Fait le dernier jour"),
        }.get(clock.state, clock.state.label)
    span = say_span(clock.left)
    return {
        ClockState.RUNNING: _("Il reste {span}"),
        ClockState.SOON: _("Il reste {span}"),
        ClockState.OVERDUE: _("Dépassé de {span}"),
        ClockState.MET: _("Fait {span} avant la fin du délai"),
        ClockState.LATE: _("Fait {span} après la fin du délai"),
        ClockState.NONE: _("Sans délai"),
    }[clock.state].format(span=span)


def explain_hours(start: datetime, due: datetime, delay: Delay, zone: ZoneInfo) -> str:
    """How a delay of hours was counted from the moment something was known."""
    begins, ends = start.astimezone(zone), due.astimezone(zone)
    said = [
        _("Connue le {start}, plus {hours} heures de temps réel ({law}, {article}) : jusqu’au {end}.").format(
            start=_moment(begins), hours=delay.count, law=_short(delay.law), article=delay.article, end=_moment(ends)
        ),
        _("Les samedis, les dimanches et les jours fériés comptent."),
    ]
    if begins.utcoffset() != ends.utcoffset():
        said.append(_("Les horloges changent entre-temps : l’heure affichée se décale, la durée reste la même."))
    return " ".join(said)


def explain_days(counted: Counted, *, extended: bool = False) -> str:
    """How a delay of days or months was counted from the day something was received."""
    delay = counted.delay
    length = (
        ngettext("{count} jour", "{count} jours", delay.count)
        if delay.unit == "days"
        else ngettext("{count} mois", "{count} mois", delay.count)
    ).format(count=delay.count)
    if extended:
        length = _("{length}, prolongation comprise").format(length=length)
    said = [
        _("{length} à compter du {start}, jour qui ne compte pas ({law}, {article}) : jusqu’au {end}.").format(
            length=length,
            start=say_day(counted.start),
            law=_short(delay.law),
            article=delay.article,
            end=say_day(counted.falls_on),
        )
    ]
    if counted.is_shortened:
        said.append(_("Ce mois n’a pas de {day} : le délai finit avec lui.").format(day=counted.start.day))
    if counted.is_carried:
        said.append(
            _("C’est un {off} : le dernier jour est reporté au {weekday} {last} ({rule}).").format(
                off=_day_off(counted.falls_on),
                weekday=_weekday(counted.last),
                last=say_day(counted.last),
                rule=CARRYING,
            )
        )
    elif not is_working_day(counted.falls_on):
        said.append(
            _("C’est un {off}, mais ce texte ne reporte pas le dernier jour.").format(off=_day_off(counted.falls_on))
        )
    return " ".join(said)


def _short(law: str) -> str:
    """A law by its usual name where it bears one in brackets."""
    return law.rpartition("(")[2].rstrip(")") if law.endswith(")") else law


def _moment(there: datetime) -> str:
    return _("{day} à {hour}").format(day=say_day(there.date()), hour=there.strftime("%H:%M"))


def _weekday(day: date) -> str:
    locale = current_locale()
    return str(get_day_names("wide", locale="en_GB" if locale == "en" else locale)[day.weekday()])


def _day_off(day: date) -> str:
    return _("jour férié") if day in public_holidays(day.year) else _weekday(day)
