"""What a superuser runs: the four roles, the database that the owner holds, and what is closed inside it."""

from psycopg import sql

from registry.platform.database import APP, JOBS, OWNER, PUBLIC


def role_statements(passwords: dict[str, str]) -> list[sql.Composed]:
    """Creates each role, or sets its password anew. No role is superuser nor passes row-level security."""
    statements = []
    for role in (OWNER, APP, JOBS, PUBLIC):
        statements.append(
            sql.SQL(
                "DO $roles$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $roles$"
            ).format(role=sql.Identifier(role))
        )
        statements.append(
            sql.SQL(
                "ALTER ROLE {role} WITH LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {password}"
            ).format(role=sql.Identifier(role), password=sql.Literal(passwords[role]))
        )
    return statements


def database_statements(name: str) -> list[sql.Composed]:
    """Creates the database, held by the owner; nobody else may make anything in it."""
    return [
        sql.SQL("CREATE DATABASE {name} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8'").format(
            name=sql.Identifier(name), owner=sql.Identifier(OWNER)
        ),
        sql.SQL("REVOKE ALL ON DATABASE {name} FROM PUBLIC").format(name=sql.Identifier(name)),
        sql.SQL("GRANT CONNECT ON DATABASE {name} TO {app}, {jobs}, {public}").format(
            name=sql.Identifier(name),
            app=sql.Identifier(APP),
            jobs=sql.Identifier(JOBS),
            public=sql.Identifier(PUBLIC),
        ),
    ]


def closing_statements() -> list[sql.Composed]:
    """Run inside the database: its schema is the owner's, and nobody else makes, reads or drops large objects.

    PostgreSQL lets every role make them, and before version 16 even in a read-only transaction. Their functions are
    the superuser's: no migration can take them back.
    """
    return [
        sql.SQL("ALTER SCHEMA public OWNER TO {owner}").format(owner=sql.Identifier(OWNER)),
        sql.SQL(
            "DO $closing$ DECLARE made regprocedure; BEGIN FOR made IN SELECT oid FROM pg_proc"
            " WHERE pronamespace = 'pg_catalog'::regnamespace AND (proname LIKE 'lo\\_%' OR proname IN ('loread',"
            " 'lowrite')) LOOP EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', made); END LOOP; END $closing$"
        ).format(),
    ]
