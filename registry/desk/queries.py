"""Every SELECT about tasks: they are told by findings, appointments, questions and imports, and stored nowhere."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Date, Integer, Text, any_, bindparam, literal, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.models import Account, RoleGrant
from registry.accounts.vocabulary import AccountState
from registry.compliance.deviations.rules import TOLD, WARNED
from registry.datasets.models import Dataset, InformationSystem
from registry.desk.models import TaskArrangement
from registry.desk.rules import BREACH_PATIENCE, GAP_PATIENCE, PATIENCE, SOON
from registry.desk.vocabulary import MENDING, SLIP_POLICY, Arrangement, TaskKind, TaskList
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission, Role, permissions_of
from registry.kernel.words import _
from registry.organisations.models import Organisation, Person, PersonIdentity
from registry.processing.breaches.models import Breach
from registry.processing.models import ProcessingActivity
from registry.processing.requests.models import ReceivedRequest

PAGE_SIZE = 25
DPIA_POLICY = "RGPD-15"
"""The policy that asks for an impact assessment where the formula says one is due: its breach is a task."""

# What is said of a body by the findings of its datasets (its staff, its population) is one task of that body. What
# waits for a fact is one task a fact, whatever it settles; a breach is one task a policy. Whoever may appoint is told
# of vacancies, so the policies that only ask for an appointment on a dataset make no task of their own. Who answers
# for the law without keeping the sheet is told of what a policy they owe waits for in the fields of law. The activity
# that lacks an impact assessment has a task of that kind, and no other for the same policy. What is kept beyond its
# time is told to who may prepare a slip, until it stands on one that waits for its visa; who asked is proposed for
# erasure once no request needs their name.
_TASKS = """
WITH body AS MATERIALIZED (
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
  SELECT CASE WHEN q.state = 'answered' THEN 'answer' ELSE 'question' END, concat_ws(':', 'question', q.id),
         q.organisation_id, q.subject_kind, q.subject_id, CAST(q.id AS text), ARRAY[]::text[], 0,
         (q.moved_at AT TIME ZONE :zone)::date, NULL, 1, q.asked_by = :account AND q.state = 'open', false,
         CASE WHEN q.state = 'answered' THEN CAST(:answer_patience AS integer) ELSE :question_patience END, NULL
    FROM question q
   WHERE (q.asked_by = :account AND q.state IN ('open', 'answered'))
      OR (q.asked_by <> :account AND q.state = 'open' AND (
            q.asked_to = :person
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
         task.passed OR coalesce(task.due <= :today AND task.kind NOT IN ('breach', 'request'), false)
           OR coalesce(task.since + task.patience < :today, false) AS late
    FROM task
    LEFT JOIN task_arrangement own ON own.account_id = :account AND own.task_key = task.key AND NOT own.ended
    LEFT JOIN LATERAL (SELECT g.id, g.account_id, g.reason FROM task_arrangement g
                        WHERE g.delegate_id = :account AND g.task_key = task.key AND NOT g.ended
                        ORDER BY g.id LIMIT 1) given ON true
   WHERE (:within IS NULL OR task.organisation_id = ANY (:within)) AND (:key IS NULL OR task.key = :key)
)
SELECT counted.said, shown.* FROM (
  SELECT coalesce(jsonb_agg(jsonb_build_array(place, late, kind, number)), '[]') AS said FROM (
    SELECT place, late, kind, count(*) AS number FROM listed GROUP BY place, late, kind) AS each
) AS counted LEFT JOIN LATERAL (
  SELECT * FROM listed
   WHERE place = :place AND (late OR NOT :late) AND (:kind IS NULL OR kind = :kind)
   ORDER BY given_id IS NULL, rank, NOT late, number DESC, since NULLS LAST, key
   LIMIT :limit OFFSET :skipped
) AS shown ON true
"""
_IDS, _WORDS = ARRAY(BigInteger), ARRAY(Text)
_ASKING = text(_TASKS).bindparams(
    *(bindparam(name, type_=Date()) for name in ("today", "soon", "told", "warned")),
    *(bindparam(name, type_=_WORDS) for name in ("policies", "obligations", "dated", "owed_by_law", "of_law")),
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
            "erasing",
            "deciding",
            "within",
        )
    ),
    *(bindparam(name, type_=Text()) for name in ("zone", "key", "kind", "place", "dpia_policy", "slip_policy")),
    *(
        bindparam(name, type_=Integer())
        for name in ("limit", "skipped", "gap_patience", "breach_patience", "kept_months")
    ),
)


@dataclass(frozen=True)
class Asker:
    """Whose desk it is: the account, the person, and the organisations on which each of their tasks is theirs to do.

    Units: `kept_months`, how long who asked for something is kept once all of it is answered.
    """

    account_id: int
    person_id: int
    recording: frozenset[int]
    law: frozenset[int]
    processing: frozenset[int]
    disposing: frozenset[int]
    amending: frozenset[int]
    appointing: frozenset[int]
    importing: frozenset[int]
    jurist: frozenset[int]
    dpo: frozenset[int]
    breaches: frozenset[int]
    requests: frozenset[int]
    assessing: frozenset[int]
    erasing: frozenset[int]
    deciding: frozenset[int]
    kept_months: int


@dataclass(frozen=True)
class Laws:
    """The policies in force that make tasks, those that bind in law, and those whose breach is a delay passed.

    `owed_by_law` are those legal staff or the DPO must see kept on a dataset or an activity; `of_law` what those of a
    dataset wait for in the fields of law: facts, and the policies a breach of which is mended there.
    """

    policies: tuple[str, ...]
    obligations: tuple[str, ...]
    dated: tuple[str, ...]
    owed_by_law: tuple[str, ...]
    of_law: tuple[str, ...]


@dataclass(frozen=True)
class Task:
    """One thing somebody owes, by its cause.

    `detail` is the missing fact, the policy breached, the roles vacant, the file imported or the question, as the
    kind says; `word` is what the asker wrote when they put the task off or handed it, `given_word` what was written
    to them; `of_law` that only the fields of law are theirs to fill; `passed` that
    a time the law leaves has run out. Units: `number` of findings, or of vacant roles.
    """

    kind: TaskKind
    key: str
    organisation_id: int
    subject_kind: str
    subject_id: int
    detail: str
    policies: tuple[str, ...]
    rank: int
    since: date | None
    due: date | None
    number: int
    place: TaskList
    late: bool
    passed: bool
    waiting: bool
    of_law: bool
    arrangement_id: int | None
    arranged: Arrangement | None
    until: date | None
    delegate_id: int | None
    given_id: int | None
    given_by: int | None
    word: str | None
    given_word: str | None
    assumed: date | None

    @property
    def needs(self) -> Permission:
        """What a role must allow for somebody to do it."""
        if self.kind is TaskKind.VACANCY:
            return Permission.ORGANISATIONS_APPOINTMENT_RECORD
        if self.kind is TaskKind.DEVIATION:
            return Permission.COMPLIANCE_DEVIATION_DECIDE
        if self.kind in {TaskKind.ERASURE, TaskKind.DPIA}:
            return MENDING[self.kind]
        if self.detail == SLIP_POLICY:
            return Permission.PROCESSING_DISPOSAL_PREPARE
        return Permission.DATASETS_LAW_RECORD if self.of_law else MENDING[self.subject_kind]


@dataclass(frozen=True)
class Desk:
    """A page of one list, and how many tasks each list holds, kind by kind."""

    tasks: Sequence[Task]
    has_more: bool
    counts: Mapping[TaskList, Counter[TaskKind]] = field(default_factory=dict)

    def count(self, of: TaskList, kind: TaskKind | None = None) -> int:
        """How many tasks a list holds, of one kind or of all."""
        return self.counts[of].total() if kind is None else self.counts[of][kind]


def find_tasks(
    session: Session,
    asker: Asker,
    laws: Laws,
    today: date,
    *,
    of: TaskList = TaskList.MINE,
    kind: TaskKind | None = None,
    within: frozenset[int] | None = None,
    key: str | None = None,
    page: int = 1,
) -> Desk:
    """One list of somebody's tasks, what was handed to them first, then the gravest; in one statement with counts."""
    rows = session.execute(
        _ASKING,
        {
            **{name: sorted(value) for name, value in vars(asker).items() if isinstance(value, frozenset)},
            "account": asker.account_id, "person": asker.person_id, "zone": session.info["time_zone"],
            **{name: list(value) for name, value in vars(laws).items()},
            "today": today, "soon": today + timedelta(days=SOON),
            "told": today - timedelta(days=TOLD), "warned": today + timedelta(days=WARNED),
            "breach_patience": BREACH_PATIENCE, "gap_patience": GAP_PATIENCE,
            **{f"{one}_patience": days for one, days in PATIENCE.items()},
            "dpia_policy": DPIA_POLICY, "slip_policy": SLIP_POLICY, "kept_months": asker.kept_months,
            "within": None if within is None else sorted(within), "key": key, "kind": kind,
            "place": TaskList.MINE if of is TaskList.LATE else of, "late": of is TaskList.LATE,
            "limit": PAGE_SIZE + 1, "skipped": (page - 1) * PAGE_SIZE,
        },
    ).all()  # fmt: skip
    counts: dict[TaskList, Counter[TaskKind]] = {one: Counter() for one in TaskList}
    for place, late, said, number in rows[0].said:
        counts[TaskList(place)][TaskKind(said)] += number
        if late and place == TaskList.MINE:
            counts[TaskList.LATE][TaskKind(said)] += number
    tasks = [_task(row) for row in rows if row.key is not None]
    return Desk(tasks[:PAGE_SIZE], len(tasks) > PAGE_SIZE, counts)


def _task(row: Any) -> Task:
    values = {name: getattr(row, name) for name in Task.__dataclass_fields__}
    return Task(
        **{
            **values,
            "kind": TaskKind(row.kind), "place": TaskList(row.place), "policies": tuple(row.policies),
            "arranged": Arrangement(row.arranged) if row.arranged else None,
        }
    )  # fmt: skip


def get_task(session: Session, asker: Asker, laws: Laws, today: date, key: str) -> Task:
    """One of somebody's tasks, in whatever list it stands.

    Raises: NotFound when it is not theirs, or is done.
    """
    for of in (TaskList.MINE, TaskList.WAITING, TaskList.SNOOZED):
        found = find_tasks(session, asker, laws, today, of=of, key=key).tasks
        if found:
            return found[0]
    raise NotFound(_("Cette tâche n’est pas (ou n’est plus) la vôtre : elle est peut-être faite."))


def get_arrangement(session: Session, arrangement_id: int, account_id: int) -> TaskArrangement:
    """What somebody decided about a task, or handed to them.

    Raises: NotFound.
    """
    found = session.get(TaskArrangement, arrangement_id)
    if found is None or found.ended or account_id not in (found.account_id, found.delegate_id):
        raise NotFound(_("Cette décision n’existe pas, ou elle a déjà pris fin."))
    return found


def hold_task(session: Session, account_id: int, key: str) -> None:
    """Lets one decision at a time be taken about somebody's task, until this transaction ends: of two clicks too."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"arranging:{account_id}:{key}"}
    )


def find_arrangement(session: Session, account_id: int, key: str) -> TaskArrangement | None:
    """What somebody decided about a task, if it still stands."""
    return session.execute(
        select(TaskArrangement).where(
            col(TaskArrangement.account_id) == account_id,
            col(TaskArrangement.task_key) == key,
            ~col(TaskArrangement.ended),
        )
    ).scalar_one_or_none()


@dataclass(frozen=True)
class Colleague:
    """Somebody who can sign in and may do a task."""

    account_id: int
    name: str
    email: str | None


def find_colleagues(session: Session, permission: Permission, organisation_id: int, *, but: int) -> list[Colleague]:
    """The active accounts whose roles allow something on an organisation, as far as the asker may know them."""
    names, mails = select(PersonIdentity).subquery("names"), select(PersonIdentity).subquery("mails")
    rows = session.execute(
        select(col(Account.id), names.c.value.label("name"), mails.c.value.label("email"))
        .distinct()
        .join(RoleGrant, col(RoleGrant.account_id) == col(Account.id))
        .join(Organisation, col(RoleGrant.organisation_id) == any_(col(Organisation.lineage)))
        .join(Person, col(Person.id) == col(Account.person_id))
        .outerjoin(names, (names.c.person_id == Person.id) & (names.c.digest == Person.name_digest))
        .outerjoin(mails, (mails.c.person_id == Person.id) & (mails.c.digest == Person.email_digest))
        .where(
            col(Organisation.id) == organisation_id,
            col(Account.state) == AccountState.ACTIVE,
            col(Account.id) != but,
            ~col(RoleGrant.ended),
            col(RoleGrant.role).in_([role for role in Role if permission in permissions_of(role)]),
        )
    )
    return sorted(
        (Colleague(row.id, row.name or row.email or "", row.email) for row in rows), key=lambda one: one.name.casefold()
    )


def find_names(session: Session, tasks: Sequence[Task]) -> dict[tuple[str, int], str]:
    """The names of the sheets that tasks are about, by kind and number; organisations and imports apart."""
    found: dict[tuple[str, int], str] = {}
    for kind, number, name in (
        ("dataset", col(Dataset.id), col(Dataset.title)),
        ("system", col(InformationSystem.id), col(InformationSystem.name)),
        ("activity", col(ProcessingActivity.id), col(ProcessingActivity.name)),
    ):
        ids = sorted({task.subject_id for task in tasks if task.subject_kind == kind})
        if not ids and kind == "activity":
            continue
        found |= {(kind, row[0]): row[1] for row in session.execute(select(number, name).where(number.in_(ids)))}
    return found | _find_matters(session, tasks)


def _find_matters(session: Session, tasks: Sequence[Task]) -> dict[tuple[str, int], str]:
    """What breaches and requests are called, as far as the asker may read them."""
    asked = [(task.subject_kind, task.subject_id) for task in tasks if task.subject_kind in {"breach", "request"}]
    if not asked:
        return {}
    breaches = [number for kind, number in asked if kind == "breach"]
    requests = [number for kind, number in asked if kind == "request"]
    query = (
        select(literal("breach").label("kind"), col(Breach.id), col(Breach.title))
        .where(col(Breach.id).in_(breaches))
        .union_all(
            select(literal("request"), col(ReceivedRequest.id), col(ReceivedRequest.subject)).where(
                col(ReceivedRequest.id).in_(requests)
            )
        )
    )
    return {(row[0], row[1]): row[2] for row in session.execute(query)}
