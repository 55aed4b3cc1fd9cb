"""A refusal made of points: each a task of who keeps the sheet, until it is answered or mended; the next reads both."""

from typing import Any

import pytest

from registry.datasets.vocabulary import Stage
from registry.kernel.permissions import Role
from tests.conftest import Someone, Town
from tests.lifecycle.moving import (
    READY,
    amend,
    answer,
    ask,
    close,
    decide_to_open,
    keep,
    last_request,
    people,
    place,
    plain,
    points_of,
    stage_of,
    version_read,
)

pytestmark = pytest.mark.database
LICENCE, NOTICE, WHOLE = "La licence est à vérifier.", "La notice ne s’ouvre pas.", "Dites à quoi sert ce jeu."


@pytest.fixture
def refused(town: Town) -> int:
    """A dataset whose publication is refused, for its licence, for a policy and for the whole."""
    sheet, legal = town.record(**READY), town.someone(Role.LEGAL)
    place(town, sheet, Stage.CLEARED)
    decide_to_open(town, sheet)
    assert ask(town.someone(Role.STEWARD), sheet, "publish").status_code == 303
    points = {
        "point-0-about": "field:licence", "point-0-words": LICENCE, "point-1-about": "policy_id:OD-05",
        "point-1-words": NOTICE, "point-4-about": "", "point-4-words": WHOLE, "point-5-about": "", "point-5-words": "",
    }  # fmt: skip
    assert answer(legal, last_request(town, sheet), "legal", "refused", **points).status_code == 303
    return sheet


def test_each_point_is_a_task_until_it_is_answered_and_the_next_reviewer_reads_both(town: Town, refused: int) -> None:
    steward, keeper, legal = people(town, (Role.STEWARD, Role.ADMINISTRATOR, Role.LEGAL))
    keep(town, refused, keeper)
    for who in (steward, keeper):
        desk = plain(who.get("/bureau?genre=point").text)
        assert f"Reprendre « Licence » : {LICENCE}" in desk
        assert NOTICE in desk
        assert f"Reprendre « toute la fiche » : {WHOLE}" in desk
    assert "Redemander" not in desk
    assert LICENCE not in plain(town.someone(Role.DPO).get("/bureau?genre=point").text), "of who asked or keeps it"
    assert "3 points attendent une réponse" in plain(steward.get(f"/jeux/{refused}").text)
    stopped = ask(steward, refused, "publish")
    assert stopped.status_code == 409
    assert "3 points du dernier refus attendent une réponse" in plain(stopped.text)

    licence, policy, whole = points_of(steward, refused)
    assert (licence["field"], policy["policy_id"], whole["field"]) == ("licence", "OD-05", None)
    amend(steward, refused, {"licence": "odbl-1.0"})
    assert close(steward, licence, "mended", "").headers["location"].endswith("fait=point-clos")
    assert LICENCE not in plain(steward.get("/bureau?genre=point").text)
    assert close(keeper, policy, "answered", "Elle s’ouvre depuis hier.").status_code == 303
    last = close(keeper, whole, "answered", "Il sert aux usagers du réseau.")
    assert last.headers["location"].endswith("fait=points-clos")
    assert "Redemander le passage refusé" in plain(steward.get("/bureau").text)
    assert "genre=point" not in steward.get("/bureau").text

    amend(steward, refused, {"licence": "etalab-2.0"})
    assert ask(steward, refused, "publish").status_code == 303
    page = plain(legal.get(f"/visas/{last_request(town, refused)}").text)
    for said in (LICENCE, NOTICE, WHOLE, "Corrigé le", "Elle s’ouvre depuis hier.", "Il sert aux usagers du réseau."):
        assert said in page
    told = plain(steward.get(f"/jeux/{refused}/historique").text)
    assert f"Point d’un refus corrigé : {LICENCE}" in told
    assert f"Point d’un refus répondu : {WHOLE}" in told
    assert answer(legal, last_request(town, refused), "legal").status_code == 303
    assert stage_of(town, refused) == "published"


def test_what_is_told_mended_is_held_against_the_sheet(town: Town, refused: int) -> None:
    steward = town.someone(Role.STEWARD)
    licence, policy, _whole = points_of(steward, refused)
    unchanged = close(steward, licence, "mended", "")
    assert unchanged.status_code == 422
    assert "« Licence » n’a pas changé depuis le refus" in plain(unchanged.text)
    amend(steward, refused, {"licence": None})
    assert close(steward, licence, "mended", "").status_code == 303
    breached = close(steward, policy, "mended", "")
    assert breached.status_code == 422
    assert "OD-05 n’est pas encore respectée." in plain(breached.text)
    amend(steward, refused, {"licence": "etalab-2.0"})
    assert close(steward, policy, "mended", "").status_code == 303


