"""confide the history of confided matters

Breaches, requests, who asks and what proves them were kept from most readers, but not what the ledger holds of them:
its entries and the texts kept apart were shown to every reader of the body. They follow the rows they tell of. A text
apart now says of which row it is, where that row may be confided; elsewhere it says nothing, and is read as before.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import rewrite_function

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = (
    "breach", "breach_notification", "breach_event", "breach_dataset", "breach_activity", "received_request", "person",
    "evidence", "evidence_edition", "evidence_link", "stored_file",
)  # fmt: skip
# Of persons, those alone who came with a matter: their row says it, so that a list of others asks nothing more.
IS_CONFIDED = f"""
CREATE FUNCTION is_confided_row(kept text, held jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT kept IN ({", ".join(f"'{table}'" for table in TABLES)})
   AND (kept <> 'person' OR held -> 'confided' IS NOT DISTINCT FROM 'true'::jsonb) $$
"""
# Each of these tables is guarded itself: what is found there is within the asker's rights. Not in SQL: only the
# question that is asked is then planned, and once for each session.
SEES = """
CREATE FUNCTION acting_sees(kept text, one bigint) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp AS $$
BEGIN
  CASE kept
{asked}
    ELSE RETURN false;
  END CASE;
END $$
""".format(
    asked="\n".join(f"    WHEN '{table}' THEN RETURN EXISTS (SELECT FROM {table} WHERE id = $2);" for table in TABLES)
)
READ = "organisation_id IS NULL OR organisation_id = ANY ((SELECT acting_reads())::bigint[])"
FOLLOWED = (
    "organisation_id IS NULL OR (organisation_id = ANY ((SELECT acting_reads())::bigint[]) AND ({open}"
    " OR organisation_id = ANY ((SELECT acting_confides())::bigint[]) OR acting_sees(table_name, row_id)))"
)
SEEN = {
    "ledger_entry": FOLLOWED.format(open="NOT is_confided_row(table_name, snapshot)"),
    "ledger_text": FOLLOWED.format(open="table_name IS NULL"),
}

KEPT_BEFORE = """
UPDATE ledger_text t SET table_name = said.table_name, row_id = said.row_id FROM (
  SELECT DISTINCT ON (digest) digest, table_name, row_id FROM (
    SELECT held.value AS digest, e.table_name, e.row_id FROM ledger_entry e, jsonb_each_text(e.snapshot) AS held
     WHERE is_confided_row(e.table_name, e.snapshot) AND held.value LIKE 'text:%'
    UNION ALL SELECT e.reason, e.table_name, e.row_id FROM ledger_entry e
     WHERE is_confided_row(e.table_name, e.snapshot) AND e.reason IS NOT NULL
  ) AS every ORDER BY digest, row_id
) AS said WHERE t.digest = said.digest
"""

# The three functions that keep the ledger stay as they are, but for what they say of a text apart: it is of one row,
# as is a reason, which is of the first of the rows it was given for.
WRITTEN = (
    (
        "SELECT c.entry_id, c.body, t.name,",
        "SELECT c.entry_id, c.body, CASE WHEN is_confided_row(kept_name, c.now) THEN c.row_id END AS of_row, t.name,",
    ),
    ("SELECT r.body, r.salt, 'text:'", "SELECT r.body, r.of_row, r.salt, 'text:'"),
    (
        "FROM (SELECT d.body, uuid_send(gen_random_uuid()) AS salt FROM (SELECT DISTINCT body FROM changed) d) r",
        "FROM (SELECT d.body, min(d.row_id) FILTER (WHERE is_confided_row(kept_name, d.now)) AS of_row,"
        " uuid_send(gen_random_uuid()) AS salt FROM changed d GROUP BY d.body) r",
    ),
    (
        "INSERT INTO ledger_text (digest, organisation_id, salt, value)",
        "INSERT INTO ledger_text (digest, organisation_id, salt, value, table_name, row_id)",
    ),
    (
        "SELECT digest, body, salt, value FROM apart WHERE known IS NULL",
        "SELECT digest, body, salt, value, CASE WHEN of_row IS NOT NULL THEN kept_name END, of_row"
        " FROM apart WHERE known IS NULL",
    ),
    (
        "UNION ALL SELECT digest, body, salt, said FROM reasons",
        "UNION ALL SELECT digest, body, salt, said, CASE WHEN of_row IS NOT NULL THEN kept_name END, of_row"
        " FROM reasons",
    ),
)


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.add_column("ledger_text", sa.Column("table_name", sa.Text(), nullable=True))
    op.add_column("ledger_text", sa.Column("row_id", sa.BigInteger(), nullable=True))
    op.execute(IS_CONFIDED)
    op.execute(SEES)
    functions = "is_confided_row(text, jsonb), acting_sees(text, bigint)"
    op.execute(f"REVOKE ALL ON FUNCTION {functions} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {functions} TO beffroi_app, beffroi_jobs")
    op.execute(KEPT_BEFORE)
    _write_anew(WRITTEN)
    for table, seen in SEEN.items():
        op.execute(f"ALTER POLICY app_reads ON {table} USING ({seen})")


def _write_anew(changes: Sequence[tuple[str, str]]) -> None:
    for event in ("insert", "update", "delete"):
        rewrite_function(op.get_bind(), f"record_{event}s_in_ledger()", *changes)


def downgrade() -> None:
    for table in SEEN:
        op.execute(f"ALTER POLICY app_reads ON {table} USING ({READ})")
    _write_anew([(after, before) for before, after in WRITTEN])
    op.execute("DROP FUNCTION acting_sees, is_confided_row")
    op.drop_column("ledger_text", "row_id")
    op.drop_column("ledger_text", "table_name")
