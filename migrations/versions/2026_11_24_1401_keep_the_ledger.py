"""keep the ledger

Triggers that write every version of every row of record, row-level security on every table that holds an
organisation's data, and the rights of the four roles. Later migrations call the two procedures made here:
`keep_of_record(table, free_texts)` and `guard_by_organisation(table, …)`.
"""

from collections.abc import Sequence

from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ACTING = """
CREATE FUNCTION acting_reads() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('beffroi.reads', true), ''), '{}')::bigint[] $$;
CREATE FUNCTION acting_knows() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('beffroi.knows', true), ''), '{}')::bigint[] $$;
CREATE FUNCTION acting_writes() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('beffroi.writes', true), ''), '{}')::bigint[] $$;
CREATE FUNCTION acting_account() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('beffroi.account', true), '')::bigint $$;
"""

# The version belongs to the database: no code path can forget it or choose it.
VERSION = """
CREATE FUNCTION next_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.version := 1;
  ELSE
    NEW.version := OLD.version + 1;
  END IF;
  RETURN NEW;
END $$;
"""

# SECURITY DEFINER: the roles that write records may not write the ledger themselves. The pinned settings
# make the text that is hashed the same on every server and in every session.
RECORD = """
CREATE FUNCTION record_in_ledger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET intervalstyle = 'iso_8601'
SET bytea_output = 'hex' SET extra_float_digits = '1'
AS $$
DECLARE
  -- As text: compared with a value of type `name`, the index on `table_name` would not serve (its collation
  -- differs), and each update would read the whole of it.
  kept_name text := TG_TABLE_NAME;
  row_now jsonb;
  row_before jsonb;
  kept jsonb;
  actor text := nullif(current_setting('beffroi.actor', true), '');
  reason text := nullif(current_setting('beffroi.reason', true), '');
  event text := nullif(current_setting('beffroi.event', true), '');
  moment timestamptz := clock_timestamp();
  asked text := nullif(current_setting('beffroi.recorded_at', true), '');
  entry ledger_entry%ROWTYPE;
  free_column text;
  salt bytea;
  digest text;
BEGIN
  IF actor IS NULL THEN
    IF session_user IN ('beffroi_app', 'beffroi_jobs') THEN
      RAISE EXCEPTION 'a write without an actor is refused' USING ERRCODE = 'insufficient_privilege';
    END IF;
    actor := 'psql:' || session_user;
  END IF;
  -- The demonstration's own door: the registry's first row, the ledger's first, says that all is fictional.
  -- It opens on the past alone.
  IF asked IS NOT NULL AND session_user = 'beffroi_owner' AND (
    SELECT e.snapshot ->> 'demonstration' FROM ledger_entry e ORDER BY e.id LIMIT 1
  ) = 'true' THEN
    moment := least(asked::timestamptz, moment);
  END IF;

  IF TG_OP = 'DELETE' THEN
    row_now := to_jsonb(OLD);
    entry.version := OLD.version + 1;
  ELSE
    row_now := to_jsonb(NEW);
    entry.version := NEW.version;
  END IF;
  entry.row_id := (row_now ->> 'id')::bigint;
  IF TG_OP <> 'INSERT' THEN
    row_before := to_jsonb(OLD);
    SELECT e.hash, e.snapshot INTO entry.previous_hash, kept FROM ledger_entry e
     WHERE e.table_name = kept_name AND e.row_id = entry.row_id AND e.version = entry.version - 1;
  END IF;
  entry.organisation_id := CASE
    WHEN kept_name = 'organisation' THEN entry.row_id
    ELSE (row_now ->> 'organisation_id')::bigint END;

  FOREACH free_column IN ARRAY TG_ARGV[0]::text[] LOOP
    CONTINUE WHEN row_now ->> free_column IS NULL;
    -- An unchanged text is not kept twice, unless the row has gone to another organisation, which could not
    -- read it, or the column held no text apart until now.
    IF kept ->> free_column LIKE 'text:%' AND row_before ->> free_column IS NOT DISTINCT FROM row_now ->> free_column
       AND row_before ->> 'organisation_id' IS NOT DISTINCT FROM row_now ->> 'organisation_id' THEN
      digest := kept ->> free_column;
    ELSE
      salt := uuid_send(gen_random_uuid());
      digest := 'text:' || encode(sha256(salt || convert_to(row_now ->> free_column, 'UTF8')), 'hex');
      INSERT INTO ledger_text (digest, organisation_id, salt, value)
      VALUES (digest, entry.organisation_id, salt, row_now ->> free_column);
    END IF;
    row_now := jsonb_set(row_now, ARRAY[free_column], to_jsonb(digest));
  END LOOP;
  IF reason IS NOT NULL THEN
    salt := uuid_send(gen_random_uuid());
    digest := 'text:' || encode(sha256(salt || convert_to(reason, 'UTF8')), 'hex');
    INSERT INTO ledger_text (digest, organisation_id, salt, value)
    VALUES (digest, entry.organisation_id, salt, reason);
    reason := digest;
  END IF;

  entry.id := nextval('ledger_entry_id_seq');
  entry.hash := sha256(convert_to(jsonb_build_array(
    entry.id, kept_name, entry.row_id, entry.version, lower(TG_OP), entry.organisation_id, actor,
    acting_account(), event, reason, nullif(current_setting('beffroi.batch', true), '')::bigint,
    nullif(current_setting('beffroi.request', true), ''),
    (extract(epoch FROM moment) * 1000000)::bigint, row_now, encode(entry.previous_hash, 'hex')
  )::text, 'UTF8'));
  INSERT INTO ledger_entry OVERRIDING SYSTEM VALUE VALUES (
    entry.id, pg_current_xact_id()::text::bigint, kept_name, entry.row_id, entry.version, lower(TG_OP),
    entry.organisation_id, actor, acting_account(), event, reason,
    nullif(current_setting('beffroi.batch', true), '')::bigint,
    nullif(current_setting('beffroi.request', true), ''), moment, row_now, entry.previous_hash, entry.hash
  );
  RETURN NULL;
END $$;
"""

