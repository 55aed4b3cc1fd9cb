"""The feed of ten thousand datasets, page by page: no shape of DCAT-AP broken, and read back without difference."""

from collections.abc import Iterator

import pytest
from rdflib import Graph
from sqlalchemy import text

from registry.exchange.rdf.here import read_rdf_bytes
from registry.exchange.rdf.writing import Syntax
from registry.platform.database import transaction
from registry.platform.postgres import Cluster
from registry.public.feeds import Place, dcat_feed
from registry.public.queries import find_batches, find_page_ends, find_parts
from tests.conftest import Town, opened_home, opened_town
from tests.public.shapes import NEEDS_SHAPES, violations

pytestmark = [pytest.mark.database, pytest.mark.slow]
SIZE, PAGE = 10_000, 500
SAME = (
    "title", "description", "keywords", "themes", "licence", "frequency", "issued", "modified", "languages",
    "access_rights", "hvd_categories", "temporal_start", "temporal_end", "spatial", "conforms_to", "documentation",
    "landing_page", "provenance", "version_label", "rights",
)  # fmt: skip
OF_FILES = (
    "identifier", "title", "access_url", "download_url", "format", "media_type", "licence", "byte_size", "modified",
)  # fmt: skip
FILL = """
INSERT INTO dataset (organisation_id, version, identifier, title, title_sort, description, keywords, themes, licence,
    frequency, issued, modified, languages, access_rights, hvd_categories, temporal_start, temporal_end, spatial,
    conforms_to, documentation, landing_page, provenance, version_label, rights, creator_name, contact_service,
    applicable_legislation, personal_data, nature, stage, annulled)
SELECT CASE WHEN n % 3 = 0 THEN :commune ELSE :authority END, 1, 'jeu-' || n,
    'Relevé « ' || n || ' » : eau & 1 < 2', '',
    'Première ligne.' || chr(10) || 'Le relevé n° ' || n || ', dit "brut".', ARRAY['arbre', 'lot-' || n % 50],
    CASE WHEN n % 4 = 0 THEN ARRAY['ENVI', 'TRAN'] ELSE ARRAY['EDUC'] END,
    CASE WHEN n % 5 > 0 THEN 'etalab-2.0' END, CASE WHEN n % 3 > 0 THEN 'ANNUAL' END, date '2020-01-01' + n % 2000,
    CASE WHEN n % 2 = 0 THEN date '2026-01-01' + n % 300 END, ARRAY['fr'],
    CASE WHEN n % 7 = 0 THEN NULL ELSE 'public' END,
    CASE WHEN n % 10 = 0 THEN ARRAY['c_ac64a52d'] ELSE ARRAY[]::text[] END,
    CASE WHEN n % 3 = 0 THEN date '2020-01-01' END, CASE WHEN n % 6 = 0 THEN date '2025-12-31' END,
    CASE WHEN n % 2 = 0 THEN ARRAY['Grande-Commune'] ELSE ARRAY[]::text[] END,
    CASE WHEN n % 9 = 0 THEN ARRAY['https://exemple.invalid/schema/' || n] ELSE ARRAY[]::text[] END,
    CASE WHEN n % 8 = 0 THEN ARRAY['https://exemple.invalid/notice'] ELSE ARRAY[]::text[] END,
    CASE WHEN n % 2 = 0 THEN 'https://exemple.invalid/jeux/' || n END, CASE WHEN n % 11 = 0 THEN 'Terrain.' END,
    CASE WHEN n % 12 = 0 THEN '3' END, CASE WHEN n % 13 = 0 THEN 'Citer la source.' END,
    CASE WHEN n % 3 = 0 THEN 'Camille Essai' END, CASE WHEN n % 2 = 0 THEN 'accueil@essai.invalid' END,
    ARRAY[]::text[], 'none', 'other', 'published', false
  FROM generate_series(1, :size) AS n
"""
FILL_FILES = """
INSERT INTO distribution (organisation_id, version, dataset_id, identifier, title, access_url, download_url, format,
    media_type, licence, byte_size, modified, annulled)
SELECT d.organisation_id, 1, d.id, 'https://exemple.invalid/' || d.id || '.' || k, 'En ' || k,
    'https://exemple.invalid/' || d.id || '.' || k, 'https://exemple.invalid/' || d.id || '.' || k, upper(k),
    CASE WHEN k = 'csv' THEN 'text/csv' ELSE 'application/geo+json' END, d.licence, d.id * 10, d.modified, false
  FROM dataset d CROSS JOIN unnest(ARRAY['csv', 'geojson']) AS k
"""


@pytest.fixture(scope="module")
def large(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A registry that publishes ten thousand datasets, some whole and some with what real ones lack."""
    with opened_home(cluster, template, tmp_path_factory.mktemp("large")) as home, opened_town(home) as town:
        with town.as_owner() as session:
            bodies = {"authority": town.authority_id, "commune": town.commune_id}
            session.execute(text(FILL), {"size": SIZE, **bodies})
            session.execute(text(FILL_FILES))
        yield town


def page_of(town: Town, number: int, syntax: Syntax) -> bytes:
    with transaction(town.home.public, None) as session:
        ends = find_page_ends(session, PAGE)
        assert len(ends) == SIZE // PAGE
        place = Place(number, len(ends), ends[number - 2] if number > 1 else 0, PAGE, SIZE)
        return b"".join(dcat_feed(session, "https://exemple.invalid", "Communauté d’essai", place, syntax))


@pytest.mark.parametrize("syntax", list(Syntax))
def test_our_own_importer_reads_ten_thousand_datasets_back_without_difference(large: Town, syntax: Syntax) -> None:
    read = 0
    with transaction(large.home.public, None) as session:
        for number, batch in enumerate(find_batches(session, most=SIZE), 1):
            said = page_of(large, number, syntax)
            assert b"Camille" not in said
            back = read_rdf_bytes(said, name=f"page.{syntax}", declared_format=syntax.media_type)
            assert {one.code for one in back.anomalies} <= {"page-partial"}
            files = find_parts(session, [row["id"] for row in batch]).distributions
            found = {one.identifier: one for one in back.datasets}
            for row in batch:
                one = found[row["identifier"]]
                assert {name: getattr(one, name) for name in SAME} == {name: row[name] for name in SAME}
                kept = sorted(
                    ({name: getattr(part, name) for name in OF_FILES} for part in one.distributions),
                    key=lambda part: str(part["identifier"]),
                )
                assert kept == [{name: part[name] for name in OF_FILES} for part in files[row["id"]]]
                read += 1
    assert read == SIZE


@NEEDS_SHAPES
@pytest.mark.parametrize("number", range(1, SIZE // PAGE + 1))
def test_a_page_of_ten_thousand_datasets_breaks_no_shape_of_dcat_ap(large: Town, number: int) -> None:
    said = page_of(large, number, Syntax.TURTLE).decode()
    assert len(Graph().parse(data=said, format="turtle")) > PAGE * 10
    assert violations(said) == []
