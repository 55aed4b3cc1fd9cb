"""certify sheets

Campaigns that ask whether sheets are still right, and what was answered about each. A campaign is read by those who
read the organisation that keeps it, or one whose sheets it asks about: a commune whose sheets it leaves alone never
learns of it. What was answered about a sheet is for those who read its organisation.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0071"
down_revision: str | None = "0070"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Answers are told here by the guard of their own table: a row of a body that is not read asks nobody.
ASKED = (
    "organisation_id = ANY ((SELECT acting_reads())::bigint[])"
    " OR EXISTS (SELECT FROM certification asked WHERE asked.campaign_id = certification_campaign.id)"
)
ROLES = ("administrator", "archivist", "auditor", "director", "dpo", "legal", "reader", "steward")
WRITTEN = "organisation_id = ANY ((SELECT acting_writes())::bigint[])"


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
        _reference(name, "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        info={"kind": "record"},
    )


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    _table(
        "certification_campaign",
        sa.Column("scope", _listed(("every", "published", "personal"), "campaignscope"), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("question <> ''", name=op.f("ck_certification_campaign_question")),
        sa.CheckConstraint("due_on >= opened_on", name=op.f("ck_certification_campaign_due_on")),
    )
    _table(
        "certification",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("state", _listed(("waiting", "certified", "wrong"), "certificationstate"), nullable=False),
        sa.Column("dataset_version", sa.Integer(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_as", _listed(ROLES, "answered_as"), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state <> 'certified' OR dataset_version IS NOT NULL", name=op.f("ck_certification_dataset_version")
        ),
        sa.CheckConstraint("state <> 'wrong' OR note IS NOT NULL", name=op.f("ck_certification_note")),
        _reference("certification", "campaign_id", "certification_campaign"),
        _reference("certification", "dataset_id", "dataset"),
        sa.UniqueConstraint("campaign_id", "dataset_id", name=op.f("uq_certification_campaign_id_dataset_id")),
    )
    for table, column in (
        ("certification_campaign", "organisation_id"), ("certification", "organisation_id"),
        ("certification", "dataset_id"),
    ):  # fmt: skip
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    op.execute("CALL keep_of_record('certification', '{note}')")
    op.execute("CALL guard_by_organisation('certification')")
    op.execute("CALL keep_of_record('certification_campaign', '{question}')")
    op.execute(f"CALL guard_rows('certification_campaign', $q${ASKED}$q$, $q${WRITTEN}$q$)")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "certification_campaign", "certification")
    op.execute("DROP POLICY app_reads ON certification_campaign")
    op.drop_table("certification")
    op.drop_table("certification_campaign")
