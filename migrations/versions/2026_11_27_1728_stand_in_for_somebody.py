"""stand in for somebody

Who keeps sheets names who does their tasks while they are away, for six months at most; either of the two ends it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0083"
down_revision: str | None = "0082"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "stand_in",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("away_id", sa.BigInteger(), nullable=False),
        sa.Column("away_person_id", sa.BigInteger(), nullable=False),
        sa.Column("stand_in_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_stand_in_period")),
        sa.CheckConstraint("ends_on <= starts_on + interval '6 months'", name=op.f("ck_stand_in_longest")),
        sa.CheckConstraint("away_id <> stand_in_id", name=op.f("ck_stand_in_two")),
        sa.ForeignKeyConstraint(["away_id"], ["account.id"], name=op.f("fk_stand_in_away_id_account")),
        sa.ForeignKeyConstraint(["away_person_id"], ["person.id"], name=op.f("fk_stand_in_away_person_id_person")),
        sa.ForeignKeyConstraint(["stand_in_id"], ["account.id"], name=op.f("fk_stand_in_stand_in_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_stand_in_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in")),
        info={"kind": "record"},
    )
    for column in ("organisation_id", "away_id", "away_person_id", "stand_in_id"):
        op.create_index(op.f(f"ix_stand_in_{column}"), "stand_in", [column], unique=False)
    op.execute("CALL keep_of_record('stand_in', '{reason}')")
    op.execute("CALL guard_by_organisation('stand_in', 'INSERT')")
    op.execute("GRANT UPDATE (version, ended_on) ON stand_in TO beffroi_app, beffroi_jobs")
    op.execute(
        "CREATE POLICY own_name ON stand_in AS RESTRICTIVE FOR INSERT TO beffroi_app"
        " WITH CHECK (away_id = acting_account())"
    )
    op.execute(
        "CREATE POLICY own_end ON stand_in AS RESTRICTIVE FOR UPDATE TO beffroi_app"
        " USING (acting_account() IN (away_id, stand_in_id)) WITH CHECK (ended_on IS NOT NULL)"
    )


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "stand_in")
    op.drop_table("stand_in")
