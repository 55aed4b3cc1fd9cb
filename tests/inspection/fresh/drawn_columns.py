"""What a column of the fresh tables is drawn from: each maker's name is also the label, decided before any run."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from registry.inspection.vocabulary import PersonalSign
from tests.inspection.fresh import drawn_people as p
from tests.inspection.fresh import drawn_words as w

Draw = random.Random


@dataclass
class Row:
    """What the columns of one line have in common."""

    draw: Draw
    persons: dict[str, p.Person] = field(default_factory=dict)

    def person(self, which: str = "1", oldest: int = 90, youngest: int = 19) -> p.Person:
        """One of the persons of the line: the first, the second, or a child (c)."""
        if which not in self.persons:
            ages = (17, 3) if which == "c" else (oldest, youngest)
            self.persons[which] = p.Person(self.draw, *ages)
        return self.persons[which]


Cell = Callable[[Row], str]
Maker = Callable[[Draw, str], Cell]
"""Given the draws of a column and which person it tells of, how its cells are made."""
LABELS: dict[str, PersonalSign | None] = {}
UNJUDGED: set[str] = set()
MAKERS: dict[str, Maker] = {}


def maker(name: str, sign: PersonalSign | None = None, *, judged: bool = True) -> Callable[[Maker], Maker]:
    """Declares what makes a column and what it must be found to be."""

    def declare(made: Maker) -> Maker:
        MAKERS[name], LABELS[name] = made, sign
        if not judged:
            UNJUDGED.add(name)
        return made

    return declare


def simple(
    name: str, cell: Callable[[Row, p.Person], str], sign: PersonalSign | None = None, *, judged: bool = True
) -> None:
    """Declares a column each of whose cells is drawn alone."""
    maker(name, sign, judged=judged)(lambda _draw, which: lambda row: cell(row, row.person(which)))


NAME, MAILBOX, PHONE = PersonalSign.PERSON_NAME, PersonalSign.MAILBOX, PersonalSign.PHONE
simple("last", lambda _row, one: one.last, NAME)
simple("LAST", lambda _row, one: one.last.upper(), NAME)
simple("first", lambda _row, one: one.first, NAME)
simple(
    "firsts",
    lambda row, one: ", ".join(
        [one.first, *row.draw.sample(w.WOMEN if one.woman else w.MEN, row.draw.choice((0, 1, 2)))]
    ),
    NAME,
)
simple("full", lambda _row, one: f"{one.first} {one.last.upper()}", NAME)
simple("rfull", lambda _row, one: f"{one.last.upper()} {one.first}", NAME)
simple("civ", lambda _row, one: f"{one.title} {one.last.upper()} {one.first}", NAME)
simple("civlast", lambda _row, one: f"{one.title} {one.last}", NAME)
simple("initial", lambda _row, one: f"{one.first[0]}. {one.last.upper()}", NAME)
simple("pair", lambda row, one: p.household(row.draw, one), NAME)
simple("mail", lambda _row, one: one.mail, MAILBOX)
simple("workmail", lambda _row, one: one.work_mail, MAILBOX)
simple("MAIL", lambda _row, one: one.mail.upper(), MAILBOX)
simple(
    "mails",
    lambda row, one: (
        one.mail
        if row.draw.random() < 0.7
        else f"{one.mail}{row.draw.choice((' ; ', ', ', ' / '))}{row.person('2').mail}"
    ),
    MAILBOX,
)
simple("mixmail", lambda row, one: one.mail if row.draw.random() < 0.45 else p.office_mail(row.draw), MAILBOX)
simple("office", lambda row, _one: p.office_mail(row.draw))
simple("nir", lambda _row, one: one.nir(), PersonalSign.NIR)
simple("nir_", lambda _row, one: p.spaced_nir(one.nir()), PersonalSign.NIR)
simple("nir13", lambda _row, one: one.nir(key=False), PersonalSign.NIR)
simple(
    "nirmix",
    lambda row, one: row.draw.choice(
        (one.nir(), p.spaced_nir(one.nir()), one.nir(), one.nir(key=False), f"{one.nir()[:13]} {one.nir()[13:]}")
    ),
    PersonalSign.NIR,
)
simple("iban", lambda row, _one: p.iban(row.draw), PersonalSign.IBAN)
simple("iban_", lambda row, _one: p.fours(p.iban(row.draw)), PersonalSign.IBAN)
simple(
    "ibanlow",
    lambda row, _one: row.draw.choice((p.iban(row.draw), f"IBAN {p.iban(row.draw)}", p.iban(row.draw).lower())),
    PersonalSign.IBAN,
)
simple("ibanstate", lambda row, _one: p.iban(row.draw, "30001"))
simple("ibanbody", lambda row, _one: p.iban(row.draw))
simple(
    "bic", lambda row, _one: row.draw.choice(("PSSTFRPPLIL", "BNPAFRPPXXX", "CMCIFR2A", "AGRIFRPP867", "BDFEFRPPCCT"))
)
simple("siretei", lambda row, _one: p.siret(row.draw), PersonalSign.SOLE_TRADER)
simple("sirenei", lambda row, _one: p.siren(row.draw), PersonalSign.SOLE_TRADER)
simple(
    "siretei_", lambda row, _one: f"{(n := p.siret(row.draw))[:3]} {n[3:6]} {n[6:9]} {n[9:]}", PersonalSign.SOLE_TRADER
)
simple("siret", lambda row, _one: p.siret(row.draw))
simple("siret_", lambda row, _one: f"{(n := p.siret(row.draw))[:3]} {n[3:6]} {n[6:9]} {n[9:]}")
simple("siren", lambda row, _one: p.siren(row.draw))
simple("siretpub", lambda row, _one: p.siret(row.draw, "2" + p.siren(row.draw)[1:]))
simple("plate", lambda row, _one: p.plate(row.draw), PersonalSign.PLATE)
simple("newplate", lambda row, _one: p.plate(row.draw, 0), PersonalSign.PLATE)
simple("oldplate", lambda row, _one: p.plate(row.draw, 0.8), PersonalSign.PLATE)
simple("fleet", lambda row, _one: p.plate(row.draw))
simple(
    "lampcode",
    lambda row, _one: row.draw.choice(("EP", "LA", "CV", "AR")) + p.coded(row.draw, "-###-") + row.draw.choice("ABCN"),
)
simple("stockcode", lambda row, _one: p.coded(row.draw, "@@###@@#"))
simple("home", lambda row, _one: p.address(row.draw), PersonalSign.HOME_ADDRESS)
simple(
    "homefull",
    lambda row, _one: f"{p.address(row.draw)}{row.draw.choice((' ', ', ', ' - '))}{p.town(row.draw)}",
    PersonalSign.HOME_ADDRESS,
)
simple("HOME", lambda row, _one: p.plain(p.address(row.draw)).upper(), PersonalSign.HOME_ADDRESS)
simple("hcp", lambda row, _one: f"{row.draw.randrange(10, 96)}{row.draw.randrange(10, 99)}0", judged=False)
simple("htown", lambda row, _one: row.draw.choice(w.TOWNS), judged=False)
simple("addr", lambda row, _one: p.address(row.draw))
simple("addrfull", lambda row, _one: f"{p.address(row.draw)}, {p.town(row.draw)}")
simple("addrmaybe", lambda row, _one: p.address(row.draw), judged=False)
simple("street", lambda row, _one: p.street(row.draw))
simple("honour", lambda row, _one: row.draw.choice([one for one in w.STREETS if one[0].isupper()]))
simple("ip", lambda row, _one: p.public_ip(row.draw), PersonalSign.IP_ADDRESS)
simple(
    "ip6",
    lambda row, _one: p.long_ip(row.draw) if row.draw.random() < 0.4 else p.public_ip(row.draw),
    PersonalSign.IP_ADDRESS,
)
simple(
    "ipuser", lambda row, _one: f"192.168.{row.draw.randrange(4)}.{row.draw.randrange(1, 255)}", PersonalSign.IP_ADDRESS
)
simple(
    "ipport", lambda row, _one: f"{p.public_ip(row.draw)}:{row.draw.randrange(1024, 65000)}", PersonalSign.IP_ADDRESS
)
simple(
    "ipmachine", lambda row, _one: f"10.{row.draw.randrange(8)}.{row.draw.randrange(20)}.{row.draw.randrange(1, 255)}"
)
simple("mask", lambda row, _one: row.draw.choice(("255.255.255.0", "255.255.0.0", "255.255.254.0")))
simple(
    "version",
    lambda row, _one: (
        f"{row.draw.randrange(1, 12)}.{row.draw.randrange(20)}.{row.draw.randrange(9)}.{row.draw.randrange(200)}"
    ),
)
simple(
    "nomenclature",
    lambda row, _one: (
        f"{row.draw.randrange(1, 9)}.{row.draw.randrange(1, 7)}.{row.draw.randrange(1, 5)}.{row.draw.randrange(1, 5)}"
    ),
)


@maker("phone", PHONE)
def phone(draw: Draw, _which: str) -> Cell:
    """Phones of persons, two thirds of them mobiles, all written alike but for a few."""
    form = p.phone_form(draw)
    return lambda row: form(p.mobile(row.draw) if row.draw.random() < 0.66 else p.landline(row.draw))


@maker("mobile", PHONE)
def mobile(draw: Draw, _which: str) -> Cell:
    """Mobiles."""
    form = p.phone_form(draw)
    return lambda row: form(p.mobile(row.draw))


@maker("landline", PHONE)
def landline(draw: Draw, _which: str) -> Cell:
    """Landlines of persons."""
    form = p.phone_form(draw)
    return lambda row: form(p.landline(row.draw))


@maker("phones", PHONE)
def phones(draw: Draw, _which: str) -> Cell:
    """One or two phones in a cell, and who answers at times."""
    form = p.phone_form(draw)
    tails = ("", "", " (bureau)", " - mère", " / {other}", "/{other}", " ou {other}", " ; {other}", " après 18h")
    return lambda row: form(p.mobile(row.draw)) + row.draw.choice(tails).format(other=form(p.landline(row.draw)))


@maker("foreign", PHONE)
def foreign(draw: Draw, _which: str) -> Cell:
    """Phones of people some of whom live across the border."""
    form = p.phone_form(draw)

    def cell(row: Row) -> str:
        if row.draw.random() < 0.7:
            return form(p.mobile(row.draw))
        return row.draw.choice(
            ("+32 470 00 00 {:02}", "+44 7700 900{:03}", "0032 470 0000{:02}", "+49 1512 00000{:02}")
        ).format(row.draw.randrange(99))

    return cell


@maker("desk")
def desk(draw: Draw, _which: str) -> Cell:
    """The phones of services: landlines and short numbers."""
    form = p.phone_form(draw)
    return lambda row: (
        form(p.landline(row.draw))
        if row.draw.random() < 0.93
        else row.draw.choice(("39 49", "0 800 47 33 33", "3939", "112"))
    )


@maker("fax")
def fax(draw: Draw, _which: str) -> Cell:
    """The faxes of services."""
    form = p.phone_form(draw)
    return lambda row: form(p.landline(row.draw))


def days(name: str, oldest: int, youngest: int, sign: PersonalSign | None = None) -> None:
    """Declares days between two numbers of days ago."""

    @maker(name, sign)
    def made(draw: Draw, _which: str) -> Cell:
        form = p.day_form(draw)
        return lambda row: form(date(2026, 6, 1) - timedelta(days=row.draw.randrange(youngest, oldest)))


days("recent", 900, 0)
days("decade", 3650, 30)
days("century", 36500, 3000)
days("career", 15000, 30)
days("soon", 0, -1500)


@maker("birth", PersonalSign.BIRTH_DATE)
def birth(draw: Draw, which: str) -> Cell:
    """The day somebody was born."""
    form = p.day_form(draw)
    return lambda row: form(row.person(which).birth)


@maker("birthmix", PersonalSign.BIRTH_DATE)
def birthmix(draw: Draw, which: str) -> Cell:
    """Days of birth that several hands wrote."""
    forms = [p.day_form(draw) for _form in range(3)]
    return lambda row: row.draw.choice(forms)(row.person(which).birth)


simple("birthserial", lambda _row, one: str((one.birth - date(1899, 12, 30)).days), PersonalSign.BIRTH_DATE)
simple("birthyear", lambda _row, one: str(one.birth.year), PersonalSign.BIRTH_DATE)


def filled(row: Row, phrase: str) -> str:
    """A sentence whose blanks are drawn; the letters are told in `drawn_words.py`."""
    draw, one, two = row.draw, p.Person(row.draw, 90, 19), p.Person(row.draw, 90, 19)
    blanks: dict[str, Any] = {
        "n": draw.randrange(1, 99), "s": draw.choice(w.STREETS), "t": draw.choice(w.TOWNS), "l": one.last,
        "d": f"{draw.randrange(1, 28):02}/{draw.randrange(1, 12):02}/2025", "f": one.first, "o": draw.choice(w.FIRMS),
        "p": f"A{draw.choice('BCD')} {draw.randrange(999)}", "k": p.phone_form(draw)(p.landline(draw)),
        "v": draw.choice(w.SERVICES), "e": p.office_mail(draw),
        "m": p.phone_form(draw)(p.mobile(draw)), "x": one.mail, "z": p.spaced_nir(one.nir()), "g": one.first,
        "c": f"{one.title} {one.last}", "h": f"{two.title} {two.last.upper()}",
        "a": draw.choice(w.ASSOCIATIONS).format(s="Pagnol", t="Lys", f=one.first, l=one.last),
        "b": draw.choice(w.TRADES).format(f=two.first, l=two.last),
    }  # fmt: skip
    return phrase.format(**blanks)


def texts(name: str, share: float, telling: list[str], sign: PersonalSign | None = None) -> None:
    """Declares a text some of whose cells are drawn from other sentences."""
    simple(name, lambda row, _one: filled(row, row.draw.choice(telling if row.draw.random() < share else w.CALM)), sign)


texts("calm", 0, w.CALM)
texts("desktext", 0.5, w.WITH_DESK)
texts("telling", 0.45, w.TELLING, PersonalSign.FREE_TEXT)
texts("seldom", 0.12, w.TELLING, PersonalSign.FREE_TEXT)
texts("naming", 0.5, w.NAMING, PersonalSign.FREE_TEXT)
texts("subject", 1, w.SUBJECTS)
texts("trade", 1, w.TRADES)
texts("association", 1, w.ASSOCIATIONS)
texts("place", 1, w.PLACES)


def listed(name: str, *values: str) -> None:
    """Declares a column of a few values."""
    simple(name, lambda row, _one: row.draw.choice(values))


listed("firm", *w.FIRMS)
listed("town", *w.TOWNS)
listed("species", *w.SPECIES)
listed("menu", *w.MENU)
listed("statue", *w.STATUES)
listed("dog", *w.DOGS)
listed("book", *w.BOOKS)
listed("grade", *w.GRADES)
listed("service", *w.SERVICES)
listed("agent", *w.AGENTS)
listed("firstname", *w.WOMEN, *w.MEN)
listed("yes", "oui", "non", "O", "N", "")
listed("sex", "F", "M")
listed("title", "Mme", "M.", "M")
listed("form_ei", "Entrepreneur individuel", "Micro-entrepreneur", "EI", "Artisan-commerçant", "Auto-entrepreneur")
listed("form_co", "SARL", "SAS", "SA", "SASU", "Association loi 1901", "SCI")
listed("legal1000", "1000")
listed("legal5", "5499", "5710", "9220", "7210")
listed("state", "En cours", "Clos", "Accordé", "Refusé", "À compléter")
listed("class", "CP", "CE1", "CE2", "CM1", "CM2", "PS", "MS", "GS")
listed("lamp", "LED 45W", "SHP 100", "Mât 6 m acier", "Console", "Iguzzini")
listed("car", "RENAULT KANGOO", "PEUGEOT 208", "CITROEN BERLINGO", "IVECO DAILY", "DACIA SPRING", "ZOE")
listed("theme", "Culture", "Sport", "Social", "Environnement", "Jeunesse", "Fonctionnement", "Investissement")
listed("pollutant", "NO2", "PM10", "PM2.5", "O3")
listed(
    "list",
    "Ensemble pour demain",
    "Lutte ouvrière",
    "Avec Michel Martin, vivre mieux",
    "Union de la gauche",
    "Rassemblement",
)
simple("int", lambda row, _one: str(row.draw.randrange(1, 400)))
simple("id", lambda row, _one: str(row.draw.randrange(10**5, 10**6)))
simple("year", lambda row, _one: str(row.draw.randrange(1935, 2024)))
simple("money", lambda row, _one: f"{row.draw.randrange(10, 90000)},{row.draw.randrange(99):02}")
simple("lat", lambda row, _one: f"{row.draw.uniform(48, 50):.6f}")
simple("lon", lambda row, _one: f"{row.draw.uniform(1, 3):.6f}")
simple("x93", lambda row, _one: f"{row.draw.uniform(600000, 720000):.2f}")
simple("geo", lambda row, _one: f"{row.draw.uniform(48, 50):.6f}, {row.draw.uniform(1, 3):.6f}")
simple("cp", lambda row, _one: f"{row.draw.randrange(10, 96)}{row.draw.randrange(10, 99)}0")
simple("insee", lambda row, _one: f"{row.draw.randrange(10, 96)}{row.draw.randrange(1, 900):03}")
simple(
    "parcel",
    lambda row, _one: (
        f"{p.coded(row.draw, '#####')}000{row.draw.choice('ABC')}{row.draw.choice('BCDE')}{p.coded(row.draw, '####')}"
    ),
)
simple(
    "parcelshort",
    lambda row, _one: (
        f"{row.draw.randrange(1, 999)} {row.draw.choice('ABC')}{row.draw.choice('BCDE')} {row.draw.randrange(10, 96)}"
    ),
)
simple("ean", lambda row, _one: f"978{row.draw.randrange(10**9):09}{row.draw.randrange(10)}")
simple("ean8", lambda row, _one: f"{row.draw.randrange(10**7, 10**8)}{row.draw.randrange(10)}")
simple("pdl", lambda row, _one: f"{row.draw.randrange(10**13, 10**14)}")
simple(
    "thirteen", lambda row, _one: f"{row.draw.choice('12')}{row.draw.randrange(10, 99)}{row.draw.randrange(10**10):010}"
)
simple("chip", lambda row, _one: f"2502{row.draw.randrange(10**11):011}")
simple("imei", lambda row, _one: f"35{row.draw.randrange(10**13):013}")
simple("taxid", lambda row, _one: f"{row.draw.choice('0123')}{row.draw.randrange(10**12):012}")
simple("permit", lambda row, _one: p.coded(row.draw, "PC 0## ### 2# A####"))
simple(
    "tenfile",
    lambda row, _one: f"0{row.draw.choice('12345')}{row.draw.randrange(20, 26)}{row.draw.randrange(10**6):06}",
)
simple("ref", lambda row, _one: f"{row.draw.randrange(2019, 2026)}-{row.draw.randrange(999):03}")
simple("card", lambda row, _one: f"{row.draw.randrange(10**13, 10**14)}")
simple("mac", lambda row, _one: ":".join(f"{row.draw.randrange(256):02x}" for _part in range(6)))
simple("host", lambda row, _one: row.draw.choice(("SRV", "PC", "IMP", "CAM", "SW")) + p.coded(row.draw, "-MAIRIE-##"))
simple(
    "url",
    lambda row, _one: f"https://www.{p.slug(row.draw.choice(w.TOWNS))}.example/{p.slug(row.draw.choice(w.STREETS))}",
)
simple("login", lambda _row, one: f"{p.slug(one.first)[0]}{p.slug(one.last)}", judged=False)
simple("dead", lambda _row, one: f"{one.last.upper()} {one.first}", judged=False)
simple("author", lambda _row, one: f"{one.last}, {one.first}", judged=False)
simple("maybeplate", lambda row, _one: p.plate(row.draw), judged=False)
simple("hour", lambda row, _one: f"{row.draw.randrange(24):02}:{row.draw.randrange(60):02}")
simple("stamp", lambda row, _one: p.coded(row.draw, "2026-05-1#T1#:4#:30Z"))
