"""say what an activity holds

Whose data of which kind and how long, who receives it, where it goes, which rights depart from the basis, which
datasets and systems it concerns, on whose behalf it is carried out.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FREE_TEXTS = {
    "activity_data": "{precision,retention_trigger,retention_ground}",
    "activity_recipient": "{name,received}",
    "activity_transfer": "{recipient,document}",
    "activity_right": "{reason}",
    "activity_dataset": "{}",
    "activity_system": "{}",
    "activity_principal": "{}",
}


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table('activity_data',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('activity_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('people_category', sa.Text(), nullable=False),
    sa.Column('data_category', sa.Text(), nullable=False),
    sa.Column('precision', sa.Text(), nullable=True),
    sa.Column('retention_months', sa.Integer(), nullable=True),
    sa.Column('retention_trigger', sa.Text(), nullable=True),
    sa.Column('intermediate_months', sa.Integer(), nullable=True),
    sa.Column('final_disposition', sa.Enum('keep', 'sample', 'dispose', name='finaldisposition', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('retention_ground', sa.Text(), nullable=True),
    sa.Column('annulled', sa.Boolean(), nullable=False),
    sa.CheckConstraint('intermediate_months >= 0', name=op.f('ck_activity_data_intermediate_months')),
    sa.CheckConstraint('retention_months >= 0', name=op.f('ck_activity_data_retention_months')),
    sa.ForeignKeyConstraint(['activity_id'], ['processing_activity.id'], name=op.f('fk_activity_data_activity_id_processing_activity')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_activity_data_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_data')),
    sa.UniqueConstraint('activity_id', 'people_category', 'data_category', name=op.f('uq_activity_data_activity_id_people_category_data_category')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_activity_data_organisation_id'), 'activity_data', ['organisation_id'], unique=False)
    op.create_table('activity_recipient',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('activity_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Enum('internal', 'processor', 'administration', 'partner', 'other', 'public', name='recipientkind', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('received', sa.Text(), nullable=True),
    sa.Column('annulled', sa.Boolean(), nullable=False),
    sa.CheckConstraint("name <> ''", name=op.f('ck_activity_recipient_name')),
    sa.ForeignKeyConstraint(['activity_id'], ['processing_activity.id'], name=op.f('fk_activity_recipient_activity_id_processing_activity')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_activity_recipient_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_recipient')),
    sa.UniqueConstraint('activity_id', 'name', name=op.f('uq_activity_recipient_activity_id_name')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_activity_recipient_organisation_id'), 'activity_recipient', ['organisation_id'], unique=False)
    op.create_table('activity_transfer',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('activity_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('country', sa.Text(), nullable=False),
    sa.Column('recipient', sa.Text(), nullable=False),
    sa.Column('safeguard', sa.Enum('adequacy', 'public-bodies', 'corporate-rules', 'standard-clauses', 'authority-clauses', 'code-of-conduct', 'certification', 'authorised', 'derogation', name='transfersafeguard', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('document', sa.Text(), nullable=True),
    sa.Column('annulled', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['processing_activity.id'], name=op.f('fk_activity_transfer_activity_id_processing_activity')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_activity_transfer_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_transfer')),
    sa.UniqueConstraint('activity_id', 'country', 'recipient', name=op.f('uq_activity_transfer_activity_id_country_recipient')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_activity_transfer_organisation_id'), 'activity_transfer', ['organisation_id'], unique=False)
    op.create_table('activity_right',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('activity_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('right', sa.Enum('access', 'rectification', 'erasure', 'restriction', 'portability', 'objection', 'withdrawal', 'human-review', name='personsright', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('applies', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('annulled', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['processing_activity.id'], name=op.f('fk_activity_right_activity_id_processing_activity')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_activity_right_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_right')),
    sa.UniqueConstraint('activity_id', 'right', name=op.f('uq_activity_right_activity_id_right')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_activity_right_organisation_id'), 'activity_right', ['organisation_id'], unique=False)
    op.create_table('activity_dataset',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('activity_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('dataset_id', sa.BigInteger(), nullable=False),
    sa.Column('fields', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('annulled', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['processing_activity.id'], name=op.f('fk_activity_dataset_activity_id_processing_activity')),
    sa.ForeignKeyConstraint(['dataset_id'], ['dataset.id'], name=op.f('fk_activity_dataset_dataset_id_dataset')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_activity_dataset_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_dataset')),
    sa.UniqueConstraint('activity_id', 'dataset_id', name=op.f('uq_activity_dataset_activity_id_dataset_id')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_activity_dataset_dataset_id'), 'activity_dataset', ['dataset_id'], unique=False)
    op.create_index(op.f('ix_activity_dataset_organisation_id'), 'activity_dataset', ['organisation_id'], unique=False)
    op.create_table('activity_system',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('activity_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('information_system_id', sa.BigInteger(), nullable=False),
    sa.Column('annulled', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['processing_activity.id'], name=op.f('fk_activity_system_activity_id_processing_activity')),
    sa.ForeignKeyConstraint(['information_system_id'], ['information_system.id'], name=op.f('fk_activity_system_information_system_id_information_system')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_activity_system_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_system')),
    sa.UniqueConstraint('activity_id', 'information_system_id', name=op.f('uq_activity_system_activity_id_information_system_id')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_activity_system_information_system_id'), 'activity_system', ['information_system_id'], unique=False)
    op.create_index(op.f('ix_activity_system_organisation_id'), 'activity_system', ['organisation_id'], unique=False)
    op.create_table('activity_principal',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('activity_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('principal_id', sa.BigInteger(), nullable=False),
    sa.Column('annulled', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['processing_activity.id'], name=op.f('fk_activity_principal_activity_id_processing_activity')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_activity_principal_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['principal_id'], ['organisation.id'], name=op.f('fk_activity_principal_principal_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_principal')),
    sa.UniqueConstraint('activity_id', 'principal_id', name=op.f('uq_activity_principal_activity_id_principal_id')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_activity_principal_organisation_id'), 'activity_principal', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_activity_principal_principal_id'), 'activity_principal', ['principal_id'], unique=False)
    for table, free_texts in FREE_TEXTS.items():
        op.execute(f"CALL keep_of_record('{table}', '{free_texts}')")
        op.execute(f"CALL guard_by_organisation('{table}')")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), *FREE_TEXTS)
    for table in reversed(FREE_TEXTS):
        op.drop_table(table)
