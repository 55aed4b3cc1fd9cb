"""Which version of the schema a database is at, and which this code works on: read without the tool that changes it.

Every process asks this before it serves; that tool takes longer to load than all the rest of the question.
"""

import re

from sqlalchemy import Connection, text

from registry.kernel.errors import Unavailable
from registry.kernel.words import _
from registry.platform.assets import asset_root

_REVISION = re.compile(r'^revision\b[^=\n]*= "(\w+)"', re.MULTILINE)
_BEFORE = re.compile(r'^down_revision\b[^=\n]*= (?:"(\w+)"|None)', re.MULTILINE)


def known_revisions() -> tuple[str, ...]:
    """Every migration of this code, oldest first: each names the one before."""
    after: dict[str | None, str] = {}
    for place in sorted((asset_root("migrations") / "versions").glob("*.py")):
        source = place.read_text("utf-8")
        named, before = _REVISION.search(source), _BEFORE.search(source)
        if named is None or before is None:
            raise ValueError(f"{place.name}: no revision, or none before it")
        after[before[1]] = named[1]
    chain = list[str]()
    while (following := after.get(chain[-1] if chain else None)) is not None:
        chain.append(following)
    return tuple(chain)


def code_revision() -> str | None:
    """The revision of the schema this version of the code works on."""
    known = known_revisions()
    return known[-1] if known else None


def current_revision(connection: Connection) -> str | None:
    """The revision a database is at; none where it holds no registry."""
    if connection.execute(text("SELECT to_regclass('alembic_version')")).scalar_one() is None:
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found


def find_pending(connection: Connection) -> list[str]:
    """The migrations a database has not seen, oldest first; none when it is at the version of the code.

    Raises: Unavailable, in one sentence, when it holds no registry or is ahead of this code.
    """
    known, current = known_revisions(), current_revision(connection)
    if current is None:
        raise Unavailable(_("Cette base ne contient aucun registre. Lancez « beffroi init »."))
    if current not in known:
        raise Unavailable(
            _(
                "La base est en avance sur cette version de Beffroi (révision {revision} inconnue). Installez la "
                "version qui l’a migrée, ou une plus récente."
            ).format(revision=current)
        )
    return list(known[known.index(current) + 1 :])


def check_schema(connection: Connection) -> None:
    """Refuses a database whose schema is behind or ahead of this code.

    Raises: Unavailable, in one sentence that says what to do; nothing is touched.
    """
    if find_pending(connection):
        raise Unavailable(_("La base est en retard sur cette version de Beffroi. Lancez « beffroi upgrade »."))
