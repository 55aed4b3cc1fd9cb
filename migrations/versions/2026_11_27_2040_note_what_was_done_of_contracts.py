"""note what was done of contracts apart from what they say

What was handed over, reviewed or made public was noted among what a clause says, as if to read a contract told it. It
is moved to steps of their own, each with its day.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0089"
down_revision: str | None = "0088"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The kind of clause and the name a day had there; the step it is of, and whether it is said of that clause alone.
MOVED = (
    ("exclusivity", "reviewed_on", "exclusivity-reviewed", True),
    ("exclusivity", "published_on", "exclusivity-published", True),
    ("exclusivity", "holder_informed_on", "exclusivity-holder-informed", True),
    ("exclusivity", "renewal_decided_on", "exclusivity-renewal-decided", True),
    ("exclusivity", "digitised_copy_received_on", "digitised-copy-received", True),
    ("waiver", "published_on", "waiver-published", True),
    ("water-end", "subscribers_on", "water-subscribers-received", False),
    ("water-end", "plans_on", "water-plans-received", False),
    ("water-end", "inventory_on", "asset-inventory-received", False),
    ("audit", "audited_on", "data-audited", True),
)


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table(
        "contract_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("clause_id", sa.BigInteger(), nullable=True),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("undone_on", sa.Date(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("num_nonnulls(done_on, undone_on, planned_on) >= 1", name=op.f("ck_contract_step_told")),
        sa.CheckConstraint("done_on IS NULL OR undone_on IS NULL", name=op.f("ck_contract_step_once")),
        sa.ForeignKeyConstraint(["clause_id"], ["clause.id"], name=op.f("fk_contract_step_clause_id_clause")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_contract_step_contract_id_contract")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contract_step_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_step")),
        info={"kind": "record"},
    )
    for column in ("organisation_id", "clause_id"):
        op.create_index(op.f(f"ix_contract_step_{column}"), "contract_step", [column], unique=False)
    op.create_index(op.f("ix_contract_step_contract_id_step"), "contract_step", ["contract_id", "step"], unique=False)
    op.execute("CALL keep_of_record('contract_step', '{note}')")
    op.execute("CALL guard_by_organisation('contract_step')")
    for kind, term, step, own in MOVED:
        moved = {"kind": kind, "term": term, "step": step, "own": own}
        op.execute(
            sa.text(
                "INSERT INTO contract_step (version, organisation_id, contract_id, clause_id, step, done_on, evidence,"
                " annulled) SELECT DISTINCT 1, s.organisation_id, s.contract_id,"
                " CASE WHEN :own THEN s.clause_id END, :step, CAST(s.terms ->> :term AS date), '{}'::bigint[], false"
                " FROM clause_stipulation s JOIN clause c ON c.id = s.clause_id"
                " WHERE c.kind = :kind AND NOT s.annulled AND s.terms ->> :term IS NOT NULL"
            ).bindparams(**moved)
        )
        op.execute(
            sa.text(
                "UPDATE clause_stipulation s SET terms = s.terms - CAST(:term AS text) FROM clause c"
                " WHERE c.id = s.clause_id AND c.kind = :kind AND s.terms ->> :term IS NOT NULL"
            ).bindparams(kind=kind, term=term)
        )


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "contract_step")
    op.drop_table("contract_step")
