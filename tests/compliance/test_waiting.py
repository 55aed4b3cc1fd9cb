"""A rule that asks for what the registry does not hold yet is shown with what it lacks, and judges nobody."""

import re
from collections.abc import Iterator

import pytest

from registry.compliance.catalogue import Catalogue
from registry.compliance.daily import evaluate_everything
from registry.compliance.engine import Engine
from registry.compliance.queries import find_findings
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.reporting.gathering import gather
from tests.conftest import TODAY, Someone, Town

pytestmark = pytest.mark.database
PUBLISHED = {
    "access_rights": "public",
    "nature": "other",
    "distributions": [{"access_url": "https://exemple.invalid/a.csv"}],
    "licence": "cc-by-nc-4.0",
}


@pytest.fixture
def waiting(town: Town) -> Iterator[Town]:
    """A town whose registry does not record licences yet: another room will."""
    engine: Engine = town.info["engine"]
    facts = dict(engine.catalogue.facts)
    facts["dataset.licence"] = facts["dataset.licence"].model_copy(update={"awaited": True, "room": "publication"})
    catalogue = Catalogue(engine.catalogue.policies, facts, engine.catalogue.lists, engine.catalogue.delays)
    town.info["engine"] = Engine(catalogue, engine.subjects, engine.dependents, engine.rooms)
    yield town
    town.info["engine"] = engine


@pytest.fixture
def reader(waiting: Town) -> Someone:
    """A lawyer of that town."""
    someone = waiting.someone(Role.LEGAL)
    someone.client.app.state.premises.info.update(waiting.info)
    return someone


def plain(page: str) -> str:
    """A page's words, each space one plain space."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", re.sub(r"<[^>]+>", " ", page))


WHY = "le registre ne tient pas encore « Licence » (partie Publication et occultation)."


def test_it_judges_nobody_and_the_others_still_do(waiting: Town) -> None:
    waiting.record(**PUBLISHED)
    evaluate_everything(waiting.home.jobs, waiting.info, today=TODAY)
    with waiting.acting() as session:
        judging = {one.policy_id for one in find_findings(session, TODAY)}
    assert "OD-05" not in judging
    assert {"OD-07", "OD-08"} <= judging


def test_the_catalogue_and_its_page_say_what_it_waits_for(waiting: Town, reader: Someone) -> None:
    page = reader.get("/conformite").text
    judging, _between, aside = page.partition('id="en-attente"')
    assert "/conformite/OD-05" not in judging
    assert "/conformite/OD-05" in aside
    assert WHY in plain(aside)

    policy = plain(reader.get("/conformite/OD-05").text)
    assert WHY in policy
    assert "Cette règle ne juge encore personne." in policy

    told = reader.api("GET", "/api/v1/policies/OD-05").json()
    assert told["awaited"].endswith(WHY)
    assert [version["current"] for version in told["versions"]] == [True]
    assert reader.api("GET", "/api/v1/policies/OD-07").json()["awaited"] == ""


def test_the_report_lists_it_and_does_not_count_it(waiting: Town) -> None:
    sheet = waiting.record(**PUBLISHED)
    with waiting.acting() as session:
        for kind, number in (("organisation", waiting.authority_id), ("dataset", sheet)):
            values = gather(session, Subject(kind, number), Moment(TODAY, TODAY, TODAY, until=None)).values
            (line,) = (one for one in values["waiting"] if one["id"] == "OD-05")
            assert line["awaited"].endswith(WHY)
            assert "OD-05" not in {one["id"] for one in values["policies"]}
