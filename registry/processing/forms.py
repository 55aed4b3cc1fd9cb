"""What may be said of a processing activity: the only validation of what comes in."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from registry.datasets.forms import Address, Code, Codes, Identifier, Line, Past, Prose, listed
from registry.datasets.vocabulary import FinalDisposition
from registry.kernel.words import _, current_locale, mark
from registry.platform.lists import load_list
from registry.processing.rules import is_adequate, is_partly_adequate
from registry.processing.vocabulary import (
    ActivityStatus,
    Article9Condition,
    AutomatedDecision,
    DataOrigin,
    LawfulBasis,
    PersonsRight,
    ProcessingRole,
    RecipientKind,
    TransferSafeguard,
)
from registry.web.calls import Number

OLDEST_TEXT = date(1539, 8, 1)
"""The oldest text of law still in force in France (the ordinance of Villers-Cotterêts)."""
LONGEST_WAIT = date(2200, 1, 1)
PERIOD_REVERSED = mark("Ce traitement se termine avant d’avoir commencé : vérifiez les deux dates.")


def _of_a_text(value: date, info: ValidationInfo) -> date:
    today = (info.context or {}).get("today")
    if today is not None and value > today:
        raise PydanticCustomError("to_come", _("Cette date est à venir : donnez un jour passé, ou aujourd’hui."))
    if value < OLDEST_TEXT:
        raise PydanticCustomError(
            "too_early", _("Aucun texte encore en vigueur n’est si ancien : vérifiez l’année, sur quatre chiffres.")
        )
    return value


def _within_reason(value: date) -> date:
    if value > LONGEST_WAIT:
        raise PydanticCustomError("too_late", _("Cette date est trop lointaine : vérifiez l’année."))
    if value < OLDEST_TEXT:
        raise PydanticCustomError(
            "too_early", _("Cette date est trop ancienne : vérifiez l’année, sur quatre chiffres.")
        )
    return value


DayOfText = Annotated[date, AfterValidator(_of_a_text)]
SomeDay = Annotated[date, AfterValidator(_within_reason)]


Months = Annotated[int, Field(ge=0, le=12_000)]
MOST_PARTS = 300


class DataForm(BaseModel):
    """Whose data of which kind, how long, and what becomes of it.

    Units: `retention_months`, `intermediate_months` in months.
    """

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    people_category: Annotated[Code, listed("people_categories")]
    data_category: Annotated[Code, listed("personal_categories")]
    precision: Line | None = None
    retention_months: Months | None = None
    retention_trigger: Line | None = None
    intermediate_months: Months | None = None
    final_disposition: FinalDisposition | None = None
    retention_ground: Line | None = None


class RecipientForm(BaseModel):
    """Who receives data, and what."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    name: Identifier
    kind: RecipientKind | None = None
    received: Line | None = None


def _rests_on_adequacy(country: str, safeguard: TransferSafeguard | None) -> bool:
    return safeguard is TransferSafeguard.ADEQUACY and not load_list("countries").flag(country, "eea")


def _holds_for_the_country(value: TransferSafeguard | None, info: ValidationInfo) -> TransferSafeguard | None:
    country = info.data.get("country", "")
    if country and _rests_on_adequacy(country, value) and not is_adequate(country):
        known = load_list("countries")
        raise PydanticCustomError(
            "not_adequate",
            _(
                "Aucune décision d’adéquation ne vaut pour ce pays ({country}) selon la liste « {title} », relevée le "
                "{day} : choisissez ce qui permet vraiment le transfert, comme des clauses types, ou laissez vide. Une "
                "décision plus récente se vérifie ici : {address}"
            ).format(
                country=known.label(country, current_locale()),
                title=known.title,
                day=known.read.strftime("%d/%m/%Y"),
                address=known.address,
            ),
        )
    return value


def _shows_that_it_is_covered(value: str | None, info: ValidationInfo) -> str | None:
    country, safeguard = info.data.get("country", ""), info.data.get("safeguard")
    if not value and _rests_on_adequacy(country, safeguard) and is_partly_adequate(country):
        known = load_list("countries")
        raise PydanticCustomError(
            "partly_adequate",
            _(
                "Pour ce pays ({country}), la décision d’adéquation ne vaut que pour : {reach} (liste « {title} », "
                "relevée le {day}). Dites quelle pièce montre que ce destinataire en est, ou choisissez une autre "
                "garantie."
            ).format(
                country=known.label(country, current_locale()),
                reach=known.words(country, "partial"),
                title=known.title,
                day=known.read.strftime("%d/%m/%Y"),
            ),
        )
    return value


