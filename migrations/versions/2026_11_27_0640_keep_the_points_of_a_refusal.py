"""keep the points of a refusal

What a refused visa asks to mend or to answer, one row a thing, each owed until it is.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0064"
down_revision: str | None = "0063"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _reference(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_refusal_point_{column}_{target}"))


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    states = sa.Enum(
        "open", "mended", "answered", name="refusalpointstate", native_enum=False, create_constraint=True, length=40
    )
    op.create_table(
        "refusal_point",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_version", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("policy_id", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", states, nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("field IS NULL OR policy_id IS NULL", name=op.f("ck_refusal_point_about")),
        sa.CheckConstraint("(state <> 'open') = (closed_on IS NOT NULL)", name=op.f("ck_refusal_point_closed")),
        sa.CheckConstraint("state <> 'answered' OR answer IS NOT NULL", name=op.f("ck_refusal_point_answered")),
        _reference("organisation_id", "organisation"),
        _reference("dataset_id", "dataset"),
        _reference("request_id", "stage_request"),
        _reference("closed_by", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal_point")),
        info={"kind": "record"},
    )
    op.create_index(op.f("ix_refusal_point_organisation_id"), "refusal_point", ["organisation_id"])
    op.create_index(op.f("ix_refusal_point_request_id"), "refusal_point", ["request_id"])
    op.create_index(
        op.f("ix_refusal_point_dataset_id"), "refusal_point", ["dataset_id"],
        postgresql_where=sa.text("state = 'open'"),
    )  # fmt: skip
    op.execute("CALL keep_of_record('refusal_point', '{words,answer}')")
    op.execute("CALL guard_by_organisation('refusal_point', 'INSERT')")
    op.execute(
        "GRANT UPDATE (version, state, answer, closed_by, closed_on) ON refusal_point TO beffroi_app, beffroi_jobs"
    )


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "refusal_point")
    op.drop_table("refusal_point")
