"""`beffroi figures rebuild`: the months of the directors' page come back from history, once or ten times."""

import re
from threading import Thread

import pytest
from sqlalchemy import text

from registry.dashboard.service import count_months
from tests.cli.conftest import Command
from tests.conftest import Town

pytestmark = pytest.mark.database
KEPT = text("SELECT organisation_id, day, figure, confided, number, total FROM monthly_figure ORDER BY 1, 2, 3, 4")


def kept(town: Town) -> list[tuple[object, ...]]:
    with town.home.jobs.connect() as connection:
        return [tuple(row) for row in connection.execute(KEPT)]


def test_it_says_how_many_figures_it_counted_and_a_second_time_changes_nothing(town: Town, beffroi: Command):
    town.record()

    code, said, errors = beffroi("figures", "rebuild")

    assert (code, errors) == (0, "")
    first = kept(town)
    assert first
    assert re.match(rf"{len(first)} chiffres? recomptés? d’après l’historique, du ", said)
    assert beffroi("figures", "rebuild")[:2] == (0, said)
    assert kept(town) == first


def test_what_was_lost_or_wrong_comes_back_from_history(town: Town, beffroi: Command):
    town.record()
    beffroi("figures", "rebuild")
    first = kept(town)
    with town.home.owner.begin() as connection:
        connection.execute(text("UPDATE monthly_figure SET total = total + 7"))
        connection.execute(text("DELETE FROM monthly_figure WHERE figure = 'kept'"))
    assert kept(town) != first

    beffroi("figures", "rebuild")

    assert kept(town) == first


def test_a_night_that_counts_meanwhile_is_waited_for(town: Town, beffroi: Command):
    town.record()
    with town.acting() as session:
        count_months(session)
        told: list[tuple[int, str, str]] = []
        command = Thread(target=lambda: told.append(beffroi("figures", "rebuild")))
        command.start()
        command.join(1)
        assert command.is_alive(), "It waits for the night to be written."
    command.join(30)
    assert told
    assert told[0][0] == 0
    assert kept(town)
