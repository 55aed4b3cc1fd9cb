"""Whether the essential data of a contract agrees with itself and with the law, and how two publications compare."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice, pairwise
from typing import Any

from registry.contracts.decp.schema import find_schema_faults, is_possible, is_whole, parse_day
from registry.contracts.decp.vocabulary import Fault, Incoherence
from registry.contracts.vocabulary import ContractKind
from registry.kernel.dates import plus_days, plus_months

MOST_TOLD = 100
"""Incoherences told of one contract: past that it is another format."""
IN_FORCE = date(2019, 4, 1)
"""Since when the code asks for essential data before performance begins, and of amendments within their delay."""
PUBLICATION_MONTHS = 2
"""Units: months from the signature of an amendment to the last day of its publication. Law: CCP R3131-1."""
ADDED = ("modifications", "donneesExecution")
"""What is added to essential data once it is published: nothing else of it changes (schema 2.0.3)."""
_DSP = frozenset({"Délégation de service public", "Concession de service public"})
_MOST_EUROS = 10**12
_LONGEST_OBJECT = 300
_LONGEST_MONTHS = 12_000


@dataclass(frozen=True)
class Change:
    """A modification of a concession, as far as it can be read; its place in the list counts from 1."""

    rank: int
    number: int | None
    signed_on: date | None
    published_on: date | None
    months: int | None
    value: int | None

    @property
    def named(self) -> str:
        """What it is called: its number, or its place where it bears none."""
        return str(self.number) if self.number is not None else f"[{self.rank}]"


@dataclass(frozen=True)
class Essential:
    """What the register keeps in fields of its own of the essential data of a contract; None for what is not readable.

    `starts_on` and `ends_on` are both in it; the duration and the value are those of its last modification that says
    any; `years` are the days its execution data were published. Units: `value_euros` in euros without tax, rounded.
    """

    siret: str
    identifier: str
    kind: ContractKind | None
    object: str
    signed_on: date | None
    published_on: date | None
    starts_on: date | None
    ends_on: date | None
    value_euros: int | None
    holders: tuple[str, ...]
    changes: tuple[Change, ...]
    years: tuple[date, ...]


def read_essential(content: Mapping[str, Any]) -> Essential:
    """What can be read of a contract, whatever else in it is wrong."""
    changes = tuple(_change(rank, one) for rank, one in enumerate(_list(content, "modifications"), 1))
    last = sorted(changes, key=lambda one: (one.number or 0, one.rank))
    starts_on = parse_day(content.get("dateDebutExecution"))
    months = next((one.months for one in reversed(last) if one.months), _whole(content.get("dureeMois")))
    value = next((one.value for one in reversed(last) if one.value is not None), _euros(content.get("valeurGlobale")))
    nature = content.get("nature")
    return Essential(
        siret=_said(content.get("autoriteConcedante"), "id"),
        identifier=_said(content, "id"),
        kind=_kind(nature) if isinstance(nature, str) else None,
        object=_shortened(_said(content, "objet")),
        signed_on=parse_day(content.get("dateSignature")),
        published_on=parse_day(content.get("datePublicationDonnees")),
        starts_on=starts_on,
        ends_on=_last_day(starts_on, months),
        value_euros=value,
        holders=tuple(
            siret
            for one in _list(content, "concessionnaires")
            if (siret := _siret_of(one.get("concessionnaire") if isinstance(one, dict) else None))
        ),
        changes=changes,
        years=tuple(day for one in _list(content, "donneesExecution") if (day := _published_year(one)) is not None),
    )


def _kind(nature: str) -> ContractKind | None:
    # A local authority concedes the running of a public service by delegation, whichever of the two it says (L1121-3).
    if nature in _DSP:
        return ContractKind.DSP
    return ContractKind.CONCESSION if nature.startswith("Concession") else None


def _change(rank: int, one: object) -> Change:
    said = one.get("modification") if isinstance(one, dict) else None
    said = said if isinstance(said, dict) else {}
    return Change(
        rank, _whole(said.get("id")), parse_day(said.get("dateSignatureModification")),
        parse_day(said.get("datePublicationDonneesModification")), _whole(said.get("dureeMois")),
        _euros(said.get("valeurGlobale")),
    )  # fmt: skip


def _published_year(one: object) -> date | None:
    """The day execution data was published."""
    year = one.get("donneesAnnuelles") if isinstance(one, dict) else None
    return parse_day(year.get("datePublicationDonneesExecution")) if isinstance(year, dict) else None


def _list(content: Mapping[str, Any], name: str) -> list[Any]:
    said = content.get(name)
    return said if isinstance(said, list) else []


def _said(content: object, name: str) -> str:
    said = content.get(name) if isinstance(content, dict) else None
    return " ".join("".join(sign for sign in said if sign.isprintable() or sign.isspace()).split()) if isinstance(
        said, str
    ) else ""  # fmt: skip


def _siret_of(holder: object) -> str:
    return _said(holder, "id") if _said(holder, "typeIdentifiant") == "SIRET" else ""


def _whole(said: Any) -> int | None:
    return int(said) if is_whole(said) and 1 <= said <= _MOST_EUROS else None


def _euros(said: Any) -> int | None:
    if isinstance(said, bool) or not hasattr(said, "__round__"):
        return None
    return round(said) if 0 <= said <= _MOST_EUROS else None


def _last_day(starts_on: date | None, months: int | None) -> date | None:
    if starts_on is None or months is None or months > _LONGEST_MONTHS:
        return None
    last = plus_days(plus_months(starts_on, months), -1)
    return last if is_possible(last) else None


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_OBJECT else f"{text[: _LONGEST_OBJECT - 1].rstrip()}…"


def find_incoherences(content: Mapping[str, Any]) -> list[Incoherence]:
    """What is wrong in the essential data of a contract: what the schema asks, then what its days say together."""
    said = read_essential(content)
    found = chain(find_schema_faults(content), _faults_of_days(said), _faults_of_changes(said), _faults_of_years(said))
    return list(islice(found, MOST_TOLD))


def _faults_of_days(said: Essential) -> Iterator[Incoherence]:
    signed, published, starts = said.signed_on, said.published_on, said.starts_on
    if signed is not None and published is not None and published < signed:
        details = {"published": published, "signed": signed}
        yield Incoherence(Fault.PUBLISHED_BEFORE_SIGNED, "datePublicationDonnees", details)
    if signed is not None and starts is not None and starts < signed:
        yield Incoherence(Fault.STARTS_BEFORE_SIGNED, "dateDebutExecution", {"starts": starts, "signed": signed})
    asked = signed is not None and signed >= IN_FORCE
    if asked and published is not None and starts is not None and published >= starts:
        details = {"published": published, "starts": starts}
        yield Incoherence(Fault.PUBLISHED_LATE, "datePublicationDonnees", details)


def _faults_of_changes(said: Essential) -> Iterator[Incoherence]:
    borne = Counter(one.number for one in said.changes if one.number is not None)
    for number in sorted(one for one, count in borne.items() if count > 1):
        yield Incoherence(Fault.CHANGE_TWICE, "modifications", {"number": number})
    for one in said.changes:
        yield from _faults_of_change(one, said.signed_on)
    yield from _out_of_order(said.changes)


def _faults_of_change(one: Change, signed: date | None) -> Iterator[Incoherence]:
    place, changed, published = f"modifications[{one.rank}]", one.signed_on, one.published_on
    if changed is None:
        return
    told: dict[str, str | int | date] = {"number": one.named, "changed": changed}
    if signed is not None and changed < signed:
        yield Incoherence(
            Fault.CHANGE_BEFORE_CONTRACT, f"{place}.dateSignatureModification", {**told, "signed": signed}
        )
    if published is None:
        return
    told["published"] = published
    where = f"{place}.datePublicationDonneesModification"
    if published < changed:
        yield Incoherence(Fault.CHANGE_PUBLISHED_BEFORE_SIGNED, where, told)
    last = plus_months(changed, PUBLICATION_MONTHS)
    if changed >= IN_FORCE and published > last:
        yield Incoherence(Fault.CHANGE_PUBLISHED_LATE, where, {**told, "last": last})


def _out_of_order(changes: Sequence[Change]) -> Iterator[Incoherence]:
    """Amendments that bear a later number than one signed after them."""
    numbered = [(one.number, one.signed_on, one.rank) for one in changes if one.number and one.signed_on]
    for (number, earlier, _rank), (following, changed, rank) in pairwise(sorted(numbered)):
        if changed < earlier and following > number:
            yield Incoherence(
                Fault.CHANGE_OUT_OF_ORDER, f"modifications[{rank}].dateSignatureModification",
                {"number": following, "changed": changed, "before": number, "earlier": earlier},
            )  # fmt: skip


def _faults_of_years(said: Essential) -> Iterator[Incoherence]:
    for published in said.years:
        if said.signed_on is not None and published < said.signed_on:
            details = {"published": published, "signed": said.signed_on}
            yield Incoherence(Fault.EXECUTION_BEFORE_SIGNED, "donneesExecution", details)


@dataclass(frozen=True)
class Compared:
    """What a file brings to essential data recorded before: what it adds, and where it says another thing.

    `merged` is what was recorded with what is added; `differs` gives each field with what is recorded and what the file
    says, which is not taken.
    """

    merged: Mapping[str, Any]
    added: int
    differs: tuple[tuple[str, Any, Any], ...]


def compare_contents(recorded: Mapping[str, Any], given: Mapping[str, Any]) -> Compared:
    """What a new publication adds to a contract: published data does not change, one adds to it."""
    merged, added = dict(recorded), 0
    differs = [
        (name, recorded.get(name), given.get(name))
        for name in dict.fromkeys((*recorded, *given))
        if name not in ADDED and recorded.get(name) != given.get(name)
    ]
    for name in ADDED:
        held, new = _list(recorded, name), []
        for one in _list(given, name):
            if one in held or one in new:
                continue
            key = _key(one)
            same = next((two for two in held if key is not None and _key(two) == key), None)
            if same is not None:
                differs.append((f"{name} {key}", same, one))
            else:
                new.append(one)
        if new:
            merged[name] = [*held, *new]
            added += len(new)
    return Compared(merged, added, tuple(differs))


def _key(one: object) -> str | None:
    """What names an entry of what is added: the number of a modification, the day a year was published."""
    said = one if isinstance(one, dict) else {}
    change, year = said.get("modification"), said.get("donneesAnnuelles")
    if isinstance(change, dict) and change.get("id") is not None:
        return str(change["id"])
    if isinstance(year, dict) and year.get("datePublicationDonneesExecution") is not None:
        return str(year["datePublicationDonneesExecution"])
    return None
