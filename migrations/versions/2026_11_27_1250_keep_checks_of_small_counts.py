"""keep checks of small counts

What was seen of groups of few people in a file before it leaves: columns and counts, with the file's hash and the day.
A decision of publication cites the last check it rests on.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from registry.platform.migrating import refuse_to_lose

revision: str = "0068"
down_revision: str | None = "0067"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _reference(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_small_count_check_{column}_{target}"))


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    lines = sa.Enum("one", "total", name="linekind", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "small_count_check",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("lines", lines, nullable=False),
        sa.Column("fewer_than", sa.Integer(), nullable=False),
        sa.Column("tables", JSONB(), server_default="[]", nullable=False),
        sa.Column("checked_by", sa.BigInteger(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        _reference("organisation_id", "organisation"),
        _reference("dataset_id", "dataset"),
        _reference("checked_by", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_small_count_check")),
        info={"kind": "record"},
    )
    op.create_index(op.f("ix_small_count_check_organisation_id"), "small_count_check", ["organisation_id"])
    op.create_index(op.f("ix_small_count_check_dataset_id_id"), "small_count_check", ["dataset_id", "id"])
    op.execute("CALL keep_of_record('small_count_check', '{file_name}')")
    op.execute("CALL guard_by_organisation('small_count_check', 'INSERT')")
    op.add_column("publication_choice", sa.Column("check_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_publication_choice_check_id_small_count_check"),
        "publication_choice", "small_count_check", ["check_id"], ["id"],
    )  # fmt: skip


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "small_count_check")
    op.drop_column("publication_choice", "check_id")
    op.drop_table("small_count_check")
