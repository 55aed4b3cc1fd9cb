"""What is asked to issue a document."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from registry.reporting.vocabulary import ScopeKind


class IssueForm(BaseModel):
    """A report, on a scope, as of a day (today when none is given)."""

    model_config = ConfigDict(extra="forbid")

    scope: str = Field(pattern=r"^(organisation|dataset):[0-9]{1,18}$")
    as_of: date | None = None

    @property
    def subject_id(self) -> int:
        """The number of the organisation or dataset."""
        return int(self.scope.partition(":")[2])

    @property
    def is_dataset(self) -> bool:
        """Whether the scope is one dataset."""
        return self.scope.startswith(f"{ScopeKind.DATASET}:")
