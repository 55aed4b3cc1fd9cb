"""A word of another organisation appears in no hit, count, facet, suggestion, correction or snippet."""

from typing import Any
from urllib.parse import quote_plus

import pytest

from registry.kernel.permissions import Role
from registry.platform.database import Acting, transaction
from registry.search.asking import Asked, question, ranked, resembling
from registry.search.index import look
from registry.search.queries import find_correction, find_sheets, search
from registry.search.vocabulary import SearchFacet
from tests.search.conftest import Searched

pytestmark = pytest.mark.database

CANARY = "zibeline"
NEAR = ("zibeline", "ZIBELINES", "zib", "zibelnie", "zibelime", "zibellne", "marque zibeline", "inventaire zibelin")


@pytest.fixture
def secret(searched: Searched) -> Searched:
    """A commune that holds a word of its own in each text, beside another that holds the same object without it."""
    town = searched.town
    town.record(
        f"Inventaire {CANARY}", on=town.other_commune_id, description=f"Une marque {CANARY}.", keywords=[CANARY],
        publisher_name=f"Maison {CANARY}", themes=["HEAL"], licence=None, personal_data="nir",
    )  # fmt: skip
    town.record("Inventaire des arbres", on=town.commune_id, description="Une marque verte.", personal_data="none")
    searched.catch_up()
    return searched


def asked_of_everything(who: Any, words: str) -> str:
    """Every answer of the search to these words, without the words themselves where a page says them again."""
    answers = [
        who.get("/recherche", params={"q": words}).text.replace(words, ""),
        who.get("/recherche", params={"q": words, "donnees": "nir", "theme": "HEAL"}).text.replace(words, ""),
        who.api("GET", "/api/v1/search", params={"q": words}).text,
        who.api("GET", "/api/v1/search", params={"q": words, "theme": "HEAL"}).text,
        who.api("GET", "/api/v1/search/suggestions", params={"q": words}).text,
    ]
    return "\n".join(answers).replace(quote_plus(words), "").casefold()


def test_who_does_not_read_a_commune_learns_none_of_its_words(secret: Searched) -> None:
    town = secret.town
    stranger = town.someone(Role.STEWARD, town.commune_id)
    for words in NEAR:
        told = asked_of_everything(stranger, words)
        assert CANARY not in told, words
        assert "petite-commune" not in told, words
        body = secret.body(stranger, words)
        assert (body["total"], body["did_you_mean"]) == (0, None), words


def test_who_reads_it_is_offered_its_words(secret: Searched) -> None:
    town = secret.town
    for who in (town.someone(Role.STEWARD, town.other_commune_id), town.someone(Role.STEWARD)):
        assert secret.titles(who, CANARY) == [f"Inventaire {CANARY}"]
        assert secret.body(who, "zibelnie")["did_you_mean"] == CANARY
        told = who.api("GET", "/api/v1/search/suggestions", params={"q": "zib"}).json()["suggestions"]
        assert [one["title"] for one in told] == [f"Inventaire {CANARY}"]


def test_the_same_words_count_for_each_what_each_reads(secret: Searched) -> None:
    town = secret.town
    here = secret.body(town.someone(Role.STEWARD, town.commune_id), "inventaire")
    above = secret.body(town.someone(Role.STEWARD), "inventaire")

    assert (here["total"], above["total"]) == (1, 2)
    counts = {one["name"]: {value["code"] for value in one["values"]} for one in here["facets"]}
    assert counts["organisation_id"] == {str(town.commune_id)}
    assert counts["personal_data"] == {"none"}
    assert "theme" not in counts


def test_an_organisation_out_of_reach_named_in_the_address_narrows_nothing_and_shows_nothing(secret: Searched) -> None:
    town = secret.town
    stranger = town.someone(Role.STEWARD, town.commune_id)

    assert secret.titles(stranger, "inventaire", organisation=town.other_commune_id) == ["Inventaire des arbres"]
    page = stranger.get(f"/recherche?q=inventaire&organisation={town.other_commune_id}").text
    assert "Petite-Commune" not in page


def test_a_hit_that_the_tables_no_longer_show_is_dropped_though_the_index_holds_it(secret: Searched) -> None:
    town = secret.town
    steward = town.someone(Role.STEWARD)
    number = town.record("Inventaire annulé")
    secret.catch_up()
    assert "Inventaire annulé" in secret.titles(steward, "inventaire")

    steward.post(f"/jeux/{number}/annuler", {"version": "1", "reason": "doublon"})

    assert "Inventaire annulé" not in secret.titles(steward, "inventaire")
    secret.catch_up()
    assert secret.body(steward, "inventaire")["total"] == 2


def test_what_a_sheet_said_before_is_shown_no_more_though_the_index_is_late(secret: Searched) -> None:
    town = secret.town
    steward = town.someone(Role.STEWARD)
    number = town.record("Carnet", description="Tenu par Untel-Martin.")
    secret.catch_up()
    changed = steward.api(
        "PATCH", f"/api/v1/datasets/{number}", json={"description": "Tenu par le service."}, headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 200

    answer = steward.get("/recherche?q=untel").text + steward.api("GET", "/api/v1/search?q=untel-martni").text
    assert "Martin" not in answer


def test_the_index_itself_answers_within_the_organisations_named_and_no_other(secret: Searched) -> None:
    town = secret.town
    now = look(town.home.settings.root)
    here, there = frozenset({town.commune_id}), frozenset({town.other_commune_id})
    for question_of in (
        lambda bodies: question(Asked("zib"), bodies),
        lambda bodies: ranked(Asked(CANARY), bodies),
        lambda bodies: resembling("zibelnie", bodies, most=2),
    ):
        assert now.find(question_of(here), limit=10) == []
        assert now.count(question_of(here), SearchFacet).total == 0
        assert len(now.find(question_of(there), limit=10)) == 1
    assert now.find(question(Asked(CANARY), frozenset()), limit=10) == []


def test_row_level_security_holds_even_where_the_question_forgot_the_organisations(secret: Searched) -> None:
    town = secret.town
    stranger = town.someone(Role.STEWARD, town.commune_id)
    everything = frozenset({town.authority_id, town.commune_id, town.other_commune_id, town.service_id})
    root = town.home.settings.root
    ids = look(root).find(question(Asked(CANARY), everything), limit=10)
    assert ids

    acting = Acting(f"account:{stranger.account_id}", reads=frozenset({town.commune_id}))
    with transaction(town.home.app, acting) as session:
        assert find_sheets(session, ids, everything) == []
        assert search(session, root, Asked(CANARY), everything).sheets == []
        assert find_correction(session, root, Asked("zibelnie"), everything) is None


def test_nobody_is_answered_without_a_sign_in_and_a_right(secret: Searched) -> None:
    client = secret.town.client
    assert client.get("/recherche?q=inventaire", follow_redirects=False).status_code == 303
    assert client.get("/api/v1/search?q=inventaire").status_code == 401
    assert client.get("/api/v1/search/suggestions?q=inv").status_code == 401
