"""What is known of a processing activity on a day, under the names the policies use."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.explanation import VALUE_WORDS
from registry.ledger.as_of import find_rows
from registry.organisations.facts import bind_presence, may_be_absent
from registry.processing.models import ProcessingActivity
from registry.processing.vocabulary import ActivityStatus, AutomatedDecision, LawfulBasis, ProcessingRole

VALUE_WORDS.update(
    {
        "activity.status": lambda code: ActivityStatus(code).label,
        "activity.role": lambda code: ProcessingRole(code).label,
        "activity.lawful_basis": lambda code: LawfulBasis(code).label,
        "activity.automated_decision": lambda code: AutomatedDecision(code).label,
    }
)
_CODES = ("status", "role", "lawful_basis", "automated_decision")
_TRUTHS = ("public_mission", "algorithm_explained", "human_review")
_PRESENT = ("purpose", "basis_note", "founding_text", "consent_proof", "consent_withdrawal", "algorithm_notice")
BOUND = tuple(
    f"activity.{name}"
    for name in (*_CODES, *_TRUTHS, *_PRESENT, "information_notice", "notice_reviewed_on", "reviewed_on",
                 "access_control", "traceability", "backup")
)  # fmt: skip


def bind_activities(
    session: Session,
    ids: Sequence[int],
    *,
    on: date,  # noqa: ARG001 - what begins or ends on a day is told by the status of the activity.
    until: datetime | None,
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The row and the facts of each of these activities."""
    rows = find_rows(session, ProcessingActivity, until=until, column="id", among=ids)
    return {row.id: (row, facts_of_activity(row)) for row in rows}


def facts_of_activity(activity: Any) -> dict[str, Any]:
    """The facts of one activity, from its row."""
    absent = activity.declared_absent
    facts: dict[str, Any] = {
        f"activity.{name}": str(getattr(activity, name)) for name in _CODES if getattr(activity, name) is not None
    }
    for name in _TRUTHS:
        if getattr(activity, name) is not None:
            facts[f"activity.{name}"] = getattr(activity, name)
    for name in _PRESENT:
        bind_presence(facts, f"activity.{name}", getattr(activity, name), absent, name)
    notice = activity.notice_text or activity.notice_url
    bind_presence(facts, "activity.information_notice", notice, absent, "notice_text")
    for name in ("notice_reviewed_on", "reviewed_on"):
        may_be_absent(facts, f"activity.{name}", getattr(activity, name), absent, name)
    if activity.security_measures:
        # Who ticked the measures saw the boxes: what is not ticked there is not taken.
        for name in ("access-control", "traceability", "backup"):
            facts[f"activity.{name.replace('-', '_')}"] = name in activity.security_measures
    return facts
