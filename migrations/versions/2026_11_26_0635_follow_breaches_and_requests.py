"""Follow breaches and requests: their tables, whom the database shows them to, and persons whom no list names.

They are read by who holds a role that answers for them (`acting_confides`), and by who is in charge of one. The
policies that speak of them judge two more kinds of subject.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from registry.platform.migrating import refuse_to_lose

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FREE_TEXTS = {
    "breach": "{title,processor_report,facts,people_described,consequences,measures,risk_reasons,delay_reasons,"
    "informed_how,exemption_reasons}",
    "breach_notification": "{content}",
    "breach_event": "{what}",
    "received_request": "{subject,detail,identity_note,extension_reasons,answer_note,refusal_grounds,transferred_to,"
    "unfounded_reasons}",
}

CONFIDES = """
CREATE FUNCTION acting_confides() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT coalesce(array_agg(o.id), '{}') FROM organisation o
    WHERE EXISTS (SELECT FROM role_grant g
                   WHERE g.account_id = acting_account() AND NOT g.ended
                     AND g.role IN ('administrator', 'dpo', 'legal') AND g.organisation_id = ANY (o.lineage)) $$;
CREATE FUNCTION acting_person() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT a.person_id FROM account a WHERE a.id = acting_account() $$
"""

READ = "organisation_id = ANY ((SELECT acting_reads())::bigint[])"
CONFIDED = f"{READ} AND organisation_id = ANY ((SELECT acting_confides())::bigint[])"
IN_CHARGE = f"({CONFIDED}) OR ({READ} AND in_charge_id = (SELECT acting_person()))"
OF_A_BREACH = "EXISTS (SELECT FROM breach b WHERE b.id = breach_id)"
WRITTEN = (
    "organisation_id = ANY ((SELECT acting_writes())::bigint[])"
    " AND organisation_id = ANY ((SELECT acting_confides())::bigint[])"
)

# table: (who sees a row, who writes it, what the web role may do besides reading)
GUARDS = {
    "breach": (IN_CHARGE, WRITTEN, "INSERT, UPDATE"),
    "breach_notification": (OF_A_BREACH, WRITTEN, "INSERT"),
    "breach_event": (OF_A_BREACH, WRITTEN, "INSERT"),
    "received_request": (IN_CHARGE, WRITTEN, "INSERT, UPDATE"),
}
FOUND = (
    f"{READ} AND (subject_kind NOT IN ('breach', 'request')"
    " OR organisation_id = ANY ((SELECT acting_confides())::bigint[]))"
)
ASKED = (
    "{read} AND (NOT confided OR organisation_id = ANY ((SELECT acting_confides())::bigint[])"
    " OR {person} IN (SELECT r.requester_id FROM received_request r))"
)


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table('breach',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('natures', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('known_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('notified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('occurred_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('occurred_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('source', sa.Enum('agent', 'processor', 'person-concerned', 'monitoring', 'authority', 'third-party', name='breachsource', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('processor_id', sa.BigInteger(), nullable=True),
    sa.Column('processor_told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('processor_report', sa.Text(), nullable=True),
    sa.Column('cause', sa.Enum('internal-accident', 'internal-malice', 'external-accident', 'external-malice', 'unknown', name='breachcause', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('facts', sa.Text(), nullable=True),
    sa.Column('people_described', sa.Text(), nullable=True),
    sa.Column('people_concerned', sa.Integer(), nullable=True),
    sa.Column('records_concerned', sa.Integer(), nullable=True),
    sa.Column('data_categories', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('consequences', sa.Text(), nullable=True),
    sa.Column('measures', sa.Text(), nullable=True),
    sa.Column('risk', sa.Enum('unlikely', 'likely', 'high', name='breachrisk', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('risk_reasons', sa.Text(), nullable=True),
    sa.Column('delay_reasons', sa.Text(), nullable=True),
    sa.Column('informed_on', sa.Date(), nullable=True),
    sa.Column('informed_how', sa.Text(), nullable=True),
    sa.Column('exemption', sa.Enum('protected', 'mitigated', 'disproportionate', 'decree', name='informingexemption', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('exemption_reasons', sa.Text(), nullable=True),
    sa.Column('in_charge_id', sa.BigInteger(), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('annulled', sa.Boolean(), nullable=False),
    sa.CheckConstraint('occurred_from IS NULL OR occurred_from <= known_at', name=op.f('ck_breach_occurred_before_known')),
    sa.CheckConstraint('occurred_until IS NULL OR occurred_from IS NULL OR occurred_from <= occurred_until', name=op.f('ck_breach_occurred')),
    sa.CheckConstraint('known_at < due_at', name=op.f('ck_breach_due')),
    sa.CheckConstraint('notified_at IS NULL OR known_at <= notified_at', name=op.f('ck_breach_notified_after_known')),
    sa.CheckConstraint('cardinality(natures) > 0', name=op.f('ck_breach_natures')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_breach_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['processor_id'], ['organisation.id'], name=op.f('fk_breach_processor_id_organisation')),
    sa.ForeignKeyConstraint(['in_charge_id'], ['person.id'], name=op.f('fk_breach_in_charge_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_breach')),
    info={'kind': 'record'}
    )
    op.create_table('breach_notification',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('breach_id', sa.BigInteger(), nullable=False),
    sa.Column('phase', sa.Enum('initial', 'complementary', 'complete', name='notificationphase', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.Column('content', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['breach_id'], ['breach.id'], name=op.f('fk_breach_notification_breach_id_breach')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_breach_notification_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_breach_notification')),
    info={'kind': 'record'}
    )
    op.create_table('breach_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('breach_id', sa.BigInteger(), nullable=False),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['breach_id'], ['breach.id'], name=op.f('fk_breach_event_breach_id_breach')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_breach_event_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_breach_event')),
    info={'kind': 'record'}
    )
    op.create_table('received_request',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('regime', sa.Enum('gdpr', 'cada', 'reuse', 'administration', name='requestregime', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('right', sa.Enum('access', 'rectification', 'erasure', 'restriction', 'portability', 'objection', 'automated-decision', 'consent', 'after-death', name='requestright', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('detail', sa.Text(), nullable=True),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('channel', sa.Enum('mail', 'email', 'form', 'counter', 'phone', name='requestchannel', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('requester_id', sa.BigInteger(), nullable=True),
    sa.Column('requester_kind', sa.Enum('person-concerned', 'legal-representative', 'mandated', 'resident', 'association', 'company', 'press', 'research', 'administration', name='requesterkind', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('identity_check', sa.Enum('not-needed', 'known', 'document', 'mandate', 'asked', name='identitycheck', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('identity_checked_on', sa.Date(), nullable=True),
    sa.Column('identity_note', sa.Text(), nullable=True),
    sa.Column('extended_on', sa.Date(), nullable=True),
    sa.Column('extension_reasons', sa.Text(), nullable=True),
    sa.Column('answered_on', sa.Date(), nullable=True),
    sa.Column('outcome', sa.Enum('granted', 'partial', 'refused', 'nothing-held', 'transferred', 'withdrawn', name='requestoutcome', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('answer_note', sa.Text(), nullable=True),
    sa.Column('refusal_grounds', sa.Text(), nullable=True),
    sa.Column('remedies_stated', sa.Boolean(), nullable=True),
    sa.Column('redaction_considered', sa.Boolean(), nullable=True),
    sa.Column('third_party_rights', sa.Boolean(), nullable=True),
    sa.Column('rights_holder_named', sa.Boolean(), nullable=True),
    sa.Column('transferred_to', sa.Text(), nullable=True),
    sa.Column('unfounded_reasons', sa.Text(), nullable=True),
    sa.Column('cada_opinion_on', sa.Date(), nullable=True),
    sa.Column('cada_followed_up_on', sa.Date(), nullable=True),
    sa.Column('in_charge_id', sa.BigInteger(), nullable=True),
    sa.Column('annulled', sa.Boolean(), nullable=False),
    sa.CheckConstraint("\"right\" IS NULL OR regime = 'gdpr'", name=op.f('ck_received_request_right_of_gdpr')),
    sa.CheckConstraint('received_on < due_on', name=op.f('ck_received_request_due')),
    sa.CheckConstraint('answered_on IS NULL OR received_on <= answered_on', name=op.f('ck_received_request_answered')),
    sa.CheckConstraint('extended_on IS NULL OR received_on <= extended_on', name=op.f('ck_received_request_extended')),
    sa.CheckConstraint('(answered_on IS NULL) = (outcome IS NULL)', name=op.f('ck_received_request_outcome_with_its_day')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_received_request_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['requester_id'], ['person.id'], name=op.f('fk_received_request_requester_id_person')),
    sa.ForeignKeyConstraint(['in_charge_id'], ['person.id'], name=op.f('fk_received_request_in_charge_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_received_request')),
    info={'kind': 'record'}
    )
    for table, columns in {
        "breach": ("organisation_id", "processor_id", "in_charge_id"),
        "breach_notification": ("organisation_id", "breach_id"),
        "breach_event": ("organisation_id", "breach_id"),
        "received_request": ("organisation_id", "requester_id", "in_charge_id"),
    }.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    for table in ("person", "person_identity"):
        # The default stays: by it the ledger knows what the rows kept before this column hold there.
        op.add_column(table, sa.Column("confided", sa.Boolean(), server_default=sa.false(), nullable=False))
    for statement in CONFIDES.split(";\n"):
        op.execute(statement)
    op.execute("REVOKE ALL ON FUNCTION acting_confides(), acting_person() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION acting_confides(), acting_person() TO beffroi_app, beffroi_jobs")
    for table, free_texts in FREE_TEXTS.items():
        op.execute(f"CALL keep_of_record('{table}', '{free_texts}')")
    for table, (seen_by, written_by, may) in GUARDS.items():
        op.execute(f"CALL guard_rows('{table}', $q${seen_by}$q$, $q${written_by}$q$, '{may}')")
    op.execute(f"ALTER POLICY app_reads ON person USING ({ASKED.format(read=READ, person='id')})")
    op.execute(f"ALTER POLICY app_reads ON person_identity USING ({ASKED.format(read=READ, person='person_id')})")
    _let_findings_be_on("dataset", "organisation", "system", "activity", "breach", "request")
    op.execute(f"ALTER POLICY app_reads ON finding USING ({FOUND})")


def _let_findings_be_on(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_finding_subjectkind"), "finding")
    op.create_check_constraint(op.f("ck_finding_subjectkind"), "finding", sa.column("subject_kind").in_(kinds))


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), *FREE_TEXTS, "person WHERE confided")
    op.execute("DELETE FROM finding WHERE subject_kind IN ('breach', 'request')")
    _let_findings_be_on("dataset", "organisation", "system", "activity")
    op.execute(f"ALTER POLICY app_reads ON finding USING ({READ})")
    for table in ("person", "person_identity"):
        op.execute(f"ALTER POLICY app_reads ON {table} USING ({READ})")
        op.drop_column(table, "confided")
    for table in ("received_request", "breach_event", "breach_notification", "breach"):
        op.drop_table(table)
    op.execute("DROP FUNCTION acting_person, acting_confides")
