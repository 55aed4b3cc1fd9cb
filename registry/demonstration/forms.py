"""What the demonstration's content file may say: the sheets themselves take the forms of every other sheet."""

from collections.abc import Sequence
from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from registry.datasets.forms import DatasetChange, DatasetForm
from registry.datasets.systems.forms import SystemChange, SystemForm
from registry.demonstration.matters import BreachSaid, RequestSaid
from registry.kernel.permissions import Role
from registry.organisations.forms import Email, Line, OrganisationForm, ServiceForm
from registry.organisations.vocabulary import AppointmentRole


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServiceSaid(_Said, ServiceForm):
    """A service or an operator of the authority."""

    key: str


class PersonSaid(_Said):
    """Somebody in a function, in a body."""

    key: str
    of: str
    name: Line
    email: Email


class AccountSaid(PersonSaid):
    """An account that signs in, with its role on a body."""

    role: Role


class AppointmentSaid(_Said):
    """A person given a role from the day of the step.

    Units: `lasts` in days from there to the day it ends, excluded.
    """

    role: AppointmentRole
    person: str
    lasts: int | None = None
    published: bool = False


class Step(_Said):
    """One change, on one day, by one account."""

    day: date
    by: str
    reason: str | None = None
    appoint: AppointmentSaid | None = None


class OrganisationStep(Step):
    """A change to what is known of a body, an appointment on it, or the end of one."""

    change: OrganisationForm | None = None
    end: AppointmentRole | None = None


class SourceSaid(_Said):
    """Another sheet of the demonstration from which one is made, and how."""

    key: str
    method: Line


class DatasetStep(Step):
    """A change to a sheet, where it lives, what it is made from, who is appointed or leaves, or why it is annulled."""

    change: DatasetChange | None = None
    system: str | None = None
    made_from: list[SourceSaid] = []
    end: AppointmentRole | None = None
    annul: str | None = None


class SystemStep(Step):
    """A change to what is known of an information system."""

    change: SystemChange


class SystemSaid(_Said):
    """An information system of a body as it was first recorded, and what became of it."""

    key: str
    of: str
    day: date
    by: str
    sheet: SystemForm
    steps: list[SystemStep] = []


class OrganisationSaid(_Said):
    """What became of one body."""

    of: str
    steps: list[OrganisationStep]


class DatasetSaid(_Said):
    """A sheet as it was first recorded, and what became of it."""

    key: str
    of: str
    day: date
    by: str
    owner: str | None = None
    steward: str | None = None
    contact: str | None = None
    sheet: DatasetForm
    steps: list[DatasetStep] = []


class ErasureSaid(_Said):
    """A person who was erased, when, by whom and why."""

    person: str
    day: date
    by: str
    ground: str
    reason: Line


class Content(_Said):
    """The whole of the demonstration, with every day counted from the one it is loaded on."""

    siren: str
    opened: date
    services: list[ServiceSaid]
    people: list[PersonSaid]
    accounts: list[AccountSaid]
    organisations: list[OrganisationSaid]
    erasures: list[ErasureSaid] = []
    systems: list[SystemSaid] = []
    datasets: list[DatasetSaid]
    breaches: list[BreachSaid] = []
    requests: list[RequestSaid] = []

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        years: list[Sequence[Step]] = [body.steps for body in self.organisations]
        years += [sheet.steps for sheet in self.datasets]
        years += [system.steps for system in self.systems]
        for steps in years:
            days = [step.day for step in steps]
            if days != sorted(days):
                raise ValueError(f"steps out of order: {days}")
        return self

    @model_validator(mode="after")
    def _stands_on_what_was_there(self) -> Self:
        """A sheet lives in a system, and is made from a sheet, that had been recorded by then."""
        systems = {said.key: said.day for said in self.systems}
        sheets = {said.key: said.day for said in self.datasets}
        if len(sheets) < len(self.datasets) or len(systems) < len(self.systems):
            raise ValueError("a key stands for two sheets, or for two systems")
        for said in self.datasets:
            for step in said.steps:
                needed = [(source.key, sheets.get(source.key, date.max)) for source in step.made_from]
                if step.system is not None:
                    needed.append((step.system, systems.get(step.system, date.max)))
                late = [key for key, day in needed if day >= step.day]
                if late:
                    raise ValueError(f"{said.key}, {step.day}: not recorded by then: {', '.join(late)}")
        return self
