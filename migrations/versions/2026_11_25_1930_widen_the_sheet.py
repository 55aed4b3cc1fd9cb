"""widen the sheet

Every field a steward fills has a home: what a dataset holds column by column, by which interfaces it is served, in
which information system it lives, what it is made from.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

UPSTREAM = """
CREATE FUNCTION upstream_of(asked bigint)
RETURNS TABLE (dataset_id bigint, steps integer, licence text, personal_data text, statistical_secrecy text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH RECURSIVE up (source_id, steps) AS (
    SELECT derivation.source_id, 1 FROM derivation JOIN dataset ON dataset.id = derivation.dataset_id
     WHERE derivation.dataset_id = asked AND NOT derivation.annulled
       AND (session_user <> 'beffroi_app' OR dataset.organisation_id = ANY ((SELECT acting_reads())::bigint[]))
    UNION
    SELECT derivation.source_id, up.steps + 1 FROM derivation JOIN up ON derivation.dataset_id = up.source_id
     WHERE NOT derivation.annulled AND up.steps < 100
  )
  SELECT up.source_id, min(up.steps), dataset.licence, dataset.personal_data, dataset.statistical_secrecy
    FROM up JOIN dataset ON dataset.id = up.source_id
   WHERE NOT dataset.annulled
   GROUP BY up.source_id, dataset.licence, dataset.personal_data, dataset.statistical_secrecy
$$
"""
"""What binds a dataset comes from upstream whoever owns it: its terms are told, and nothing else of it."""

FREE_TEXTS = {
    "information_system": "{name,name_sort,description,contract_reference,backup_note}",
    "data_service": "{title,description}",
    "dataset_field": "{label,description,purpose}",
    "derivation": "{method}",
}
OF_A_SHEET = (
    "title,title_sort,description,creator_name,rights,provenance,publication_ground_reference,anonymisation_proof"
)
MORE_OF_A_SHEET = "contact_service,volume_note,anonymisation_method,retention_trigger,quality_notes,notes"


def _keep_texts_of_a_sheet_apart(free_texts: str) -> None:
    op.execute("DROP TRIGGER z_ledger ON dataset")
    op.execute(
        "CREATE TRIGGER z_ledger AFTER INSERT OR UPDATE OR DELETE ON dataset"
        f" FOR EACH ROW EXECUTE FUNCTION record_in_ledger('{{{free_texts}}}')"
    )


def _let_findings_speak_of(*kinds: str) -> None:
    """Findings are of these kinds of subject only."""
    op.drop_constraint(op.f("ck_finding_subjectkind"), "finding")
    op.create_check_constraint(op.f("ck_finding_subjectkind"), "finding", sa.column("subject_kind").in_(kinds))


def upgrade() -> None:
    op.execute("SELECT set_config('beffroi.actor', 'migration:0007', true)")
    op.create_table('information_system',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_sort', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('editor_name', sa.Text(), nullable=True),
    sa.Column('external_host', sa.Boolean(), nullable=True),
    sa.Column('host_name', sa.Text(), nullable=True),
    sa.Column('host_country', sa.Text(), nullable=True),
    sa.Column('certifications', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('contract_reference', sa.Text(), nullable=True),
    sa.Column('backup_note', sa.Text(), nullable=True),
    sa.Column('backup_tested_on', sa.Date(), nullable=True),
    sa.Column('exit_tested_on', sa.Date(), nullable=True),
    sa.Column('open_export', sa.Boolean(), nullable=True),
    sa.Column('dependency_assessed_on', sa.Date(), nullable=True),
    sa.Column('health_data', sa.Boolean(), nullable=True),
    sa.Column('definitive_archives', sa.Boolean(), nullable=True),
    sa.Column('declared_absent', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('annulled', sa.Boolean(), nullable=False),
    sa.CheckConstraint("name <> ''", name=op.f('ck_information_system_name')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_information_system_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_information_system')),
    sa.UniqueConstraint('organisation_id', 'name_sort', name=op.f('uq_information_system_organisation_id_name_sort')),
    info={'kind': 'record'}
    )
    op.create_table('data_service',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('dataset_id', sa.BigInteger(), nullable=False),
    sa.Column('identifier', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('endpoint_url', sa.Text(), nullable=True),
    sa.Column('endpoint_description', sa.Text(), nullable=True),
    sa.Column('conforms_to', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('licence', sa.Text(), nullable=True),
    sa.Column('documentation', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('annulled', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['dataset_id'], ['dataset.id'], name=op.f('fk_data_service_dataset_id_dataset')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_data_service_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_service')),
    sa.UniqueConstraint('dataset_id', 'identifier', name=op.f('uq_data_service_dataset_id_identifier')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_data_service_organisation_id'), 'data_service', ['organisation_id'], unique=False)
    op.create_table('dataset_field',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('dataset_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), nullable=True),
    sa.Column('type', sa.Text(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('personal_category', sa.Text(), nullable=True),
    sa.Column('purpose', sa.Text(), nullable=True),
    sa.Column('evidence', sa.Enum('asserted', 'detected', name='fieldevidence', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('annulled', sa.Boolean(), nullable=False),
    sa.CheckConstraint("name <> ''", name=op.f('ck_dataset_field_name')),
    sa.ForeignKeyConstraint(['dataset_id'], ['dataset.id'], name=op.f('fk_dataset_field_dataset_id_dataset')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_dataset_field_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dataset_field')),
    sa.UniqueConstraint('dataset_id', 'name', name=op.f('uq_dataset_field_dataset_id_name')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_dataset_field_organisation_id'), 'dataset_field', ['organisation_id'], unique=False)
    op.create_table('derivation',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('dataset_id', sa.BigInteger(), nullable=False),
    sa.Column('source_id', sa.BigInteger(), nullable=False),
    sa.Column('method', sa.Text(), nullable=True),
    sa.Column('annulled', sa.Boolean(), nullable=False),
    sa.CheckConstraint('dataset_id <> source_id', name=op.f('ck_derivation_itself')),
    sa.ForeignKeyConstraint(['dataset_id'], ['dataset.id'], name=op.f('fk_derivation_dataset_id_dataset')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_derivation_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['source_id'], ['dataset.id'], name=op.f('fk_derivation_source_id_dataset')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_derivation')),
    sa.UniqueConstraint('dataset_id', 'source_id', name=op.f('uq_derivation_dataset_id_source_id')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_derivation_organisation_id'), 'derivation', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_derivation_source_id'), 'derivation', ['source_id'], unique=False)
    op.add_column('dataset', sa.Column('acronym', sa.Text(), nullable=True))
    op.add_column('dataset', sa.Column('creator_siret', sa.Text(), nullable=True))
    op.add_column('dataset', sa.Column('contact_service', sa.Text(), nullable=True))
    op.add_column('dataset', sa.Column('spatial_granularity', sa.Text(), nullable=True))
    op.add_column('dataset', sa.Column('records_count', sa.BigInteger(), nullable=True))
    op.add_column('dataset', sa.Column('volume_note', sa.Text(), nullable=True))
    op.add_column('dataset', sa.Column('information_system_id', sa.BigInteger(), nullable=True))
    op.add_column('dataset', sa.Column('sensitivity', sa.Enum('ordinary', 'sensitive', 'particular', name='sensitivity', native_enum=False, create_constraint=True, length=40), nullable=True))
    op.add_column('dataset', sa.Column('anonymisation_method', sa.Text(), nullable=True))
    op.add_column('dataset', sa.Column('statistical_secrecy', sa.Enum('none', 'aggregates', 'confidential', name='statisticalsecrecy', native_enum=False, create_constraint=True, length=40), nullable=True))
    op.add_column('dataset', sa.Column('retention_months', sa.Integer(), nullable=True))
    op.add_column('dataset', sa.Column('retention_trigger', sa.Text(), nullable=True))
    op.add_column('dataset', sa.Column('final_disposition', sa.Enum('keep', 'sample', 'dispose', name='finaldisposition', native_enum=False, create_constraint=True, length=40), nullable=True))
    op.add_column('dataset', sa.Column('inspire_themes', sa.ARRAY(sa.Text()), server_default='{}', nullable=False))
    op.add_column('dataset', sa.Column('stakes', sa.ARRAY(sa.Text()), server_default='{}', nullable=False))
    op.add_column('dataset', sa.Column('principles', sa.ARRAY(sa.Text()), server_default='{}', nullable=False))
    op.add_column('dataset', sa.Column('third_party_rights', sa.Enum('none', 'cleared', 'held', name='thirdpartyrights', native_enum=False, create_constraint=True, length=40), nullable=True))
    op.add_column('dataset', sa.Column('reuser_warning', sa.Text(), nullable=True))
    op.add_column('dataset', sa.Column('last_use_review', sa.Date(), nullable=True))
    op.add_column('dataset', sa.Column('quality_notes', sa.Text(), nullable=True))
    op.add_column('dataset', sa.Column('notes', sa.Text(), nullable=True))
    op.add_column('dataset', sa.Column('locked_fields', sa.ARRAY(sa.Text()), server_default='{}', nullable=False))
    op.create_index(op.f('ix_dataset_information_system_id'), 'dataset', ['information_system_id'], unique=False)
    op.create_foreign_key(op.f('fk_dataset_information_system_id_information_system'), 'dataset', 'information_system', ['information_system_id'], ['id'])
    op.create_check_constraint(op.f("ck_dataset_records_count"), "dataset", "records_count >= 0")
    op.create_check_constraint(op.f("ck_dataset_retention_months"), "dataset", "retention_months >= 0")
    _keep_texts_of_a_sheet_apart(f"{OF_A_SHEET},{MORE_OF_A_SHEET}")
    for table, free_texts in FREE_TEXTS.items():
        op.execute(f"CALL keep_of_record('{table}', '{free_texts}')")
        op.execute(f"CALL guard_by_organisation('{table}')")
    _let_findings_speak_of("dataset", "organisation", "system")
    op.execute(UPSTREAM)
    op.execute("REVOKE EXECUTE ON FUNCTION upstream_of FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION upstream_of TO beffroi_app, beffroi_jobs")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), *FREE_TEXTS)
    op.execute("DELETE FROM finding WHERE subject_kind = 'system'")
    _let_findings_speak_of("dataset", "organisation")
    op.execute("DROP FUNCTION upstream_of")
    _keep_texts_of_a_sheet_apart(OF_A_SHEET)
    op.drop_constraint(op.f('fk_dataset_information_system_id_information_system'), 'dataset', type_='foreignkey')
    op.drop_index(op.f('ix_dataset_information_system_id'), table_name='dataset')
    op.drop_column('dataset', 'locked_fields')
    op.drop_column('dataset', 'notes')
    op.drop_column('dataset', 'quality_notes')
    op.drop_column('dataset', 'last_use_review')
    op.drop_column('dataset', 'reuser_warning')
    op.drop_column('dataset', 'third_party_rights')
    op.drop_column('dataset', 'principles')
    op.drop_column('dataset', 'stakes')
    op.drop_column('dataset', 'inspire_themes')
    op.drop_column('dataset', 'final_disposition')
    op.drop_column('dataset', 'retention_trigger')
    op.drop_column('dataset', 'retention_months')
    op.drop_column('dataset', 'statistical_secrecy')
    op.drop_column('dataset', 'anonymisation_method')
    op.drop_column('dataset', 'sensitivity')
    op.drop_column('dataset', 'information_system_id')
    op.drop_column('dataset', 'volume_note')
    op.drop_column('dataset', 'records_count')
    op.drop_column('dataset', 'spatial_granularity')
    op.drop_column('dataset', 'contact_service')
    op.drop_column('dataset', 'creator_siret')
    op.drop_column('dataset', 'acronym')
    op.drop_index(op.f('ix_derivation_source_id'), table_name='derivation')
    op.drop_index(op.f('ix_derivation_organisation_id'), table_name='derivation')
    op.drop_table('derivation')
    op.drop_index(op.f('ix_dataset_field_organisation_id'), table_name='dataset_field')
    op.drop_table('dataset_field')
    op.drop_index(op.f('ix_data_service_organisation_id'), table_name='data_service')
    op.drop_table('data_service')
    op.drop_table('information_system')
