"""The public catalogue as anybody reads it: no account, no cookie, no script, and nothing of what is not published."""

import json
import re

import pytest
from httpx import Response
from rdflib import Graph
from sqlalchemy import event

from registry.kernel.permissions import Role
from registry.web.cookies import LOCAL_SESSION_COOKIE
from tests.conftest import Town
from tests.public.conftest import Published, publish

pytestmark = pytest.mark.database

STATEMENTS = {
    "/catalogue": 5,
    "/catalogue?q=arbre&theme=ENVI&organisation={authority}": 5,
    "/catalogue/jeux/{trees}": 6,
    "/catalogue/jeux/{withdrawn}": 2,
    "/catalogue/organisations/{authority}": 3,
    "/catalogue/dcat.ttl": 7,
    "/catalogue/scdl.csv": 6,
    "/catalogue/atom.xml": 3,
    "/sitemap.xml": 4,
    "/robots.txt": 0,
}
"""How many statements each answer takes, besides those that open and close its transactions."""


def read(published: Published, path: str, **headers: str) -> Response:
    said = {"Accept-Language": "fr", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return published.town.client.get(addressed(published, path), headers=said, follow_redirects=False)


def addressed(published: Published, path: str) -> str:
    return path.format(authority=published.town.authority_id, **published.sheets)


def test_the_list_shows_what_is_published_and_nothing_else(published: Published) -> None:
    page = read(published, "/catalogue")
    assert page.status_code == 200
    assert "Arbres d’alignement" in page.text
    assert "Écoles" in page.text
    assert "2 jeux de données" in page.text
    for hidden in ("Brouillon secret", "Fiche annulée", "Fiche retirée", "Fiche en révision", "Direction de l’eau"):
        assert hidden not in page.text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=ARBRES", ["Arbres d’alignement"]), ("q=ecoles", ["Écoles"]), ("q=essence+arbres", ["Arbres d’alignement"]),
        ("theme=EDUC", ["Écoles"]), ("forte-valeur=true", ["Arbres d’alignement"]), ("q=%25", []),
        ("q=secret", []), ("q=Camille", []), ("organisation={authority}", ["Arbres d’alignement", "Écoles"]),
        ("theme=PIRATE&organisation=999&page=-4", ["Arbres d’alignement", "Écoles"]),
        ("page=99999999999999999999", None),
        ("q=%00&page=abc", ["Arbres d’alignement", "Écoles"]),
        ("q=align", ["Arbres d’alignement"]), ("q=lignement", []), ("q=bre", []), ("q=cole", []),
    ],
)  # fmt: skip
def test_the_list_is_narrowed_by_words_theme_and_body(
    published: Published, asked: str, found: list[str] | None
) -> None:
    page = read(published, f"/catalogue?{asked}")
    assert page.status_code == 200
    if found is not None:
        assert re.findall(r'<h2><a href="/catalogue/jeux/\d+">(.*?)</a></h2>', page.text) == found
    if found == []:
        assert "Aucune donnée publiée ne répond à cette recherche" in page.text


def test_what_bears_the_word_in_its_title_comes_before_what_only_speaks_of_it(town: Town) -> None:
    sheets = [
        town.record("Bancs", description="Près des écoles et des parcs."),
        town.record("Crèches", keywords=["école maternelle"]),
        town.record("Écoliers transportés"),
        town.record("Plan des écoles"),
        town.record("Piscines", description="Ouvertes aux scolaires."),
    ]
    town.someone(Role.STEWARD)
    with town.as_owner() as session:
        for sheet in sheets:
            publish(session, sheet)

    def listed(asked: str) -> list[str]:
        page = town.client.get(f"/catalogue?{asked}").text
        return re.findall(r'<h2><a href="/catalogue/jeux/\d+">(.*?)</a></h2>', page)

    assert listed("q=ecol") == ["Écoliers transportés", "Plan des écoles", "Crèches", "Bancs"]
    assert listed("q=ecole") == ["Plan des écoles", "Crèches", "Bancs"]
    assert listed("q=ecoles") == ["Plan des écoles", "Bancs"]
    assert listed("") == ["Bancs", "Crèches", "Écoliers transportés", "Piscines", "Plan des écoles"]


