"""What is found: by accents, plurals, acronyms, beginnings, near misses; and what is shown and counted of it."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from registry.datasets.listing.narrowing import DatasetFilter
from registry.datasets.queries import count_datasets
from registry.datasets.vocabulary import AccessRights, ListFacet, PersonalData
from registry.kernel.permissions import Role
from registry.ledger.service import seal
from tests.search.conftest import Searched

pytestmark = pytest.mark.database


@pytest.fixture
def shelf(searched: Searched) -> Searched:
    """Eight sheets, indexed."""
    town = searched.town
    town.record(
        "Écoles publiques", keywords=["éducation"], description="Liste des établissements scolaires du premier degré."
    )
    town.record("Délégations de service public", description="Contrats de concession en cours.", personal_data="none")
    town.record("Pistes cyclables", keywords=["vélos"], personal_data="none", access_rights="public", themes=["TRAN"])
    town.record("Registre des traitements", description="Tenu au titre du RGPD.", personal_data="personal")
    town.record("Réseau d’eau potable", on=town.commune_id, access_rights="restricted", themes=["ENVI"])
    town.record("Zones de bruit", description="Le <script>alert('vélo')</script> & la suite.", access_rights="public")
    town.record("Travaux de voirie", on=town.service_id, publisher_name="Direction des routes")
    town.record("Plan local d’urbanisme", licence="etalab-2.0")
    searched.catch_up()
    return searched


WRITTEN = [
    ("ECOLE", "Écoles publiques"), ("école publique", "Écoles publiques"), ("e\u0301coles", "Écoles publiques"),
    ("DSP", "Délégations de service public"), ("delegation de service public", "Délégations de service public"),
    ("vélo", "Pistes cyclables"), ("gdpr", "Registre des traitements"), ("rgpd", "Registre des traitements"),
    ("protection des données", "Registre des traitements"), ("PLU", "Plan local d’urbanisme"),
    ("travail voirie", "Travaux de voirie"), ("cycl", "Pistes cyclables"), ("pistes cyclabl", "Pistes cyclables"),
    ("potab", "Réseau d’eau potable"), ("direction des routes", "Travaux de voirie"),
    ("grande-commune", "Réseau d’eau potable"), ("réseaux l’eau", "Réseau d’eau potable"),
    ("alimentation en eau potable", "Réseau d’eau potable"), ("établissement scolaire", "Écoles publiques"),
]  # fmt: skip


def test_a_sheet_is_found_however_its_words_are_written(shelf: Searched) -> None:
    steward = shelf.town.someone(Role.STEWARD)
    missed = [(words, title) for words, title in WRITTEN if title not in shelf.titles(steward, words)]
    assert not missed


def test_a_sheet_is_found_by_the_names_machines_know_it_by(searched: Searched) -> None:
    town = searched.town
    named = {"identifier": "JD-001", "acronym": "BRVE", "uri": "https://exemple.invalid/jeux/ab12_cd34"}
    town.record("Bornes", on=town.commune_id, **named)
    town.record("Fontaines", on=town.commune_id, identifier="JD-002", uri="https://exemple.invalid/jeux/ef56_ab78")
    searched.catch_up()
    steward, elsewhere = town.someone(Role.STEWARD), town.someone(Role.READER, town.other_commune_id)
    ways = ("JD-001", "jd 001", "jd-001 bornes", "brve", "ab12_cd34", "https://exemple.invalid/jeux/ab12_cd34")

    assert {words: searched.titles(steward, words) for words in ways} == {words: ["Bornes"] for words in ways}
    assert sorted(searched.titles(steward, "JD-0")) == ["Bornes", "Fontaines"]
    assert searched.titles(elsewhere, "JD-001") == []
    assert searched.titles(steward, "exemple") == [], "the site of an address is no word of a sheet"


def test_every_word_is_needed_and_the_title_comes_first(shelf: Searched) -> None:
    town, steward = shelf.town, shelf.town.someone(Role.STEWARD)
    town.record("Effectifs", description="Les écoles, leurs classes et leurs élèves.")
    shelf.catch_up()

    assert shelf.titles(steward, "école") == ["Écoles publiques", "Effectifs"]
    assert shelf.titles(steward, "école voirie") == []


NEAR = {
    "ecloe": "école", "voirei": "voirie", "Réseau d’eau potabel": "Réseau d’eau potable", "cyclaples": "cyclables",
    "xyzxyz": None, "wz": None,
}  # fmt: skip


def test_a_word_nobody_wrote_is_put_right_as_the_sheets_spell_it(shelf: Searched) -> None:
    steward = shelf.town.someone(Role.STEWARD)
    shelf.town.record("École de musique")
    shelf.catch_up()
    told = {words: shelf.body(steward, words) for words in NEAR}

    assert {one["total"] for one in told.values()} == {0}
    assert {words: one["did_you_mean"] and one["did_you_mean"].replace("É", "é") for words, one in told.items()} == NEAR
    page = steward.get("/recherche", params={"q": "cyclaples"}).text
    address = re.search(r'Vouliez-vous dire\s: <a href="(/recherche\?q=[^"]+)"', page)
    assert address is not None
    assert "1 jeu de données trouvé" in steward.get(address[1]).text


def test_what_is_shown_is_marked_and_never_read_as_html(shelf: Searched) -> None:
    page = shelf.town.someone(Role.STEWARD).get("/recherche", params={"q": "vélo"}).text

    assert "<script>alert" not in page
    assert "Le &lt;script&gt;alert(&#39;<mark>vélo</mark>&#39;)&lt;/script&gt; &amp; la suite." in page
    assert "<li><mark>vélos</mark></li>" in page
    asked = shelf.town.someone(Role.STEWARD).get("/recherche", params={"q": '"><script>x</script>'}).text
    assert "<script>x" not in asked


def test_the_count_of_each_facet_is_what_the_list_holds(shelf: Searched) -> None:
    town = shelf.town
    for number in range(30):
        town.record(
            f"Relevé {number}", on=(town.authority_id, town.commune_id, town.service_id)[number % 3],
            personal_data=[None, "none", "personal"][number % 3 - 1], themes=["ENVI"] if number % 2 else [],
            access_rights=("public", "restricted", "non-public", None)[number % 4],
        )  # fmt: skip
    shelf.catch_up()
    steward = town.someone(Role.STEWARD)
    told = shelf.body(steward, "relevé")
    counts = {one["name"]: {value["code"]: value["count"] for value in one["values"]} for one in told["facets"]}

    with town.acting() as session:
        held = DatasetFilter(words="relevé")
        assert told["total"] == count_datasets(session, held) == 30
        for one in PersonalData:
            chosen = {ListFacet.PERSONAL_DATA: frozenset({str(one)})}
            number = count_datasets(session, DatasetFilter(words="relevé", chosen=chosen))
            assert counts["personal_data"].get(str(one), 0) == number
        for one in AccessRights:
            chosen = {ListFacet.ACCESS_RIGHTS: frozenset({str(one)})}
            number = count_datasets(session, DatasetFilter(words="relevé", chosen=chosen))
            assert counts["access_rights"].get(str(one), 0) == number
        for body in (town.authority_id, town.commune_id, town.service_id):
            number = count_datasets(session, DatasetFilter(words="relevé", organisation_ids=frozenset({body})))
            assert counts["organisation_id"].get(str(body), 0) == number == 10
    assert counts["theme"] == {"ENVI": 15}


def test_a_facet_narrows_and_says_what_its_other_values_would_add(shelf: Searched) -> None:
    town = shelf.town
    for number, access in enumerate(["public", "public", "restricted"]):
        town.record(f"Comptage {number}", access_rights=access, personal_data="none" if number else "personal")
    shelf.catch_up()
    steward = town.someone(Role.STEWARD)
    told = shelf.body(steward, "comptage", access_rights="public")
    counts = {one["name"]: {value["code"]: value["count"] for value in one["values"]} for one in told["facets"]}

    assert told["total"] == 2
    assert counts["access_rights"] == {"public": 2, "restricted": 1}
    assert counts["personal_data"] == {"none": 1, "personal": 1}
    page = steward.get("/recherche?q=comptage&acces=public&acces=restricted&donnees=none").text
    assert "2 jeux de données trouvés" in page
    assert re.search(r'name="acces" value="public" id="acces-\d" checked', page)
    assert "Ouvert à tous (1)" in page
    assert shelf.body(steward, "comptage", access_rights="nothing")["total"] == 3


def test_pages_follow_each_other_and_keep_the_filters(shelf: Searched) -> None:
    town = shelf.town
    for number in range(25):
        town.record(f"Capteur {number}", access_rights="public")
    shelf.catch_up()
    steward = town.someone(Role.STEWARD)
    first, second = (steward.get(f"/recherche?q=capteur&acces=public&page={page}").text for page in (1, 2))

    assert 'href="/recherche?q=capteur&amp;acces=public&amp;page=2" rel="next"' in first
    assert 'rel="next"' not in second
    met = [number for page in (first, second) for number in re.findall(r'<a href="/jeux/(\d+)">', page)]
    assert len(met) == len(set(met)) == 25
    assert steward.get("/recherche?q=capteur&page=0").status_code == 422
    assert steward.get("/recherche?q=capteur&page=x").status_code == 422


def test_nothing_asked_tells_how_and_nothing_found_tells_what_next(shelf: Searched) -> None:
    steward = shelf.town.someone(Role.STEWARD)

    assert "Que cherchez-vous" in steward.get("/recherche").text
    assert "Que cherchez-vous" in steward.get("/recherche?q=%E2%80%99").text
    assert "Aucun jeu ne répond à ces mots" in steward.get("/recherche?q=zzzzzz").text
    assert "Chercher sans filtre" in steward.get("/recherche?q=vélo&donnees=nir").text
    assert steward.api("GET", "/api/v1/search").status_code == 422


STRANGE = [
    "\0", "a\0b", "a" * 5_000, "mot " * 2_000, "\U0001f600", "%", "_", '"', "\\", "[", "(", "*", "vélo*", "~2", "^",
    "title:vélo", "AND OR NOT", "e\u0301" * 300, "\u0301", "١٢٣", "日本語", "ﬁche", "\ud7ff", "+-&&||!(){}[]^~?:/",
    "x" * 31, "½ ² ß ŉ İ",
]  # fmt: skip


def test_whatever_is_typed_is_answered(shelf: Searched) -> None:
    steward = shelf.town.someone(Role.STEWARD)
    for words in STRANGE:
        assert steward.get("/recherche", params={"q": words}).status_code == 200, words[:20]
        assert steward.api("GET", "/api/v1/search", params={"q": words}).status_code in {200, 422}, words[:20]
        offered = steward.api("GET", "/api/v1/search/suggestions", params={"q": words})
        assert offered.status_code == (200 if len(words) <= 2000 else 422), words[:20]
    for narrowed in ("theme=%00", "organisation=99999999999999999999", "format=" + "x" * 999, "licence=%FF", "etape=x"):
        assert steward.get(f"/recherche?q=vélo&{narrowed}").status_code == 200, narrowed


def test_titles_are_offered_to_who_is_typing(shelf: Searched) -> None:
    steward = shelf.town.someone(Role.STEWARD)
    told = steward.api("GET", "/api/v1/search/suggestions", params={"q": "pist"}).json()["suggestions"]

    assert [(one["title"], one["organisation"]) for one in told] == [("Pistes cyclables", "Communauté urbaine d’essai")]
    assert steward.get(told[0]["address"]).status_code == 200
    assert steward.api("GET", "/api/v1/search/suggestions").json() == {"suggestions": []}


def test_the_box_stands_on_every_page_for_who_may_read(shelf: Searched) -> None:
    town = shelf.town
    assert 'id="recherche-rapide"' in town.someone(Role.READER).get("/jeux").text
    assert 'id="recherche-rapide"' not in town.client.get("/connexion").text


def test_a_page_says_when_the_index_is_late_by_more_than_a_minute(shelf: Searched) -> None:
    town, steward = shelf.town, shelf.town.someone(Role.STEWARD)
    town.record("Vélos en libre-service")
    with town.acting("sealer") as session:
        from_now = session.execute(text("SELECT max(tree_size) FROM ledger_root")).scalar_one()
    shelf_seal(shelf)
    assert "L’index est en retard" not in steward.get("/recherche?q=vélo").text
    with town.as_owner() as session:
        session.execute(text("GRANT UPDATE ON ledger_root TO beffroi_owner"))
        session.execute(text("ALTER TABLE ledger_root DISABLE TRIGGER USER"))
        session.execute(
            text("UPDATE ledger_root SET sealed_at = sealed_at - interval '2 minutes' WHERE tree_size > :size"),
            {"size": from_now},
        )
        session.execute(text("ALTER TABLE ledger_root ENABLE TRIGGER USER"))

    assert "L’index est en retard" in steward.get("/recherche?q=vélo").text
    assert shelf.body(steward, "vélo")["behind_since"] is not None
    shelf.follower.step()
    assert "L’index est en retard" not in steward.get("/recherche?q=vélo").text
    assert "Vélos en libre-service" in shelf.titles(steward, "vélo")


def shelf_seal(shelf: Searched) -> Any:
    """Seals what was written, and indexes nothing."""
    with shelf.town.acting("sealer") as session:
        return seal(session)
