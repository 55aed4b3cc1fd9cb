"""Who answers for data, and until when what they learnt holds: pure functions of values."""

from datetime import date

from registry.kernel.dates import plus_months
from registry.organisations.vocabulary import AppointmentRole

ANSWERING = (AppointmentRole.OWNER, AppointmentRole.STEWARD, AppointmentRole.LEGAL_REVIEWER)
"""The offices whose holders answer for data; whoever directs does too, by their account."""


def holds_until(last_on: date | None, months: int) -> date | None:
    """The last day on which what was learnt holds, that day included."""
    return plus_months(last_on, months) if last_on is not None else None


def is_trained(last_on: date | None, months: int, today: date) -> bool:
    """Whether what somebody learnt still holds."""
    until = holds_until(last_on, months)
    return until is not None and today <= until
