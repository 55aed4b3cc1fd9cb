"""What the room that gathers a document and the room that issues it say to each other: plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

COMMUNICABLE_RECORD = "record-of-processing-communicable"
"""The edition of a record of processing that anyone may be given: policies ask when it was last issued."""


@dataclass(frozen=True)
class Subject:
    """What a document speaks of: a kind of record (`organisation`, `dataset` …) and its number."""

    kind: str
    number: int

    @classmethod
    def read(cls, said: str) -> Self:
        """The subject that `organisation:12` names.

        Raises: ValueError.
        """
        kind, _separator, number = said.partition(":")
        return cls(kind, int(number))

    def __str__(self) -> str:
        return f"{self.kind}:{self.number}"


@dataclass(frozen=True)
class Moment:
    """The day of a document: facts true on `as_of`, as recorded by the end of `known_on`, under the law of `law_of`.

    `until` is the instant up to which the ledger is read; None where the tables themselves say what is true.
    """

    as_of: date
    known_on: date
    law_of: date
    until: datetime | None


@dataclass(frozen=True)
class Gathered:
    """The content of a document, short of its seal and of who issues it.

    `kind` says what part of the register it looks at and `number` which, `label` names it, `organisation_id` keeps the
    document. `values` are those of the report's own content; they name the `authority`. `volumes` are documents of the
    same report that are issued with this one, each whole by itself: `values["volumes"]` has a line for each, in order.
    """

    kind: str
    number: int
    label: str
    organisation_id: int
    values: Mapping[str, Any]
    volumes: Sequence["Gathered"] = ()
