"""plan protective measures

What a body does to protect data, for one activity or for all: who answers for it, by when, at what cost.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = (
    "organisation", "awareness", "access", "encryption", "continuity", "tracing", "premises", "contract",
    "information", "minimisation",
)  # fmt: skip
STATES = ("planned", "under-way", "done", "dropped")
ROLES = ("owner", "steward", "dpo", "prada", "legal-reviewer", "archivist", "elected-delegate")
FREE_TEXTS = "{name,owner_note,notes}"


def _listed(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table(
        "protective_measure",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", _listed(KINDS, "protectivekind"), nullable=True),
        sa.Column("state", _listed(STATES, "measurestate"), nullable=False),
        sa.Column("cost", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("owner_role", _listed(ROLES, "appointmentrole"), nullable=True),
        sa.Column("owner_note", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_protective_measure_name")),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_protective_measure_cost")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_protective_measure_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["processing_activity.id"],
            name=op.f("fk_protective_measure_activity_id_processing_activity"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protective_measure")),
        info={"kind": "record"},
    )  # fmt: skip
    op.create_index(
        op.f("ix_protective_measure_organisation_id_due_on_id"), "protective_measure",
        ["organisation_id", "due_on", "id"], unique=False,
    )  # fmt: skip
    op.create_index(op.f("ix_protective_measure_activity_id"), "protective_measure", ["activity_id"], unique=False)
    op.execute(f"CALL keep_of_record('protective_measure', '{FREE_TEXTS}')")
    op.execute("CALL guard_by_organisation('protective_measure')")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "protective_measure")
    op.drop_table("protective_measure")