NEVER_REWRITTEN = """
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is of record: it is neither rewritten nor emptied', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_seal
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_root
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_entry, ledger_seal, ledger_root FROM beffroi_owner;
"""

PROCEDURES = """
CREATE PROCEDURE keep_of_record(kept text, free_texts text[] DEFAULT '{}') LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER a_version BEFORE INSERT OR UPDATE ON %I
                  FOR EACH ROW EXECUTE FUNCTION next_version()', kept);
  EXECUTE format('CREATE TRIGGER z_ledger AFTER INSERT OR UPDATE OR DELETE ON %I
                  FOR EACH ROW EXECUTE FUNCTION record_in_ledger(%L)', kept, free_texts::text);
  EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I
                  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()', kept);
END $$;

-- `seen_by` and `written_by` are conditions for the web role; the owner and the worker see every row.
CREATE PROCEDURE guard_rows(guarded text, seen_by text, written_by text, may text DEFAULT 'INSERT, UPDATE')
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
  EXECUTE format('CREATE POLICY owner_all ON %I TO beffroi_owner USING (true) WITH CHECK (true)', guarded);
  EXECUTE format('CREATE POLICY jobs_all ON %I TO beffroi_jobs USING (true) WITH CHECK (true)', guarded);
  EXECUTE format('CREATE POLICY app_reads ON %I FOR SELECT TO beffroi_app USING (%s)', guarded, seen_by);
  EXECUTE format('GRANT SELECT ON %I TO beffroi_app, beffroi_jobs', guarded);
  IF may <> '' THEN
    EXECUTE format('CREATE POLICY app_inserts ON %I FOR INSERT TO beffroi_app WITH CHECK (%s)', guarded, written_by);
    EXECUTE format('CREATE POLICY app_updates ON %I FOR UPDATE TO beffroi_app USING (%s) WITH CHECK (%s)',
                   guarded, written_by, written_by);
    EXECUTE format('CREATE POLICY app_deletes ON %I FOR DELETE TO beffroi_app USING (%s)', guarded, written_by);
    EXECUTE format('GRANT %s ON %I TO beffroi_app, beffroi_jobs', may, guarded);
  END IF;
END $$;

CREATE PROCEDURE guard_by_organisation(guarded text, may text DEFAULT 'INSERT, UPDATE') LANGUAGE sql AS $$
  CALL guard_rows(guarded, 'organisation_id = ANY ((SELECT acting_reads())::bigint[])',
                  'organisation_id = ANY ((SELECT acting_writes())::bigint[])', may);
$$;
"""

RECORDS = {
    "registry": "{}",
    "organisation": "{}",
    "population": "{}",
    "person": "{}",
    "appointment": "{}",
    "account": "{}",
    "credential": "{}",
    "role_grant": "{}",
    "api_token": "{name}",
    "dataset": "{title,title_sort,description,creator_name,rights,provenance,publication_ground_reference,"
    "anonymisation_proof}",
    "distribution": "{title,description,rights}",
    "import_batch": "{source_name}",
    "issued_document": "{title,issued_by}",
    "stored_file": "{name}",
}

KNOWN = "{} = ANY ((SELECT acting_knows())::bigint[])"
WRITTEN = "{} = ANY ((SELECT acting_writes())::bigint[])"
OWN = "account_id = (SELECT acting_account()) OR organisation_id = ANY ((SELECT acting_writes())::bigint[])"
READ_OR_OWN = "organisation_id = ANY ((SELECT acting_reads())::bigint[]) OR {} = (SELECT acting_account())"

