"""Counts that are followed: nothing that is committed late is missed, nothing is counted twice, and little is read."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date
from typing import Any

import psycopg
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from registry.compliance.daily import evaluate_everything
from registry.compliance.listing import counting
from registry.compliance.queries import find_findings
from registry.compliance.service import forget_transactions
from registry.compliance.vocabulary import Holding, Verdict
from registry.datasets.forms import DatasetChange, DatasetForm
from registry.datasets.listing import counting as pictures
from registry.datasets.listing.selecting import read_selection
from registry.datasets.models import Dataset
from registry.datasets.queries import find_ids
from registry.datasets.service import amend_dataset, record_dataset
from registry.platform.database import settle
from registry.platform.postgres import connection_url
from tests.compliance.test_findings_list import PUBLISHED
from tests.conftest import Town

pytestmark = pytest.mark.database


def counted(town: Town) -> Counter[tuple[str, int, Verdict, Holding]]:
    """What the counts that are followed say."""
    with town.acting() as session:
        cells = counting.count_alike(session, town.info["today"]())
        return Counter(
            {(one.policy_id, one.organisation_id, one.verdict, one.held): one.number for one in cells if one.number}
        )


def read_one_by_one(town: Town) -> Counter[tuple[str, int, Verdict, Holding]]:
    """What the findings say, read one by one."""
    today = town.info["today"]()
    with town.acting() as session:
        found = find_findings(session, today)
    held = {None: Holding.NONE, "asked": Holding.ASKED, "approved": Holding.ACCEPTED}
    return Counter(
        (one.policy_id, one.organisation_id, one.verdict, held[one.deviation and str(one.deviation.state)])
        for one in found
    )


def test_counts_follow_what_is_found_and_withdrawn_and_what_was_begun_before_they_were_made(town: Town) -> None:
    first = town.record(**PUBLISHED)
    assert counted(town) == read_one_by_one(town)
    with town.acting() as late:
        # Begun before the counts are asked for again, and over after: what it writes bears the moment it began.
        record_dataset(late, town.authority_id, DatasetForm(title="Né avant", **PUBLISHED))
        before = counted(town)
    assert counted(town) == read_one_by_one(town) != before

    def amend(**values: object) -> None:
        with town.acting() as session:
            version = session.get_one(Dataset, first).version
            amend_dataset(session, first, DatasetChange.model_validate(values), expected=version)

    for values in (
        {"licence": "etalab-2.0"},
        {"access_rights": "restricted"},
        {"licence": "cc-by-nc-4.0"},
        {"access_rights": "public"},
    ):
        amend(**values)
        assert counted(town) == read_one_by_one(town), values
        assert counted(town) == read_one_by_one(town), "Looked at twice, nothing is counted twice."
    for number in range(3):
        town.record(f"Autre {number}", on=town.commune_id, **PUBLISHED)
    assert counted(town) == read_one_by_one(town)


@pytest.mark.parametrize("examples", [3, pytest.param(30, marks=pytest.mark.slow)])
def test_whatever_the_order_in_which_writings_end_none_is_missed_and_none_is_counted_twice(
    town: Town, examples: int
) -> None:
    @settings(max_examples=examples, deadline=None, phases=[Phase.generate])
    @given(steps=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(("write", "commit", "undo"))), min_size=12))
    def every_order(steps: list[tuple[int, str]]) -> None:
        write_in_order(town, steps)

    every_order()


def write_in_order(town: Town, steps: list[tuple[int, str]]) -> None:
    """Four writings go on at once, in this order: after each step, what is counted is what is found."""
    # A sheet for each writing: none waits for another.
    numbers = [town.record(f"Jeu {number}", **PUBLISHED) for number in range(4)]
    day = town.info["today"]()
    writing: dict[int, tuple[ExitStack, Session]] = {}
    with ExitStack() as whole:
        for step, (place, does) in enumerate(steps):
            if place not in writing:
                begun = whole.enter_context(ExitStack())
                writing[place] = begun, begun.enter_context(town.acting())
                writing[place][1].execute(text("SELECT"))
            begun, session = writing[place]
            if does == "write":
                sheet = session.get_one(Dataset, numbers[place])
                licence = ("etalab-2.0", "cc-by-nc-4.0", "odbl")[step % 3]
                amend_dataset(session, sheet.id, DatasetChange(licence=licence), expected=sheet.version)
                settle(session)
            else:
                if does == "undo":
                    session.rollback()
                writing.pop(place)
                begun.close()
            assert counted(town) == read_one_by_one(town)
            with town.acting() as reading:
                narrowed = read_selection(reading, {"constat": ["non-compliant"]}, on=day)
                assert pictures.count_facets(reading, narrowed).ids() == find_ids(reading, narrowed)
    assert counted(town) == read_one_by_one(town)


def test_what_a_writing_counts_of_its_own_is_kept_for_nobody(town: Town) -> None:
    number, today = town.record(**PUBLISHED), town.info["today"]()
    before = counted(town)
    with town.acting() as session:
        amend_dataset(session, number, DatasetChange(licence="etalab-2.0"), expected=1)
        settle(session)
        counting.count_alike(session, today)
        session.rollback()
    assert counted(town) == read_one_by_one(town) == before


Look = Callable[[], list[int]]


@pytest.fixture
def look(town: Town, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Asks for the list; gives how many sheets each painting took in so far, -1 for all."""
    painted, found = list[int](), pictures._paint

    def paint(session: Session, day: date, ids: Sequence[int] | None) -> Any:
        painted.append(-1 if ids is None else len(ids))
        return found(session, day, ids)

    def ask() -> list[int]:
        with town.acting() as session:
            pictures.count_facets(session, read_selection(session, {}, on=town.info["today"]()))
        return painted

    monkeypatch.setattr(pictures, "_paint", paint)
    return ask


def test_lists_take_in_what_was_written_since_and_nothing_else(town: Town, look: Look) -> None:
    for number in range(3):
        town.record(f"Jeu {number}", **PUBLISHED)
    evaluate_everything(town.home.jobs, town.info, today=town.info["today"]())
    look()
    look()
    assert look() == [-1], "What was judged a moment ago is painted once."
    town.record("Dernier", **PUBLISHED)
    look()
    assert look() == [-1, 1]


def test_a_ledger_brought_from_another_server_is_painted_once(town: Town, look: Look) -> None:
    town.record(**PUBLISHED)
    cluster = town.home.cluster
    assert cluster is not None
    url = connection_url(
        cluster, user=cluster.superuser, password=cluster.password_file.read_text().strip(),
        dbname=make_url(town.home.urls.owner).database or "",
    )  # fmt: skip
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger_entry SET xid = xid + 1000000000")
    look()
    assert look() == [-1]


def test_findings_brought_from_another_server_are_of_none_of_its_transactions(town: Town) -> None:
    first = town.record(**PUBLISHED)
    with town.as_owner() as session:
        session.execute(text("UPDATE finding SET since_xid = since_xid + 20"))
        forget_transactions(session)
    assert counted(town) == read_one_by_one(town)
    for number in range(12):
        town.record(f"Autre {number}", **PUBLISHED)
        with town.acting() as session:
            sheet = session.get_one(Dataset, first)
            amend_dataset(session, first, DatasetChange(title=f"Titre {number}"), expected=sheet.version)
        assert counted(town) == read_one_by_one(town)
