"""say what a breach touched, and confide what proves it

The datasets and activities a breach touched are seen with the breach, by nobody else. What proves a breach or a request
is as confided as they are: its row, its editions and its files are seen through a link that is seen, whoever keeps it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LINKS = {"breach_dataset": ("dataset_id", "dataset"), "breach_activity": ("activity_id", "processing_activity")}
OF_A_BREACH = "EXISTS (SELECT FROM breach b WHERE b.id = breach_id)"
READ = "organisation_id = ANY ((SELECT acting_reads())::bigint[])"
WRITTEN = "organisation_id = ANY ((SELECT acting_writes())::bigint[])"
CONFIDING = f"{WRITTEN} AND organisation_id = ANY ((SELECT acting_confides())::bigint[])"

# What a link of evidence says is seen with the breach or the request it leads to; other kinds as before.
LINK_SEEN = f"""{READ} AND CASE subject_kind
 WHEN 'breach' THEN EXISTS (SELECT FROM breach b WHERE b.id = subject_id)
 WHEN 'request' THEN EXISTS (SELECT FROM received_request r WHERE r.id = subject_id) ELSE true END"""
LINK_WRITTEN = f"""{WRITTEN} AND (subject_kind NOT IN ('breach', 'request')
 OR organisation_id = ANY ((SELECT acting_confides())::bigint[]))"""
# These look past the guards of the tables they read. Once it has proved a confided matter, a document stays confided,
# and the bytes it is made of are found again by whoever brings the same ones.
CONFIDED = """
CREATE FUNCTION is_confided_evidence(number bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM evidence_link l
                   WHERE l.evidence_id = number AND l.subject_kind IN ('breach', 'request')) $$;
CREATE FUNCTION is_confided_file(number bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM evidence_edition e WHERE e.file_id = number AND is_confided_evidence(e.evidence_id)) $$;
CREATE FUNCTION kept_file(body bigint, digest text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT f.id FROM stored_file f WHERE f.organisation_id = body AND f.sha256 = digest $$
"""
FUNCTIONS = "is_confided_evidence(bigint), is_confided_file(bigint), kept_file(bigint, text)"
CONFIDES = "organisation_id = ANY ((SELECT acting_confides())::bigint[])"
THROUGH = "EXISTS (SELECT FROM evidence_link l WHERE l.evidence_id = evidence.id AND NOT l.annulled)"
OF_A_FILE = "EXISTS (SELECT FROM evidence_edition e WHERE e.file_id = stored_file.id)"
SEEN = {
    "evidence": (f"({READ} AND (NOT is_confided_evidence(id) OR {CONFIDES})) OR {THROUGH}", f"{READ} OR {THROUGH}"),
    "stored_file": (f"({READ} AND (NOT is_confided_file(id) OR {CONFIDES})) OR {OF_A_FILE}", f"{READ} OR {OF_A_FILE}"),
}

def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    for table, (column, target) in LINKS.items():
        op.create_table(
            table,
            sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.Column("organisation_id", sa.BigInteger(), nullable=False),
            sa.Column("breach_id", sa.BigInteger(), nullable=False),
            sa.Column(column, sa.BigInteger(), nullable=False),
            sa.Column("annulled", sa.Boolean(), nullable=False),
            sa.ForeignKeyConstraint(
                ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id_organisation")
            ),
            sa.ForeignKeyConstraint(["breach_id"], ["breach.id"], name=op.f(f"fk_{table}_breach_id_breach")),
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}")),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint("breach_id", column, name=op.f(f"uq_{table}_breach_id_{column}")),
            info={"kind": "record"},
        )
        for indexed in ("organisation_id", column):
            op.create_index(op.f(f"ix_{table}_{indexed}"), table, [indexed], unique=False)
        op.execute(f"CALL keep_of_record('{table}', '{{}}')")
        op.execute(f"CALL guard_rows('{table}', $q${OF_A_BREACH}$q$, $q${CONFIDING}$q$)")
    for statement in CONFIDED.split(";\n"):
        op.execute(statement)
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTIONS} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTIONS} TO beffroi_app, beffroi_jobs")
    op.execute(f"ALTER POLICY app_reads ON evidence_link USING ({LINK_SEEN})")
    op.execute(f"ALTER POLICY app_inserts ON evidence_link WITH CHECK ({LINK_WRITTEN})")
    op.execute(f"ALTER POLICY app_updates ON evidence_link USING ({LINK_WRITTEN}) WITH CHECK ({LINK_WRITTEN})")
    for table, (seen, _before) in SEEN.items():
        op.execute(f"ALTER POLICY app_reads ON {table} USING ({seen})")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), *LINKS, "evidence_link WHERE subject_kind IN ('breach', 'request')")
    for table, (_seen, before) in SEEN.items():
        op.execute(f"ALTER POLICY app_reads ON {table} USING ({before})")
    op.execute(f"ALTER POLICY app_updates ON evidence_link USING ({WRITTEN}) WITH CHECK ({WRITTEN})")
    op.execute(f"ALTER POLICY app_inserts ON evidence_link WITH CHECK ({WRITTEN})")
    op.execute(f"ALTER POLICY app_reads ON evidence_link USING ({READ})")
    op.execute("DROP FUNCTION kept_file, is_confided_file, is_confided_evidence")
    for table in LINKS:
        op.drop_table(table)
