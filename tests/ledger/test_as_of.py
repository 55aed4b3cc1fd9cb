"""The registry as it stood on a day equals what a plain model of its history says, whatever the history."""

from copy import deepcopy
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, inspect, select, text
from sqlalchemy.dialects.postgresql import Range

from registry.datasets.models import Dataset, Distribution
from registry.datasets.vocabulary import AccessRights, Nature, PersonalData
from registry.ledger.as_of import asking_once, find_rows, holds_on
from registry.ledger.queries import end_of_day
from registry.organisations.models import Appointment, Population
from registry.platform.database import transaction

ZONE = "Europe/Paris"
FIRST = date(2024, 3, 29)  # The clocks change two days later.

_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=12)
_fields = st.fixed_dictionaries(
    {},
    optional={
        "title": _texts,
        "description": st.none() | _texts | st.just("text:" + "0" * 64),
        "frequency": st.none() | st.sampled_from(["DAILY", "ANNUAL"]),
        "keywords": st.lists(_texts, max_size=3),
        "issued": st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
        "nature": st.sampled_from(list(Nature)),
        "access_rights": st.none() | st.sampled_from(list(AccessRights)),
        "personal_data": st.none() | st.sampled_from(list(PersonalData)),
        "annulled": st.booleans(),
    },
)
_steps = st.lists(
    st.tuples(
        st.sampled_from(["create", "edit", "edit", "edit", "remove"]),
        st.integers(0, 2),
        st.sampled_from([timedelta(0), timedelta(hours=5), timedelta(days=1), timedelta(days=3)]),
        _fields,
    ),
    min_size=1,
    max_size=8,
)
_COLUMNS = [column.name for column in inspect(Dataset).local_table.columns]


def _values(row):
    return {name: getattr(row, name) for name in _COLUMNS}


def _end(day):
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(ZONE))


@pytest.mark.database
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(steps=_steps)
def test_each_day_reads_as_the_model_remembers_it(demonstration, steps):
    owner = demonstration.home.owner
    moment = datetime.combine(FIRST, datetime.min.time(), ZoneInfo("UTC"))
    history, ever = [], []
    standing: dict[int, dict[str, object]] = {}
    for verb, place, gap, fields in steps:
        moment += gap + timedelta(seconds=1)
        ids = sorted(standing)
        with transaction(owner, demonstration.acting(recorded_at=moment.isoformat())) as session:
            if verb == "create" or not ids:
                values = {"title": "Jeu", **fields}
                row = Dataset(
                    organisation_id=demonstration.high, identifier=f"jeu-{moment}-{len(ever)}-{id(steps)}",
                    title_sort="jeu", **values,
                )  # fmt: skip
                session.add(row)
                session.flush()
                session.refresh(row)
                ever.append(row.id)
                standing[row.id] = _values(row)
            elif verb == "edit":
                number = ids[place % len(ids)]
                row = session.get(Dataset, number)
                changed = {name: value for name, value in fields.items() if getattr(row, name) != value}
                for name, value in changed.items():
                    setattr(row, name, value)
                if changed:
                    standing[number] = standing[number] | changed | {"version": standing[number]["version"] + 1}
            else:
                number = ids[place % len(ids)]
                session.execute(text("DELETE FROM dataset WHERE id = :id"), {"id": number})
                del standing[number]
        history.append((moment, deepcopy(standing)))

    with transaction(owner, demonstration.acting()) as session:
        day = FIRST - timedelta(days=1)
        while day <= moment.date() + timedelta(days=1):
            until = end_of_day(day, ZONE)
            assert until == _end(day)
            expected = next((kept for at, kept in reversed(history) if at < until), {})
            found = find_rows(session, Dataset, until=until, column="id", among=ever)
            assert {row.id: _values(row) for row in found} == expected
            day += timedelta(days=1)
        now = find_rows(session, Dataset, until=None, column="id", among=ever)
        assert {row.id: _values(row) for row in now} == standing
        read = find_rows(session, Dataset, until=end_of_day(day, ZONE), column="id", among=ever)
        assert [type(value) for row in read for value in _values(row).values()] == [
            type(value) for row in sorted(now, key=lambda row: row.id) for value in _values(row).values()
        ]


@pytest.mark.database
def test_ranges_and_moments_read_as_the_table_gives_them(opened):
    with transaction(opened.home.jobs, opened.acting()) as session:
        now = sorted(find_rows(session, Population, until=None), key=lambda row: row.id)
        until = session.execute(select(text("clock_timestamp() + interval '1 hour'"))).scalar_one()
        then = find_rows(session, Population, until=until)
        assert [row.during for row in then] == [row.during for row in now] == [Range(date(2026, 1, 1), None)] * 3
        assert [row.organisation_id for row in find_rows(session, Population, until=until, column="organisation_id",
                                                         among=[opened.low])] == [opened.low]  # fmt: skip
        assert find_rows(session, Appointment, until=until) == []
        assert find_rows(session, Population, until=until - timedelta(days=1)) == []


