"""The values a record of processing activities is made of, and what follows from them.

The communicable edition holds no security measure: its content refuses any, so neither its pages nor its twins can
show one.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

_STRICT = ConfigDict(extra="forbid")
_Siren = Annotated[str, Field(pattern=r"^\d{9}$")]
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Edition(StrEnum):
    """Who the document is for: the body and the supervisory authority, or anybody who asks."""

    FULL = "full"
    COMMUNICABLE = "communicable"


class Heading(StrEnum):
    """What article 30 asks of every sheet, in its order; the basis is asked by article 6."""

    PURPOSE = "purpose"
    BASIS = "basis"
    BEHALF = "behalf"
    DATA = "data"
    RECIPIENTS = "recipients"
    TRANSFERS = "transfers"
    RETENTION = "retention"
    SECURITY = "security"


AS_CONTROLLER = (
    Heading.PURPOSE, Heading.BASIS, Heading.DATA, Heading.RECIPIENTS, Heading.TRANSFERS, Heading.RETENTION,
    Heading.SECURITY,
)  # fmt: skip
AS_PROCESSOR = (Heading.BEHALF, Heading.PURPOSE, Heading.TRANSFERS, Heading.SECURITY)


class State(StrEnum):
    """Where a heading of a sheet stands: said, said not to exist, or still to be said."""

    SAID = "said"
    NONE = "none"
    TO_COMPLETE = "to-complete"


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Authority:
    """The authority the register belongs to."""

    name: str
    siren: _Siren


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Body:
    """The body whose record this is: its representative is named by the office, never by name."""

    name: str
    siren: _Siren | None = None
    kind: str
    representative: str


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Officer:
    """The data-protection officer, named as the law wants it; `since` is the day of the appointment."""

    name: str
    contact: str = ""
    since: date | None = None
    shared_by: str = ""


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Seal:
    """The last seal of the ledger on the day of the facts."""

    number: int
    root: _Digest


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class DataLine:
    """A category of people and a category of data, with how long it is kept.

    `special` is the article that guards such data.
    """

    people: str
    data: str
    special: str = ""
    retention: str | None = None
    disposition: str = ""


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Recipient:
    """Who receives the data, and why."""

    name: str
    kind: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Transfer:
    """A transfer outside the European Economic Area, and what makes it lawful."""

    country: str
    recipient: str = ""
    safeguard: str | None = None


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Right:
    """A right of the persons: whether it holds, by the basis or by a reason given."""

    name: str
    holds: bool
    reason: str = ""


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class DatasetLine:
    """A dataset that an activity works on."""

    id: str
    title: str
    organisation: str = ""


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Founding:
    """The text that founds an activity, cited and dated."""

    text: str
    on: date | None = None
    address: str | None = None


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Security:
    """The measures of an activity, those of the closed list and in words, and what proves them."""

    measures: tuple[str, ...] = ()
    note: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def said(self) -> bool:
        """Whether anything is."""
        return bool(self.measures or self.note)


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Activity:
    """One sheet of the record. `declared_none` are the headings said to have nothing.

    `reference` is the one people gave; where they gave none, `identifier` is the register's own, in the full edition.
    """

    id: str
    reference: str = ""
    identifier: str = ""
    name: str
    as_processor: bool = False
    role: str
    status: str
    service: str = ""
    joint_controllers: str = ""
    on_behalf_of: tuple[str, ...] = ()
    purpose: str = ""
    sub_purposes: tuple[str, ...] = ()
    started_on: date | None = None
    ended_on: date | None = None
    reviewed_on: date | None = None
    basis: str = ""
    basis_note: str = ""
    founding: Founding | None = None
    special: tuple[tuple[str, str], ...] = ()
    data: tuple[DataLine, ...] = ()
    people_count: int | None = None
    origins: tuple[str, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    processors: tuple[str, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    decisions: tuple[tuple[str, str], ...] = ()
    notice: str = ""
    notice_address: str | None = None
    rights: tuple[Right, ...] = ()
    rights_channel: str = ""
    datasets: tuple[DatasetLine, ...] = ()
    systems: tuple[str, ...] = ()
    assessment: str = ""
    declared_none: tuple[Heading, ...] = ()
    security: Security | None = None

    @property
    def cited(self) -> str:
        """What this sheet is called elsewhere in the document: its reference, or else its name."""
        return self.reference or self.name

    @property
    def title(self) -> str:
        """Its name, after its reference where it has one."""
        return f"{self.reference} – {self.name}" if self.reference else self.name

    def state(self, heading: Heading) -> State:
        """Where a heading of this sheet stands."""
        if self._says(heading):
            return State.SAID
        return State.NONE if heading in self.declared_none else State.TO_COMPLETE

    def _says(self, heading: Heading) -> bool:
        security = self.security
        return {
            Heading.PURPOSE: bool(self.purpose),
            Heading.BASIS: bool(self.basis),
            Heading.BEHALF: bool(self.on_behalf_of),
            Heading.DATA: bool(self.data),
            Heading.RECIPIENTS: bool(self.recipients),
            Heading.TRANSFERS: bool(self.transfers) and all(line.safeguard for line in self.transfers),
            Heading.RETENTION: bool(self.data) and all(line.retention for line in self.data),
            Heading.SECURITY: security is not None and security.said,
        }[heading]


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Volume:
    """The record of another body, issued with this one as a document of its own."""

    label: str
    activities: int
    pages: int
    sha256: _Digest


@dataclass(frozen=True)
class IndexLine:
    """A dataset and the sheets that concern it."""

    dataset: DatasetLine
    activities: tuple[Activity, ...]


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Record:
    """The whole content of a record of processing, as of a day; `author` is a role."""

    edition: Edition
    authority: Authority
    body: Body
    scope: str
    officer: Officer | None = None
    as_of: date
    known_on: date
    issued_on: date
    author: str
    demonstration: bool
    seal: Seal
    activities: tuple[Activity, ...]
    volumes: tuple[Volume, ...] = ()
    without_record: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _keeps_security_to_itself(self) -> "Record":
        if self.edition is Edition.COMMUNICABLE:
            told = [one.cited for one in self.activities if one.security or Heading.SECURITY in one.declared_none]
            if told:
                raise ValueError(f"the communicable edition tells the security of: {', '.join(told)}")
        return self

    @property
    def communicable(self) -> bool:
        """Whether this is the edition anybody may read."""
        return self.edition is Edition.COMMUNICABLE

    @property
    def as_controller(self) -> tuple[Activity, ...]:
        """The sheets of article 30 §1."""
        return tuple(one for one in self.activities if not one.as_processor)

    @property
    def as_processor(self) -> tuple[Activity, ...]:
        """The sheets of article 30 §2."""
        return tuple(one for one in self.activities if one.as_processor)

    def headings(self, activity: Activity) -> tuple[Heading, ...]:
        """What is asked of a sheet and may be shown in this edition."""
        asked = AS_PROCESSOR if activity.as_processor else AS_CONTROLLER
        return tuple(one for one in asked if not (self.communicable and one is Heading.SECURITY))

    def missing(self, activity: Activity) -> tuple[Heading, ...]:
        """What a sheet still has to say."""
        return tuple(one for one in self.headings(activity) if activity.state(one) is State.TO_COMPLETE)

    def counts(self, activities: Iterable[Activity]) -> dict[Heading, tuple[int, int, int]]:
        """For each heading, how many sheets say it, say that there is none, or still have to say it."""
        found = Counter((one, each.state(one)) for each in activities for one in self.headings(each))
        return {
            heading: (found[heading, State.SAID], found[heading, State.NONE], found[heading, State.TO_COMPLETE])
            for heading in Heading
            if any(found[heading, state] for state in State)
        }

    @property
    def complete(self) -> int:
        """How many sheets say all that is asked of them."""
        return sum(not self.missing(one) for one in self.activities)

    @property
    def index(self) -> tuple[IndexLine, ...]:
        """The datasets concerned, by title, each with its sheets."""
        found: dict[str, tuple[DatasetLine, list[Activity]]] = {}
        for one in self.activities:
            for line in one.datasets:
                found.setdefault(line.id, (line, []))[1].append(one)
        ordered = sorted(found.values(), key=lambda each: (each[0].title.casefold(), each[0].id))
        return tuple(IndexLine(line, tuple(sheets)) for line, sheets in ordered)
