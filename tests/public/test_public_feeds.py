"""What portals read of the public part: DCAT-AP in three syntaxes, page by page, that our own importer reads back."""

import csv
import io
import json
import re
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic
from sqlalchemy import event, text

from registry.exchange.rdf.here import read_rdf_bytes
from registry.exchange.vocabulary import ReadCatalogue, ReadDataset
from registry.inspection.people import may_be_somebody
from registry.public import feed_routes
from tests.public.conftest import TREES, Published
from tests.public.shapes import NEEDS_SHAPES, violations
from tests.public.test_public_pages import read

pytestmark = pytest.mark.database

SYNTAXES = ("ttl", "rdf", "jsonld")
FORMATS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}


def read_back(published: Published, syntax: str) -> ReadCatalogue:
    answer = read(published, f"/catalogue/dcat.{syntax}")
    assert answer.status_code == 200
    return read_rdf_bytes(answer.content, name=f"catalogue.{syntax}", declared_format=answer.headers["content-type"])


def by_identifier(catalogue: ReadCatalogue) -> dict[str, ReadDataset]:
    return {one.identifier: one for one in catalogue.datasets}


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_our_own_importer_reads_the_feed_back_without_difference(published: Published, syntax: str) -> None:
    catalogue = read_back(published, syntax)
    assert len(catalogue.datasets) == 2
    assert [one.code for one in catalogue.anomalies] == []
    # What a code is called, the lists of the register know already.
    assert {(one.subject_type, one.predicate) for one in catalogue.leftovers} <= {("skos:Concept", "skos:prefLabel")}
    trees = by_identifier(catalogue)["arbres"]
    same = (
        "title", "description", "keywords", "themes", "licence", "frequency", "issued", "modified", "languages",
        "access_rights", "hvd_categories", "temporal_start", "temporal_end", "spatial", "conforms_to", "documentation",
        "applicable_legislation", "publisher_name", "landing_page", "provenance", "version_label",
    )  # fmt: skip
    assert {name: getattr(trees, name) for name in same} == {name: TREES[name] for name in same}
    assert trees.contact_email == TREES["contact_service"]
    assert trees.uri == f"{published.town.home.settings.public_url}/catalogue/jeux/{published.sheets['trees']}"
    for made, told in zip(trees.distributions, TREES["distributions"], strict=True):
        assert {name: getattr(made, name) for name in told} == told


def test_the_three_syntaxes_say_the_same(published: Published) -> None:
    graphs = []
    for syntax in SYNTAXES:
        said = read(published, f"/catalogue/dcat.{syntax}").text.replace(f"dcat.{syntax}", "dcat")
        graphs.append(Graph().parse(data=said, format=FORMATS[syntax]))
    assert len(graphs[0]) > 60
    assert isomorphic(graphs[0], graphs[1])
    assert isomorphic(graphs[0], graphs[2])


def test_nothing_unpublished_and_nobody_leaves_by_a_feed(published: Published) -> None:
    for path in ("dcat.ttl", "dcat.rdf", "dcat.jsonld", "scdl.csv", "etalab.csv", "atom.xml"):
        said = read(published, f"/catalogue/{path}").text
        assert "Arbres" in said
        for kept in ("Brouillon", "annulée", "retirée", "révision", "Camille", "camille.essai", "note interne"):
            assert kept not in said, path


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """One dataset a page."""
    monkeypatch.setattr(feed_routes, "PAGE", 1)
    monkeypatch.setattr(feed_routes, "MAP", 1)


@pytest.mark.usefixtures("small_pages")
def test_a_long_feed_is_followed_from_page_to_page(published: Published) -> None:
    seen, path = list[str](), "/catalogue/dcat.ttl"
    while path:
        graph = Graph().parse(data=read(published, path).text, format="turtle")
        seen += [
            str(one)
            for one in graph.objects(predicate=URIRef("http://purl.org/dc/terms/identifier"))
            if "http" not in one
        ]
        following = list(graph.objects(predicate=URIRef("http://www.w3.org/ns/hydra/core#next")))
        path = str(following[0]).partition(published.town.home.settings.public_url)[2] if following else ""
    assert len(seen) == len(set(seen)) == 2
    assert read(published, "/catalogue/dcat.ttl?page=3").status_code == 404
    assert read(published, "/catalogue/dcat.ttl?page=zéro").status_code == 404
    maps = fromstring(read(published, "/sitemap.xml").text)
    assert len(maps) == 2
    second = read(published, "/sitemap.xml?page=2").text
    assert f"/catalogue/jeux/{published.sheets['schools']}<" in second
    assert f"/catalogue/jeux/{published.sheets['trees']}<" not in second


