"""open the record of processing

The record of processing activities (GDPR art. 30) of each body; findings may speak of an activity.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FREE_TEXTS = (
    "{name,name_sort,department,joint_controllers,purpose,sub_purposes,basis_note,founding_text,consent_proof,"
    "consent_withdrawal,article9_text,offences_text,offences_necessity,nir_text,data_origin_note,"
    "algorithm_notice,notice_text,rights_channel,security_note,notes}"
)


def _let_findings_speak_of(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_finding_subjectkind"), "finding")
    op.create_check_constraint(op.f("ck_finding_subjectkind"), "finding", sa.column("subject_kind").in_(kinds))


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table('processing_activity',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_sort', sa.Text(), nullable=False),
    sa.Column('role', sa.Enum('controller', 'joint-controller', 'processor', name='processingrole', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status', sa.Enum('draft', 'active', 'suspended', 'ended', name='activitystatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('department', sa.Text(), nullable=True),
    sa.Column('joint_controllers', sa.Text(), nullable=True),
    sa.Column('purpose', sa.Text(), nullable=True),
    sa.Column('sub_purposes', sa.Text(), nullable=True),
    sa.Column('started_on', sa.Date(), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('reviewed_on', sa.Date(), nullable=True),
    sa.Column('lawful_basis', sa.Enum('consent', 'contract', 'legal-obligation', 'vital-interests', 'public-task', 'legitimate-interests', name='lawfulbasis', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('basis_note', sa.Text(), nullable=True),
    sa.Column('public_mission', sa.Boolean(), nullable=True),
    sa.Column('founding_text', sa.Text(), nullable=True),
    sa.Column('founding_text_on', sa.Date(), nullable=True),
    sa.Column('founding_text_url', sa.Text(), nullable=True),
    sa.Column('consent_proof', sa.Text(), nullable=True),
    sa.Column('consent_withdrawal', sa.Text(), nullable=True),
    sa.Column('article9_conditions', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('article9_text', sa.Text(), nullable=True),
    sa.Column('offences_text', sa.Text(), nullable=True),
    sa.Column('offences_necessity', sa.Text(), nullable=True),
    sa.Column('nir_text', sa.Text(), nullable=True),
    sa.Column('data_origins', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('data_origin_note', sa.Text(), nullable=True),
    sa.Column('people_count', sa.Integer(), nullable=True),
    sa.Column('automated_decision', sa.Enum('none', 'assisted', 'sole', name='automateddecision', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('algorithm_notice', sa.Text(), nullable=True),
    sa.Column('algorithm_explained', sa.Boolean(), nullable=True),
    sa.Column('human_review', sa.Boolean(), nullable=True),
    sa.Column('notice_text', sa.Text(), nullable=True),
    sa.Column('notice_url', sa.Text(), nullable=True),
    sa.Column('notice_reviewed_on', sa.Date(), nullable=True),
    sa.Column('rights_channel', sa.Text(), nullable=True),
    sa.Column('security_measures', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('security_note', sa.Text(), nullable=True),
    sa.Column('declared_absent', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('template', sa.Text(), nullable=True),
    sa.Column('template_digest', sa.Text(), nullable=True),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('annulled', sa.Boolean(), nullable=False),
    sa.CheckConstraint("name <> ''", name=op.f('ck_processing_activity_name')),
    sa.CheckConstraint('ended_on >= started_on', name=op.f('ck_processing_activity_period')),
    sa.CheckConstraint('people_count >= 0', name=op.f('ck_processing_activity_people_count')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_processing_activity_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_processing_activity')),
    sa.UniqueConstraint('organisation_id', 'reference', name=op.f('uq_processing_activity_organisation_id_reference')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_processing_activity_name_sort_id'), 'processing_activity', ['name_sort', 'id'], unique=False)
    op.execute(f"CALL keep_of_record('processing_activity', '{FREE_TEXTS}')")
    op.execute("CALL guard_by_organisation('processing_activity')")
    _let_findings_speak_of("dataset", "organisation", "system", "activity")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "processing_activity")
    op.execute("DELETE FROM finding WHERE subject_kind = 'activity'")
    _let_findings_speak_of("dataset", "organisation", "system")
    op.drop_table("processing_activity")
