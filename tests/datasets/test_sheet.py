"""The sheet of a dataset, from the page to the database and back."""

import re
from datetime import date, timedelta
from random import Random

import pytest

from registry.datasets.forms import DatasetChange, DistributionForm
from registry.datasets.service import amend_dataset
from registry.kernel.permissions import Role
from registry.organisations.forms import AppointmentForm, PersonForm
from registry.organisations.service import appoint, record_person
from tests.conftest import Town

pytestmark = pytest.mark.database


def test_a_steward_records_a_sheet_and_finds_it_in_the_list_with_its_findings(town: Town):
    steward = town.someone(Role.STEWARD)

    answer = steward.post(
        "/jeux/nouveau", {"organisation_id": str(town.authority_id), "title": "Bornes de recharge", "nature": "other"}
    )

    assert answer.status_code == 303, answer.text
    sheet = steward.get(answer.headers["location"])
    assert sheet.status_code == 200
    assert "Bornes de recharge" in sheet.text
    assert "Une licence" in sheet.text or "licence" in sheet.text
    assert "Bornes de recharge" in steward.get("/jeux").text


def test_a_reader_of_another_commune_sees_nothing_of_it(town: Town):
    number = town.record("Mot secret", on=town.commune_id)
    reader = town.someone(Role.READER, town.other_commune_id)

    assert reader.get(f"/jeux/{number}").status_code == 404
    assert "Mot secret" not in reader.get("/jeux").text
    assert reader.api("GET", f"/api/v1/datasets/{number}").status_code == 404


def test_saving_a_sheet_by_its_page_keeps_what_the_page_does_not_show(town: Town):
    address = "https://a.invalid/a.csv"
    number = town.record(
        "Bornes", uri="https://a.invalid/jeu", version_label="3",
        distributions=[DistributionForm(title="A", description="Lignes", download_url=address, byte_size=12,
                                        media_type="text/csv", checksum_value="abc", languages=["fra"])],
    )  # fmt: skip
    steward = town.someone(Role.STEWARD)

    saved = steward.post(
        f"/jeux/{number}/modifier",
        {"version": "1", "title": "Bornes", "distributions": "", "distribution-0-identifier": address,
         "distribution-0-title": "", "distribution-0-download_url": address, "distribution-0-access_url": ""},
    )  # fmt: skip

    assert saved.status_code == 303
    sheet = steward.api("GET", f"/api/v1/datasets/{number}").json()
    assert (sheet["uri"], sheet["version_label"]) == ("https://a.invalid/jeu", "3")
    (file,) = sheet["distributions"]
    assert (file["title"], file["description"], file["byte_size"]) == (None, "Lignes", 12)
    assert (file["media_type"], file["checksum_value"], file["languages"]) == ("text/csv", "abc", ["fra"])


def test_a_contact_one_may_not_see_is_refused_as_one_that_does_not_exist(town: Town):
    with town.acting() as session:
        foreign = record_person(session, town.other_commune_id, PersonForm(name="Ailleurs")).id
    steward = town.someone(Role.STEWARD, town.commune_id)
    number = town.record(on=town.commune_id)

    for person in (foreign, 987_654):
        body = {"organisation_id": town.commune_id, "title": "A", "contact_person_id": person}
        answers = [
            steward.api("POST", "/api/v1/datasets", json=body),
            steward.api(
                "PATCH", f"/api/v1/datasets/{number}", json={"contact_person_id": person}, headers={"If-Match": '"1"'}
            ),
        ]
        assert [answer.status_code for answer in answers] == [422, 422]
        assert {answer.json()["errors"][0]["path"] for answer in answers} == {"contact_person_id"}


def test_a_sheet_whose_contact_is_another_body_s_is_shown_without_their_name(town: Town):
    with town.acting() as session:
        person = record_person(session, town.authority_id, PersonForm(name="Cheffe de projet")).id
    number = town.record("Bornes", on=town.commune_id, contact_person_id=person)

    page = town.someone(Role.READER, town.commune_id).get(f"/jeux/{number}")

    assert page.status_code == 200
    assert "Cheffe de projet" not in page.text
    assert "Cheffe de projet" in town.someone(Role.READER).get(f"/jeux/{number}").text


def test_a_day_to_come_is_refused_where_something_is_said_to_have_happened(town: Town):
    steward = town.someone(Role.STEWARD)
    tomorrow = (town.info["today"]() + timedelta(days=1)).isoformat()
    typed = {"organisation_id": str(town.authority_id), "title": "Bornes", "modified": tomorrow}

    page = steward.post("/jeux/nouveau", typed)
    answer = steward.api(
        "POST", "/api/v1/datasets", json={"organisation_id": town.authority_id, "title": "Bornes", "issued": tomorrow}
    )

    assert page.status_code == 422
    assert "Cette date est à venir" in page.text
    assert answer.status_code == 422
    assert [error["path"] for error in answer.json()["errors"]] == ["issued"]


