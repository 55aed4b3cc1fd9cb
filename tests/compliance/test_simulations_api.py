"""Simulations by the API: checked, asked for, read page by page, and within whose rights."""

from typing import Any

import pytest

from registry.kernel.permissions import Role
from registry.platform.jobs import work_once
from registry.platform.models import JobRun
from registry.rooms import job_functions
from tests.compliance.test_simulations import DRAFT, PUBLISHED, kept, stricter
from tests.conftest import Someone, Town

pytestmark = pytest.mark.database

CALLS = "/api/v1/simulations"


def simulated(town: Town, who: Someone, **said: str) -> str:
    """The address of a simulation that was asked for by the API, once the worker has done it."""
    answer = who.api("POST", CALLS, json=said)
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "waiting"
    work_once(town.home.urls.jobs, town.home.jobs, job_functions(town.home, town.info))
    return str(answer.headers["location"])


def read(who: Someone, address: str) -> Any:
    """What an address answers."""
    answer = who.api("GET", address)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_draft_is_asked_for_and_its_result_read_by_body_rule_and_sheet(town: Town):
    here = [town.record(f"Arbres {number}", on=town.commune_id, **PUBLISHED) for number in range(3)]
    there = town.record("Bancs", on=town.other_commune_id, **PUBLISHED)
    dpo, before = town.someone(Role.DPO), kept(town)

    address = simulated(town, dpo, draft=stricter())
    said = read(dpo, address)

    assert (said["state"], said["policy_id"], said["law_of"]) == ("done", "OD-05", None)
    assert said["draft"] == stricter()
    assert said["changed"] == 4
    assert said["moves"] == [
        {"policy_id": "OD-05", "was": "compliant", "becomes": "non-compliant", "changed": 4},
    ]
    changed = {one["organisation_id"]: one["changed"] for one in said["organisations"]}
    assert (changed[town.commune_id], changed[town.other_commune_id]) == (3, 1)
    assert kept(town) == before

    whole = read(dpo, f"{address}/changes")["changes"]
    assert {one["subject_id"] for one in whole} == {*here, there}
    assert whole[0] | {"subject_id": 0, "name": ""} == {
        "organisation_id": town.commune_id, "policy_id": "OD-05", "subject_kind": "dataset", "subject_id": 0,
        "name": "", "was": "compliant", "becomes": "non-compliant",
    }  # fmt: skip
    assert "Bancs" in {one["name"] for one in whole}
    first = read(dpo, f"{address}/changes?limit=2&organisation={town.commune_id}")
    second = read(dpo, f"{address}/changes?limit=2&organisation={town.commune_id}&cursor={first['next']}")
    assert [one["subject_id"] for one in first["changes"] + second["changes"]] == here
    assert second["next"] is None
    assert read(dpo, f"{address}/changes?policy_id=OD-06")["changes"] == []


def test_the_law_of_a_day_and_the_list_of_simulations_page_by_page(town: Town):
    sheet, legal = town.record(**PUBLISHED), town.someone(Role.LEGAL)

    first, second = (simulated(town, legal, law_of=day) for day in ("2010-01-01", "2012-01-01"))

    said = read(legal, first)
    assert (said["law_of"], said["draft"], said["policy_id"]) == ("2010-01-01", None, None)
    assert {"policy_id": "OD-05", "was": "compliant", "becomes": None, "changed": 1} in said["moves"]
    assert sheet in {one["subject_id"] for one in read(legal, f"{first}/changes?policy_id=OD-05")["changes"]}
    page = read(legal, f"{CALLS}?limit=1")
    after = read(legal, f"{CALLS}?limit=1&cursor={page['next']}")
    assert [f"{CALLS}/{one['id']}" for one in page["simulations"] + after["simulations"]] == [second, first]
    assert after["next"] is None


def test_a_draft_is_checked_and_refused_with_its_lines_and_nothing_is_asked_for(town: Town):
    legal, wrong = town.someone(Role.LEGAL), DRAFT.replace("require: ", "requires: ")

    holds = legal.api("POST", f"{CALLS}/check", json={"draft": DRAFT}).json()
    fails = legal.api("POST", f"{CALLS}/check", json={"draft": wrong}).json()
    refused = legal.api("POST", CALLS, json={"draft": wrong})

    assert holds == {"reads": True, "policy_id": "ZZ-01", "cases": 4, "problems": []}
    assert (fails["reads"], fails["policy_id"], fails["cases"]) == (False, None, 0)
    assert fails["problems"][0]["line"] == 19
    assert fails["problems"][0]["says"].startswith("champ inconnu")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["path"] == "draft"
    assert "Ligne 19" in refused.json()["errors"][0]["message"]
    assert legal.api("POST", CALLS, json={}).status_code == 422
    assert read(legal, CALLS)["simulations"] == []


def test_whoever_may_not_read_the_page_reads_nothing_by_the_api(town: Town):
    town.record(on=town.commune_id, **PUBLISHED)
    town.record(on=town.other_commune_id, **PUBLISHED)
    own, above = town.someone(Role.LEGAL, town.commune_id), town.someone(Role.DPO)
    beside, reader = town.someone(Role.LEGAL, town.other_commune_id), town.someone(Role.READER, town.commune_id)

    address, whole = simulated(town, own, draft=stricter()), simulated(town, above, draft=stricter())

    assert read(own, address)["changed"] == 1
    assert [one.api("GET", address).status_code for one in (above, beside, reader)] == [200, 404, 403]
    assert [own.api("GET", f"{whole}{part}").status_code for part in ("", "/changes")] == [404, 404]
    assert reader.api("POST", CALLS, json={"law_of": "2010-01-01"}).status_code == 403


def test_what_is_read_is_narrowed_to_the_rights_of_the_day_of_reading(town: Town):
    town.record(on=town.commune_id, **PUBLISHED)
    legal = town.someone(Role.LEGAL, town.commune_id)
    address = simulated(town, legal, draft=stricter())
    with town.acting() as session:
        run = session.get(JobRun, int(address.rpartition("/")[2]))
        assert run is not None
        assert run.result is not None
        changes = [{**one, "organisation": town.other_commune_id} for one in run.result["changes"]]
        stays = [[town.other_commune_id, "OD-05", 7]]
        run.result = {
            **run.result, "changes": [*run.result["changes"], *changes], "stays": [*run.result["stays"], *stays]
        }  # fmt: skip

    said = read(legal, address)

    assert (said["changed"], said["stays"]) == (1, 0)
    assert [one["organisation_id"] for one in said["organisations"]] == [town.commune_id]
    assert len(read(legal, f"{address}/changes")["changes"]) == 1


def test_a_simulation_that_waits_says_so_and_has_no_changes_yet(town: Town):
    legal = town.someone(Role.LEGAL)
    address = legal.api("POST", CALLS, json={"law_of": "2010-01-01"}).headers["location"]

    said = read(legal, address)

    assert (said["state"], said["changed"], said["stays"]) == ("waiting", None, None)
    assert (said["organisations"], said["moves"]) == ([], [])
    assert legal.api("GET", f"{address}/changes").status_code == 409
