"""Findings in words, one line each."""

from collections.abc import Mapping, Sequence
from datetime import date

from registry.compliance.engine import Engine
from registry.compliance.evaluation import waits_past
from registry.compliance.explanation import turning_in_words, verdict_shape, verdict_word, waiting_in_words
from registry.compliance.panels import RETIRED, SHEETS, forces_of, note_of
from registry.compliance.queries import Found
from registry.compliance.views import SubjectLine
from registry.kernel.words import _
from registry.web.visits import Visit


def subject_lines(visit: Visit, engine: Engine, found: Sequence[Found], bodies: Mapping[int, str]) -> list[SubjectLine]:
    """Findings as a list shows them; `bodies` are the names of the organisations, by number."""
    names = engine.names_of(visit.session, [(one.subject_kind, one.subject_id) for one in found])
    forces = forces_of(visit.session, engine, found)
    lines = []
    for one in found:
        policy, force = engine.catalogue.find(one.policy_id), forces[one.version_digest]
        lines.append(
            SubjectLine(
                names.get((one.subject_kind, one.subject_id), ""),
                SHEETS[one.subject_kind].format(id=one.subject_id),
                bodies.get(one.organisation_id, ""), one.policy_id,
                policy.name() if policy is not None else _(RETIRED),
                f"/conformite/{policy.id}" if policy is not None else "",
                verdict_shape(force, one.verdict), verdict_word(force, one.verdict),
                one.period or None,
                turning_in_words(force, one.verdict, one.turns_into, one.turns_on, visit.today)
                or waiting_in_words(_waits_past(engine, one), visit.today),
                note_of(force, one, visit.today),
                "" if policy is None else f"{policy.force.label} · {policy.severity.label}",
            )
        )  # fmt: skip
    return lines


def _waits_past(engine: Engine, found: Found) -> date | None:
    """The first day past the time of a finding that waits for what nobody knows, under the text it was made under."""
    text = engine.catalogue.find_text(found.policy_id, found.version_digest)
    return waits_past(found, engine.catalogue, text[1], found.facts) if text is not None else None
