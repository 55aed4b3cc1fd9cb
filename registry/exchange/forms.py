"""What may be said of an import: where the file comes from, and for whom it is."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from registry.web.calls import Number

Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=r"^https?://\S+$")]


class ImportForm(BaseModel):
    """A file to bring in, sent with the form or fetched from its address."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: Number
    address: Address = ""
    public: bool = False


class AddressImportForm(BaseModel):
    """An address to have read."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: Number
    address: Address
    public: bool = False


class FileImportForm(BaseModel):
    """A file to have read: what the document tells of the form that brings it."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: Number
    file: bytes
    public: bool = False


class ApplyForm(BaseModel):
    """How a preview is applied."""

    model_config = ConfigDict(extra="forbid")

    overwrite_edits: bool = False


class NothingForm(BaseModel):
    """A body that says nothing more than its address: an empty object."""

    model_config = ConfigDict(extra="forbid")
