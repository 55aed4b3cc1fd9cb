"""A move that is stopped says by what: the very thing that lacks, and the page that mends it."""

import pytest

from registry.datasets.vocabulary import Stage
from registry.kernel.permissions import Role
from tests.conftest import Town
from tests.lifecycle.moving import READY, decide_to_open, place, version_of

pytestmark = pytest.mark.database


def test_what_stops_a_move_names_the_very_thing_that_lacks_with_the_page_that_mends_it(town: Town):
    closed = [{"access_url": "https://exemple.invalid/a.pdf", "format": "PDF"}]
    sheet, steward = town.record(**{**READY, "distributions": closed}), town.someone(Role.STEWARD)
    place(town, sheet, Stage.CLEARED)
    decide_to_open(town, sheet)
    told = steward.api("GET", f"/api/v1/datasets/{sheet}/stage").json()
    publish = next(move for move in told["moves"] if move["code"] == "publish")
    (lacks,) = [one["unmet"] for one in publish["stopped_by"] if one["policy_id"] == "CDV-03"]
    assert len(lacks) == 1, "neither the licence, which is there, nor the visa, which is to come"
    assert "au moins une valeur dans" in lacks[0]
    page = steward.get(f"/jeux/{sheet}/etape").text
    assert "Ce qui n’est pas rempli" in page
    assert f'href="/jeux/{sheet}/modifier#fichiers">corriger' in page
    match = {"If-Match": f'"{version_of(steward, sheet)}"'}
    refused = steward.api("POST", f"/api/v1/datasets/{sheet}/stage-requests", json={"move": "publish"}, headers=match)
    assert lacks[0] in refused.json()["detail"]
