"""What may be said of an organisation, a person and an appointment."""

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from registry.kernel.words import _
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject, OrganisationKind
from registry.web.calls import Number

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^https?://[^\s]+$")]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]


def _no_later_than_today(value: date, info: ValidationInfo) -> date:
    today = (info.context or {}).get("today")
    if today is not None and value > today:
        raise PydanticCustomError("to_come", _("Cette date est à venir : donnez un jour passé, ou aujourd’hui."))
    return value


Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class OrganisationForm(BaseModel):
    """What a steward of the organisation records about it; each field may stay unknown."""

    model_config = ConfigDict(extra="forbid")

    website: Address | None = None
    staff_fte: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    rip_url: Address | None = None
    rip_updated_on: date | None = None
    prada_contact_published: bool | None = None
    prada_notified_on: date | None = None
    dpo_contact_published: bool | None = None
    dpo_notified_on: date | None = None
    individual_decision_algorithms: bool | None = None
    algorithm_rules_url: Address | None = None
    may_charge_reuse: bool | None = None
    exchanges_with_administrations: bool | None = None
    exchange_list_url: Address | None = None
    uses_ai: bool | None = None
    ai_literacy_measures: Prose | None = None
    digital_strategy_adopted_on: Annotated[date, AfterValidator(_no_later_than_today)] | None = None
    digital_strategy_reviewed_on: Annotated[date, AfterValidator(_no_later_than_today)] | None = None
    declared_absent: list[Line] = Field(default_factory=list)


KINDS_BELOW = (
    OrganisationKind.DEPARTMENT,
    OrganisationKind.SERVICE,
    OrganisationKind.OPERATOR,
    OrganisationKind.PARTNER,
    OrganisationKind.PROCESSOR,
    OrganisationKind.HOST,
)
"""What a body recorded by hand can be; communes and their authority come from the territory's reference data."""


def _is_below(kind: OrganisationKind) -> OrganisationKind:
    if kind not in KINDS_BELOW:
        raise PydanticCustomError("kind", _("Choisissez un genre de la liste."))
    return kind


class ServiceForm(BaseModel):
    """A new body below another."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    kind: Annotated[OrganisationKind, AfterValidator(_is_below)] = OrganisationKind.SERVICE


class PersonForm(BaseModel):
    """Somebody, or a shared mailbox, as people know them."""

    model_config = ConfigDict(extra="forbid")

    name: Line | None = None
    email: Email | None = None
    phone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] | None = None


class _Mandate(BaseModel):
    """A role from a day (included) to another (excluded)."""

    model_config = ConfigDict(extra="forbid")

    role: AppointmentRole
    since: date
    until: date | None = None
    published: bool = False

    @model_validator(mode="after")
    def _some_days(self) -> Self:
        if self.until is not None and self.until <= self.since:
            raise PydanticCustomError("period", _("Le mandat finit avant de commencer : vérifiez les deux dates."))
        return self


class AppointmentForm(_Mandate):
    """A person in a role, on an organisation or on one record."""

    person_id: Number
    subject_kind: AppointmentSubject
    subject_id: Number


class NewAppointmentForm(_Mandate):
    """The web form of an appointment: somebody known, or a name and an address."""

    person_id: Number | None = None
    name: Line | None = None
    email: Email | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.person_id is None and not (self.name or self.email):
            raise PydanticCustomError("nobody", _("Choisissez une personne, ou donnez son nom ou sa fonction."))
        if self.person_id is not None and (self.name or self.email):
            raise PydanticCustomError(
                "two", _("Choisissez une personne de la liste, ou donnez-en une nouvelle : pas les deux.")
            )
        return self


class SubjectAppointmentForm(NewAppointmentForm):
    """An appointment by the API: what it is on stands in the body."""

    subject_kind: AppointmentSubject
    subject_id: Number


class EndForm(BaseModel):
    """The day an appointment ends (excluded): today when none is given, never a day to come."""

    model_config = ConfigDict(extra="forbid")

    on: Annotated[date, AfterValidator(_no_later_than_today)] | None = None
