"""erase a person

The erasures asked for and done, in numbers alone; and a function that says whether somebody still holds a post or a
role on an organisation the asker does not see: they are not erased behind its back.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from registry.platform.migrating import refuse_to_lose

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEYOND = """
CREATE FUNCTION person_holds_beyond(asked bigint, within bigint[], on_day date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM appointment
                  WHERE person_id = asked AND NOT annulled AND organisation_id <> ALL (within)
                    AND (upper(during) IS NULL OR upper(during) > on_day))
      OR EXISTS (SELECT FROM account a JOIN role_grant g ON g.account_id = a.id
                  WHERE a.person_id = asked AND NOT g.ended AND g.organisation_id <> ALL (within))
$$;
"""


def upgrade() -> None:
    op.execute("SELECT set_config('beffroi.actor', 'migration:0021', true)")
    op.create_table(
        "erasure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked", "erased", "cleaned", name="erasurestate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("exception", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("choices", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("backups_until", sa.Date(), nullable=True),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("kept", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_erasure_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_erasure_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("person_id", name=op.f("uq_erasure_person_id")),
    )
    op.create_index(op.f("ix_erasure_organisation_id"), "erasure", ["organisation_id"], unique=False)
    op.execute("CALL keep_of_record('erasure', '{reason}')")
    op.execute("CALL guard_by_organisation('erasure')")
    op.execute(BEYOND)
    op.execute("REVOKE ALL ON FUNCTION person_holds_beyond(bigint, bigint[], date) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION person_holds_beyond(bigint, bigint[], date) TO beffroi_app, beffroi_jobs")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "erasure")
    op.execute("DROP FUNCTION person_holds_beyond(bigint, bigint[], date)")
    op.drop_table("erasure")
