"""What is known of a breach, under the names the policies use; no text somebody wrote is copied into a finding."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from registry.kernel.words import _
from registry.ledger.as_of import find_rows
from registry.organisations.facts import bind_presence, may_be_absent
from registry.processing.breaches.models import Breach
from registry.processing.breaches.queries import find_ids_to_judge

_WRITTEN = {
    "facts": "facts", "effects": "consequences", "measures": "measures", "delay_reasons": "delay_reasons",
    "risk_reasons": "risk_reasons",
}  # fmt: skip
"""Facts that only ask whether a text is there, and the column it stands in."""
_CLOSING = ("facts", "consequences", "measures", "informed_on", "exemption")
BOUND = tuple(
    f"breach.{name}"
    for name in ("risk", "known_on", "notification_due", "notified_on", "notified_late", "informed_on", "exemption",
                 *_WRITTEN)
)  # fmt: skip


def bind_breaches(
    session: Session,
    ids: Sequence[int],
    *,
    on: date,  # noqa: ARG001 - a breach is judged by its own moments.
    until: datetime | None,
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The row and the facts of each of these breaches."""
    zone = ZoneInfo(session.info["time_zone"])
    rows = find_rows(session, Breach, until=until, column="id", among=ids)
    return {row.id: (row, facts_of_breach(row, zone)) for row in rows}


def facts_of_breach(breach: Any, zone: ZoneInfo) -> dict[str, Any]:
    """The facts of one breach: policies judge by the day, in the authority's time zone."""
    facts: dict[str, Any] = {
        "breach.known_on": breach.known_at.astimezone(zone).date(),
        "breach.notification_due": breach.due_at.astimezone(zone).date(),
        "breach.notified_late": breach.notified_at is not None and breach.notified_at > breach.due_at,
    }
    if breach.risk is not None:
        facts["breach.risk"] = str(breach.risk)
    told = breach.notified_at.astimezone(zone).date() if breach.notified_at is not None else None
    may_be_absent(facts, "breach.notified_on", told, (), "notified_at")
    # Until a breach is closed, what is empty is still to be written; then it is known not to be there.
    absent = _CLOSING if breach.closed_on is not None else ()
    may_be_absent(facts, "breach.informed_on", breach.informed_on, absent, "informed_on")
    bind_presence(facts, "breach.exemption", breach.exemption, absent, "exemption")
    for name, column in _WRITTEN.items():
        bind_presence(facts, f"breach.{name}", getattr(breach, column), absent, column)
    return facts


def every_breach(
    session: Session, organisation_ids: frozenset[int] | None, until: datetime | None = None
) -> Sequence[int]:
    """The breaches that policies speak of, now or as they stood at an instant."""
    if until is None:
        return find_ids_to_judge(session, organisation_ids)
    return sorted(
        row.id
        for row in find_rows(session, Breach, until=until)
        if is_breach_judged(row) and (organisation_ids is None or row.organisation_id in organisation_ids)
    )


def is_breach_judged(row: Any) -> bool:
    """Whether policies speak of it: not once it is annulled."""
    return not row.annulled


def names_of_breaches(session: Session, ids: Sequence[int]) -> Mapping[int, str]:  # noqa: ARG001
    """Numbers, never titles: who reads findings may not read these matters."""
    return {number: _("Violation n° {number}").format(number=number) for number in ids}
