"""What issued documents say of an organisation, under the names the policies use."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from registry.kernel.issuing import COMMUNICABLE_RECORD
from registry.ledger.as_of import find_rows
from registry.organisations.facts import may_be_absent
from registry.reporting.models import IssuedDocument
from registry.reporting.queries import STANDING, find_last_issued

BOUND = ("organisation.communicable_record_issued_on",)
_FIELD = "communicable_record_issued_on"


def bind_issued(
    session: Session, bound: Mapping[int, tuple[Any, dict[str, Any]]], *, on: date, until: datetime | None
) -> None:
    """Adds to the facts of organisations when each last issued the edition of its record that anyone may be given.

    The registry knows every document it issues: where there is none, that is known.
    """
    if until is None:
        latest = find_last_issued(session, COMMUNICABLE_RECORD, bound, on)
    else:
        latest = _last_issued_then(session, bound, on, until)
    for number, (_body, facts) in bound.items():
        may_be_absent(facts, f"organisation.{_FIELD}", latest.get(number), (_FIELD,), _FIELD)


def _last_issued_then(
    session: Session, organisation_ids: Collection[int], on: date, until: datetime
) -> dict[int, date]:
    """The same, as the ledger knew it at an instant."""
    zone = ZoneInfo(session.info["time_zone"])
    latest: dict[int, date] = {}
    for row in find_rows(session, IssuedDocument, until=until, column="organisation_id", among=organisation_ids):
        day = row.issued_at.astimezone(zone).date()
        if row.report_id == COMMUNICABLE_RECORD and row.state in STANDING and day <= on:
            latest[row.organisation_id] = max(day, latest.get(row.organisation_id, day))
    return latest
