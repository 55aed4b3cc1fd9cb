"""Bodies meet and decide, actions carry out what was decided; who may know what, and what a wrong input is told."""

from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import text

from registry.kernel.permissions import Role
from tests.conftest import TODAY, Someone, Town

pytestmark = pytest.mark.database
BODY = {"name": "Comité de pilotage", "scope": "internal", "kind": "steering", "rhythm_months": "3"}


def body_by(someone: Someone, town: Town, **more: str) -> str:
    """Records a body of the authority by its form, with one member; the address of its sheet."""
    sent = {**BODY, "organisation_id": str(town.authority_id), "member-1-member_id": str(town.service_id),
            "member-1-role": "steward", **more}  # fmt: skip
    answer = someone.post("/gouvernance/instances/nouvelle", sent)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]


def test_a_body_meets_decides_and_an_action_carries_the_decision_out(town: Town) -> None:
    dataset = town.record("Arbres")
    director = town.someone(Role.DIRECTOR)
    body = body_by(director, town)
    sheet = director.get(body).text
    assert "Comité de pilotage" in sheet
    assert "personne en poste" in sheet, "Nobody holds the role the member sits by."

    meeting = director.post(
        f"{body}/seances/nouvelle",
        {
            "held_on": TODAY.isoformat(), "agenda": "Ouverture des données", "decision-1-text": "Publier les arbres",
            "decision-1-policy_id": "OD-05", "decision-1-dataset_id": f"http://registre/jeux/{dataset}",
        },
    )  # fmt: skip
    assert meeting.status_code == 303, meeting.text
    page = director.get(meeting.headers["location"]).text
    assert "Publier les arbres" in page
    assert f'href="/jeux/{dataset}"' in page
    assert 'href="/conformite/OD-05"' in page

    with town.acting() as session:
        decision = session.execute(text("SELECT id FROM governance_decision")).scalar_one()
    made = director.post(
        "/gouvernance/actions/nouvelle",
        {
            "organisation_id": str(town.authority_id), "title": "Choisir la licence", "state": "planned",
            "decision_id": str(decision), "stake": "democratic", "due_on": (TODAY - timedelta(days=1)).isoformat(),
        },
    )  # fmt: skip
    assert made.status_code == 303, made.text
    assert f"/gouvernance/actions?decision={decision}" in director.get(body).text
    late = director.get("/gouvernance/actions?etat=late").text
    assert "Choisir la licence" in late
    assert "En retard" in late
    assert "Choisir la licence" not in director.get("/gouvernance/actions?enjeu=political").text


def test_a_meeting_that_is_still_to_come_has_decided_nothing(town: Town) -> None:
    director = town.someone(Role.DIRECTOR)
    body = body_by(director, town)
    coming = {"held_on": (town.info["today"]() + timedelta(days=9)).isoformat(), "agenda": "Bilan"}
    early = director.post(f"{body}/seances/nouvelle", {**coming, "decision-1-text": "Publier les arbres"})
    assert early.status_code == 422
    assert "n’a pas encore eu lieu" in unescape(early.text)
    assert "Publier les arbres" in early.text, "what was typed stays"
    assert director.post(f"{body}/seances/nouvelle", coming).status_code == 303


def test_what_a_body_decides_is_read_by_who_reads_the_organisation_that_convenes_it(town: Town) -> None:
    body = body_by(town.someone(Role.ADMINISTRATOR), town)
    below, within = town.someone(Role.STEWARD, town.service_id), town.someone(Role.STEWARD)
    assert "Comité de pilotage" in within.get("/gouvernance").text
    assert "Comité de pilotage" not in below.get("/gouvernance").text
    assert below.get(body).status_code == 404


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"state": "dropped"}, "Dites pourquoi cette action est abandonnée."),
        ({"state": "done"}, "Dites quel jour cette action a été faite."),
        ({"done_on": "2026-01-05"}, "Une action qui a un jour de fin est faite"),
        ({"policy_id": "XX-99"}, "n’est le numéro d’aucune règle"),
        ({"decision_id": "999999"}, "Cette décision n’existe pas"),
    ],
)
def test_an_action_that_contradicts_itself_is_refused_with_what_to_do(
    town: Town, sent: dict[str, str], said: str
) -> None:
    form = {"organisation_id": str(town.authority_id), "title": "Former", "state": "planned", **sent}
    answer = town.someone(Role.STEWARD).post("/gouvernance/actions/nouvelle", form)
    assert answer.status_code == 422
    assert said in unescape(answer.text)


def test_a_stale_form_keeps_what_was_typed_and_shows_beside_it_what_the_other_saved(town: Town) -> None:
    director = town.someone(Role.DIRECTOR)
    body = body_by(director, town)
    changed = {**BODY, "version": "1", "member-1-member_id": str(town.service_id), "member-1-role": "steward"}
    assert director.post(f"{body}/modifier", {**changed, "rhythm_months": "6"}).status_code == 303
    again = director.post(f"{body}/modifier", {**changed, "purpose": "La donnée"})
    assert again.status_code == 409
    assert "modifiée entre-temps" in again.text
    assert "La donnée" in again.text
    beside = again.text.split('id="entre-temps-titre"')[1].split("</table>")[0]
    assert "Mois entre deux séances" in beside
    assert 'value="6"' in again.text, "What only the other changed is as they left it."

    sheet = {"organisation_id": str(town.authority_id), "title": "Former", "state": "planned"}
    assert director.post("/gouvernance/actions/nouvelle", sheet).status_code == 303
    with town.acting() as session:
        number = session.execute(text("SELECT id FROM governance_action")).scalar_one()
    action = f"/gouvernance/actions/{number}"
    del sheet["organisation_id"]
    assert director.post(f"{action}/modifier", {**sheet, "version": "1", "state": "under-way"}).status_code == 303
    late = director.post(f"{action}/modifier", {**sheet, "version": "1", "progress": "Une session"})
    assert late.status_code == 409
    assert "En cours" in late.text.split('id="entre-temps-titre"')[1].split("</table>")[0]
    stale = director.post(f"{action}/annuler", {"version": "1", "reason": "Dite deux fois"})
    assert (stale.status_code, "modifiée entre-temps" in stale.text) == (409, True)


def test_the_meetings_are_read_page_by_page(town: Town) -> None:
    director = town.someone(Role.DIRECTOR)
    body = body_by(director, town)
    for days in range(3):
        held = (TODAY - timedelta(days=days)).isoformat()
        assert director.post(f"{body}/seances/nouvelle", {"held_on": held}).status_code == 303
    first = director.get("/api/v1/governance-meetings?limit=2").json()
    rest = director.get(f"/api/v1/governance-meetings?limit=2&cursor={first['next']}").json()
    days = [one["held_on"] for one in (*first["meetings"], *rest["meetings"])]
    assert days == [(TODAY - timedelta(days=one)).isoformat() for one in range(3)]
    assert rest["next"] is None
    wrong = director.get("/api/v1/governance-meetings?cursor=abcd")
    assert wrong.status_code == 422
    assert "repartez de la première page" in wrong.text
