"""keep drafts of sheets

A form in progress is kept for its author alone, valid or not, until the sheet is saved.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('sheet_draft',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('dataset_id', sa.BigInteger(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('typed', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_sheet_draft_account_id_account')),
    sa.ForeignKeyConstraint(['dataset_id'], ['dataset.id'], name=op.f('fk_sheet_draft_dataset_id_dataset'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_draft')),
    info={'kind': 'work'}
    )
    op.create_index(op.f('ix_sheet_draft_account_id'), 'sheet_draft', ['account_id'], unique=False)
    op.create_index(op.f('ix_sheet_draft_dataset_id'), 'sheet_draft', ['dataset_id'], unique=False)
    op.create_index('uq_sheet_draft_account_id_dataset_id', 'sheet_draft', ['account_id', 'dataset_id'], unique=True, postgresql_where=sa.text('dataset_id IS NOT NULL'))
    own = "account_id = (SELECT acting_account())"
    op.execute(f"CALL guard_rows('sheet_draft', $q${own}$q$, $q${own}$q$, 'INSERT, UPDATE, DELETE')")


def downgrade() -> None:
    op.drop_table('sheet_draft')