def rows_of(published: Published, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read(published, f"/catalogue/{name}.csv").text)))


def test_the_tables_have_the_columns_of_their_schemas(published: Published) -> None:
    scdl, etalab = rows_of(published, "scdl"), rows_of(published, "etalab")
    assert (len(scdl[0]), len(etalab[0])) == (20, 17)
    page = f"{published.town.home.settings.public_url}/catalogue/jeux/{published.sheets['trees']}"
    trees = next(row for row in scdl if row["ID"] == "arbres")
    assert (trees["TITRE"], trees["FREQ_MAJ"], trees["LICENCE"], trees["NOMBRE_RESSOURCES"]) == (
        "Arbres d’alignement", "Annuelle", "Licence Ouverte-LO", "2",
    )  # fmt: skip
    assert (trees["COUV_SPAT_NOM"], trees["COUV_SPAT_MAILLE"]) == ("Grande-Commune", "Communale")
    assert (trees["FORMAT_RESSOURCES"], trees["URL"]) == ("csv;geojson", page)
    told = next(row for row in etalab if row["titre"] == "Arbres d’alignement")
    assert (told["contact_personne"], told["contact_service"]) == ("arbres@essai.invalid", "arbres@essai.invalid")
    assert told["url"] == page
    for row in (trees, told):
        known = {"siret_orga", "id_alt_orga", "si", "COLL_SIRET", "PRODUCTEUR_SIRET"}
        assert {name for name, value in row.items() if not value} <= known, "the town of the tests has no SIRET"


def test_what_a_sheet_leaves_out_of_a_table_is_taken_from_the_registry(published: Published) -> None:
    schools = next(row for row in rows_of(published, "scdl") if row["TITRE"] == "Écoles")
    assert (schools["DESCRIPTION"], schools["FREQ_MAJ"]) == ("Écoles", "Inconnue")
    assert schools["DATE_PUBL"] == schools["DATE_MAJ"] == "2026-10-12", "the day of its publication here"
    assert schools["PRODUCTEUR_NOM"] == schools["COLL_NOM"] == "Grande-Commune"
    told = next(row for row in rows_of(published, "etalab") if row["titre"] == "Écoles")
    assert told["service"] == told["nom_orga"] == "Grande-Commune"


def schema_org_of(published: Published, name: str) -> dict[str, Any]:
    page = read(published, f"/catalogue/jeux/{published.sheets[name]}").text
    found: dict[str, Any] = json.loads(page.partition('<script type="application/ld+json">')[2].partition("</")[0])
    return found


def test_one_publisher_is_told_everywhere(published: Published) -> None:
    for name, title, publisher in (
        ("trees", "Arbres d’alignement", "Service des parcs"), ("schools", "Écoles", "Grande-Commune"),
    ):  # fmt: skip
        dcat = by_identifier(read_back(published, "ttl"))
        told = {
            next(one for one in dcat.values() if one.title == title).publisher_name,
            schema_org_of(published, name)["publisher"]["name"],
            next(row for row in rows_of(published, "etalab") if row["titre"] == title)["service"],
            next(row for row in rows_of(published, "scdl") if row["TITRE"] == title)["PRODUCTEUR_NOM"],
        }
        assert told == {publisher}
        page = read(published, f"/catalogue/jeux/{published.sheets[name]}").text
        assert f"Publié par {publisher}" in re.sub(r"<[^>]+>", "", page)
        assert f"<name>{publisher}</name>" in read(published, "/catalogue/atom.xml").text


def test_every_file_says_its_licence_its_own_or_that_of_the_decision(published: Published) -> None:
    (trees,) = (one for one in read_back(published, "ttl").datasets if one.identifier == "arbres")
    own = [one.get("licence") for one in TREES["distributions"]]
    assert None in own
    assert [one.licence for one in trees.distributions] == [one or TREES["licence"] for one in own]
    assert all(one["license"].startswith("http") for one in schema_org_of(published, "trees")["distribution"])


def test_who_has_no_contact_of_its_own_is_answered_for_by_the_body_with_a_site(published: Published) -> None:
    said = "UPDATE organisation SET website = :site WHERE name = 'Grande-Commune'"
    with published.town.as_owner() as session:
        session.execute(text(said), {"site": "https://commune.invalid"})
    try:
        (schools,) = (one for one in read_back(published, "ttl").datasets if one.title == "Écoles")
        assert (schools.contact_name, schools.contact_url) == ("Grande-Commune", "https://commune.invalid")
        assert schema_org_of(published, "schools")["publisher"]["contactPoint"]["url"] == "https://commune.invalid"
    finally:
        with published.town.as_owner() as session:
            session.execute(text(said), {"site": None})


