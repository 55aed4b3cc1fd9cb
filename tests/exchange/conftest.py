"""Catalogues written by hand, and the real files where they are at hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from registry.exchange.rdf_here import read_rdf_bytes
from registry.exchange.vocabulary import ReadCatalogue

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
PREFIXES = """\
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcatap: <http://data.europa.eu/r5r/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix locn: <http://www.w3.org/ns/locn#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <https://exemple.fr/> .
"""

Reader = Callable[[str], ReadCatalogue]


@pytest.fixture
def turtle() -> Reader:
    """Reads a catalogue written in Turtle, the usual prefixes given."""
    return lambda body: read_rdf_bytes((PREFIXES + body).encode(), name="essai.ttl")


@pytest.fixture
def dataset() -> Reader:
    """Reads a catalogue of one dataset, written as the rest of its Turtle statement."""
    return lambda body: read_rdf_bytes(
        (PREFIXES + 'ex:jeu a dcat:Dataset ; dct:title "Jeu"@fr ; ' + body).encode(), name="essai.ttl"
    )


@pytest.fixture
def shared() -> Path:
    """The real files, read in place."""
    if not SHARED.is_dir():
        pytest.skip("les fichiers réels (../shared/data) ne sont pas sur cette machine")
    return SHARED
