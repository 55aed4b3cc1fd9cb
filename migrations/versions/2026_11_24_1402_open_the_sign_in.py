"""open the sign-in and the job queue

Before anybody is known, the web role may only call these functions: each does one thing, as the owner.
The job queue is procrastinate's, in a schema of its own.
"""

from collections.abc import Sequence

from alembic import op
from procrastinate.schema import SchemaManager

from registry.platform.migrating import refuse_to_lose

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Says who acts for the rest of the transaction, and on what: one call per request.
ENTER = """
CREATE FUNCTION enter_as(entering bigint, said_actor text, request text, writing text[])
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  granted jsonb;
  reads bigint[];
  writes bigint[];
  knows bigint[];
BEGIN
  WITH held AS (
    SELECT g.role, o.id FROM role_grant g
      JOIN organisation o ON o.lineage @> ARRAY[g.organisation_id]
     WHERE g.account_id = entering AND NOT g.ended
  )
  SELECT coalesce((SELECT jsonb_object_agg(role, ids) FROM
                    (SELECT role, jsonb_agg(id ORDER BY id) AS ids FROM held GROUP BY role) AS by_role), '{}'),
         coalesce(array_agg(DISTINCT id), '{}'),
         coalesce(array_agg(DISTINCT id) FILTER (WHERE role = ANY (writing)), '{}')
    INTO granted, reads, writes FROM held;
  SELECT coalesce(array_agg(DISTINCT above), '{}') INTO knows
    FROM organisation o CROSS JOIN unnest(o.lineage) AS above WHERE o.id = ANY (reads);
  PERFORM set_config('beffroi.actor', said_actor, true), set_config('beffroi.account', entering::text, true),
          set_config('beffroi.request', request, true), set_config('beffroi.reads', reads::text, true),
          set_config('beffroi.knows', knows::text, true), set_config('beffroi.writes', writes::text, true);
  RETURN granted;
END $$;

CREATE FUNCTION enter_session(asked bytea, request text, writing text[], idle interval)
RETURNS TABLE (session_id bigint, account_id bigint, organisation_id bigint, person_id bigint, locale text,
               granted jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  held signed_session%ROWTYPE;
  who account%ROWTYPE;
BEGIN
  SELECT s.* INTO held FROM signed_session s
   WHERE s.token_hash = asked AND s.revoked_at IS NULL AND s.expires_at > now() AND s.seen_at > now() - idle;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT a.* INTO who FROM account a WHERE a.id = held.account_id AND a.state = 'active';
  IF NOT FOUND THEN RETURN; END IF;
  IF held.seen_at < now() - interval '1 minute' THEN
    UPDATE signed_session s SET seen_at = now() WHERE s.id = held.id;
  END IF;
  RETURN QUERY SELECT held.id, who.id, who.organisation_id, who.person_id, who.locale,
                      enter_as(who.id, 'account:' || who.id, request, writing);
END $$;

CREATE FUNCTION enter_token(asked text, request text, writing text[])
RETURNS TABLE (token_id bigint, account_id bigint, organisation_id bigint, person_id bigint, locale text,
               scope text, granted jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  token api_token%ROWTYPE;
  who account%ROWTYPE;
BEGIN
  SELECT t.* INTO token FROM api_token t
   WHERE t.token_hash = asked AND NOT t.revoked AND t.expires_on >= current_date;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT a.* INTO who FROM account a WHERE a.id = token.account_id AND a.state = 'active';
  IF NOT FOUND THEN RETURN; END IF;
  RETURN QUERY SELECT token.id, who.id, who.organisation_id, who.person_id, who.locale, token.scope::text,
    enter_as(who.id, 'account:' || who.id || ' token:' || token.id, request,
             CASE WHEN token.scope = 'write' THEN writing ELSE '{}' END);
END $$;
"""

