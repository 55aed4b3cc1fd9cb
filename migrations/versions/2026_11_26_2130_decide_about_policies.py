"""decide about policies

Drafts adopted and withdrawn, versions validated by a jurist: read by whoever reads rules, decided for the authority.

`policy_revision` changes with each of them: every transaction asks for it as it opens, and a process whose number is
another reads them again. Whoever judges holds the decisions still until its end, and asks once more (`judging`).
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0051"
down_revision: str | None = "0050"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = ("adopted", "withdrawn", "validated", "unvalidated")
ROLES = ("administrator", "archivist", "auditor", "director", "dpo", "legal", "reader", "steward")
WRITTEN = "organisation_id = ANY ((SELECT acting_writes())::bigint[])"

# An erasure rewrites a text where it stands: the sum of the versions tells that too, which the highest number would
# not, and two that are decided at once both add to it, whichever is committed first.
REVISION = """
CREATE FUNCTION policy_revision() RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  RETURN (SELECT coalesce(sum(d.version), 0) FROM public.policy_decision d);
END $$
"""
# Volatile: what it reads after it waited is what stands then, not what stood when the statement began.
JUDGING = """
CREATE FUNCTION policy_revision_held() RETURNS bigint LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('policy_decision', 0));
  RETURN (SELECT coalesce(sum(d.version), 0) FROM public.policy_decision d);
END $$
"""


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table(
        "policy_decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="policydecisionkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("version_digest", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("drafted_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=False),
        sa.Column(
            "decided_as",
            sa.Enum(*ROLES, name="decided_as", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(kind = 'adopted') = (text IS NOT NULL)", name=op.f("ck_policy_decision_adopted_text")
        ),
        sa.CheckConstraint(
            "(kind IN ('validated', 'unvalidated')) = (version_digest IS NOT NULL)",
            name=op.f("ck_policy_decision_of_a_version"),
        ),
        sa.CheckConstraint(
            "kind = 'validated' OR (reason IS NOT NULL AND reason <> '')", name=op.f("ck_policy_decision_said_why")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_policy_decision_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by"], ["account.id"], name=op.f("fk_policy_decision_drafted_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk_policy_decision_decided_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_decision")),
        info={"kind": "record"},
    )
    op.execute("CALL keep_of_record('policy_decision', '{text,reason}')")
    op.execute(f"CALL guard_rows('policy_decision', 'true', $q${WRITTEN}$q$, 'INSERT')")
    op.execute(REVISION)
    op.execute(JUDGING)


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "policy_decision")
    op.execute("DROP FUNCTION policy_revision_held")
    op.execute("DROP FUNCTION policy_revision")
    op.drop_table("policy_decision")
