"""How much is decided of a penalty: all of it, less, or what somebody counted where the registry cannot."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from registry.contracts.deliveries.forms import PenaltyForm
from registry.contracts.deliveries.lateness import say_outcome
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.service import decide_penalty
from registry.contracts.deliveries.vocabulary import PenaltyDecision
from registry.contracts.noting.gathering import gather
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.web.templating import say_day
from tests.conftest import Town
from tests.contracts.test_deliveries import Scene
from tests.pages import words_of

pytestmark = pytest.mark.database


@pytest.fixture
def scene(town: Town) -> Any:
    with town.acting() as session:
        yield Scene(town, session)


def test_less_than_what_is_due_may_be_applied_with_its_reason_and_does_not_grow(scene: Scene) -> None:
    scene.clause("penalties", euros_per_day="150,35", penalty_start="due-day")
    delivery = scene.late(23)

    def decides(euros: Any, penalty: PenaltyDecision = PenaltyDecision.APPLIED) -> Delivery:
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
    for typed in ("0", "-5", "1,005", "beaucoup", 0, 0.0, False, [], "€", "1e999999", "1_000", "1.500", "NaN"):
        with pytest.raises(ValidationError, match="au-dessus de zéro"):
            decides(typed)

    assert decides("1 000,10 €").penalty_cents == 100010
    assert decides("3458,05").penalty_cents == 23 * 15035
    assert decides(None, PenaltyDecision.REMITTED).penalty_cents == 23 * 15035


def test_a_penalty_applied_in_part_says_so_and_what_it_remits_everywhere(town: Town) -> None:
    with town.acting() as session:
        scene = Scene(town, session)
        scene.clause("penalties", euros_per_day="150,35", penalty_start="due-day")
        delivery = scene.late(23)
        form = PenaltyForm.model_validate(
            {"penalty": "applied", "penalty_euros": "1 000,10", "penalty_reason": "Panne subie en partie"}
        )
        made = decide_penalty(session, delivery.id, form, expected=delivery.version)
        assert (made.penalty_cents, made.penalty_counted_cents) == (100_010, 345_805)
        number, contract = delivery.id, delivery.contract_id
        note = gather(session, Subject("contract", contract), Moment(scene.today, scene.today, scene.today, until=None))
        told_in_note = json.dumps(note.values, ensure_ascii=False, default=str)
        for space in ("\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"):
            told_in_note = told_in_note.replace(space, " ")
    steward = town.someone(Role.STEWARD)
    day = say_day(scene.today)
    said = f"énalité appliquée en partie le {day} : 1 000,10 € sur 3 458,05 €, le reste remis"

    for page in (f"/livraisons/{number}", f"/livraisons?contrat={contract}"):
        told = words_of(steward.get(page)).replace("\N{NARROW NO-BREAK SPACE}", " ")
        assert said in told
        assert "Le calcul donne aujourd’hui" not in told, "It has not grown since: it is the same day."
    again = words_of(town.someone(Role.LEGAL).get(f"/livraisons/{number}/penalite"))
    assert said in again.replace("\N{NARROW NO-BREAK SPACE}", " "), "Whoever decides again sees what they replace."
    history = words_of(steward.get(f"/contrats/{contract}/historique")).replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "Montant décidé vide 1 000,10 €" in history
    assert "Ce que le contrat comptait ce jour-là vide 3 458,05 €" in history
    assert "pénalités appliquées : 1 000,10 € ; remises : 2 457,95 €" in told_in_note


def test_what_is_counted_in_another_way_too_is_applied_for_an_amount_that_somebody_says(scene: Scene) -> None:
    scene.clause("penalties", euros_per_day="150,35", penalty_start="due-day")
    scene.clause("penalties", other_amount="1 % de la redevance par semaine")
    delivery = scene.late(2)
    said = {"penalty": "applied", "penalty_reason": "Jamais venue"}

    with pytest.raises(Invalid, match="compte ce retard autrement"):
        decide_penalty(scene.session, delivery.id, PenaltyForm.model_validate(said), expected=delivery.version)
    form = PenaltyForm.model_validate({**said, "penalty_euros": "812,40"})
    made = decide_penalty(scene.session, delivery.id, form, expected=delivery.version)
    assert (made.penalty_cents, made.penalty_counted_cents) == (81240, None)


def test_what_is_counted_in_another_way_alone_is_applied_for_an_amount_that_somebody_says(scene: Scene) -> None:
    scene.clause("penalties", other_amount="1 % de la redevance par semaine")
    delivery = scene.late(2)
    said = {"penalty": "applied", "penalty_reason": "Jamais venue"}

    with pytest.raises(Invalid, match="dites le montant appliqué"):
        decide_penalty(scene.session, delivery.id, PenaltyForm.model_validate(said), expected=delivery.version)
    form = PenaltyForm.model_validate({**said, "penalty_euros": 99.5})
    made = decide_penalty(scene.session, delivery.id, form, expected=delivery.version)
    assert (made.penalty_cents, made.penalty_counted_cents) == (9950, None)
    form = PenaltyForm.model_validate({"penalty": "remitted", "penalty_reason": "Geste"})
    remitted = decide_penalty(scene.session, delivery.id, form, expected=made.version)
    assert say_outcome(remitted) == f"pénalité remise le {say_day(scene.today)}"