class TransferForm(BaseModel):
    """Data that goes to a country, to whom, and under which safeguard."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    country: Annotated[Code, listed("countries")]
    recipient: Identifier
    safeguard: Annotated[TransferSafeguard | None, AfterValidator(_holds_for_the_country)] = None
    document: Annotated[Line | None, AfterValidator(_shows_that_it_is_covered), Field(validate_default=True)] = None


class RightForm(BaseModel):
    """A right granted or refused against what the basis says, and why."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    right: PersonsRight
    applies: bool
    reason: Annotated[Line, StringConstraints(min_length=3)]


class LinkedDatasetForm(BaseModel):
    """A dataset that the activity uses or makes, and which of its fields."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    dataset_id: Number
    fields: Codes = Field(default_factory=list)


class LinkedSystemForm(BaseModel):
    """An information system that the activity runs on."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    information_system_id: Number


class PrincipalForm(BaseModel):
    """A body on whose behalf the activity is carried out."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    principal_id: Number


PARTS = ("data", "recipients", "transfers", "rights", "datasets", "systems", "principals")
"""What stands below an activity, each in a table of its own: where it is not given, it stays."""
Several = Field(default=None, max_length=MOST_PARTS)


class ActivityForm(BaseModel):
    """An activity of the record. What is left out is unknown; `declared_absent` names what does not exist."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    reference: Identifier | None = None
    name: Line
    role: ProcessingRole = ProcessingRole.CONTROLLER
    status: ActivityStatus = ActivityStatus.DRAFT
    department: Line | None = None
    joint_controllers: Prose | None = None
    purpose: Prose | None = None
    sub_purposes: Prose | None = None
    started_on: SomeDay | None = None
    ended_on: SomeDay | None = None
    reviewed_on: Past | None = None
    lawful_basis: LawfulBasis | None = None
    basis_note: Prose | None = None
    public_mission: bool | None = None
    founding_text: Prose | None = None
    founding_text_on: DayOfText | None = None
    founding_text_url: Address | None = None
    consent_proof: Prose | None = None
    consent_withdrawal: Prose | None = None
    article9_conditions: list[Article9Condition] = Field(default_factory=list)
    article9_text: Prose | None = None
    offences_text: Prose | None = None
    offences_necessity: Prose | None = None
    nir_text: Prose | None = None
    data_origins: list[DataOrigin] = Field(default_factory=list)
    data_origin_note: Prose | None = None
    people_count: Annotated[int, Field(ge=0, le=100_000_000)] | None = None
    automated_decision: AutomatedDecision | None = None
    algorithm_notice: Prose | None = None
    algorithm_explained: bool | None = None
    human_review: bool | None = None
    notice_text: Prose | None = None
    notice_url: Address | None = None
    notice_reviewed_on: Past | None = None
    rights_channel: Line | None = None
    security_measures: Annotated[list[Annotated[Code, listed("security_measures")]], Field(max_length=50)] = Field(
        default_factory=list
    )
    security_note: Prose | None = None
    declared_absent: Codes = Field(default_factory=list)
    notes: Prose | None = None
    data: list[DataForm] | None = Several
    recipients: list[RecipientForm] | None = Several
    transfers: list[TransferForm] | None = Several
    rights: list[RightForm] | None = Several
    datasets: list[LinkedDatasetForm] | None = Several
    systems: list[LinkedSystemForm] | None = Several
    principals: list[PrincipalForm] | None = Several

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.started_on and self.ended_on and self.ended_on < self.started_on:
            raise PydanticCustomError("period", _(PERIOD_REVERSED))
        return self

    def values(self) -> dict[str, Any]:
        """The activity's own columns, as they were given."""
        return self.model_dump(exclude={*PARTS, "reference"})

    def given(self) -> dict[str, Any]:
        """Only the columns somebody gave a value for."""
        return self.model_dump(include=self.model_fields_set - {*PARTS, "reference"})


class ActivityChange(ActivityForm):
    """A change to some fields of an activity: what is not given stays."""

    name: Line = ""


class ActivityCreation(ActivityForm):
    """An activity to record, and the body whose record it enters."""

    organisation_id: Number

    def sheet(self) -> ActivityForm:
        """The activity itself."""
        return ActivityForm.model_validate(self.model_dump(exclude={"organisation_id"}, exclude_unset=True))
