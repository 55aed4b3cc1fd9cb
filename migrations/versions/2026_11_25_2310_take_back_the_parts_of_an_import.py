"""take back the parts of an import

An export of ours read back writes interfaces, fields and what datasets are made from; undoing it takes out those it
made, as it takes out the sheets and the files. Their history stays in the ledger.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("GRANT DELETE ON data_service, dataset_field, derivation TO beffroi_jobs")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON data_service, dataset_field, derivation FROM beffroi_jobs")
