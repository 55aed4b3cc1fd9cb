"""share out joint duties

The arrangements between joint controllers: who decides with us, who answers for what, what people may read of it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

DUTIES = ("information", "rights", "security", "breaches", "processors", "assessment", "retention")
FREE_TEXTS = {
    "joint_arrangement": "{law,contact_point,outline,notes}", "joint_controller": "{name,contact}",
    "joint_share": "{answers}",
}  # fmt: skip


def _below_an_activity(name: str, unique: tuple[str, ...], *columns: sa.Column | sa.Constraint) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{name}_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["processing_activity.id"], name=op.f(f"fk_{name}_activity_id_processing_activity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(*unique, name=op.f(f"uq_{name}_{'_'.join(unique)}")),
        info={"kind": "record"},
    )
    op.create_index(op.f(f"ix_{name}_organisation_id"), name, ["organisation_id"], unique=False)


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    _below_an_activity(
        "joint_arrangement",
        ("activity_id",),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("law", sa.Text(), nullable=True),
        sa.Column("contact_point", sa.Text(), nullable=True),
        sa.Column("outline", sa.Text(), nullable=True),
        sa.Column("outline_url", sa.Text(), nullable=True),
        sa.Column("outline_published_on", sa.Date(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
    )
    _below_an_activity(
        "joint_controller",
        ("activity_id", "name"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("annulled", sa.Boolean(), nullable=False),
    )
    duties = sa.Enum(*DUTIES, name="jointduty", native_enum=False, create_constraint=True, length=40)
    _below_an_activity(
        "joint_share",
        ("activity_id", "duty"),
        sa.Column("duty", duties, nullable=False),
        sa.Column("answers", sa.Text(), nullable=True),
    )
    for table, free_texts in FREE_TEXTS.items():
        op.execute(f"CALL keep_of_record('{table}', '{free_texts}')")
        op.execute(f"CALL guard_by_organisation('{table}')")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), *FREE_TEXTS)
    for table in ("joint_share", "joint_controller", "joint_arrangement"):
        op.drop_table(table)
