"""The engine as the application assembles it: the policies, and who knows the facts of each kind of subject.

The rooms above hand over their facts; the engine knows a subject only as (kind, id).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.catalogue import Catalogue
from registry.compliance.vocabulary import SubjectKind

Bind = Callable[..., dict[int, tuple[Any, dict[str, Any]]]]
"""`bind(session, ids, on=…, until=…)`: for each id, its row (with `organisation_id` or its own id) and facts."""

Dependents = Callable[[Session, set[int]], tuple[SubjectKind, set[int]]]
"""Which subjects, of what kind, are judged again once these rows of a table changed."""


@dataclass(frozen=True)
class Subject:
    """How the engine reaches one kind of subject.

    `everything(session, organisation_ids, until)` gives all ids within these organisations: those of now, or
    those that stood at an instant, whatever was annulled or removed since. `concerns(row)` tells whether the
    law addresses a subject at all: one it does not bears no finding, whoever asks and whichever way.
    """

    kind: SubjectKind
    bind: Bind
    everything: Callable[[Session, frozenset[int] | None, datetime | None], Sequence[int]]
    names: Callable[[Session, Sequence[int]], Mapping[int, str]]
    concerns: Callable[[Any], bool]


@dataclass(frozen=True)
class Engine:
    """The policies in force and the subjects they speak of, in the order of `SubjectKind`."""

    catalogue: Catalogue
    subjects: Mapping[SubjectKind, Subject]
    dependents: Mapping[str, Dependents]
    rooms: Mapping[str, str] = field(default_factory=dict)
    """The rooms that facts come from, open or to come, each with its French name."""

    def names_of(
        self, session: Session, subjects: Iterable[tuple[SubjectKind, int]]
    ) -> dict[tuple[SubjectKind, int], str]:
        """What these subjects are called, those whose names the asker may read; one question for each kind."""
        numbers: dict[SubjectKind, set[int]] = {}
        for kind, number in subjects:
            numbers.setdefault(kind, set()).add(number)
        return {
            (kind, number): name
            for kind, ids in numbers.items()
            for number, name in self.subjects[kind].names(session, sorted(ids)).items()
        }


@dataclass(frozen=True)
class Reading:
    """Which facts, of which day, known when; and the law of which day.

    `until` is empty when the facts are those recorded now.
    """

    on: date
    until: datetime | None
    law_of: date


def engine_of(session: Session) -> Engine:
    """The engine the assembly gave to this session."""
    found = session.info["engine"]
    assert isinstance(found, Engine)  # noqa: S101 -- the assembly always gives one.
    return found
