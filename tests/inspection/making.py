"""How the labelled tables are made, by the same numbers each time: what each column holds is known by its making.

Nobody in them exists: words are drawn by lot, and numbers with a key are computed.
"""

import random
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from stdnum import iban, luhn
from stdnum.fr import nir

from registry.inspection.signs import load_signs
from registry.inspection.vocabulary import PersonalSign, SampledColumn

FIRST, SECOND, HELD_OUT = 0, 1, 2
"""Which words are drawn: those of the two halves the thresholds were set on, or those that only judge."""
VARIANTS = 8
LAST = (
    "MARTIN BERNARD DUBOIS THOMAS ROBERT RICHARD PETIT DURAND LEROY MOREAU SIMON LAURENT LEFEBVRE MICHEL GARCIA DAVID",
    "ROUSSEAU BLANC GUERIN MULLER HENRY ROUSSEL NICOLAS PERRIN MORIN MATHIEU CLEMENT GAUTHIER DUMONT LOPEZ FONTAINE",
    "BOUCHER RENARD CARPENTIER VASSEUR DELATTRE LHEUREUX BENALI DIALLO TRAN KOWALSKI DA-SILVA HERBIN O’CONNOR WOJCIK",
)
RARE = (
    "Apolline Gwladys Firmin Ysaline Nolwenn Ewen Zélie Octave Naïm Soraya Brune Côme Anatole Tifenn Maïwenn",
    "Éloïse Philomène Aymeric Lilwenn Kelyan Wassim Inaya Sixtine Gaspard Médéric Oumou Tancrède Aurore Isaure Milo",
    "Honorine Thaïs Achille Ilyes Nour Salomé Édith Gontran Wanda Kacper Fatou Lubin Ondine Amadou Ninon",
)
STREETS = (
    "Jean Jaurès|Victor Hugo|de la République|Pasteur|des Lilas|de Gaulle|Émile Zola|de l’Église|Jules Ferry",
    "Marie Curie|Louis Blanc|de Verdun|Gambetta|des Acacias|Pierre Brossolette|du Moulin|Jean Moulin|Anatole France",
    "Georges Clemenceau|d’Amiens|Paul Doumer|des Capucines|Salvador Allende|du Onze-Novembre|Berthe Morisot",
)
TOWNS = ("Arras", "Lens", "Béthune", "Douai", "Cambrai", "Bapaume", "Avesnes", "Achicourt", "Beaurains", "Dainville")


@dataclass
class Column:
    """One column, with the sign it bears, if any; `unjudged` where nobody could say."""

    name: str
    values: list[str]
    sign: PersonalSign | None = None
    unjudged: bool = False


