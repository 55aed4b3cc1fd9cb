"""What a superuser runs once: the four roles, and the database that the owner holds."""

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
