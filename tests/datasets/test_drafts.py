"""A form in progress is kept for who writes it, valid or not, until the sheet is saved or nobody comes back."""

import re
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text

from registry.datasets.draft_service import drop_old_drafts
from registry.datasets.forms import DistributionForm
from registry.datasets.queries import find_drafts
from registry.kernel.permissions import Role
from registry.platform.clock import now
from tests.conftest import Someone, Town
from tests.pages import fields_of, opened

pytestmark = pytest.mark.database

BY_SCRIPT = {"HX-Request": "true"}


def save(someone: Someone, number: int | None, form: dict[str, Any]) -> Response:
    """What the page sends by itself while somebody writes."""
    path = "/jeux/brouillons" if number is None else f"/jeux/{number}/brouillon"
    return someone.post(path, form, headers=BY_SCRIPT)


def carried(answer: Response) -> dict[str, str]:
    """What the form then carries of its draft."""
    return dict(re.findall(r'name="(draft\w*)" value="(\d+)"', answer.text))


def words(answer: Response) -> str:
    """A page with plain spaces."""
    return answer.text.replace("\u00a0", " ").replace("\u202f", " ")


def drafts(town: Town) -> list[dict[str, Any]]:
    """Every draft in the database."""
    with town.acting() as session:
        return [dict(row) for row in session.execute(text("SELECT * FROM sheet_draft ORDER BY id")).mappings()]


def test_what_one_writes_is_kept_with_its_mistakes_and_taken_up_later(town: Town) -> None:
    number, steward = town.record("Bornes", description="Ancienne"), town.someone(Role.STEWARD)
    form = opened(steward, number) | {"title": "Bornes de recharge", "issued": "avant-hier", "description": "Ancienne"}

    kept = save(steward, number, form)

    assert kept.status_code == 200
    assert re.search(r"Brouillon enregistré à \d{1,2} h \d\d", words(kept))
    assert steward.get(f"/jeux/{number}").text.count("Bornes de recharge") == 0, "The sheet did not change."
    offer = words(steward.get(f"/jeux/{number}/modifier"))
    assert "Reprendre votre brouillon du" in offer
    assert "<del>Bornes</del>" in offer
    assert "<ins>Bornes de recharge</ins>" in offer
    assert "<ins>avant-hier</ins>" in offer
    assert "Ancienne" not in offer, "What the draft leaves alone is no difference."
    taken_up = fields_of(steward.get(f"/jeux/{number}/modifier?brouillon=reprendre"))
    assert (taken_up["title"], taken_up["issued"], taken_up["version"]) == ("Bornes de recharge", "avant-hier", "1")


def test_a_draft_goes_with_the_saved_sheet_and_only_then(town: Town) -> None:
    number, steward = town.record(), town.someone(Role.STEWARD)
    form = opened(steward, number) | {"title": "Autre"}
    form |= carried(save(steward, number, form))

    assert steward.post(f"/jeux/{number}/modifier", form | {"issued": "hier"}).status_code == 422
    assert len(drafts(town)) == 1, "A refusal loses nothing."
    assert steward.post(f"/jeux/{number}/modifier", form).status_code == 303
    assert drafts(town) == []