def facets(page: str, name: str) -> dict[str, int]:
    block = page.partition(f'name="{name}"')[2].partition("</select>")[0]
    found = re.findall(r'<option value="([^"]+)"[^>]*>[^<]*\((\d+)\)', block)
    assert len(found) == len(re.findall(r'<option value="[^"]+"', block)), "every choice says how many it leads to"
    return {code: int(count) for code, count in found}


@pytest.mark.parametrize("asked", ["", "q=ecoles", "theme=ENVI", "organisation={authority}", "forte-valeur=true"])
def test_every_choice_leads_to_as_many_datasets_as_it_says(published: Published, asked: str) -> None:
    page = read(published, f"/catalogue?{asked}").text
    for name in ("theme", "organisation"):
        choices = facets(page, name)
        assert choices
        others = "&".join(one for one in asked.split("&") if not one.startswith(f"{name}="))
        for code, count in choices.items():
            said = read(published, f"/catalogue?{others}&{name}={code}").text
            assert len(re.findall(r"<h2><a", said)) == count, f"{name} {code}"


def test_a_dataset_is_told_in_plain_words_and_names_nobody(published: Published) -> None:
    page = read(published, "/catalogue/jeux/{trees}")
    for said in (
        "Arbres d’alignement", "Relevés par les jardiniers, &lt;sans&gt; le parc privé.", "Licence Ouverte", "Annuelle",
        "Communauté urbaine d’essai", "Arbres, en CSV", "https://exemple.invalid/arbres.csv", "Données de forte valeur",
        "arbres@essai.invalid", "12 octobre 2026", "4 mai 2026", "du 1er janvier 2020 au 31 décembre 2025",
    ):  # fmt: skip
        assert said in page.text.replace("\u00a0", " "), said
    for kept in ("Camille", "camille.essai", "note interne", "Doutes sur le nord"):
        assert kept not in page.text


def test_each_file_says_under_which_licence_it_is_its_own_or_that_of_the_dataset(published: Published) -> None:
    told = published.town.client.get(f"/catalogue/jeux/{published.sheets['trees']}").text.replace("\xa0", " ")
    files = told[told.index('id="fichiers"') :].split("<li>")
    assert "Licence : Open Database License 1.0 (ODbL)" in files[1], "its own"
    assert "Licence : Licence Ouverte 2.0" in files[2], "that of the dataset"


def test_the_page_says_the_same_to_search_engines(published: Published) -> None:
    page = read(published, "/catalogue/jeux/{trees}").text
    block = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    told = json.loads(block)
    assert (told["@type"], told["name"], told["dateModified"]) == ("Dataset", "Arbres d’alignement", "2026-05-04")
    assert "<sans>" in told["description"], "a text of the sheet is given whole"
    assert "<" not in block, "and can close no element"
    assert len(told["distribution"]) == 2


def test_what_was_withdrawn_is_gone_and_what_never_was_published_is_not_found(published: Published) -> None:
    for name, status in (("withdrawn", 410), ("annulled", 410), ("revised", 404), ("draft", 404)):
        answer = read(published, f"/catalogue/jeux/{{{name}}}")
        assert answer.status_code == status, name
        assert "publié" in answer.text
        assert "Fiche" not in answer.text
        assert "secret" not in answer.text
        assert answer.headers["cache-control"] == "no-cache"
    assert read(published, "/catalogue/jeux/999999999999999999999").status_code == 404
    assert read(published, "/catalogue/organisations/999999999999999999999").status_code == 404
    assert "Revenir" not in read(published, f"/catalogue/organisations/{published.town.service_id}").text


def test_a_commune_is_a_member_of_the_authority_and_depends_on_nobody(published: Published) -> None:
    page = read(published, f"/catalogue/organisations/{published.town.commune_id}").text
    assert "Commune membre de" in page
    assert "Dépend de" not in page


