"""Findings in words, one line each."""

from collections.abc import Mapping, Sequence

from registry.compliance.engine import Engine
from registry.compliance.explanation import turning_in_words, verdict_shape, verdict_word
from registry.compliance.panels import SHEETS, note_of
from registry.compliance.queries import Found
from registry.compliance.views import SubjectLine
from registry.web.visits import Visit


def subject_lines(visit: Visit, engine: Engine, found: Sequence[Found], bodies: Mapping[int, str]) -> list[SubjectLine]:
    """Findings as a list shows them; `bodies` are the names of the organisations, by number."""
    names = engine.names_of(visit.session, [(one.subject_kind, one.subject_id) for one in found])
    lines = []
    for one in found:
        policy = engine.catalogue.get(one.policy_id)
        lines.append(
            SubjectLine(
                names.get((one.subject_kind, one.subject_id), ""),
                SHEETS[one.subject_kind].format(id=one.subject_id),
                bodies.get(one.organisation_id, ""), policy.id, policy.name(),
                verdict_shape(policy.force, one.verdict), verdict_word(policy.force, one.verdict),
                one.period or None,
                turning_in_words(policy.force, one.verdict, one.turns_into, one.turns_on, visit.today),
                note_of(policy.force, one, visit.today),
            )
        )  # fmt: skip
    return lines
