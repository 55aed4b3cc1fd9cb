"""write the ledger once

The trigger made each row anew three times: with its digests, again for the hash, and once more within what is hashed.
It makes it once. What is written stays the same to the byte, hashes included: there is nothing to undo.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Each event sees its rows under other names, so each has its function; `{changed}` gives what changed: the row as
# jsonb after and before, and what the ledger kept of it last.
CHANGED = {
    "insert": """
      SELECT to_jsonb(n) AS now, NULL::jsonb AS before, n.id::bigint AS row_id, n.version,
             NULL::jsonb AS kept, NULL::bytea AS previous_hash
        FROM new_rows n ORDER BY n.id""",
    "update": """
      SELECT to_jsonb(n) AS now, to_jsonb(o) AS before, n.id::bigint AS row_id, n.version,
             e.snapshot AS kept, e.hash AS previous_hash
        FROM new_rows n JOIN old_rows o ON o.id = n.id
        LEFT JOIN LATERAL (
          SELECT l.snapshot, l.hash FROM ledger_entry l
           WHERE l.table_name = kept_name AND l.row_id = n.id AND l.version = n.version - 1 LIMIT 1
        ) e ON true ORDER BY n.id""",
    "delete": """
      SELECT to_jsonb(o) AS now, to_jsonb(o) AS before, o.id::bigint AS row_id, o.version + 1 AS version,
             e.snapshot AS kept, e.hash AS previous_hash
        FROM old_rows o
        LEFT JOIN LATERAL (
          SELECT l.snapshot, l.hash FROM ledger_entry l
           WHERE l.table_name = kept_name AND l.row_id = o.id AND l.version = o.version LIMIT 1
        ) e ON true ORDER BY o.id""",
}

# The rows after are the rows before: a key that changed would leave the history of neither.
CHECKED = {
    "insert": "",
    "delete": "",
    "update": """
  IF EXISTS (SELECT FROM new_rows n WHERE NOT EXISTS (SELECT FROM old_rows o WHERE o.id = n.id)) THEN
    RAISE EXCEPTION '%: the number of a row of record is never changed', TG_TABLE_NAME
      USING ERRCODE = 'insufficient_privilege';
  END IF;""",
}
ROWS = {"insert": "new_rows", "update": "new_rows", "delete": "old_rows"}
# SECURITY DEFINER and the pinned settings: as for the function this one replaces.
RECORD = """
CREATE OR REPLACE FUNCTION record_{event}s_in_ledger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET intervalstyle = 'iso_8601'
SET bytea_output = 'hex' SET extra_float_digits = '1'
AS $$
DECLARE
  -- As text: compared with a value of type `name`, the index on `table_name` would not serve (its collation
  -- differs), and each update would read the whole of it.
  kept_name text := TG_TABLE_NAME;
  free_columns text[] := TG_ARGV[0];
  actor text := nullif(current_setting('beffroi.actor', true), '');
  said text := nullif(current_setting('beffroi.reason', true), '');
  event text := nullif(current_setting('beffroi.event', true), '');
  account bigint := acting_account();
  batch bigint := nullif(current_setting('beffroi.batch', true), '');
  request text := nullif(current_setting('beffroi.request', true), '');
  moment timestamptz := clock_timestamp();
  asked text := nullif(current_setting('beffroi.recorded_at', true), '');
  of_the_table text;
  of_who text;
  of_when text;
