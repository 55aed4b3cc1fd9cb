"""What may be said of an information system."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from registry.datasets.forms import Code, Codes, Line, Past, Prose, listed
from registry.web.calls import Number


class SystemForm(BaseModel):
    """The sheet of an information system. What is left out is unknown; `declared_absent` names what does not exist."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    name: Line
    description: Prose | None = None
    editor_name: Line | None = None
    external_host: bool | None = None
    host_name: Line | None = None
    host_country: Annotated[Code, listed("countries")] | None = None
    certifications: Annotated[list[Annotated[Code, listed("certifications")]], Field(max_length=50)] = Field(
        default_factory=list
    )
    contract_reference: Line | None = None
    backup_note: Prose | None = None
    backup_tested_on: Past | None = None
    exit_tested_on: Past | None = None
    open_export: bool | None = None
    dependency_assessed_on: Past | None = None
    health_data: bool | None = None
    definitive_archives: bool | None = None
    archive_deposit: bool | None = None
    deposit_declared_on: Past | None = None
    deposit_contract: bool | None = None
    declared_absent: Codes = Field(default_factory=list)


class SystemChange(SystemForm):
    """A change to some fields of a system: what is not given stays."""

    name: Line = ""


class SystemCreation(SystemForm):
    """A system to record, and the organisation it is for."""

    organisation_id: Number

    def sheet(self) -> SystemForm:
        """The system itself."""
        return SystemForm.model_validate(self.model_dump(exclude={"organisation_id"}, exclude_unset=True))
