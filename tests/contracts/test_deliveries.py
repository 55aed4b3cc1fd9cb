"""Deliveries from the clauses that have them made to the answer given to what came."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from registry.contracts.clauses.forms import AmendmentForm, ClauseForm, StipulationForm
from registry.contracts.clauses.queries import find_written
from registry.contracts.clauses.service import record_amendment, record_clause, set_stipulation_aside, stipulate
from registry.contracts.deliveries.costs import cost_of
from registry.contracts.deliveries.expecting import AHEAD, expect_all, reading_of
from registry.contracts.deliveries.facts import bind_deliveries
from registry.contracts.deliveries.forms import (
    AcceptForm,
    DeliveryChange,
    DeliveryForm,
    PenaltyForm,
    ReceiptForm,
    RefuseForm,
)
from registry.contracts.deliveries.lateness import say_cost, say_sum, say_together
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.penalty_words import say_penalty
from registry.contracts.deliveries.queries import find_deliveries_of, get_delivery
from registry.contracts.deliveries.service import (
    DeliveredFile,
    accept_receipt,
    amend_delivery,
    decide_penalty,
    receive,
    record_delivery,
    refuse_receipt,
    set_delivery_aside,
    set_receipt_aside,
)
from registry.contracts.deliveries.vocabulary import DeliveryChannel, PenaltyDecision, ReceiptAnswer
from registry.contracts.forms import ContractChange, ContractForm
from registry.contracts.service import amend_contract, record_contract, set_contract_aside
from registry.contracts.vocabulary import ClauseAct, ContractKind, PublicService
from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.kernel.errors import Conflict, Invalid, Refusal, Stale
from tests.conftest import Town

pytestmark = pytest.mark.database
ONE = timedelta(days=1)
FILE = DeliveredFile("0" * 64, 12, "conso.csv", "text/csv", "CSV", True, True, {})


class Scene:
    """A water concession about one dataset, and what one does with it."""

    def __init__(self, town: Town, session: Session) -> None:
        self.session, self.today = session, town.info["today"]()
        self.dataset = record_dataset(session, town.authority_id, DatasetForm(title="Consommations d’eau")).id
        form = ContractForm(
            kind=ContractKind.DSP, object="Eau", public_service=PublicService.WATER, consulted_on=date(2020, 3, 2),
            signed_on=date(2020, 11, 30), starts_on=date(2021, 1, 1), ends_on=self.today + 900 * ONE,
            datasets=[self.dataset],
        )  # fmt: skip
        self.contract = record_contract(session, town.authority_id, form)

    def clause(self, kind: str, **terms: Any) -> int:
        """A clause about the dataset; its number."""
        clause, _said = record_clause(
            self.session, self.contract.id, ClauseForm(kind=kind, terms=terms, datasets=[self.dataset])
        )
        return clause.id

    def schedule(self, first_due_on: date, **terms: Any) -> int:
        return self.clause("schedule", **{"frequency": "MONTHLY", "first_due_on": first_due_on.isoformat(), **terms})

    def deliveries(self, *, annulled: bool = False) -> list[Delivery]:
        return [one for one in find_deliveries_of(self.session, self.contract.id) if one.annulled is annulled]

    def late(self, days: int, **terms: Any) -> Delivery:
        """A delivery of the calendar that should have come so many days ago."""
        due = self.today - days * ONE
        clause = self.schedule(due, frequency="ANNUAL", **terms)
        return record_delivery(
            self.session, self.contract.id, DeliveryForm(clause_id=clause, dataset_id=self.dataset, due_on=due)
        )

    def receives(self, delivery: Delivery, days_ago: int = 0, file: DeliveredFile | None = FILE, **more: Any) -> Any:
        form = ReceiptForm(received_on=self.today - days_ago * ONE, **more)
        return receive(self.session, delivery.id, form, file, expected=None)


@pytest.fixture
def scene(town: Town) -> Any:
    with town.acting() as session:
        yield Scene(town, session)


def test_the_due_days_that_are_near_become_deliveries_and_the_others_wait(scene: Scene) -> None:
    scene.clause("supply", indispensable="true")
    scene.schedule(scene.today + 3 * ONE, grace_days="10")

    due = scene.deliveries()

    assert due[0].due_on == scene.today + 3 * ONE
    assert all(one.due_on <= scene.today + AHEAD * ONE for one in due)
    assert due[0].in_time_until == scene.today + 13 * ONE
    assert (due[0].dataset_id, due[0].indispensable) == (scene.dataset, True)


def test_each_day_brings_what_became_near_once(scene: Scene) -> None:
    scene.schedule(scene.today + 3 * ONE, frequency="QUARTERLY")
    before = len(scene.deliveries())
    today, scene.session.info["today"] = scene.session.info["today"], lambda: scene.today + 80 * ONE

    expect_all(scene.session)
    expect_all(scene.session)

    scene.session.info["today"] = today
    assert (before, len(scene.deliveries())) == (1, 2)


def test_a_new_day_asks_as_much_of_one_contract_as_of_several(scene: Scene) -> None:
    def asked() -> int:
        said: list[str] = []
        note = lambda *told: said.append(told[2])  # noqa: E731 - what the event is taken off again by.
        event.listen(scene.session.connection(), "before_cursor_execute", note)
        expect_all(scene.session)
        event.remove(scene.session.connection(), "before_cursor_execute", note)
        return len(said)

    scene.schedule(scene.today - 40 * ONE)
    expect_all(scene.session)
    one = asked()
    for number in range(4):
        form = ContractForm(kind=ContractKind.DSP, object=f"Eau {number}", datasets=[scene.dataset])
        scene.contract = record_contract(scene.session, scene.contract.organisation_id, form)
        scene.schedule(scene.today - 40 * ONE)
    expect_all(scene.session)

    assert asked() == one


def test_an_amendment_moves_what_nobody_sent_and_leaves_what_came(scene: Scene) -> None:
    clause = scene.schedule(scene.today + 2 * ONE, frequency="WEEKLY")
    first, second, *_rest = scene.deliveries()
    scene.receives(first)
    amendment = record_amendment(
        scene.session, scene.contract.id, AmendmentForm(number=1, object="Rythme", signed_on=scene.today)
    )
    terms = {"frequency": "MONTHLY", "first_due_on": (scene.today + 20 * ONE).isoformat()}
    said = stipulate(
        scene.session, clause,
        StipulationForm(amendment_id=amendment.id, act=ClauseAct.REPLACES, terms=terms, datasets=[scene.dataset]),
    )  # fmt: skip

    assert [one.due_on for one in scene.deliveries()] == [first.due_on, scene.today + 20 * ONE]
    assert second.unasked
    set_stipulation_aside(scene.session, said.id, expected=said.version, reason="Saisi trop tôt", annulled=True)
    assert not second.annulled
    assert second.due_on in {one.due_on for one in scene.deliveries()}
    assert scene.today + 20 * ONE not in {one.due_on for one in scene.deliveries()}


def test_a_waiver_recorded_since_ends_the_expectation_and_the_end_of_the_contract_does(scene: Scene) -> None:
    scene.schedule(scene.today + 2 * ONE)
    amend_contract(
        scene.session, scene.contract.id, ContractChange(ends_on=scene.today + ONE), expected=scene.contract.version
    )
    assert scene.deliveries() == []
    amend_contract(
        scene.session, scene.contract.id, ContractChange(ends_on=scene.today + 90 * ONE),
        expected=scene.contract.version,
    )  # fmt: skip
    assert len(scene.deliveries()) == 2
    scene.clause("waiver", waiver="part", decided_on="2026-01-05")
    assert scene.deliveries() == []


def test_a_contract_set_aside_awaits_nothing_and_awaits_again_once_it_is_back(scene: Scene) -> None:
    scene.schedule(scene.today + 2 * ONE)
    there = len(scene.deliveries())
    for aside in (True, False):
        set_contract_aside(
            scene.session, scene.contract.id, expected=scene.contract.version, reason="Double", annulled=aside
        )
        assert len(scene.deliveries()) == (0 if aside else there)


def test_what_somebody_annulled_the_calendar_does_not_bring_back(scene: Scene) -> None:
    scene.schedule(scene.today + 2 * ONE, frequency="ANNUAL")
    (delivery,) = scene.deliveries()
    set_delivery_aside(scene.session, delivery.id, expected=delivery.version, reason="Reportée", annulled=True)

    expect_all(scene.session)

    assert scene.deliveries() == []


def test_a_delivery_refused_is_owed_still_and_the_delay_to_correct_is_honoured(scene: Scene) -> None:
    scene.clause("quality", correction_days="10")
    delivery = scene.late(5)
    receipt = scene.receives(delivery, 6)
    refused = refuse_receipt(
        scene.session, receipt.id, RefuseForm(reasons="Colonnes absentes", answered_on=scene.today - 4 * ONE),
        expected=receipt.version,
    )  # fmt: skip

    assert refused.correct_by == scene.today + 6 * ONE
    assert (delivery.answer, delivery.received_on) == (ReceiptAnswer.REFUSED, None)
    assert delivery.in_time_until == scene.today + 6 * ONE
    again = scene.receives(delivery)
    accept_receipt(scene.session, again.id, AcceptForm(), expected=again.version)
    assert (again.number, delivery.answer, delivery.received_on) == (2, ReceiptAnswer.ACCEPTED, scene.today)


def test_a_late_delivery_costs_its_days_to_the_cent_up_to_the_cap(scene: Scene) -> None:
    scene.clause("penalties", euros_per_day="150,35", cap_euros="1000", cap_period="delivery", penalty_start="due-day")
    delivery = scene.late(30, grace_days="10")
    receipt = scene.receives(delivery, 14)
    accept_receipt(scene.session, receipt.id, AcceptForm(), expected=receipt.version)

    applied = decide_penalty(
        scene.session, delivery.id, PenaltyForm(penalty=PenaltyDecision.APPLIED, penalty_reason="Six jours"),
        expected=delivery.version,
    )  # fmt: skip

    assert applied.penalty_cents == 6 * 15035
    with pytest.raises(Conflict, match="déjà appliquée"):
        decide_penalty(
            scene.session, delivery.id, PenaltyForm(penalty=PenaltyDecision.APPLIED, penalty_reason="Six jours"),
            expected=delivery.version,
        )  # fmt: skip
    remitted = decide_penalty(
        scene.session, delivery.id, PenaltyForm(penalty=PenaltyDecision.REMITTED, penalty_reason="Panne subie"),
        expected=delivery.version,
    )  # fmt: skip
    assert remitted.penalty is PenaltyDecision.REMITTED
    capped = record_delivery(
        scene.session, scene.contract.id, DeliveryForm(dataset_id=scene.dataset, due_on=scene.today - 90 * ONE)
    )
    decide_penalty(
        scene.session, capped.id, PenaltyForm(penalty=PenaltyDecision.APPLIED, penalty_reason="Jamais venue"),
        expected=capped.version,
    )  # fmt: skip
    assert capped.penalty_cents == 100_000


def test_late_deliveries_share_the_cap_of_the_contract_the_oldest_due_first(scene: Scene) -> None:
    scene.clause("penalties", euros_per_day="150", cap_euros="5000", cap_period="contract", penalty_start="due-day")
    older, newer = (
        record_delivery(
            scene.session, scene.contract.id, DeliveryForm(label=label, dataset_id=scene.dataset, due_on=due)
        )
        for label, due in (("Mai", scene.today - 24 * ONE), ("Juin", scene.today - 23 * ONE))
    )
    reading = reading_of(find_written(scene.session, [scene.contract])[scene.contract.id], scene.today)
    costs = [cost_of(scene.session, one, (), reading, scene.today) for one in (older, newer)]
    assert [(cost.amount, cost.before) for cost in costs if cost] == [(3600, {None: 0}), (1400, {None: 3600})]
    written = find_written(scene.session, [scene.contract])[scene.contract.id]
    said = " ".join(say_penalty(costs[1], written)).replace("\u202f", " ").replace("\xa0", " ")
    assert "déjà encouru par d’autres livraisons : 3 600,00 €" in said
    assert "elle est donc de 1 400,00 €" in said
    applied = decide_penalty(
        scene.session, newer.id, PenaltyForm(penalty=PenaltyDecision.APPLIED, penalty_reason="Jamais venue"),
        expected=newer.version,
    )  # fmt: skip
    assert applied.penalty_cents == 140_000


def test_a_cap_whose_period_nobody_said_is_never_told_unreached_and_no_penalty_is_applied(scene: Scene) -> None:
    scene.clause("penalties", euros_per_day="150", cap_euros="5000", penalty_start="due-day")
    delivery = scene.late(23)
    written = find_written(scene.session, [scene.contract])[scene.contract.id]
    cost = cost_of(scene.session, delivery, (), reading_of(written, scene.today), scene.today)
    assert cost is not None
    said = " ".join(say_penalty(cost, written))
    assert (cost.amount, cost.is_open) == (3450, True)
    assert "période du plafond à compléter" in said
    assert "pas dépassé" not in said
    with pytest.raises(Conflict, match="la période du plafond"):
        decide_penalty(
            scene.session, delivery.id, PenaltyForm(penalty=PenaltyDecision.APPLIED, penalty_reason="Jamais venue"),
            expected=delivery.version,
        )  # fmt: skip


def test_a_penalty_that_runs_after_a_formal_notice_counts_no_day_before_its_delay_has_passed(scene: Scene) -> None:
    """Twenty-three days late; the notice was received twelve days ago and left less than the eight of the clause."""
    scene.clause("penalties", euros_per_day="150,35", penalty_start="after-notice", formal_notice_days="8")
    delivery, applied = scene.late(23), PenaltyForm(penalty=PenaltyDecision.APPLIED, penalty_reason="Jamais venue")

    def told() -> tuple[Any, int, str]:
        written = find_written(scene.session, [scene.contract])[scene.contract.id]
        cost = cost_of(scene.session, delivery, (), reading_of(written, scene.today), scene.today)
        assert cost is not None
        said = " ".join(say_penalty(cost, written)).replace("\u202f", " ").replace("\xa0", " ")
        return cost.amount, cost.lateness.days, said

    amount, late, said = told()
    assert (amount, late) == (0, 23)
    assert "aucune mise en demeure n’est notée comme reçue" in said
    with pytest.raises(Conflict, match="notez d’abord le jour où"):
        decide_penalty(scene.session, delivery.id, applied, expected=delivery.version)

    def noticed(days_ago: int, days: int | None) -> None:
        change = DeliveryChange(notice_received_on=scene.today - days_ago * ONE, notice_days=days)
        amend_delivery(scene.session, delivery.id, change, expected=delivery.version)

    with pytest.raises(Invalid, match="combien de jours"):
        noticed(12, None)
    with pytest.raises(Invalid, match="Rien n’était encore en retard"):
        noticed(23, 8)
    noticed(5, 8)
    assert (told()[0], "la mise en demeure laisse jusqu’au" in told()[2]) == (0, True)
    noticed(12, 5)
    amount, late, said = told()
    assert (amount, late) == (4 * Decimal("150.35"), 23)
    assert "4 jours × 150,35 € = 601,40 €" in said
    assert "fin du délai de la mise en demeure" in said
    assert decide_penalty(scene.session, delivery.id, applied, expected=delivery.version).penalty_cents == 60_140


def test_where_no_clause_says_from_when_a_penalty_runs_the_amount_is_a_maximum_and_is_not_applied(scene: Scene) -> None:
    scene.clause("penalties", euros_per_day="150")
    delivery = scene.late(4)
    written = find_written(scene.session, [scene.contract])[scene.contract.id]
    cost = cost_of(scene.session, delivery, (), reading_of(written, scene.today), scene.today)
    assert cost is not None
    assert (cost.amount, cost.is_at_most, cost.is_sure) == (600, True, False)
    assert "sous réserve d’une mise en demeure préalable" in " ".join(say_penalty(cost, written))
    with pytest.raises(Conflict, match="d’où court la pénalité"):
        decide_penalty(
            scene.session, delivery.id, PenaltyForm(penalty=PenaltyDecision.APPLIED, penalty_reason="Jamais venue"),
            expected=delivery.version,
        )  # fmt: skip


@pytest.mark.parametrize("per_day", [{}, {"euros_per_day": "100", "penalty_start": "due-day"}])
def test_what_a_clause_counts_otherwise_than_by_day_is_told_to_count_by_hand(
    scene: Scene, per_day: dict[str, str]
) -> None:
    scene.clause("penalties", other_amount="1 % de la redevance par semaine", formal_notice_days="8")
    if per_day:
        scene.clause("penalties", **per_day)
    delivery = scene.late(4)
    written = find_written(scene.session, [scene.contract])[scene.contract.id]
    cost = cost_of(scene.session, delivery, (), reading_of(written, scene.today), scene.today)
    assert cost is not None
    assert (cost.amount, cost.is_otherwise, cost.notice_days) == (400 if per_day else None, not per_day, 8)
    for said in (" ".join(say_penalty(cost, written)), say_cost(cost), say_sum([cost]), say_together([cost])):
        assert "autre calcul" in said
        assert "à compter à la main" in said.lower()
        assert "ucune clause" not in said
    assert say_cost(cost).endswith("à compter à la main : 1 % de la redevance par semaine")
    applied = PenaltyForm(penalty=PenaltyDecision.APPLIED, penalty_reason="Jamais venue")
    with pytest.raises(Invalid, match="dites le montant appliqué"):
        decide_penalty(scene.session, delivery.id, applied, expected=delivery.version)


def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_written(scene: Scene) -> None:
    delivery = scene.late(5)
    paper = {"channel": DeliveryChannel.PAPER}

    def refusing(sentence: str, kind: type[Refusal], act: Any) -> None:
        with pytest.raises(kind, match=sentence):
            act()

    refusing("Choisissez le fichier", Invalid, lambda: scene.receives(delivery, file=None))
    refusing("Dites ce qui a été remis", Invalid, lambda: scene.receives(delivery, file=None, **paper))
    refusing("Un fichier ne se dépose", Invalid, lambda: scene.receives(delivery, **paper))
    refusing("Rien ne se livre avant le contrat", Invalid, lambda: scene.receives(delivery, 9000))
    refusing("n’est pas en retard", Conflict, lambda: decide_penalty(
        scene.session,
        record_delivery(scene.session, scene.contract.id, DeliveryForm(due_on=scene.today)).id,
        PenaltyForm(penalty=PenaltyDecision.APPLIED, penalty_reason="Retard"), expected=1,
    ))  # fmt: skip
    refusing("Aucune clause de pénalité", Conflict, lambda: decide_penalty(
        scene.session, delivery.id, PenaltyForm(penalty=PenaltyDecision.APPLIED, penalty_reason="Retard"),
        expected=delivery.version,
    ))  # fmt: skip
    other = DeliveryForm(clause_id=delivery.clause_id, dataset_id=scene.dataset, due_on=delivery.due_on)
    refusing("déjà parmi les livraisons", Conflict, lambda: record_delivery(scene.session, scene.contract.id, other))
    refusing("ne prévoit rien ce jour-là", Invalid, lambda: record_delivery(
        scene.session, scene.contract.id, other.model_copy(update={"due_on": scene.today})
    ))  # fmt: skip
    refusing("Rien n’est dû avant le contrat", Invalid, lambda: record_delivery(
        scene.session, scene.contract.id, DeliveryForm(due_on=date(2019, 1, 1))
    ))  # fmt: skip
    refusing("Rattachez d’abord ce jeu", Invalid, lambda: record_delivery(
        scene.session, scene.contract.id, DeliveryForm(dataset_id=987654321)
    ))  # fmt: skip
    receipt = scene.receives(delivery)
    early = AcceptForm(answered_on=scene.today - ONE)
    refusing("avant de l’avoir reçue", Invalid, lambda: accept_receipt(scene.session, receipt.id, early, expected=1))
    refuse_receipt(scene.session, receipt.id, RefuseForm(reasons="Vide", correct_by=None), expected=receipt.version)
    late = AcceptForm()
    refusing("répondu à cette réception", Stale, lambda: accept_receipt(scene.session, receipt.id, late, expected=1))
    refusing("déjà cette réponse", Conflict, lambda: refuse_receipt(
        scene.session, receipt.id, RefuseForm(reasons="Vide"), expected=receipt.version
    ))  # fmt: skip
    again = scene.receives(delivery)
    accept_receipt(scene.session, again.id, late, expected=again.version)
    refusing("dites pourquoi celle-ci compte\\.", Invalid, lambda: accept_receipt(
        scene.session, receipt.id, late, expected=receipt.version
    ))  # fmt: skip
    refusing("plus rien à recevoir", Conflict, lambda: scene.receives(delivery))


def test_a_receipt_noted_by_mistake_is_set_aside_and_the_delivery_is_owed_again(scene: Scene) -> None:
    delivery = scene.late(5)
    receipt = scene.receives(delivery, 5)
    accept_receipt(scene.session, receipt.id, AcceptForm(), expected=receipt.version)

    set_receipt_aside(scene.session, receipt.id, expected=receipt.version, reason="Autre jeu", annulled=True)

    assert (delivery.answer, delivery.received_on) == (None, None)
    again = scene.receives(delivery)
    assert again.number == 2
    accept_receipt(scene.session, again.id, AcceptForm(), expected=again.version)
    with pytest.raises(Conflict, match="Une autre réception est déjà acceptée"):
        set_receipt_aside(scene.session, receipt.id, expected=receipt.version, reason="Si", annulled=False)
    assert get_delivery(scene.session, delivery.id).received_on == scene.today


def test_of_two_receipts_the_one_accepted_last_counts_alone_and_the_other_again_once_it_is_set_aside(
    scene: Scene,
) -> None:
    delivery = scene.late(5)
    poor = scene.receives(delivery, 6, replace(FILE, type="PDF", open_standard=False, machine_readable=False))
    good = scene.receives(delivery, 2)
    accept_receipt(scene.session, poor.id, AcceptForm(), expected=poor.version)
    with pytest.raises(Invalid, match="dites pourquoi celle-ci compte\\."):
        accept_receipt(scene.session, good.id, AcceptForm(), expected=good.version)
    assert (poor.answer, good.answer) == (ReceiptAnswer.ACCEPTED, ReceiptAnswer.WAITING)

    said = AcceptForm(reason="Le PDF ne se traitait pas.")
    accept_receipt(scene.session, good.id, said, expected=good.version)

    def told() -> tuple[Any, ...]:
        [(_row, facts)] = bind_deliveries(scene.session, [delivery.id], on=scene.today, until=None).values()
        return delivery.received_on, facts["delivery.received_on"], facts["delivery.open_standard"]

    assert (poor.answer, good.answer, delivery.answer) == ("followed", "accepted", "accepted")
    assert told() == (good.received_on, good.received_on, True)
    set_receipt_aside(scene.session, good.id, expected=good.version, reason="Autre jeu", annulled=True)
    scene.session.refresh(poor)
    assert (poor.answer, delivery.answer) == ("accepted", "accepted")
    assert told() == (poor.received_on, poor.received_on, False)
    with pytest.raises(Conflict, match="Une autre réception est déjà acceptée"):
        set_receipt_aside(scene.session, good.id, expected=good.version, reason="Si", annulled=False)


def two_accepted(scene: Scene) -> tuple[Delivery, Any, Any]:
    """A delivery whose first receipt came in time and is followed by a second, accepted since."""
    delivery = scene.late(5)
    first, second = scene.receives(delivery, 6), scene.receives(delivery, 2)
    accept_receipt(scene.session, first.id, AcceptForm(), expected=first.version)
    said = AcceptForm(reason="Plus complète.")
    accept_receipt(scene.session, second.id, said, expected=second.version)
    scene.session.refresh(first)
    return delivery, first, second


def test_the_receipt_that_counted_before_counts_again_once_the_one_that_followed_it_is_refused(scene: Scene) -> None:
    delivery, first, second = two_accepted(scene)

    form = RefuseForm(reasons="Vide", reason="Vue trop vite", correct_by=None)
    refuse_receipt(scene.session, second.id, form, expected=second.version)

    scene.session.refresh(first)
    assert (first.answer, second.answer, delivery.answer) == ("accepted", "refused", "accepted")
    assert delivery.received_on == first.received_on
    reading = reading_of(find_written(scene.session, [scene.contract])[scene.contract.id], scene.today)
    cost = cost_of(scene.session, delivery, [first, second], reading, scene.today)
    assert cost is not None
    assert cost.lateness.days == 0, "its acceptance was never taken back"


def test_a_receipt_brought_back_counts_where_none_does_any_more(scene: Scene) -> None:
    delivery, first, second = two_accepted(scene)
    for one in (first, second):
        set_receipt_aside(scene.session, one.id, expected=one.version, reason="Erreur", annulled=True)
    assert delivery.answer is None

    set_receipt_aside(scene.session, first.id, expected=first.version, reason="Si", annulled=False)

    assert (first.answer, delivery.answer, delivery.received_on) == ("accepted", "accepted", first.received_on)
    with pytest.raises(Conflict, match="Une autre réception est déjà acceptée"):
        set_receipt_aside(scene.session, second.id, expected=second.version, reason="Si", annulled=False)
