"""What the rules find of some records, as a document tells it: what is open, what the law asks first."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.engine import Reading, engine_at
from registry.compliance.evaluation import Assessment
from registry.compliance.service import judge
from registry.compliance.vocabulary import Force, SubjectKind, Verdict
from registry.kernel.issuing import Moment

OPEN = (Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE)


def find_told(session: Session, kind: SubjectKind, ids: Sequence[int], moment: Moment) -> dict[int, list[Assessment]]:
    """What the rules that bear on each of these records say of it at a moment."""
    reading = Reading(on=moment.as_of, until=moment.until, law_of=moment.law_of)
    engine = engine_at(session, moment.until)
    return {
        one.subject_id: [said for said in one.assessments if said.verdict is not Verdict.NOT_APPLICABLE]
        for one in judge(session, kind, ids, reading, engine)
    }


def open_of(said: Sequence[Assessment]) -> list[Assessment]:
    """Those that are not kept, or of which something lacks to say it: what the law asks first."""
    return sorted((one for one in said if one.verdict in OPEN), key=place_among_open)


def place_among_open(one: Assessment) -> tuple[int, int, str]:
    """Where an open finding stands among others."""
    return list(Force).index(one.policy.force), OPEN.index(one.verdict), one.policy.id


def is_breach(one: Assessment) -> bool:
    """Whether the law asks for it and it is not so: what merely waits for an answer is none."""
    return one.policy.force is Force.OBLIGATION and one.verdict is Verdict.NON_COMPLIANT


def count_by_force(said: Sequence[Assessment]) -> Iterator[dict[str, Any]]:
    """The rules by their force: those kept, then those open."""
    counts = Counter((one.policy.force, one.verdict in OPEN) for one in said)
    for force in Force:
        kept, still = counts[force, False], counts[force, True]
        if kept or still:
            yield {"label": force.label, "first": kept, "second": still}
