"""Bringing the schema to the version of the code, and refusing to run on any other."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
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


def code_revision() -> str | None:
    """The revision of the schema this version of the code works on."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def find_pending(connection: Connection) -> list[str]:
    """The migrations a database has not seen, oldest first; none when it is at the version of the code.

    Raises: Unavailable, in one sentence, when it holds no registry or is ahead of this code.
    """
    script = ScriptDirectory.from_config(alembic_config())
    current = MigrationContext.configure(connection).get_current_revision()
    if current is None:
        raise Unavailable(_("Cette base ne contient aucun registre. Lancez « beffroi init »."))
    if current not in {step.revision for step in script.walk_revisions()}:
        raise Unavailable(
            _(
                "La base est en avance sur cette version de Beffroi (révision {revision} inconnue). Installez la "
                "version qui l’a migrée, ou une plus récente."
            ).format(revision=current)
        )
    return [step.revision for step in script.iterate_revisions("head", current)][::-1]


def check_schema(connection: Connection) -> None:
    """Refuses a database whose schema is behind or ahead of this code.

    Raises: Unavailable, in one sentence that says what to do; nothing is touched.
    """
    if find_pending(connection):
        raise Unavailable(_("La base est en retard sur cette version de Beffroi. Lancez « beffroi upgrade »."))
