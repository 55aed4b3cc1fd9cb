"""What each night, or a command, writes for the directors' page."""

from datetime import date

from sqlalchemy import delete, insert, text
from sqlalchemy.orm import Session

from registry.compliance.engine import engine_of
from registry.dashboard.models import MonthlyFigure
from registry.dashboard.queries import count_history
from registry.dashboard.rules import days_of, measures_of


def count_months(session: Session) -> int:
    """Writes the figures of the twelve months anew, from the history of findings. Returns how many.

    All of them each time: a policy that comes to judge, or judges no more, changes what past months say.
    """
    # One at a time: a night and a command that count together would each write what the other has not read.
    session.execute(text("LOCK TABLE monthly_figure IN SHARE ROW EXCLUSIVE MODE"))
    today: date = session.info["today"]()
    found = count_history(session, measures_of(engine_of(session).catalogue, today), days_of(today), today)
    rows = [
        {
            "organisation_id": one.organisation_id, "day": one.day, "figure": one.figure, "confided": one.confided,
            "number": one.count.number, "total": one.count.total,
        }
        for one in found
    ]  # fmt: skip
    session.execute(delete(MonthlyFigure))
    if rows:
        session.execute(insert(MonthlyFigure), rows)
    return len(rows)
