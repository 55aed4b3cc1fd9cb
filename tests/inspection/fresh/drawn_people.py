"""A person of the fresh tables, drawn by lot, and the forms in which files write what tells of one."""

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from stdnum import luhn

from tests.inspection.fresh.drawn_words import LAST, MEN, OFFICES, STREETS, TOWNS, TYPES, WOMEN

HOSTS = [
    "gmail.com",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "hotmail.fr",
    "outlook.com",
    "laposte.net",
    "sfr.fr",
    "yahoo.fr",
    "icloud.com",
    "live.fr",
]
FICTION = ("0199 00", "0261 91", "0353 01", "0465 71", "0536 49")
"""Ranges of landlines that the regulator keeps for works of fiction."""
DAY_FORMS = ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d 00:00:00", "%d/%m/%y", "%Y%m%d")
Draw = random.Random


def plain(text: str) -> str:
    """The text without accents, as an old application exports it."""
    return "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))


def slug(text: str) -> str:
    """A name as a mailbox writes it."""
    return plain(text).lower().replace(" ", "").replace("’", "").replace("'", "").replace("ś", "s")


@dataclass
class Person:
    """Somebody of one row, who does not exist."""

    draw: Draw
    oldest: int
    youngest: int

    def __post_init__(self) -> None:
        self.woman = self.draw.random() < 0.5
        self.first = self.draw.choice(WOMEN if self.woman else MEN)
        self.last = self.draw.choice(LAST)
        days = self.draw.randrange(self.youngest * 365, self.oldest * 365)
        self.birth = date(2026, 6, 1) - timedelta(days=days)
        self.title = (
            self.draw.choice(("Mme", "Mme", "Mme.", "Madame")) if self.woman else self.draw.choice(("M.", "M", "Mr"))
        )

    @property
    def mail(self) -> str:
        """A mailbox of theirs, sometimes one that no name tells."""
        first, last, draw = slug(self.first), slug(self.last), self.draw
        forms = (
            f"{first}.{last}", f"{first}.{last}", f"{last}.{first}", f"{first[0]}{last}", f"{first}{self.birth:%y}",
            f"{first}_{last}{draw.randrange(99)}", f"{last}{self.birth:%Y}", f"{first}-{last}", f"famille.{last}",
        )  # fmt: skip
        return f"{draw.choice(forms)}@{draw.choice(HOSTS)}"

    @property
    def work_mail(self) -> str:
        """The mailbox their employer gave them."""
        first, last = slug(self.first), slug(self.last)
        form = self.draw.choice((f"{first}.{last}", f"{first[0]}.{last}", f"{first[0]}{last}", f"{last}.{first[0]}"))
        return f"{form}@{slug(self.draw.choice(TOWNS))}.example"

    def nir(self, *, key: bool = True) -> str:
        """A number of social security whose key is right; some are of Corsica, overseas, or waiting."""
        draw = self.draw
        place = draw.choices((f"{draw.randrange(1, 96):02}", draw.choice(("2A", "2B")), "97", "99"), (80, 4, 6, 10))[0]
        if place == "20":
            place = "21"
        town = f"{draw.randrange(101, 590):03}"
        body = f"{2 if self.woman else 1}{self.birth:%y%m}{place}{town}{draw.randrange(1, 999):03}"
        number = int(body.replace("2A", "19").replace("2B", "18") if place in {"2A", "2B"} else body)
        if place in {"2A", "2B"}:
            number = int(body[:5] + {"2A": "19", "2B": "18"}[place] + body[7:])
        return f"{body}{97 - number % 97:02}" if key else body


def spaced_nir(number: str) -> str:
    """The number as a card shows it."""
    cuts = (0, 1, 3, 5, 7, 10, 13, 15)
    return " ".join(number[start:end] for start, end in pairwise(cuts) if number[start:end])


def mobile(draw: Draw) -> str:
    """Ten digits of a mobile: those kept for fiction (06 39 98) are in no plan, and a reader rightly refuses them."""
    drawn = draw.randrange(10000)
    return f"0{6 + drawn % 2}{(5, 6, 7, 8)[drawn % 4]}{(drawn * 7919 + 1234567) % 10**7:07}"


def landline(draw: Draw) -> str:
    """Ten digits of a landline of the ranges kept for fiction."""
    return f"{draw.choice(FICTION).replace(' ', '')}{draw.randrange(10000):04}"


