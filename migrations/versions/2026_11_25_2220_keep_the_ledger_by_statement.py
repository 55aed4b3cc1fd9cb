"""keep the ledger by statement

What was written row by row is written once for all the rows of a statement: an import costs the ledger half of what
it did, and one edit less. What is written stays the same to the byte, hashes included.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
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
REFERENCING = {
    "insert": "NEW TABLE AS new_rows",
    "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "OLD TABLE AS old_rows",
}

# SECURITY DEFINER and the pinned settings: as for the function this one replaces.
RECORD = """
CREATE FUNCTION record_{event}s_in_ledger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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

  WITH changed AS MATERIALIZED (
    SELECT nextval('ledger_entry_id_seq') AS entry_id, c.*,
           CASE WHEN kept_name = 'organisation' THEN c.row_id ELSE (c.now ->> 'organisation_id')::bigint END AS body
      FROM ({changed}
      ) c
  ), texts AS MATERIALIZED (
    -- An unchanged text is not kept twice, unless the row has gone to another organisation, which could not
    -- read it, or the column held no text apart until now.
    SELECT c.entry_id, c.body, t.name, c.now ->> t.name AS value, uuid_send(gen_random_uuid()) AS salt,
           CASE WHEN c.kept ->> t.name LIKE 'text:%' AND c.before ->> t.name IS NOT DISTINCT FROM c.now ->> t.name
                 AND c.before ->> 'organisation_id' IS NOT DISTINCT FROM c.now ->> 'organisation_id'
                THEN c.kept ->> t.name END AS known
      FROM changed c CROSS JOIN unnest(free_columns) AS t (name)
     WHERE c.now ->> t.name IS NOT NULL
  ), apart AS MATERIALIZED (
    SELECT entry_id, body, name, value, salt, known,
           coalesce(known, 'text:' || encode(sha256(salt || convert_to(value, 'UTF8')), 'hex')) AS digest
      FROM texts
  ), reasons AS MATERIALIZED (
    -- Kept once for each organisation: each may read its own alone.
    SELECT r.body, r.salt, 'text:' || encode(sha256(r.salt || convert_to(said, 'UTF8')), 'hex') AS digest
      FROM (SELECT d.body, uuid_send(gen_random_uuid()) AS salt FROM (SELECT DISTINCT body FROM changed) d) r
     WHERE said IS NOT NULL
  ), kept_apart AS (
    INSERT INTO ledger_text (digest, organisation_id, salt, value)
    SELECT digest, body, salt, value FROM apart WHERE known IS NULL
    UNION ALL SELECT digest, body, salt, said FROM reasons
  ), entries AS (
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
         sha256(convert_to(jsonb_build_array(
           e.entry_id, kept_name, e.row_id, e.version, '{event}', e.body, actor, account, event, e.reason, batch,
           request, (extract(epoch FROM moment) * 1000000)::bigint, e.snapshot, encode(e.previous_hash, 'hex')
         )::text, 'UTF8'))
    FROM entries e;
  RETURN NULL;
END $$
"""

TRIGGER = """
  EXECUTE format('CREATE TRIGGER z_ledger_{event} AFTER {event} ON %I REFERENCING {referencing}
                  FOR EACH STATEMENT EXECUTE FUNCTION record_{event}s_in_ledger(%L)', kept, free_texts::text);"""

# Told again, a table has its triggers anew: for one whose free texts are no longer the same.
KEEP = """
CREATE OR REPLACE PROCEDURE keep_of_record(kept text, free_texts text[] DEFAULT '{{}}') LANGUAGE plpgsql AS $$
DECLARE
  before text;
BEGIN
  FOR before IN SELECT t.tgname FROM pg_trigger t WHERE t.tgrelid = kept::regclass AND NOT t.tgisinternal
     AND (t.tgname IN ('a_version', 'never_emptied') OR t.tgname LIKE 'z\\_ledger%') LOOP
    EXECUTE format('DROP TRIGGER %I ON %I', before, kept);
  END LOOP;
  EXECUTE format('CREATE TRIGGER a_version BEFORE INSERT OR UPDATE ON %I
                  FOR EACH ROW EXECUTE FUNCTION next_version()', kept);{triggers}
  EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I
                  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()', kept);
END $$
"""

BY_ROW = """
  EXECUTE format('CREATE TRIGGER z_ledger AFTER INSERT OR UPDATE OR DELETE ON %I
                  FOR EACH ROW EXECUTE FUNCTION record_in_ledger(%L)', kept, free_texts::text);"""

# The tables of record with the free texts their triggers were told, whichever migration told them.
TOLD_AGAIN = """
DO $$
DECLARE
  told record;
BEGIN
  FOR told IN SELECT c.relname, split_part(encode(t.tgargs, 'escape'), '\\000', 1) AS free_texts
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = '{name}' ORDER BY 1 LOOP
    CALL keep_of_record(told.relname, told.free_texts::text[]);
  END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute("SELECT set_config('beffroi.actor', 'migration:0008', true)")
    for event, changed in CHANGED.items():
        op.execute(RECORD.format(event=event, changed=changed, checked=CHECKED[event], rows=ROWS[event]))
    triggers = "".join(TRIGGER.format(event=event, referencing=said) for event, said in REFERENCING.items())
    op.execute(KEEP.format(triggers=triggers))
    op.execute(TOLD_AGAIN.format(name="z_ledger"))


def downgrade() -> None:
    op.execute(KEEP.format(triggers=BY_ROW))
    op.execute(TOLD_AGAIN.format(name="z_ledger_insert"))
    for event in CHANGED:
        op.execute(f"DROP FUNCTION record_{event}s_in_ledger")
