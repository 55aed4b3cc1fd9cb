"""The statement of a desk: every task of somebody, with what they decided about each."""

from sqlalchemy import ARRAY, BigInteger, Date, Integer, Text, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from registry.lifecycle.queries import AWAITED

_KEPT_BY_ASKER = """
(EXISTS (SELECT FROM appointment a
          WHERE a.person_id = :person AND a.subject_kind = 'dataset' AND a.subject_id = s.dataset_id
            AND a.role IN ('owner', 'steward') AND NOT a.annulled AND a.during @> CAST(:today AS date))
 OR NOT EXISTS (SELECT FROM appointment a JOIN account o ON o.person_id = a.person_id AND o.state = 'active'
                 WHERE a.subject_kind = 'dataset' AND a.subject_id = s.dataset_id
                   AND a.role IN ('owner', 'steward') AND NOT a.annulled AND a.during @> CAST(:today AS date)))
"""
"""Whether a certification `s` is for the asker to answer: who keeps the sheet, else whoever may record it."""

# What is said of a body by the findings of its datasets (its staff, its population) is one task of that body. What
# waits for a fact is one task a fact, whatever it settles; a breach is one task a policy. Whoever may appoint is told
# of vacancies, so the policies that only ask for an appointment on a dataset make no task of their own. Who answers
# for the law without keeping the sheet is told of what a policy they owe waits for in the fields of law. The activity
# that lacks an impact assessment has a task of that kind, and no other for the same policy. What is kept beyond its
# time is told to who may prepare a slip, until it stands on one that waits for its visa; who asked is proposed for
# erasure once no request needs their name. A refusal is owed point by point, then the move once more. Who answers for
# data is told of training once a course exists. What a body owes whatever it recorded is told to who may begin its
# sheet too. A campaign asks whoever keeps a sheet; where nobody in post signs in, whoever may record it; what is
# answered to be wrong is theirs to mend, one task a sheet: once the sheet has changed they say in that campaign if it
# is right now, and it ends when that one or a later one certifies it; of a closed one, when it changes. The tasks
# that ask for one act, on as many sheets, are told as one line once there are enough of them: it stands where the
# gravest of them would. Narrowed to kinds about sheets, a question is told where it is put to who keeps the sheet:
# what is asked of a jurist or of the DPO is theirs alone.
_TASKS = f"""
WITH waiting AS MATERIALIZED (
  SELECT request_id, min(since) AS since, bool_or(late) AS late, bool_or(by_role AND handed IS NULL) AS mine,
         bool_or(stand_in IS NOT NULL) AS standing_in, bool_or(handed IS NOT NULL) AS handed,
         bool_or(told AND late) AS told, (array_agg(kind ORDER BY since, kind))[1] AS kind
    FROM ({AWAITED}) AS awaited GROUP BY request_id
), body AS MATERIALIZED (
  SELECT own.id, (SELECT above.id FROM organisation above
                   WHERE above.id = ANY (own.lineage) AND above.kind NOT IN ('department', 'service')
                   ORDER BY cardinality(above.lineage) DESC LIMIT 1) AS legal_id
    FROM organisation own
), said AS (
  SELECT f.policy_id, f.subject_kind, f.subject_id, f.organisation_id, body.legal_id,
         CASE WHEN f.turns_on <= :today THEN greatest(f.turns_on, (f.since AT TIME ZONE :zone)::date)
              ELSE (f.since AT TIME ZONE :zone)::date END AS since,
         CASE WHEN f.turns_on <= :today THEN f.turns_on - 1 END AS due,
         CASE WHEN f.turns_on <= :today THEN f.turns_into ELSE f.verdict END AS verdict,
         CASE WHEN f.turns_on <= :today THEN NULL ELSE f.missing[1] END AS fact,
         f.policy_id = ANY (:obligations) AS binding, d.expires_on AS assumed
    FROM finding f JOIN body ON body.id = f.organisation_id
    LEFT JOIN accepted_deviation d
      ON d.subject_id = f.subject_id AND d.subject_kind = f.subject_kind AND d.policy_id = f.policy_id
     AND d.period = f.period AND d.state = 'approved' AND d.expires_on >= :today
   WHERE f.until IS NULL AND f.policy_id = ANY (:policies)
), act AS (
  SELECT CASE WHEN fact LIKE 'organisation.%' THEN 'organisation' ELSE subject_kind END AS subject_kind,
         CASE WHEN fact LIKE 'organisation.%' THEN legal_id ELSE subject_id END AS subject_id,
         CASE WHEN fact LIKE 'organisation.%' THEN legal_id ELSE organisation_id END AS organisation_id,
         coalesce(fact, policy_id) AS detail, policy_id, binding, verdict, since, due,
         CASE WHEN verdict = 'non-compliant' THEN assumed END AS assumed
    FROM said WHERE verdict IN ('non-compliant', 'to-complete')
     AND NOT (policy_id = :slip_policy AND verdict = 'non-compliant'
              AND EXISTS (SELECT FROM disposal_article a WHERE a.dataset_id = said.subject_id AND a.live))
), expected AS (
  SELECT 'dataset' AS subject_kind, d.id AS subject_id, d.organisation_id, r.role
    FROM dataset d CROSS JOIN (VALUES ('owner'), ('steward')) AS r (role)
   WHERE NOT d.annulled AND d.organisation_id = ANY (:appointing)
  UNION ALL
  SELECT 'organisation', o.id, o.id, r.role
    FROM organisation o CROSS JOIN (VALUES ('steward'), ('dpo')) AS r (role)
   WHERE NOT o.annulled AND o.kind IN ('intercommunal-authority', 'commune') AND o.id = ANY (:appointing)
), held AS (
  SELECT e.subject_kind, e.subject_id, e.organisation_id, e.role,
         coalesce(bool_or(a.during @> CAST(:today AS date)), false) AS now,
         coalesce(bool_or(a.during @> CAST(:soon AS date)), false) AS then,
         max(upper(a.during)) FILTER (WHERE upper(a.during) <= :today) AS ended,
         max(upper(a.during)) FILTER (WHERE a.during @> CAST(:today AS date)) AS ends
    FROM expected e LEFT JOIN appointment a
      ON a.subject_kind = e.subject_kind AND a.subject_id = e.subject_id AND a.role = e.role AND NOT a.annulled
   GROUP BY e.subject_kind, e.subject_id, e.organisation_id, e.role
), task AS (
  SELECT 'finding' AS kind, concat_ws(':', 'finding', subject_kind, subject_id, detail) AS key, organisation_id,
         subject_kind, subject_id, detail, array_agg(policy_id ORDER BY NOT binding, policy_id) AS policies,
         min(CASE WHEN assumed IS NOT NULL THEN 7 WHEN NOT binding THEN 5 WHEN verdict = 'non-compliant' THEN 1
                  ELSE 4 END) AS rank,
         min(since) AS since, min(due) FILTER (WHERE assumed IS NULL) AS due, count(*) AS number, false AS waiting,
         bool_or(verdict = 'non-compliant' AND policy_id = ANY (:dated) AND assumed IS NULL) AS passed,
         CASE WHEN NOT bool_or(binding AND assumed IS NULL) THEN NULL
              WHEN bool_or(binding AND verdict = 'non-compliant' AND assumed IS NULL)
              THEN CAST(:breach_patience AS integer)
              ELSE :gap_patience END AS patience,
         CASE WHEN bool_and(assumed IS NOT NULL) THEN min(assumed) END AS assumed
    FROM act
   WHERE (subject_kind IN ('dataset', 'system') AND organisation_id = ANY (:recording) AND detail <> :slip_policy)
      OR (subject_kind = 'dataset' AND organisation_id = ANY (:disposing) AND detail = :slip_policy)
      OR (subject_kind = 'organisation' AND organisation_id = ANY (:amending))
      OR (subject_kind = 'organisation' AND organisation_id = ANY (:recording) AND detail = ANY (:of_sheets))
      OR (subject_kind = 'dataset' AND organisation_id = ANY (:law) AND detail = ANY (:of_law))
      OR (subject_kind = 'activity' AND organisation_id = ANY (:processing) AND detail <> :dpia_policy)
   GROUP BY subject_kind, subject_id, organisation_id, detail
  HAVING subject_kind NOT IN ('dataset', 'activity') OR detail = :slip_policy
      OR organisation_id = ANY (:recording) OR bool_or(policy_id = ANY (:owed_by_law))
  UNION ALL
  SELECT 'vacancy', concat_ws(':', 'vacancy', subject_kind, subject_id), organisation_id, subject_kind, subject_id,
         string_agg(role, ',' ORDER BY role), ARRAY[]::text[], 2, min(ended), min(ends), count(*), false, false,
         CAST(:vacancy_patience AS integer), CAST(NULL AS date)
    FROM held WHERE NOT now OR NOT held.then GROUP BY subject_kind, subject_id, organisation_id
  UNION ALL
  SELECT 'import', concat_ws(':', 'import', b.id), b.organisation_id, 'import', b.id, b.source_name, ARRAY[]::text[], 3,
         (b.created_at AT TIME ZONE :zone)::date, NULL, 1, false, false, CAST(:import_patience AS integer), NULL
    FROM import_batch b WHERE b.state IN ('previewed', 'asking') AND b.organisation_id = ANY (:importing)
  UNION ALL
  SELECT 'draft', concat_ws(':', 'draft', w.id), coalesce(d.organisation_id, a.organisation_id),
         CASE WHEN w.dataset_id IS NULL THEN 'draft' ELSE 'dataset' END, coalesce(w.dataset_id, w.id), w.title,
         ARRAY[]::text[], 6, (w.saved_at AT TIME ZONE :zone)::date, NULL, 1, false, false,
         CAST(:draft_patience AS integer), NULL
    FROM sheet_draft w JOIN account a ON a.id = w.account_id LEFT JOIN dataset d ON d.id = w.dataset_id
   WHERE w.account_id = :account AND (w.dataset_id IS NULL OR NOT d.annulled)
  UNION ALL
  SELECT 'breach', concat_ws(':', 'breach', b.id), b.organisation_id, 'breach', b.id, coalesce(b.risk, ''),
         ARRAY[]::text[], 0, (b.known_at AT TIME ZONE :zone)::date, (b.due_at AT TIME ZONE :zone)::date, 1, false,
         b.due_at < now(), NULL, NULL
    FROM breach b
   WHERE NOT b.annulled AND b.notified_at IS NULL AND b.risk IS DISTINCT FROM 'unlikely'
     AND (b.organisation_id = ANY (:breaches) OR b.in_charge_id = :person)
  UNION ALL
  SELECT 'request', concat_ws(':', 'request', r.id), r.organisation_id, 'request', r.id, r.regime, ARRAY[]::text[], 0,
         r.received_on, r.due_on, 1, false, r.due_on < :today, NULL, NULL
    FROM received_request r
   WHERE NOT r.annulled
     AND (r.answered_on IS NULL OR (r.regime = 'gdpr' AND r.outcome = 'transferred'))
     AND (r.organisation_id = ANY (:requests) OR r.in_charge_id = :person)
  UNION ALL
  SELECT 'dpia', concat_ws(':', 'dpia', said.subject_id), said.organisation_id, said.subject_kind, said.subject_id,
         said.policy_id, ARRAY[said.policy_id], 1, said.since, NULL, 1, false, false,
         CAST(:breach_patience AS integer), NULL
    FROM said
   WHERE said.policy_id = :dpia_policy AND said.subject_kind = 'activity' AND said.verdict = 'non-compliant'
     AND said.organisation_id = ANY (:assessing)
  UNION ALL
  SELECT 'assessment', concat_ws(':', 'assessment', v.assessment_id), v.organisation_id, 'assessment', v.assessment_id,
         coalesce(v.dpo_opinion, ''), ARRAY[]::text[], 1, v.submitted_on, NULL, 1, false, false,
         CAST(:assessment_patience AS integer), NULL
    FROM assessment_revision v JOIN impact_assessment a ON a.id = v.assessment_id AND NOT a.annulled
   WHERE v.state = 'submitted' AND v.organisation_id = ANY (:validating) AND NOT :account = ANY (v.authors)
  UNION ALL
  SELECT 'erasure', concat_ws(':', 'erasure', r.requester_id), r.organisation_id, 'request', max(r.id),
         CAST(r.requester_id AS text), ARRAY[]::text[], 3,
         CAST(max(coalesce(r.answered_on, r.received_on)) + make_interval(months => :kept_months) AS date),
         NULL, count(*), false, false, CAST(:erasure_patience AS integer), NULL
    FROM received_request r JOIN person p ON p.id = r.requester_id AND p.confided
   WHERE r.organisation_id = ANY (:erasing) AND EXISTS (SELECT FROM person_identity i WHERE i.person_id = p.id)
   GROUP BY r.requester_id, r.organisation_id
  HAVING bool_and(r.annulled OR (r.answered_on IS NOT NULL AND (r.regime <> 'gdpr' OR r.outcome <> 'transferred')))
     AND max(coalesce(r.answered_on, r.received_on)) + make_interval(months => :kept_months) < :today
  UNION ALL
  SELECT 'erasure', concat_ws(':', 'erasure', p.id), p.organisation_id, 'organisation', p.organisation_id,
         CAST(p.id AS text), ARRAY[]::text[], 3, CAST(:today AS date), NULL, 1, false, false, NULL, NULL
    FROM person p WHERE p.confided AND p.organisation_id = ANY (:erasing) AND p.organisation_id = ANY (:requests)
     AND EXISTS (SELECT FROM person_identity i WHERE i.person_id = p.id)
     AND NOT EXISTS (SELECT FROM received_request r WHERE r.requester_id = p.id)
  UNION ALL
  SELECT 'deviation', concat_ws(':', 'deviation', d.id), d.organisation_id, d.subject_kind, d.subject_id,
         CASE WHEN d.state = 'asked' THEN 'asked' WHEN d.state = 'refused' THEN 'refused'
              WHEN d.expires_on <= :warned THEN 'ending' ELSE 'approved' END || ':' || d.id, ARRAY[d.policy_id],
         CASE WHEN d.state = 'refused' THEN 0 ELSE 1 END, coalesce(d.decided_on, d.asked_on),
         CASE WHEN d.state = 'approved' AND d.expires_on <= :warned THEN d.expires_on END, 1,
         d.state = 'asked' AND d.asked_by = :account, false,
         CASE WHEN d.state = 'asked' THEN CAST(:deviation_patience AS integer) END, NULL
    FROM accepted_deviation d
   WHERE (d.state = 'asked' AND (d.asked_by = :account OR d.organisation_id = ANY (:deciding)))
      OR (d.asked_by = :account AND d.state IN ('approved', 'refused') AND d.decided_on > :told)
      OR (d.asked_by = :account AND d.state = 'approved' AND d.expires_on BETWEEN :today AND :warned)
  UNION ALL
  SELECT 'action', concat_ws(':', 'action', g.id), g.organisation_id, 'organisation', g.organisation_id, g.title,
         ARRAY[]::text[], 3, NULL, g.due_on, 1, false, false, NULL, NULL
    FROM governance_action g
   WHERE NOT g.annulled AND g.state IN ('planned', 'under-way') AND g.due_on <= :soon
     AND EXISTS (SELECT FROM appointment a
                  WHERE a.person_id = :person AND a.subject_kind = 'organisation' AND a.subject_id = g.organisation_id
                    AND a.role = g.owner_role AND NOT a.annulled AND a.during @> CAST(:today AS date))
  UNION ALL
  SELECT 'certification', concat_ws(':', 'certification', c.id), min(s.organisation_id), 'organisation',
         min(s.organisation_id), c.question, ARRAY[]::text[], 3, c.opened_on, c.due_on, count(*), false, false,
         NULL, NULL
    FROM certification_campaign c JOIN certification s ON s.campaign_id = c.id AND s.state = 'waiting'
    JOIN dataset d ON d.id = s.dataset_id AND NOT d.annulled AND d.stage <> 'disposed'
   WHERE c.closed_on IS NULL AND NOT c.annulled AND s.organisation_id = ANY (:recording)
     AND {_KEPT_BY_ASKER}
   GROUP BY c.id
  UNION ALL
  SELECT 'correction', concat_ws(':', 'correction', s.dataset_id), min(s.organisation_id), 'dataset', s.dataset_id,
         concat_ws(':', CASE WHEN bool_and(s.dataset_version <> d.version) THEN 'changed'
                             WHEN bool_or(c.closed_on IS NULL) THEN 'open' ELSE 'closed' END,
                   max(s.campaign_id), string_agg(s.note, ' ; ' ORDER BY s.id)),
         ARRAY[]::text[], 2, min(s.answered_on), NULL, 1, false, false,
         CAST(:correction_patience AS integer), NULL
    FROM certification s JOIN certification_campaign c ON c.id = s.campaign_id AND NOT c.annulled
    JOIN dataset d ON d.id = s.dataset_id AND NOT d.annulled AND d.stage <> 'disposed'
   WHERE s.state = 'wrong' AND (s.dataset_version = d.version OR c.closed_on IS NULL)
     AND s.organisation_id = ANY (:recording)
     AND NOT EXISTS (SELECT FROM certification l
                       JOIN certification_campaign n ON n.id = l.campaign_id AND NOT n.annulled
                      WHERE l.dataset_id = s.dataset_id AND l.state = 'certified'
                        AND l.dataset_version >= s.dataset_version
                        AND (l.answered_on, l.campaign_id) > (s.answered_on, s.campaign_id))
     AND {_KEPT_BY_ASKER}
   GROUP BY s.dataset_id
  UNION ALL
  SELECT 'training', concat_ws(':', 'training', p.id), p.organisation_id, 'organisation', p.organisation_id,
         coalesce(CAST(had.next_on AS text), ''), ARRAY[]::text[], 5, NULL,
         CAST(had.last_on + make_interval(months => :training_months) AS date), 1, had.next_on IS NOT NULL, false,
         NULL, NULL
    FROM person p CROSS JOIN LATERAL (
      SELECT max(t.held_on) FILTER (WHERE t.state = 'attended' AND t.held_on <= :today) AS last_on,
             min(t.held_on) FILTER (WHERE t.state = 'enrolled' AND t.held_on >= :today) AS next_on
        FROM training_attendance t WHERE t.person_id = p.id AND NOT t.annulled) AS had
   WHERE p.id = :person AND (had.last_on IS NULL OR had.last_on + make_interval(months => :training_months) < :soon)
     AND EXISTS (SELECT FROM training_course c WHERE NOT c.annulled)
     AND (EXISTS (SELECT FROM role_grant g WHERE g.account_id = :account AND NOT g.ended AND g.role = 'director')
          OR EXISTS (SELECT FROM appointment a WHERE a.person_id = p.id AND a.role = ANY (:answering)
                        AND NOT a.annulled AND a.during @> CAST(:today AS date)))
  UNION ALL
  SELECT 'move', concat_ws(':', 'move', r.id), r.organisation_id, 'dataset', r.dataset_id,
         concat_ws(':', stands.code, r.id, r.move, w.kind, w.since), ARRAY[]::text[],
         CASE WHEN stands.code IN ('refused', 'again') THEN 0 ELSE 2 END, coalesce(r.ended_on, w.since, r.asked_on),
         NULL, 1, stands.code IN ('asked', 'handed'), coalesce(w.late, false),
         CASE WHEN stands.code IN ('refused', 'again') THEN CAST(:move_patience AS integer) END, NULL
    FROM stage_request r JOIN dataset d ON d.id = r.dataset_id
    LEFT JOIN waiting w ON w.request_id = r.id
    CROSS JOIN LATERAL (SELECT CASE
      WHEN r.state = 'refused' THEN CASE
        WHEN EXISTS (SELECT FROM refusal_point p WHERE p.request_id = r.id) THEN 'again' ELSE 'refused' END
      WHEN r.asked_by = :account THEN 'asked' WHEN w.mine THEN 'give'
      WHEN w.standing_in THEN 'stand-in' WHEN w.handed THEN 'handed' WHEN w.told THEN 'late' END) AS stands (code)
   WHERE NOT d.annulled AND stands.code IS NOT NULL
     AND (r.state = 'waiting'
          OR (r.state = 'refused' AND (r.asked_by = :account OR keeps_dataset(:account, r.dataset_id, :today))
              AND NOT EXISTS (SELECT FROM refusal_point p WHERE p.request_id = r.id AND p.state = 'open')
              AND NOT EXISTS (SELECT FROM stage_request l WHERE l.dataset_id = r.dataset_id AND l.id > r.id)))
  UNION ALL
  SELECT 'document', concat_ws(':', 'document', d.id), d.organisation_id, 'organisation', d.organisation_id,
         concat_ws(':', CASE WHEN d.state = 'draft' THEN 'approve' ELSE 'sent-back' END, d.id, d.title),
         ARRAY[]::text[], CASE WHEN d.state = 'draft' THEN 1 ELSE 0 END,
         coalesce(d.decided_on, (d.issued_at AT TIME ZONE :zone)::date), NULL, 1,
         d.state = 'draft' AND d.asked_by = :account, false, CAST(:document_patience AS integer), NULL
    FROM issued_document d
   WHERE ((d.state = 'draft' AND (d.asked_by = :account OR :approving -> d.report_id @> to_jsonb(d.organisation_id)))
          OR (d.state = 'sent-back' AND d.asked_by = :account))
     AND NOT EXISTS (SELECT FROM issued_document l WHERE l.subject_id = d.subject_id AND l.draft_id IS NULL
                      AND l.subject_kind = d.subject_kind AND l.report_id = d.report_id AND l.id > d.id)
  UNION ALL
  SELECT 'point', concat_ws(':', 'point', p.id), p.organisation_id, 'dataset', p.dataset_id,
         concat(p.id, ':', p.field, ':', p.policy_id, ':', p.words), ARRAY[]::text[], 0, r.ended_on, NULL, 1, false,
         false, CAST(:point_patience AS integer), NULL
    FROM refusal_point p JOIN stage_request r ON r.id = p.request_id JOIN dataset d ON d.id = p.dataset_id
   WHERE p.state = 'open' AND NOT d.annulled AND d.stage = r.from_stage
     AND (r.asked_by = :account OR keeps_dataset(:account, p.dataset_id, :today))
  UNION ALL
  SELECT CASE WHEN q.state = 'answered' THEN 'answer' ELSE 'question' END, concat_ws(':', 'question', q.id),
         q.organisation_id, q.subject_kind, q.subject_id, CAST(q.id AS text), ARRAY[]::text[], 0,
         (q.moved_at AT TIME ZONE :zone)::date, NULL, 1, q.asked_by = :account AND q.state = 'open', false,
         CASE WHEN q.state = 'answered' THEN CAST(:answer_patience AS integer) ELSE :question_patience END, NULL
    FROM question q
   WHERE (q.asked_by = :account AND q.state IN ('open', 'answered'))
      OR (q.asked_by <> :account AND q.state = 'open' AND (
            (q.asked_to = :person AND (:kinds IS NULL OR q.addressee = 'owner'))
            OR (NOT EXISTS (SELECT FROM account a WHERE a.person_id = q.asked_to AND a.state = 'active') AND (
                  (q.addressee = 'owner' AND q.organisation_id = ANY (:recording))
                  OR (q.addressee = 'legal' AND q.organisation_id = ANY (:jurist))
                  OR (q.addressee = 'dpo' AND q.organisation_id = ANY (:dpo))))))
), listed AS (
  SELECT task.*, own.id AS arrangement_id, own.until, own.delegate_id, own.kind AS arranged,
         given.id AS given_id, given.account_id AS given_by,
         own.reason AS word, given.reason AS given_word,
         CASE WHEN task.waiting OR own.kind = 'delegation' THEN 'waiting'
              WHEN own.until > :today THEN 'snoozed' ELSE 'mine' END AS place,
         task.kind = 'finding' AND task.subject_kind = 'dataset'
           AND task.organisation_id <> ALL (:recording) AS of_law,
         task.kind = 'finding' AND task.subject_kind = 'organisation' AND task.detail = ANY (:of_sheets)
           AND task.organisation_id = ANY (:recording) AS by_sheet,
         task.passed OR coalesce(task.due <= :today AND task.kind NOT IN ('breach', 'request'), false)
           OR coalesce(task.since + task.patience < :today, false) AS late,
         CASE WHEN task.kind IN ('finding', 'vacancy', 'dpia') AND own.id IS NULL AND given.id IS NULL
              THEN concat_ws(':', task.kind, task.subject_kind, task.detail,
                             CASE WHEN task.since IS NULL AND task.due IS NOT NULL THEN 'soon' END)
              ELSE task.key END AS act
    FROM task
    LEFT JOIN task_arrangement own ON own.account_id = :account AND own.task_key = task.key AND NOT own.ended
    LEFT JOIN LATERAL (SELECT g.id, g.account_id, g.reason FROM task_arrangement g
                        WHERE g.delegate_id = :account AND g.task_key = task.key AND NOT g.ended
                        ORDER BY g.id LIMIT 1) given ON true
   WHERE (:within IS NULL OR task.organisation_id = ANY (:within)) AND (:key IS NULL OR task.key = :key)
     AND (:kinds IS NULL OR task.kind = ANY (:kinds))
)
SELECT counted.said, shown.* FROM (
  SELECT coalesce(jsonb_agg(jsonb_build_array(place, late, kind, number)), '[]') AS said FROM (
    SELECT place, late, kind, count(*) AS number FROM listed GROUP BY place, late, kind) AS each
) AS counted LEFT JOIN LATERAL (
  SELECT * FROM (
    SELECT listed.*, count(*) OVER one_act AS alike, count(*) FILTER (WHERE late) OVER one_act AS alike_late,
           row_number() OVER (one_act ORDER BY rank, NOT late, due, number DESC, since, key) AS nth
      FROM listed
     WHERE place = :place AND (late OR NOT :late) AND (:kind IS NULL OR kind = :kind) AND (:act IS NULL OR act = :act)
    WINDOW one_act AS (PARTITION BY act)) AS told
   WHERE nth = 1 OR alike < :folded
   ORDER BY given_id IS NULL, rank, NOT late, due, number DESC, since, key
   LIMIT :limit OFFSET :skipped
) AS shown ON true
"""
_IDS, _WORDS = ARRAY(BigInteger), ARRAY(Text)
ASKING = text(_TASKS).bindparams(
    bindparam("approving", type_=JSONB()),
    *(bindparam(name, type_=Date()) for name in ("today", "soon", "told", "warned")),
    *(
        bindparam(name, type_=_WORDS)
        for name in ("policies", "obligations", "dated", "owed_by_law", "of_law", "of_sheets", "answering", "kinds")
    ),
    *(
        bindparam(name, type_=_IDS)
        for name in (
            "recording",
            "law",
            "processing",
            "disposing",
            "amending",
            "appointing",
            "importing",
            "jurist",
            "dpo",
            "breaches",
            "requests",
            "assessing",
            "validating",
            "erasing",
            "deciding",
            "within",
        )
    ),
    *(
        bindparam(name, type_=Text())
        for name in (
            "zone",
            "key",
            "kind",
            "act",
            "place",
            "dpia_policy",
            "slip_policy",
            "endorsing",
            "escalating",
            "overdue",
        )
    ),
    *(
        bindparam(name, type_=Integer())
        for name in ("limit", "skipped", "folded", "gap_patience", "breach_patience", "kept_months", "training_months")
    ),
)
