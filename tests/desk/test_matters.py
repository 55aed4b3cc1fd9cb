"""A clock that runs is a task: on the desk of who answers for the law, and of who is in charge."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from registry.kernel.permissions import Role
from registry.platform.clock import now
from registry.processing.breaches.forms import BreachForm
from registry.processing.breaches.service import record_breach
from registry.processing.requests.forms import AnswerForm, RequestChange, RequestForm
from registry.processing.requests.service import amend_request, answer_request, record_request
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


def test_who_asked_long_ago_is_proposed_for_erasure_to_who_may_erase_once_all_is_answered(town: Town):
    today = town.info["today"]()
    with town.acting() as session:
        asked = [
            record_request(
                session, town.authority_id,
                RequestForm(regime="gdpr", right="access", subject=name, requester_name=f"Demandeur {name}",
                            received_on=today - timedelta(days=days)),
            )
            for name, days in (("ancien", 2400), ("récent", 400), ("ouvert", 2400))
        ]  # fmt: skip
        for request, days in zip(asked[:2], (2380, 380), strict=True):
            answer = AnswerForm(answered_on=today - timedelta(days=days), outcome="granted")
            answer_request(session, request.id, answer, expected=request.version)
        old = asked[0].requester_id
    dpo = town.someone(Role.DPO)

    proposed = [key for key in tasks(dpo) if key.startswith("erasure:")]

    assert proposed == [f"erasure:{old}"], "Sixty months after the answer, and never while one is open."
    desk = dpo.get("/bureau?genre=erasure").text
    assert "Effacer qui a fait cette demande" in desk
    assert f'href="/personnes/{old}/effacer"' in desk
    assert dpo.get(f"/personnes/{old}/effacer").status_code == 200
    assert not [key for key in tasks(town.someone(Role.STEWARD)) if key.startswith("erasure:")]
    with town.as_owner() as session:
        session.execute(text("DELETE FROM person_identity WHERE person_id = :old"), {"old": old})
    assert f"erasure:{old}" not in tasks(dpo), "Once erased, nobody is asked again."


def test_who_was_replaced_on_their_only_request_is_proposed_for_erasure_at_once(town: Town):
    asked = {"regime": "gdpr", "right": "access", "subject": "Accès", "received_on": town.info["today"]()}
    with town.acting() as session:
        form = RequestForm.model_validate({**asked, "requester_name": "Camille Essai"})
        first, other = (record_request(session, town.authority_id, form) for _each in range(2))
        gone, kept = first.requester_id, other.requester_id
        amend_request(session, first.id, RequestChange(requester_name="Dominique Autre"), expected=first.version)
        named = first.requester_id
    dpo = town.someone(Role.DPO)

    assert f"erasure:{gone}" in tasks(dpo)
    assert not {f"erasure:{kept}", f"erasure:{named}"} & set(tasks(dpo)), "A request still names them."
    desk = dpo.get("/bureau?genre=erasure").text
    assert "dont plus aucune demande ne porte le nom" in desk
    assert f'href="/personnes/{gone}/effacer"' in desk
    assert "Camille" not in desk
    assert f"erasure:{gone}" not in tasks(town.someone(Role.STEWARD))
