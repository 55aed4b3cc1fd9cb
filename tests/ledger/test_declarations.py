"""The house checks its tables: each says what it is, who sees its rows, and which texts may name someone."""

import pytest
from sqlalchemy import ARRAY, Enum, LargeBinary, String, text

from registry.platform.tables import Kind, Table
from registry.rooms import import_models

import_models()

# Tables that hold no organisation's data, and why each is read without row-level security.
OPEN_TO_ALL = {
    "registry": "the registry's own row: its name and its time zone are printed on every page",
    "stage_move": "what the database knows of the moves of datasets, the same for every organisation",
    "policy_text": "the text of the law's policies, the same for every organisation",
    "legal_text": "official texts, public and the same for every organisation",
    "legal_article": "official texts, public and the same for every organisation",
    "legal_article_version": "official texts, public and the same for every organisation",
    "ledger_seal": "numbers and hashes: they tell nothing of what was written",
    "ledger_root": "numbers and hashes: they tell nothing of what was written",
    "ledger_horizon": "one transaction number; the pages may not read it",
    "sign_in_attempt": "digests of names and addresses before anybody is known; the pages may not read it",
}
TABLES = sorted(Table.metadata.tables.values(), key=lambda table: table.name)
KEPT_BY = {"a_version", "z_ledger_insert", "z_ledger_update", "z_ledger_delete", "never_emptied"}
OF_RECORD = {table.name for table in TABLES if table.info.get("kind") == Kind.RECORD}


def _names_people(table, says):
    return {column.name for column in table.columns if column.info.get("names_people") == says}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_says_whether_the_ledger_keeps_its_history(table):
    assert table.info.get("kind") in {Kind.RECORD, Kind.WORK}, (
        f"{table.name}: declare {{'info': {{'kind': Kind.RECORD}}}} (what people state: a trigger keeps every version)"
        " or Kind.WORK in its __table_args__."
    )


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_text_column_says_whether_it_can_name_a_person(table):
    for column in table.columns:
        kind = column.type.item_type if isinstance(column.type, ARRAY) else column.type
        if isinstance(kind, String | Enum) and not isinstance(kind, LargeBinary):
            assert column.info.get("names_people") in {"no", "free", "identity"}, (
                f"{table.name}.{column.name}: declare it with plain(), free(), identity(), plain_list() or stored()"
                " of registry.platform.tables, so that an erasure knows where a person can be named."
            )


@pytest.mark.parametrize("table", [table for table in TABLES if table.name in OF_RECORD], ids=lambda table: table.name)
def test_a_table_of_record_holds_no_identity_and_has_a_number_and_a_version(table):
    assert _names_people(table, "identity") == set(), (
        f"{table.name}: an identity would stay in the ledger for ever; refer to a person instead."
    )
    assert {"id", "version"} <= set(table.columns.keys()), f"{table.name}: the ledger needs `id` and `version`."


@pytest.mark.database
def test_the_ledger_keeps_exactly_the_tables_of_record_and_their_free_texts(home):
    with home.owner.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT c.relname, t.tgname, encode(t.tgargs, 'escape') AS arguments FROM pg_trigger t"
                " JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE t.tgname = ANY (:kept) AND t.tgenabled = 'O'"
            ),
            {"kept": sorted(KEPT_BY)},
        ).all()
    triggers: dict[str, set[str]] = {}
    free_texts: dict[str, set[str]] = {}
    for row in rows:
        triggers.setdefault(row.relname, set()).add(row.tgname)
        if row.tgname.startswith("z_ledger"):
            named = row.arguments.partition("}")[0].strip("{").split(",")
            free_texts.setdefault(row.relname, {name for name in named if name})
            assert free_texts[row.relname] == {name for name in named if name}, f"{row.relname}: its triggers differ."
    for name in sorted(OF_RECORD | set(triggers)):
        assert name in OF_RECORD, f"{name}: the ledger keeps it, but its model says Kind.WORK: one of them is wrong."
        assert triggers.get(name) == KEPT_BY, (
            f"{name} is of record: call keep_of_record('{name}', '{{its free texts}}') in the migration that makes it."
        )
        declared = _names_people(Table.metadata.tables[name], "free")
        assert free_texts[name] == declared, (
            f"{name}: its model declares the free texts {sorted(declared)}, its trigger was told"
            f" {sorted(free_texts[name])}: call keep_of_record with the first, or an erasure leaves a name behind."
        )


@pytest.mark.database
def test_row_level_security_is_forced_on_every_table_that_holds_an_organisations_data(home):
    with home.owner.connect() as connection:
        guarded = {
            row.relname: row
            for row in connection.execute(
                text(
                    "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced,"
                    " (SELECT array_agg(policyname::text) FROM pg_policies WHERE tablename = c.relname) AS policies"
                    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                    " WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname <> 'alembic_version'"
                )
            )
        }
    assert set(guarded) == {table.name for table in TABLES}
    for name, row in sorted(guarded.items()):
        if name in OPEN_TO_ALL:
            assert not row.forced, f"{name} is guarded after all: take it off the list OPEN_TO_ALL of this test."
            continue
        assert row.forced, (
            f"{name}: call guard_by_organisation('{name}') or guard_rows(…) in the migration that makes it; only a"
            " table that holds no organisation's data may join OPEN_TO_ALL, with its reason."
        )
        assert {"owner_all", "jobs_all", "app_reads"} <= set(row.policies or ())


@pytest.mark.database
def test_the_pages_may_read_of_the_open_tables_only_what_their_reason_says(home):
    with home.owner.connect() as connection:
        readable = {
            name
            for name in OPEN_TO_ALL
            if connection.execute(
                text("SELECT has_table_privilege('beffroi_app', :name, 'SELECT')"), {"name": name}
            ).scalar_one()
        }
    texts = {"legal_text", "legal_article", "legal_article_version"}
    assert readable == {"registry", "policy_text", "stage_move", "ledger_seal", "ledger_root"} | texts


@pytest.mark.database
def test_the_public_role_reads_no_table_whole_and_writes_none(home):
    # Which columns it reads, and of which rows: tests/public/test_public_role.py.
    with home.owner.connect() as connection:
        granted = connection.execute(
            text(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname IN ('public', 'jobs') AND c.relkind = 'r'"
                " AND has_table_privilege('beffroi_public', c.oid, 'SELECT, INSERT, UPDATE, DELETE')"
            )
        ).scalars()
        assert granted.all() == []


@pytest.mark.database
def test_the_pages_delete_nothing_of_record(home):
    with home.owner.connect() as connection:
        # Undoing an import takes out the sheets it made, and the persons: the one deletion of record, by a job or a
        # command.
        made = ["data_service", "dataset", "dataset_field", "derivation", "distribution", "person"]
        for role, may in (("beffroi_app", []), ("beffroi_jobs", made)):
            deletable = connection.execute(
                text(
                    "SELECT c.relname FROM pg_class c WHERE c.relname = ANY (:names)"
                    " AND has_table_privilege(:role, c.oid, 'DELETE, TRUNCATE') ORDER BY c.relname"
                ),
                {"names": sorted(OF_RECORD), "role": role},
            )
            assert deletable.scalars().all() == may, f"{role} may delete what people stated"