# table: (who sees a row, who writes it, what the web role may do besides reading)
GUARDS = {
    "organisation": (KNOWN.format("id"), f"{WRITTEN.format('id')} OR {WRITTEN.format('parent_id')}", "INSERT, UPDATE"),
    "population": (KNOWN.format("organisation_id"), WRITTEN.format("organisation_id"), "INSERT, UPDATE"),
    "account": (
        READ_OR_OWN.format("id"),
        f"{WRITTEN.format('organisation_id')} OR id = (SELECT acting_account())",
        "INSERT, UPDATE",
    ),
    "credential": (READ_OR_OWN.format("account_id"), OWN, "INSERT, UPDATE"),
    "credential_secret": ("false", "false", ""),
    "role_grant": (READ_OR_OWN.format("account_id"), WRITTEN.format("organisation_id"), "INSERT, UPDATE"),
    "signed_session": (OWN, OWN, "UPDATE"),
    "api_token": (OWN, OWN, "INSERT, UPDATE"),
    "single_use_link": (OWN, OWN, "INSERT"),
    "job_run": (READ_OR_OWN.format("account_id"), OWN, "INSERT, UPDATE"),
    "ledger_entry": (
        "organisation_id IS NULL OR organisation_id = ANY ((SELECT acting_reads())::bigint[])",
        "false",
        "",
    ),
    "ledger_text": (
        "organisation_id IS NULL OR organisation_id = ANY ((SELECT acting_reads())::bigint[])",
        "false",
        "",
    ),
}

BY_ORGANISATION = (
    "person",
    "person_identity",
    "appointment",
    "dataset",
    "distribution",
    "import_batch",
    "issued_document",
    "stored_file",
    "finding",
)

FREELY_REMOVED = ("import_account", "import_line")


def upgrade() -> None:
    op.execute("SELECT set_config('beffroi.actor', 'migration:0002', true)")
    for statement in (ACTING, VERSION, RECORD, NEVER_REWRITTEN, PROCEDURES):
        op.execute(statement)
    op.execute("GRANT USAGE ON SCHEMA public TO beffroi_app, beffroi_jobs, beffroi_public")
    for table, free_texts in RECORDS.items():
        op.execute(f"CALL keep_of_record('{table}', '{free_texts}')")
    for table, (seen_by, written_by, may) in GUARDS.items():
        op.execute(f"CALL guard_rows('{table}', $q${seen_by}$q$, $q${written_by}$q$, '{may}')")
    for table in BY_ORGANISATION:
        op.execute(f"CALL guard_by_organisation('{table}')")
    for table in FREELY_REMOVED:
        op.execute(f"CALL guard_by_organisation('{table}', 'INSERT, UPDATE, DELETE')")
    op.execute("CALL guard_by_organisation('person_key', 'INSERT')")
    op.execute("GRANT SELECT ON registry, policy_text, ledger_seal, ledger_root TO beffroi_app, beffroi_jobs")
    op.execute("GRANT INSERT ON policy_text TO beffroi_app, beffroi_jobs")
    op.execute("GRANT INSERT ON ledger_seal, ledger_root, sign_in_attempt TO beffroi_jobs")
    op.execute("GRANT SELECT, DELETE ON sign_in_attempt TO beffroi_jobs")
    op.execute("GRANT SELECT, INSERT, UPDATE ON ledger_horizon TO beffroi_jobs")
    op.execute("GRANT SELECT, INSERT, UPDATE ON credential_secret, signed_session, single_use_link TO beffroi_jobs")
    op.execute("GRANT UPDATE ON person_identity TO beffroi_jobs")
    op.execute("GRANT DELETE ON person_identity, person_key TO beffroi_owner")
    # Undoing an import takes out the sheets it made; their history stays in the ledger.
    op.execute("GRANT DELETE ON dataset, distribution TO beffroi_jobs")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "ledger_entry")
    for table in (*GUARDS, *BY_ORGANISATION, *FREELY_REMOVED, "person_key"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        for policy in ("owner_all", "jobs_all", "app_reads", "app_inserts", "app_updates", "app_deletes"):
            op.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
    for table in RECORDS:
        op.execute(f"DROP TRIGGER a_version ON {table}; DROP TRIGGER z_ledger ON {table}")
        op.execute(f"DROP TRIGGER never_emptied ON {table}")
    op.execute("GRANT UPDATE, DELETE, TRUNCATE ON ledger_entry, ledger_seal, ledger_root TO beffroi_owner")
    for table in ("ledger_entry", "ledger_seal", "ledger_root"):
        op.execute(f"DROP TRIGGER append_only ON {table}")
    op.execute("DROP PROCEDURE guard_by_organisation, guard_rows, keep_of_record")
    op.execute("DROP FUNCTION refuse_rewriting, record_in_ledger, next_version")
    op.execute("DROP FUNCTION acting_account, acting_writes, acting_knows, acting_reads")
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM beffroi_app, beffroi_jobs")
