"""What the database itself writes down at each change: nobody can forget it, nobody chooses it."""

import re

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from registry.datasets.models import Dataset
from registry.ledger.models import LedgerEntry
from registry.ledger.queries import find_versions, get_version
from registry.ledger.service import say
from registry.ledger.verification import verify_ledger
from registry.platform.database import transaction

pytestmark = pytest.mark.database


def test_each_insert_update_and_delete_leaves_a_version_with_its_actor_event_reason_and_values(opened):
    with transaction(opened.home.jobs, opened.acting(account_id=7, request_id="r-1", batch_id=3)) as session:
        say(session, "datasets:sheet:record")
        sheet = Dataset(
            organisation_id=opened.high, identifier="essai", title="Arbres", title_sort="arbres", frequency="ANNUAL"
        )
        session.add(sheet)
        session.flush()
        number = sheet.id
    with transaction(opened.home.jobs, opened.acting(actor="account:9 token:2", account_id=9)) as session:
        say(session, "datasets:sheet:amend", "relevé de l’année")
        sheet = session.get(Dataset, number)
        sheet.title, sheet.frequency = "Arbres d’alignement", "MONTHLY"
    with opened.home.owner.begin() as connection:
        connection.execute(text("DELETE FROM dataset WHERE id = :id"), {"id": number})

    with transaction(opened.home.jobs, opened.acting()) as session:
        deleted, amended, recorded = find_versions(session, "dataset", number)
        said = session.get(LedgerEntry, session.execute(text("SELECT max(id) - 2 FROM ledger_entry")).scalar_one())
    assert (recorded.version, recorded.verb, recorded.actor) == (1, "insert", "cli:essai")
    assert (recorded.account_id, recorded.batch_id, recorded.event) == (7, 3, "datasets:sheet:record")
    assert (said.request_id, said.organisation_id) == ("r-1", opened.high)
    assert (recorded.snapshot["title"], recorded.snapshot["frequency"]) == ("Arbres", "ANNUAL")
    assert (amended.version, amended.verb, amended.actor) == (2, "update", "account:9 token:2")
    assert (amended.event, amended.reason) == ("datasets:sheet:amend", "relevé de l’année")
    assert (amended.snapshot["title"], amended.snapshot["frequency"]) == ("Arbres d’alignement", "MONTHLY")
    assert (deleted.version, deleted.verb, deleted.actor) == (3, "delete", "psql:beffroi_owner")
    assert deleted.snapshot["title"] == "Arbres d’alignement"


@pytest.mark.parametrize("role", ["app", "jobs"])
def test_a_write_of_the_pages_or_of_the_worker_that_names_nobody_is_refused(opened, role):
    insert = text(
        "INSERT INTO dataset (version, organisation_id, identifier, title, title_sort, nature, stage, annulled)"
        " VALUES (1, :id, 'x', 'x', 'x', 'other', 'identified', false)"
    )
    with getattr(opened.home, role).connect() as connection:
        connection.execute(text("SELECT set_config('beffroi.writes', :ids, true)"), {"ids": f"{{{opened.high}}}"})
        with pytest.raises(ProgrammingError, match="without an actor"):
            connection.execute(insert, {"id": opened.high})


def test_a_write_by_hand_bears_the_name_of_who_made_it_even_the_superuser(opened, superuser):
    number = opened.record("Arbres")
    for engine in (opened.home.owner, superuser):
        with engine.begin() as connection:
            connection.execute(text("UPDATE dataset SET frequency = 'DAILY' WHERE id = :id"), {"id": number})
    with transaction(opened.home.jobs, opened.acting()) as session:
        last, before, _first = find_versions(session, "dataset", number)
    assert before.actor == "psql:beffroi_owner"
    assert last.actor == f"psql:{opened.home.cluster.superuser}"


def test_who_writes_chooses_neither_the_version_nor_the_moment(opened):
    number = opened.record("Arbres")
    with opened.home.owner.begin() as connection:
        connection.execute(text("UPDATE dataset SET version = 40 WHERE id = :id"), {"id": number})
        connection.execute(text("SELECT set_config('beffroi.recorded_at', '2001-01-01T00:00:00Z', true)"))
        connection.execute(text("UPDATE dataset SET version = 1 WHERE id = :id"), {"id": number})
        kept = connection.execute(text("SELECT version FROM dataset WHERE id = :id"), {"id": number}).scalar_one()
        moments = connection.execute(
            text("SELECT version, recorded_at > now() - interval '1 hour' AS recent FROM ledger_entry"
                 " WHERE table_name = 'dataset' AND row_id = :id ORDER BY version"),
            {"id": number},
        ).all()  # fmt: skip
    assert kept == 3
    assert [tuple(row) for row in moments] == [(1, True), (2, True), (3, True)]