BEGIN
  IF NOT EXISTS (SELECT FROM {rows}) THEN
    RETURN NULL;
  END IF;
  IF actor IS NULL THEN
    IF session_user IN ('beffroi_app', 'beffroi_jobs') THEN
      RAISE EXCEPTION 'a write without an actor is refused' USING ERRCODE = 'insufficient_privilege';
    END IF;
    actor := 'psql:' || session_user;
  END IF;{checked}
  -- The demonstration's own door: the registry's first row, the ledger's first, says that all is fictional.
  -- It opens on the past alone.
  IF asked IS NOT NULL AND session_user = 'beffroi_owner' AND (
    SELECT e.snapshot ->> 'demonstration' FROM ledger_entry e ORDER BY e.id LIMIT 1
  ) = 'true' THEN
    moment := least(asked::timestamptz, moment);
  END IF;
  -- What is hashed is the text of a JSON array, to the byte as `jsonb_build_array(…)::text` writes it. It is put
  -- together from the texts of its parts, of which these are those of every row: to make one array more of each row,
  -- all its columns included, took longer than all else here.
  of_the_table := ', ' || to_jsonb(kept_name)::text || ', ';
  of_who := ', ' || to_jsonb(actor)::text || ', ' || coalesce(account::text, 'null') || ', '
            || coalesce(to_jsonb(event)::text, 'null') || ', ';
  of_when := ', ' || coalesce(batch::text, 'null') || ', ' || coalesce(to_jsonb(request)::text, 'null') || ', '
             || (extract(epoch FROM moment) * 1000000)::bigint || ', ';

  WITH changed AS MATERIALIZED (
    SELECT nextval('ledger_entry_id_seq') AS entry_id, c.*,
           CASE WHEN kept_name = 'organisation' THEN c.row_id ELSE (c.now ->> 'organisation_id')::bigint END AS body
      FROM ({changed}
      ) c
  ), texts AS MATERIALIZED (
    -- An unchanged text is not kept twice, unless the row has gone to another organisation, which could not
    -- read it, or the column held no text apart until now.
    SELECT c.entry_id, c.body, t.name, c.now ->> t.name AS value,
           CASE WHEN c.kept ->> t.name LIKE 'text:%' AND c.before ->> t.name IS NOT DISTINCT FROM c.now ->> t.name
                 AND c.before ->> 'organisation_id' IS NOT DISTINCT FROM c.now ->> 'organisation_id'
                THEN c.kept ->> t.name END AS known
      FROM changed c CROSS JOIN unnest(free_columns) AS t (name)
     WHERE c.now ->> t.name IS NOT NULL
  ), apart AS MATERIALIZED (
    SELECT t.*, coalesce(t.known, 'text:' || encode(sha256(t.salt || convert_to(t.value, 'UTF8')), 'hex')) AS digest
      FROM (SELECT s.*, CASE WHEN s.known IS NULL THEN uuid_send(gen_random_uuid()) END AS salt
              FROM texts s OFFSET 0) t
  ), reasons AS MATERIALIZED (
    -- Kept once for each organisation: each may read its own alone.
    SELECT r.body, r.salt, 'text:' || encode(sha256(r.salt || convert_to(said, 'UTF8')), 'hex') AS digest
      FROM (SELECT d.body, uuid_send(gen_random_uuid()) AS salt FROM (SELECT DISTINCT body FROM changed) d) r
     WHERE said IS NOT NULL
  ), kept_apart AS (
    INSERT INTO ledger_text (digest, organisation_id, salt, value)
    SELECT digest, body, salt, value FROM apart WHERE known IS NULL
    UNION ALL SELECT digest, body, salt, said FROM reasons
  ), entries AS MATERIALIZED (
    -- Materialized: the row is made anew with its digests once, for what is kept of it and for what is hashed.
    SELECT c.entry_id, c.row_id, c.version, c.body, c.previous_hash, r.digest AS reason,
           c.now || coalesce(a.replaced, '{{}}') AS snapshot
      FROM changed c
      LEFT JOIN (SELECT entry_id, jsonb_object_agg(name, digest) AS replaced FROM apart GROUP BY entry_id) a
        ON a.entry_id = c.entry_id
      LEFT JOIN reasons r ON r.body IS NOT DISTINCT FROM c.body
  )
  INSERT INTO ledger_entry OVERRIDING SYSTEM VALUE
  SELECT e.entry_id, pg_current_xact_id()::text::bigint, kept_name, e.row_id, e.version, '{event}', e.body, actor,
         account, event, e.reason, batch, request, moment, e.snapshot, e.previous_hash,
         sha256(convert_to(
           '[' || e.entry_id || of_the_table || e.row_id || ', ' || e.version || ', "{event}", '
           || coalesce(e.body::text, 'null') || of_who || coalesce('"' || e.reason || '"', 'null') || of_when
           || e.snapshot::text || ', ' || coalesce('"' || encode(e.previous_hash, 'hex') || '"', 'null') || ']', 'UTF8'))
    FROM entries e;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    for event, changed in CHANGED.items():
        op.execute(RECORD.format(event=event, changed=changed, checked=CHECKED[event], rows=ROWS[event]))


def downgrade() -> None:
    """Nothing: the functions that stand write what those before them wrote."""
