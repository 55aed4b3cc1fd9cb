"""What is asked to issue a document."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from registry.kernel.issuing import Subject


class IssueForm(BaseModel):
    """A report, on a scope, as of a day (today when none is given)."""

    model_config = ConfigDict(extra="forbid")

    report: str = Field(default="compliance", pattern=r"^[a-z][a-z0-9-]*$")
    scope: str = Field(pattern=r"^[a-z]+:[0-9]{1,18}$")
    as_of: date | None = None

    @property
    def subject(self) -> Subject:
        """What the document speaks of."""
        return Subject.read(self.scope)
