"""Connections and transactions: which role speaks, who acts, and what of whom may be read and written.

A transaction says who acts before anything else (`Acting`); row-level security answers to it, so that a
filter forgotten in a query shows nothing of another organisation. Services never commit: the page, the
API call, the command or the job that opened the transaction does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, TextClause, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, SessionTransaction

from registry.kernel.errors import Unavailable
from registry.kernel.words import _

OWNER, APP, JOBS, PUBLIC = "beffroi_owner", "beffroi_app", "beffroi_jobs", "beffroi_public"
OLDEST_SERVER = 15

_ACT = (
    "SELECT set_config('beffroi.actor', :actor, true),"
    " set_config('beffroi.account', :account, true),"
    " set_config('beffroi.request', :request, true),"
    " set_config('beffroi.batch', :batch, true),"
    " set_config('beffroi.reads', :reads, true),"
    " set_config('beffroi.knows', :knows, true),"
    " set_config('beffroi.writes', :writes, true),"
    " set_config('beffroi.recorded_at', :recorded_at, true),"
    " {revision} AS revision"
)


@dataclass(frozen=True)
class Acting:
    """Who acts in a transaction, and on which organisations (ids).

    `knows` are organisations whose name may be shown: those read and the ones above them.
    `recorded_at` is heard only in a demonstration, from the owner: everywhere else the clock is the database's.
    """

    actor: str
    account_id: int | None = None
    request_id: str | None = None
    batch_id: int | None = None
    reads: frozenset[int] = field(default_factory=frozenset)
    knows: frozenset[int] = field(default_factory=frozenset)
    writes: frozenset[int] = field(default_factory=frozenset)
    recorded_at: str | None = None

    def settings(self) -> dict[str, str]:
        """The values the database is told, as text."""
        return {
            "actor": self.actor,
            "account": "" if self.account_id is None else str(self.account_id),
            "request": self.request_id or "",
            "batch": "" if self.batch_id is None else str(self.batch_id),
            "reads": _ids(self.reads),
            "knows": _ids(self.knows | self.reads),
            "writes": _ids(self.writes),
            "recorded_at": self.recorded_at or "",
        }

    def in_batch(self, batch_id: int) -> "Acting":
        """The same, writing on behalf of one import."""
        return replace(self, batch_id=batch_id)


def _ids(ids: frozenset[int]) -> str:
    return "{" + ",".join(str(number) for number in sorted(ids)) + "}"


class _Cursor(psycopg.Cursor[Any]):
    """A cursor that names the columns of an answer as plain tuples.

    The library makes an object of each column, three thousandths of a millisecond each: a tenth of a sheet's reading.
    """

    @property
    def description(self) -> Any:
        """The name and the type of each column; what else the interface gives, nobody here asks."""
        answer = self.pgresult
        if answer is None or not answer.nfields:
            return None
        rest = (None,) * 5
        return [((answer.fname(n) or b"").decode(), answer.ftype(n), *rest) for n in range(answer.nfields)]


@lru_cache(maxsize=16)
def engine_for(url: str, pool_size: int = 8, longest: int = 0) -> Engine:
    """A pool of connections for one role; the plan of a statement is prepared after its second use.

    Units: `longest` in seconds, what one statement may take; 0 sets no limit.
    """
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=False,
        pool_recycle=1800,
        # What a statement was given may name people: an error that is logged does not repeat it.
        hide_parameters=True,
        connect_args={
            "connect_timeout": 10,
            "prepare_threshold": 2,
            "application_name": "beffroi",
            "cursor_factory": _Cursor,
            "options": f"-c search_path=public,jobs -c statement_timeout={longest}s",
        },
    )


_ACTS = text(
    "SELECT current_setting('beffroi.actor', true) AS actor, current_setting('beffroi.account', true) AS account,"
    " current_setting('beffroi.request', true) AS request, acting_reads() AS reads, acting_knows() AS knows"
)


def acting_in(session: Session) -> Acting:
    """Who acts in this transaction and on what, as the database was told: for another that only reads, as they do."""
    told = session.execute(_ACTS).one()
    return Acting(
        told.actor or "",
        account_id=int(told.account) if told.account else None,
        request_id=told.request or None,
        reads=frozenset(told.reads or ()),
        knows=frozenset(told.knows or ()),
    )


class ActingSession(Session):
    """A session whose transactions each say who acts, as soon as they begin."""


@lru_cache(maxsize=8)
def asking_revision(statement: str, revision: str) -> TextClause:
    """The statement that opens a transaction, which asks in passing for the revision of what processes hold."""
    return text(statement.replace("{revision}", revision or "NULL::bigint"))


@event.listens_for(ActingSession, "after_begin")
def _say_who_acts(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if transaction.nested:
        return
    session.info.pop("revision", None)
    acting = session.info.get("acting")
    if acting is not None:
        opening = asking_revision(_ACT, session.info.get("revised_by", ""))
        session.info["revision"] = connection.execute(opening, acting.settings()).one().revision


def at_one_moment(engine: Engine) -> Engine:
    """The same database, each transaction reading one moment of it and writing nothing.

    Read only: it takes no transaction number, so the sealer does not wait for its end.
    """
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def open_session(engine: Engine, acting: Acting | None, /, **info: Any) -> ActingSession:
    """A session on this engine; `acting=None` is for the sign-in, which finds out who acts."""
    return ActingSession(engine, expire_on_commit=False, info={"acting": acting, **info})


def settle(session: Session) -> None:
    """Judges what the transaction touched, by the function the assembly put in `info["settling"]`.

    The transaction calls it before it commits; a page that shows the new verdicts calls it earlier.
    """
    settling = session.info.get("settling")
    if settling is not None:
        while touched := session.info.pop("touched", None):
            session.flush()
            settling(session, touched)


@contextmanager
def transaction(engine: Engine, acting: Acting | None, /, **info: Any) -> Iterator[ActingSession]:
    """One transaction, committed at the end of the block and rolled back if it raises.

    Raises: Unavailable when the database does not answer.
    """
    with open_session(engine, acting, **info) as session:
        try:
            yield session
            settle(session)
            session.commit()
        except OperationalError as error:
            session.rollback()
            if error.connection_invalidated or "connect" in str(error.orig).lower():
                raise Unavailable(_("La base de données ne répond pas. Réessayez dans un instant.")) from error
            raise


def check_server(connection: Connection) -> None:
    """Refuses a server that is too old, and a web role that could see through row-level security.

    Raises: Unavailable, in one sentence.
    """
    number = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    if number // 10000 < OLDEST_SERVER:
        raise Unavailable(
            _(
                "Le serveur PostgreSQL est en version {version} : Beffroi demande la version {oldest} ou plus récente."
            ).format(version=number // 10000, oldest=OLDEST_SERVER)
        )
    role = connection.execute(
        text(
            "SELECT current_user, rolsuper OR rolbypassrls,"
            " EXISTS (SELECT FROM pg_roles above WHERE above.rolname = ANY (:seeing_all)"
            "         AND pg_has_role(r.oid, above.oid, 'MEMBER'))"
            " FROM pg_roles r WHERE rolname = current_user"
        ),
        {"seeing_all": [OWNER, JOBS]},
    ).one()
    if role[1] or role[2]:
        raise Unavailable(
            _(
                "Le rôle PostgreSQL « {role} » passe outre la séparation entre organisations (superutilisateur, "
                "BYPASSRLS ou propriétaire des tables). Donnez à DATABASE_URL un rôle ordinaire : « beffroi init "
                "--print-sql » montre comment."
            ).format(role=role[0])
        )


def check_jobs_role(connection: Connection) -> None:
    """Refuses a worker's role that would not see every row: its work would be short without an error.

    Raises: Unavailable, in one sentence.
    """
    role = connection.execute(
        text(
            "SELECT current_user, EXISTS (SELECT FROM pg_roles jobs"
            " WHERE jobs.rolname = :jobs AND pg_has_role(jobs.oid, 'USAGE'))"
        ),
        {"jobs": JOBS},
    ).one()
    if not role[1]:
        raise Unavailable(
            _(
                "Le rôle PostgreSQL « {role} » ne voit pas toutes les lignes : DATABASE_JOBS_URL doit donner le rôle "
                "« {jobs} », ou un rôle qui en hérite."
            ).format(role=role[0], jobs=JOBS)
        )
