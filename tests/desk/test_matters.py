"""A clock that runs is a task: on the desk of who answers for the law, and of who is in charge."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from registry.kernel.permissions import Role
from registry.platform.clock import now
from registry.processing.breaches.forms import BreachForm
from registry.processing.breaches.service import record_breach
from registry.processing.requests.forms import RequestForm
from registry.processing.requests.service import record_request
from tests.conftest import Someone, Town

pytestmark = pytest.mark.database


def tasks(someone: Someone) -> dict[str, dict]:
    return {one["key"]: one for one in someone.api("GET", "/api/v1/tasks").json()["tasks"]}


def test_a_clock_that_runs_is_a_task_until_it_is_stopped(town: Town):
    today = town.info["today"]()
    with town.acting() as session:
        late, running = (
            record_breach(
                session, town.authority_id,
                BreachForm(title=f"Perte {hours}", natures=["availability"], known_at=now() - timedelta(hours=hours)),
                now=now(),
            ).id
            for hours in (80, 2)
        )  # fmt: skip
        request = record_request(
            session, town.authority_id,
            RequestForm(regime="cada", subject="Un rapport", received_on=today - timedelta(days=2)),
        ).id  # fmt: skip
    dpo, steward = town.someone(Role.DPO), town.someone(Role.STEWARD)

    owed = tasks(dpo)

    assert owed[f"breach:{late}"]["late"]
    assert not owed[f"breach:{running}"]["late"]
    assert not owed[f"request:{request}"]["late"]
    desk = dpo.get("/bureau").text
    assert "Évaluer le risque et notifier la violation" in desk
    assert f'href="/violations/{running}"' in desk
    assert not [key for key in tasks(steward) if key.startswith(("breach:", "request:"))]
    with town.as_owner() as session:
        session.execute(
            text("UPDATE received_request SET in_charge_id = (SELECT person_id FROM account WHERE id = :id)"),
            {"id": steward.account_id},
        )
        session.execute(text("UPDATE breach SET risk = 'unlikely', risk_reasons = 'Chiffrée' WHERE id = :id"),
                        {"id": running})  # fmt: skip
    assert f"request:{request}" in tasks(steward)
    assert "Un rapport" in steward.get("/bureau").text
    assert f"breach:{running}" not in tasks(dpo)
    page = {"version": "2", "answered_on": today.isoformat(), "outcome": "granted"}
    assert dpo.post(f"/demandes/{request}/repondre", page).status_code == 303
    assert f"request:{request}" not in tasks(dpo) | tasks(steward)
