"""The API of retention: what is due, what a dataset follows, holds, rules and slips, with ETag and If-Match."""

import pytest

from registry.kernel.dates import plus_months
from registry.kernel.permissions import Role
from tests.conftest import Someone, Town
from tests.processing.test_disposal_slips import due
from tests.processing.test_retention import kept, recorded

pytestmark = pytest.mark.database
RULE = {"code": "cantine", "label": "Inscriptions à la cantine", "count": 2, "unit": "year", "fate": "dispose"}
HOLD = {"reason": "litigation", "explained": "Recours 24-118", "held_by": "La direction juridique"}


def archivist(town: Town) -> Someone:
    return town.someone(Role.ARCHIVIST)


def test_what_is_due_is_listed_by_page_and_narrowed_by_state_and_body(town: Town):
    first, second = due(town, "Salles"), due(town, "Stages")
    kept(town, recorded(town, title="Sans échéance"), rule_code="FACT")
    elsewhere = recorded(town, town.commune_id, title="Ailleurs")
    kept(town, elsewhere, rule_code="BIBLIO", known="to-come")
    reader = town.someone(Role.READER)

    page = reader.api("GET", "/api/v1/retention?state=due&limit=1")
    rest = reader.api("GET", f"/api/v1/retention?state=due&limit=1&cursor={page.json()['next']}").json()

    assert page.json()["total"] == 2
    assert {page.json()["datasets"][0]["dataset_id"], rest["datasets"][0]["dataset_id"]} == {first, second}
    assert rest["next"] is None
    line = rest["datasets"][0]
    assert line["due_since"] > line["until"] > line["active_until"]
    assert (line["rule_code"], line["rule_origin"], line["held"]) == ("BIBLIO", "list", False)
    here = reader.api("GET", f"/api/v1/retention?organisation={town.commune_id}").json()["datasets"]
    assert [(one["dataset_id"], one["state"]) for one in here] == [(elsewhere, "waiting")]
    assert here[0]["due_since"] is None
    refused = reader.api("GET", "/api/v1/retention?state=echue")
    assert refused.status_code == 422


def test_the_retention_of_a_dataset_is_replaced_on_the_version_read(town: Town):
    steward, number, today = town.someone(Role.STEWARD), recorded(town), town.info["today"]()
    path = f"/api/v1/datasets/{number}/retention"
    read = steward.api("GET", path)
    said = {"rule_code": "BIBLIO", "retention_months": 6, "known": "dated", "event_on": str(plus_months(today, -3))}

    written = steward.api("PUT", path, json=said, headers={"If-Match": read.headers["etag"]})

    assert read.json()["state"] == "unset"
    assert written.status_code == 200, written.text
    assert (written.json()["state"], written.json()["final_disposition"]) == ("active", "dispose")
    assert written.json()["until"] == str(plus_months(today, 9))
    assert steward.api("PUT", path, json=said).status_code == 428
    assert steward.api("PUT", path, json=said, headers={"If-Match": read.headers["etag"]}).status_code == 412
    wrong = {**said, "retention_months": 600}
    refused = steward.api("PUT", path, json=wrong, headers={"If-Match": written.headers["etag"]})
    assert refused.status_code == 422
    assert "dépasse la durée de la règle" in refused.text
    reader = town.someone(Role.READER)
    assert reader.api("PUT", path, json=said, headers={"If-Match": written.headers["etag"]}).status_code == 403


