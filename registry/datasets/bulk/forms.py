"""What a bulk edit asks: the only validation of what comes in; each value is then judged by the sheet's own form."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from registry.datasets.layout import LOCKABLE, FormField
from registry.datasets.reading import LISTS_BY_CHOICE, LISTS_BY_LINE
from registry.datasets.vocabulary import BulkOperation
from registry.kernel.words import _, mark
from registry.organisations.vocabulary import AppointmentRole
from registry.web.typed import Clean

LISTS = frozenset({*LISTS_BY_LINE, *LISTS_BY_CHOICE})
POSTS: Mapping[str, AppointmentRole] = {"owner": AppointmentRole.OWNER, "steward": AppointmentRole.STEWARD}
"""Whom a sheet has for its owner and its steward: a mandate given, or ended, from today."""
POST_FIELDS: Mapping[str, FormField] = {
    name: FormField(
        name, "select", mark("À compter d’aujourd’hui. Qui tenait ce rôle le quitte ; défaire le lui rend.")
    )
    for name in POSTS
}
BULK_FIELDS = (*(name for name in LOCKABLE if name != "title"), "information_system_id", "locked_fields", *POSTS)
"""What may be changed on many sheets at once: all that the form shows, save what is each sheet's own."""


def _changeable(name: str) -> str:
    if name not in BULK_FIELDS:
        raise PydanticCustomError(
            "not_in_bulk", _("Ce champ ne se modifie pas sur plusieurs fiches à la fois : ouvrez chaque fiche.")
        )
    return name


class FieldEdit(BaseModel):
    """One field, and what to do with it on every sheet."""

    model_config = ConfigDict(extra="forbid")

    field: Annotated[str, AfterValidator(_changeable)]
    operation: BulkOperation
    value: Any = None


class BulkEditForm(BaseModel):
    """Several fields at once, and why."""

    model_config = ConfigDict(extra="forbid")

    edits: Annotated[list[FieldEdit], Field(min_length=1, max_length=30)]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), Clean] | None = None
