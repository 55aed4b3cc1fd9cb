"""open the impact assessments

What is answered of a processing activity to know whether an assessment is due, the assessments with their revisions,
and the CNIL's prior consultation (GDPR art. 35 and 36). A decided revision is frozen by the database itself.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FREE_TEXTS = {
    "impact_assessment": "{title,title_sort}",
    "dpia_screening": "{reason,set_aside_reason,set_aside_view}",
    "assessment_revision": (
        "{description,responsibilities,standards,data_lifecycle,necessity,minimisation,retention,information,rights,"
        "processors,dpo_opinion_text,people_views,decision_reason,review_triggers}"
    ),
    "assessment_coverage": "{}",
    "assessment_risk": "{sources,impacts,measures_in_place}",
    "assessment_measure": "{title,owner}",
    "prior_consultation": "{answer_text}",
}

FREEZE = """
-- Erasing a person (GDPR art. 17) takes a passage out of a frozen text too; the web role never does.
CREATE FUNCTION erases_a_person() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT session_user <> 'beffroi_app' AND coalesce(current_setting('beffroi.event', true), '') LIKE 'erasures:person:%'
$$;

CREATE FUNCTION refuse_to_change_a_decided_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('validated', 'refused') AND NOT erases_a_person() THEN
    RAISE EXCEPTION 'revision % of assessment % is decided: it is frozen', OLD.number, OLD.assessment_id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

-- Of a frozen measure, only the day it was put in place may still be told.
CREATE FUNCTION refuse_to_change_what_a_decided_revision_holds() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  held bigint[] := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.revision_id] WHEN 'DELETE' THEN ARRAY[OLD.revision_id]
                   ELSE ARRAY[OLD.revision_id, NEW.revision_id] END;
BEGIN
  IF EXISTS (SELECT FROM assessment_revision WHERE id = ANY (held) AND state IN ('validated', 'refused')) AND NOT (
    TG_TABLE_NAME = 'assessment_measure' AND TG_OP = 'UPDATE'
    AND to_jsonb(OLD) - '{done_on,version}'::text[] = to_jsonb(NEW) - '{done_on,version}'::text[]
  ) AND NOT erases_a_person() THEN
    RAISE EXCEPTION 'a row of % belongs to a decided revision: it is frozen', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""
