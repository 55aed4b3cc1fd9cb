"""What obliges a body to publish, as a document: who is bound, what is late first, on which decision."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from registry.datasets.forms import DatasetChange
from registry.datasets.service import amend_dataset, annul_dataset
from registry.datasets.vocabulary import Stage
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.organisations.forms import OrganisationForm
from registry.organisations.service import amend_organisation
from registry.platform.clock import now
from registry.publication import obligations_document
from registry.reporting.discovery import get_report
from tests.conftest import TODAY, Town
from tests.lifecycle.moving import place

pytestmark = pytest.mark.database
NOW = Moment(TODAY, TODAY, TODAY, until=None)


def document_of(town: Town, number: int, moment: Moment = NOW):
    """The content of the document, as its report takes it."""
    with town.acting() as session:
        found = obligations_document.gather(session, Subject("organisation", number), moment)
    more = {"issued_on": TODAY, "author": "DGS", "seal": {"number": 1, "root": "0" * 64}}
    module = get_report("open-data-obligations").content
    return module.from_canonical(module.to_canonical(module.from_sample({**found.values, **more})))


def test_it_tells_who_is_bound_and_each_duty_in_one_group_alone(town: Town) -> None:
    town.record("Aides versées", on=town.commune_id, nature="subsidies")
    town.record("D’une autre", on=town.other_commune_id, nature="subsidies")

    content = document_of(town, town.commune_id)

    assert [sheet.id for sheet in content.sheets] == ["qui", "unrecorded", "non-compliant", "to-complete", "compliant"]
    groups = {sheet.id: [row for grid in sheet.grids for row in grid.rows] for sheet in content.sheets}
    rows = [row for found in groups.values() for row in found]
    judged = [row for name, found in groups.items() if name != "unrecorded" for row in found]
    assert judged
    questions = len(groups["unrecorded"]) + len(groups["to-complete"])
    assert len(rows) - questions == sum((one.first or 0) + (one.second or 0) for one in content.summary)
    assert all(row[2].startswith(("règle en vigueur depuis le", "1er janvier 2024", "dû depuis le")) for row in judged)
    assert "D’une autre" not in {row[0] for row in rows}
    assert {row[4] for row in judged} <= {"–", "Aucune décision"}


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"organisation.population": 2_001}, "dû depuis le 1er janvier 2024 (plus de 2 000 habitants)"),
        ({"organisation.population": 2_000}, "dû depuis le 1er juin 2024 (2 000 habitants au plus)"),
        ({}, "1er janvier 2024 au-dessus de 2 000 habitants, 1er juin 2024 sinon"),
    ],
)
def test_since_when_a_commune_owes_its_addresses_is_its_own_day_and_not_the_start_of_the_rule(
    facts: dict[str, Any], says: str
) -> None:
    said = SimpleNamespace(policy=SimpleNamespace(id="OD-35"), version=SimpleNamespace(effective_from=date(2024, 6, 2)))
    assert obligations_document.since_when(said, facts) == says
    said.policy.id = "OD-16"
    assert obligations_document.since_when(said, facts) == "règle en vigueur depuis le 2 juin 2024"


def test_what_a_commune_owes_and_never_recorded_is_named_with_its_text_and_what_to_do(town: Town) -> None:
    def unrecorded() -> dict[str, tuple[str, ...]]:
        sheet = next(one for one in document_of(town, town.commune_id).sheets if one.id == "unrecorded")
        return {row[0]: row[1:] for grid in sheet.grids for row in grid.rows}

    before = unrecorded()
    streets = "Base adresse locale de la commune recensée"
    owed, since, law, reading, remedy = before[streets]
    assert (owed, since, reading) == (
        "Dû : obligation",
        "dû depuis le 1er janvier 2024 (plus de 2 000 habitants)",
        "Source secondaire",
    )
    assert "L2121-30" in law
    assert "« Base adresse locale »" in remedy
    contracts = before["Données essentielles des marchés recensées, ou aucune à publier"]
    assert (contracts[0][:10], contracts[3]) == ("Recommandé", "De mémoire, non vérifié")
    assert before["Subventions versées recensées, ou aucune à publier"][0].startswith("À savoir")
    assert len(before) == 3, "An address kept by no day, or a duty of another kind, is not what nobody recorded."

    town.record("Adresses", on=town.commune_id, nature="local-address-base")
    town.record("Marchés", on=town.other_commune_id, nature="public-contracts")

    # That of another commune is not its own.
    assert unrecorded().keys() == before.keys() - {streets}


def test_a_body_is_judged_again_as_what_it_owes_is_recorded_changed_and_set_aside(town: Town) -> None:
    said = text(
        "SELECT verdict FROM finding WHERE policy_id = 'OD-35' AND subject_kind = 'organisation'"
        " AND subject_id = :number AND until IS NULL"
    )

    def verdict() -> str | None:
        with town.acting() as session:
            return session.execute(said, {"number": town.commune_id}).scalar_one_or_none()

    number = town.record("Voies", on=town.commune_id, nature="local-address-base")
    assert verdict() == "compliant"
    with town.acting() as session:
        amend_dataset(session, number, DatasetChange(nature="other"), expected=1)
    assert verdict() == "to-complete"
    with town.acting() as session:
        amend_dataset(session, number, DatasetChange(nature="local-address-base"), expected=2)
    assert verdict() == "compliant"
    with town.acting() as session:
        annul_dataset(session, number, expected=3, reason="Double")
    assert verdict() == "to-complete"
    with town.acting() as session:
        amend_organisation(session, town.commune_id, OrganisationForm(declared_absent=["address_base"]), expected=None)
    assert verdict() == "non-compliant"


def test_the_sheet_of_a_commune_leads_to_the_template_of_what_it_never_recorded(town: Town) -> None:
    town.record("Voies", on=town.commune_id, nature="subsidies")
    steward = town.someone(Role.STEWARD, town.commune_id)

    page = steward.get(f"/organisations/{town.commune_id}").text

    place = f"/jeux/nouveau?modele=base-adresse-locale&amp;organisation={town.commune_id}"
    assert place in page
    assert steward.get(place.replace("&amp;", "&")).status_code == 200


def test_it_tells_the_past_and_is_made_of_a_body_that_the_law_addresses(town: Town) -> None:
    past = document_of(town, town.commune_id, Moment(TODAY, TODAY, TODAY, now() + timedelta(days=1)))

    assert past.sheets[0].id == "qui"
    with town.acting() as session, pytest.raises(Invalid, match="Ce rapport est celui"):
        obligations_document.get_keeper(session, Subject("organisation", town.service_id))


def test_the_page_of_documents_offers_it_for_the_commune(town: Town) -> None:
    director = town.someone(Role.DIRECTOR, town.commune_id)

    page = director.get(f"/documents?report=open-data-obligations&scope=organisation:{town.commune_id}").text

    assert 'value="open-data-obligations" selected' in page
    asked = {"report": "open-data-obligations", "scope": f"organisation:{town.commune_id}"}
    assert director.post("/documents", asked).status_code == 303
    other = {**asked, "scope": f"organisation:{town.other_commune_id}"}
    assert director.post("/documents", other).status_code == 404


def test_one_document_is_made_for_each_commune_below_an_intercommunal_body(town: Town) -> None:
    town.record("Aides versées", on=town.commune_id, nature="subsidies")

    with town.acting() as session:
        asked = Subject("bodies", town.authority_id)
        assert obligations_document.get_keeper(session, asked) == town.authority_id
        found = obligations_document.gather(session, asked, NOW)
        alone = obligations_document.gather(session, Subject("organisation", town.commune_id), NOW)
        with pytest.raises(Invalid, match="Un document par commune"):
            obligations_document.get_keeper(session, Subject("bodies", town.commune_id))

    numbers = {town.commune_id, town.other_commune_id}
    assert numbers <= {volume.organisation_id for volume in found.volumes}
    assert len(found.volumes) == len(found.values["volumes"])
    own = next(volume for volume in found.volumes if volume.organisation_id == town.commune_id)
    assert own == alone


def test_a_decision_is_told_to_be_asked_by_the_registry_beside_the_law_that_has_bases_published(town: Town) -> None:
    with town.acting() as session:
        amend_organisation(session, town.commune_id, OrganisationForm(staff_fte=800), expected=None)
    files = [{"access_url": "https://exemple.invalid/a.csv", "format": "csv"}]
    sheet = town.record("Bancs", on=town.commune_id, distributions=files)
    place(town, sheet, Stage.DOCUMENTED)

    rows = [row for one in document_of(town, town.commune_id).sheets for grid in one.grids for row in grid.rows]
    asked = {row[1]: row[3] for row in rows if row[0] == "Bancs"}
    assert "demander une décision explicite est un choix du registre" in asked["Décision de publier ou non prise"]
    assert sum("choix du registre" in one for one in asked.values()) == 1
