"""A registry whose public part is read: some datasets published, others not, made once for every test of the room."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.kernel.permissions import Role
from registry.organisations.forms import PersonForm
from registry.organisations.service import record_person
from registry.platform.database import transaction
from registry.platform.postgres import Cluster
from tests.conftest import Town, opened_home, opened_town

TREES: dict[str, Any] = {
    "identifier": "arbres", "title": "Arbres d’alignement", "keywords": ["arbre", "nature en ville"],
    "description": "L’emplacement et l’essence des arbres.\n\nRelevés par les jardiniers, <sans> le parc privé.",
    "themes": ["ENVI"], "licence": "etalab-2.0", "frequency": "ANNUAL", "issued": date(2024, 3, 1),
    "modified": date(2026, 5, 4), "contact_service": "arbres@essai.invalid", "languages": ["fr"],
    "access_rights": "public", "hvd_categories": ["c_ac64a52d"], "inspire_themes": ["ps"],
    "temporal_start": date(2020, 1, 1), "temporal_end": date(2025, 12, 31), "spatial": ["Grande-Commune"],
    "conforms_to": ["https://exemple.invalid/schema"], "documentation": ["https://exemple.invalid/notice"],
    "applicable_legislation": ["http://data.europa.eu/eli/reg_impl/2023/138/oj"], "publisher_name": "Service des parcs",
    "landing_page": "https://exemple.invalid/arbres", "provenance": "Relevé de terrain.", "version_label": "3",
    "notes": "Une note interne, à ne pas montrer.", "quality_notes": "Doutes sur le nord.",
    "distributions": [
        {
            "identifier": "https://exemple.invalid/arbres.csv", "access_url": "https://exemple.invalid/arbres.csv",
            "title": "Arbres, en CSV", "format": "CSV", "media_type": "text/csv", "licence": "odbl-1.0",
            "download_url": "https://exemple.invalid/arbres.csv", "byte_size": 1200, "availability": "stable",
            "checksum_algorithm": "SHA-256", "checksum_value": "ab" * 32, "issued": date(2024, 3, 1),
        },
        {"identifier": "https://exemple.invalid/arbres.geojson", "format": "GEOJSON",
         "access_url": "https://exemple.invalid/arbres.geojson"},
    ],
}  # fmt: skip
"""A sheet that says much."""


@dataclass
class Published:
    """A town and its datasets, by a short name."""

    town: Town
    sheets: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def public(self) -> Iterator[Session]:
        """A transaction of the public's own role."""
        with transaction(self.town.home.public, None) as session:
            yield session


def publish(session: Session, sheet: int, stage: str = "published", *, on: date = date(2026, 10, 12)) -> None:
    """Puts a dataset at a stage with the passage that the public reads, as the owner of the tables alone can."""
    session.execute(
        text("UPDATE dataset SET stage = :stage, personal_data = coalesce(personal_data, 'none') WHERE id = :id"),
        {"stage": stage, "id": sheet},
    )
    session.execute(
        text(
            "WITH asked AS (INSERT INTO stage_request (version, organisation_id, dataset_id, move, from_stage,"
            "  to_stage, asked_by, asked_as, asked_on, state, ended_on)"
            " SELECT 1, organisation_id, id, 'publish', 'cleared', 'published', (SELECT min(id) FROM account),"
            "  'steward', :on, 'made', :on FROM dataset WHERE id = :id RETURNING *),"
            " judged AS (INSERT INTO gate_verdict (organisation_id, dataset_id, dataset_version, to_stage, passed,"
            "  found)"
            "  SELECT organisation_id, dataset_id, 1, 'published', true, '{}' FROM asked RETURNING *)"
            " INSERT INTO stage_passage (version, organisation_id, dataset_id, request_id, verdict_id, dataset_version,"
            "  from_stage, to_stage, passed_on)"
            " SELECT 1, a.organisation_id, a.dataset_id, a.id, j.id, 1, 'cleared', 'published', :on"
            "  FROM asked a, judged j"
        ),
        {"id": sheet, "on": on},
    )


@pytest.fixture(scope="session")
def published(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """The authority publishes its trees, a commune its schools; the rest stays within."""
    with opened_home(cluster, template, tmp_path_factory.mktemp("public")) as home, opened_town(home) as town:
        made = Published(town)
        with town.acting() as session:
            contact = record_person(
                session, town.authority_id, PersonForm(name="Camille Essai", email="camille.essai@essai.invalid")
            )
            for name, body, values in (
                ("trees", town.authority_id, {**TREES, "contact_person_id": contact.id}),
                ("schools", town.commune_id, {"title": "Écoles", "themes": ["EDUC"], "licence": "odbl-1.0"}),
                ("draft", town.authority_id, {"title": "Brouillon secret", "identifier": "brouillon"}),
                ("annulled", town.authority_id, {"title": "Fiche annulée"}),
                ("withdrawn", town.authority_id, {"title": "Fiche retirée"}),
                ("revised", town.service_id, {"title": "Fiche en révision"}),
            ):
                made.sheets[name] = record_dataset(session, body, DatasetForm.model_validate(values)).id
        town.someone(Role.STEWARD)
        with town.as_owner() as session:
            for name in ("trees", "schools", "annulled"):
                publish(session, made.sheets[name])
            publish(session, made.sheets["withdrawn"], "withdrawn")
            publish(session, made.sheets["revised"], "under-revision")
            session.execute(text("UPDATE dataset SET annulled = true WHERE id = :id"), {"id": made.sheets["annulled"]})
        yield made
