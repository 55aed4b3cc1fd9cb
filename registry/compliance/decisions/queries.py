"""Every SELECT about what was decided of rules."""

from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.decisions.held import Decision
from registry.compliance.decisions.models import PolicyDecision
from registry.ledger.as_of import find_rows

REVISION = "policy_revision()"
"""What changes with each decision: the opening statement of a transaction asks for it."""
_REVISION = text("SELECT policy_revision()")


_COLUMNS = tuple(col(getattr(PolicyDecision, name)) for name in Decision.__dataclass_fields__)


def find_revision(session: Session) -> int:
    """The revision as it stands, where nothing that opened the transaction told it."""
    found: int = session.execute(_REVISION).scalar_one()
    return found


def find_decisions(session: Session, *, until: datetime | None = None) -> list[Decision]:
    """Everything that was decided, the oldest first; or what the ledger held of it before an instant."""
    every = [Decision(*row) for row in session.execute(select(*_COLUMNS).order_by(col(PolicyDecision.id)))]
    if until is None:
        return every
    known = {row.id for row in find_rows(session, PolicyDecision, until=until)}
    return [one for one in every if one.id in known]
