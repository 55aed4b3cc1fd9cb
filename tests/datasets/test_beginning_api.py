"""Programs begin a sheet from a template or from another sheet, and are not sent again what they have."""

import pytest

from registry.kernel.permissions import Role
from tests.conftest import Town

pytestmark = pytest.mark.database


def test_the_templates_are_read_and_a_sheet_is_recorded_from_one(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    found = steward.api("GET", "/api/v1/templates?q=arbres").json()["templates"]
    arbres = next(one for one in found if one["id"] == "arbres")
    assert arbres["law"]

    made = steward.api("POST", "/api/v1/templates/arbres/datasets", json={"organisation_id": town.authority_id})

    assert made.status_code == 201
    body = made.json()
    assert made.headers["location"] == f"/api/v1/datasets/{body['id']}"
    assert {name: body[name] for name in arbres["values"]} == arbres["values"]
    assert body["findings"]
    named = {"organisation_id": town.authority_id, "title": "Arbres du parc", "identifier": "parc"}
    own = steward.api("POST", "/api/v1/templates/arbres/datasets", json=named).json()
    assert (own["title"], own["identifier"], own["frequency"]) == ("Arbres du parc", "parc", body["frequency"])
    gone = steward.api("POST", "/api/v1/templates/rien/datasets", json={"organisation_id": town.authority_id})
    assert (gone.status_code, "modèle" in gone.json()["detail"]) == (404, True)
    elsewhere = {"organisation_id": town.commune_id}
    other = town.someone(Role.STEWARD, town.other_commune_id)
    assert other.api("POST", "/api/v1/templates/arbres/datasets", json=elsewhere).status_code == 403


def test_a_copy_takes_what_is_not_the_other_sheet_s_alone(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    number = town.record(
        "Bornes", licence="etalab-2.0", keywords=["eau"], records_count=12, landing_page="https://a.fr"
    )

    made = steward.api("POST", f"/api/v1/datasets/{number}/copies", json={"organisation_id": town.commune_id})

    assert made.status_code == 201
    body = made.json()
    assert (body["title"], body["organisation_id"]) == ("Bornes (copie)", town.commune_id)
    assert (body["licence"], body["keywords"]) == ("etalab-2.0", ["eau"])
    assert (body["records_count"], body["landing_page"]) == (None, None)
    assert body["identifier"] != steward.api("GET", f"/api/v1/datasets/{number}").json()["identifier"]


def test_what_has_not_changed_is_not_sent_again(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Bornes")
    for path in (f"/api/v1/datasets/{number}", "/api/v1/datasets", "/api/v1/findings", "/api/v1/templates"):
        read = steward.api("GET", path)
        tag = read.headers["etag"]
        again = steward.api("GET", path, headers={"If-None-Match": f'"0", W/{tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), path
        english = steward.api("GET", path, headers={"If-None-Match": '"0"'})
        assert (english.status_code, english.content) == (200, read.content)


def test_the_tag_of_a_sheet_follows_its_findings_and_still_says_its_version(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Bornes")
    path = f"/api/v1/datasets/{number}"
    read = steward.api("GET", path)
    assert read.headers["etag"].startswith('"1-')
    steward.api(
        "POST", "/api/v1/appointments",
        json={"subject_kind": "dataset", "subject_id": number, "role": "owner", "since": "2026-01-01", "name": "Poste"},
    )  # fmt: skip
    assert steward.api("GET", path, headers={"If-None-Match": read.headers["etag"]}).status_code == 200

    changed = steward.api("PATCH", path, json={"acronym": "IRVE"}, headers={"If-Match": read.headers["etag"]})
    assert changed.status_code == 200
    stale = steward.api("PATCH", path, json={"acronym": "X"}, headers={"If-Match": read.headers["etag"]})
    assert stale.status_code == 412
    assert steward.api("GET", path, headers={"If-None-Match": read.headers["etag"]}).status_code == 200
