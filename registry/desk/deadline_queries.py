"""The one SELECT about deadlines: every day to come that some room knows of, and those missed that still wait."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import Date, Integer, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from registry.contracts.followup.due import find_due
from registry.desk.vocabulary import DeadlineKind
from registry.kernel.delays import deadline
from registry.lifecycle.charts import load_chart

# A finding is told while it may still be kept: once it has turned it is a breach, and the desk and the figures tell it.
# Anything else is told until it is done, however late. Of a piece of evidence, the edition in force expires.
_ASKING = text(
    """
SELECT * FROM (
SELECT due.*, row_number() OVER (PARTITION BY due.day < :today ORDER BY due.day, due.kind, due.subject_id, due.detail)
       AS rank, count(*) OVER (PARTITION BY due.day < :today) AS of_all FROM (
  SELECT 'finding' AS kind, f.subject_kind, f.subject_id, f.organisation_id, f.turns_on - 1 AS day,
         f.policy_id AS detail, '' AS title, NULL::bigint AS in_charge, 'finding' AS whose
    FROM finding f
   WHERE f.until IS NULL AND f.policy_id = ANY (:policies) AND f.turns_into = 'non-compliant' AND f.turns_on > :today
  UNION ALL
  SELECT 'request', 'request', r.id, r.organisation_id, r.due_on, r.regime, r.subject, r.in_charge_id,
         'request'
    FROM received_request r
   WHERE NOT r.annulled AND (r.answered_on IS NULL OR (r.regime = 'gdpr' AND r.outcome = 'transferred'))
  UNION ALL
  SELECT 'breach', 'breach', b.id, b.organisation_id, (b.due_at AT TIME ZONE :zone)::date, '', b.title, b.in_charge_id,
         'breach'
    FROM breach b WHERE NOT b.annulled AND b.notified_at IS NULL AND b.risk IS DISTINCT FROM 'unlikely'
  UNION ALL
  SELECT 'review', 'assessment', a.id, v.organisation_id, v.review_on, '', a.title, NULL, 'review'
    FROM assessment_revision v JOIN impact_assessment a ON a.id = v.assessment_id AND NOT a.annulled
   WHERE v.state = 'validated'
     AND NOT EXISTS (SELECT FROM assessment_revision l WHERE l.assessment_id = v.assessment_id AND l.number > v.number
                       AND l.state = 'validated')
  UNION ALL
  SELECT 'measure', 'measure', m.id, m.organisation_id, m.due_on, '', m.name, NULL, 'measure'
    FROM protective_measure m WHERE NOT m.annulled AND m.done_on IS NULL
  UNION ALL
  SELECT 'contract', 'contract', c.id, c.organisation_id, coalesce(c.renewed_until, c.ends_on), '', c.object, NULL,
         'contract'
    FROM contract c
   WHERE NOT c.annulled AND coalesce(c.renewed_until, c.ends_on) >= :today
     AND (c.renewed_until IS NOT NULL OR c.tacit_renewal IS NOT TRUE)
  UNION ALL
  SELECT 'delivery', 'delivery', d.id, d.organisation_id, d.in_time_until, '', coalesce(d.label, s.title, c.object),
         NULL, 'delivery'
    FROM delivery d JOIN contract c ON c.id = d.contract_id AND NOT c.annulled
    LEFT JOIN dataset s ON s.id = d.dataset_id
   WHERE NOT d.annulled AND d.in_time_until IS NOT NULL AND (d.answer IS NULL OR d.answer = 'refused')
  UNION ALL
  SELECT 'milestone', 'milestone', m.id, m.organisation_id, m.day, m.what, m.object, NULL, 'milestone'
    FROM jsonb_to_recordset(CAST(:milestones AS jsonb))
      AS m (id bigint, organisation_id bigint, day date, what text, object text)
  UNION ALL
  SELECT 'evidence', 'evidence', e.id, e.organisation_id, n.expires_on, '', e.title, NULL, 'evidence'
    FROM evidence e JOIN evidence_edition n ON n.evidence_id = e.id AND n.number = e.editions
   WHERE NOT e.annulled AND n.expires_on >= :today
  UNION ALL
  SELECT 'deviation', 'deviation', d.id, d.organisation_id, d.expires_on, d.policy_id, '', NULL, 'deviation'
    FROM accepted_deviation d WHERE d.state = 'approved' AND d.expires_on >= :today
  UNION ALL
  SELECT 'move', 'move', r.id, r.organisation_id,
         coalesce(CAST(CAST(:visas AS jsonb) -> w.kind ->> CAST(w.since AS text) AS date), w.since), w.kind, s.title,
         NULL, 'move:' || w.kind
    FROM stage_request r JOIN dataset s ON s.id = r.dataset_id AND NOT s.annulled
    CROSS JOIN LATERAL awaited_visas(r.id) AS w WHERE r.state = 'waiting'
  UNION ALL
  SELECT 'hold', 'dataset', h.dataset_id, h.organisation_id, h.review_on, CAST(h.id AS text), s.title, NULL, 'hold'
    FROM retention_hold h JOIN dataset s ON s.id = h.dataset_id AND NOT s.annulled
   WHERE h.lifted_on IS NULL AND h.review_on IS NOT NULL
  UNION ALL
  SELECT 'action', 'action', g.id, g.organisation_id, g.due_on, '', g.title, NULL, 'action'
    FROM governance_action g WHERE NOT g.annulled AND g.state IN ('planned', 'under-way') AND g.due_on IS NOT NULL
  UNION ALL
  SELECT 'certification', 'campaign', c.id, CASE WHEN :mine IS NULL THEN c.organisation_id ELSE own.body END, c.due_on,
         '', c.question, NULL, 'certification'
    FROM certification_campaign c JOIN LATERAL (
      SELECT min(s.organisation_id) AS body FROM certification s
       WHERE s.campaign_id = c.id AND s.state = 'waiting'
         AND (:mine IS NULL OR CAST(:mine AS jsonb) -> 'certification' @> to_jsonb(s.organisation_id))) AS own
      ON own.body IS NOT NULL
   WHERE c.closed_on IS NULL AND NOT c.annulled
) AS due
 WHERE due.day <= :last AND (:kinds IS NULL OR due.kind = ANY (:kinds))
   AND (:among IS NULL OR due.subject_kind || ':' || due.subject_id = ANY (:among))
   AND (:mine IS NULL OR due.in_charge = :person
        OR CAST(:mine AS jsonb) -> due.whose @> to_jsonb(due.organisation_id))
) AS ranked WHERE rank <= :limit ORDER BY day, kind, subject_id, detail
"""
).bindparams(
    *(bindparam(name, type_=ARRAY(Text)) for name in ("policies", "among", "kinds")),
    *(bindparam(name, type_=Date()) for name in ("today", "last")),
    *(bindparam(name, type_=Text()) for name in ("zone", "mine", "visas", "milestones")),
    bindparam("limit", type_=Integer()),
)
SHOWN, AHEAD, WAITED = 300, 366, 366
"""How many deadlines a page shows, how far it looks, and how long a visa may have waited. Units: deadlines; days."""


@dataclass(frozen=True)
class Deadline:
    """One day by which something is to be done: `detail` is the policy or the regime, `title` what the record says.

    `of_all` is how many there are on its side of today: missed with it, or still to come.
    """

    kind: DeadlineKind
    subject_kind: str
    subject_id: int
    organisation_id: int
    day: date
    detail: str
    title: str
    of_all: int


def find_deadlines(
    session: Session,
    today: date,
    policies: frozenset[str],
    *,
    kinds: frozenset[DeadlineKind] | None = None,
    among: Sequence[str] | None = None,
    mine: Mapping[str, frozenset[int]] | None = None,
    person_id: int | None = None,
    ahead: int = AHEAD,
    limit: int = SHOWN,
) -> list[Deadline]:
    """The deadlines of the coming year and those missed that still wait, the first first.

    `mine` gives, for each kind (`move:` and its kind for a visa), the bodies on which the asker does what it asks:
    none narrows nothing. `kinds` and `among` keep those of some records alone, each its kind, a colon and its number.
    Of those missed and of those to come, the first `limit` of each. Units: `ahead` in days.
    """
    rows = session.execute(
        _ASKING,
        {
            "today": today, "last": today + timedelta(days=ahead), "policies": sorted(policies),
            "zone": session.info["time_zone"], "person": person_id, "limit": limit,
            "kinds": None if kinds is None else sorted(kinds),
            "among": None if among is None else list(among),
            "mine": None if mine is None else json.dumps({one: sorted(bodies) for one, bodies in mine.items()}),
            "visas": _visa_days(today), "milestones": _milestones(session, today, today + timedelta(days=ahead), kinds),
        },
    )  # fmt: skip
    return [
        Deadline(
            DeadlineKind(row.kind), row.subject_kind, row.subject_id, row.organisation_id, row.day, row.detail,
            row.title, row.of_all,
        )
        for row in rows
    ]  # fmt: skip


def _milestones(session: Session, today: date, last: date, kinds: frozenset[DeadlineKind] | None) -> str:
    """What falls due of contracts, as the statement reads it: computed by their corner, in one place."""
    if kinds is not None and DeadlineKind.MILESTONE not in kinds:
        return "[]"
    return json.dumps([
        {"id": one.contract_id, "organisation_id": one.organisation_id, "day": one.day.isoformat(), "what": one.what,
         "object": one.object}
        for one in find_due(session, today, last)
    ])  # fmt: skip


@lru_cache(maxsize=2)
def _visa_days(today: date) -> str:
    """For each visa, the last day of the time it may wait, by the day it was asked for: as the file of moves says.

    Counted here and not in SQL: working days are counted in one place. Written as the statement reads it.
    """
    since = [today - timedelta(days=back) for back in range(WAITED)]
    return json.dumps({
        kind: {day.isoformat(): deadline(day, terms.delay).isoformat() for day in since}
        for kind, terms in load_chart().visas.items()
    })  # fmt: skip
