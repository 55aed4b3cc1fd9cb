"""Roles and rows: what each role sees and writes, what a dump holds, and which servers are refused."""

import subprocess

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from registry.kernel.errors import Unavailable
from registry.platform.database import Acting, check_server, engine_for, transaction
from registry.platform.home import Home
from registry.platform.postgres import connection_url
from registry.platform.tables import Table

pytestmark = pytest.mark.database

_ORGANISATION = (
    "INSERT INTO organisation (id, version, lineage, parent_id, kind, name, name_sort, annulled)"
    " VALUES (:id, 1, :lineage, :parent, 'commune', :name, :name, false)"
)
_DATASET = (
    "INSERT INTO dataset (version, organisation_id, identifier, title, title_sort, nature, stage, annulled)"
    " VALUES (1, :organisation, :identifier, 'Jeu', 'jeu', 'other', 'identified', false) RETURNING id"
)


@pytest.fixture
def towns(home: Home) -> Home:
    """Three organisations, one above the two others, with two datasets each."""
    with transaction(home.owner, Acting("cli:essai")) as session:
        for number, parent in ((1, None), (2, 1), (3, 1)):
            lineage = [number] if parent is None else [parent, number]
            session.execute(
                text(_ORGANISATION), {"id": number, "lineage": lineage, "parent": parent, "name": f"corps {number}"}
            )
            for place in (1, 2):
                session.execute(text(_DATASET), {"organisation": number, "identifier": f"jeu {place}"})
    return home


def _owners(session):
    return session.execute(text("SELECT DISTINCT organisation_id FROM dataset ORDER BY 1")).scalars().all()


def test_the_pages_see_only_what_the_transaction_says_may_be_read(towns):
    seen = {}
    for reads in (frozenset[int](), frozenset({2}), frozenset({1, 3})):
        with transaction(towns.app, Acting("account:1", reads=reads)) as session:
            seen[reads] = _owners(session)
    assert seen == {frozenset(): [], frozenset({2}): [2], frozenset({1, 3}): [1, 3]}


def test_the_pages_see_nothing_while_nobody_acts(towns):
    with transaction(towns.app, None) as session:
        for table in ("dataset", "organisation", "ledger_entry", "ledger_text", "person", "account", "job_run"):
            rows = session.execute(text(f"SELECT count(*) FROM {table} t WHERE NOT to_jsonb(t) @> '{{}}' OR true"))
            counted = rows.scalar_one()
            assert counted == 0, f"{table} shows {counted} rows to nobody"


def test_what_a_transaction_said_is_forgotten_by_the_next_one_on_the_same_connection(towns):
    with towns.app.connect() as connection:
        with connection.begin():
            connection.execute(text("SELECT set_config('beffroi.reads', '{2}', true)"))
            assert connection.execute(text("SELECT count(*) FROM dataset")).scalar_one() == 2
        with connection.begin():
            assert connection.execute(text("SELECT count(*) FROM dataset")).scalar_one() == 0


def test_the_pages_write_only_what_the_transaction_says_may_be_written(towns):
    mine = Acting("account:1", reads=frozenset({2, 3}), writes=frozenset({2}))
    with transaction(towns.app, mine) as session:
        session.execute(text(_DATASET), {"organisation": 2, "identifier": "nouveau"})
        changed = session.execute(text("UPDATE dataset SET frequency = 'DAILY'"))
        assert changed.rowcount == 3
    with pytest.raises(DBAPIError, match="row-level security"), transaction(towns.app, mine) as session:
        session.execute(text(_DATASET), {"organisation": 3, "identifier": "chez le voisin"})
    with pytest.raises(DBAPIError, match="row-level security"), transaction(towns.app, mine) as session:
        session.execute(text("UPDATE dataset SET organisation_id = 3 WHERE organisation_id = 2"))
    with pytest.raises(DBAPIError, match="permission denied"), transaction(towns.app, mine) as session:
        session.execute(text("DELETE FROM dataset WHERE organisation_id = 2"))


