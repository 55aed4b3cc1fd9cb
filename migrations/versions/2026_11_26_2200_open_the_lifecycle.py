"""open the lifecycle

A dataset moves from collection to disposal by requests, visas and what the policies say. No role but the owner writes a
stage: `advance_stage` does, once it has seen the move, the visas on this very version of the sheet, the verdict written
in the same transaction, and, for personal data, an activity of the record that tells a lawful basis.
"""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from registry.platform.migrating import refuse_to_lose

revision: str = "0053"
down_revision: str | None = "0052"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STAGES = (
    "identified", "collected", "qualified", "documented", "cleared", "published", "under-revision", "archived",
    "disposed", "withdrawn",
)  # fmt: skip
ROLES = ("administrator", "archivist", "auditor", "director", "dpo", "legal", "reader", "steward")
KEEPERS, ARCHIVISTS = ["administrator", "dpo", "legal", "steward"], ["administrator", "archivist"]
LEGAL = {"legal": {"given_by": ["legal"], "personal_only": False, "own": False}}
DPO = {"dpo": {"given_by": ["dpo"], "personal_only": True, "own": False}}
ARCHIVES = {"archives": {"given_by": ["archivist"], "personal_only": False, "own": False}}
ENDING = ("collected", "qualified", "documented", "cleared", "under-revision", "withdrawn")
# code: (from, to, who asks, visas, whether personal data needs a lawful basis, whether it needs a slip)
MOVES = {
    "collect": (("identified",), "collected", KEEPERS, {}, False, False),
    "qualify": (("collected",), "qualified", KEEPERS, {}, False, False),
    "document": (("qualified",), "documented", KEEPERS, {}, False, False),
    "clear": (("documented",), "cleared", KEEPERS, LEGAL | DPO, True, False),
    "publish": (("cleared", "under-revision"), "published", KEEPERS, LEGAL | DPO, True, False),
    "revise": (("published",), "under-revision", KEEPERS, {}, False, False),
    "withdraw": (("published", "under-revision"), "withdrawn", KEEPERS, {}, False, False),
    "reopen": (("cleared", "withdrawn"), "documented", KEEPERS, {}, False, False),
    "archive": (ENDING, "archived", ARCHIVISTS, ARCHIVES, False, False),
    "dispose": (ENDING, "disposed", ARCHIVISTS, ARCHIVES, False, True),
}
STAGE_KEPT = """
CREATE FUNCTION keep_stage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user <> 'beffroi_owner' AND NEW.stage IS DISTINCT FROM
     (CASE WHEN TG_OP = 'UPDATE' THEN OLD.stage ELSE 'identified' END) THEN
    RAISE EXCEPTION 'a stage is written by advance_stage alone' USING ERRCODE = 'BF000';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER b_stage_inserted BEFORE INSERT ON dataset FOR EACH ROW WHEN (NEW.stage <> 'identified')
  EXECUTE FUNCTION keep_stage();
CREATE TRIGGER b_stage BEFORE UPDATE ON dataset FOR EACH ROW WHEN (NEW.stage IS DISTINCT FROM OLD.stage)
  EXECUTE FUNCTION keep_stage();
CREATE FUNCTION keep_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user <> 'beffroi_owner' AND (NEW.state = 'made' OR (TG_OP = 'UPDATE' AND OLD.state <> 'waiting')) THEN
    RAISE EXCEPTION 'a move is made by advance_stage alone, and what ended stays as it was' USING ERRCODE = 'BF000';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER b_request BEFORE INSERT OR UPDATE ON stage_request FOR EACH ROW EXECUTE FUNCTION keep_request();
"""
# Everything is read again here, under locks: what the caller believes counts for nothing.
ADVANCE = """
CREATE FUNCTION advance_stage(asked bigint, on_day date) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  request stage_request;
  sheet dataset;
  move stage_move;
  above bigint[];
  personal boolean;
  passing bigint;
  made bigint;
  wanted text;
  terms jsonb;
BEGIN
  SELECT r.* INTO request FROM stage_request r WHERE r.id = asked FOR UPDATE;
  IF NOT FOUND OR request.state <> 'waiting'
     OR (session_user = 'beffroi_app' AND NOT request.organisation_id = ANY (acting_writes())) THEN
    RAISE EXCEPTION 'no such request waits' USING ERRCODE = 'BF001';
  END IF;
  SELECT d.* INTO sheet FROM dataset d WHERE d.id = request.dataset_id FOR UPDATE;
  IF sheet.annulled OR sheet.organisation_id <> request.organisation_id OR sheet.stage <> request.from_stage THEN
    RAISE EXCEPTION 'the dataset stands elsewhere' USING ERRCODE = 'BF002';
  END IF;
  SELECT m.* INTO move FROM stage_move m
   WHERE m.code = request.move AND m.from_stage = sheet.stage AND m.to_stage = request.to_stage;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such move' USING ERRCODE = 'BF003';
  END IF;
  SELECT o.lineage INTO above FROM organisation o WHERE o.id = sheet.organisation_id;
  IF NOT EXISTS (SELECT FROM role_grant g JOIN account a ON a.id = g.account_id AND a.state <> 'stopped'
                  WHERE g.account_id = request.asked_by AND NOT g.ended
                    AND g.role = ANY (move.asked_by) AND g.organisation_id = ANY (above)) THEN
    RAISE EXCEPTION 'who asked may not' USING ERRCODE = 'BF004';
  END IF;
  SELECT max(v.id) INTO passing FROM gate_verdict v
   WHERE v.dataset_id = sheet.id AND v.dataset_version = sheet.version AND v.to_stage = move.to_stage AND v.passed
     AND v.transaction = pg_current_xact_id()::text::bigint;
  IF passing IS NULL THEN
    RAISE EXCEPTION 'no verdict of this transaction lets it pass' USING ERRCODE = 'BF005';
  END IF;
  -- What is not known to be without personal data is treated as if it held some.
  personal := sheet.personal_data IS NULL OR sheet.personal_data NOT IN ('none', 'anonymised');
  FOR wanted, terms IN SELECT v.key, v.value FROM jsonb_each(move.visas) AS v LOOP
    CONTINUE WHEN (terms -> 'personal_only')::boolean AND NOT personal;
    IF NOT EXISTS (
      SELECT FROM stage_visa v
        JOIN role_grant g ON g.account_id = v.given_by AND NOT g.ended AND terms -> 'given_by' ? g.role
             AND g.organisation_id = ANY (above)
        JOIN account a ON a.id = v.given_by AND a.state <> 'stopped'
       WHERE v.request_id = request.id AND v.kind = wanted AND v.answer = 'given' AND v.dataset_version = sheet.version
         AND ((terms -> 'own')::boolean OR (v.given_by <> request.asked_by AND NOT v.by_keeper))
    ) THEN
      RAISE EXCEPTION 'a visa lacks: %', wanted USING ERRCODE = 'BF006';
    END IF;
  END LOOP;
  IF move.needs_basis AND personal AND NOT EXISTS (
    SELECT FROM activity_dataset l JOIN processing_activity a ON a.id = l.activity_id
     WHERE l.dataset_id = sheet.id AND NOT l.annulled AND NOT a.annulled AND a.status <> 'ended'
       AND a.lawful_basis IS NOT NULL
  ) THEN
    RAISE EXCEPTION 'no lawful basis is told' USING ERRCODE = 'BF007';
  END IF;
  IF move.needs_slip AND (
    EXISTS (SELECT FROM retention_hold h WHERE h.dataset_id = sheet.id AND h.lifted_on IS NULL)
    OR NOT EXISTS (SELECT FROM disposal_article e JOIN disposal_slip s ON s.id = e.slip_id
                    WHERE e.dataset_id = sheet.id AND e.live AND s.state = 'prepared')
  ) THEN
    RAISE EXCEPTION 'no slip stands, or it is held' USING ERRCODE = 'BF008';
  END IF;
  UPDATE dataset SET stage = move.to_stage WHERE id = sheet.id;
  UPDATE stage_request SET state = 'made', ended_on = on_day WHERE id = request.id;
  INSERT INTO stage_passage (version, organisation_id, dataset_id, request_id, verdict_id, dataset_version, from_stage,
                             to_stage, passed_on)
  VALUES (1, sheet.organisation_id, sheet.id, request.id, passing, sheet.version, sheet.stage, move.to_stage, on_day)
  RETURNING id INTO made;
  RETURN made;
END $$
"""
# Whether an account is that of who answers for a dataset, or keeps it.
KEEPS = """
CREATE FUNCTION keeps_dataset(one bigint, kept bigint, on_day date) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM account a JOIN appointment p ON p.person_id = a.person_id
                   WHERE a.id = one AND p.subject_kind = 'dataset' AND p.subject_id = kept AND NOT p.annulled
                     AND p.role IN ('owner', 'steward') AND p.during @> on_day) $$
"""
VISA_KEPT = """
CREATE FUNCTION tell_keeper() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  NEW.by_keeper := keeps_dataset(
    NEW.given_by, (SELECT r.dataset_id FROM stage_request r WHERE r.id = NEW.request_id), NEW.given_on
  );
  RETURN NEW;
END $$;
CREATE TRIGGER b_keeper BEFORE INSERT ON stage_visa FOR EACH ROW EXECUTE FUNCTION tell_keeper();
"""
OWN = ("stage_request", "asked_by"), ("stage_visa", "given_by")


