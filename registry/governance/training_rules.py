"""Who answers for data, until when what they learnt holds, who left to nobody: pure functions of values."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date

from registry.kernel.dates import plus_days, plus_months
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


def last_leaving(
    mandates: Mapping[tuple[int, Hashable], Sequence[tuple[date, date | None]]],
) -> tuple[date | None, int]:
    """The last day in post of the first who leaves a dataset to nobody, and how many datasets are left so.

    Where nobody is: the last day in post of the last who left one to somebody; nothing where nobody ever left. Each
    mandate, by dataset and role, runs from its first day (included) to another (excluded, or none).
    """
    handed, left, without = [], [], set()
    for (dataset, _role), days in mandates.items():
        in_order = sorted(days, key=lambda one: one[0])
        handed += [until for _since, until in in_order[:-1] if until is not None]
        if (until := in_order[-1][1]) is not None:
            left.append(until)
            without.add(dataset)
    first = min(left) if left else max(handed, default=None)
    return plus_days(first, -1) if first is not None else None, len(without)
