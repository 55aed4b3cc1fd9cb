"""Activities of one body that bear one name: lists and choices say what tells them apart, and nothing where none do."""

from datetime import date
from typing import Any

import pytest

from registry.kernel.permissions import Role
from registry.processing.forms import ActivityForm
from registry.processing.service import record_activity
from registry.processing.vocabulary import ActivityStatus
from tests.conftest import Town

pytestmark = pytest.mark.database


def recorded(town: Town, name: str, *, on: int | None = None, **said: Any) -> int:
    """The number of an activity of a body's record."""
    with town.acting() as session:
        return record_activity(session, on or town.authority_id, ActivityForm(name=name, **said)).id


def test_what_tells_two_of_one_name_apart_is_said_and_no_more(town: Town) -> None:
    active, steward = {"status": ActivityStatus.ACTIVE}, town.someone(Role.STEWARD)
    recorded(town, "Cantine", department="Écoles", **active, started_on=date(2020, 1, 2))
    recorded(town, "CANTINE", department="Jeunesse", **active, started_on=date(2021, 3, 4))
    recorded(town, "Paie", **active)
    recorded(town, "Paie", status=ActivityStatus.SUSPENDED)
    recorded(town, "Paie", on=town.commune_id)
    recorded(town, "Agenda", **active, started_on=date(2020, 1, 2))
    recorded(town, "Agenda", **active, started_on=date(2021, 3, 4))
    alike = [recorded(town, "Presse"), recorded(town, "Presse")]
    recorded(town, "Seul", department="Communication")
    sheet = town.record("Bornes")

    page = steward.get("/traitements").text
    choices = steward.get(f"/traitements/du-jeu/{sheet}").text

    apart = [
        ("Cantine", "Écoles"), ("CANTINE", "Jeunesse"), ("Paie", "En cours"), ("Paie", "Suspendu"),
        ("Agenda", "depuis le 2 janvier 2020"), ("Agenda", "depuis le 4 mars 2021"),
    ]  # fmt: skip
    for name, trait in apart:
        assert f'{name}</a><br><span class="quiet">{trait}</span>' in page, (name, trait)
        assert f"{name} ({trait}) — " in choices, (name, trait)
    assert "Paie</a></th>" in page, "the commune has one alone of that name"
    assert "Seul</a></th>" in page
    for number in alike:
        assert f"Presse (n° {number}) — " in choices, "alike in everything: their numbers tell them apart"
    body = f"/aipd/nouvelle?organisation={town.authority_id}"
    assert "Cantine (Écoles)" in steward.get(body).text


def test_one_that_is_annulled_makes_nobody_look_alike(town: Town) -> None:
    kept, gone = recorded(town, "Paie", department="DRH"), recorded(town, "Paie", department="Finances")
    steward = town.someone(Role.STEWARD)
    steward.api(
        "POST", f"/api/v1/processing-activities/{gone}/annulment", headers={"If-Match": '"1"'},
        json={"reason": "Saisi deux fois"},
    )  # fmt: skip

    page = steward.get("/traitements").text

    assert f'href="/traitements/{kept}">Paie</a></th>' in page


def test_one_of_two_is_named_the_same_short_way_on_the_sheets_of_its_dataset_and_of_its_namesake(town: Town) -> None:
    steward, sheet = town.someone(Role.STEWARD), town.record("Bornes", personal_data="personal")
    first, second = recorded(town, "Presse"), recorded(town, "Presse")
    steward.post(f"/traitements/du-jeu/{sheet}", {"activity_id": str(second)})

    named = f'href="/traitements/{second}">Presse (n° {second})</a>'

    for page in (f"/jeux/{sheet}", f"/traitements/du-jeu/{sheet}", f"/traitements/{first}"):
        assert named in steward.get(page).text, page
    assert "urn:uuid" not in steward.get(f"/traitements/du-jeu/{sheet}").text
