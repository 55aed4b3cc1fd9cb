"""Keep what an inspection suggests of a field, and what a person made of it; no value of the data."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from registry.platform.migrating import refuse_to_lose

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "field_suggestion"
SIGNS = (
    "nir", "iban", "sole-trader", "phone", "mailbox", "plate", "birth-date", "person-name", "home-address",
    "ip-address", "free-text", "header",
)  # fmt: skip


def _one_of(name: str, *codes: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("field_name", sa.Text(), nullable=False),
        sa.Column("sign", _one_of("personalsign", *SIGNS), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("confidence", _one_of("confidence", "high", "medium", "low"), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("sampled", sa.Integer(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            _one_of("suggestionstate", "waiting", "kept", "confirmed", "refused", "withdrawn"),
            nullable=False,
        ),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.CheckConstraint("field_name <> ''", name=op.f("ck_field_suggestion_field_name")),
        sa.CheckConstraint("found BETWEEN 0 AND sampled", name=op.f("ck_field_suggestion_found")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_field_suggestion_dataset_id_dataset")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_field_suggestion_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_suggestion")),
        sa.UniqueConstraint(
            "dataset_id", "field_name", "sign", "category",
            name=op.f("uq_field_suggestion_dataset_id_field_name_sign_category"),
        ),
        info={"kind": "record"},
    )  # fmt: skip
    op.create_index(op.f("ix_field_suggestion_organisation_id"), TABLE, ["organisation_id"], unique=False)
    op.execute(f"CALL keep_of_record('{TABLE}', '{{remark}}')")
    op.execute(f"CALL guard_by_organisation('{TABLE}')")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), TABLE)
    op.drop_table(TABLE)
