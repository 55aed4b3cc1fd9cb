"""watch the law

Changes of law that somebody follows for an organisation: seen by whoever reads something of that body.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0048"
down_revision: str | None = "0047"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STATUSES = ("spotted", "studied", "done", "set-aside")
FREE_TEXTS = "{title,articles,changes,source_address,note}"
READS = "(SELECT acting_reads())::bigint[]"
OWN_BODY = (
    f"organisation_id = ANY ({READS}) OR organisation_id IN ("
    "SELECT (SELECT l.id FROM organisation l WHERE l.id = ANY (o.lineage) AND l.kind NOT IN ('service', 'department')"
    " ORDER BY array_length(l.lineage, 1) DESC LIMIT 1)"
    f" FROM organisation o WHERE o.id = ANY ({READS}))"
)
WRITTEN = "organisation_id = ANY ((SELECT acting_writes())::bigint[])"


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table(
        "watch_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text_identifier", sa.Text(), nullable=True),
        sa.Column("articles", sa.Text(), nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("source_address", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(*STATUSES, name="watchstatus", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version_identifier", sa.Text(), nullable=True),
        sa.CheckConstraint("title <> '' AND changes <> ''", name=op.f("ck_watch_entry_said")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_watch_entry_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_entry")),
        info={"kind": "record"},
    )
    op.create_index(op.f("ix_watch_entry_organisation_id"), "watch_entry", ["organisation_id"], unique=False)
    op.execute(f"CALL keep_of_record('watch_entry', '{FREE_TEXTS}')")
    op.execute(f"CALL guard_rows('watch_entry', $q${OWN_BODY}$q$, $q${WRITTEN}$q$)")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "watch_entry")
    op.drop_table("watch_entry")
