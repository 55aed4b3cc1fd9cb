"""An activity filled from the words of a record kept elsewhere: each cell to a value, or kept as a text and said."""

from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from registry.exchange.activities.terms import code_of, folded, pieces_of, retention_of, says_nothing
from registry.exchange.activities.vocabulary import ReadActivity
from registry.exchange.tables.dates import read_french_day
from registry.kernel.words import FRENCH
from registry.platform.lists import load_list
from registry.processing.rules import is_framed
from registry.processing.vocabulary import LawfulBasis, RecipientKind, TransferSafeguard

OTHER = "other"
_YES = frozenset({"oui", "x", "o", "vrai", "true", "1", "ok"})
_LISTED = frozenset({"lawful_basis", "role", "status"})
_DAYS = frozenset({"started_on", "ended_on", "reviewed_on", "founding_text_on"})
_LINES = frozenset({"sub_purposes", "joint_controllers", "security_note", "data_origin_note"})
"""Texts that several cells may fill, a line each."""


@dataclass
class Category:
    """Data of one kind as a file tells of it: what it is at that place, and how long it is kept."""

    code: str
    precision: str = ""
    retention: str = ""


@dataclass
class Filling:
    """One activity on its way: its people and its data are told apart, and meet once all is read."""

    read: ReadActivity
    zone: ZoneInfo
    people: dict[str, str] = field(default_factory=dict)
    data: list[Category] = field(default_factory=list)
    retention: str = ""
    disposition: str | None = None

    def take(self, target: str, cell: str, header: str) -> None:
        """One cell under what its header says it fills."""
        text = cell.strip()
        if not text:
            return
        own = getattr(self, f"_{target}", None)
        if own is not None:
            own(text, header)
        elif target in _DAYS:
            self._day(target, text, header)
        elif target in _LISTED:
            self._one_of(target, text, header)
        elif target in _LINES:
            before = self.read.values.get(target)
            self.read.values[target] = f"{before}\n{text}" if before else text
        else:
            self.read.values.setdefault(target, text)

    def _day(self, target: str, text: str, header: str) -> None:
        found = read_french_day(text, self.zone)
        if found is None:
            self.read.remark("day", text, header)
            return
        day, code = found
        if code == "date-partial":
            self.read.remark("day-partial", text, header)
        self.read.values[target] = day.isoformat()

    def _one_of(self, target: str, text: str, header: str) -> None:
        found = code_of(target, text)
        if found is not None:
            self.read.values[target] = found
        elif target == "lawful_basis":
            self.read.remark("basis", text, header)
        else:
            self._kept("value", text, header)

    def _kept(self, code: str, text: str, header: str) -> None:
        self.read.remark(code, text, header)
        self.read.extra.append(f"{header} : {text}")

    def _owner(self, text: str, _header: str) -> None:
        self.read.owner = self.read.owner or text

    def _extra(self, text: str, header: str) -> None:
        self.read.extra.append(f"{header} : {text}")

    def _notes(self, text: str, _header: str) -> None:
        self.read.extra.append(text)

    def _people(self, text: str, header: str) -> None:
        for piece in pieces_of(text):
            code = code_of("people_category", piece)
            if code is not None:
                self.people.setdefault(code, "")
                continue
            self.read.remark("people", piece, header)
            self.people[OTHER] = ", ".join(filter(None, (self.people.get(OTHER), piece)))

    def _data(self, text: str, header: str) -> None:
        for piece in pieces_of(text):
            self.category(piece, "", "", header)

    def category(self, words: str, precision: str, retention: str, header: str, *, is_heading: bool = False) -> None:
        """Data of a kind that a file names, with what it says of it; words that are no heading are kept."""
        code = code_of("data_category", words)
        if code is None or code == "none":
            self._kept("data", " : ".join(filter(None, (words, precision, retention))), header)
            return
        same = next((one for one in self.data if one.code == code), None)
        if same is None:
            named = is_heading or load_list("personal_categories").find(words) is not None
            self.data.append(Category(code, precision or ("" if named else words), retention))
        else:
            same.precision = ", ".join(dict.fromkeys(filter(None, (same.precision, precision or words))))
            same.retention = same.retention or retention

    def _sensitive(self, text: str, header: str) -> None:
        if folded(text) in _YES:
            self.read.remark("sensitive", text, header)
        elif not says_nothing(text):
            self._data(text, header)

    def _retention(self, text: str, _header: str) -> None:
        self.retention = text

    def _final_disposition(self, text: str, header: str) -> None:
        said = folded(text)
        found = {"conserv": "keep", "archiv": "keep", "tri": "sample", "echantillon": "sample",
                 "destruction": "dispose", "elimin": "dispose", "suppr": "dispose"}  # fmt: skip
        self.disposition = next((code for words, code in found.items() if words in said), None)
        if self.disposition is None:
            self._kept("value", text, header)

    def _recipients(self, text: str, header: str) -> None:
        inside = RecipientKind.INTERNAL if "interne" in folded(header) else None
        for piece in pieces_of(text):
            self.recipient(piece, code_of("kind", piece) if inside is None else str(inside), "")

    def _processors(self, text: str, _header: str) -> None:
        for piece in pieces_of(text):
            self.recipient(piece, str(RecipientKind.PROCESSOR), "")

    def recipient(self, name: str, kind: str | None, received: str) -> None:
        """Who receives data; one named twice is one."""
        rows = self.read.parts.setdefault("recipients", [])
        if all(folded(row["name"]) != folded(name) for row in rows):
            said = {"name": " ".join(name.split())[:400], "kind": kind, "received": received[:1000]}
            rows.append({key: value for key, value in said.items() if value})

    def _transfers(self, text: str, header: str) -> None:
        if says_nothing(text):
            self.absent("transfers")
            return
        for piece in pieces_of(text):
            self.transfer("", piece, "", "", header)

    def absent(self, name: str) -> None:
        """What the file says does not exist."""
        known = self.read.values.setdefault("declared_absent", [])
        if name not in known:
            known.append(name)

    def transfer(self, recipient: str, country: str, safeguard: str, document: str, header: str) -> None:
        """Data that goes to a country; one that no list knows is kept among the notes."""
        code = code_of("country", country)
        if code is None:
            self._kept("country", " : ".join(filter(None, (recipient, country, safeguard, document))), header)
            return
        guard = code_of("safeguard", safeguard) if safeguard else None
        if guard and not is_framed(code, TransferSafeguard(guard), document):
            # The words are kept as its paper: a person says what they are worth.
            self.read.remark("adequacy", f"{country} : {safeguard}", header)
            guard = None
        papers = " ; ".join(filter(None, ("" if guard else safeguard, document)))
        said = {"country": code, "recipient": recipient[:400] or country, "safeguard": guard, "document": papers}
        rows = self.read.parts.setdefault("transfers", [])
        if all((row["country"], row["recipient"]) != (said["country"], said["recipient"]) for row in rows):
            rows.append({key: value for key, value in said.items() if value})

    def _security(self, text: str, header: str) -> None:
        for piece in pieces_of(text):
            self.measure(piece, "", header)

    def measure(self, words: str, precision: str, header: str) -> None:
        """A measure of security; what no list knows is kept in the description."""
        code = code_of("security_measures", words)
        if code is None:
            self.read.remark("measure", words, header)
        elif code not in (known := self.read.values.setdefault("security_measures", [])):
            known.append(code)
        if code is None or precision:
            self.take("security_note", " : ".join(filter(None, (words, precision))), header)

    def _measure(self, text: str, header: str) -> None:
        """A column of its own for one measure: yes, no, or how."""
        if not says_nothing(text):
            self.measure(header, "" if folded(text) in _YES else text, header)

    def _systems(self, text: str, _header: str) -> None:
        self.read.parts.setdefault("systems", []).extend({"name": piece} for piece in pieces_of(text))

    def _updates(self, text: str, header: str) -> None:
        """« Mise à jour » is a day in some records, a measure of security in others."""
        if any(letter.isdigit() for letter in text):
            self._day("reviewed_on", text, header)
        else:
            self._measure(text, header)

    def done(self) -> ReadActivity:
        """The activity, once all of it is read: each of its people with each kind of its data."""
        if self.data and not self.people:
            self.read.remark("people-missing")
        people = self.people or {OTHER: ""}
        pairs = [self._pair(code, said, one) for code, said in people.items() for one in self.data]
        if pairs:
            self.read.parts["data"] = pairs
        elif self.people:
            known = load_list("people_categories")
            named = (said or known.label(code, FRENCH) for code, said in self.people.items())
            self.read.extra.append("Personnes concernées : " + ", ".join(named))
        self._check_basis()
        return self.read

    def _pair(self, people: str, said: str, one: Category) -> dict[str, Any]:
        words = ", ".join(filter(None, (one.precision, said)))[:1000]
        pair = {"people_category": people, "data_category": one.code, "precision": words, **self._kept_for(one)}
        return {name: value for name, value in pair.items() if value not in (None, "")}

    def _kept_for(self, one: Category) -> dict[str, Any]:
        text = one.retention or self.retention
        if not text or says_nothing(text):
            return {"final_disposition": self.disposition}
        months, start = retention_of(text)
        if months is None and all(said.code != "retention" or said.value != text for said in self.read.remarks):
            self.read.remark("retention", text)
        return {"retention_months": months, "retention_trigger": start[:1000], "final_disposition": self.disposition}

    def _check_basis(self) -> None:
        basis = self.read.values.get("lawful_basis")
        if basis and LawfulBasis(basis).rests_on_law and not self.read.values.get("founding_text"):
            self.read.remark("basis-without-text", LawfulBasis(basis).label)
