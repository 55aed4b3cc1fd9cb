"""The demonstration opens whichever day it is asked: its days are counted back, and step over days off."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.demonstration.loading import load_demonstration
from registry.platform.postgres import Cluster
from tests.conftest import opened_home
from tests.demonstration.conftest import assembled

pytestmark = [pytest.mark.database, pytest.mark.slow]
# A week-end, Easter Monday, the first of May and its bridge, All Saints', and the day it was first seen to fail.
DAYS = (
    *(date(2026, 11, 25) + timedelta(days=shift) for shift in range(8)), date(2027, 4, 1), date(2027, 5, 3),
    date(2027, 5, 10), date(2027, 11, 3),
)  # fmt: skip


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_it_loads_on_that_day(cluster: Cluster, template: str, tmp_path: Path, day: date) -> None:
    with opened_home(cluster, template, tmp_path) as home:
        loaded = load_demonstration(home, today=day, engine_info={**assembled(), "today": lambda: day})
        with home.owner.connect() as connection:
            asked = connection.execute(text("SELECT DISTINCT state FROM accepted_deviation")).scalars().all()
    assert len(loaded.accounts) == 7
    assert {"approved", "asked"} <= set(asked), "What waits for a decision is shown whichever day it is."