@pytest.mark.database
def test_a_version_older_than_a_column_reads_with_the_default_of_that_column(opened):
    with opened.home.owner.begin() as connection:
        for column in ("keywords", "annulled"):
            connection.execute(text(f"ALTER TABLE dataset DROP COLUMN {column} CASCADE"))
    with transaction(opened.home.jobs, opened.acting()) as session:
        number = session.execute(
            text(
                "INSERT INTO dataset (version, organisation_id, identifier, title, title_sort, nature, stage)"
                " VALUES (1, :organisation, 'vieux', 'Vieux', 'vieux', 'other', 'identified') RETURNING id"
            ),
            {"organisation": opened.high},
        ).scalar_one()
    with opened.home.owner.begin() as connection:
        connection.execute(text("ALTER TABLE dataset ADD COLUMN keywords text[] NOT NULL DEFAULT '{}'"))
        connection.execute(text("ALTER TABLE dataset ADD COLUMN annulled boolean NOT NULL DEFAULT false"))
    with transaction(opened.home.jobs, opened.acting()) as session:
        until = session.execute(select(text("clock_timestamp()"))).scalar_one()
        (then,) = find_rows(session, Dataset, until=until, column="id", among=[number])
        (now,) = find_rows(session, Dataset, until=None, column="id", among=[number])
        assert (then.keywords, then.annulled, then.description) == ([], False, None)
        assert _values(then) == _values(now)


@pytest.mark.database
def test_rows_are_found_by_what_their_latest_version_held_and_no_other_text_is_read(opened):
    first, second, third = (opened.record(f"Jeu {number}") for number in range(3))
    with transaction(opened.home.jobs, opened.acting()) as session:
        rows = [Distribution(organisation_id=opened.authority, dataset_id=of, identifier=f"f{place}",
                             title=f"Fichier {place}")
                for place, of in enumerate((first, second, third))]  # fmt: skip
        session.add_all(rows)
    with transaction(opened.home.jobs, opened.acting()) as session:
        before = session.execute(select(text("clock_timestamp()"))).scalar_one()
    with transaction(opened.home.jobs, opened.acting()) as session:
        session.get(Distribution, rows[0].id).dataset_id = second
        session.execute(text("DELETE FROM distribution WHERE id = :id"), {"id": rows[1].id})
    with transaction(opened.home.jobs, opened.acting()) as session:
        asked = []
        event.listen(
            session.connection(),
            "before_cursor_execute",
            lambda _connection, _cursor, said, given, *_more: asked.append(given) if "FROM ledger_text" in said else 0,
        )
        after = session.execute(select(text("clock_timestamp()"))).scalar_one()

        def titles(until, *among):
            found = find_rows(session, Distribution, until=until, column="dataset_id", among=among)
            return [row.title for row in found]

        assert titles(before, first) == titles(after, second) == ["Fichier 0"]
        assert [len(given["digests"]) for given in asked] == [1, 1]
        assert titles(before, second, third) == ["Fichier 1", "Fichier 2"]
        assert titles(after, first) == titles(after, 0) == titles(after) == []


@pytest.mark.database
def test_a_table_that_holds_nothing_of_the_records_asked_about_is_asked_once_and_the_others_are_read(opened):
    bare, held = (opened.record(f"Jeu {number}") for number in range(2))
    with transaction(opened.home.jobs, opened.acting()) as session:
        session.add(Distribution(organisation_id=opened.authority, dataset_id=held, identifier="f", title="Fichier"))
    with transaction(opened.home.jobs, opened.acting()) as session:
        asked = []
        event.listen(
            session.connection(), "before_cursor_execute", lambda _connection, _cursor, said, *_more: asked.append(said)
        )

        def titles(*among):
            return [row.title for row in find_rows(session, Distribution, until=None, column="dataset_id", among=among)]

        with asking_once(session, ((Distribution, "dataset_id"),), [bare]):
            assert titles(bare) == []
            assert len(asked) == 1, "What was told to be empty is not asked again."
            assert titles(held) == ["Fichier"], "Nothing was told of another record."
            assert titles(bare, held) == ["Fichier"]
        with asking_once(session, ((Distribution, "dataset_id"),), [bare, held]):
            assert titles(held) == ["Fichier"]
        asked.clear()
        assert titles(bare) == []
        assert len(asked) == 1, "What was told is forgotten at the end."


def test_a_validity_includes_its_first_day_and_not_its_last():
    march = Range(date(2026, 3, 1), date(2026, 4, 1))
    assert [holds_on(march, date(2026, *day)) for day in ((2, 28), (3, 1), (3, 31), (4, 1))] == [
        False, True, True, False,
    ]  # fmt: skip
    assert holds_on(Range(None, None), date(1, 1, 1))
    assert not holds_on(Range(empty=True), date(2026, 3, 1))
