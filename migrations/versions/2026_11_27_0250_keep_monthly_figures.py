"""keep monthly figures

What the directors' page says of past months, written anew each night from the history of findings. What only those
who answer for breaches and requests may read stands in rows of its own.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0058"
down_revision: str | None = "0057"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FIGURES = ("kept", "founded", "published", "breaches", "late", "matters")
SEEN = (
    "organisation_id = ANY ((SELECT acting_reads())::bigint[])"
    " AND (NOT confided OR organisation_id = ANY ((SELECT acting_confides())::bigint[]))"
)


def upgrade() -> None:
    op.create_table(
        "monthly_figure",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "figure",
            sa.Enum(*FIGURES, name="figure", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("confided", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_monthly_figure_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_figure")),
        info={"kind": "work"},
    )
    op.create_index(
        op.f("ix_monthly_figure_organisation_id_figure_day_confided"),
        "monthly_figure",
        ["organisation_id", "figure", "day", "confided"],
        unique=True,
    )
    op.execute(f"CALL guard_rows('monthly_figure', $q${SEEN}$q$, 'false', '')")
    op.execute("GRANT INSERT, DELETE ON monthly_figure TO beffroi_jobs")


def downgrade() -> None:
    op.drop_table("monthly_figure")