def test_a_year_that_can_only_be_mistyped_is_refused_and_data_may_tell_of_older_ones(town: Town):
    steward = town.someone(Role.STEWARD)
    sheet = {"organisation_id": town.authority_id, "title": "Bornes", "temporal_start": "0500-01-01"}

    refused = steward.api("POST", "/api/v1/datasets", json={**sheet, "issued": "0202-01-01"})
    taken = steward.api("POST", "/api/v1/datasets", json={**sheet, "issued": "1700-01-01"})

    assert refused.status_code == 422
    assert "antérieure à 1700" in refused.text
    assert taken.status_code == 201


@pytest.mark.parametrize("typed", ["l'air", "l’air", "qualite de l'AIR"])
def test_both_apostrophes_find_the_same_sheet(town: Town, typed: str):
    town.record("Qualité de l’air")
    town.record("Qualité de l'air des écoles")
    steward = town.someone(Role.STEWARD)

    page = steward.get("/jeux", params={"q": typed})

    assert "Qualité de l’air" in page.text
    assert "des écoles" in page.text


def test_the_history_tells_of_the_sheet_its_files_and_who_answered_for_it(town: Town):
    steward = town.someone(Role.STEWARD)
    number = town.record("Bornes", distributions=[{"title": "Bornes CSV", "download_url": "https://a.invalid/b.csv"}])
    with town.acting() as session:
        person = record_person(session, town.authority_id, PersonForm(name="Responsable des mobilités"))
        form = AppointmentForm(
            person_id=person.id, role="owner", subject_kind="dataset", subject_id=number, since=date(2026, 1, 1)
        )
        appoint(session, town.authority_id, form)
        amend_dataset(session, number, DatasetChange(distributions=[]), expected=1)

    page = steward.get(f"/jeux/{number}/historique")

    assert page.status_code == 200
    told = [said.strip() for said in re.findall(r"<h2>(.*?)</h2>", page.text, re.DOTALL)]
    assert told == [
        "Fichier retiré : Bornes CSV",
        "Propriétaire (Responsable des mobilités) : mandat à compter du 1er janvier 2026",
        "Fichier ajouté : Bornes CSV",
        "Fiche créée",
    ]


def test_files_given_under_one_address_are_each_kept_and_an_identifier_given_twice_is_refused(town: Town):
    steward = town.someone(Role.STEWARD)
    address = "https://a.invalid/donnees"
    files = [{"format": name, "access_url": address} for name in ("CSV", "JSON")]

    made = steward.api(
        "POST",
        "/api/v1/datasets",
        json={
            "organisation_id": town.authority_id,
            "title": "Bornes",
            "distributions": [*files, {"identifier": address, "format": "XML", "access_url": address}],
        },
    ).json()
    named = {one["format"]: one["identifier"] for one in made["distributions"]}
    twice = [{**one, "identifier": "le même"} for one in files]
    refused = steward.api(
        "PATCH", f"/api/v1/datasets/{made['id']}", json={"distributions": twice}, headers={"If-Match": '"1"'}
    )

    assert named.keys() == {"CSV", "JSON", "XML"}
    assert named["XML"] == address
    assert all(named[one].startswith("urn:uuid:") for one in ("CSV", "JSON"))
    assert refused.status_code == 422
    assert [error["path"] for error in refused.json()["errors"]] == ["distributions.1.identifier"]
    assert len(steward.api("GET", f"/api/v1/datasets/{made['id']}").json()["distributions"]) == 3


def letters(count: int, first: int, last: int) -> str:
    """Letters in no order: the database cannot shorten them."""
    chance = Random(1)  # noqa: S311
    return "".join(chr(chance.randrange(first, last)) for _place in range(count))


def test_what_is_too_long_to_be_looked_for_is_refused_at_its_field_or_kept_under_a_digest(town: Town):
    steward = town.someone(Role.STEWARD)
    body = {"organisation_id": town.authority_id, "title": letters(990, 0x4E00, 0x9FFF)}
    long, address = letters(950, 0x4E00, 0x9FFF), "https://a.invalid/" + letters(3900, ord("A"), ord("Z"))

    for given, path in (
        ({"identifier": long}, "identifier"),
        ({"distributions": [{"identifier": long, "access_url": address}]}, "distributions.0.identifier"),
    ):
        refused = steward.api("POST", "/api/v1/datasets", json=body | given)
        assert refused.status_code == 422
        assert [error["path"] for error in refused.json()["errors"]] == [path]
        assert "trop long" in refused.json()["errors"][0]["message"]
    made = steward.api("POST", "/api/v1/datasets", json=body | {"distributions": [{"access_url": address}]})

    assert made.status_code == 201
    (file,) = made.json()["distributions"]
    assert file["access_url"] == address
    assert file["identifier"].startswith("urn:sha256:")
    assert steward.get(f"/jeux/{made.json()['id']}/modifier").status_code == 200
