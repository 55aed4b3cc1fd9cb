"""The engine as the application assembles it: the policies, and who knows the facts of each kind of subject.

The rooms above hand over their facts; the engine knows a subject only as (kind, id).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.catalogue import Catalogue
from registry.compliance.decisions.following import follow
from registry.compliance.decisions.held import NOTHING_DECIDED, Decided
from registry.compliance.decisions.queries import find_decisions, find_revision
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
    law addresses a subject at all: one it does not bears no finding, whoever asks and whichever way. `parts` gives what
    of a subject is judged apart and is told with it.
    """

    kind: SubjectKind
    bind: Bind
    everything: Callable[[Session, frozenset[int] | None, datetime | None], Sequence[int]]
    names: Callable[[Session, Sequence[int]], Mapping[int, str]]
    concerns: Callable[[Any], bool]
    parts: Callable[[Session, int], Sequence[tuple[SubjectKind, int]]] | None = None


class Held:
    """What one process holds of the decisions of one registry, with the engine that follows them."""

    def __init__(self) -> None:
        self._known: tuple[Catalogue, int, Decided, Engine] | None = None

    def following(self, ours: "Engine", session: Session) -> "Engine":
        """Our engine with what was decided as of the revision this transaction knows; read again as that changes."""
        revision = session.info.get("revision")
        if revision is None:
            revision = session.info["revision"] = find_revision(session)
        if not revision:
            return ours
        known = self._known
        if known is not None and known[0] is ours.catalogue and known[1] == revision:
            return known[3]
        decisions = find_decisions(session)
        before = known[2] if known is not None and known[0] is ours.catalogue else NOTHING_DECIDED
        catalogue, decided = follow(ours.catalogue, decisions, before)
        # What was read may be of a later revision than the transaction opened with: it is called by its own.
        revision = session.info["revision"] = sum(one.version for one in decisions)
        followed = replace(ours, catalogue=catalogue)
        self._known = (ours.catalogue, revision, decided, followed)
        return followed


@dataclass(frozen=True)
class Engine:
    """The policies in force and the subjects they speak of, in the order of `SubjectKind`."""

    catalogue: Catalogue
    subjects: Mapping[SubjectKind, Subject]
    dependents: Mapping[str, tuple[Dependents, ...]]
    rooms: Mapping[str, str] = field(default_factory=dict)
    """The rooms that facts come from, open or to come, each with its French name."""
    held: Held = field(default_factory=Held, compare=False, repr=False)

    def whole_of(self, session: Session, kind: SubjectKind, number: int) -> list[tuple[SubjectKind, int]]:
        """A subject, and what of it is judged apart."""
        parts = self.subjects[kind].parts
        return [(kind, number), *(parts(session, number) if parts is not None else ())]

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
    """The engine the assembly gave to this session, with what was decided about rules since."""
    found = session.info["engine"]
    assert isinstance(found, Engine)  # noqa: S101 -- the assembly always gives one.
    return found.held.following(found, session)


def engine_at(session: Session, until: datetime | None) -> Engine:
    """The engine with what had been decided about rules before an instant: what is told of a day is told by it."""
    engine = engine_of(session)
    if until is None or not engine.catalogue.decided.by_policy:
        return engine
    known = find_decisions(session, until=until)
    if len(known) == sum(map(len, engine.catalogue.decided.by_policy.values())):
        return engine
    ours: Engine = session.info["engine"]
    return replace(ours, catalogue=follow(ours.catalogue, known, NOTHING_DECIDED)[0])
