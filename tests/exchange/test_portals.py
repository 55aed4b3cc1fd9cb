"""What the interfaces of portals say is read whole: each value kept, set aside with a reason, or listed."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.exchange.reading import read_file
from registry.exchange.refusals import CannotRead, Problem
from registry.exchange.vocabulary import Fate, ReadCatalogue, SourceFormat
from registry.kernel.errors import Unreadable
from registry.kernel.plain_text import without_markdown
from tests.exchange.portals import (
    SITE,
    explore_dataset,
    package,
    package_search,
    read,
    search_dataset,
    udata_dataset,
)


def codes(found: ReadCatalogue) -> list[str]:
    return [one.code for one in found.anomalies]


def test_a_description_of_ckan_in_markdown_comes_in_as_plain_text():
    (one,) = read(package_search(package(notes="Les arbres **remarquables**"))).datasets
    assert one.description == "Les arbres remarquables"


def test_a_package_of_ckan_is_read_under_its_number():
    found = read(package_search(package()))

    (one,) = found.datasets
    assert found.format is SourceFormat.CKAN
    assert one.identifier == "00000001-aaaa-4bbb-8ccc-dddddddddddd"
    assert one.known_as == [f"{SITE}/dataset/{one.identifier}", f"{SITE}/dataset/arbres-1"]
    assert (one.title, one.description, one.licence, one.frequency) == (
        "Arbres 1", "Les arbres.", "etalab-2.0", "ANNUAL",
    )  # fmt: skip
    assert (one.issued, one.modified) == (date(2024, 2, 3), date(2025, 3, 4))
    assert (one.publisher_name, one.contact_email, one.keywords) == (
        "Ville d’essai", "guichet@essai.invalid", ["Arbre", "ville"],
    )  # fmt: skip
    (file,) = one.distributions
    assert (file.identifier, file.format, file.byte_size, file.checksum_algorithm) == ("f-1", "CSV", 1234, "MD5")
    assert [left.predicate for left in found.leftovers] == ["extras.maison"]
    assert codes(found) == []


def test_the_other_shapes_of_ckan_are_read_too():
    alone = read({"help": f"{SITE}/api/3/action/help_show", "success": True, "result": package()}, origin="")
    listed = read({"success": True, "result": [package(1), package(2)]})
    bare = read([package(3)])

    assert [len(one.datasets) for one in (alone, listed, bare)] == [1, 2, 1]
    assert alone.datasets[0].uri == f"{SITE}/dataset/00000001-aaaa-4bbb-8ccc-dddddddddddd"


def test_a_dataset_of_udata_is_read_under_its_number():
    found = read({"data": [udata_dataset()], "page": 1, "page_size": 20, "total": 1, "next_page": None}, origin="")

    (one,) = found.datasets
    assert found.format is SourceFormat.UDATA
    assert (one.identifier, one.uri) == ("5c4ae5c50631", f"{SITE}/datasets/5c4ae5c50631/")
    assert (one.more["acronym"], one.frequency, one.licence) == ("ARB", "ANNUAL", "etalab-2.0")
    # A moment of the night is the civil day it falls on here.
    assert one.modified == date(2025, 3, 5)
    assert (one.temporal_start, one.temporal_end, one.spatial) == (
        date(2020, 1, 1), date(2024, 12, 31), ["fr:commune:62041"],
    )  # fmt: skip
    assert one.more["spatial_granularity"] == "communal"
    assert (one.contact_name, one.contact_email) == ("Guichet", "guichet@essai.invalid")
    (file,) = one.distributions
    assert (file.download_url, file.checksum_algorithm) == ("https://fichiers.exemple.fr/1.csv", "SHA-1")
    assert [left.predicate for left in found.leftovers] == ["maison"]


def test_a_dataset_harvested_by_udata_keeps_the_names_it_had():
    harvest = {
        "remote_id": "arbres@ville", "dct_identifier": "https://ville.fr/explore/dataset/arbres/", "backend": "ods",
        "remote_url": "https://ville.fr/explore/dataset/arbres/", "domain": "ville.fr",
    }  # fmt: skip
    (one,) = read(udata_dataset(harvest=harvest)).datasets

    assert "https://ville.fr/explore/dataset/arbres/" in one.known_as
    assert one.landing_page == "https://ville.fr/explore/dataset/arbres/"


def test_the_second_interface_of_udata_gives_no_file_and_takes_none_away():
    elsewhere = {"rel": "subsection", "href": f"{SITE}/api/2/datasets/x/resources/", "type": "GET", "total": 3}
    found = read({"data": [udata_dataset(resources=elsewhere)], "total": 1})

    assert found.datasets[0].files_partly
    assert codes(found) == ["files-elsewhere"]


def test_a_dataset_of_explore_is_read_under_the_number_that_never_changes():
    found = read({"total_count": 1, "results": [explore_dataset()]})

    (one,) = found.datasets
    assert found.format is SourceFormat.OPENDATASOFT
    assert (one.identifier, one.uri) == ("da_arbre1", f"{SITE}/explore/dataset/arbres-1/")
    assert (one.licence, one.frequency, one.more["records_count"], one.languages) == (
        "etalab-2.0",
        "ANNUAL",
        12,
        ["fr"],
    )
    assert [file.identifier for file in one.distributions] == ["da_arbre1#csv", "da_arbre1#json", "da_arbre1#geojson"]
    assert one.files_partly
    assert codes(found) == []


def test_the_older_interfaces_of_opendatasoft_are_read_too():
    first = read({"nhits": 1, "parameters": {}, "datasets": [search_dataset()]})
    wrapped = read({"total_count": 1, "links": [], "datasets": [{"links": [], "dataset": explore_dataset()}]})
    flat = read(
        [{"dataset_id": "arbres", "dataset_uid": "da_1", "default.title": "Arbres", "default.keyword": ["a", "b"]}]
    )

    # Version 1 has no number: the address its slug makes is what the portal's DCAT gives too.
    assert first.datasets[0].identifier == f"{SITE}/explore/dataset/arbres-1/"
    assert first.datasets[0].keywords == ["arbre", "ville"]
    assert wrapped.datasets[0].identifier == "da_arbre1"
    assert (flat.datasets[0].title, flat.datasets[0].keywords) == ("Arbres", ["a", "b"])


@pytest.mark.parametrize(
    "answer",
    [
        package_search(package(), package(2, private=True, tags=["nu", ""], extras=[{"key": "", "value": 1}])),
        {"data": [udata_dataset(extras={"a": {"b": [1, 2, []]}}), "rien", None], "total": 3, "facets": [{"x": 1}]},
        {"total_count": 1, "results": [explore_dataset(attachments=[{"id": "a", "url": "odsfile://a.zip"}, 3])]},
        {"nhits": 1, "datasets": [search_dataset()], "facet_groups": [{"name": "theme", "facets": []}]},
    ],
)
def test_every_value_of_an_answer_is_accounted_for(answer: Any):
    found = read(answer)

    assert found.tally.accounted == found.tally.triples
    assert found.datasets


def test_what_is_wrong_in_a_record_is_said_and_the_rest_is_read():
    found = read(
        package_search(
            package(
                title="",
                metadata_modified="hier",
                maintainer_email="guichet",
                extras=[{"key": "frequency", "value": "quand on peut"}],
                resources=[{"id": "f", "name": "Sans adresse"}, {"id": "g", "url": "catalogue/fichier.csv"}],
            )
        )
    )

    said = {(one.code, one.path) for one in found.anomalies}
    assert said == {
        ("title-missing", "title"), ("date-invalid", "modified"), ("email-invalid", "contact_email"),
        ("frequency-unknown", "frequency"), ("distribution-without-address", "distributions[1]"),
        ("address-invalid", "distributions[2].download_url"), ("distribution-without-address", "distributions[2]"),
    }  # fmt: skip
    assert found.datasets[0].licence == "etalab-2.0"
    assert sum(row.count for row in found.tally.rows if row.fate is Fate.SET_ASIDE) == 4


def test_a_page_of_a_longer_list_says_so_and_a_record_met_twice_is_one():
    part = read(package_search(package(), count=12))
    twice = read(package_search(package(1), package(2), count=3), package_search(package(2), count=3))

    assert codes(part) == ["answer-partial"]
    assert part.anomalies[0].value == "1 / 12"
    assert codes(twice) == ["record-again"]
    assert len(twice.datasets) == 2


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"success": False, "error": {"message": "Not found"}}, Problem.PORTAL_ERROR),
        ({"error_code": "ODSQLError", "message": "limit too large"}, Problem.PORTAL_ERROR),
        ({"message": "The requested URL was not found"}, Problem.PORTAL_ERROR),
        ({"success": True, "result": ["arbres", "bancs"]}, Problem.NAMES_ALONE),
        ({"type": "FeatureCollection", "features": [{"a": 1}]}, Problem.NOT_A_PORTAL),
        ([{"prenom": "x"}], Problem.NOT_A_PORTAL),
        ([], Problem.NOT_A_PORTAL),
        (3, Problem.NOT_A_PORTAL),
    ],
)
def test_what_is_no_list_of_datasets_is_refused_with_its_reason(content: Any, problem: Problem):
    with pytest.raises(CannotRead) as refused:
        read(content)
    assert refused.value.problem is problem


def test_a_list_of_nothing_is_read_and_said():
    assert codes(read({"total_count": 0, "results": []})) == ["portal-none"]


def _files(folder: Path) -> Iterator[tuple[str, bytes, str]]:
    whole = json.dumps(package_search(package())).encode()
    yield "coupe.json", whole[:-40], "s’arrête en plein milieu"
    yield "faute.json", whole.replace(b'"success": true', b'"success": vrai'), "n’est pas du JSON correct"
    yield (
        "latin.json",
        json.dumps({"success": True, "result": [{"é": 1}]}, ensure_ascii=False).encode("latin-1"),
        "UTF-8",
    )
    yield "profond.json", b"[" * 100_000 + b"]" * 100_000, "trop de niveaux"


def test_a_file_that_is_spoilt_is_refused_in_words(tmp_path: Path):
    for name, raw, said in _files(tmp_path):
        path = tmp_path / name
        path.write_bytes(raw)
        with pytest.raises(Unreadable, match=said):
            read_file(path)


def test_the_real_answer_of_a_regional_portal_is_read_whole(shared: Path):
    found = read_file(shared / "catalogues" / "datasud-package-search.json")

    assert found.format is SourceFormat.CKAN
    assert (len(found.datasets), sum(len(one.distributions) for one in found.datasets)) == (8, 23)
    assert found.tally.accounted == found.tally.triples == 1373
    assert codes(found) == ["licence-unknown"]
    assert sum(one.licence == "etalab-2.0" for one in found.datasets) == 7


def test_the_examples_of_the_explore_interface_are_read_whole(shared: Path):
    described = json.loads((shared / "ods_explore_v2.1" / "ods_explore_v2.1_openapi.json").read_bytes())
    for name, count in (("datasets-v2.1", 2), ("dataset-v2.1", 1)):
        found = read(described["components"]["examples"][name]["value"])

        assert len(found.datasets) == count
        assert found.tally.accounted == found.tally.triples


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Les arbres **remarquables**, **classés**", "Les arbres remarquables, classés"),
        ("## Contenu\n\n* un\n* deux", "Contenu\n\n* un\n* deux"),
        ("Voir [la notice](https://exemple.fr/a).", "Voir la notice (https://exemple.fr/a)."),
        ("**[Notice](https://exemple.fr/a_b__c)**", "Notice (https://exemple.fr/a_b__c)"),
        ("2 ** 3 et 4 ** 5, a * b, code_insee_2, __init__.py, n° #12", None),
        ("[x](javascript:alert(1))", None),
    ],
)
def test_the_markdown_of_portals_becomes_plain_text(written: str, plain: str | None) -> None:
    assert without_markdown(written) == (written if plain is None else plain)
