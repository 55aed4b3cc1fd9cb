"""The fields a column of a table may fill, and what each one's cells hold."""

from collections.abc import Mapping
from functools import lru_cache

from registry.datasets.vocabulary import (
    ONE_OF,
    SOME_OF,
)
from registry.exchange.vocabulary import ReadDataset
from registry.kernel.words import Labelled

LINES = frozenset(
    {
        "identifier", "uri", "title", "acronym", "publisher_name", "publisher_uri", "creator_name", "contact_service",
        "version_label", "volume_note", "publication_ground_reference", "anonymisation_proof", "retention_trigger",
        "owner_name", "owner_siren", "system_name", "contact_name",
    }
)  # fmt: skip
"""One line of text."""

PROSE = frozenset(
    {"description", "provenance", "rights", "anonymisation_method", "quality_notes", "notes"}
)  # fmt: skip
"""A text of several lines."""

TEXTS = frozenset(
    {"keywords", "local_themes", "spatial", "conforms_to", "documentation", "applicable_legislation",
     "declared_absent", "locked_fields"}
)  # fmt: skip
"""Several texts."""

DAYS = frozenset({"issued", "modified", "temporal_start", "temporal_end", "last_use_review"})
ADDRESSES = frozenset({"contact_url", "landing_page", "reuser_warning", "access_url", "download_url"})
NUMBERS = frozenset({"records_count", "files_count"})

LISTED: Mapping[str, str] = {
    "frequency": "frequencies",
    "licence": "licences",
    "spatial_granularity": "spatial_granularities",
    "publishable_category": "publishable_categories",
}
"""One code of a list."""

SEVERAL_LISTED: Mapping[str, str] = {
    "themes": "themes",
    "languages": "languages",
    "hvd_categories": "hvd_categories",
    "inspire_themes": "inspire_themes",
    "formats": "file_types",
}
"""Several codes of a list."""

CHOICES: Mapping[str, type[Labelled]] = {**ONE_OF, **SOME_OF}
"""A code of a closed list; of `stakes` and `principles`, several."""

SEVERAL = frozenset({*TEXTS, *SEVERAL_LISTED, "stakes", "principles"})
"""Fields that hold several values: several columns may fill one."""

FIELDS = frozenset(
    {
        *LINES, *PROSE, *TEXTS, *DAYS, *ADDRESSES, *NUMBERS, *LISTED, *SEVERAL_LISTED, *CHOICES,
        "creator_siret", "retention_months", "contact", "contact_email", "open_data",
    }
)  # fmt: skip
"""Every field a column may fill."""

APART = frozenset({"contact", "formats", "files_count", "open_data", "access_url", "download_url"})
"""Fields that are no field of a record as it is read: they become one, or several, or a file."""

OF_A_RECORD = frozenset(ReadDataset.__struct_fields__) & FIELDS
"""Those that a record holds under their own name; the others that are not apart are in its `more`."""


@lru_cache(maxsize=32)
def words_of(members: type[Labelled]) -> dict[str, str]:
    """The codes of a closed list by its words in French."""
    return {one.label: str(one) for one in members}
