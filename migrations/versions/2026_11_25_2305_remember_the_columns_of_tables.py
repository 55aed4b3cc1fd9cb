"""remember the columns of tables

A table whose headers nobody knows waits for somebody to say what its columns hold; the organisation remembers it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = ("reading", "unreadable", "previewed", "applying", "applied", "undoing", "undone", "abandoned")


def _let_an_import_be(*states: str) -> None:
    op.drop_constraint(op.f("ck_import_batch_importstate"), "import_batch")
    op.create_check_constraint(op.f("ck_import_batch_importstate"), "import_batch", sa.column("state").in_(states))


def upgrade() -> None:
    """Goes one revision up."""
    _let_an_import_be("reading", "asking", *BEFORE[1:])
    op.create_table(
        "column_mapping",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_column_mapping_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_mapping")),
        sa.UniqueConstraint("organisation_id", "fingerprint", name=op.f("uq_column_mapping_organisation_id_fingerprint")),
        info={"kind": "work"},
    )
    op.execute("CALL guard_by_organisation('column_mapping')")


def downgrade() -> None:
    """Goes one revision down."""
    op.drop_table("column_mapping")
    op.execute("SELECT set_config('beffroi.actor', 'migration:0013', true)")
    op.execute("UPDATE import_batch SET state = 'reading' WHERE state = 'asking'")
    _let_an_import_be(*BEFORE)
