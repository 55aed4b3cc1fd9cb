"""Every SELECT about figures: past months from what each night keeps, and the history it is made from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ARRAY, BigInteger, Boolean, Date, DateTime, Text, bindparam, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.listing.rules import Cell
from registry.compliance.vocabulary import Holding, Verdict
from registry.dashboard.models import MonthlyFigure
from registry.dashboard.rules import Count, Measure
from registry.dashboard.vocabulary import Figure
from registry.ledger.queries import end_of_day

_HISTORY = text(
    """
SELECT f.organisation_id, asked.day, w.figure,
       w.figure <> :matters AND f.subject_kind IN ('breach', 'request') AS confided,
       count(*) FILTER (WHERE CASE WHEN f.turns_on <= asked.day THEN f.turns_into ELSE f.verdict END = w.counted)
         AS number,
       count(*) FILTER (WHERE w.waiting OR CASE WHEN f.turns_on <= asked.day THEN f.turns_into ELSE f.verdict END
                                           <> 'to-complete') AS total
  FROM unnest(:days, :instants) AS asked (day, instant)
  CROSS JOIN unnest(:figures, :policies, :verdicts, :waiting) AS w (figure, policy, counted, waiting)
  JOIN finding f ON f.policy_id = w.policy
                AND CASE WHEN asked.instant IS NULL THEN f.until IS NULL
                         ELSE f.since < asked.instant AND (f.until IS NULL OR f.until >= asked.instant) END
                AND (:within IS NULL OR f.organisation_id = ANY (:within))
 WHERE CASE WHEN f.turns_on <= asked.day THEN f.turns_into ELSE f.verdict END <> 'not-applicable'
 GROUP BY 1, 2, 3, 4
"""
).bindparams(
    bindparam("days", type_=ARRAY(Date)),
    bindparam("instants", type_=ARRAY(DateTime(timezone=True))),
    bindparam("within", type_=ARRAY(BigInteger)),
    bindparam("waiting", type_=ARRAY(Boolean)),
    *(bindparam(name, type_=ARRAY(Text)) for name in ("figures", "policies", "verdicts")),
)
_DAY = text(
    """
SELECT policy_id, organisation_id, CASE WHEN turns_on <= :day THEN turns_into ELSE verdict END AS read,
       count(*) AS number
  FROM finding
 WHERE organisation_id = ANY (:within) AND subject_kind NOT IN ('breach', 'request')
   AND CASE WHEN :instant IS NULL THEN until IS NULL ELSE since < :instant AND (until IS NULL OR until >= :instant) END
 GROUP BY 1, 2, 3
"""
).bindparams(
    bindparam("day", type_=Date()),
    bindparam("instant", type_=DateTime(timezone=True)),
    bindparam("within", type_=ARRAY(BigInteger)),
)


@dataclass(frozen=True)
class Kept:
    """What a figure said of one body on one day."""

    organisation_id: int
    day: date
    figure: Figure
    confided: bool
    count: Count


def count_history(
    session: Session,
    measures: Mapping[Figure, Measure],
    days: Sequence[date],
    today: date,
    within: frozenset[int] | None = None,
) -> list[Kept]:
    """What each figure said of each body, or of those `within`, on each of these days: from the history of findings.

    Of today, what stands is read: what is written this very minute too.
    """
    zone = session.info["time_zone"]
    asked = [
        (str(figure), policy, str(measure.counted), measure.waiting)
        for figure, measure in measures.items()
        for policy in sorted(measure.policies)
    ]
    rows = session.execute(
        _HISTORY,
        {
            "days": list(days),
            "instants": [end_of_day(day, zone) if day < today else None for day in days],
            "figures": [one[0] for one in asked],
            "policies": [one[1] for one in asked],
            "verdicts": [one[2] for one in asked],
            "waiting": [one[3] for one in asked],
            "matters": str(Figure.MATTERS),
            "within": None if within is None else sorted(within),
        },
    )
    return [
        Kept(row.organisation_id, row.day, Figure(row.figure), row.confided, Count(row.number, row.total))
        for row in rows
    ]


def count_day(session: Session, within: frozenset[int], day: date, instant: datetime | None) -> list[Cell]:
    """How many findings of these bodies read alike on a day, short of those of breaches and requests.

    `instant` is the one up to which the history is read; None reads what stands.
    """
    asked = {"day": day, "instant": instant, "within": sorted(within)}
    return [
        Cell(row.policy_id, row.organisation_id, Verdict(row.read), Holding.NONE, int(row.number))
        for row in session.execute(_DAY, asked)
    ]


def find_trends(session: Session, organisation_ids: Iterable[int] | None) -> dict[Figure, dict[date, Count]]:
    """What each night kept of these bodies, or of all that the asker reads, by figure and day."""
    row = MonthlyFigure
    query = select(
        col(row.figure), col(row.day), func.sum(col(row.number)), func.sum(col(row.total))
    ).group_by(col(row.figure), col(row.day))  # fmt: skip
    if organisation_ids is not None:
        query = query.where(col(row.organisation_id).in_(sorted(organisation_ids)))
    found: dict[Figure, dict[date, Count]] = {figure: {} for figure in Figure}
    for figure, day, number, total in session.execute(query.order_by(col(row.day))):
        found[figure][day] = Count(int(number), int(total))
    return found
