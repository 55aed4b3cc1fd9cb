"""The sheet of a dataset as a document: what it is, what is open, and nothing that its reader may not read."""

import re
from datetime import timedelta
from typing import Any

import pytest

from registry.kernel.errors import Invalid
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.platform.clock import now
from registry.publication import dataset_document
from registry.reporting.discovery import get_report
from tests.conftest import TODAY, Town

pytestmark = pytest.mark.database
NOW = Moment(TODAY, TODAY, TODAY, until=None)
SHEETS = ["jeu", "qui", "personnes", "publication", "contrats", "vie", "constats"]


def document_of(town: Town, number: int, moment: Moment = NOW) -> Any:
    """The content of the document, as its report takes it."""
    with town.acting() as session:
        found = dataset_document.gather(session, Subject("dataset", number), moment)
    more = {"issued_on": TODAY, "author": "DGS", "seal": {"number": 1, "root": "0" * 64}}
    module = get_report("dataset-sheet").content
    return module.from_canonical(module.to_canonical(module.from_sample({**found.values, **more})))


def test_it_says_what_the_dataset_is_what_is_missing_and_which_rules_are_open(town: Town) -> None:
    number = town.record("Réseau d’eau", on=town.service_id, description="Les conduites.")

    content = document_of(town, number)

    assert [sheet.id for sheet in content.sheets] == SHEETS
    said = {line.label: line for sheet in content.sheets for line in sheet.lines}
    assert said["Description"].text == "Les conduites."
    assert said["Décision"].is_missing
    assert said["Rôles en poste sur ce jeu"].is_missing
    (grid,) = content.sheets[-1].grids
    assert len(grid.rows) == sum(one.second for one in content.summary) > 0
    assert all(row[3] and row[4] for row in grid.rows)


def test_it_tells_the_past_as_the_ledger_kept_it_and_refuses_a_day_before_the_dataset(town: Town) -> None:
    number = town.record("Réseau d’eau")

    past = document_of(town, number, Moment(TODAY, TODAY, TODAY, now() + timedelta(days=1)))

    assert [sheet.id for sheet in past.sheets] == SHEETS
    before = Moment(TODAY, TODAY, TODAY, now() - timedelta(days=900))
    with pytest.raises(Invalid, match="pas encore ce jour-là"):
        document_of(town, number, before)


def test_the_sheet_leads_to_it_and_nobody_else_gets_it(town: Town) -> None:
    number = town.record("Réseau d’eau", on=town.commune_id)
    steward, other = town.someone(Role.STEWARD, town.commune_id), town.someone(Role.STEWARD, town.other_commune_id)

    (address,) = re.findall(r'href="(/documents\?report=dataset-sheet[^"]+)"', steward.get(f"/jeux/{number}").text)

    assert "Réseau d’eau" in steward.get(address.replace("&amp;", "&")).text
    assert "dataset-sheet" not in town.someone(Role.READER, town.commune_id).get(f"/jeux/{number}").text
    asked = {"report": "dataset-sheet", "scope": f"dataset:{number}"}
    assert steward.post("/documents", asked).status_code == 303
    assert other.post("/documents", asked).status_code == 404
    strange = steward.post("/documents", {**asked, "scope": f"organisation:{town.commune_id}"})
    assert strange.status_code == 422
