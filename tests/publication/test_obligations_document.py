"""What obliges a body to publish, as a document: who is bound, what is late first, on which decision."""

from datetime import timedelta

import pytest

from registry.kernel.errors import Invalid
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.platform.clock import now
from registry.publication import obligations_document
from registry.reporting.discovery import get_report
from tests.conftest import TODAY, Town

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

    assert [sheet.id for sheet in content.sheets] == ["qui", "non-compliant", "to-complete", "compliant"]
    rows = [row for sheet in content.sheets for grid in sheet.grids for row in grid.rows]
    assert rows
    assert len(rows) == sum(one.first + one.second for one in content.summary)
    assert "D’une autre" not in {row[0] for row in rows}
    assert {row[4] for row in rows} <= {"–", "Aucune décision"}


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
