"""Dates of a sheet that do not go together are told on it, and nothing of it is refused."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.datasets.rules import odd_dates
from registry.kernel.permissions import Role
from tests.conftest import Town

DAYS = st.none() | st.dates(date(2020, 1, 1), date(2020, 1, 10))


@given(DAYS, DAYS, DAYS)
def test_dates_are_odd_only_where_one_is_before_what_it_follows(
    issued: date | None, modified: date | None, start: date | None
) -> None:
    found = odd_dates(issued, modified, start)
    if None in (issued, modified, start):
        assert len(found) <= 1
    elif start <= issued <= modified:
        assert found == []
    ordered = [day for day in (start, issued, modified) if day is not None]
    assert bool(found) == (ordered != sorted(ordered))


@pytest.mark.database
def test_a_sheet_tells_which_of_its_dates_do_not_go_together(town: Town) -> None:
    day = date(2025, 3, 1)
    sheet = town.record(issued=day, modified=day - timedelta(days=30), temporal_start=day - timedelta(days=10))
    page = town.someone(Role.READER).get(f"/jeux/{sheet}").text.replace("\xa0", " ")
    assert "La dernière mise à jour (30 janvier 2025) précède la première publication (1er mars 2025)" in page
    assert "précède le début de la période décrite (19 février 2025)" in page
