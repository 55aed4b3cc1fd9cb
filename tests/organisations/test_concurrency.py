"""Two who change one organisation at once: the second is told, and nothing of the first is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from registry.kernel.permissions import Role
from registry.organisations.queries import get_organisation
from tests.conftest import Someone, Town
from tests.waiting import wait_for_waiting

pytestmark = pytest.mark.database


def test_of_two_who_saw_the_same_version_one_wins_and_the_other_chooses(town: Town) -> None:
    one, two = town.someone(Role.ADMINISTRATOR), town.someone(Role.DPO)
    path = f"/organisations/{town.authority_id}/modifier"

    def change(said: tuple[Someone, str, str]) -> int:
        someone, name, value = said
        return someone.post(path, {"version": "1", name: value}).status_code

    with ThreadPoolExecutor(2) as threads:
        with town.as_owner() as session:
            # Both read version 1, then wait for the row this transaction holds.
            session.execute(text("SELECT FROM organisation WHERE id = :id FOR UPDATE"), {"id": town.authority_id})
            answers = threads.map(change, [(one, "staff_fte", "60"), (two, "staff_fte", "75")])
            wait_for_waiting(town, 2)
        codes = list(answers)

    assert sorted(codes) == [303, 409]
    with town.acting() as session:
        body = get_organisation(session, town.authority_id)
        assert (body.version, body.staff_fte) == (2, 60 if codes[0] == 303 else 75)
