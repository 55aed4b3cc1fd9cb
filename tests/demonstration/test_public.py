"""What the demonstration publishes, as portals read it: no shape of DCAT-AP broken, and read back by our importer."""

import pytest
from sqlalchemy import select, text

from registry.datasets.models import Dataset
from registry.exchange.rdf.here import read_rdf_bytes
from registry.exchange.rdf.writing import Syntax
from registry.platform.database import transaction
from registry.public.feeds import Place, dcat_feed
from tests.demonstration.conftest import Visit
from tests.public.shapes import NEEDS_SHAPES, violations

pytestmark = [pytest.mark.database, pytest.mark.slow]
BASE = "https://exemple.invalid"
SAME = (
    "title", "keywords", "themes", "licence", "frequency", "issued", "modified", "access_rights", "temporal_start",
    "temporal_end", "landing_page", "version_label", "provenance", "rights",
)  # fmt: skip
LISTED = ("languages", "hvd_categories", "spatial", "conforms_to", "documentation")


@pytest.fixture(scope="module")
def feed(visit: Visit) -> bytes:
    """Everything the demonstration publishes, in one page."""
    with transaction(visit.home.public, None) as session:
        place = Place(1, 1, 0, 10_000, 0)
        return b"".join(dcat_feed(session, BASE, "Communauté urbaine d’essai", place, Syntax.TURTLE))


def test_the_feed_is_read_back_without_difference(visit: Visit, feed: bytes) -> None:
    read = read_rdf_bytes(feed, name="catalogue.ttl", declared_format="text/turtle")
    with visit.reading() as session:
        query = select(Dataset).where(text("id IN (SELECT id FROM public_dataset)")).order_by(text("id"))
        sheets = list(session.execute(query).scalars())
    assert len(sheets) > 15
    assert [one.uri for one in read.datasets] == [one.uri or f"{BASE}/catalogue/jeux/{one.id}" for one in sheets]
    for sheet, back in zip(sheets, read.datasets, strict=True):
        assert back.description == (sheet.description or sheet.title)
        for name in SAME:
            assert getattr(back, name) == _plain(getattr(sheet, name)), f"{sheet.title}: {name}"
        for name in LISTED:
            assert sorted(getattr(back, name)) == sorted(getattr(sheet, name)), f"{sheet.title}: {name}"


def _plain(value: object) -> object:
    return sorted(value, key=str.casefold) if isinstance(value, list) else value if value != "" else None


@NEEDS_SHAPES
def test_the_feed_breaks_no_shape_of_dcat_ap(feed: bytes) -> None:
    assert violations(feed.decode()) == []
