"""The six stakes and the three principles: every figure opens the findings it counts, and practices are no breaches."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.compliance.listing.rules import Cell
from registry.compliance.vocabulary import Force, Holding, Verdict
from registry.governance.stakes import routes
from registry.governance.stakes.rules import COUNTED, count_stakes
from registry.kernel.permissions import Role
from registry.rooms import assemble_engine
from tests.conftest import Town

PAGE = "/gouvernance/enjeux"
PUBLISHED = {
    "access_rights": "public", "nature": "other", "licence": "cc-by-nc-4.0",
    "distributions": [{"access_url": "https://exemple.invalid/a.csv"}],
}  # fmt: skip
CATALOGUE = assemble_engine().catalogue
POLICIES = {policy.id: policy for policy in CATALOGUE.policies}


def figures_of(page: str) -> dict[str, int]:
    """The address of the list each figure opens, and the figure."""
    found = re.findall(r'<a href="(/conformite/constats[^"]*)">([\d\s\u202f\u00a0]+)<span', page)
    return {unescape(address): int(re.sub(r"\D", "", number)) for address, number in found}


def total_of(page: str) -> int:
    """How many findings a list says it holds."""
    said = re.search(r'role="status">([\d\s\u202f\u00a0]+) constat', page)
    assert said is not None, page
    return int(re.sub(r"\D", "", said.group(1)))


@pytest.mark.database
def test_each_figure_of_the_matrix_opens_as_many_findings_as_it_says(town: Town) -> None:
    town.record(**PUBLISHED)
    town.record("Autre", on=town.commune_id, **{**PUBLISHED, "licence": "etalab-2.0"})
    director = town.someone(Role.DIRECTOR)
    for address in (PAGE, f"{PAGE}?force=pratiques"):
        figures = figures_of(director.get(address).text)
        assert len(figures) > 10
        for one, number in figures.items():
            assert total_of(director.get(one).text) == number, one


@pytest.mark.database
def test_a_director_of_one_commune_counts_that_commune_alone(town: Town) -> None:
    town.record(**PUBLISHED)
    town.record("Autre", on=town.commune_id, **PUBLISHED)
    page = town.someone(Role.DIRECTOR, town.commune_id).get(PAGE).text
    bodies = {address.rpartition("organisation=")[2] for address in figures_of(page) if "organisation=" in address}
    assert bodies == {str(town.commune_id)}
    assert "Toutes ces organisations" not in page, "A total of one body would say the same twice."


@pytest.mark.database
def test_the_communes_of_an_authority_wait_behind_their_number_and_lose_no_figure(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, body in enumerate((None, town.commune_id, town.other_commune_id)):
        town.record(f"Jeu {number}", on=body, **PUBLISHED)
    director, of_one = town.someone(Role.DIRECTOR), town.someone(Role.DIRECTOR, town.commune_id)
    open_page, of_one_page = director.get(PAGE).text, of_one.get(PAGE).text

    monkeypatch.setattr(routes, "FOLDED_FROM", 2)
    folded = director.get(PAGE).text

    assert "2 communes, avec leurs services" in folded
    assert "communes, avec" not in open_page
    assert figures_of(folded) == figures_of(open_page)
    before, behind = folded.partition('id="principes"')[0].split('<details class="panel">')
    assert f'href="/organisations/{town.authority_id}"' in before
    for commune in (town.commune_id, town.other_commune_id):
        assert f'href="/organisations/{commune}"' in behind
        assert f'href="/organisations/{commune}"' not in before
    assert of_one.get(PAGE).text.count("<details") == of_one_page.count("<details"), "One commune has nothing to fold."


@given(
    st.lists(
        st.builds(
            Cell,
            st.sampled_from([*sorted(POLICIES), "GONE-01"]),
            st.integers(1, 3),
            st.sampled_from(Verdict),
            st.just(Holding.NONE),
            st.integers(1, 9),
        )
    )
)
def test_the_matrix_loses_no_finding_and_never_adds_practices_to_obligations(cells: list[Cell]) -> None:
    for binding in (True, False):
        matrix = count_stakes(cells, CATALOGUE, binding=binding)
        ours = [
            one for one in cells
            if one.verdict in COUNTED and one.policy_id in POLICIES
            and (POLICIES[one.policy_id].force is Force.OBLIGATION) is binding
        ]  # fmt: skip
        stated = sum(
            one.number * sum(axis is not None for axis in (POLICIES[one.policy_id].stake,
                                                           POLICIES[one.policy_id].principle))
            for one in ours
        )  # fmt: skip
        assert sum(sum(by.values()) for by in matrix.over_all.values()) == stated
        assert sum(sum(by.values()) for by in matrix.by_body.values()) == stated
