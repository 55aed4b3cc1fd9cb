"""A sheet of which little is known, as the interview tells of VASCO: what is missing is named, never scored."""

import re
from html import unescape

import pytest

from registry.compliance.explanation import asked_in_words
from registry.compliance.queries import find_findings
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.datasets.forms import DatasetChange
from registry.datasets.service import amend_dataset
from registry.kernel.permissions import Role
from registry.rooms import assemble_engine
from tests.conftest import Someone, Town

pytestmark = pytest.mark.database
CATALOGUE = assemble_engine().catalogue
LINK = re.compile(r'<a href="([^"]+)">([^<]+)</a>')


@pytest.fixture
def vasco(town: Town) -> int:
    """The dataset of the experiment with all that the interview says of it, and of what it is made from."""
    sources = [
        town.record("Flux Vision (Orange)", origin="partner", publisher_name="Orange"),
        town.record("Socle de données de la ville"),
    ]
    return town.record(
        "VASCO : fréquentation du marché de Noël",
        description="Expérimentation menée dans le programme Action cœur de ville : nombre de visiteurs, provenance "
        "et déplacements, par croisement de données d’Orange et de la ville.",
        origin="derived",
        derivations=[{"source_id": one, "method": "Croisement"} for one in sources],
    )


def waited_for(town: Town, dataset: int) -> dict[str, tuple[str, ...]]:
    """The facts that each finding left to complete waits for, by policy."""
    with town.acting() as session:
        found = find_findings(session, town.info["today"](), kind=SubjectKind.DATASET, subject_id=dataset)
    return {one.policy_id: one.missing for one in found if one.verdict is Verdict.TO_COMPLETE}


def panel_of(someone: Someone, dataset: int) -> dict[str, str]:
    """What the sheet shows of each finding, by policy."""
    page = someone.get(f"/jeux/{dataset}").text.partition('id="conformite')[2].partition("</section>")[0]
    return {
        re.findall(r'href="/conformite/([A-Z]+-\d+)"', part)[0]: part
        for part in page.split('<div class="finding">')[1:]
    }


LATER = {("ARCH-01", "dataset.dua_months")}
"""Asked once the final disposition is said: what is kept for ever needs no duration."""


def named_in(part: str) -> dict[str, str]:
    """What a finding asks for, by its name, with the place that fills it."""
    return {unescape(words): unescape(address) for address, words in LINK.findall(part)}


def test_each_missing_fact_is_named_on_the_sheet_with_the_place_that_fills_it(town: Town, vasco: int):
    waited = waited_for(town, vasco)
    shown = {role: panel_of(town.someone(role), vasco) for role in (Role.STEWARD, Role.LEGAL)}
    places: set[tuple[Role, str]] = set()

    assert len({fact for facts in waited.values() for fact in facts}) >= 10
    for policy, facts in waited.items():
        assert facts, policy
        for fact in set(facts) - {one for number, one in LATER if number == policy}:
            # What is known of a body is recorded by its lawyer, who is the other's « à demander ».
            role, other = Role.STEWARD, Role.LEGAL
            if fact.startswith("organisation."):
                role, other = other, role
            label = asked_in_words(CATALOGUE, fact)
            assert label in named_in(shown[role][policy]), (policy, fact)
            assert label in unescape(shown[other][policy]), (policy, fact)
            places.add((role, named_in(shown[role][policy])[label]))
    for role, address in sorted(places):
        path, _, place = address.partition("#")
        page = town.someone(role).get(path)
        assert page.status_code == 200, address
        assert f'id="{place}"' in page.text, address


def test_what_was_not_asked_yet_is_asked_once_the_answer_calls_for_it(town: Town, vasco: int):
    asked = asked_in_words(CATALOGUE, "dataset.dua_months")
    steward = town.someone(Role.STEWARD)
    assert asked not in named_in(panel_of(steward, vasco)["ARCH-01"])
    with town.acting() as session:
        amend_dataset(session, vasco, DatasetChange(final_disposition="dispose"), expected=1)
    assert named_in(panel_of(steward, vasco)["ARCH-01"])[asked] == f"/jeux/{vasco}#conservation-du-jeu"


@pytest.mark.parametrize("role", [Role.STEWARD, Role.LEGAL, Role.READER])
def test_the_interface_for_programs_names_the_same_facts_and_places(town: Town, vasco: int, role: Role):
    waited, shown = waited_for(town, vasco), panel_of(town.someone(role), vasco)
    read = town.someone(role).api("GET", f"/api/v1/datasets/{vasco}").json()["findings"]
    left = {one["policy_id"]: one for one in read if one["verdict"] == "to-complete"}

    assert {policy: tuple(one["missing"]) for policy, one in left.items()} == waited
    for policy, one in left.items():
        assert [fill["fact"] for fill in one["to_fill"]] == one["missing"]
        for fill in one["to_fill"]:
            assert fill["label"] == asked_in_words(CATALOGUE, fill["fact"])
            if (policy, fill["fact"]) not in LATER:
                # An address where the page gives one, and none where it tells whom to ask.
                assert fill["address"] == named_in(shown[policy]).get(fill["label"], "")
    addresses = {fill["address"] for one in left.values() for fill in one["to_fill"]}
    assert "" in addresses
    assert (addresses == {""}) is (role is Role.READER)


def test_nothing_known_is_scored_away(town: Town, vasco: int):
    steward = town.someone(Role.STEWARD)
    page = steward.get(f"/jeux/{vasco}").text
    words = unescape(re.sub(r"<[^>]+>", " ", page))
    assert not re.search(r"\d\s*(%|/\s*(10|20|100)\b)|\bscore\b|\bnote globale\b|complétude", words, re.IGNORECASE)

    def keys(said: object) -> set[str]:
        if isinstance(said, dict):
            return set(said) | {key for one in said.values() for key in keys(one)}
        return {key for one in said for key in keys(one)} if isinstance(said, list) else set()

    told = keys(steward.api("GET", f"/api/v1/datasets/{vasco}").json())
    assert not {key for key in told if re.search(r"score|percent|rate|grade|completeness", key)}
    verdicts = {one["verdict"] for one in steward.api("GET", f"/api/v1/datasets/{vasco}").json()["findings"]}
    assert verdicts <= {str(one) for one in Verdict}
