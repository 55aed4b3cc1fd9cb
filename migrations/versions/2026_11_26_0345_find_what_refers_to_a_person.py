"""Find what refers to a person: taking out those of an import read every sheet and every hand-over for each."""

from collections.abc import Sequence

from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_dataset_contact_person_id", "dataset", ["contact_person_id"],
        postgresql_where="contact_person_id IS NOT NULL",
    )  # fmt: skip
    op.create_index("ix_hand_over_to_person_id", "hand_over", ["to_person_id"])


def downgrade() -> None:
    op.drop_index("ix_hand_over_to_person_id", "hand_over")
    op.drop_index("ix_dataset_contact_person_id", "dataset")