@pytest.mark.parametrize(
    "path", ["/catalogue/rien", "/catalogue/jeux/abc", "/catalogue/dcat.ttl?page=9", "/catalogue/jeux/999"]
)
def test_an_error_of_the_public_part_stays_in_its_own_frame_with_a_way_back(published: Published, path: str) -> None:
    answer = read(published, path, Accept="text/html")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    links = set(re.findall(r'<a [^>]*href="([^"]*)"', answer.text)) - {"#contenu", "/accessibilite"}
    assert links
    assert all(one.startswith("/catalogue") for one in links), "no link leads within"
    assert "vos droits" not in answer.text
    assert "set-cookie" not in answer.headers
    assert "Published data" in read(published, path, Accept="text/html", Accept_Language="en").text


def test_an_error_is_told_to_programs_in_the_shape_they_ask_for(published: Published) -> None:
    gone = read(published, "/catalogue/jeux/{withdrawn}", Accept="application/json")
    assert (gone.status_code, gone.headers["content-type"]) == (410, "application/problem+json; charset=utf-8")
    assert gone.json()["status"] == 410
    for kind, syntax in (("text/turtle", "turtle"), ("application/rdf+xml", "xml"), ("application/ld+json", "json-ld")):
        told = read(published, "/catalogue/jeux/{withdrawn}", Accept=kind)
        assert (told.status_code, told.headers["content-type"]) == (410, f"{kind}; charset=utf-8")
        assert "n’est plus publié" in "".join(Graph().parse(data=told.text, format=syntax).objects())
    assert read(published, "/catalogue/dcat.rdf?page=9").headers["content-type"].startswith("application/rdf+xml")


def test_nobody_is_followed_and_a_session_changes_nothing(published: Published) -> None:
    steward = published.town.someone(Role.STEWARD)
    for path in ("/catalogue", "/catalogue/jeux/{trees}", "/catalogue/dcat.ttl"):
        alone = read(published, path)
        signed_in = read(published, path, Cookie=f"{LOCAL_SESSION_COOKIE}={steward.session_token}")
        assert "set-cookie" not in alone.headers
        assert alone.content == signed_in.content
    hidden = published.sheets["draft"]
    assert steward.get(f"/jeux/{hidden}").status_code == 200
    assert steward.get(f"/catalogue/jeux/{hidden}").status_code == 404


def test_a_page_needs_no_script_and_no_third_party(published: Published) -> None:
    page = read(published, "/catalogue/jeux/{trees}").text
    assert re.findall(r"<script(?! type=\"application/ld\+json\")", page) == []
    loaded = re.findall(r'(?:src|<link[^>]*href)="([^"]*)"', page)
    assert loaded
    assert all(address.startswith("/") for address in loaded)


def test_what_did_not_change_is_not_sent_again(published: Published) -> None:
    for path in ("/catalogue", "/catalogue/jeux/{trees}", "/catalogue/dcat.ttl", "/catalogue/scdl.csv", "/robots.txt"):
        first = read(published, path)
        assert first.headers["cache-control"] == "public, max-age=300"
        again = read(published, path, If_None_Match=first.headers["etag"])
        assert (again.status_code, again.content) == (304, b""), path
    assert read(published, "/catalogue/jeux/{trees}", If_None_Match='"other"').status_code == 200


def test_the_language_is_the_one_the_browser_asks_for(published: Published) -> None:
    page = read(published, "/catalogue", Accept_Language="en")
    assert '<html lang="en">' in page.text
    assert page.headers["vary"] == "Accept-Language"


def test_the_sheet_leads_to_its_public_page_once_published(published: Published) -> None:
    steward = published.town.someone(Role.STEWARD)
    address = f"/catalogue/jeux/{published.sheets['trees']}"
    assert f'href="{address}"' in steward.get(f"/jeux/{published.sheets['trees']}").text
    assert "/catalogue/jeux/" not in steward.get(f"/jeux/{published.sheets['draft']}").text


@pytest.mark.parametrize("path", STATEMENTS)
def test_an_answer_takes_so_many_statements(published: Published, path: str) -> None:
    asked: list[str] = []
    engine = published.town.home.public
    read(published, path)

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert read(published, path).status_code in {200, 410}
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(asked) == STATEMENTS[path], "\n".join(asked)
