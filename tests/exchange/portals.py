"""Answers of portals, written by hand in the shapes their interfaces document."""

import json
from typing import Any
from zoneinfo import ZoneInfo

from registry.exchange.portals.catalogue import read_answers
from registry.exchange.vocabulary import ReadCatalogue

SITE = "https://donnees.exemple.fr"
PARIS = ZoneInfo("Europe/Paris")


def package(number: int = 1, **more: Any) -> dict[str, Any]:
    """A package of CKAN, with one file."""
    return {
        "id": f"0000000{number}-aaaa-4bbb-8ccc-dddddddddddd", "name": f"arbres-{number}", "title": f"Arbres {number}",
        "notes": "<p>Les arbres.</p>", "license_id": "lov2", "license_title": "Licence Ouverte 2.0",
        "author": "Direction des espaces verts", "author_email": "", "maintainer": "Guichet",
        "maintainer_email": "guichet@essai.invalid", "metadata_created": "2024-02-03T10:00:00",
        "metadata_modified": "2025-03-04T10:00:00", "private": False, "state": "active", "num_resources": 1,
        "organization": {"id": "o-1", "name": "ville", "title": "Ville d’essai"},
        "tags": [{"name": "arbre", "display_name": "Arbre"}, {"name": "ville", "display_name": "ville"}],
        "groups": [{"name": "environnement", "title": "Environnement"}],
        "extras": [{"key": "frequency", "value": "annual"}, {"key": "maison", "value": "bleue"}],
        "resources": [
            {
                "id": f"f-{number}", "name": "Arbres en CSV", "url": f"https://fichiers.exemple.fr/{number}.csv",
                "format": "CSV", "size": "1234", "hash": "d41d8cd98f00b204e9800998ecf8427e",
                "created": "2024-02-03T10:00:00",
            }
        ],
        **more,
    }  # fmt: skip


def package_search(*packages: dict[str, Any], count: int | None = None) -> dict[str, Any]:
    """The answer of CKAN's search."""
    return {
        "help": f"{SITE}/api/3/action/help_show?name=package_search",
        "success": True,
        "result": {"count": len(packages) if count is None else count, "sort": "", "results": list(packages)},
    }


def udata_dataset(number: int = 1, **more: Any) -> dict[str, Any]:
    """A dataset of udata, with one file."""
    return {
        "id": f"5c4ae5c5063{number}", "title": f"Arbres {number}", "acronym": "ARB", "slug": f"arbres-{number}",
        "description": "Les **arbres**.", "created_at": "2024-02-03T10:00:00+00:00",
        "last_modified": "2025-03-04T23:30:00+00:00", "deleted": None, "private": False, "tags": ["arbre", "hvd"],
        "frequency": "annual", "license": "lov2", "page": f"{SITE}/fr/datasets/arbres-{number}/",
        "uri": f"{SITE}/api/1/datasets/arbres-{number}/", "owner": None,
        "organization": {"id": "o-1", "name": "Ville d’essai", "slug": "ville", "page": f"{SITE}/fr/organizations/v/"},
        "spatial": {"zones": ["fr:commune:62041"], "granularity": "fr:commune", "geom": None},
        "temporal_coverage": {"start": "2020-01-01", "end": "2024-12-31"},
        "contact_points": [{"name": "Guichet", "email": "guichet@essai.invalid", "role": "contact"}],
        "extras": {"maison": "bleue"}, "metrics": {"views": 12},
        "resources": [
            {
                "id": f"f-{number}", "title": "Arbres en CSV", "url": f"https://fichiers.exemple.fr/{number}.csv",
                "format": "csv", "filetype": "file", "type": "main", "filesize": 1234, "mime": "text/csv",
                "checksum": {"type": "sha1", "value": "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
                "created_at": "2024-02-03T10:00:00+00:00", "last_modified": "2025-03-04T10:00:00+00:00",
            }
        ],
        **more,
    }  # fmt: skip


def explore_dataset(number: int = 1, slug: str = "", **more: Any) -> dict[str, Any]:
    """A dataset of OpenDataSoft's Explore 2.1."""
    return {
        "dataset_id": slug or f"arbres-{number}", "dataset_uid": f"da_arbre{number}", "has_records": True,
        "data_visible": True, "features": ["geo"], "attachments": [],
        "fields": [{"name": "essence", "label": "Essence", "type": "text", "description": None, "annotations": {}}],
        "metas": {
            "default": {
                "title": f"Arbres {number}", "description": "<p>Les arbres.</p>", "keyword": ["arbre"],
                "theme": ["Environnement"], "license": "Licence Ouverte v2.0 (Etalab)", "language": "fr",
                "modified": "2025-03-04T10:00:00+00:00", "publisher": "Ville d’essai", "records_count": 12,
                "references": None, "timezone": "Europe/Paris",
            },
            "dcat": {"accrualperiodicity": "annual", "contact_name": "Guichet", "contact_email": "g@essai.invalid"},
        },
        **more,
    }  # fmt: skip


def search_dataset(number: int = 1) -> dict[str, Any]:
    """A dataset of OpenDataSoft's search, version 1."""
    return {
        "datasetid": f"arbres-{number}", "has_records": True, "data_visible": True, "features": [],
        "metas": {"title": f"Arbres {number}", "publisher": "Ville d’essai", "keyword": "arbre;ville", "domain": "x"},
        "attachments": [], "fields": [],
    }  # fmt: skip


def read(*answers: Any, origin: str = SITE) -> ReadCatalogue:
    """What some answers say, once they went through JSON."""
    return read_answers(map(json.loads, map(json.dumps, answers)), PARIS, origin=origin)