def test_a_free_text_is_kept_by_its_salted_digest_and_put_back_when_read(opened):
    one, other = opened.record("Carnet de la régie"), opened.record("Carnet de la régie")
    with transaction(opened.home.jobs, opened.acting()) as session:
        kept = session.execute(
            text("SELECT snapshot ->> 'title' FROM ledger_entry WHERE table_name = 'dataset' AND row_id IN (:a, :b)"),
            {"a": one, "b": other},
        ).scalars()
        first, second = kept.all()
        whole = session.execute(text("SELECT string_agg(snapshot::text, '') FROM ledger_entry")).scalar_one()
        assert get_version(session, "dataset", one, 1)["title"] == "Carnet de la régie"
    assert first.startswith("text:")
    assert second.startswith("text:")
    assert first != second, "two equal texts must not be told equal by their digests"
    assert "Carnet" not in whole


def test_an_unchanged_free_text_is_kept_once_and_again_for_the_organisation_that_receives_the_row(opened):
    number = opened.record("Carnet", opened.high)
    opened.amend(number, frequency="DAILY")
    with opened.home.owner.connect() as connection:
        counted = text("SELECT count(*) FROM ledger_text WHERE value = 'Carnet'")
        assert connection.execute(counted).scalar_one() == 1
    opened.amend(number, organisation_id=opened.low)
    receiver = opened.acting(reads=frozenset({opened.low}), writes=frozenset())
    with transaction(opened.home.app, receiver) as session:
        (version,) = find_versions(session, "dataset", number)
    assert version.snapshot["title"] == "Carnet"


def test_the_hashed_text_does_not_depend_on_the_settings_of_who_writes_or_verifies(opened):
    strange = "-c timezone=Pacific/Chatham -c datestyle=SQL,DMY -c extra_float_digits=-5 -c bytea_output=escape"
    with psycopg.connect(opened.home.urls.owner, options=strange) as connection:
        connection.execute("UPDATE organisation SET staff_fte = 12.123456789, rip_updated_on = '2026-02-01'")
        connection.execute("UPDATE population SET during = '[01/02/2026,01/03/2026)'")
    with opened.home.owner.connect() as connection:
        said = connection.execute(
            text(
                "SELECT snapshot ->> 'during' FROM ledger_entry WHERE table_name = 'population'"
                " ORDER BY id DESC LIMIT 1"
            )
        ).scalar_one()
        fte = connection.execute(
            text(
                "SELECT snapshot ->> 'staff_fte' FROM ledger_entry WHERE table_name = 'organisation'"
                " ORDER BY id DESC LIMIT 1"
            )
        ).scalar_one()
    assert (said, fte) == ("[2026-02-01,2026-03-01)", "12.123456789")
    with transaction(opened.home.owner, opened.acting()) as session:
        for setting in ("timezone = 'Pacific/Chatham'", "datestyle = 'SQL, DMY'", "extra_float_digits = -5"):
            session.execute(text(f"SET LOCAL {setting}"))
        assert verify_ledger(session).defects == []


@pytest.mark.parametrize("role", ["owner", "app", "jobs", "superuser"])
def test_no_role_rewrites_or_empties_the_ledger(opened, superuser, role):
    engine = superuser if role == "superuser" else getattr(opened.home, role)
    for table, column in {"ledger_entry": "actor", "ledger_seal": "leaf", "ledger_root": "root"}.items():
        for attempt in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with engine.connect() as connection, pytest.raises(DBAPIError) as refused:
                connection.execute(text(attempt))
            assert re.search("permission denied|neither rewritten nor emptied", str(refused.value)), attempt


def test_a_table_of_record_is_not_emptied_at_once(opened, superuser):
    with superuser.connect() as connection, pytest.raises(DBAPIError, match="neither rewritten nor emptied"):
        connection.execute(text("TRUNCATE dataset CASCADE"))


