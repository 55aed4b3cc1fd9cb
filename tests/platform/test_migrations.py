"""Migrations: they build what the models say, may be undone while nothing was written, and fill in as the owner."""

import os
from textwrap import dedent

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import ARRAY, Connection, Engine, Enum, event, text
from sqlalchemy.exc import DBAPIError

from registry.kernel.errors import Unavailable
from registry.platform.database import Acting, transaction
from registry.platform.migrating import alembic_config, migrate, rewrite_function
from registry.platform.schema import check_schema, code_revision, known_revisions
from registry.platform.tables import Table
from registry.rooms import import_models

pytestmark = pytest.mark.database
import_models()

# What makes a schema, in PostgreSQL's own words; triggers and policies have tests of their own.
_SHAPE = {
    "columns": (
        "SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, a.atttypmod) || ' '"
        "  || CASE WHEN a.attnotnull THEN 'NOT NULL ' ELSE '' END || a.attidentity::text || a.attgenerated::text || ' '"
        "  || coalesce(pg_get_expr(d.adbin, d.adrelid), '') || ' ' || a.attcollation::regcollation::text AS shape"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        " WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
        " AND c.relname <> 'alembic_version'"
    ),
    "constraints": (
        "SELECT c.relname || '.' || k.conname AS name, pg_get_constraintdef(k.oid) AS shape"
        " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relname <> 'alembic_version'"
    ),
    "indexes": (
        "SELECT indexname AS name, indexdef AS shape FROM pg_indexes"
        " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    ),
}
_HELD = (
    "SELECT string_agg(kind || ' ' || name, ', ' ORDER BY kind, name) FROM ("
    " SELECT 'relation' AS kind, c.relname::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    "  WHERE n.nspname IN ('public', 'jobs') AND c.relname NOT IN ('alembic_version', 'alembic_version_pkc')"
    " UNION ALL SELECT 'function', p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
    "  WHERE n.nspname IN ('public', 'jobs')) AS held"
)


def _shape(engine: Engine) -> dict[str, dict[str, str]]:
    with engine.connect() as connection:
        return {
            what: {row.name: row.shape for row in connection.execute(text(query))} for what, query in _SHAPE.items()
        }


def test_the_models_and_the_migrated_schema_do_not_drift(home):
    with home.owner.connect() as connection:
        command.check(alembic_config(connection))


def test_the_schema_from_the_migrations_is_the_schema_from_the_models(home, empty):
    Table.metadata.create_all(empty)
    migrated, declared = _shape(home.owner), _shape(empty)
    for what in _SHAPE:
        both = migrated[what].keys() | declared[what].keys()
        apart = {name: (migrated[what].get(name), declared[what].get(name)) for name in sorted(both)}
        apart = {name: shapes for name, shapes in apart.items() if shapes[0] != shapes[1]}
        assert not apart, f"{what} differ: write the migration that brings them together"
        assert migrated[what]


def test_each_closed_list_is_stored_under_a_check_of_exactly_its_members(home):
    with home.owner.connect() as connection:
        checks = connection.execute(
            text(
                "SELECT c.relname AS of, pg_get_constraintdef(k.oid) AS said FROM pg_constraint k"
                " JOIN pg_class c ON c.oid = k.conrelid WHERE k.contype = 'c'"
            )
        ).all()
        lists = 0
        for table in Table.metadata.tables.values():
            for column in table.columns:
                kind = column.type.item_type if isinstance(column.type, ARRAY) else column.type
                if not isinstance(kind, Enum):
                    continue
                lists += 1
                members = {member.value for member in kind.enum_class}
                said = [
                    set(_quoted(check.said))
                    for check in checks
                    if check.of == table.name
                    and f"({column.name})::text" in check.said.replace('"', "")
                    and "IS NOT NULL" not in check.said
                    # A rule that ties the list to another column is no list of its members.
                    and " OR " not in check.said
                ]
                assert said == [members], f"{table.name}.{column.name}: the CHECK of the database says {said}"
    assert lists > 10


def _quoted(said: str) -> list[str]:
    return said.split("'")[1::2]


def test_every_migration_may_be_undone_on_an_empty_database_and_done_again(empty):
    migrate(empty)
    before = _shape(empty)
    with empty.connect() as connection:
        full = connection.execute(text(_HELD)).scalar_one()
        connection.rollback()
        command.downgrade(alembic_config(connection), "base")
        connection.commit()
        assert connection.execute(text(_HELD)).scalar_one() is None
    migrate(empty)
    with empty.connect() as connection:
        assert connection.execute(text(_HELD)).scalar_one() == full
        check_schema(connection)
    assert _shape(empty) == before


def test_a_migration_is_not_undone_over_rows_it_would_remove(home):
    with transaction(home.owner, Acting("cli:essai")) as session:
        session.execute(text("INSERT INTO registry VALUES (1, 1, 'essai', '200000008', 'Europe/Paris', false)"))
    with home.owner.connect() as connection, pytest.raises(Unavailable, match="ledger_entry") as refused:
        command.downgrade(alembic_config(connection), "0001")
    assert "\n" not in refused.value.message
    with home.owner.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM ledger_entry")).scalar_one() == 1


def test_the_desk_is_not_undone_over_the_mandates_that_somebody_holds_on_a_system(empty):
    migrate(empty, "0012")
    with transaction(empty, Acting("cli:essai")) as session:
        session.execute(
            text(
                "INSERT INTO organisation (id, version, lineage, kind, name, name_sort, annulled)"
                " VALUES (1, 1, ARRAY[1], 'commune', 'corps', 'corps', false)"
            )
        )
        session.execute(text("INSERT INTO person (id, version, organisation_id) VALUES (1, 1, 1)"))
        session.execute(
            text(
                "INSERT INTO appointment (version, organisation_id, person_id, role, subject_kind, subject_id, during,"
                " published, annulled) VALUES (1, 1, 1, 'owner', 'system', 1, '[2026-03-01,)', false, false)"
            )
        )
    with empty.connect() as connection, pytest.raises(Unavailable, match="La table appointment contient"):
        command.downgrade(alembic_config(connection), "0011")
    with empty.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM appointment")).scalar_one() == 1


LEFT = (
    "received_request (version, organisation_id, regime, subject, received_on, due_on, answered_on, outcome, annulled)"
    " VALUES (1, 1, 'cada', 'Demande', '2026-01-01', '2026-02-01', '2026-01-02', 'left', false)"
)
ON_A_PARTNER = (
    "accepted_deviation (version, organisation_id, subject_kind, subject_id, policy_id, period, reason, compensation,"
    " asked_by, asked_as, asked_on, expires_on, state)"
    " VALUES (1, 1, 'partner', 1, 'OD-05', 0, 'a', 'b', 1, 'legal', '2026-01-01', '2026-02-01', 'asked')"
)


@pytest.mark.parametrize(("last", "before", "row"), [("0050", "0049", LEFT), ("0049", "0048", ON_A_PARTNER)])
def test_what_only_a_later_version_can_say_is_not_undone(empty, last, before, row):
    migrate(empty, last)
    with transaction(empty, Acting("cli:essai")) as session:
        session.execute(
            text(
                "INSERT INTO organisation (id, version, lineage, kind, name, name_sort, annulled)"
                " VALUES (1, 1, ARRAY[1], 'commune', 'corps', 'corps', false)"
            )
        )
        session.execute(text("INSERT INTO person (id, version, organisation_id, confided) VALUES (1, 1, 1, false)"))
        session.execute(
            text(
                "INSERT INTO account (id, version, organisation_id, person_id, state, locale)"
                " VALUES (1, 1, 1, 1, 'active', 'fr')"
            )
        )
        session.execute(text(f"INSERT INTO {row}"))
    table = row.partition(" ")[0]
    with empty.connect() as connection, pytest.raises(Unavailable, match=f"La table {table} contient"):
        command.downgrade(alembic_config(connection), before)


def test_a_function_is_written_anew_only_where_it_says_what_it_is_thought_to(home):
    name = "is_confided_row(text, jsonb)"
    with home.owner.connect() as connection:
        said = text("SELECT pg_get_functiondef(CAST(:name AS regprocedure))")
        before = connection.execute(said, {"name": name}).scalar_one()
        rewrite_function(connection, name, ("'breach_event'", "'breach_event', '100 % :name'"))
        assert connection.execute(said, {"name": name}).scalar_one() == before.replace(
            "'breach_event'", "'breach_event', '100 % :name'"
        )
        for unsaid in ("never said", "kept"):
            with pytest.raises(ValueError, match="does not say once"):
                rewrite_function(connection, name, (unsaid, ""))


def _write_step(folder, name, after, body):
    (folder / f"{name}.py").write_text(
        dedent(
            f"""
            from alembic import op

            revision = "{name}"
            down_revision = "{after}"
            branch_labels = depends_on = None


            def upgrade():
                op.execute("SELECT set_config('beffroi.actor', 'migration:{name}', true)")
                {body}


            def downgrade():
                pass
            """
        ),
        "utf-8",
    )


@pytest.fixture
def steps(tmp_path):
    """A folder of later migrations, and how to run them after ours."""
    folder = tmp_path / "steps"
    folder.mkdir()

    def run(owner: Engine) -> None:
        with owner.connect() as connection:
            connection.detach()
            config = alembic_config(connection)
            ours = f"{config.get_main_option('script_location')}/versions"
            config.set_main_option("version_locations", os.pathsep.join([ours, str(folder)]))
            command.upgrade(config, "heads")
            connection.commit()

    return folder, run


@pytest.fixture
def filled(home):
    """A registry with three datasets of two organisations."""
    with transaction(home.owner, Acting("cli:essai")) as session:
        for number in (1, 2):
            session.execute(
                text(
                    "INSERT INTO organisation (id, version, lineage, kind, name, name_sort, annulled)"
                    " VALUES (:id, 1, ARRAY[:id], 'commune', 'corps', 'corps', false)"
                ),
                {"id": number},
            )
        for number in (1, 2, 2):
            session.execute(
                text(
                    "INSERT INTO dataset (version, organisation_id, identifier, title, title_sort, nature, stage,"
                    " annulled) VALUES (1, :of, gen_random_uuid()::text, 'Jeu', 'jeu', 'other', 'identified', false)"
                ),
                {"of": number},
            )
    return home


def test_a_back_fill_changes_every_row_under_forced_row_level_security_and_signs_them(filled, steps):
    folder, run = steps
    _write_step(
        folder, "filling", code_revision(),
        "assert op.get_bind().exec_driver_sql(\"UPDATE dataset SET frequency = 'UNKNOWN'\").rowcount == 3",
    )  # fmt: skip
    run(filled.owner)
    with filled.owner.connect() as connection:
        said = connection.execute(
            text("SELECT actor, count(*) AS rows FROM ledger_entry WHERE verb = 'update' GROUP BY actor")
        ).all()
        assert connection.execute(text("SELECT count(*) FROM dataset WHERE frequency = 'UNKNOWN'")).scalar_one() == 3
    assert [(row.actor, row.rows) for row in said] == [("migration:filling", 3)]


def test_each_migration_is_a_transaction_one_that_fails_undoes_itself_alone(filled, steps):
    folder, run = steps
    _write_step(folder, "first", code_revision(), "op.execute('ALTER TABLE dataset ADD COLUMN first text')")
    _write_step(
        folder, "second", "first", "op.execute('ALTER TABLE dataset ADD COLUMN second text'); op.execute('SELECT 1/0')"
    )
    with pytest.raises(DBAPIError, match="division by zero"):
        run(filled.owner)
    with filled.owner.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == ["first"]
        columns = connection.execute(
            text("SELECT column_name FROM information_schema.columns WHERE table_name = 'dataset'")
        ).scalars()
        kept = set(columns)
        assert "first" in kept
        assert "second" not in kept
        with pytest.raises(Unavailable, match="en avance"):
            check_schema(connection)


def test_a_migration_that_cannot_have_its_lock_gives_up_in_seconds_and_changes_nothing(filled, steps):
    folder, run = steps
    _write_step(folder, "waiting", code_revision(), "op.execute('ALTER TABLE dataset ADD COLUMN waiting text')")
    with filled.owner.connect() as reader:
        reader.execute(text("SELECT count(*) FROM dataset"))
        with pytest.raises(DBAPIError, match="lock timeout"):
            run(filled.owner)
    with filled.owner.connect() as connection:
        check_schema(connection)


def test_what_a_migration_sets_on_its_connection_does_not_outlive_it(empty):
    migrate(empty)
    with empty.connect() as connection:
        said = connection.execute(
            text(
                "SELECT current_setting('beffroi.actor', true), current_setting('lock_timeout'),"
                " current_setting('statement_timeout')"
            )
        ).one()
    assert tuple(said) in {(None, "0", "0"), ("", "0", "0")}


def test_a_database_without_a_registry_or_behind_the_code_is_said_in_one_sentence(empty):
    with empty.connect() as connection, pytest.raises(Unavailable, match="aucun registre"):
        check_schema(connection)
    migrate(empty, "0001")
    with empty.connect() as connection, pytest.raises(Unavailable, match="en retard"):
        check_schema(connection)


def test_a_validity_of_no_day_is_annulled_with_the_dates_the_ledger_keeps(empty):
    migrate(empty, "0005")
    mandate = (
        "INSERT INTO appointment (version, organisation_id, person_id, role, subject_kind, subject_id, during,"
        " published, annulled) VALUES (1, 1, 1, 'owner', 'dataset', :subject, :during, false, false)"
    )
    with transaction(empty, Acting("cli:essai")) as session:
        session.execute(
            text(
                "INSERT INTO organisation (id, version, lineage, kind, name, name_sort, annulled)"
                " VALUES (1, 1, ARRAY[1], 'commune', 'corps', 'corps', false)"
            )
        )
        session.execute(text("INSERT INTO person (id, version, organisation_id) VALUES (1, 1, 1)"))
        for subject, during in ((1, "[2026-03-01,)"), (2, "empty"), (3, "[2026-03-01,)")):
            session.execute(text(mandate), {"subject": subject, "during": during})
        session.execute(text("UPDATE appointment SET during = 'empty' WHERE subject_id = 1"))
        session.execute(
            text(
                "INSERT INTO population (version, organisation_id, total, source, during)"
                " VALUES (1, 1, 10, 'essai', 'empty')"
            )
        )

    migrate(empty)

    with empty.connect() as connection:
        mandates = connection.execute(
            text("SELECT during::text, annulled, version FROM appointment ORDER BY subject_id")
        ).all()
        signed = connection.execute(
            text("SELECT table_name, verb, event FROM ledger_entry WHERE actor = 'migration:0006' ORDER BY id")
        ).all()
        lasted = connection.execute(
            text("SELECT upper(during) - lower(during) FROM appointment WHERE subject_id = 2")
        ).scalar_one()
    assert mandates[0] == ("[2026-03-01,)", True, 3)
    assert (mandates[1].annulled, lasted) == (True, 1)
    assert mandates[2] == ("[2026-03-01,)", False, 1)
    annulled = ("appointment", "update", "organisations:appointment:annul")
    assert signed == [annulled, annulled, ("population", "delete", None)]


def test_the_chain_read_from_the_files_is_the_one_alembic_walks() -> None:
    walked = [step.revision for step in ScriptDirectory.from_config(alembic_config()).walk_revisions()]

    assert list(known_revisions()) == walked[::-1]


_OF_RECORD = text(
    "SELECT DISTINCT c.relname::text AS of, a.attname::text AS name, a.attnotnull AS needed,"
    "  pg_get_expr(d.adbin, d.adrelid) AS given"
    " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_attribute a ON a.attrelid = c.oid"
    " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
    " WHERE t.tgname LIKE 'z\\_ledger%' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
)


def test_a_column_made_later_says_what_the_rows_kept_before_it_hold(empty: Engine) -> None:
    """By its constant default the ledger knows it: without one, no row of an older registry matches its entry."""
    held, met, seen = dict[str, set[str]](), 0, list[str]()

    def look(connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        nonlocal held, met
        # Alembic writes a revision's number once its own statements are done, in the same transaction.
        if not statement.startswith(("INSERT INTO alembic_version", "UPDATE alembic_version")):
            return
        columns = connection.execute(_OF_RECORD).all()
        seen.append(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
        for column in columns:
            if column.of in held and column.name not in held[column.of]:
                met += 1
                said = column.given is not None and "(" not in column.given
                assert said or not column.needed, f"{seen[-1]}: {column.of}.{column.name}"
        held = {of: {one.name for one in columns if one.of == of} for of in {one.of for one in columns}}

    event.listen(empty, "after_cursor_execute", look)
    migrate(empty)
    assert seen == list(known_revisions())
    assert met > 20
