"""Bringing the schema to the version of the code."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from registry.kernel.errors import Unavailable
from registry.kernel.words import _
from registry.platform.assets import asset_root


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, built in code: a wheel and a checkout find the same migrations."""
    config = Config()
    config.set_main_option("script_location", str(asset_root("migrations")))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def migrate(owner: Engine, revision: str = "head") -> None:
    """Runs every migration the database has not seen, each in its own transaction, as the owner."""
    with owner.connect() as connection:
        # Its time-outs and its actor are those of migrations: the connection does not go back to the pool.
        connection.detach()
        command.upgrade(alembic_config(connection), revision)
        connection.commit()


def rewrite_function(connection: Connection, name: str, *changes: tuple[str, str]) -> None:
    """Writes a function of the database anew, each text before by the one after; `name` bears its parameters.

    Raises: ValueError where the function does not say a text before exactly once; nothing is touched.
    """
    said = text("SELECT pg_get_functiondef(CAST(:name AS regprocedure))")
    body: str = connection.execute(said, {"name": name}).scalar_one()
    for before, after in changes:
        if body.count(before) != 1:
            raise ValueError(f"{name} does not say once: {before}")
        body = body.replace(before, after)
    connection.exec_driver_sql(body.replace("%", "%%"))


def refuse_to_lose(connection: Connection, *tables: str) -> None:
    """Refuses to undo a migration once rows were written in what it made: called first in each `downgrade`.

    A table may be followed by a condition (`appointment WHERE …`): then only those rows count.

    Raises: Unavailable, in one sentence; nothing is touched.
    """
    for rows in tables:
        table = rows.partition(" ")[0]
        if connection.execute(text(f"SELECT EXISTS (SELECT FROM {rows})")).scalar_one():
            raise Unavailable(
                _(
                    "La table {table} contient des lignes que ce retour en arrière effacerait : il est refusé. "
                    "Restaurez plutôt une sauvegarde d’avant la migration."
                ).format(table=table)
            )
