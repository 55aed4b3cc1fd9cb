"""What may be said of an import: where the file comes from, and for whom it is."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints


class ImportForm(BaseModel):
    """A file to bring in, sent with the form or fetched from its address."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: int
    address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=r"^https?://\S+$")] = ""
    public: bool = False
