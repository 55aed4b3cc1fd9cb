"""The lists that a body draws up of its data, as documents: high-value datasets that lack something, protected data."""

from datetime import timedelta
from typing import Any

import pytest

from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.platform.clock import now
from registry.publication import high_value_document, protected_document
from registry.reporting.discovery import get_report
from tests.conftest import TODAY, Town

pytestmark = pytest.mark.database
NOW = Moment(TODAY, TODAY, TODAY, until=None)
GATHERING = {"high-value-gaps": high_value_document.gather, "protected-data": protected_document.gather}
WATER = "c_43f88346"


def document_of(town: Town, report_id: str) -> Any:
    """The content of a document of the commune, as its report takes it."""
    with town.acting() as session:
        found = GATHERING[report_id](session, Subject("organisation", town.commune_id), NOW)
    more = {"issued_on": TODAY, "author": "DGS", "seal": {"number": 1, "root": "0" * 64}}
    module = get_report(report_id).content
    return module.from_canonical(module.to_canonical(module.from_sample({**found.values, **more})))


def names_in(content: Any) -> dict[str, list[str]]:
    """The datasets that each sheet lists."""
    return {sheet.id: [row[0] for grid in sheet.grids for row in grid.rows] for sheet in content.sheets}


def test_a_high_value_dataset_says_what_it_lacks_and_what_nobody_said(town: Town):
    town.record("Qualité de l’eau", on=town.commune_id, hvd_categories=[WATER], access_rights="restricted")
    town.record("Peut-être", on=town.commune_id, nature="local-address-base")
    town.record("Ailleurs", on=town.other_commune_id, hvd_categories=[WATER])
    town.record("Menus", on=town.commune_id)

    content = document_of(town, "high-value-gaps")

    listed = names_in(content)
    assert listed["manque"] == ["Qualité de l’eau"]
    assert listed["categorie"] == ["Peut-être"]
    assert not listed["inconnu"]
    assert not listed["offert"]
    row = content.sheets[0].grids[0].rows[0]
    assert "mis en ligne" in row[2]
    assert "conditions d’utilisation de l’API publiées" in row[3]
    assert all(one.first + one.second == 1 for one in content.summary)
    twin = get_report("high-value-gaps").content.tables(content)[0]
    assert [line[:2] for line in twin.rows] == [
        ("Pas offerts comme le règlement le demande", "Qualité de l’eau"),
        ("Peut-être de forte valeur : catégorie à dire", "Peut-être"),
    ]


def test_protected_data_is_listed_with_what_protects_it_and_only_that(town: Town):
    town.record("Quotients familiaux", on=town.commune_id, personal_data="personal", statistical_secrecy="aggregates")
    town.record("Photographies", on=town.commune_id, third_party_rights="held")
    town.record("Arbres", on=town.commune_id, personal_data="none")
    town.record("Ailleurs", on=town.other_commune_id, personal_data="personal")

    content = document_of(town, "protected-data")

    assert names_in(content) == {"offertes": [], "fermees": [], "inconnues": ["Photographies", "Quotients familiaux"]}
    grounds = {row[0]: row[1] for row in content.sheets[2].grids[0].rows}
    assert grounds == {"Photographies": "droits de tiers",
                       "Quotients familiaux": "secret statistique, données personnelles"}  # fmt: skip
    assert {one.label: one.second for one in content.summary} == {
        "Droits de tiers": 1, "Données personnelles": 1, "Secret statistique": 1
    }  # fmt: skip


@pytest.mark.parametrize("report_id", GATHERING)
def test_a_past_day_says_what_the_ledger_knew_by_then(town: Town, report_id: str):
    before = now()
    town.record("Trajets", on=town.commune_id, personal_data="personal", hvd_categories=[WATER])
    subject, after = Subject("organisation", town.commune_id), now() + timedelta(days=1)

    with town.acting() as session:
        then, since = (
            GATHERING[report_id](session, subject, Moment(TODAY, TODAY, TODAY, until)).values["sheets"]
            for until in (before, after)
        )

    assert not any(sheet["grids"] for sheet in then)
    assert [row[0] for sheet in since for grid in sheet["grids"] for row in grid["rows"]] == ["Trajets"]


@pytest.mark.parametrize("report_id", GATHERING)
def test_the_page_of_documents_offers_them_for_the_commune_alone(town: Town, report_id: str):
    director = town.someone(Role.DIRECTOR, town.commune_id)

    asked = {"report": report_id, "scope": f"organisation:{town.commune_id}"}

    assert director.post("/documents", asked).status_code == 303
    other = {**asked, "scope": f"organisation:{town.other_commune_id}"}
    assert director.post("/documents", other).status_code == 404