def _post(who: Someone, point: dict[str, Any], said: dict[str, Any], version: int | None = None) -> Any:
    match = {"If-Match": f'"{version or point["version"]}"'}
    return who.api("POST", f"/api/v1/refusal-points/{point['id']}/answer", json=said, headers=match)


def test_an_answer_is_said_anew_until_the_move_is_asked_for_again(town: Town, refused: int) -> None:
    steward, reader = town.someone(Role.STEWARD), town.someone(Role.READER)
    said = {"state": "answered", "answer": "La convention de 2021 l’impose."}
    for point in points_of(steward, refused):
        assert 'id="reponse"' not in reader.get(f"/visas/points/{point['id']}").text
        assert _post(reader, point, said).status_code == 403
        assert _post(steward, point, said).status_code == 200
        assert _post(steward, point, said).status_code == 412, "it changed since"
    licence = points_of(steward, refused)[0]
    assert _post(steward, licence, said | {"answer": "La convention de 2022 l’impose."}).status_code == 200
    assert "2022" in steward.get(f"/visas/points/{licence['id']}").text
    assert ask(steward, refused, "publish").status_code == 303
    over = _post(steward, licence, said, licence["version"] + 1)
    assert over.status_code == 409
    assert "redemandé depuis" in plain(over.json()["detail"])
    assert "redemandé depuis" in plain(steward.get(f"/visas/points/{licence['id']}").text)


def test_a_wrong_point_or_answer_is_told_in_its_place_and_writes_nothing(town: Town, refused: int) -> None:
    steward, legal = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    point = points_of(steward, refused)[0]
    for said, field in (
        ({"state": "open"}, "state"), ({"state": "answered"}, "answer"),
        ({"state": "answered", "answer": "Non"}, "answer"),
        ({"state": "perdu"}, "state"), ({}, "state"), ({"state": "mended", "answer": "\0"}, "answer"),
    ):  # fmt: skip
        answered = _post(steward, point, said)
        assert (answered.status_code, [one["path"] for one in answered.json()["errors"]]) == (422, [field]), said
    assert close(steward, point, "answered", "").status_code == 422
    assert _post(steward, {"id": 10**9, "version": 1}, {"state": "mended"}).status_code == 404
    assert all(one["state"] == "open" for one in points_of(steward, refused))

    for point in points_of(steward, refused):
        close(steward, point)
    ask(steward, refused, "publish")
    request = last_request(town, refused)
    refusal = {"kind": "legal", "answer": "refused", "dataset_version": version_read(legal, request)}
    for points, field in (
        ([{"words": "Court"}], "points.0.words"), ([{"words": LICENCE, "field": "stage"}], "points.0.field"),
        ([{"words": LICENCE, "policy_id": "OD-999"}], "points.0.policy_id"), ([{"field": "licence"}], "points.0.words"),
        ([{"words": LICENCE, "field": "licence", "policy_id": "OD-05"}], "points.0"), ([], "reason"),
        ([{"words": LICENCE}] * 21, "points"),
    ):  # fmt: skip
        answered = legal.api("POST", f"/api/v1/stage-requests/{request}/visas", json=refusal | {"points": points})
        assert (answered.status_code, [one["path"] for one in answered.json()["errors"]]) == (422, [field]), points
    given = legal.api(
        "POST", f"/api/v1/stage-requests/{request}/visas",
        json=refusal | {"answer": "given", "points": [{"words": LICENCE}]},
    )  # fmt: skip
    assert given.status_code == 422
    page = answer(legal, request, "legal", "refused", **{"point-2-about": "field:licence", "point-2-words": ""})
    assert page.status_code == 422
    assert 'href="#point-0-words"' in page.text, "the error leads to its field"
    assert 'value="field:licence" selected' in page.text, "what was typed is kept"
    assert "Point d’un refus" not in plain(legal.get(f"/visas/{request}").text)
    assert points_of(legal, refused) == [], "nothing was written"


def test_who_endorses_reads_what_the_decision_rests_on_and_what_changed_since(town: Town) -> None:
    steward, legal = people(town, (Role.STEWARD, Role.LEGAL))
    sheet = town.record(**READY)
    place(town, sheet, Stage.CLEARED)
    decide_to_open(town, sheet)
    assert ask(steward, sheet, "publish").status_code == 303
    beside = plain(legal.get(f"/visas/{last_request(town, sheet)}").text)
    assert "Ce sur quoi repose la décision de publier" in beside
    assert "14 secrets sont dits absents" in beside
    assert "Aucun fichier n’a été vérifié" in beside
    assert "La fiche a changé" not in beside
    amend(steward, sheet, {"description": "Le nom, l’adresse et le médecin de chacun.", "fields": [{"name": "nom"}]})
    beside = plain(legal.get(f"/visas/{last_request(town, sheet)}").text)
    assert "La fiche a changé depuis la décision de publier : Description, Champs du jeu." in beside