@dataclass
class Maker:
    """One half's ways: its chance, its words, how dirty it is."""

    half: int
    chance: random.Random
    rows: int = 60
    columns: list[Column] = field(default_factory=list)

    def one(self, *halves: str) -> str:
        """A header among those of this half, in one of the ways headers are written."""
        name = self.chance.choice(halves[self.half].split("|"))
        return self.chance.choice((name, name, name.upper(), name.lower().replace(" ", "_"), name.title()))

    def add(self, name: str, make: Callable[[], str], sign: PersonalSign | None = None, **more: bool) -> "Maker":
        """A column, with its empty cells and its words for nothing."""
        holes = self.chance.choice((0.0, 0.05, 0.3))
        nothing = self.chance.choice(("", "NC", "-", "néant"))
        values = [nothing if self.chance.random() < holes else make() for _row in range(self.rows)]
        self.columns.append(Column(name, values, sign, **more))
        return self

    # What people are called, and how they are reached.

    def first(self) -> str:
        """A first name: two in three of those most given."""
        known = sorted(load_signs().words["first-name"])
        name = self.chance.choice(known if self.chance.random() < 0.67 else RARE[self.half].split())
        return self.chance.choice((name.title(), name.title(), name.upper(), name.capitalize()))

    def last(self) -> str:
        """A family name, at times a double one."""
        names = LAST[self.half].split()
        name = self.chance.choice(names)
        if self.chance.random() < 0.08:
            name += "-" + self.chance.choice(names)
        return name if self.chance.random() < 0.7 else name.title()

    def full(self) -> str:
        """Both, in either order, at times with a civility."""
        both = f"{self.last()} {self.first()}" if self.chance.random() < 0.6 else f"{self.first()} {self.last()}"
        return self.chance.choice(("", "", "", "M. ", "Mme ")) + both

    def street(self) -> str:
        """The address of a door."""
        kind = self.chance.choice(("rue", "avenue", "bd", "impasse", "Rue", "RUE", "allée", "place"))
        house = f"{self.chance.randint(1, 240)}{self.chance.choice(('', '', ' bis', ' ter', ','))}"
        text = f"{house} {kind} {self.chance.choice(STREETS[self.half].split('|'))}"
        return text + (f" {self.town_code()} {self.town()}" if self.chance.random() < 0.2 else "")

    def town(self) -> str:
        return self.chance.choice(TOWNS)

    def town_code(self) -> str:
        return f"62{self.chance.randint(0, 999):03}"

    def digits(self, count: int, first: str = string.digits) -> str:
        return self.chance.choice(first) + "".join(self.chance.choices(string.digits, k=count - 1))

    def phone(self, kinds: str = "6671233") -> str:
        """A telephone number in one of the ways people write it."""
        number = "0" + self.chance.choice(kinds) + self.digits(8, "23456")
        pairs = [number[place : place + 2] for place in range(0, 10, 2)]
        shapes = ((" ", ".", "", "-", "+33"), (" ", "", "+", "/"), (" ", "", "lost", "(0)", "note"))[self.half]
        shape = self.chance.choice(shapes)
        if shape == "lost":
            # A spreadsheet took it for a number.
            return number[1:] if self.chance.random() < 0.3 else number
        if shape == "(0)":
            return f"+33 (0){number[1]} {' '.join(pairs[1:])}"
        if shape == "note":
            return f"{' '.join(pairs)}{self.chance.choice((' (dom.)', ' bureau', ' ; ' + number))}"
        if shape == "+33":
            return f"+33 {number[1]} {' '.join(pairs[1:])}"
        if shape == "+":
            return f"0033{number[1:]}"
        if shape == "/":
            return f"{number} / {self.phone('6')}" if self.chance.random() < 0.2 else ".".join(pairs)
        return shape.join(pairs)

    def own_mail(self) -> str:
        """A person's mailbox, at home or at work."""
        first, last = plain(self.first()), plain(self.last()).replace("-", "")
        if self.chance.random() < 0.5:
            local = self.chance.choice(
                (f"{first}.{last}", f"{first[0]}{last}", f"{last}{self.digits(2)}", f"{first}{last}")
            )
            return f"{local}@{self.chance.choice(('gmail.com', 'orange.fr', 'free.fr', 'laposte.net', 'hotmail.fr'))}"
        local = self.chance.choice((f"{first}.{last}", f"{first[0]}.{last}", f"{first}-{last}"))
        return f"{local}@{self.chance.choice(('ville.example', 'agglo.example.fr', 'cu-exemple.fr'))}"

    def service_mail(self) -> str:
        """The mailbox of a service."""
        words = (
            "contact mairie accueil service.urbanisme secretariat etat-civil bibliotheque ecole.ferry",
            "info mairie.bapaume direction-culture dpo periscolaire ecole.0620001x mediatheque ccas",
            "accueil.mairie urba communication sport-jeunesse servicetechnique elus crechedespetits standard regie.eau",
        )[self.half].split()
        local = self.chance.choice(words)
        return f"{local}@{self.chance.choice(('ville.example', 'orange.fr', 'wanadoo.fr', 'mairie-exemple.fr'))}"

    # Numbers with keys, right nine times in ten.

    def nir(self, *, key: bool = True) -> str:
        """A NIR, one in eight born in Corsica, one in twenty with a wrong key."""
        place = self.chance.choice(("2A", "2B")) if self.chance.random() < 0.12 else f"{self.chance.randint(1, 95):02}"
        if place == "20":
            place = "62"
        bare = (
            f"{self.chance.choice('12')}{self.chance.randint(30, 99):02}{self.chance.randint(1, 12):02}{place}"
            f"{self.chance.randint(1, 600):03}{self.chance.randint(1, 400):03}"
        )
        if not key:
            return bare
        said = nir.calc_check_digits(bare)
        if self.chance.random() < 0.05:
            said = f"{(int(said) % 97) + 1:02}"
        whole = bare + said
        return self.chance.choice((whole, nir.format(whole), whole.lower(), f"{bare} {said}"))

    def iban(self) -> str:
        """A French IBAN, one in twenty wrong."""
        bank = f"{self.chance.randint(10000, 39999)}{self.chance.randint(1, 9999):05}{self.digits(11)}"
        rib = 97 - (89 * int(bank[:5]) + 15 * int(bank[5:10]) + 3 * int(bank[10:])) % 97
        body = f"{bank}{rib:02}"
        key = iban.calc_check_digits(f"FR00{body}")
        if self.chance.random() < 0.05:
            key = f"{(int(key) % 90) + 3:02}"
        whole = f"FR{key}{body}"
        return self.chance.choice((whole, iban.format(whole), whole.lower()))

    def siren(self) -> str:
        body = self.digits(8, "345789")
        return body + luhn.calc_check_digit(body)

    def siret(self) -> str:
        body = f"{self.siren()}000{self.digits(1, '1234')}"
        whole = body + luhn.calc_check_digit(body)
        return self.chance.choice((whole, f"{whole[:3]} {whole[3:6]} {whole[6:9]} {whole[9:]}"))

    def luhn(self, count: int) -> str:
        body = self.digits(count - 1, "123456789")
        return body + luhn.calc_check_digit(body)

    def plate(self) -> str:
        """A plate, of today or of before 2009."""
        letters = "ABCDEFGHJKLMNPQRTVXYZ"
        pair = lambda: "".join(self.chance.choices(letters, k=2))  # noqa: E731 - drawn twice, here alone.
        dash = self.chance.choice(("-", "-", "", " "))
        if self.chance.random() < (0.2, 0.4, 0.5)[self.half]:
            serial, letters = self.chance.randint(100, 9999), pair() + self.chance.choice(("", "A", "C"))
            return f"{serial}{dash}{letters}{dash}{self.chance.randint(1, 95):02}"
        text = f"{pair()}{dash}{self.chance.randint(1, 999):03}{dash}{pair()}"
        return text.replace("SS", "ST").replace("WW", "WX")

    def ip(self) -> str:
        """An address of the public network, at times of version 6."""
        if self.chance.random() < 0.15:
            return ":".join(f"{self.chance.randint(0, 65535):x}" for _part in range(8)).replace(":0:", ":1:", 1)
        text = ".".join(str(self.chance.randint(1, 254)) for _part in range(4))
        return text + (f":{self.chance.randint(1024, 65000)}" if self.half and self.chance.random() < 0.1 else "")

    # Days and other things.

    def day(self, first: int, last: int) -> str:
        start = date(first, 1, 1)
        day = start + timedelta(days=self.chance.randint(0, (date(last, 12, 31) - start).days))
        shapes = (
            ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y"),
            ("%d/%m/%Y", "%Y%m%d", "%d.%m.%Y", "%Y-%m-%d 00:00:00"),
            ("%d/%m/%y", "%d %m %Y", "%Y/%m/%d", "%-d/%-m/%Y"),
        )[self.half]
        return day.strftime(shapes[self.rows % len(shapes)])

    def pick(self, *halves: str) -> Callable[[], str]:
        words = halves[min(self.half, len(halves) - 1)].split("|")
        return lambda: self.chance.choice(words)


def plain(text: str) -> str:
    """A name as mailboxes write it."""
    kept = {"é": "e", "è": "e", "ê": "e", "ë": "e", "ï": "i", "î": "i", "ô": "o", "ç": "c", "à": "a", " ": "-"}
    return "".join(kept.get(letter, letter) for letter in text.lower())


def made_by(makers: Sequence[Callable[[Maker], None]], half: int) -> list[tuple[str, list[Column]]]:
    """Some tables of each maker, the same each time."""
    made = []
    for make in makers:
        for variant in range(VARIANTS):
            chance = random.Random(f"{make.__name__}-{half}-{variant}")  # noqa: S311 - the same tables each time.
            maker = Maker(half, chance, rows=(24, 61, 90, 45, 36)[variant % 5])
            make(maker)
            made.append((f"{make.__name__}-{variant}", maker.columns))
    return made


def sampled(columns: Sequence[Column]) -> list[SampledColumn]:
    """A table as the detectors are given it."""
    return [SampledColumn(column.name, column.values) for column in columns]
