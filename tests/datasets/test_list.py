"""The list of datasets: every order pages through every sheet once, and the address says it all."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import event

from registry.datasets.listing.columns import ORDERS
from registry.datasets.listing.narrowing import DatasetFilter
from registry.datasets.queries import find_datasets
from registry.kernel.permissions import Role
from registry.platform.words_in_texts import MOST_WORDS
from tests.pages import faster

pytestmark = pytest.mark.database


@pytest.fixture
def three(town: Any) -> list[str]:
    """Three sheets, two of which tie by organisation, and one without a day of update."""
    town.record("Écluses", modified=date(2026, 3, 1))
    town.record("Abris", modified=None)
    town.record("Lavoirs", on=town.commune_id, modified=date(2025, 1, 2))
    return ["Abris", "Écluses", "Lavoirs"]


@pytest.mark.parametrize("order", [*ORDERS, *(f"-{order}" for order in ORDERS)])
def test_each_order_pages_through_every_sheet_once(town: Any, three: list[str], order: str) -> None:
    with town.acting() as session:
        after, met = None, []
        while page := find_datasets(session, DatasetFilter(), order=order, after=after, limit=1)[:1]:
            met.append(page[0])
            after = page[0].cursor

    assert sorted(row.title for row in met) == sorted(three)
    places = [row.cursor for row in met]
    assert all(one > other if order.startswith("-") else one < other for one, other in pairwise(places))


def test_a_heading_sorts_and_turns_round_and_keeps_the_filters(town: Any, three: list[str]) -> None:
    steward = town.someone(Role.STEWARD)

    newest = steward.get("/jeux?q=&etape=identified&tri=-mise-a-jour").text
    assert newest.index("Écluses") < newest.index("Lavoirs") < newest.index("Abris")
    assert (
        '<th scope="col" aria-sort="descending"><a class="sort" href="/jeux?etape=identified&amp;tri=mise-a-jour">'
        in newest
    )
    by_title = steward.get("/jeux?tri=inconnu").text
    assert [by_title.index(f">{title}<") for title in three] == sorted(by_title.index(f">{title}<") for title in three)
    assert 'aria-sort="ascending"><a class="sort" href="/jeux?tri=-titre">' in by_title


def test_an_annulled_sheet_is_found_by_who_looks_for_it(town: Any) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Doublon")
    faster(steward, f"/jeux/{number}/annuler", "doublon")

    assert "Doublon" not in steward.get("/jeux").text
    assert "Doublon" in steward.get("/jeux?annulees=true").text


def test_the_authority_stands_first_then_its_services_then_the_communes(town: Any) -> None:
    page = town.someone(Role.STEWARD).get("/jeux/nouveau").text

    names = ["Communauté urbaine d’essai", "Direction de l’eau", "Grande-Commune", "Petite-Commune"]
    places = [page.index(f">{name}</option>") for name in names]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        *((one, {"Écoles et œuvres", "Cantines", "Bancs"}) for one in ("école", "ECOLE", "Œuvre", "oeuvre")),
        ("ville%", {"Autre"}),
        ("ville.*", set()),
        ("ville[", set()),
    ],
)
def test_words_meet_titles_keywords_and_publishers_whatever_their_accents(
    town: Any, words: str, titles: set[str]
) -> None:
    town.record("Écoles et œuvres")
    town.record("Cantines", keywords=["école", "Œuvres"])
    town.record("Bancs", publisher_name="ÉCOLE des œuvres")
    town.record("Autre", keywords=["ville"], publisher_name="Ville")

    with town.acting() as session:
        met = {row.title for row in find_datasets(session, DatasetFilter(words=words))}

    assert met == titles


def test_an_error_of_a_file_stands_at_its_field(town: Any) -> None:
    page = town.someone(Role.STEWARD).post(
        "/jeux/nouveau",
        {"organisation_id": town.authority_id, "title": "Abris", "distributions": "",
         "distribution-0-title": "Abris", "distribution-0-download_url": "abris.csv"},
    ).text  # fmt: skip

    assert '<a href="#distribution-0-download_url">Fichier ou accès 1, Adresse du fichier' in page
    assert 'id="distribution-0-download_url-erreur"' in page


def test_a_whole_text_pasted_into_the_search_asks_no_more_of_the_database_than_ten_words(
    town: Any, three: list[str]
) -> None:
    pasted = " ".join(f"mot{number}" for number in range(2_000))
    asked: list[str] = []
    with town.acting() as session:
        event.listen(session.connection(), "before_cursor_execute", lambda *said: asked.append(said[2]))
        assert find_datasets(session, DatasetFilter(words=pasted)) == []
        assert find_datasets(session, DatasetFilter(words="lavoirs " * 500))[0].title == "Lavoirs"
    assert asked[0].count("~*") == 2 * MOST_WORDS
