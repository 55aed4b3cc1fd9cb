"""The counts of the list agree with the list, for each value of each facet, and follow what is written."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from registry.datasets.bulk.forms import BulkEditForm
from registry.datasets.bulk.service import apply_bulk_edit, preview_bulk_edit
from registry.datasets.listing.counting import count_facets
from registry.datasets.listing.finding import PageAsked, next_by_title
from registry.datasets.listing.narrowing import DatasetFilter
from registry.datasets.listing.selecting import read_query, read_selection
from registry.datasets.queries import count_datasets, find_datasets, find_ids
from registry.datasets.vocabulary import AccessRights, ListFacet, PersonalData
from registry.organisations.forms import AppointmentForm, PersonForm
from registry.organisations.queries import find_organisations
from registry.organisations.service import appoint, record_person
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject

pytestmark = pytest.mark.database


@pytest.fixture
def shelf(town: Any) -> list[int]:
    """Sheets of three organisations, no two alike."""
    file = {"access_url": "https://a.invalid", "format": "CSV"}
    made = []
    for number in range(12):
        made.append(
            town.record(
                f"Jeu {number}", on=(town.authority_id, town.service_id, town.commune_id)[number % 3],
                access_rights=list(AccessRights)[number % 3] if number % 4 else None,
                personal_data=list(PersonalData)[number % 5], licence="etalab-2.0" if number % 2 else None,
                themes=["ENVI", "TRAN"][: number % 3], frequency="ANNUAL" if number % 5 else None,
                distributions=[file] if number % 3 else [], publisher_name="Ville" if number % 2 else None,
            )
        )  # fmt: skip
    with town.acting() as session:
        person = record_person(session, town.authority_id, PersonForm(name="Titulaire", email="t@a.invalid"))
        appoint(
            session, town.authority_id,
            AppointmentForm(person_id=person.id, role=AppointmentRole.OWNER, subject_kind=AppointmentSubject.DATASET,
                            subject_id=made[0], since=town.info["today"]() - timedelta(days=3)),
        )  # fmt: skip
    return made


ADDRESSES = (
    "",
    "acces=public",
    "acces=public&acces=vide&theme=ENVI",
    "constat=to-complete",
    "constat=non-compliant&regle=OD-05",
    "regle=OD-05",
    "proprietaire=sans&format=CSV",
    "q=jeu+1",
    "theme=vide",
    "organisation={service}&licence=vide",
    "echeance=365",
    "annulees=true",
    "jeu=1&jeu=2&jeu=999999999999999999",
    "jeu=999999999999999",
)


def agree(town: Any, address: str) -> int:
    """Holds the counts of an address against the list of each value; how many values there were."""
    day, met = town.info["today"](), 0
    with town.acting() as session:
        query = read_query(address.format(service=town.service_id))
        narrowed = read_selection(session, query, on=day)
        counted = count_facets(session, narrowed)
        assert counted.ids() == find_ids(session, narrowed), address
        assert counted.total == count_datasets(session, narrowed)
        for facet, counts in counted.counts.items():
            for value, number in counts.items():
                asked = {**query, str(facet): [value]}
                if facet is ListFacet.ORGANISATION:
                    chosen = replace(narrowed, organisation_ids=frozenset({int(value)}))
                else:
                    chosen = read_selection(session, asked, on=day)
                assert count_datasets(session, chosen) == number, (address, facet, value)
                met += 1
    return met


def test_each_count_is_the_length_of_the_list_it_announces(town: Any, shelf: list[int]) -> None:
    assert sum(agree(town, address) for address in ADDRESSES) > 200


@pytest.mark.parametrize("order", ["organisation", "-organisation"])
def test_the_pages_by_organisation_are_those_the_database_would_sort(town: Any, shelf: list[int], order: str) -> None:
    with town.acting() as session:
        counted = count_facets(session, DatasetFilter(on=town.info["today"]()))
        bodies = [(body.name_sort, body.id) for body in find_organisations(session)]
        after, met = None, list[int]()
        while page := find_datasets(session, DatasetFilter(), order=order, after=after, limit=2)[:3]:
            numbers = [row.id for row in page]
            assert counted.page_by_body(bodies, after, 3, downwards=order.startswith("-")) == numbers
            met, after = [*met, *numbers[:2]], page[:2][-1].cursor
    assert sorted(met) == sorted(shelf)


@pytest.mark.parametrize("order", ["", "-titre"])
@pytest.mark.parametrize("words", ["jeu", "jeu 1", "rien"])
def test_a_page_of_many_sheets_is_found_by_walking_their_titles(
    town: Any, shelf: list[int], order: str, words: str
) -> None:
    with town.acting() as session:
        narrowed = DatasetFilter(words=words, on=town.info["today"]())
        counted = count_facets(session, narrowed)
        after = None
        for _page in range(7):
            numbers = next_by_title(session, counted, PageAsked(order, after, 3), annulled=False)
            asked = find_datasets(session, narrowed, order=order, after=after, limit=2)
            assert numbers == [row.id for row in asked]
            after = asked[:2][-1].cursor if asked else after


@pytest.mark.parametrize("number", [-(10**18), -1, 0, 10**18])
def test_a_place_may_name_any_number_and_costs_nothing(town: Any, shelf: list[int], number: int) -> None:
    with town.acting() as session:
        counted = count_facets(session, DatasetFilter(on=town.info["today"]()))
        bodies = [(body.name_sort, body.id) for body in find_organisations(session)]
        last = max(bodies)
        for downwards in (False, True):
            found = counted.page_by_body(bodies, (last[0], number), 50, downwards=downwards)
            asked = find_datasets(
                session, DatasetFilter(), order="-organisation" if downwards else "organisation",
                after=(last[0], number), limit=49,
            )  # fmt: skip
            assert found == [row.id for row in asked]


def test_what_was_just_written_is_counted(town: Any, shelf: list[int]) -> None:
    agree(town, "")
    town.record("Treizième", access_rights=AccessRights.PUBLIC)
    agree(town, "acces=public")
    form = BulkEditForm.model_validate({"edits": [{"field": "licence", "operation": "set", "value": "odbl"}]})
    with town.acting() as session:
        bulk = preview_bulk_edit(
            session, DatasetFilter(), form, organisation_id=town.authority_id, account_id=None,
            writable={town.authority_id}, today=town.info["today"](),
        ).id  # fmt: skip
    apply_bulk_edit(town.acting, bulk)
    agree(town, "licence=odbl")
    with town.as_owner() as session:
        counted = count_facets(session, DatasetFilter(on=town.info["today"]()))
    assert counted.counts[ListFacet.LICENCE]["odbl"] == 5


def test_who_reads_less_counts_less(town: Any, shelf: list[int]) -> None:
    assert agree(town, "") > 0
    with town.acting() as session:
        assert count_facets(session, DatasetFilter(on=town.info["today"]())).total == 12
