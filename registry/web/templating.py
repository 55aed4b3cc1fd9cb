"""Pages from templates: a template receives the fields of one frozen view, and the names listed in `GLOBALS`.

`shell` is what surrounds the page, `locale` the reader's language, `static(name)` the address of a static
file, `_` and `ngettext` the words. Filters: `day`, `moment`, `ago`, `number`, `bytes`, `label`, `address`,
`article`, `bound`, `counts`.
"""

import dataclasses
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from jinja2 import FileSystemLoader, PrefixLoader, StrictUndefined, meta, nodes
from markupsafe import Markup

from registry.kernel.words import FRENCH, _, current_locale, ngettext
from registry.platform.assets import PACKAGE
from registry.platform.clock import PARIS, now
from registry.web.compiling import Pages
from registry.web.shell import Shell
from registry.web.static import static_url
from registry.web.words import translations_for

GLOBALS = frozenset({"shell", "static", "locale", "_", "gettext", "ngettext"})
NO_BREAK = "\u00a0"
_BEFORE_SIGN = re.compile(r" (?=[:;!?»])")
_AFTER_SIGN = re.compile(r"(?<=«|°) ")
# English is written as the European institutions write it: the day first.
_DATES_OF = {"en": "en_GB"}

_zone: ContextVar[str] = ContextVar("zone", default=PARIS)


def environment(locale: str = FRENCH) -> Pages:
    """Every template of the house in a language: `web` itself, and each room's folder under the room's name."""
    return _environment(locale)


@lru_cache(maxsize=4)
def _environment(locale: str) -> Pages:
    folders = {folder.parent.name: FileSystemLoader(folder) for folder in sorted(PACKAGE.glob("*/templates"))}
    made = Pages(
        loader=PrefixLoader(folders),
        undefined=StrictUndefined,
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        cache_size=400,
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: bind_signs(_(message)),
        lambda singular, plural, count: bind_signs(ngettext(singular, plural, count)),
        newstyle=True,
    )
    made.globals["_"] = _say
    words = translations_for(locale)
    made.said = lambda message: _marked(words.gettext(message))
    made.filters.update(
        day=say_day, moment=say_moment, ago=say_ago, number=say_number, bytes=say_bytes, label=say_label,
        address=say_address, article=lambda words: bind_signs(say_article(words)), bound=bind_signs, hour=say_hour,
        counts=say_counts,
    )  # fmt: skip
    made.globals["static"] = static_url
    return made


def _say(message: str, **values: object) -> Markup:
    """Words of a template: what the extension would find by two calls and a formatting, most often of nothing."""
    words = _marked(_(message))
    return words % values if values or "%" in words else words


@lru_cache(maxsize=5000)
def _marked(words: str) -> Markup:
    return Markup(bind_signs(words))  # noqa: S704 -- words of ours, never a user's.


def render(template: str, view: object, shell: Shell) -> str:
    """A page, from the fields of its view."""
    zone, locale = _zone.set(shell.time_zone), current_locale()
    try:
        fields = {one.name: getattr(view, one.name) for one in dataclasses.fields(view)}  # type: ignore[arg-type]
        return environment(locale).get_template(template).render(**fields, shell=shell, locale=locale)
    finally:
        _zone.reset(zone)


def asked_variables(template: str) -> set[str]:
    """What a page asks of its view: its own names and those of what it extends and includes, without the globals."""
    asked, seen, waiting = set[str](), set[str](), [template]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            tree = _parse(name)
            asked |= meta.find_undeclared_variables(tree) - _bound(tree)
            others = [part.template for part in tree.find_all(nodes.Extends)]
            others += [part.template for part in tree.find_all(nodes.Include)]
            waiting += [other.value for other in others if isinstance(other, nodes.Const)]
    return asked - GLOBALS


def _parse(template: str) -> nodes.Template:
    made = environment()
    assert made.loader is not None  # noqa: S101 -- given where the environment is made.
    return made.parse(made.loader.get_source(made, template)[0])


def _bound(tree: nodes.Template) -> set[str]:
    """The names a template gives itself at its top, which its blocks may use."""
    bound = set[str]()
    for node in tree.body:
        if isinstance(node, nodes.Import):
            bound.add(node.target)
        elif isinstance(node, nodes.Macro):
            bound.add(node.name)
        elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            bound.add(node.target.name)
    return bound


@lru_cache(maxsize=5000)
def bind_signs(words: str) -> str:
    """Words of ours with the no-break spaces French asks for, so that no line begins with « : ».

    Never for what a form shows again: a text must come back as it was typed.
    """
    return _AFTER_SIGN.sub(NO_BREAK, _BEFORE_SIGN.sub(NO_BREAK, words))