def _listed(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table(
        'stage_move',
        sa.Column('code', sa.Text(), nullable=False),
        sa.Column('from_stage', _listed(STAGES, 'from_stage'), nullable=False),
        sa.Column('to_stage', _listed(STAGES, 'to_stage'), nullable=False),
        sa.Column('asked_by', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
        sa.Column('visas', postgresql.JSONB(), nullable=False),
        sa.Column('needs_basis', sa.Boolean(), nullable=False),
        sa.Column('needs_slip', sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint('code', 'from_stage', name=op.f('pk_stage_move')),
        info={'kind': 'work'},
    )  # fmt: skip
    op.create_table(
        'gate_verdict',
        sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column('organisation_id', sa.BigInteger(), nullable=False),
        sa.Column('dataset_id', sa.BigInteger(), nullable=False),
        sa.Column('dataset_version', sa.Integer(), nullable=False),
        sa.Column('to_stage', _listed(STAGES, 'to_stage'), nullable=False),
        sa.Column('passed', sa.Boolean(), nullable=False),
        sa.Column('found', postgresql.JSONB(), nullable=False),
        sa.Column('transaction', sa.BigInteger(), server_default=sa.text('(pg_current_xact_id()::text)::bigint'), nullable=False),
        sa.Column('judged_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.ForeignKeyConstraint(['dataset_id'], ['dataset.id'], name=op.f('fk_gate_verdict_dataset_id_dataset')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_gate_verdict_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_gate_verdict')),
        info={'kind': 'work'},
    )  # fmt: skip
    op.create_index(op.f("ix_gate_verdict_dataset_id_id"), "gate_verdict", ["dataset_id", "id"], unique=False)
    op.create_index(op.f("ix_gate_verdict_organisation_id"), "gate_verdict", ["organisation_id"], unique=False)
    op.create_table(
        'stage_request',
        sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.BigInteger(), nullable=False),
        sa.Column('dataset_id', sa.BigInteger(), nullable=False),
        sa.Column('move', sa.Text(), nullable=False),
        sa.Column('from_stage', _listed(STAGES, 'from_stage'), nullable=False),
        sa.Column('to_stage', _listed(STAGES, 'to_stage'), nullable=False),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.Column('asked_by', sa.BigInteger(), nullable=False),
        sa.Column('asked_as', _listed(ROLES, 'asked_as'), nullable=False),
        sa.Column('asked_on', sa.Date(), nullable=False),
        sa.Column('state', _listed(('waiting', 'made', 'refused', 'withdrawn'), 'requeststate'), nullable=False),
        sa.Column('ended_on', sa.Date(), nullable=True),
        sa.Column('ended_reason', sa.Text(), nullable=True),
        sa.CheckConstraint("(state <> 'waiting') = (ended_on IS NOT NULL)", name=op.f('ck_stage_request_ended')),
        sa.ForeignKeyConstraint(['asked_by'], ['account.id'], name=op.f('fk_stage_request_asked_by_account')),
        sa.ForeignKeyConstraint(['dataset_id'], ['dataset.id'], name=op.f('fk_stage_request_dataset_id_dataset')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_stage_request_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stage_request')),
        info={'kind': 'record'},
    )  # fmt: skip
    op.create_index(
        op.f("ix_stage_request_dataset_id"),
        "stage_request",
        ["dataset_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        op.f("ix_stage_request_asked_by"),
        "stage_request",
        ["asked_by"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'refused')"),
    )
    op.create_index(op.f("ix_stage_request_dataset_id_id"), "stage_request", ["dataset_id", "id"], unique=False)
    op.create_index(
        op.f("ix_stage_request_organisation_id"),
        "stage_request",
        ["organisation_id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        'stage_passage',
        sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.BigInteger(), nullable=False),
        sa.Column('dataset_id', sa.BigInteger(), nullable=False),
        sa.Column('request_id', sa.BigInteger(), nullable=False),
        sa.Column('verdict_id', sa.BigInteger(), nullable=False),
        sa.Column('dataset_version', sa.Integer(), nullable=False),
        sa.Column('from_stage', _listed(STAGES, 'from_stage'), nullable=False),
        sa.Column('to_stage', _listed(STAGES, 'to_stage'), nullable=False),
        sa.Column('passed_on', sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(['dataset_id'], ['dataset.id'], name=op.f('fk_stage_passage_dataset_id_dataset')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_stage_passage_organisation_id_organisation')),
        sa.ForeignKeyConstraint(['request_id'], ['stage_request.id'], name=op.f('fk_stage_passage_request_id_stage_request')),
        sa.ForeignKeyConstraint(['verdict_id'], ['gate_verdict.id'], name=op.f('fk_stage_passage_verdict_id_gate_verdict')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stage_passage')),
        info={'kind': 'record'},
    )  # fmt: skip
    op.create_index(op.f("ix_stage_passage_dataset_id_id"), "stage_passage", ["dataset_id", "id"], unique=False)
    op.create_index(op.f("ix_stage_passage_organisation_id"), "stage_passage", ["organisation_id"], unique=False)
    op.create_table(
        'stage_visa',
        sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.BigInteger(), nullable=False),
        sa.Column('request_id', sa.BigInteger(), nullable=False),
        sa.Column('kind', _listed(('legal', 'dpo', 'archives'), 'visakind'), nullable=False),
        sa.Column('answer', _listed(('given', 'refused'), 'visaanswer'), nullable=False),
        sa.Column('dataset_version', sa.Integer(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.Column('authority', sa.Text(), nullable=True),
        sa.Column('reference', sa.Text(), nullable=True),
        sa.Column('dated', sa.Date(), nullable=True),
        sa.Column('given_by', sa.BigInteger(), nullable=False),
        sa.Column('given_as', _listed(ROLES, 'given_as'), nullable=False),
        sa.Column('given_on', sa.Date(), nullable=False),
        sa.Column('by_keeper', sa.Boolean(), nullable=False),
        sa.Column('facts_digest', sa.Text(), nullable=False),
        sa.CheckConstraint("answer = 'given' OR reason IS NOT NULL", name=op.f('ck_stage_visa_refusal')),
        sa.CheckConstraint("kind <> 'archives' OR answer = 'refused' OR (authority IS NOT NULL AND reference IS NOT NULL AND dated IS NOT NULL)", name=op.f('ck_stage_visa_outside')),
        sa.ForeignKeyConstraint(['given_by'], ['account.id'], name=op.f('fk_stage_visa_given_by_account')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_stage_visa_organisation_id_organisation')),
        sa.ForeignKeyConstraint(['request_id'], ['stage_request.id'], name=op.f('fk_stage_visa_request_id_stage_request')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stage_visa')),
        info={'kind': 'record'},
    )  # fmt: skip
    op.create_index(op.f("ix_stage_visa_organisation_id"), "stage_visa", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_stage_visa_request_id_kind"), "stage_visa", ["request_id", "kind"], unique=False)
    op.execute("CALL keep_of_record('stage_request', '{reason,ended_reason}')")
    op.execute("CALL keep_of_record('stage_visa', '{reason,authority,reference}')")
    op.execute("CALL keep_of_record('stage_passage', '{}')")
    op.execute("CALL guard_by_organisation('stage_request', 'INSERT')")
    op.execute("GRANT UPDATE (version, state, ended_on, ended_reason) ON stage_request TO beffroi_app, beffroi_jobs")
    op.execute("CALL guard_by_organisation('stage_visa', 'INSERT')")
    op.execute("CALL guard_by_organisation('gate_verdict', 'INSERT')")
    op.execute("CALL guard_by_organisation('stage_passage', '')")
    for table, column in OWN:
        # Nobody asks, nor endorses, in another's name.
        op.execute(
            f"CREATE POLICY own_name ON {table} AS RESTRICTIVE FOR INSERT TO beffroi_app"
            f" WITH CHECK ({column} = acting_account())"
        )
    op.execute("GRANT SELECT ON stage_move TO beffroi_app, beffroi_jobs")
    for code, (starts, to, asked_by, visas, basis, slip) in MOVES.items():
        for start in starts:
            op.execute(
                sa.text(
                    "INSERT INTO stage_move VALUES (:code, :start, :to, :asked_by, CAST(:visas AS jsonb), :basis, :slip)"
                ).bindparams(
                    code=code, start=start, to=to, asked_by=asked_by, visas=json.dumps(visas), basis=basis, slip=slip
                )
            )
    op.execute(STAGE_KEPT)
    op.execute(KEEPS)
    op.execute(VISA_KEPT)
    op.execute(ADVANCE)
    op.execute("REVOKE ALL ON FUNCTION advance_stage(bigint, date), keeps_dataset(bigint, bigint, date) FROM PUBLIC")
    op.execute(
        "GRANT EXECUTE ON FUNCTION advance_stage(bigint, date), keeps_dataset(bigint, bigint, date)"
        " TO beffroi_app, beffroi_jobs"
    )


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "stage_request", "dataset WHERE stage <> 'identified'")
    op.execute("DROP FUNCTION advance_stage(bigint, date)")
    op.execute("DROP TRIGGER b_stage ON dataset")
    op.execute("DROP TRIGGER b_stage_inserted ON dataset")
    for table in ("stage_passage", "gate_verdict", "stage_visa", "stage_request", "stage_move"):
        op.drop_table(table)
    op.execute("DROP FUNCTION keep_request(), keep_stage(), tell_keeper(), keeps_dataset(bigint, bigint, date)")
