"""open the dataset register

The code of the version before must go on working while this runs and after it: add, then fill, then
(in a later release) remove. Locks wait 4 s at most. A back-fill is written as the owner, in batches, and
is signed in the ledger by this revision.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SELECT set_config('beffroi.actor', 'migration:0001', true)")
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("event", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("snapshot", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("actor <> ''", name=op.f("ck_ledger_entry_actor")),
        sa.CheckConstraint("verb IN ('insert', 'update', 'delete')", name=op.f("ck_ledger_entry_verb")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("table_name", "row_id", "version", name=op.f("uq_ledger_entry_table_name_row_id_version")),
    )
    op.create_index(op.f("ix_ledger_entry_batch_id"), "ledger_entry", ["batch_id"], unique=False)
    op.create_index(op.f("ix_ledger_entry_xid"), "ledger_entry", ["xid"], unique=False)
    op.create_table(
        "ledger_horizon",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("xid_below", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_horizon_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_horizon")),
    )
    op.create_table(
        "ledger_root",
        sa.Column("tree_size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("peaks", postgresql.ARRAY(sa.LargeBinary()), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tree_size", name=op.f("pk_ledger_root")),
    )
    op.create_index(op.f("ix_ledger_root_sealed_at"), "ledger_root", ["sealed_at"], unique=False)
    op.create_table(
        "ledger_text",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_ledger_text")),
    )
    op.create_index(op.f("ix_ledger_text_organisation_id"), "ledger_text", ["organisation_id"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("lineage", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "intercommunal-authority",
                "commune",
                "department",
                "service",
                "operator",
                "partner",
                "processor",
                "host",
                "state",
                name="organisationkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_sort", sa.Text(), nullable=False),
        sa.Column("siren", sa.Text(), nullable=True),
        sa.Column("siret", sa.Text(), nullable=True),
        sa.Column("insee_code", sa.Text(), nullable=True),
        sa.Column("legal_form", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("staff_fte", sa.Float(), nullable=True),
        sa.Column("rip_url", sa.Text(), nullable=True),
        sa.Column("rip_updated_on", sa.Date(), nullable=True),
        sa.Column("prada_contact_published", sa.Boolean(), nullable=True),
        sa.Column("prada_notified_on", sa.Date(), nullable=True),
        sa.Column("individual_decision_algorithms", sa.Boolean(), nullable=True),
        sa.Column("algorithm_rules_url", sa.Text(), nullable=True),
        sa.Column("declared_absent", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("siren IS NULL OR siren ~ '^[0-9]{9}$'", name=op.f("ck_organisation_siren")),
        sa.CheckConstraint("siret IS NULL OR siret ~ '^[0-9]{14}$'", name=op.f("ck_organisation_siret")),
        sa.CheckConstraint("lineage[array_length(lineage, 1)] = id", name=op.f("ck_organisation_lineage")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisation.id"], name=op.f("fk_organisation_parent_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("siren", name=op.f("uq_organisation_siren")),
    )
    op.create_index(op.f("ix_organisation_parent_id"), "organisation", ["parent_id"], unique=False)
    op.create_table(
        "person_identity",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_identity")),
        sa.UniqueConstraint("person_id", "digest", name=op.f("uq_person_identity_person_id_digest")),
    )
    op.create_index(op.f("ix_person_identity_digest"), "person_identity", ["digest"], unique=False)
    op.create_index(op.f("ix_person_identity_folded"), "person_identity", ["folded"], unique=False)
    op.create_index(op.f("ix_person_identity_organisation_id"), "person_identity", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_person_identity_person_id"), "person_identity", ["person_id"], unique=False)
    op.create_table(
        "person_key",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_key")),
    )
    op.create_index(op.f("ix_person_key_organisation_id"), "person_key", ["organisation_id"], unique=False)
    op.create_table(
        "policy_text",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_policy_text")),
    )
    op.create_index(op.f("ix_policy_text_policy_id"), "policy_text", ["policy_id"], unique=False)
    op.create_table(
        "registry",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("siren", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_registry_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("name_digest", sa.LargeBinary(), nullable=False),
        sa.Column("address_digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(op.f("ix_sign_in_attempt_address_digest"), "sign_in_attempt", ["address_digest"], unique=False)
    op.create_index(op.f("ix_sign_in_attempt_at"), "sign_in_attempt", ["at"], unique=False)
    op.create_index(op.f("ix_sign_in_attempt_name_digest"), "sign_in_attempt", ["name_digest"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "subject_kind",
            sa.Enum(
                "dataset", "organisation", name="subjectkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("version_digest", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "compliant",
                "non-compliant",
                "to-complete",
                "not-applicable",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("turns_on", sa.Date(), nullable=True),
        sa.Column(
            "turns_into",
            sa.Enum(
                "compliant",
                "non-compliant",
                "to-complete",
                "not-applicable",
                name="turns_into",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("missing", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("unknown_half", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_finding_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["version_digest"], ["policy_text.digest"], name=op.f("fk_finding_version_digest_policy_text")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index(
        op.f("ix_finding_organisation_id_policy_id_verdict"),
        "finding",
        ["organisation_id", "policy_id", "verdict"],
        unique=False,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index(
        op.f("ix_finding_subject_kind_subject_id_policy_id_period"),
        "finding",
        ["subject_kind", "subject_id", "policy_id", "period"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "import_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("source_format", sa.Text(), nullable=False),
        sa.Column("source_sha256", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reading",
                "unreadable",
                "previewed",
                "applying",
                "applied",
                "undoing",
                "undone",
                "abandoned",
                name="importstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_import_batch_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index(op.f("ix_import_batch_organisation_id"), "import_batch", ["organisation_id"], unique=False)
    op.create_table(
        "issued_document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("law_of", sa.Date(), nullable=False),
        sa.Column("seal_no", sa.BigInteger(), nullable=False),
        sa.Column("ledger_root", sa.Text(), nullable=False),
        sa.Column("canonical_sha256", sa.Text(), nullable=False),
        sa.Column("template_sha256", sa.Text(), nullable=False),
        sa.Column("document_sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("csv_sha256", sa.Text(), nullable=False),
        sa.Column("versions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("job_run_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_issued_document_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_document")),
        sa.UniqueConstraint("job_run_id", name=op.f("uq_issued_document_job_run_id")),
    )
    op.create_index(op.f("ix_issued_document_organisation_id"), "issued_document", ["organisation_id"], unique=False)
    op.create_table(
        "job_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_job_run_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_job_run_kind_key")),
    )
    op.create_index(op.f("ix_job_run_organisation_id"), "job_run", ["organisation_id"], unique=False)
    op.create_table(
        "ledger_seal",
        sa.Column("seal_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seal_no", name=op.f("pk_ledger_seal")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_ledger_seal_entry_id")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("name_digest", sa.Text(), nullable=True),
        sa.Column("email_digest", sa.Text(), nullable=True),
        sa.Column("phone_digest", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_person_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_organisation_id"), "person", ["organisation_id"], unique=False)
    op.create_table(
        "population",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("municipal", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("during", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(organisation_id, organisation_id, '[]')"), "&&"),
            (sa.column("during"), "&&"),
            using="gist",
            name="ex_population_during",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_population_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population")),
    )
    op.create_index(op.f("ix_population_organisation_id"), "population", ["organisation_id"], unique=False)
    op.create_table(
        "stored_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_stored_file_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("organisation_id", "sha256", name=op.f("uq_stored_file_organisation_id_sha256")),
    )
    op.create_index(op.f("ix_stored_file_organisation_id"), "stored_file", ["organisation_id"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "invited",
                "active",
                "stopped",
                name="accountstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_account_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
    )
    op.create_index(op.f("ix_account_organisation_id"), "account", ["organisation_id"], unique=False)
    op.create_table(
        "appointment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "steward",
                "dpo",
                "prada",
                "legal-reviewer",
                "archivist",
                "elected-delegate",
                name="appointmentrole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "subject_kind",
            sa.Enum(
                "organisation",
                "dataset",
                name="appointmentsubject",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "role_no",
            sa.Integer(),
            sa.Computed("hashtext(subject_kind || ':' || role)", persisted=True),
            nullable=False,
        ),
        sa.Column("during", postgresql.DATERANGE(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(subject_id, subject_id, '[]')"), "&&"),
            (sa.text("int8range(role_no, role_no, '[]')"), "&&"),
            (sa.column("during"), "&&"),
            where=sa.text("NOT annulled"),
            using="gist",
            name="ex_appointment_during",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_appointment_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appointment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index(op.f("ix_appointment_organisation_id"), "appointment", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_appointment_person_id"), "appointment", ["person_id"], unique=False)
    op.create_index(op.f("ix_appointment_subject_id"), "appointment", ["subject_id"], unique=False)
    op.create_table(
        "dataset",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_sort", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("keywords", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("themes", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("local_themes", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("publisher_name", sa.Text(), nullable=True),
        sa.Column("publisher_uri", sa.Text(), nullable=True),
        sa.Column("creator_name", sa.Text(), nullable=True),
        sa.Column("contact_person_id", sa.BigInteger(), nullable=True),
        sa.Column("contact_url", sa.Text(), nullable=True),
        sa.Column("landing_page", sa.Text(), nullable=True),
        sa.Column("languages", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "access_rights",
            sa.Enum(
                "public",
                "restricted",
                "non-public",
                name="accessrights",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("frequency", sa.Text(), nullable=True),
        sa.Column("issued", sa.Date(), nullable=True),
        sa.Column("modified", sa.Date(), nullable=True),
        sa.Column("spatial", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("temporal_start", sa.Date(), nullable=True),
        sa.Column("temporal_end", sa.Date(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("rights", sa.Text(), nullable=True),
        sa.Column("conforms_to", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("documentation", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("provenance", sa.Text(), nullable=True),
        sa.Column("version_label", sa.Text(), nullable=True),
        sa.Column("applicable_legislation", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("hvd_categories", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "nature",
            sa.Enum(
                "other",
                "subsidies",
                "local-address-base",
                "election-register",
                "video-protection",
                "mobility",
                name="nature",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "origin",
            sa.Enum(
                "produced",
                "operator",
                "partner",
                "derived",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "personal_data",
            sa.Enum(
                "none",
                "anonymised",
                "pseudonymised",
                "personal",
                "special-category",
                "offences",
                "nir",
                name="personaldata",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "publication_ground",
            sa.Enum(
                "consent",
                "law",
                "d312-1-3",
                name="publicationground",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("publication_ground_reference", sa.Text(), nullable=True),
        sa.Column("anonymisation_proof", sa.Text(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "identified",
                "collected",
                "qualified",
                "documented",
                "cleared",
                "published",
                "under-revision",
                "archived",
                "disposed",
                "withdrawn",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("declared_absent", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("title <> ''", name=op.f("ck_dataset_title")),
        sa.CheckConstraint("temporal_end >= temporal_start", name=op.f("ck_dataset_temporal")),
        sa.ForeignKeyConstraint(["contact_person_id"], ["person.id"], name=op.f("fk_dataset_contact_person_id_person")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_dataset_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset")),
        sa.UniqueConstraint("organisation_id", "identifier", name=op.f("uq_dataset_organisation_id_identifier")),
    )
    op.create_index(
        op.f("ix_dataset_organisation_id_title_sort_id"),
        "dataset",
        ["organisation_id", "title_sort", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_dataset_title_sort_id"),
        "dataset",
        ["title_sort", "id"],
        unique=False,
        postgresql_where=sa.text("NOT annulled"),
    )
    op.create_table(
        "import_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_import_account_batch_id_import_batch")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_import_account_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_account")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_import_account_batch_id")),
    )
    op.create_index(op.f("ix_import_account_organisation_id"), "import_account", ["organisation_id"], unique=False)
    op.create_table(
        "import_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "create",
                "change",
                "unchanged",
                "refused",
                name="importaction",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("dataset_id", sa.BigInteger(), nullable=True),
        sa.Column("seen_version", sa.Integer(), nullable=True),
        sa.Column("applied_version", sa.Integer(), nullable=True),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("anomalies", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_import_line_batch_id_import_batch")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_import_line_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_line")),
    )
    op.create_index(op.f("ix_import_line_batch_id_line_no"), "import_line", ["batch_id", "line_no"], unique=True)
    op.create_index(op.f("ix_import_line_organisation_id"), "import_line", ["organisation_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum("read", "write", name="tokenscope", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_api_token_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_account_id"), "api_token", ["account_id"], unique=False)
    op.create_index(op.f("ix_api_token_organisation_id"), "api_token", ["organisation_id"], unique=False)
    op.create_table(
        "credential",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("password", name="credentialkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_credential_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_credential_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
    )
    op.create_index(op.f("ix_credential_account_id_kind"), "credential", ["account_id", "kind"], unique=True)
    op.create_index(op.f("ix_credential_organisation_id"), "credential", ["organisation_id"], unique=False)
    op.create_table(
        "distribution",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("access_url", sa.Text(), nullable=True),
        sa.Column("download_url", sa.Text(), nullable=True),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("rights", sa.Text(), nullable=True),
        sa.Column("byte_size", sa.BigInteger(), nullable=True),
        sa.Column("checksum_algorithm", sa.Text(), nullable=True),
        sa.Column("checksum_value", sa.Text(), nullable=True),
        sa.Column("issued", sa.Date(), nullable=True),
        sa.Column("modified", sa.Date(), nullable=True),
        sa.Column(
            "availability",
            sa.Enum(
                "temporary",
                "experimental",
                "available",
                "stable",
                name="availability",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("languages", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("conforms_to", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("documentation", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("byte_size >= 0", name=op.f("ck_distribution_byte_size")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_distribution_dataset_id_dataset")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_distribution_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distribution")),
        sa.UniqueConstraint("dataset_id", "identifier", name=op.f("uq_distribution_dataset_id_identifier")),
    )
    op.create_index(op.f("ix_distribution_organisation_id"), "distribution", ["organisation_id"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "archivist",
                "auditor",
                "director",
                "dpo",
                "legal",
                "reader",
                "steward",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_role_grant_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_role_grant_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index(
        op.f("ix_role_grant_account_id_role_organisation_id"),
        "role_grant",
        ["account_id", "role", "organisation_id"],
        unique=True,
        postgresql_where=sa.text("NOT ended"),
    )
    op.create_index(op.f("ix_role_grant_organisation_id"), "role_grant", ["organisation_id"], unique=False)
    op.create_table(
        "signed_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("browser", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_signed_session_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signed_session_token_hash")),
    )
    op.create_index(op.f("ix_signed_session_account_id"), "signed_session", ["account_id"], unique=False)
    op.create_index(op.f("ix_signed_session_organisation_id"), "signed_session", ["organisation_id"], unique=False)
    op.create_table(
        "single_use_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("invitation", "reset", name="linkpurpose", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_single_use_link_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_single_use_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_single_use_link_token_hash")),
    )
    op.create_index(op.f("ix_single_use_link_account_id"), "single_use_link", ["account_id"], unique=False)
    op.create_index(op.f("ix_single_use_link_organisation_id"), "single_use_link", ["organisation_id"], unique=False)
    op.create_table(
        "credential_secret",
        sa.Column("credential_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_credential_secret_credential_id_credential")
        ),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_credential_secret")),
    )
    op.create_index(
        op.f("ix_credential_secret_organisation_id"), "credential_secret", ["organisation_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_credential_secret_organisation_id"), table_name="credential_secret")
    op.drop_table("credential_secret")
    op.drop_index(op.f("ix_single_use_link_organisation_id"), table_name="single_use_link")
    op.drop_index(op.f("ix_single_use_link_account_id"), table_name="single_use_link")
    op.drop_table("single_use_link")
    op.drop_index(op.f("ix_signed_session_organisation_id"), table_name="signed_session")
    op.drop_index(op.f("ix_signed_session_account_id"), table_name="signed_session")
    op.drop_table("signed_session")
    op.drop_index(op.f("ix_role_grant_organisation_id"), table_name="role_grant")
    op.drop_index(
        op.f("ix_role_grant_account_id_role_organisation_id"),
        table_name="role_grant",
        postgresql_where=sa.text("NOT ended"),
    )
    op.drop_table("role_grant")
    op.drop_index(op.f("ix_distribution_organisation_id"), table_name="distribution")
    op.drop_table("distribution")
    op.drop_index(op.f("ix_credential_organisation_id"), table_name="credential")
    op.drop_index(op.f("ix_credential_account_id_kind"), table_name="credential")
    op.drop_table("credential")
    op.drop_index(op.f("ix_api_token_organisation_id"), table_name="api_token")
    op.drop_index(op.f("ix_api_token_account_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_index(op.f("ix_import_line_organisation_id"), table_name="import_line")
    op.drop_index(op.f("ix_import_line_batch_id_line_no"), table_name="import_line")
    op.drop_table("import_line")
    op.drop_index(op.f("ix_import_account_organisation_id"), table_name="import_account")
    op.drop_table("import_account")
    op.drop_index(op.f("ix_dataset_title_sort_id"), table_name="dataset", postgresql_where=sa.text("NOT annulled"))
    op.drop_index(op.f("ix_dataset_organisation_id_title_sort_id"), table_name="dataset")
    op.drop_table("dataset")
    op.drop_index(op.f("ix_appointment_subject_id"), table_name="appointment")
    op.drop_index(op.f("ix_appointment_person_id"), table_name="appointment")
    op.drop_index(op.f("ix_appointment_organisation_id"), table_name="appointment")
    op.drop_table("appointment")
    op.drop_index(op.f("ix_account_organisation_id"), table_name="account")
    op.drop_table("account")
    op.drop_index(op.f("ix_stored_file_organisation_id"), table_name="stored_file")
    op.drop_table("stored_file")
    op.drop_index(op.f("ix_population_organisation_id"), table_name="population")
    op.drop_table("population")
    op.drop_index(op.f("ix_person_organisation_id"), table_name="person")
    op.drop_table("person")
    op.drop_table("ledger_seal")
    op.drop_index(op.f("ix_job_run_organisation_id"), table_name="job_run")
    op.drop_table("job_run")
    op.drop_index(op.f("ix_issued_document_organisation_id"), table_name="issued_document")
    op.drop_table("issued_document")
    op.drop_index(op.f("ix_import_batch_organisation_id"), table_name="import_batch")
    op.drop_table("import_batch")
    op.drop_index(
        op.f("ix_finding_subject_kind_subject_id_policy_id_period"),
        table_name="finding",
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index(
        op.f("ix_finding_organisation_id_policy_id_verdict"),
        table_name="finding",
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_table("finding")
    op.drop_index(op.f("ix_sign_in_attempt_name_digest"), table_name="sign_in_attempt")
    op.drop_index(op.f("ix_sign_in_attempt_at"), table_name="sign_in_attempt")
    op.drop_index(op.f("ix_sign_in_attempt_address_digest"), table_name="sign_in_attempt")
    op.drop_table("sign_in_attempt")
    op.drop_table("registry")
    op.drop_index(op.f("ix_policy_text_policy_id"), table_name="policy_text")
    op.drop_table("policy_text")
    op.drop_index(op.f("ix_person_key_organisation_id"), table_name="person_key")
    op.drop_table("person_key")
    op.drop_index(op.f("ix_person_identity_person_id"), table_name="person_identity")
    op.drop_index(op.f("ix_person_identity_organisation_id"), table_name="person_identity")
    op.drop_index(op.f("ix_person_identity_folded"), table_name="person_identity")
    op.drop_index(op.f("ix_person_identity_digest"), table_name="person_identity")
    op.drop_table("person_identity")
    op.drop_index(op.f("ix_organisation_parent_id"), table_name="organisation")
    op.drop_table("organisation")
    op.drop_index(op.f("ix_ledger_text_organisation_id"), table_name="ledger_text")
    op.drop_table("ledger_text")
    op.drop_index(op.f("ix_ledger_root_sealed_at"), table_name="ledger_root")
    op.drop_table("ledger_root")
    op.drop_table("ledger_horizon")
    op.drop_index(op.f("ix_ledger_entry_xid"), table_name="ledger_entry")
    op.drop_index(op.f("ix_ledger_entry_batch_id"), table_name="ledger_entry")
    op.drop_table("ledger_entry")
