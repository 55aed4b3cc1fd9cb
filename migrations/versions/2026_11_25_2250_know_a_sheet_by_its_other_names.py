"""know a sheet by its other names

An import finds the sheet of a record that came in before under another name: by the address other catalogues know
it by, or by what earlier imports brought. Addresses may be longer than a tree's entry: hashes hold them.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Goes one revision up."""
    op.create_index(op.f("ix_dataset_uri"), "dataset", ["uri"], postgresql_using="hash")
    op.create_index(op.f("ix_import_line_identifier"), "import_line", ["identifier"], postgresql_using="hash")


def downgrade() -> None:
    """Goes one revision down."""
    op.drop_index(op.f("ix_import_line_identifier"), table_name="import_line")
    op.drop_index(op.f("ix_dataset_uri"), table_name="dataset")
