"""How much is decided of a penalty: all of it, less, or what somebody counted where the registry cannot."""

from typing import Any

import pytest
from pydantic import ValidationError

from registry.contracts.deliveries.forms import PenaltyForm
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.service import decide_penalty
from registry.contracts.deliveries.vocabulary import PenaltyDecision
from registry.kernel.errors import Invalid
from tests.conftest import Town
from tests.contracts.test_deliveries import Scene

pytestmark = pytest.mark.database


@pytest.fixture
def scene(town: Town) -> Any:
    with town.acting() as session:
        yield Scene(town, session)


def test_less_than_what_is_due_may_be_applied_with_its_reason_and_does_not_grow(scene: Scene) -> None:
    scene.clause("penalties", euros_per_day="150,35", penalty_start="due-day")
    delivery = scene.late(23)

    def decides(euros: str | None, penalty: PenaltyDecision = PenaltyDecision.APPLIED) -> Delivery:
        form = PenaltyForm.model_validate(
            {"penalty": penalty, "penalty_euros": euros, "penalty_reason": "Panne subie en partie"}
        )
        return decide_penalty(scene.session, delivery.id, form, expected=delivery.version)

    for wrong, penalty, told in (
        ("3458,06", PenaltyDecision.APPLIED, "C’est plus que ce que le contrat compte"),
        ("100", PenaltyDecision.REMITTED, "laissez ce montant vide"),
    ):
        with pytest.raises(Invalid, match=told):
            decides(wrong, penalty)
    for typed in ("0", "-5", "1,005", "beaucoup"):
        with pytest.raises(ValidationError, match="au-dessus de zéro"):
            decides(typed)

    assert decides("1 000,10 €").penalty_cents == 100010
    assert decides("3458,05").penalty_cents == 23 * 15035
    assert decides(None, PenaltyDecision.REMITTED).penalty_cents == 23 * 15035


def test_what_is_counted_in_another_way_too_is_applied_for_an_amount_that_somebody_says(scene: Scene) -> None:
    scene.clause("penalties", euros_per_day="150,35", penalty_start="due-day")
    scene.clause("penalties", other_amount="1 % de la redevance par semaine")
    delivery = scene.late(2)
    said = {"penalty": "applied", "penalty_reason": "Jamais venue"}

    with pytest.raises(Invalid, match="compte aussi ce retard autrement"):
        decide_penalty(scene.session, delivery.id, PenaltyForm.model_validate(said), expected=delivery.version)
    form = PenaltyForm.model_validate({**said, "penalty_euros": "812,40"})
    made = decide_penalty(scene.session, delivery.id, form, expected=delivery.version)
    assert made.penalty_cents == 81240
