"""The lists that a body draws up of its data, as documents: high-value datasets that lack something, protected data."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from registry.datasets.models import Distribution
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.platform.clock import now
from registry.platform.database import Acting
from registry.publication import directory_document, high_value_document, protected_document
from registry.publication.models import ReuseTerms
from registry.reporting import service
from registry.reporting.discovery import get_report
from registry.reporting.vocabulary import Medium
from tests.conftest import TODAY, Town

pytestmark = pytest.mark.database
NOW = Moment(TODAY, TODAY, TODAY, until=None)
GATHERING = {
    "high-value-gaps": high_value_document.gather,
    "protected-data": protected_document.gather,
    "public-information-directory": directory_document.gather,
}
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
    counted = {one.label: (one.first or 0, one.second or 0) for one in content.summary}
    assert counted["Mis en ligne"] == (0, 1)
    assert counted["Conditions d’utilisation de l’API publiées"] == (0, 0), "nobody said: neither done nor lacking"
    assert "la catégorie de 1 jeu" in content.card[1].text
    twin = get_report("high-value-gaps").content.tables(content)[0]
    assert [line[:2] for line in twin.rows] == [
        ("Il manque au moins un des 5 points contrôlés", "Qualité de l’eau"),
        ("Catégorie à dire : on ignore s’ils sont de forte valeur", "Peut-être"),
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
    assert not content.summary, "nobody said of any whether it is offered"
    assert content.card[1].text == "2 jeux à juger"


def test_a_dataset_that_is_published_is_no_protected_one_and_one_that_only_cites_no_law_lacks_nothing(town: Town):
    shared = town.record("Vues aériennes", on=town.commune_id, personal_data="none", third_party_rights="held")
    elected = town.record("Élus", on=town.commune_id, personal_data="personal")
    files = [{"access_url": "https://exemple.invalid/rivieres"}]
    town.record("Rivières", on=town.commune_id, hvd_categories=[WATER], access_rights="public", distributions=files)
    with town.as_owner() as session:
        published = text("UPDATE dataset SET stage = 'published' WHERE id = ANY(:ids)")
        session.execute(published, {"ids": [elected, shared]})

    # The one of people, which no activity founds, is kept back: it is not online.
    assert names_in(document_of(town, "protected-data")) == {"offertes": [], "fermees": [], "inconnues": ["Élus"]}
    listed = names_in(document_of(town, "high-value-gaps"))
    assert (listed["manque"], listed["inconnu"]) == ([], ["Rivières"])


def said_of(town: Town, number: int, **more: Any) -> None:
    """On which terms a dataset of the commune may be reused."""
    with town.acting() as session:
        session.add(ReuseTerms(organisation_id=town.commune_id, dataset_id=number, **more))


def test_what_is_offered_under_conditions_says_its_format_its_size_and_how_to_ask(town: Town):
    offered = town.record("Trajets", on=town.commune_id, personal_data="pseudonymised")
    closed = town.record("Quotients", on=town.commune_id, personal_data="personal")
    place = "https://exemple.invalid/conditions"
    said_of(town, offered, protected_reuse_offered=True, reuse_conditions_url=place, reuse_procedure_public=True)
    said_of(town, closed, protected_reuse_offered=False)
    silent = town.record("Abonnés", on=town.commune_id, personal_data="personal")
    said_of(town, silent, protected_reuse_offered=True, declared_absent=["reuse_conditions_url"])
    with town.acting() as session:
        file = {"organisation_id": town.commune_id, "dataset_id": offered, "identifier": "f"}
        session.add(Distribution(**file, format="CSV", byte_size=2048))

    content = document_of(town, "protected-data")

    assert names_in(content) == {"offertes": ["Abonnés", "Trajets"], "fermees": ["Quotients"], "inconnues": []}
    unsaid, row = content.sheets[0].grids[0].rows
    assert unsaid[4] == "À dire", "no address of the conditions is not the absence of conditions"
    assert row == ("Trajets", "données personnelles", "CSV", "2\xa0Kio", place, "Procédure publique")


def test_the_directory_says_the_headings_of_the_law_and_what_might_be_entered(town: Town):
    plan = town.record("Plan", on=town.commune_id, description="Zonage", issued="2020-01-04", frequency="ANNUAL")
    out = town.record("Brouillons", on=town.commune_id)
    menus = town.record("Menus", on=town.commune_id, access_rights="public")
    gone = town.record("Piscines", on=town.commune_id, access_rights="public")
    trees = town.record("Arbres", on=town.commune_id, access_rights="public", personal_data="none")
    with town.acting() as session:
        place = "https://exemple.invalid/menus.csv"
        for number in (menus, gone, trees):
            file = {"organisation_id": town.commune_id, "dataset_id": number, "identifier": "f", "download_url": place}
            session.add(Distribution(**file))
    said_of(town, plan, in_directory=True, fee=True)
    said_of(town, out, in_directory=False)
    with town.as_owner() as session:
        session.execute(text("UPDATE dataset SET stage = 'withdrawn' WHERE id = :id"), {"id": gone})
        session.execute(text("UPDATE dataset SET stage = 'published' WHERE id = :id"), {"id": trees})

    content = document_of(town, "public-information-directory")

    assert [line.label for line in content.sheets[0].missing] == ["Publié pour la dernière fois le"]
    assert names_in(content)["documents"] == ["Plan"]
    assert names_in(content)["a-inscrire"] == ["Arbres"], "what stands published, alone"
    assert names_in(content)["ailleurs"] == ["Menus"], "never what was withdrawn"
    assert content.sheets[3].grids[0].rows[0][1] == place
    row = content.sheets[1].grids[0].rows[0]
    assert row == ("Plan", "Zonage", "4 janvier 2020", "redevance, calcul : à dire", "Annuelle")
    assert {one.label: one.second for one in content.summary if one.second} == {}


@pytest.mark.parametrize("report_id", ["high-value-gaps", "protected-data"])
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


@pytest.mark.parametrize("report_id", GATHERING)
def test_one_of_a_body_that_holds_nothing_is_issued_and_says_so(
    town: Town, report_id: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(service, "best_medium", lambda: Medium.PAGE)

    made = service.issue_report(
        town.home, report_id, subject=Subject("organisation", town.commune_id), as_of=None,
        acting=Acting("cli:essai"), info=town.info, report=lambda *_said: None,
    ).document  # fmt: skip

    assert "à valider par le service juridique" in town.home.files.read(made.document_sha256).decode()
