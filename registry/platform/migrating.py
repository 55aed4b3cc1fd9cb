"""Bringing the schema to the version of the code, and refusing to run on any other."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

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
        command.upgrade(alembic_config(connection), revision)
        connection.commit()


def check_schema(connection: Connection) -> None:
    """Refuses a database whose schema is behind or ahead of this code.

    Raises: Unavailable, in one sentence that says what to do; nothing is touched.
    """
    script = ScriptDirectory.from_config(alembic_config())
    current = MigrationContext.configure(connection).get_current_revision()
    if current == script.get_current_head():
        return
    known = {step.revision for step in script.walk_revisions()}
    if current is None:
        raise Unavailable(_("Cette base ne contient aucun registre. Lancez « beffroi init »."))
    if current not in known:
        raise Unavailable(
            _(
                "La base est en avance sur cette version de Beffroi (révision {revision} inconnue). Installez la "
                "version qui l’a migrée, ou une plus récente."
            ).format(revision=current)
        )
    raise Unavailable(_("La base est en retard sur cette version de Beffroi. Lancez « beffroi upgrade »."))
