"""What stops a move: pure functions of what was found."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.compliance.catalogue import PRESENT
from registry.compliance.evaluation import Assessment
from registry.compliance.vocabulary import Force, Verdict
from registry.datasets.vocabulary import PersonalData, Stage
from registry.lifecycle.charts import Chart, Move
from registry.lifecycle.vocabulary import VisaKind

OF_A_VISA = frozenset({"dataset.legal_visa_on", "dataset.legal_visa_by_keeper"})
"""What a policy may wait for until the visas are given: it stops nobody from asking for them."""
_OF_THE_MOVE = OF_A_VISA | {"dataset.requested_stage", "dataset.published_online", "dataset.blocking_findings"}
"""What asking for a move and answering changes of itself: no part of what is endorsed."""
BASIS_TOLD = "dataset.lawful_basis_recorded"
"""The fact whose lack is the activities' to mend: they are named."""
_STOPPING = frozenset({Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE})
_NOT_PERSONAL = frozenset({PersonalData.NONE, PersonalData.ANONYMISED})


def facts_of_asking(to: Stage) -> dict[str, Any]:
    """What the policies are told of a dataset asked to move to a stage.

    Publication makes it public, whatever its sheet says of its access: the law is asked about that.
    """
    asked: dict[str, Any] = {"dataset.requested_stage": str(to), "dataset.requested_stage__present": True}
    return asked | ({"dataset.published_online": True} if to == Stage.PUBLISHED else {})


def digest_of(facts: Mapping[str, Any]) -> str:
    """The SHA-256 of what is known of a dataset, the move that is asked for left out."""
    endorsed = {
        name: value
        for name, value in facts.items()
        if name.startswith("dataset.") and name.removesuffix(PRESENT) not in _OF_THE_MOVE
    }
    said = json.dumps(endorsed, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True)
class Gate:
    """What lets a move through: the policies that stop it, the facts it cannot be judged without, what else lacks."""

    stopping: tuple[Assessment, ...] = ()
    unknown: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    without_basis: tuple[tuple[int, str], ...] = ()
    """The activities that lack the basis a policy asks for: number and name."""

    @property
    def passes(self) -> bool:
        """Whether nothing stops it."""
        return not (self.stopping or self.unknown or self.lacking)


def gate_of(
    move: Move,
    said: Iterable[Assessment],
    facts: Mapping[str, Any],
    *,
    visas_to_come: bool,
    lacking: tuple[str, ...] = (),
) -> Gate:
    """What stops a move of a dataset of which the policies said this.

    A policy named by the move stops it in breach or incomplete, however it binds; any obligation as grave as the move
    says, too, unless it waits for what the move spares alone. While visas are to come, what waits for one alone does
    not.
    """
    stopping = []
    for one in said:
        if one.verdict not in _STOPPING:
            continue
        named = one.policy.id in move.gates
        grave = move.stops is not None and one.policy.force is Force.OBLIGATION and one.policy.severity is move.stops
        spared = bool(one.missing) and set(move.spares).issuperset(one.missing)
        if (named or (grave and not spared)) and not (
            visas_to_come and one.missing and OF_A_VISA.issuperset(one.missing)
        ):
            stopping.append(one)
    unknown = tuple(name for name in move.known if name not in facts)
    return Gate(tuple(stopping), unknown, lacking)


def waits_since(asked_on: date, given_on: Iterable[date]) -> date:
    """Since when a visa that lacks is awaited: one that fell waits again since the last day it was given."""
    return max((asked_on, *given_on))


def visas_needed(chart: Chart, move: Move, personal_data: PersonalData | None) -> tuple[VisaKind, ...]:
    """The visas a move takes for a dataset; where it is not known whether it holds personal data, as if it did."""
    holds_some = may_hold_personal(personal_data)
    return tuple(kind for kind in move.visas if holds_some or not chart.visas[kind].personal_only)


def may_hold_personal(personal_data: PersonalData | None) -> bool:
    """Whether a dataset is treated as one of personal data: where it is not known, it is."""
    return personal_data not in _NOT_PERSONAL
