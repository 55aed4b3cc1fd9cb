"""The one SELECT about deadlines: every day to come that some room knows of, and those missed that still wait."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Date, Integer, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from registry.dashboard.vocabulary import DeadlineKind
from registry.desk.rules import PATIENCE
from registry.desk.vocabulary import TaskKind

# A finding is told while it may still be kept: once it has turned it is a breach, and the desk and the figures tell it.
# Anything else is told until it is done, however late. Of a piece of evidence, the edition in force expires.
_ASKING = text(
    """
SELECT * FROM (
  SELECT 'finding' AS kind, f.subject_kind, f.subject_id, f.organisation_id, f.turns_on - 1 AS day,
         f.policy_id AS detail, '' AS title, NULL::bigint AS in_charge
    FROM finding f
   WHERE f.until IS NULL AND f.policy_id = ANY (:policies) AND f.turns_into = 'non-compliant' AND f.turns_on > :today
  UNION ALL
  SELECT 'request', 'request', r.id, r.organisation_id, r.due_on, r.regime, r.subject, r.in_charge_id
    FROM received_request r
   WHERE NOT r.annulled AND (r.answered_on IS NULL OR (r.regime = 'gdpr' AND r.outcome = 'transferred'))
  UNION ALL
  SELECT 'breach', 'breach', b.id, b.organisation_id, (b.due_at AT TIME ZONE :zone)::date, '', b.title, b.in_charge_id
    FROM breach b WHERE NOT b.annulled AND b.notified_at IS NULL AND b.risk IS DISTINCT FROM 'unlikely'
  UNION ALL
  SELECT 'review', 'assessment', a.id, v.organisation_id, v.review_on, '', a.title, NULL
    FROM assessment_revision v JOIN impact_assessment a ON a.id = v.assessment_id AND NOT a.annulled
   WHERE v.state = 'validated'
     AND NOT EXISTS (SELECT FROM assessment_revision l WHERE l.assessment_id = v.assessment_id AND l.number > v.number
                       AND l.state = 'validated')
  UNION ALL
  SELECT 'measure', 'measure', m.id, m.organisation_id, m.due_on, '', m.name, NULL
    FROM protective_measure m WHERE NOT m.annulled AND m.done_on IS NULL
  UNION ALL
  SELECT 'contract', 'contract', c.id, c.organisation_id, coalesce(c.renewed_until, c.ends_on), '', c.object, NULL
    FROM contract c
   WHERE NOT c.annulled AND coalesce(c.renewed_until, c.ends_on) >= :today
     AND (c.renewed_until IS NOT NULL OR c.tacit_renewal IS NOT TRUE)
  UNION ALL
  SELECT 'evidence', 'evidence', e.id, e.organisation_id, n.expires_on, '', e.title, NULL
    FROM evidence e JOIN evidence_edition n ON n.evidence_id = e.id AND n.number = e.editions
   WHERE NOT e.annulled AND n.expires_on >= :today
  UNION ALL
  SELECT 'deviation', 'deviation', d.id, d.organisation_id, d.expires_on, d.policy_id, '', NULL
    FROM accepted_deviation d WHERE d.state = 'approved' AND d.expires_on >= :today
  UNION ALL
  SELECT 'move', 'move', r.id, r.organisation_id, r.asked_on + CAST(:move_patience AS integer), '', s.title, NULL
    FROM stage_request r JOIN dataset s ON s.id = r.dataset_id AND NOT s.annulled WHERE r.state = 'waiting'
) AS due
 WHERE due.day <= :last AND (:kind IS NULL OR due.kind = :kind)
   AND (:mine IS NULL OR due.in_charge = :person
        OR CAST(:mine AS jsonb) -> due.kind @> to_jsonb(due.organisation_id))
 ORDER BY due.day, due.kind, due.subject_id, due.detail LIMIT :limit
"""
).bindparams(
    bindparam("policies", type_=ARRAY(Text)),
    *(bindparam(name, type_=Date()) for name in ("today", "last")),
    *(bindparam(name, type_=Text()) for name in ("zone", "kind", "mine")),
    *(bindparam(name, type_=Integer()) for name in ("limit", "move_patience")),
)
SHOWN, AHEAD = 300, 366
"""How many deadlines a page shows, and how far it looks. Units: deadlines; days."""


@dataclass(frozen=True)
class Deadline:
    """One day by which something is to be done: `detail` is the policy or the regime, `title` what the record says."""

    kind: DeadlineKind
    subject_kind: str
    subject_id: int
    organisation_id: int
    day: date
    detail: str
    title: str


def find_deadlines(
    session: Session,
    today: date,
    policies: frozenset[str],
    *,
    kind: DeadlineKind | None = None,
    mine: Mapping[DeadlineKind, frozenset[int]] | None = None,
    person_id: int | None = None,
    limit: int = SHOWN,
) -> list[Deadline]:
    """The deadlines of the coming year and those missed that still wait, the first first.

    `mine` gives, for each kind, the bodies on which the asker does what it asks: none narrows nothing.
    """
    rows = session.execute(
        _ASKING,
        {
            "today": today, "last": today + timedelta(days=AHEAD), "policies": sorted(policies),
            "zone": session.info["time_zone"], "kind": kind, "person": person_id, "limit": limit,
            "mine": None if mine is None else json.dumps({one: sorted(bodies) for one, bodies in mine.items()}),
            "move_patience": PATIENCE[TaskKind.MOVE],
        },
    )  # fmt: skip
    return [
        Deadline(
            DeadlineKind(row.kind), row.subject_kind, row.subject_id, row.organisation_id, row.day, row.detail,
            row.title,
        )
        for row in rows
    ]  # fmt: skip
