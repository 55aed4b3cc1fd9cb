"""Catalogues written by hand, whoever brings them into a town, and the real files where they are at hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from registry.datasets.queries import find_distributions
from registry.exchange.jobs import session_opener
from registry.exchange.models import ImportAction, ImportState
from registry.exchange.outcome import Compared
from registry.exchange.queries import find_lines, get_batch
from registry.exchange.rdf.here import read_rdf_bytes
from registry.exchange.service import apply_import, preview_import, receive_import, undo_import
from registry.exchange.vocabulary import ReadCatalogue
from registry.platform.database import Acting
from tests.conftest import Town

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


TREES = """
ex:arbres a dcat:Dataset ; dct:identifier "arbres" ; dct:title "Arbres"@fr ; dct:description "Les arbres."@fr ;
  dct:publisher [ a foaf:Agent ; foaf:name "Ville"@fr ] ;
  dcat:contactPoint [ a vcard:Organization ; vcard:fn "Guichet" ; vcard:hasEmail <mailto:sig@essai.invalid> ] ;
  dcat:distribution ex:csv, ex:json .
ex:csv a dcat:Distribution ; dct:title "CSV" ; dcat:downloadURL <https://exemple.fr/arbres.csv> .
ex:json a dcat:Distribution ; dct:title "JSON" ; dcat:downloadURL <https://exemple.fr/arbres.json> .
ex:bancs a dcat:Dataset ; dct:identifier "bancs" ; dct:title "Bancs"@fr ;
  dcat:contactPoint [ a vcard:Organization ; vcard:fn "Guichet" ; vcard:hasEmail <mailto:SIG@essai.invalid> ] ;
  dcat:distribution [ a dcat:Distribution ; dcat:accessURL <https://exemple.fr/bancs> ] .
"""


class Cut(Exception):
    """The machine goes down between two batches."""


@dataclass
class Bringer:
    """Brings catalogues into a town, in the process of the test."""

    town: Town
    said: list[tuple[int, int, str]] = field(default_factory=list)

    def preview(self, body: str, on: int | None = None) -> tuple[int, list[Compared]]:
        """The number of the import and what it would do."""
        with self.town.acting() as session:
            organisation_id = on or self.town.authority_id
            number = receive_import(session, organisation_id, source_name="essai.ttl", source_sha256="0" * 64).id
        return number, self.preview_of(number, body)

    def preview_of(self, number: int, body: str) -> list[Compared]:
        """What an import received already would do."""
        read = read_rdf_bytes((PREFIXES + body).encode(), name="essai.ttl")
        compared: list[Compared] = []
        preview_import(self.opener(number), number, read, watch=compared.extend)
        return compared

    def opener(self, batch_id: int) -> Callable[[], Any]:
        """Transactions in the name of the import."""
        return session_opener(self.town.home, Acting("cli:essai", batch_id=batch_id), self.town.info)

    def report(self, done: int, total: int, step: str) -> None:
        self.said.append((done, total, step))

    def apply(
        self, batch_id: int, report: Callable[[int, int, str], None] | None = None, *, overwrite_edits: bool = False
    ) -> None:
        apply_import(self.opener(batch_id), batch_id, report or self.report, overwrite_edits=overwrite_edits)

    def undo(self, batch_id: int, report: Callable[[int, int, str], None] | None = None) -> list[str]:
        return undo_import(self.opener(batch_id), batch_id, report or self.report)

    def bring(self, body: str) -> tuple[int, dict[str, int]]:
        """Previews and applies; the number of the import and how many records it created, changed…"""
        number, compared = self.preview(body)
        self.apply(number)
        return number, {str(action): sum(one.action is action for one in compared) for action in ImportAction}

    def sheets(self) -> dict[str, dict[str, Any]]:
        """Every sheet by its identifier, with its distributions that stand."""
        with self.town.acting() as session:
            rows = session.execute(text("SELECT id, version, identifier, title, description, annulled FROM dataset"))
            return {
                row.identifier: {
                    **row._mapping,
                    "files": sorted(one.title or "" for one in find_distributions(session, row.id)),
                }
                for row in rows
            }

    def state(self, batch_id: int) -> ImportState:
        with self.town.acting() as session:
            return get_batch(session, batch_id).state

    def noted(self, batch_id: int) -> list[tuple[str, str]]:
        """What was noted on the records of an import, as code and field."""
        with self.town.acting() as session:
            lines = find_lines(session, batch_id, limit=1000)
            return [(one["code"], one["path"]) for line in lines for one in line.anomalies]

    def count(self, what: str) -> int:
        with self.town.acting() as session:
            return int(session.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())


@pytest.fixture
def bringer(town: Town) -> Bringer:
    return Bringer(town)


def many(count: int) -> str:
    """A catalogue of so many datasets, one file each."""
    return "".join(
        f'ex:j{n} a dcat:Dataset ; dct:identifier "j{n}" ; dct:title "Jeu {n}"@fr ;'
        f" dcat:distribution [ a dcat:Distribution ; dcat:downloadURL <https://exemple.fr/{n}.csv> ] .\n"
        for n in range(count)
    )
