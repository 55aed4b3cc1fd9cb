"""keep answers for a day

A request sent twice under one Idempotency-Key does its work once: its answer is kept in the transaction of the change.
Only its account reads it, and the worker, who removes it after a day.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OWN = "account_id = (SELECT acting_account())"


def upgrade() -> None:
    op.create_table('kept_answer',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('headers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_kept_answer_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_answer')),
    sa.UniqueConstraint('account_id', 'key', name=op.f('uq_kept_answer_account_id_key')),
    info={'kind': 'work'}
    )
    op.create_index(op.f('ix_kept_answer_answered_at'), 'kept_answer', ['answered_at'], unique=False)
    op.create_index(op.f('ix_kept_answer_organisation_id'), 'kept_answer', ['organisation_id'], unique=False)
    op.execute(f"CALL guard_rows('kept_answer', '{OWN}', '{OWN}', 'INSERT, DELETE')")


def downgrade() -> None:
    op.drop_table('kept_answer')
