"""keep training

Courses on data, their sessions, and who was there. What somebody attended is of that person's organisation.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0062"
down_revision: str | None = "0061"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FREE_TEXTS = {
    "training_course": "{title,content}", "training_session": "{place,given_by}", "training_attendance": "{}",
}  # fmt: skip


def _listed(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _table(name: str, *columns: sa.Column | sa.Constraint) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.Column("annulled", sa.Boolean(), nullable=False),
        _reference(name, "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        info={"kind": "record"},
    )


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    _table(
        "training_course",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("audiences", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.CheckConstraint("title <> ''", name=op.f("ck_training_course_title")),
    )
    _table(
        "training_session",
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.Float(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=True),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.CheckConstraint("hours > 0", name=op.f("ck_training_session_hours")),
        sa.CheckConstraint("headcount >= 0", name=op.f("ck_training_session_headcount")),
        _reference("training_session", "course_id", "training_course"),
    )
    _table(
        "training_attendance",
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("state", _listed(("enrolled", "attended", "missed"), "attendancestate"), nullable=False),
        _reference("training_attendance", "session_id", "training_session"),
        _reference("training_attendance", "person_id", "person"),
        sa.UniqueConstraint("session_id", "person_id", name=op.f("uq_training_attendance_session_id_person_id")),
    )
    for table, columns in (
        ("training_course", ["organisation_id"]), ("training_session", ["organisation_id"]),
        ("training_session", ["course_id", "held_on", "id"]), ("training_attendance", ["organisation_id"]),
        ("training_attendance", ["person_id"]),
    ):  # fmt: skip
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns, unique=False)
    for table, free_texts in FREE_TEXTS.items():
        op.execute(f"CALL keep_of_record('{table}', '{free_texts}')")
        op.execute(f"CALL guard_by_organisation('{table}')")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), *FREE_TEXTS)
    for table in ("training_attendance", "training_session", "training_course"):
        op.drop_table(table)
