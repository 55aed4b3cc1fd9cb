"""The sheet of a dataset, from the page to the database and back."""

import pytest

from registry.kernel.permissions import Role
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