def test_atom_tells_the_latest_first(published: Published) -> None:
    space = "{http://www.w3.org/2005/Atom}"
    feed = fromstring(read(published, "/catalogue/atom.xml").text)
    entries = feed.findall(f"{space}entry")
    assert {one.findtext(f"{space}title") for one in entries} == {"Arbres d’alignement", "Écoles"}
    assert entries[0].findtext(f"{space}updated") == "2026-10-12T00:00:00Z"


def test_a_mailbox_that_names_somebody_is_kept_back(published: Published) -> None:
    # Last of the file: it changes what the others read, and puts it back.
    said = "UPDATE dataset SET contact_service = :said WHERE id = :id"
    number = published.sheets["trees"]
    with published.town.as_owner() as session:
        session.execute(text(said), {"said": "camille.essai@essai.invalid", "id": number})
    try:
        for path in ("jeux/{trees}", "dcat.ttl", "etalab.csv"):
            assert "camille" not in read(published, f"/catalogue/{path}").text
    finally:
        with published.town.as_owner() as session:
            session.execute(text(said), {"said": TREES["contact_service"], "id": number})


def test_a_sentence_that_holds_a_mailbox_is_given_as_no_mailbox(published: Published) -> None:
    said, sentence = "UPDATE dataset SET contact_service = :said WHERE id = :id", "Écrire à contact@essai.invalid"
    number = published.sheets["trees"]
    with published.town.as_owner() as session:
        session.execute(text(said), {"said": sentence, "id": number})
    try:
        etalab = next(row for row in rows_of(published, "etalab") if row["titre"] == "Arbres d’alignement")
        assert (etalab["contact_personne"], etalab["contact_service"]) == ("", sentence)
        page = read(published, "/catalogue/jeux/{trees}").text
        told = json.loads(page.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
        assert told["publisher"]["contactPoint"] == {"@type": "ContactPoint", "name": sentence}
    finally:
        with published.town.as_owner() as session:
            session.execute(text(said), {"said": TREES["contact_service"], "id": number})


def test_who_made_a_dataset_is_told_unless_it_may_be_a_person(published: Published) -> None:
    said = "UPDATE dataset SET creator_name = :creator, publisher_name = :publisher WHERE id = :id"
    number = published.sheets["trees"]

    def read_all() -> str:
        return "".join(read(published, f"/catalogue/{path}").text for path in ("dcat.ttl", "dcat.jsonld", "scdl.csv"))

    try:
        with published.town.as_owner() as session:
            session.execute(text(said), {"creator": "Zébulon Tartempion", "publisher": "Mme Tartempion", "id": number})
        assert "Tartempion" not in read_all()
        with published.town.as_owner() as session:
            session.execute(text(said), {"creator": "Exploitant du réseau", "publisher": "Ville d’Essai", "id": number})
        assert read_all().count("Exploitant du réseau") == 3
    finally:
        with published.town.as_owner() as session:
            session.execute(text(said), {"creator": None, "publisher": TREES["publisher_name"], "id": number})


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Camille Essai", True), ("Mme Dupont", True), ("DUPONT Zébulon", True), ("J. DURAND", True),
        ("Zébulon Dupont, géomaticien", True), ("Service des parcs", False), ("Monsieur le Maire", False),
        ("Saint-Nicolas", False), ("INSEE", False), ("Délégataire du service public de l’eau", False),
        ("Bordeaux Métropole", False), ("", False),
    ],
)  # fmt: skip
def test_a_name_that_may_be_somebodys_is_kept_back_and_that_of_a_body_is_not(name: str, kept: bool) -> None:
    assert may_be_somebody(name) is kept


def test_a_feed_that_did_not_change_is_not_made_again(published: Published) -> None:
    tag = read(published, "/catalogue/dcat.ttl").headers["etag"]
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(published.town.home.public, "before_cursor_execute", note)
    try:
        assert read(published, "/catalogue/dcat.ttl", If_None_Match=tag).status_code == 304
    finally:
        event.remove(published.town.home.public, "before_cursor_execute", note)
    assert len(asked) == 3


@NEEDS_SHAPES
def test_the_feed_breaks_no_shape_of_dcat_ap(published: Published) -> None:
    assert violations(read(published, "/catalogue/dcat.ttl").text) == []
