"""What may be said of an import of a record: for whom it is, and which of its activities are taken."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from registry.web.calls import Number

MOST_LINES = 400
"""Activities of one import: it is written in one transaction, which none holds for long."""


class RecordImportForm(BaseModel):
    """A file to bring in, for the record of a body."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: Number


class RecordFileForm(BaseModel):
    """The same with its file: what the document tells of the form that brings it."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: Number
    file: bytes


class TakingForm(BaseModel):
    """Which lines of a preview are written; all that may be, where none is named."""

    model_config = ConfigDict(extra="forbid")

    lines: Annotated[list[int], Field(max_length=MOST_LINES)] | None = None
