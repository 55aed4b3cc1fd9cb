"""What is asked too late, of another version or before its facts, by page and by API; and the history that tells it."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from registry.datasets.vocabulary import Stage
from registry.kernel.permissions import Role
from registry.processing.retention.queries import find_articles
from tests.access.retaining import retain
from tests.conftest import Town
from tests.lifecycle.moving import (
    READY,
    amend,
    answer,
    ask,
    close,
    decide_to_open,
    last_request,
    place,
    plain,
    points_of,
    version_of,
)

pytestmark = pytest.mark.database


def test_each_is_answered_by_a_sentence_that_says_what_to_do(town: Town) -> None:
    sheet, steward, legal = town.record(**READY), town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    address, match = f"/api/v1/datasets/{sheet}", {"If-Match": f'"{version_of(steward, sheet)}"'}
    gone = "Ce passage n’est pas possible : le jeu en est à « Identifié »."
    assert gone in plain(ask(steward, sheet, "publish").text)
    refused = steward.api("POST", f"{address}/stage-requests", json={"move": "publish"}, headers=match)
    assert (refused.status_code, plain(refused.json()["detail"])) == (409, gone)

    place(town, sheet, Stage.CLEARED)
    decide_to_open(town, sheet)
    assert ask(steward, sheet, "publish").status_code == 303
    request, read = last_request(town, sheet), version_of(legal, sheet)
    amend(steward, sheet, {"notes": "Une précision."})
    changed = "La fiche a changé pendant que vous la lisiez : votre visa porterait sur autre chose. Relisez-la."
    late = answer(legal, request, "legal", version=str(read))
    assert late.status_code == 409
    assert changed in plain(late.text)
    said = {"kind": "legal", "answer": "given", "dataset_version": read}
    late = legal.api("POST", f"/api/v1/stage-requests/{request}/visas", json=said)
    assert late.status_code in {409, 412}
    assert plain(late.json()["detail"]) == changed
    assert answer(legal, request, "legal", "refused", reason="La licence est à vérifier.").status_code == 303
    over = legal.api("POST", f"/api/v1/stage-requests/{request}/visas", json=said)
    assert over.status_code == 409
    assert plain(over.json()["detail"]) == "Cette demande n’attend plus rien : relisez ce qu’elle est devenue."

    licence = {"outcome": "open", "reason": "Utile aux habitants.", "licence": "cc-by-4.0"}
    publication = legal.api("GET", f"{address}/publication")
    match = {"If-Match": publication.headers["etag"]}
    day = town.info["today"]().isoformat()
    refused = legal.api("POST", f"{address}/publication/decisions", json=licence | {"decided_on": day}, headers=match)
    assert refused.status_code == 422
    assert "D323-2-1" in refused.text
    before = licence | {"licence": "etalab-2.0", "decided_on": "2020-01-01"}
    refused = legal.api("POST", f"{address}/publication/decisions", json=before, headers=match)
    assert refused.status_code == 422
    assert "avant ce sur quoi elle repose" in refused.text


def test_a_decision_of_the_archives_dated_before_its_slip_is_refused_by_page_and_api(town: Town) -> None:
    day, archivist = town.info["today"](), town.someone(Role.ARCHIVIST)
    with town.acting() as session:
        slip = retain(session, town.authority_id, town.record(**READY), "essai", day=day)["slip_id"]
        sheet = find_articles(session, slip)[0].dataset_id
    place(town, sheet, Stage.COLLECTED)
    assert ask(town.someone(Role.ADMINISTRATOR), sheet, "dispose").status_code == 303
    request = last_request(town, sheet)
    dated = {"authority": "AD", "reference": "12", "dated": (day - timedelta(days=1)).isoformat()}
    early = "Cette décision est datée d’avant ce qu’on lui a demandé : vérifiez sa date."
    refused = answer(archivist, request, "archives", **dated)
    assert refused.status_code == 422
    assert early in plain(refused.text)
    said = {"kind": "archives", "answer": "given", "dataset_version": version_of(archivist, sheet), **dated}
    refused = archivist.api("POST", f"/api/v1/stage-requests/{request}/visas", json=said)
    assert refused.status_code == 422
    assert early in plain(refused.text)


def test_the_history_of_a_dataset_tells_its_visas_and_a_past_moment_its_stage(town: Town) -> None:
    sheet, steward, legal = town.record(**READY), town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    place(town, sheet, Stage.CLEARED)
    decide_to_open(town, sheet)
    with town.acting() as session:
        before = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    ask(steward, sheet, "publish")
    answer(legal, last_request(town, sheet), "legal", "refused", reason="La licence est à vérifier.")
    close(steward, points_of(steward, sheet)[0])
    ask(steward, sheet, "publish")
    answer(legal, last_request(town, sheet), "legal")

    told = plain(steward.get(f"/jeux/{sheet}/historique").text)
    for said in (
        "Passage demandé : Publication, de « Autorisé » à « Publié », en qualité de référent·e données",
        "Visa refusé : Visa du service juridique, en qualité de juriste, pour le passage « Publication »",
        "Visa donné : Visa du service juridique, en qualité de juriste, pour le passage « Publication »",
        "Le jeu passe de « Autorisé » à « Publié »",
    ):
        assert said in told
    assert "Point d’un refus répondu : La licence est à vérifier." in told
    past = plain(steward.get(f"/jeux/{sheet}/etat", params={"a": before.isoformat()}).text)
    assert "Étape : Autorisé" in past
    assert "Étape : Publié" in plain(steward.get(f"/jeux/{sheet}/etat").text)