@pytest.mark.parametrize("role", ["app", "jobs"])
def test_only_the_trigger_writes_entries(opened, role):
    with getattr(opened.home, role).connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
        connection.execute(text("INSERT INTO ledger_text (digest, value) VALUES ('text:x', 'x')"))
    with getattr(opened.home, role).connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
        connection.execute(text("INSERT INTO ledger_entry (xid) VALUES (1)"))


def _moment_of_last(opened, engine, asked):
    number = opened.record("Arbres")
    with transaction(engine, opened.acting(recorded_at=asked)) as session:
        session.get(Dataset, number).frequency = "DAILY"
    with opened.home.owner.connect() as connection:
        return connection.execute(
            text("SELECT extract(year FROM recorded_at) FROM ledger_entry ORDER BY id DESC LIMIT 1")
        ).scalar_one()


def test_the_door_of_the_demonstration_is_heard_there_from_the_owner_and_on_the_past_alone(demonstration):
    assert _moment_of_last(demonstration, demonstration.home.owner, "2019-05-01T10:00:00+00:00") == 2019
    assert _moment_of_last(demonstration, demonstration.home.jobs, "2019-05-01T10:00:00+00:00") > 2019
    assert _moment_of_last(demonstration, demonstration.home.owner, "2999-05-01T10:00:00+00:00") < 2999


def test_the_door_of_the_demonstration_is_deaf_in_a_true_registry(opened):
    assert _moment_of_last(opened, opened.home.owner, "2019-05-01T10:00:00+00:00") > 2019


def test_one_statement_on_many_rows_leaves_an_entry_for_each_and_its_reason_once_for_each_organisation(opened):
    numbers = [opened.record("Arbres"), opened.record("Bancs"), opened.record("Puits", organisation=opened.low)]
    with transaction(opened.home.jobs, opened.acting()) as session:
        say(session, "datasets:sheet:amend", "relevé de l’année")
        session.execute(
            text("UPDATE dataset SET frequency = 'DAILY', description = title WHERE id = ANY (:ids)"), {"ids": numbers}
        )
    with transaction(opened.home.jobs, opened.acting()) as session:
        last = [find_versions(session, "dataset", number)[0] for number in numbers]
        assert [(one.version, one.snapshot["frequency"], one.reason) for one in last] == (
            [(2, "DAILY", "relevé de l’année")] * 3
        )
        assert [one.snapshot["description"] for one in last] == ["Arbres", "Bancs", "Puits"]
        said = session.execute(
            text("SELECT organisation_id FROM ledger_text WHERE value = 'relevé de l’année' ORDER BY 1")
        ).scalars()
        assert list(said) == sorted([opened.authority, opened.low])
        assert verify_ledger(session).holds


def test_a_statement_that_touches_no_row_leaves_nothing_and_asks_for_no_actor(opened):
    with opened.home.app.begin() as connection:
        connection.execute(text("UPDATE dataset SET frequency = 'DAILY' WHERE id = -1"))


def test_the_number_of_a_row_of_record_never_changes(opened):
    number = opened.record("Arbres")
    with opened.home.owner.connect() as connection, pytest.raises(DBAPIError, match="never changed"):
        connection.execute(text("UPDATE dataset SET id = id + 1000 WHERE id = :id"), {"id": number})


def test_what_is_hashed_is_the_text_of_a_json_array_whatever_signs_stand_in_it(opened):
    strange = 'é"\\\t\u2028’ \U0001f333'
    with transaction(
        opened.home.jobs, opened.acting(actor=f"cli:{strange}", request_id=strange, batch_id=3)
    ) as session:
        say(session, strange, strange)
        session.add(Dataset(organisation_id=opened.high, identifier=strange, title=strange, title_sort=strange))
    with transaction(opened.home.owner, opened.acting()) as session:
        session.execute(text("UPDATE dataset SET frequency = :said WHERE identifier = :said"), {"said": strange})
        session.execute(text("DELETE FROM dataset WHERE identifier = :said"), {"said": strange})
        assert verify_ledger(session).defects == []
        kept = text(
            "SELECT count(*) FROM ledger_entry WHERE hash = sha256(convert_to(jsonb_build_array(id, table_name, row_id,"
            " version, verb, organisation_id, actor, account_id, event, reason, batch_id, request_id,"
            " (extract(epoch FROM recorded_at) * 1000000)::bigint, snapshot, encode(previous_hash, 'hex'))::text,"
            " 'UTF8')) AND table_name = 'dataset'"
        )
        assert session.execute(kept).scalar_one() == 3
