"""delegate visas

Who gives visas hands them over for a time: the stand-in answers in their own name, and the visa says by what it was
given. Four eyes hold through it: neither of the two may have asked for the move, nor keep the dataset, and one pair of
eyes gives no two visas where one of them was delegated. The database holds all of it, as it holds the moves.
"""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0057"
down_revision: str | None = "0056"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

DELEGATED_TO = {"legal": ["legal", "dpo"], "dpo": ["dpo", "legal"], "archives": ["archivist", "legal"]}
# Whether a delegation stands for the request of a move: both still hold a role that may, and neither asked nor keeps.
STANDS_IN = """
CREATE FUNCTION stands_in(one bigint, asked bigint, on_day date) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM visa_delegation g JOIN stage_request r ON r.id = asked
      JOIN organisation o ON o.id = r.organisation_id AND g.organisation_id = ANY (o.lineage)
      JOIN stage_move m ON m.code = r.move AND m.from_stage = r.from_stage AND m.visas ? g.kind
     WHERE g.id = one
       AND EXISTS (SELECT FROM role_grant h JOIN account a ON a.id = h.account_id AND a.state <> 'stopped'
                    WHERE h.account_id = g.delegator_id AND NOT h.ended AND m.visas -> g.kind -> 'given_by' ? h.role
                      AND h.organisation_id = ANY (o.lineage))
       AND EXISTS (SELECT FROM role_grant h JOIN account a ON a.id = h.account_id AND a.state <> 'stopped'
                    WHERE h.account_id = g.delegate_id AND NOT h.ended AND m.visas -> g.kind -> 'delegated_to' ? h.role
                      AND h.organisation_id = ANY (o.lineage))
       AND ((m.visas -> g.kind -> 'own')::boolean
            OR (r.asked_by NOT IN (g.delegator_id, g.delegate_id)
                AND NOT keeps_dataset(g.delegator_id, r.dataset_id, on_day)
                AND NOT keeps_dataset(g.delegate_id, r.dataset_id, on_day)))
  )
$$
"""
VISA_KEPT = """
CREATE OR REPLACE FUNCTION tell_keeper() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  kept bigint;
BEGIN
  SELECT r.dataset_id INTO kept FROM stage_request r WHERE r.id = NEW.request_id;
  NEW.by_keeper := keeps_dataset(NEW.given_by, kept, NEW.given_on);
  IF NEW.delegation_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM visa_delegation g
     WHERE g.id = NEW.delegation_id AND g.kind = NEW.kind AND g.delegate_id = NEW.given_by AND g.ended_on IS NULL
       AND NEW.given_on BETWEEN g.starts_on AND g.ends_on AND stands_in(g.id, NEW.request_id, NEW.given_on)
  ) THEN
    RAISE EXCEPTION 'no such delegation stands' USING ERRCODE = 'BF009';
  END IF;
  IF NEW.answer = 'given' AND EXISTS (
    SELECT FROM stage_visa v
     WHERE v.request_id = NEW.request_id AND v.kind <> NEW.kind AND v.given_by = NEW.given_by AND v.answer = 'given'
       AND v.dataset_version = NEW.dataset_version AND (v.delegation_id IS NOT NULL OR NEW.delegation_id IS NOT NULL)
  ) THEN
    RAISE EXCEPTION 'one pair of eyes is not two' USING ERRCODE = 'BF010';
  END IF;
  RETURN NEW;
END $$
"""
_VISA_BEFORE = """
CREATE OR REPLACE FUNCTION tell_keeper() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  NEW.by_keeper := keeps_dataset(
    NEW.given_by, (SELECT r.dataset_id FROM stage_request r WHERE r.id = NEW.request_id), NEW.given_on
  );
  RETURN NEW;
END $$
"""
GRANTED = """
      SELECT FROM stage_visa v
        JOIN role_grant g ON g.account_id = v.given_by AND NOT g.ended AND terms -> 'given_by' ? g.role
             AND g.organisation_id = ANY (above)
        JOIN account a ON a.id = v.given_by AND a.state <> 'stopped'
       WHERE v.request_id = request.id AND v.kind = wanted AND v.answer = 'given' AND v.dataset_version = sheet.version
         AND ((terms -> 'own')::boolean OR (v.given_by <> request.asked_by AND NOT v.by_keeper))
"""
GRANTED_OR_DELEGATED = """
      SELECT FROM stage_visa v
        JOIN account a ON a.id = v.given_by AND a.state <> 'stopped'
       WHERE v.request_id = request.id AND v.kind = wanted AND v.answer = 'given' AND v.dataset_version = sheet.version
         AND ((terms -> 'own')::boolean OR (v.given_by <> request.asked_by AND NOT v.by_keeper))
         AND CASE WHEN v.delegation_id IS NOT NULL THEN stands_in(v.delegation_id, request.id, on_day)
             ELSE EXISTS (SELECT FROM role_grant g WHERE g.account_id = v.given_by AND NOT g.ended
                             AND terms -> 'given_by' ? g.role AND g.organisation_id = ANY (above)) END
"""
# The visas that a request still waits for, each since when. One that was given counts where it was given on this
# version of the sheet and on the facts of the last answer: what fell waits again, since the day it was given.
AWAITED = """
CREATE FUNCTION awaited_visas(asked bigint) RETURNS TABLE (kind text, terms jsonb, since date) LANGUAGE sql STABLE AS $$
  SELECT visa.key, visa.value, greatest(r.asked_on, (
           SELECT max(v.given_on) FROM stage_visa v
            WHERE v.request_id = r.id AND v.kind = visa.key AND v.answer = 'given'))
    FROM stage_request r JOIN dataset d ON d.id = r.dataset_id
    JOIN stage_move m ON m.code = r.move AND m.from_stage = r.from_stage
    CROSS JOIN LATERAL jsonb_each(m.visas) AS visa
   WHERE r.id = asked AND r.state = 'waiting' AND NOT d.annulled
     AND NOT ((visa.value -> 'personal_only')::boolean AND coalesce(d.personal_data IN ('none', 'anonymised'), false))
     AND NOT EXISTS (
       SELECT FROM stage_visa v
        WHERE v.request_id = r.id AND v.kind = visa.key AND v.answer = 'given' AND v.dataset_version = d.version
          AND v.facts_digest = (SELECT l.facts_digest FROM stage_visa l WHERE l.request_id = r.id
                                 AND l.answer = 'given' ORDER BY l.id DESC LIMIT 1))
$$
"""
FUNCTIONS = "stands_in(bigint, bigint, date), awaited_visas(bigint)"