PARTS = ("assessment_coverage", "assessment_risk", "assessment_measure")


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table('impact_assessment',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('title_sort', sa.Text(), nullable=False),
    sa.Column('annulled', sa.Boolean(), nullable=False),
    sa.CheckConstraint("title <> ''", name=op.f('ck_impact_assessment_title')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_impact_assessment_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_impact_assessment')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_impact_assessment_organisation_id_title_sort_id'), 'impact_assessment', ['organisation_id', 'title_sort', 'id'], unique=False)
    op.create_table('dpia_screening',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('activity_id', sa.BigInteger(), nullable=False),
    sa.Column('criteria_met', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('criteria_unmet', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('required_entries', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('required_none', sa.Boolean(), nullable=False),
    sa.Column('exempt_entries', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('exempt_none', sa.Boolean(), nullable=False),
    sa.Column('law_assessed', sa.Boolean(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('set_aside_reason', sa.Text(), nullable=True),
    sa.Column('set_aside_view', sa.Text(), nullable=True),
    sa.CheckConstraint("NOT exempt_none OR exempt_entries = '{}'", name=op.f('ck_dpia_screening_exempt')),
    sa.CheckConstraint("NOT required_none OR required_entries = '{}'", name=op.f('ck_dpia_screening_required')),
    sa.CheckConstraint('(set_aside_reason IS NULL) = (set_aside_view IS NULL)', name=op.f('ck_dpia_screening_set_aside')),
    sa.CheckConstraint('NOT (criteria_met && criteria_unmet)', name=op.f('ck_dpia_screening_criteria')),
    sa.ForeignKeyConstraint(['activity_id'], ['processing_activity.id'], name=op.f('fk_dpia_screening_activity_id_processing_activity')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_dpia_screening_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dpia_screening')),
    sa.UniqueConstraint('activity_id', name=op.f('uq_dpia_screening_activity_id')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_dpia_screening_organisation_id'), 'dpia_screening', ['organisation_id'], unique=False)
    op.create_table('assessment_revision',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('assessment_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'submitted', 'validated', 'refused', name='revisionstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('saves', sa.Integer(), nullable=False),
    sa.Column('authors', sa.ARRAY(sa.BigInteger()), server_default='{}', nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('responsibilities', sa.Text(), nullable=True),
    sa.Column('standards', sa.Text(), nullable=True),
    sa.Column('data_lifecycle', sa.Text(), nullable=True),
    sa.Column('necessity', sa.Text(), nullable=True),
    sa.Column('minimisation', sa.Text(), nullable=True),
    sa.Column('retention', sa.Text(), nullable=True),
    sa.Column('information', sa.Text(), nullable=True),
    sa.Column('rights', sa.Text(), nullable=True),
    sa.Column('processors', sa.Text(), nullable=True),
    sa.Column('dpo_opinion', sa.Enum('favourable', 'reservations', 'unfavourable', name='dpoopinion', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('dpo_opinion_on', sa.Date(), nullable=True),
    sa.Column('dpo_opinion_text', sa.Text(), nullable=True),
    sa.Column('people_asked', sa.Enum('sought', 'not-sought', name='peopleasked', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('people_views', sa.Text(), nullable=True),
    sa.Column('submitted_on', sa.Date(), nullable=True),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('decided_by', sa.BigInteger(), nullable=True),
    sa.Column('decision_reason', sa.Text(), nullable=True),
    sa.Column('review_on', sa.Date(), nullable=True),
    sa.Column('review_triggers', sa.Text(), nullable=True),
    sa.CheckConstraint("(state IN ('validated', 'refused')) = (decided_on IS NOT NULL AND decided_by IS NOT NULL)", name=op.f('ck_assessment_revision_decided')),
    sa.CheckConstraint("state <> 'refused' OR decision_reason IS NOT NULL", name=op.f('ck_assessment_revision_refusal')),
    sa.CheckConstraint('(dpo_opinion IS NULL) = (dpo_opinion_on IS NULL)', name=op.f('ck_assessment_revision_dpo_opinion_day')),
    sa.CheckConstraint('decided_by IS NULL OR NOT decided_by = ANY (authors)', name=op.f('ck_assessment_revision_four_eyes')),
    sa.CheckConstraint('number > 0', name=op.f('ck_assessment_revision_number')),
    sa.ForeignKeyConstraint(['assessment_id'], ['impact_assessment.id'], name=op.f('fk_assessment_revision_assessment_id_impact_assessment')),
    sa.ForeignKeyConstraint(['decided_by'], ['account.id'], name=op.f('fk_assessment_revision_decided_by_account')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_assessment_revision_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_revision')),
    sa.UniqueConstraint('assessment_id', 'number', name=op.f('uq_assessment_revision_assessment_id_number')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_assessment_revision_organisation_id'), 'assessment_revision', ['organisation_id'], unique=False)
    op.create_index('uq_assessment_revision_open', 'assessment_revision', ['assessment_id'], unique=True, postgresql_where=sa.text("state IN ('draft', 'submitted')"))
    op.create_table('assessment_coverage',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('revision_id', sa.BigInteger(), nullable=False),
    sa.Column('activity_id', sa.BigInteger(), nullable=False),
    sa.Column('dropped', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['processing_activity.id'], name=op.f('fk_assessment_coverage_activity_id_processing_activity')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_assessment_coverage_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['revision_id'], ['assessment_revision.id'], name=op.f('fk_assessment_coverage_revision_id_assessment_revision')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_coverage')),
    sa.UniqueConstraint('revision_id', 'activity_id', name=op.f('uq_assessment_coverage_revision_id_activity_id')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_assessment_coverage_activity_id'), 'assessment_coverage', ['activity_id'], unique=False)
    op.create_index(op.f('ix_assessment_coverage_organisation_id'), 'assessment_coverage', ['organisation_id'], unique=False)
    op.create_table('assessment_measure',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('revision_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('kind', sa.Enum('data', 'system', 'organisation', 'rights', name='measurekind', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('risks', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('owner', sa.Text(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('dropped', sa.Boolean(), nullable=False),
    sa.CheckConstraint("title <> ''", name=op.f('ck_assessment_measure_title')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_assessment_measure_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['revision_id'], ['assessment_revision.id'], name=op.f('fk_assessment_measure_revision_id_assessment_revision')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_measure')),
    sa.UniqueConstraint('revision_id', 'position', name=op.f('uq_assessment_measure_revision_id_position')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_assessment_measure_organisation_id'), 'assessment_measure', ['organisation_id'], unique=False)
    op.create_table('assessment_risk',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('revision_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('illegitimate-access', 'unwanted-change', 'disappearance', name='riskkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('sources', sa.Text(), nullable=True),
    sa.Column('impacts', sa.Text(), nullable=True),
    sa.Column('measures_in_place', sa.Text(), nullable=True),
    sa.Column('severity_before', sa.Enum('negligible', 'limited', 'important', 'maximal', name='severity_before', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('likelihood_before', sa.Enum('negligible', 'limited', 'important', 'maximal', name='likelihood_before', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('severity_after', sa.Enum('negligible', 'limited', 'important', 'maximal', name='severity_after', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('likelihood_after', sa.Enum('negligible', 'limited', 'important', 'maximal', name='likelihood_after', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_assessment_risk_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['revision_id'], ['assessment_revision.id'], name=op.f('fk_assessment_risk_revision_id_assessment_revision')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_risk')),
    sa.UniqueConstraint('revision_id', 'kind', name=op.f('uq_assessment_risk_revision_id_kind')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_assessment_risk_organisation_id'), 'assessment_risk', ['organisation_id'], unique=False)
    op.create_table('prior_consultation',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('revision_id', sa.BigInteger(), nullable=False),
    sa.Column('sent_on', sa.Date(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.Column('extension_told_on', sa.Date(), nullable=True),
    sa.Column('answered_on', sa.Date(), nullable=True),
    sa.Column('answer', sa.Enum('no-remark', 'advice', 'opposed', name='cnilanswer', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('answer_text', sa.Text(), nullable=True),
    sa.CheckConstraint('(answer IS NULL) = (answered_on IS NULL)', name=op.f('ck_prior_consultation_answer')),
    sa.CheckConstraint('answered_on >= sent_on', name=op.f('ck_prior_consultation_answered_on')),
    sa.CheckConstraint('extension_told_on >= sent_on', name=op.f('ck_prior_consultation_extension_told_on')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_prior_consultation_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['revision_id'], ['assessment_revision.id'], name=op.f('fk_prior_consultation_revision_id_assessment_revision')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_prior_consultation')),
    sa.UniqueConstraint('revision_id', name=op.f('uq_prior_consultation_revision_id')),
    info={'kind': 'record'}
    )
    op.create_index(op.f('ix_prior_consultation_organisation_id'), 'prior_consultation', ['organisation_id'], unique=False)
    op.execute(FREEZE)
    op.execute("CREATE TRIGGER b_frozen BEFORE UPDATE OR DELETE ON assessment_revision"
               " FOR EACH ROW EXECUTE FUNCTION refuse_to_change_a_decided_revision()")
    for table in PARTS:
        op.execute(f"CREATE TRIGGER b_frozen BEFORE INSERT OR UPDATE OR DELETE ON {table}"
                   " FOR EACH ROW EXECUTE FUNCTION refuse_to_change_what_a_decided_revision_holds()")
    for table, free_texts in FREE_TEXTS.items():
        op.execute(f"CALL keep_of_record('{table}', '{free_texts}')")
        op.execute(f"CALL guard_by_organisation('{table}')")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), *FREE_TEXTS)
    for table in ("prior_consultation", *PARTS, "assessment_revision", "dpia_screening", "impact_assessment"):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_to_change_a_decided_revision, refuse_to_change_what_a_decided_revision_holds,"
               " erases_a_person")
