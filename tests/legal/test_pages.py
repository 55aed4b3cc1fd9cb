"""What people read of official texts: on a policy’s page, on pages of their own, by the API."""

import re
from datetime import date
from pathlib import Path

import pytest

from registry.kernel.permissions import Role
from registry.legal.routes import SHOWN
from tests.conftest import Someone, Town
from tests.legal.conftest import CODE, leaf, load_code

pytestmark = pytest.mark.database

NUMBER, NOW, BEFORE, LATER = "D323-2-1", "LEGIARTI000044403448", "LEGIARTI000000000007", "LEGIARTI000000000008"
PAGE = f"/droit/{CODE}/{NUMBER}"


@pytest.fixture
def reader(town: Town) -> Someone:
    """Who only reads, in a commune."""
    return town.someone(Role.READER, town.commune_id)


@pytest.fixture
def loaded(town: Town, tmp_path: Path) -> None:
    """An article that OD-05 cites, with the version before it, one to come, and another article nobody cites."""
    load_code(
        town, tmp_path,
        leaf(
            NUMBER, NOW, "<p>La licence <b>ouverte</b>.</p><p>L’autre &lt;licence&gt;.</p>",
            begins=date(2021, 12, 4), ends=date(2027, 7, 1),
            others=[
                (BEFORE, date(2017, 4, 29), date(2021, 12, 4), "MODIFIE"),
                (LATER, date(2027, 7, 1), date(2999, 1, 1), "VIGUEUR_DIFF"),
            ],
        ),
        leaf("L999-9", "LEGIARTI000000000009", "<p>Rien à voir.</p>"),
    )  # fmt: skip


def test_a_policy_shows_the_official_text_folded_with_its_dates_and_source(loaded: None, reader: Someone):
    said = reader.get("/conformite/OD-05").text

    assert "Texte officiel de l’article D323-2-1" in said
    assert "<p>La licence ouverte.</p><p>L’autre &lt;licence&gt;.</p>" in said
    assert "source : DILA, base LEGI, licence ouverte 2.0, lue le 25 novembre 2026" in said
    assert f"https://www.legifrance.gouv.fr/codes/article_lc/{NOW}" in said
    assert "Texte officiel non chargé\u00a0: L323-2." in said.replace("\u202f", "\u00a0")


def test_a_policy_says_that_its_article_changed_since_it_was_written(loaded: None, reader: Someone):
    said = reader.get("/conformite/OD-05").text

    assert "L’article a changé depuis que cette règle a été écrite" in said
    assert f"article_lc/{LATER}" in said, "the version to come"
    assert f"article_lc/{BEFORE}" not in said, "the one before was not read, and is over"


def test_the_official_text_is_that_of_the_day_asked(loaded: None, reader: Someone):
    said = reader.get("/conformite/OD-05?le=2018-01-01").text

    assert "La licence ouverte" not in said
    assert "Seules les dates de cette version ont été lues" in said
    assert reader.get("/conformite/OD-05?le=demain").text.count("La licence ouverte") == 1


def test_a_policy_whose_texts_nobody_loaded_says_how_to(reader: Someone):
    said = reader.get("/conformite/OD-05").text

    how = 'href="/droit#charger"'
    assert how in said
    assert how not in reader.get("/conformite/RGPD-02").text, "the LEGI base holds no text of the Union"
    page = reader.get("/droit").text
    assert 'id="charger"' in page
    assert "beffroi legal load socialgouv-legi-data-*.tgz" in page


def test_the_api_gives_the_official_text_and_the_days_it_changed(loaded: None, reader: Someone):
    (version,) = reader.api("GET", "/api/v1/policies/OD-05").json()["versions"]

    (one,) = version["articles"]
    assert (one["number"], one["content"]) == (NUMBER, "La licence ouverte.\nL’autre <licence>.")
    assert one["changed_on"] == ["2027-07-01"]


def test_the_texts_are_listed_with_what_is_cited_and_what_is_loaded(loaded: None, reader: Someone):
    said = reader.get("/droit").text

    assert f'<a href="/droit/{CODE}">' in said
    assert "hors de la base LEGI" in said
    assert "pas encore" in said


def test_an_article_is_found_by_its_number_or_its_words(loaded: None, reader: Someone):
    for words in ("D323", "d. 323-2", "licence ouverte", "LICENCE"):
        said = reader.get("/droit", params={"q": words}).text
        assert f'href="{PAGE}"' in said, words
        assert "L999-9" not in said
    assert "Aucun article ne répond" in reader.get("/droit?q=introuvable").text
    assert f'href="{PAGE}"' in reader.get(f"/droit/{CODE}?q=ouverte").text


def test_an_article_shows_its_versions_by_date_and_the_policies_that_rest_on_it(loaded: None, reader: Someone):
    said = reader.get(PAGE).text

    assert said.index("1 juillet 2027" if "1 juillet 2027" in said else "1er juillet 2027") < said.index(
        "29 avril 2017"
    )
    assert 'href="/conformite/OD-05"' in said
    assert "<p>La licence ouverte.</p>" in said
    assert "Aucune version chargée n’était en vigueur" in reader.get(f"{PAGE}?le=2010-01-01").text
    assert "Cette date n’existe pas" in reader.get(f"{PAGE}?le=2026-02-30").text
    assert "Aucune règle ne cite cet article" in reader.get(f"/droit/{CODE}/L999-9").text
    assert reader.get(f"/droit/{CODE}/L1-1").status_code == 404
    assert reader.get("/droit/LEGITEXT9").status_code == 404


def test_the_api_lists_texts_and_articles_page_by_page(loaded: None, reader: Someone):
    (one,) = reader.api("GET", "/api/v1/legal-texts").json()["legal_texts"]
    assert (one["identifier"], one["articles"], one["nature"]) == (CODE, 2, "code")

    first = reader.api("GET", "/api/v1/legal-articles?limit=1").json()
    (line,) = first["legal_articles"]
    assert (first["total"], line["number"]) == (2, NUMBER)
    assert "OD-05" in line["policies"]
    second = reader.api("GET", "/api/v1/legal-articles", params={"limit": 1, "cursor": first["next"]}).json()
    assert ([one["number"] for one in second["legal_articles"]], second["next"]) == (["L999-9"], None)

    article = reader.api("GET", f"/api/v1/legal-texts/{CODE}/articles/{NUMBER}").json()
    assert [(one["identifier"], one["state"]) for one in article["versions"]] == [
        (LATER, "to-come"),
        (NOW, "in-force"),
        (BEFORE, "amended"),
    ]


def test_the_articles_of_a_text_are_read_page_by_page_and_a_place_in_another_list_is_refused(
    town: Town, reader: Someone, tmp_path: Path
):
    numbers = [f"L{number}" for number in range(1, SHOWN + 3)]
    load_code(town, tmp_path, *(leaf(one, f"LEGIARTI{place:012}") for place, one in enumerate(numbers)))

    first = reader.get(f"/droit/{CODE}").text
    following = re.search(r'href="([^"]+apres=[^"]+)" rel="next"', first)
    assert following is not None
    second = reader.get(following[1]).text
    assert re.findall(rf'href="/droit/{CODE}/(L\d+)"', first + second) == numbers
    assert 'rel="next"' not in second
    assert reader.get(following[1].replace("?", "?q=premier&")).status_code == 422
    assert reader.get(f"/droit/{CODE}?apres=L9").status_code == 422
