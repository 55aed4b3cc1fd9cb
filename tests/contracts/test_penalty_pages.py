"""What pages say of a penalty, and from when it runs."""

from html import unescape

import pytest

from registry.kernel.permissions import Role
from tests.conftest import Town
from tests.contracts.test_clause_pages import a_contract, add, kept
from tests.contracts.test_contract_facts import number_of
from tests.contracts.test_delivery_pages import ONE, answer, bring, deliver
from tests.pages import fields_of as form_of
from tests.pages import words_of

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("", "pénalité à ce jour : 200,00 € au plus, départ à compléter"),
        ("after-notice", "sans pénalité avant une mise en demeure restée sans effet"),
    ],
)  # fmt: skip
def test_the_page_of_a_contract_says_no_more_of_a_penalty_than_its_clause(town: Town, start: str, said: str) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    today, place = town.info["today"](), a_contract(jurist, town)
    kept(add(jurist, place, "penalties", **{"terms-euros_per_day": "100", "terms-penalty_start": start}))
    deliver(steward, place, due_on=(today - 2 * ONE).isoformat(), label="Tardive")
    assert said in words_of(steward.get(place))


def test_the_reception_of_a_formal_notice_is_noted_on_the_page_and_the_penalty_runs_from_the_end_of_its_delay(
    town: Town,
) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    today, place = town.info["today"](), a_contract(jurist, town)
    kept(add(jurist, place, "penalties", **{"terms-euros_per_day": "150,35", "terms-penalty_start": "after-notice"}))
    sheet = deliver(steward, place, due_on=(today - 13 * ONE).isoformat(), indispensable="true")
    before = unescape(steward.get(sheet).text)
    assert "aucune mise en demeure n’est notée comme reçue" in before
    assert f"{sheet}/modifier#notice_received_on" in before

    form = form_of(steward.get(f"{sheet}/modifier"))
    received = {"notice_received_on": (today - 10 * ONE).isoformat()}
    wrong = steward.post(f"{sheet}/modifier", form | received)
    assert (wrong.status_code, 'id="notice_days-erreur"' in wrong.text) == (422, True)
    kept(steward.post(f"{sheet}/modifier", form | received | {"notice_days": "7"}))

    page = unescape(steward.get(sheet).text).replace("\u202f", " ").replace("\xa0", " ")
    assert "3 jours × 150,35 € = 451,05 €" in page
    assert "/modifier#notice_received_on" not in page
    told = steward.api("GET", f"/api/v1/deliveries/{number_of(sheet)}").json()
    assert (told["days_late"], told["penalty_due_cents"], told["notice_days"]) == (13, 45_105, 7)

    # What came within the delay of the notice, accepted, costs nothing, and no notice is awaited.
    kept(bring(steward, sheet, received_on=(today - 4 * ONE).isoformat()))
    kept(answer(steward, sheet, "accepter"))
    page = unescape(steward.get(sheet).text).replace("\u202f", " ").replace("\xa0", " ")
    assert "elle est venue dans le délai de la mise en demeure, qui allait jusqu’au" in page
    assert "/modifier#notice_received_on" not in page
    form = {"penalty": "applied", "penalty_reason": "Tardive"}
    refused = jurist.post(f"{sheet}/penalite", form_of(jurist.get(f"{sheet}/penalite")) | form)
    assert (refused.status_code, "venue dans le délai de la mise en demeure" in unescape(refused.text)) == (409, True)
