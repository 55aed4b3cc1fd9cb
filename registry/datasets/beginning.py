"""What a new sheet begins with: what a template proposes, or what another sheet says that is not its alone."""

from typing import Any

from registry.datasets.forms import PARTS, DatasetForm
from registry.datasets.models import Dataset

NOT_COPIED = frozenset(
    {
        "identifier", "uri", "issued", "modified", "temporal_start", "temporal_end", "last_use_review", "records_count",
        "volume_note", "landing_page", "anonymisation_proof", "locked_fields", "contact_person_id",
    }
)  # fmt: skip
"""What belongs to one dataset alone: its identity, its dates, its size, its page, the study of its anonymity."""


def values_of(sheet: Dataset) -> dict[str, Any]:
    """The fields of a sheet as its form holds them."""
    return DatasetForm.model_validate(
        {name: getattr(sheet, name) for name in DatasetForm.model_fields if name not in PARTS}
    ).model_dump(mode="json")


def copied_values(sheet: Dataset) -> dict[str, Any]:
    """What a copy of a sheet says, its title apart."""
    return {name: value for name, value in values_of(sheet).items() if name not in {*NOT_COPIED, "title"}}
