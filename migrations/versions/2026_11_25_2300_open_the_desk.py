"""open the desk

Questions about a sheet with their threads, what people decided about their tasks, hand-overs; and appointments on
information systems. Whoever reads a sheet may ask about it: these rows are written by readers, within what they read.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from registry.platform.migrating import refuse_to_lose

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FREE_TEXTS = {"question": "{}", "question_message": "{text}", "task_arrangement": "{reason}", "hand_over": "{reason}"}

READ = "organisation_id = ANY ((SELECT acting_reads())::bigint[])"
OWN_WORDS = f"{READ} AND account_id = (SELECT acting_account())"
OWN_OR_HANDED = (
    f"{READ} AND ((SELECT acting_account()) IN (account_id, delegate_id)"
    " OR organisation_id = ANY ((SELECT acting_writes())::bigint[]))"
)

# table: (who sees a row, who writes it, what the web role may do besides reading)
GUARDS = {
    "question": (READ, READ, "INSERT, UPDATE"),
    "question_message": (READ, OWN_WORDS, "INSERT"),
    "task_arrangement": (OWN_OR_HANDED, OWN_OR_HANDED, "INSERT, UPDATE"),
}


def _let_appointments_be_on(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_appointment_appointmentsubject"), "appointment")
    op.create_check_constraint(
        op.f("ck_appointment_appointmentsubject"), "appointment", sa.column("subject_kind").in_(kinds)
    )


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table('question',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('subject_kind', sa.Enum('dataset', 'system', name='questionsubject', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('subject_id', sa.BigInteger(), nullable=False),
    sa.Column('field', sa.Text(), nullable=True),
    sa.Column('addressee', sa.Enum('owner', 'legal', 'dpo', name='addressee', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('asked_by', sa.BigInteger(), nullable=False),
    sa.Column('asked_to', sa.BigInteger(), nullable=True),
    sa.Column('asked_as', sa.Enum('owner', 'steward', 'dpo', 'prada', 'legal-reviewer', 'archivist', 'elected-delegate', name='appointmentrole', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('state', sa.Enum('open', 'answered', 'closed', name='questionstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['asked_by'], ['account.id'], name=op.f('fk_question_asked_by_account')),
    sa.ForeignKeyConstraint(['asked_to'], ['person.id'], name=op.f('fk_question_asked_to_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_question_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question')),
    info={'kind': 'record'}
    )
    for columns in (['organisation_id'], ['asked_by'], ['asked_to'], ['subject_id', 'subject_kind']):
        op.create_index(op.f(f"ix_question_{'_'.join(columns)}"), 'question', columns, unique=False)
    op.create_table('question_message',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('question_id', sa.BigInteger(), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_question_message_account_id_account')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_question_message_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_question_message_question_id_question')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_message')),
    info={'kind': 'record'}
    )
    for column in ('organisation_id', 'question_id'):
        op.create_index(op.f(f"ix_question_message_{column}"), 'question_message', [column], unique=False)
    op.create_table('task_arrangement',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('task_key', sa.Text(), nullable=False),
    sa.Column('kind', sa.Enum('snooze', 'delegation', name='arrangement', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('delegate_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('ended', sa.Boolean(), nullable=False),
    sa.CheckConstraint("(kind = 'delegation') = (delegate_id IS NOT NULL)", name=op.f('ck_task_arrangement_delegate')),
    sa.CheckConstraint("(kind = 'snooze') = (until IS NOT NULL)", name=op.f('ck_task_arrangement_until')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_task_arrangement_account_id_account')),
    sa.ForeignKeyConstraint(['delegate_id'], ['account.id'], name=op.f('fk_task_arrangement_delegate_id_account')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_task_arrangement_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task_arrangement')),
    info={'kind': 'record'}
    )
    for column in ('organisation_id', 'delegate_id'):
        op.create_index(op.f(f"ix_task_arrangement_{column}"), 'task_arrangement', [column], unique=False)
    op.create_index(op.f('ix_task_arrangement_account_id_task_key'), 'task_arrangement', ['account_id', 'task_key'], unique=True, postgresql_where=sa.text('NOT ended'))
    op.create_table('hand_over',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('from_person_id', sa.BigInteger(), nullable=False),
    sa.Column('to_person_id', sa.BigInteger(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('moved', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('undone', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['from_person_id'], ['person.id'], name=op.f('fk_hand_over_from_person_id_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_hand_over_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['to_person_id'], ['person.id'], name=op.f('fk_hand_over_to_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hand_over')),
    info={'kind': 'record'}
    )
    for column in ('organisation_id', 'from_person_id'):
        op.create_index(op.f(f"ix_hand_over_{column}"), 'hand_over', [column], unique=False)
    for table, free_texts in FREE_TEXTS.items():
        op.execute(f"CALL keep_of_record('{table}', '{free_texts}')")
    for table, (seen_by, written_by, may) in GUARDS.items():
        op.execute(f"CALL guard_rows('{table}', $q${seen_by}$q$, $q${written_by}$q$, '{may}')")
    op.execute("CALL guard_by_organisation('hand_over')")
    _let_appointments_be_on("organisation", "dataset", "system")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), *FREE_TEXTS, "appointment WHERE subject_kind = 'system'")
    _let_appointments_be_on("organisation", "dataset")
    for table in ("hand_over", "task_arrangement", "question_message", "question"):
        op.drop_table(table)