SIGN_IN = """
CREATE FUNCTION find_sign_in(asked text)
RETURNS TABLE (account_id bigint, organisation_id bigint, credential_id bigint, secret text, state text, email text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.id, a.organisation_id, c.id, k.secret, a.state::text, i.value
    FROM person_identity i
    JOIN person p ON p.id = i.person_id AND p.email_digest = i.digest
    JOIN account a ON a.person_id = p.id
    LEFT JOIN credential c ON c.account_id = a.id AND c.kind = 'password'
    LEFT JOIN credential_secret k ON k.credential_id = c.id
   WHERE i.folded = asked ORDER BY a.id LIMIT 1
$$;

CREATE FUNCTION count_sign_in_failures(of_name bytea, of_address bytea, since interval)
RETURNS TABLE (by_name bigint, by_address bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT count(*) FILTER (WHERE name_digest = of_name), count(*) FILTER (WHERE address_digest = of_address)
    FROM sign_in_attempt WHERE at > now() - since AND (name_digest = of_name OR address_digest = of_address)
$$;

CREATE FUNCTION note_sign_in_failure(of_name bytea, of_address bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO sign_in_attempt (name_digest, address_digest) VALUES (of_name, of_address);
  DELETE FROM sign_in_attempt WHERE at < now() - interval '1 day';
$$;

CREATE FUNCTION forgive_sign_in_failures(of_name bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  DELETE FROM sign_in_attempt WHERE name_digest = of_name;
$$;

CREATE FUNCTION open_session(entering bigint, opened bytea, lasting interval, from_address text, with_browser text)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO signed_session (account_id, organisation_id, token_hash, created_at, seen_at, expires_at, address, browser)
  SELECT a.id, a.organisation_id, opened, now(), now(), now() + lasting, from_address, with_browser
    FROM account a WHERE a.id = entering AND a.state = 'active'
  RETURNING id
$$;

CREATE FUNCTION read_link(asked bytea)
RETURNS TABLE (link_id bigint, account_id bigint, organisation_id bigint, purpose text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT l.id, l.account_id, l.organisation_id, l.purpose::text FROM single_use_link l
    JOIN account a ON a.id = l.account_id AND a.state <> 'stopped'
   WHERE l.token_hash = asked AND l.used_at IS NULL AND l.expires_at > now()
$$;

-- Uses a link up: of two browsers that follow it at once, one gets a row. It then acts for that account alone,
-- and no other link of that account opens anything any more. The account is held first, so that two of its links
-- followed at once wait for each other in one order.
CREATE FUNCTION use_link(asked bytea, request text)
RETURNS TABLE (link_id bigint, account_id bigint, organisation_id bigint, purpose text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  used single_use_link%ROWTYPE;
BEGIN
  PERFORM FROM account a
    WHERE a.id = (SELECT l.account_id FROM single_use_link l WHERE l.token_hash = asked) FOR NO KEY UPDATE;
  UPDATE single_use_link l SET used_at = now() FROM account a
   WHERE l.token_hash = asked AND l.used_at IS NULL AND l.expires_at > now()
     AND a.id = l.account_id AND a.state <> 'stopped'
  RETURNING l.* INTO used;
  IF NOT FOUND THEN RETURN; END IF;
  UPDATE single_use_link l SET used_at = now() WHERE l.account_id = used.account_id AND l.used_at IS NULL;
  PERFORM set_config('beffroi.actor', 'link:' || used.id, true), set_config('beffroi.request', request, true),
          set_config('beffroi.account', used.account_id::text, true);
  RETURN QUERY SELECT used.id, used.account_id, used.organisation_id, used.purpose::text;
END $$;

-- Says the address the account holds, where the link goes, or nothing: case folding takes several letters for one,
-- so what was typed may be somebody else's mailbox. Nothing also means that five were asked in an hour.
CREATE FUNCTION ask_reset(asked text, opened bytea, lasting interval) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH asking AS (SELECT * FROM find_sign_in(asked)),
  made AS (
    INSERT INTO single_use_link (account_id, organisation_id, purpose, token_hash, expires_at)
    SELECT f.account_id, f.organisation_id, 'reset', opened, now() + lasting FROM asking f
     WHERE f.state = 'active' AND (
       SELECT count(*) FROM single_use_link l
        WHERE l.account_id = f.account_id AND l.purpose = 'reset'
          AND l.expires_at > now() + lasting - interval '1 hour') < 5
    RETURNING account_id
  )
  SELECT f.email FROM asking f JOIN made m ON m.account_id = f.account_id
$$;

-- The address an account signs in with, told to that account even when no role lets it read anything.
CREATE FUNCTION address_of(asked bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT i.value FROM account a
    JOIN person p ON p.id = a.person_id
    JOIN person_identity i ON i.person_id = p.id AND i.digest = p.email_digest
   WHERE a.id = asked
     AND (a.id = acting_account() OR session_user <> 'beffroi_app' OR a.organisation_id = ANY (acting_reads()))
$$;

CREATE FUNCTION keep_secret(of_credential bigint, hashed text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO credential_secret (credential_id, organisation_id, secret)
  SELECT c.id, c.organisation_id, hashed FROM credential c
   WHERE c.id = of_credential
     AND (c.account_id = acting_account() OR session_user <> 'beffroi_app')
  ON CONFLICT (credential_id) DO UPDATE SET secret = EXCLUDED.secret;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'not the credential of the acting account' USING ERRCODE = 'insufficient_privilege';
  END IF;
END $$;

CREATE FUNCTION end_sessions_of(leaving bigint, but bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE signed_session SET revoked_at = now()
   WHERE account_id = leaving AND revoked_at IS NULL AND id IS DISTINCT FROM but
     AND (leaving = acting_account() OR session_user <> 'beffroi_app'
          OR organisation_id = ANY (acting_writes()))
$$;

CREATE FUNCTION end_links_of(leaving bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE single_use_link SET used_at = now()
   WHERE account_id = leaving AND used_at IS NULL
     AND (leaving = acting_account() OR session_user <> 'beffroi_app'
          OR organisation_id = ANY (acting_writes()))
$$;
"""

