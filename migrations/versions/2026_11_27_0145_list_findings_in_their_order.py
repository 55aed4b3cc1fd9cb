"""list findings in their order

The list goes through the findings of one body under one rule that read alike, by number: sorted by an index, a page
costs what it shows, where a hundred thousand of them were sorted for each. What has turned by itself since is beside.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0055"
down_revision: str | None = "0054"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_STANDS = sa.text("until IS NULL")


def upgrade() -> None:
    op.create_index(
        op.f("ix_finding_organisation_id_policy_id_verdict_id"), "finding",
        ["organisation_id", "policy_id", "verdict", "id"], postgresql_where=_STANDS,
    )  # fmt: skip
    op.create_index(
        op.f("ix_finding_organisation_id_policy_id_turns_into_id"), "finding",
        ["organisation_id", "policy_id", "turns_into", "id"],
        postgresql_where=sa.text("until IS NULL AND turns_into IS NOT NULL"),
    )  # fmt: skip
    op.drop_index(op.f("ix_finding_organisation_id_policy_id_verdict"), table_name="finding")


def downgrade() -> None:
    op.create_index(
        op.f("ix_finding_organisation_id_policy_id_verdict"), "finding", ["organisation_id", "policy_id", "verdict"],
        postgresql_where=_STANDS,
    )  # fmt: skip
    op.drop_index(op.f("ix_finding_organisation_id_policy_id_turns_into_id"), table_name="finding")
    op.drop_index(op.f("ix_finding_organisation_id_policy_id_verdict_id"), table_name="finding")
