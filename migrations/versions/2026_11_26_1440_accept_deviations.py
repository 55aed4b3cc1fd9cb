"""accept deviations

A body that goes on with a breach for a time says why, what makes up for it, and until when; somebody else decides. What
is said of a breach of data or of a request is as confided as they are.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0045"
down_revision: str | None = "0044"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "accepted_deviation"
KINDS = ("dataset", "organisation", "system", "activity", "breach", "request", "contract", "amendment", "delivery", "person")
STATES = ("asked", "approved", "refused", "withdrawn", "unneeded", "replaced")
ROLES = ("administrator", "archivist", "auditor", "director", "dpo", "legal", "reader", "steward")
FREE_TEXTS = "{reason,compensation,decision_reason,ended_reason}"
CONFIDED = (
    "organisation_id = ANY ((SELECT {which}())::bigint[]) AND (subject_kind NOT IN ('breach', 'request')"
    " OR organisation_id = ANY ((SELECT acting_confides())::bigint[]))"
)


def _listed(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_kind", _listed(KINDS, "subjectkind"), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("compensation", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_as", _listed(ROLES, "asked_as"), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("state", _listed(STATES, "deviationstate"), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_as", _listed(ROLES, "decided_as"), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("reason <> '' AND compensation <> ''", name=op.f("ck_accepted_deviation_said")),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_accepted_deviation_someone_else")),
        sa.CheckConstraint("expires_on >= asked_on", name=op.f("ck_accepted_deviation_expires_on")),
        sa.CheckConstraint(
            "(decided_on IS NULL) = (decided_by IS NULL)", name=op.f("ck_accepted_deviation_decided")
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'refused') OR decided_on IS NOT NULL",
            name=op.f("ck_accepted_deviation_answered"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_accepted_deviation_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_accepted_deviation_asked_by_account")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_accepted_deviation_decided_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accepted_deviation")),
        info={"kind": "record"},
    )  # fmt: skip
    op.create_index(
        op.f("ix_accepted_deviation_subject_id_subject_kind_policy_id_period_state"), TABLE,
        ["subject_id", "subject_kind", "policy_id", "period", "state"], unique=True,
        postgresql_where=sa.text("state IN ('asked', 'approved')"),
    )  # fmt: skip
    op.create_index(
        op.f("ix_accepted_deviation_organisation_id_state_expires_on"), TABLE,
        ["organisation_id", "state", "expires_on"], unique=False,
    )  # fmt: skip
    op.create_index(op.f("ix_accepted_deviation_asked_by"), TABLE, ["asked_by"], unique=False)
    op.execute(f"CALL keep_of_record('{TABLE}', '{FREE_TEXTS}')")
    seen, written = CONFIDED.format(which="acting_reads"), CONFIDED.format(which="acting_writes")
    op.execute(f"CALL guard_rows('{TABLE}', $q${seen}$q$, $q${written}$q$, 'INSERT, UPDATE')")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), TABLE)
    op.drop_table(TABLE)