FUNCTIONS = (
    "enter_as(bigint, text, text, text[])",
    "enter_session(bytea, text, text[], interval)",
    "enter_token(text, text, text[])",
    "find_sign_in(text)",
    "count_sign_in_failures(bytea, bytea, interval)",
    "note_sign_in_failure(bytea, bytea)",
    "forgive_sign_in_failures(bytea)",
    "open_session(bigint, bytea, interval, text, text)",
    "read_link(bytea)",
    "use_link(bytea, text)",
    "ask_reset(text, bytea, interval)",
    "keep_secret(bigint, text)",
    "address_of(bigint)",
    "end_sessions_of(bigint, bigint)",
    "end_links_of(bigint)",
)


def upgrade() -> None:
    op.execute("SELECT set_config('beffroi.actor', 'migration:0003', true)")
    op.execute(ENTER)
    op.execute(SIGN_IN)
    for function in FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        if not function.startswith("enter_as"):
            op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO beffroi_app, beffroi_jobs")
    op.execute("GRANT EXECUTE ON FUNCTION enter_as(bigint, text, text, text[]) TO beffroi_jobs")
    op.execute("CREATE SCHEMA jobs")
    op.execute("SET LOCAL search_path = jobs, pg_catalog")
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    op.execute("SET LOCAL search_path = public")
    for role in ("beffroi_app", "beffroi_jobs"):
        op.execute(f"GRANT USAGE ON SCHEMA jobs TO {role}")
        op.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs TO {role}")
        op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO {role}")
        op.execute(f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA jobs TO {role}")
    op.execute("GRANT UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO beffroi_jobs")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "jobs.procrastinate_jobs")
    op.execute("DROP SCHEMA jobs CASCADE")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
