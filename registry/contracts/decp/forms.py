"""What may be sent about essential data: a file, and nothing else."""

from pydantic import BaseModel, ConfigDict


class EssentialFileForm(BaseModel):
    """A file of the national format to bring in: what the document tells of the form that brings it."""

    model_config = ConfigDict(extra="forbid")

    file: bytes


class EssentialStepForm(BaseModel):
    """Nothing: the step that is asked for says it all."""

    model_config = ConfigDict(extra="forbid")