def test_the_ledger_shows_the_pages_the_entries_and_texts_of_what_they_may_read(towns):
    with transaction(towns.app, Acting("account:1", reads=frozenset({2}))) as session:
        entries = session.execute(text("SELECT DISTINCT organisation_id FROM ledger_entry")).scalars().all()
        texts = session.execute(text("SELECT DISTINCT organisation_id FROM ledger_text")).scalars().all()
    assert (entries, texts) == ([2], [2])


def test_the_worker_and_the_owner_see_every_organisation(towns):
    for engine in (towns.jobs, towns.owner):
        with transaction(engine, Acting("job:1")) as session:
            assert _owners(session) == [1, 2, 3]


def _columns(session, table):
    return session.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()


def test_a_dump_by_the_owner_holds_every_row_of_every_table(towns, tmp_path):
    target = tmp_path / "dump.sql"
    program = towns.cluster.bin_dir / "pg_dump"
    subprocess.run(
        [program, "--dbname", towns.urls.owner, "--file", target, "--schema", "public", "--enable-row-security"],
        check=True,
        timeout=60,
    )
    dumped, table = {}, None
    for line in target.read_text("utf-8").splitlines():
        if line.startswith("COPY public."):
            table = line.removeprefix("COPY public.").partition(" ")[0]
            dumped[table] = 0
        elif line == "\\.":
            table = None
        elif table is not None:
            dumped[table] += 1
    with transaction(towns.owner, Acting("cli:essai")) as session:
        counted = {name: _columns(session, name) for name in Table.metadata.tables}
    assert {name: rows for name, rows in dumped.items() if name != "alembic_version"} == counted
    assert counted["ledger_entry"] == 9
    assert counted["dataset"] == 6


def _superuser_url(home):
    cluster = home.cluster
    name = home.urls.owner.rpartition("/")[2].partition("?")[0]
    password = cluster.password_file.read_text().strip()
    return connection_url(cluster, user=cluster.superuser, password=password, dbname=name)


@pytest.mark.parametrize("role", ["owner", "jobs", "superuser"])
def test_the_pages_refuse_to_run_as_a_role_that_sees_every_organisation(home, role):
    url = _superuser_url(home) if role == "superuser" else getattr(home.urls, role)
    with engine_for(url).connect() as connection, pytest.raises(Unavailable, match="passe outre la séparation"):
        check_server(connection)


def test_the_pages_refuse_a_role_that_may_become_the_owner(home):
    with engine_for(_superuser_url(home)).connect() as connection:
        connection.execute(text("CREATE ROLE essai_membre LOGIN PASSWORD 'x' IN ROLE beffroi_owner"))
        connection.execute(text("SET ROLE essai_membre"))
        with pytest.raises(Unavailable, match="essai_membre"):
            check_server(connection)
        connection.rollback()


def test_the_roles_of_the_house_are_accepted_and_so_is_the_schema(home):
    home.check()
    with home.app.connect() as connection:
        check_server(connection)


def test_a_database_that_does_not_answer_is_said_in_one_sentence(home):
    away = Home(home.settings, type(home.urls)(*("postgresql://x:x@127.0.0.1:9/none",) * 3), None)
    with pytest.raises(Unavailable, match="ne répond pas") as refused, transaction(away.app, Acting("a")) as session:
        session.execute(text("SELECT 1"))
    assert "\n" not in refused.value.message
    with pytest.raises(Unavailable, match="ne répond pas") as refused:
        away.check()
    assert "\n" not in refused.value.message
    away.dispose()


def test_a_block_that_raises_leaves_nothing(towns):
    def write_and_fail():
        with transaction(towns.jobs, Acting("job:1")) as session:
            session.execute(text(_DATASET), {"organisation": 1, "identifier": "perdu"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with transaction(towns.jobs, Acting("job:1")) as session:
        found = session.execute(text("SELECT count(*) FROM dataset WHERE identifier = 'perdu'")).scalar_one()
    assert found == 0


def test_the_secrets_of_accounts_are_out_of_reach_of_the_pages(towns):
    for url in (towns.urls.app,):
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
        with engine.connect() as connection:
            connection.execute(text("SELECT set_config('beffroi.reads', '{1,2,3}', true)"))
            connection.execute(text("SELECT set_config('beffroi.writes', '{1,2,3}', true)"))
            assert connection.execute(text("SELECT count(*) FROM credential_secret")).scalar_one() == 0
        engine.dispose()