def _rewrite_advance(before: str, after: str) -> None:
    """Changes one part of the function that moves datasets, and nothing else of it."""
    said = op.get_bind().scalar(sa.text("SELECT pg_get_functiondef('advance_stage(bigint, date)'::regprocedure)"))
    if said.count(before) != 1:
        raise RuntimeError("advance_stage is not what this revision changes")
    op.execute(said.replace(before, after))


def _tell_moves(statement: str) -> None:
    for kind, roles in DELEGATED_TO.items():
        op.execute(sa.text(statement).bindparams(kind=kind, roles=json.dumps(roles)))


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table(
        'visa_delegation',
        sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.BigInteger(), nullable=False),
        sa.Column('kind', sa.Enum('legal', 'dpo', 'archives', name='visakind', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('delegator_id', sa.BigInteger(), nullable=False),
        sa.Column('delegate_id', sa.BigInteger(), nullable=False),
        sa.Column('starts_on', sa.Date(), nullable=False),
        sa.Column('ends_on', sa.Date(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.Column('ended_on', sa.Date(), nullable=True),
        sa.Column('ended_reason', sa.Text(), nullable=True),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f('ck_visa_delegation_period')),
        sa.CheckConstraint("delegator_id <> delegate_id", name=op.f('ck_visa_delegation_two')),
        sa.CheckConstraint("(ended_on IS NULL) = (ended_reason IS NULL)", name=op.f('ck_visa_delegation_ended')),
        sa.ForeignKeyConstraint(['delegate_id'], ['account.id'], name=op.f('fk_visa_delegation_delegate_id_account')),
        sa.ForeignKeyConstraint(['delegator_id'], ['account.id'], name=op.f('fk_visa_delegation_delegator_id_account')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_visa_delegation_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_visa_delegation')),
        info={'kind': 'record'},
    )  # fmt: skip
    for column in ("organisation_id", "delegator_id", "delegate_id"):
        op.create_index(op.f(f"ix_visa_delegation_{column}"), "visa_delegation", [column], unique=False)
    op.add_column("stage_visa", sa.Column("delegation_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_stage_visa_delegation_id_visa_delegation"), "stage_visa", "visa_delegation", ["delegation_id"], ["id"]
    )
    op.execute("CALL keep_of_record('visa_delegation', '{reason,ended_reason}')")
    op.execute("CALL guard_by_organisation('visa_delegation', 'INSERT')")
    op.execute("GRANT UPDATE (version, ended_on, ended_reason) ON visa_delegation TO beffroi_app, beffroi_jobs")
    op.execute(
        "CREATE POLICY own_name ON visa_delegation AS RESTRICTIVE FOR INSERT TO beffroi_app"
        " WITH CHECK (delegator_id = acting_account())"
    )
    op.execute(
        "CREATE POLICY own_end ON visa_delegation AS RESTRICTIVE FOR UPDATE TO beffroi_app"
        " USING (acting_account() IN (delegator_id, delegate_id)) WITH CHECK (ended_on IS NOT NULL)"
    )
    _tell_moves(
        "UPDATE stage_move SET visas = jsonb_set(visas, ARRAY[:kind, 'delegated_to'], CAST(:roles AS jsonb))"
        " WHERE visas ? :kind"
    )
    op.execute(STANDS_IN)
    op.execute(AWAITED)
    op.execute(VISA_KEPT)
    _rewrite_advance(GRANTED, GRANTED_OR_DELEGATED)
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTIONS} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTIONS} TO beffroi_app, beffroi_jobs")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "visa_delegation", "stage_visa WHERE delegation_id IS NOT NULL")
    _rewrite_advance(GRANTED_OR_DELEGATED, GRANTED)
    op.execute(_VISA_BEFORE)
    op.execute(f"DROP FUNCTION {FUNCTIONS}")
    _tell_moves(
        "UPDATE stage_move SET visas = jsonb_set(visas, ARRAY[:kind], (visas -> :kind) - 'delegated_to')"
        " WHERE visas ? :kind AND CAST(:roles AS jsonb) IS NOT NULL"
    )
    op.drop_column("stage_visa", "delegation_id")
    op.drop_table("visa_delegation")