_JOINS = {"et": "and", "à": "to"}
_JOINED = re.compile(r"(?<=[\w)°]) (et|à) (?=art\.|§|n°|\d|[a-z]\)|[LRDA]\*?\d)")


def say_article(article: str) -> str:
    """A reference to a text, its articles joined in the reader's language; the names of French texts stay French."""
    return article if current_locale() == FRENCH else _JOINED.sub(lambda found: f" {_JOINS[found[1]]} ", article)


def say_day(value: date | None) -> str:
    """A day as people write it: 24 novembre 2026, 1er janvier 2027."""
    return "" if value is None else _day_in_words(value, current_locale())


@lru_cache(maxsize=2000)
def _day_in_words(value: date, locale: str) -> str:
    said = format_date(value, format="long", locale=_DATES_OF.get(locale, locale))
    return f"1er{said[1:]}" if locale == FRENCH and value.day == 1 else said


def say_moment(value: datetime | None) -> str:
    """An instant as people write it, in the authority's time."""
    if value is None:
        return ""
    there = value.astimezone(ZoneInfo(_zone.get()))
    hour = format_time(there, "HH:mm", locale=current_locale())
    return _("{day} à {hour}").format(day=say_day(there.date()), hour=hour)


def say_hour(value: datetime | None) -> str:
    """The hour of an instant as people say it, in the authority's time: 14 h 03."""
    if value is None:
        return ""
    there = value.astimezone(ZoneInfo(_zone.get()))
    return format_time(there, f"H{NO_BREAK}'h'{NO_BREAK}mm" if current_locale() == FRENCH else "HH:mm")


def say_ago(value: datetime | None) -> str:
    """How long ago an instant was, as people say it: within the hour, today, yesterday, else its day."""
    if value is None:
        return ""
    zone = ZoneInfo(_zone.get())
    there, here = value.astimezone(zone), now().astimezone(zone)
    minutes = int((here - there).total_seconds() // 60)
    if 0 <= minutes < 1:
        return _("à l’instant")
    if 1 <= minutes < 60:
        return ngettext("il y a {count} minute", "il y a {count} minutes", minutes).format(count=minutes)
    hour = format_time(there, "HH:mm", locale=current_locale())
    days = (here.date() - there.date()).days
    if days == 0:
        return _("aujourd’hui à {hour}").format(hour=hour)
    if days == 1:
        return _("hier à {hour}").format(hour=hour)
    return say_day(there.date())


def say_number(value: float | None) -> str:
    """A number with its groups of three."""
    return "" if value is None else _number_in_words(value, current_locale())


@lru_cache(maxsize=2000)
def _number_in_words(value: float, locale: str) -> str:
    said: str = format_decimal(value, locale=locale)
    return said


def say_bytes(value: int | None) -> str:
    """A size in the unit people read."""
    if value is None:
        return ""
    size, units = float(value), (_("octets"), _("Kio"), _("Mio"), _("Gio"), _("Tio"))
    place = 0
    while size >= 1024 and place < len(units) - 1:
        size, place = size / 1024, place + 1
    return f"{say_number(round(size, 1 if place else 0))}{NO_BREAK}{units[place]}"


def say_label(value: Enum | None, empty: str = "") -> str:
    """The label of an enumeration's member in the reader's language, or the words for nothing."""
    return empty if value is None else str(getattr(value, "label", value))


def say_address(value: str | None) -> str:
    """An address a page may link to, or nothing: `javascript:` and its kin are no addresses."""
    given = (value or "").strip()
    try:
        scheme = urlsplit(given).scheme.lower()
    except ValueError:
        return ""
    return given if scheme in {"http", "https", "ftp", "ftps", "sftp", "mailto"} else ""


@dataclass(frozen=True)
class CountsPart:
    """How many findings read each verdict; with `address`, each number opens what it counts; `worded`, in sight."""

    by: Mapping[str, int]
    address: str
    binding: bool
    worded: bool


_COUNTED = ("non-compliant", "to-complete", "compliant")


def say_counts(by: Mapping[str, int], address: str = "", binding: bool = True, worded: bool = False) -> Markup:
    """How many findings read each verdict, as marks; `address` opens what each counts."""
    return _counts_in_marks(tuple(by.get(code, 0) for code in _COUNTED), address, binding, worded, current_locale())


@lru_cache(maxsize=5000)
def _counts_in_marks(numbers: tuple[int, ...], address: str, binding: bool, worded: bool, _locale: str) -> Markup:
    counts = dict(zip(_COUNTED, numbers, strict=True))
    return Markup(render("web/_counts.html", CountsPart(counts, address, binding, worded), Shell()))  # noqa: S704 -- a page's.
