"""What an activity said on a day, and who changed what of it since, parts included."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text

from registry.kernel.permissions import Role
from registry.processing.forms import ActivityChange, ActivityForm
from registry.processing.queries import get_activity
from registry.processing.retention.forms import HoldForm, LiftForm
from registry.processing.retention.service import lift_hold, place_hold
from registry.processing.service import amend_activity, record_activity
from registry.web.templating import say_day
from tests.conftest import TODAY, Town
from tests.pages import fields_of

pytestmark = pytest.mark.database
PAIR = {"people_category": "children", "data_category": "health", "retention_months": 12}
CANTEEN = {
    "name": "Inscription à la cantine", "lawful_basis": "public-task", "data": [PAIR],
    "recipients": [{"name": "Cuisine centrale"}],
}  # fmt: skip


def made(town: Town) -> int:
    dataset = town.record("Inscrits")
    with town.acting() as session:
        form = ActivityForm.model_validate({**CANTEEN, "datasets": [{"dataset_id": dataset}]})
        return record_activity(session, town.authority_id, form).id


def amended(town: Town, number: int, **values: Any) -> None:
    """Amends an activity, with a reason."""
    with town.acting() as session:
        activity = get_activity(session, number)
        amend_activity(session, number, ActivityChange.model_validate(values), expected=activity.version, reason="Relu")


def instants(town: Town, number: int) -> list[str]:
    """When each version was written, the first first."""
    with town.acting() as session:
        query = text(
            "SELECT recorded_at FROM ledger_entry WHERE table_name = 'processing_activity' AND row_id = :id ORDER BY id"
        )
        return [one.isoformat() for one in session.execute(query, {"id": number}).scalars()]


def test_the_history_tells_what_changed_of_the_sheet_and_below_it_in_one_change(town: Town):
    number = made(town)
    amended(
        town, number, purpose="Nourrir", data=[{**PAIR, "retention_months": 24}], recipients=[{"name": "Régie"}],
        datasets=[],
    )  # fmt: skip
    reader = town.someone(Role.READER)

    page = reader.get(f"/traitements/{number}/historique").text

    assert page.count("<h2>Fiche du traitement modifiée</h2>") == 1
    for before, after in [
        ("<del>Enfants et mineurs · Santé · Durée d’usage (mois) : 12</del>",
         "<ins>Enfants et mineurs · Santé · Durée d’usage (mois) : 24</ins>"),
        ("<del>Cuisine centrale</del>", "<ins>Régie</ins>"),
        ("<del>Inscrits</del>", "<ins>Nourrir</ins>"),
    ]:  # fmt: skip
        assert before in page, page
        assert after in page
    assert "Relu" in page
    assert "Position" not in page


def test_an_activity_is_shown_as_it_stood_with_what_changed_since(town: Town):
    number = made(town)
    amended(town, number, name="Restauration scolaire", data=[{**PAIR, "retention_months": 24}])
    amended(town, number, recipients=[{"name": "Cuisine centrale"}, {"name": "Régie"}])
    reader = town.someone(Role.READER)
    first = instants(town, number)[0]

    page = reader.get(f"/traitements/{number}/etat?a={quote(first)}").text

    assert "<h1>Inscription à la cantine</h1>" in page
    assert "Enfants et mineurs" in page[page.index('id="donnees-et-durees"') :]
    changed = page[page.index('id="depuis"') : page.index("Ce que les règles en disaient")]
    assert "<del>Inscription à la cantine</del>" in changed
    assert "<ins>Restauration scolaire</ins>" in changed
    assert "Durée d’usage (mois) : 24" in changed
    assert "<ins>Régie</ins>" in changed
    today = reader.get(f"/traitements/{number}/etat").text
    assert "Rien n’y a changé depuis." in today
    assert "<h1>Restauration scolaire</h1>" in today


def test_a_day_that_tells_nothing_is_refused_in_a_sentence(town: Town):
    number = made(town)
    reader = town.someone(Role.READER)
    tomorrow = (town.info["today"]() + timedelta(days=1)).isoformat()

    short = reader.get(f"/traitements/{number}?au=2026-03-01")
    answers = [reader.get(f"/traitements/{number}/etat?le={day}") for day in ("2001-01-01", tomorrow, "hier")]

    assert short.status_code == 303
    assert short.headers["location"] == f"/traitements/{number}/etat?le=2026-03-01"
    assert [one.status_code for one in answers] == [422] * 3
    assert "est à venir" in answers[1].text
    assert "n’est pas un jour" in answers[2].text
    neighbour = town.someone(Role.DPO, town.other_commune_id)
    assert neighbour.get(f"/traitements/{number}/etat").status_code == 404


def test_the_history_of_a_dataset_says_when_it_was_tied_to_an_activity_and_held(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    sheet = town.record("Inscrits à la cantine", personal_data="personal")
    with town.acting() as session:
        number = record_activity(session, town.authority_id, ActivityForm(name="Restauration scolaire")).id
    steward.post(f"/traitements/du-jeu/{sheet}", {"activity_id": str(number)})
    steward.post(f"/traitements/du-jeu/{sheet}", {"removed": str(number)})
    with town.acting() as session:
        form = HoldForm.model_validate(
            {"reason": "litigation", "explained": "Recours 24-118", "held_by": "DAJ", "started_on": TODAY}
        )
        held = place_hold(session, sheet, form).id
    with town.acting() as session:
        lift_hold(session, held, LiftForm(lifted_reason="Jugement définitif"), today=TODAY)

    page = f"/conservation/du-jeu/{sheet}"
    kept = steward.post(
        page, {**fields_of(steward.get(page)), "retention_months": "24", "own_reason": "Usage du service"}
    )
    assert kept.status_code == 303, kept.text

    history = steward.get(f"/jeux/{sheet}/historique").text

    assert re.findall(r"<h2>([^<]+)</h2>", history) == [
        "Conservation fixée",
        f"Gel levé : Contentieux ou précontentieux, le {say_day(TODAY)}",
        f"Gel posé : Contentieux ou précontentieux, à compter du {say_day(TODAY)}, sur décision de : DAJ",
        "Détaché du traitement « Restauration scolaire »", "Rattaché au traitement « Restauration scolaire »",
        "Fiche créée",
    ]  # fmt: skip
    tied = history.partition("Rattaché au traitement")[2].partition("</li>")[0]
    assert f"· {Role.STEWARD} {town.authority_id}</p>" in tied, "by whom"
    assert {"Jugement définitif", "Recours 24-118"} <= set(re.findall(r"<p>Motif\s:\s([^<]+)</p>", history))
    above = town.someone(Role.STEWARD, town.commune_id)
    assert above.get(f"/jeux/{sheet}/historique").status_code == 404
