"""What a formal notice and a reminder claim of a penalty, by what the clause says of it."""

from html import unescape

import pytest
from sqlalchemy import select

from registry.contracts.clauses.forms import ClauseForm
from registry.contracts.clauses.service import record_clause
from registry.contracts.deliveries.models import Delivery
from registry.kernel.permissions import Role
from tests.conftest import Town
from tests.contracts.test_depots import Scene
from tests.contracts.test_reminders import notice, reminded

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    ("terms", "amount", "reason", "delay", "otherwise"),
    [
        ({"penalty_start": "after-notice", "formal_notice_days": "20"}, "Aucun à ce jour.",
         "150,50 € par jour de retard, après une mise en demeure restée sans effet",
         "20 jours à compter de la réception de la présente (délai prévu au contrat)", "à l’issue de ce délai"),
        ({"penalty_start": "due-day", "formal_notice_days": "4"}, "1 354,50 €", "9 jours × 150,50 €",
         "(le contrat en prévoit 4 jours au moins)", "continuent de courir"),
        ({}, "1 354,50 € au plus", "sous réserve d’une mise en demeure préalable si le contrat la demande",
         "délai choisi par la collectivité, sauf délai plus long prévu au contrat",
         "sous réserve de ce que le contrat prévoit pour leur départ"),
    ],
)  # fmt: skip
def test_the_notice_claims_a_penalty_only_from_when_the_contract_has_it_run(
    town: Town, terms: dict[str, str], amount: str, reason: str, delay: str, otherwise: str
) -> None:
    scene = Scene(town)
    with town.acting() as session:
        row = session.execute(select(Delivery).where(Delivery.id == scene.delivery)).scalar_one()
        record_clause(
            session, scene.contract,
            ClauseForm(kind="penalties", terms={"euros_per_day": "150,50", **terms}, datasets=[row.dataset_id]),
        )  # fmt: skip
        reminded(session, scene, sent=6, delay=4)
        said = {
            label: line["text"].replace("\xa0", " ").replace("\u202f", " ")
            for label, line in notice(session, scene).items()
            if label != "all"
        }
    assert said["Montant"] == amount
    assert reason in said["Calcul"]
    assert delay in said["Délai pour se conformer"]
    assert otherwise in said["À défaut"]
    proposed = unescape(town.someone(Role.DPO).get(f"/livraisons/{scene.delivery}/relancer").text)
    assert ("Pénalités encourues à ce jour" in proposed) is (terms.get("penalty_start") != "after-notice")


def test_a_notice_without_a_penalty_clause_threatens_no_penalty(town: Town) -> None:
    scene = Scene(town)
    with town.acting() as session:
        reminded(session, scene, sent=6, delay=4)
        said = notice(session, scene)
    assert said["Montant"]["text"] == "Le contrat ne chiffre pas ce retard."
    assert "pénalité" not in said["À défaut"]["text"]


def test_the_notice_and_the_reminder_say_what_the_contract_counts_otherwise_than_by_day(town: Town) -> None:
    scene = Scene(town)
    with town.acting() as session:
        terms = {"other_amount": "1 % de la redevance par semaine", "formal_notice_days": "20"}
        record_clause(session, scene.contract, ClauseForm(kind="penalties", terms=terms, article="art. 51"))
        reminded(session, scene, sent=6, delay=4)
        said = {label: line["text"] for label, line in notice(session, scene).items() if label != "all"}
    assert said["Montant"] == "À compter selon le contrat."
    assert "art. 51), autre calcul : 1 % de la redevance par semaine." in said["Calcul"].replace("\xa0", " ")
    assert "comme le contrat les compte" in said["À défaut"]
    assert said["Délai pour se conformer"].startswith("20")
    proposed = unescape(town.someone(Role.DPO).get(f"/livraisons/{scene.delivery}/relancer").text)
    assert "1 % de la redevance par semaine" in proposed