def test_sheets_to_come_have_a_draft_each_and_are_found_again(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    first = {"organisation_id": str(town.authority_id), "title": "Lavoirs", "themes": ["", "inconnu"]}
    first |= carried(save(steward, None, first))
    save(steward, None, first | {"title": "Lavoirs et fontaines"})
    save(steward, None, {"organisation_id": str(town.authority_id), "title": ""})

    listed = words(steward.get("/jeux/brouillons"))
    assert "Lavoirs et fontaines" in listed
    assert "Sans titre" in listed
    assert "2 fiches commencées" in words(steward.get("/jeux/nouveau"))
    address = next(one for one in re.findall(r'href="(/jeux/nouveau\?brouillon=\d+)"', listed) if first["draft"] in one)
    taken_up = fields_of(steward.get(address))
    assert taken_up["title"] == "Lavoirs et fontaines"
    assert steward.post("/jeux/nouveau", taken_up).status_code == 303
    assert [one["title"] for one in drafts(town)] == [""]


def test_another_window_of_the_same_person_does_not_write_over_a_later_draft_unasked(town: Town) -> None:
    number, steward = town.record("Bornes"), town.someone(Role.STEWARD)
    one = opened(steward, number)
    two = dict(one)
    one |= carried(save(steward, number, one | {"title": "Première fenêtre"}))

    refused = save(steward, number, two | {"title": "Seconde fenêtre"})

    assert "une autre fenêtre" in refused.text
    assert [row["title"] for row in drafts(town)] == ["Première fenêtre"]
    save(steward, number, two | {"title": "Seconde fenêtre", "instead": "true"})
    assert [row["title"] for row in drafts(town)] == ["Seconde fenêtre"]
    assert "une autre fenêtre" in save(steward, number, one | {"title": "Encore"}).text


def test_saving_a_sheet_keeps_the_draft_that_its_window_never_saw(town: Town) -> None:
    number, steward = town.record("Bornes"), town.someone(Role.STEWARD)
    one, two = opened(steward, number), opened(steward, number)
    save(steward, number, one | {"title": "Saisi longtemps"})

    assert steward.post(f"/jeux/{number}/modifier", two | {"title": "Vite"}).status_code == 303

    assert [row["title"] for row in drafts(town)] == ["Saisi longtemps"]
    assert "Saisi longtemps" in steward.get(f"/jeux/{number}/modifier").text, "The sheet offers it."


def test_saving_a_sheet_keeps_what_another_window_added_to_its_draft(town: Town) -> None:
    number, steward = town.record("Bornes"), town.someone(Role.STEWARD)
    old = opened(steward, number) | {"title": "Court"}
    old |= carried(save(steward, number, old))
    save(steward, number, old | {"title": "Bien plus long"})

    assert steward.post(f"/jeux/{number}/modifier", old).status_code == 303

    assert [row["title"] for row in drafts(town)] == ["Bien plus long"]


def test_recording_a_sheet_to_come_keeps_what_another_window_added_to_its_draft(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    old = {"organisation_id": str(town.authority_id), "title": "Lavoirs"}
    old |= carried(save(steward, None, old))
    save(steward, None, old | {"title": "Lavoirs et fontaines"})

    assert steward.post("/jeux/nouveau", old).status_code == 303

    assert [row["title"] for row in drafts(town)] == ["Lavoirs et fontaines"]


def test_a_draft_is_kept_without_a_script_and_forgotten_on_request(town: Town) -> None:
    number, steward = town.record("Bornes"), town.someone(Role.STEWARD)
    kept = steward.post(f"/jeux/{number}/brouillon", opened(steward, number) | {"title": "Autre"})

    assert kept.status_code == 303
    page = steward.get(kept.headers["location"])
    assert fields_of(page)["title"] == "Autre"
    assert "Le brouillon est enregistré" in page.text
    (row,) = drafts(town)
    gone = steward.post(f"/jeux/brouillons/{row['id']}/oublier", {"dataset": str(number)})
    assert gone.headers["location"].startswith(f"/jeux/{number}/modifier")
    assert fields_of(steward.get(f"/jeux/{number}/modifier"))["title"] == "Bornes"


def test_nobody_else_sees_takes_up_or_forgets_a_draft(town: Town) -> None:
    number, one, two = town.record("Bornes"), town.someone(Role.STEWARD), town.someone(Role.ADMINISTRATOR)
    save(one, number, opened(one, number) | {"title": "Mot défendu"})
    new = carried(save(one, None, {"title": "Autre mot défendu"}))["draft"]

    assert "défendu" not in two.get("/jeux/brouillons").text + two.get(f"/jeux/{number}/modifier").text
    assert two.get(f"/jeux/nouveau?brouillon={new}").status_code == 404
    two.post(f"/jeux/brouillons/{new}/oublier")
    assert len(drafts(town)) == 2
    mine = opened(two, number) | {"title": "À moi"}
    assert "Brouillon enregistré" in save(two, number, mine).text, "Two people write the same sheet side by side."


def test_a_draft_begun_on_an_older_version_leads_to_the_choice_between_both(town: Town) -> None:
    number = town.record("Bornes", distributions=[DistributionForm(title="A", download_url="https://a.invalid/a.csv")])
    one, two = town.someone(Role.STEWARD), town.someone(Role.ADMINISTRATOR)
    save(one, number, opened(one, number) | {"title": "Mon titre", "distribution-0-removed": "true"})
    two.post(f"/jeux/{number}/modifier", opened(two, number) | {"title": "Leur titre", "distribution-0-title": "B"})

    offer = words(one.get(f"/jeux/{number}/modifier"))
    assert "La fiche a changé depuis" in offer
    assert "Fichier : B" in offer
    taken_up = fields_of(one.get(f"/jeux/{number}/modifier?brouillon=reprendre"))
    assert taken_up["distribution-0-removed"] == "true"
    page = one.post(f"/jeux/{number}/modifier", taken_up)
    assert page.status_code == 409
    assert page.text.count("modifié des deux côtés") == 2
    assert len(drafts(town)) == 1
    assert one.post(f"/jeux/{number}/modifier", fields_of(page)).status_code == 303
    assert drafts(town) == []


def test_drafts_nobody_came_back_to_are_forgotten_after_thirty_days(town: Town) -> None:
    number, steward = town.record("Bornes"), town.someone(Role.STEWARD)
    save(steward, number, opened(steward, number) | {"title": "Ancien"})
    save(steward, None, {"title": "Récent"})
    with town.as_owner() as session:
        session.execute(
            text("UPDATE sheet_draft SET saved_at = :then WHERE dataset_id IS NOT NULL"),
            {"then": now() - timedelta(days=31)},
        )

    with town.acting() as session:
        assert drop_old_drafts(session) == 1
        assert [one.title for one in find_drafts(session, steward.account_id)] == ["Récent"]


def test_who_may_not_change_a_sheet_keeps_no_draft_of_it(town: Town) -> None:
    number = town.record("Bornes", on=town.commune_id)
    for stranger in (town.someone(Role.READER, town.commune_id), town.someone(Role.STEWARD, town.other_commune_id)):
        assert save(stranger, number, {"title": "A"}).status_code in {403, 404}
    assert drafts(town) == []