def phone_form(draw: Draw) -> Callable[[str], str]:
    """How one column writes its phones."""

    def pairs(sign: str) -> Callable[[str], str]:
        return lambda ten: sign.join(ten[at : at + 2] for at in range(0, 10, 2))

    forms: tuple[Callable[[str], str], ...] = (
        pairs(" "), pairs(" "), pairs("."), pairs("-"), pairs(""), pairs(""), lambda ten: ten[1:], lambda ten: ten[1:],
        lambda ten: f"{ten[1:]}.0", lambda ten: f"+33{ten[1:]}", lambda ten: f"+33 {ten[1]} " + pairs(" ")(ten)[3:],
        lambda ten: f"0033{ten[1:]}", lambda ten: f"{ten[:4]} {ten[4:7]} {ten[7:]}", pairs("/"),
        lambda ten: f"+33(0){ten[1:]}",
    )  # fmt: skip
    first, other = draw.choice(forms), draw.choice(forms)

    def written(ten: str) -> str:
        return first(ten) if draw.random() < 0.85 else other(ten)

    return written


def day_form(draw: Draw) -> Callable[[date], str]:
    """How one column writes its days."""
    form = draw.choice(DAY_FORMS)
    return lambda day: day.strftime(form)


def street(draw: Draw) -> str:
    """A street with its type."""
    return f"{draw.choice(TYPES)} {draw.choice(STREETS)}"


def address(draw: Draw) -> str:
    """A number and a street, as people write them."""
    number = f"{draw.randrange(1, 180)}{draw.choice(('', '', '', '', ' bis', ' ter', 'B', ','))}"
    more = draw.choices(("", f"Apt {draw.randrange(1, 60)} ", f"Bât {draw.choice('ABCD')} "), (88, 6, 6))[0]
    return f"{more}{number} {street(draw)}"


def office_mail(draw: Draw) -> str:
    """The mailbox of a service, often with the town in it."""
    town = slug(draw.choice(TOWNS))
    name = draw.choice(OFFICES)
    whole = (
        f"{name}@{town}.example",
        f"{name}@mairie-{town}.example",
        f"{name}.{town}@orange.fr",
        f"mairie.{town}@wanadoo.fr",
    )
    return draw.choices(whole, (60, 20, 12, 8))[0]


def siren(draw: Draw) -> str:
    """Nine digits whose key is right."""
    body = f"{draw.choice('345789')}{draw.randrange(10**7):07}"
    return body + luhn.calc_check_digit(body)


def siret(draw: Draw, start: str = "") -> str:
    """Fourteen digits whose two keys are right."""
    body = (start or siren(draw)) + f"{draw.choice((1, 1, 1, 2, 3)):04}"
    return body + luhn.calc_check_digit(body)


def iban(draw: Draw, bank: str = "") -> str:
    """An account whose key, and the key of its RIB, are right."""
    bank = bank or draw.choice(("20041", "30004", "10278", "13507", "16706", "30003", "18706", "40618"))
    desk, account = f"{draw.randrange(1, 99999):05}", f"{draw.randrange(10**11):011}"
    key = 97 - (89 * int(bank) + 15 * int(desk) + 3 * int(account)) % 97
    body = f"{bank}{desk}{account}{key:02}"
    return f"FR{98 - int(body + '152700') % 97:02}{body}"


def plate(draw: Draw, old: float = 0.15) -> str:
    """A plate of today, or one of before 2009."""
    letters = ["".join(draw.choices("ABCDEFGHJKLMNPQRSTVWXYZ", k=2)) for _pair in range(2)]
    if draw.random() < old:
        sign, place = draw.choice((" ", "")), draw.choice(("62", "59", "80", "02", "35", "974", "2A"))
        return sign.join((str(draw.randrange(10, 9999)), letters[0], place))
    return draw.choice(("-", "-", " ", "")).join((letters[0], f"{draw.randrange(1, 999):03}", letters[1]))


def coded(draw: Draw, form: str) -> str:
    """The form with a digit at each # and a letter at each @."""
    digits = "".join(str(draw.randrange(10)) if one == "#" else one for one in form)
    return "".join(draw.choice("BCDFGHKLMN") if one == "@" else one for one in digits)


def fours(text: str) -> str:
    """The text cut in fours, as a bank prints an account."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def town(draw: Draw) -> str:
    """A postcode and a town."""
    return f"{draw.randrange(10, 96)}{draw.randrange(10, 99)}0 {draw.choice(TOWNS)}"


def public_ip(draw: Draw) -> str:
    """An address that a provider gave a home."""
    rest = ".".join(str(draw.randrange(1, 255)) for _part in range(3))
    return f"{draw.choice((82, 90, 109, 176, 78, 2, 86))}.{rest}"


def long_ip(draw: Draw) -> str:
    """An address of the sixth version."""
    return f"2a01:e0a:{draw.randrange(4096):x}:{draw.randrange(65535):x}::{draw.randrange(1, 65535):x}"


def household(draw: Draw, one: Person) -> str:
    """One person, a couple, or two owners in one cell."""
    other = f"{one.last.upper()} {one.first} / {draw.choice(LAST).upper()} {draw.choice(WOMEN)}"
    return draw.choice((f"M. et Mme {one.last}", f"{one.title} {one.last} {one.first}", other))