def test_a_hold_is_placed_listed_and_lifted_once(town: Town):
    steward, number = town.someone(Role.STEWARD), due(town, "Salles")
    body = {**HOLD, "started_on": str(town.info["today"]())}

    made = steward.api("POST", f"/api/v1/datasets/{number}/retention-holds", json=body)

    assert made.status_code == 201, made.text
    place = made.headers["location"]
    assert steward.api("GET", place).json()["dataset_id"] == number
    assert steward.api("GET", f"/api/v1/datasets/{number}/retention").json()["holds"] == [made.json()["id"]]
    assert steward.api("GET", "/api/v1/retention?state=held").json()["total"] == 1
    assert steward.api("GET", "/api/v1/retention-holds").json()["total"] == 1
    assert steward.api("POST", f"{place}/lifting", json={"lifted_reason": ""}).status_code == 422
    lifted = steward.api("POST", f"{place}/lifting", json={"lifted_reason": "Jugement définitif"})
    assert lifted.json()["lifted_on"] == str(town.info["today"]())
    assert steward.api("POST", f"{place}/lifting", json={"lifted_reason": "Encore"}).status_code == 409
    assert steward.api("GET", "/api/v1/retention-holds").json()["holds"] == []
    assert [one["id"] for one in steward.api("GET", "/api/v1/retention-holds?lifted=true").json()["holds"]] == [
        made.json()["id"]
    ]


def test_a_rule_is_added_said_anew_and_withdrawn_and_one_of_the_list_adapted(town: Town):
    asker, path = archivist(town), "/api/v1/retention-rules"
    listed = asker.api("GET", f"{path}?origin=list&limit=2").json()
    made = asker.api("POST", path, json={**RULE, "organisation_id": town.authority_id})
    adapted = asker.api("POST", path, json={**RULE, "organisation_id": town.authority_id, "code": "BIBLIO"})

    assert made.status_code == adapted.status_code == 201, made.text + adapted.text
    assert made.json()["code"] == "CANTINE"
    assert asker.api("GET", f"{path}?origin=list").json()["total"] == listed["total"] - 1
    own = asker.api("GET", f"{path}?origin=own").json()["rules"]
    assert [one["code"] for one in own] == ["BIBLIO", "CANTINE"]
    following = asker.api("GET", f"{path}?origin=list&limit=2&cursor={listed['next']}").json()["rules"]
    assert following[0]["code"] > listed["rules"][-1]["code"]
    place, agreed = made.headers["location"], {**RULE, "agreed_on": "2026-01-05", "agreed_by": "Archives"}
    again = asker.api("PUT", place, json=agreed, headers={"If-Match": made.headers["etag"]})
    assert (again.status_code, again.json()["agreed_on"]) == (200, "2026-01-05")
    assert asker.api("PUT", place, json=agreed, headers={"If-Match": made.headers["etag"]}).status_code == 412
    gone = asker.api("POST", f"{place}/withdrawal", json={"reason": "Doublon"}, headers={"If-Match": '"2"'})
    assert gone.json()["annulled"] is True
    assert asker.api("GET", place).json()["annulled"] is True
    assert town.someone(Role.READER).api("POST", path, json={**RULE, "organisation_id": 1}).status_code == 403


def test_a_slip_is_prepared_from_what_is_due_and_withdrawn(town: Town):
    asker, number = archivist(town), due(town, "Salles")
    said = {"title": "Fichiers échus", "reason": "Sans utilité", "dataset_ids": [number]}

    made = asker.api("POST", "/api/v1/disposal-slips", json=said)

    assert made.status_code == 201, made.text
    place = made.headers["location"]
    assert made.json()["number"] == f"BE-{town.info['today']().year}-001"
    article = asker.api("GET", place).json()["articles"][0]
    assert (article["dataset_id"], article["volume"], article["held"]) == (number, "4200 lignes", False)
    twice = asker.api("POST", "/api/v1/disposal-slips", json=said)
    assert twice.status_code == 422
    assert "déjà sur un bordereau" in twice.text
    assert asker.api("POST", f"{place}/withdrawal", json={"reason": "Erreur"}).status_code == 428
    tag = {"If-Match": made.headers["etag"]}
    assert asker.api("POST", f"{place}/withdrawal", json={"reason": "Erreur"}, headers=tag).json()["state"] == (
        "withdrawn"
    )
    listed = asker.api("GET", "/api/v1/disposal-slips").json()
    assert [(one["id"], one["state"]) for one in listed["slips"]] == [(made.json()["id"], "withdrawn")]
    assert asker.api("POST", "/api/v1/disposal-slips", json=said).status_code == 201
