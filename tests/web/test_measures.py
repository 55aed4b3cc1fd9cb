"""What `/metrics` counts of a registry, for those who watch over it."""

import pytest
from sqlalchemy import text

from registry.ledger.service import seal
from registry.search.following import rebuild
from tests.conftest import Town

pytestmark = pytest.mark.database


def measures(town: Town) -> dict[str, float]:
    """Each gauge of the registry, by its name."""
    lines = town.client.get("/metrics").text.splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


def test_jobs_and_entries_that_wait_are_counted(town: Town) -> None:
    with town.as_owner() as session:
        session.execute(
            text(
                "INSERT INTO job_run (kind, key, organisation_id, actor, arguments, state, progress, total)"
                " VALUES ('essai', 'un', :on, 'cli:essai', '{}', 'failed', 0, 0)"
            ),
            {"on": town.authority_id},
        )
    found = measures(town)
    assert found["beffroi_database_up"] == 1
    assert found['beffroi_jobs{state="failed"}'] == 1
    assert found['beffroi_jobs{state="waiting"}'] == 0
    assert found["beffroi_ledger_unsealed_entries"] > 0
    assert found["beffroi_ledger_unsealed_seconds"] > 0

    with town.acting() as session:
        seal(session)
    assert measures(town)["beffroi_ledger_unsealed_entries"] == 0
    assert measures(town)["beffroi_ledger_unsealed_seconds"] == 0


def test_how_late_the_search_is_and_whether_there_is_one_are_told(town: Town) -> None:
    assert measures(town)["beffroi_search_up"] == 0

    with town.acting() as session:
        seal(session)
    rebuild(town.home)
    found = measures(town)
    assert (found["beffroi_search_up"], found["beffroi_search_behind_seconds"]) == (1, 0)

    town.record("Arbres")
    with town.acting() as session:
        seal(session)
    assert measures(town)["beffroi_search_behind_seconds"] > 0
