"""What may be said of a dataset and of a distribution: the only validation of what comes in."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from registry.compliance.vocabulary import Principle, Stake
from registry.datasets.vocabulary import (
    AccessRights,
    Availability,
    FieldEvidence,
    FinalDisposition,
    Nature,
    Origin,
    PersonalData,
    PublicationGround,
    Sensitivity,
    StatisticalSecrecy,
    ThirdPartyRights,
)
from registry.kernel.errors import Invalid
from registry.kernel.identifiers import fits_as_identifier, parse_siret
from registry.kernel.words import _, mark
from registry.platform.lists import load_list
from registry.web.calls import Number
from registry.web.typed import Clean

MAX_DISTRIBUTIONS = 500
EARLIEST = date(1700, 1, 1)
"""The earliest day data may have been issued or modified; what they tell of may be older."""
MAX_FIELDS = 2000
PERIOD_REVERSED = mark("La période couverte finit avant de commencer : vérifiez les deux dates.")


def _possible(value: date, info: ValidationInfo) -> date:
    """What has happened did not happen tomorrow, nor before there were public data.

    Without a day to compare with, nothing is refused: an import sets such a day aside, and what stands may be reread.
    """
    today = (info.context or {}).get("today")
    if today is not None and value > today:
        raise PydanticCustomError("to_come", _("Cette date est à venir : donnez un jour passé, ou aujourd’hui."))
    if today is not None and value < EARLIEST:
        raise PydanticCustomError(
            "too_early", _("Cette date est antérieure à 1700 : vérifiez l’année, sur quatre chiffres.")
        )
    return value


def _indexable(value: str) -> str:
    if not fits_as_identifier(value):
        raise PydanticCustomError(
            "long_identifier",
            _("Cet identifiant est trop long pour le registre : raccourcissez-le à 500 caractères au plus."),
        )
    return value


def _siret(value: str) -> str:
    try:
        return parse_siret(value)
    except Invalid as refusal:
        raise PydanticCustomError("siret", "{reason}", {"reason": refusal.message}) from refusal


def listed(name: str) -> AfterValidator:
    """A code of a list of the product; the words that stand for it are taken too."""

    def check(value: str) -> str:
        known = load_list(name)
        found = value if value in known else known.find(value)
        if found is None:
            raise PydanticCustomError(
                "not_listed",
                _("« {value} » n’est pas dans la liste « {title} ».").format(value=value[:80], title=known.title),
            )
        return found

    return AfterValidator(check)


Past = Annotated[date, AfterValidator(_possible)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), Clean]
Identifier = Annotated[Line, AfterValidator(_indexable)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000), Clean]
Address = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=4000, pattern=r"^(https?|ftps?|sftp)://[^\s<>\"]+$"),
    Clean,
]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400), Clean]
Codes = Annotated[list[Code], Field(max_length=500)]
Siret = Annotated[Code, AfterValidator(_siret)]
Count = Annotated[int, Field(ge=0, le=2**62)]


class DistributionForm(BaseModel):
    """One file or access point.

    Units: `byte_size` in bytes.
    """

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    identifier: Identifier | None = None
    title: Line | None = None
    description: Prose | None = None
    access_url: Address | None = None
    download_url: Address | None = None
    format: Code | None = None
    media_type: Code | None = None
    licence: Code | None = None
    rights: Prose | None = None
    byte_size: Annotated[int, Field(ge=0, le=2**62)] | None = None
    checksum_algorithm: Code | None = None
    checksum_value: Code | None = None
    issued: Past | None = None
    modified: Past | None = None
    availability: Availability | None = None
    languages: Codes = Field(default_factory=list)
    conforms_to: Codes = Field(default_factory=list)
    documentation: Codes = Field(default_factory=list)

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not self.access_url and not self.download_url:
            raise PydanticCustomError(
                "no_address",
                _("Une distribution demande une adresse : celle de la page d’accès ou du fichier."),
            )
        return self


class DataServiceForm(BaseModel):
    """One interface that gives the dataset to programs."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    identifier: Identifier | None = None
    title: Line | None = None
    description: Prose | None = None
    endpoint_url: Address
    endpoint_description: Address | None = None
    conforms_to: Codes = Field(default_factory=list)
    licence: Code | None = None
    documentation: Codes = Field(default_factory=list)


class FieldForm(BaseModel):
    """One field of the dataset: what it holds, whether of a person, and what it is needed for."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    name: Identifier
    label: Line | None = None
    type: Annotated[Code, listed("field_types")] | None = None
    description: Prose | None = None
    personal_category: Annotated[Code, listed("personal_categories")] | None = None
    purpose: Prose | None = None
    evidence: FieldEvidence = FieldEvidence.ASSERTED


class DerivationForm(BaseModel):
    """A dataset this one is made from, and how."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    source_id: Number
    method: Prose | None = None


PARTS = frozenset({"distributions", "services", "fields", "derivations"})
"""What stands below a sheet, each in a table of its own: where it is not given, it stays."""


class DatasetForm(BaseModel):
    """The sheet of a dataset. What is left out is unknown; `declared_absent` names what does not exist."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    identifier: Identifier | None = None
    uri: Line | None = None
    title: Line
    description: Prose | None = None
    keywords: Codes = Field(default_factory=list)
    themes: Codes = Field(default_factory=list)
    local_themes: Codes = Field(default_factory=list)
    publisher_name: Line | None = None
    publisher_uri: Line | None = None
    creator_name: Line | None = None
    contact_person_id: Number | None = None
    contact_url: Address | None = None
    landing_page: Address | None = None
    languages: Codes = Field(default_factory=list)
    access_rights: AccessRights | None = None
    frequency: Code | None = None
    issued: Past | None = None
    modified: Past | None = None
    spatial: Annotated[list[Prose], Field(max_length=200)] = Field(default_factory=list)
    temporal_start: date | None = None
    temporal_end: date | None = None
    licence: Code | None = None
    rights: Prose | None = None
    conforms_to: Codes = Field(default_factory=list)
    documentation: Codes = Field(default_factory=list)
    provenance: Prose | None = None
    version_label: Line | None = None
    applicable_legislation: Codes = Field(default_factory=list)
    hvd_categories: Codes = Field(default_factory=list)
    nature: Nature | None = None
    origin: Origin | None = None
    personal_data: PersonalData | None = None
    publication_ground: PublicationGround | None = None
    publication_ground_reference: Line | None = None
    publishable_category: Annotated[Code, listed("publishable_categories")] | None = None
    anonymisation_proof: Line | None = None
    declared_absent: Codes = Field(default_factory=list)
    acronym: Code | None = None
    creator_siret: Siret | None = None
    contact_service: Line | None = None
    spatial_granularity: Annotated[Code, listed("spatial_granularities")] | None = None
    records_count: Count | None = None
    volume_note: Line | None = None
    information_system_id: Number | None = None
    sensitivity: Sensitivity | None = None
    anonymisation_method: Prose | None = None
    statistical_secrecy: StatisticalSecrecy | None = None
    retention_months: Annotated[int, Field(ge=0, le=12_000)] | None = None
    retention_trigger: Line | None = None
    final_disposition: FinalDisposition | None = None
    inspire_themes: Annotated[list[Annotated[Code, listed("inspire_themes")]], Field(max_length=50)] = Field(
        default_factory=list
    )
    stakes: list[Stake] = Field(default_factory=list)
    principles: list[Principle] = Field(default_factory=list)
    third_party_rights: ThirdPartyRights | None = None
    reuser_warning: Address | None = None
    last_use_review: Past | None = None
    quality_notes: Prose | None = None
    notes: Prose | None = None
    locked_fields: Codes = Field(default_factory=list)
    distributions: Annotated[list[DistributionForm], Field(max_length=MAX_DISTRIBUTIONS)] | None = None
    services: Annotated[list[DataServiceForm], Field(max_length=MAX_DISTRIBUTIONS)] | None = None
    fields: Annotated[list[FieldForm], Field(max_length=MAX_FIELDS)] | None = None
    derivations: Annotated[list[DerivationForm], Field(max_length=MAX_DISTRIBUTIONS)] | None = None

    @field_validator("temporal_end")
    @classmethod
    def _coherent(cls, end: date | None, said: ValidationInfo) -> date | None:
        """Held against the start that was given with it; the error is that of the field where it is mended."""
        start = said.data.get("temporal_start")
        if start and end and end < start:
            raise PydanticCustomError("period", _(PERIOD_REVERSED))
        return end

    def values(self) -> dict[str, Any]:
        """The sheet's own columns as they were given; what stands below it is written apart."""
        return self.model_dump(exclude={*PARTS, "identifier"})

    def given(self) -> dict[str, Any]:
        """Only the columns somebody gave a value for."""
        return self.model_dump(include=self.model_fields_set - {*PARTS, "identifier"})


class DatasetChange(DatasetForm):
    """A change to some fields of a sheet: what is not given stays."""

    title: Line = ""


class DatasetCreation(DatasetForm):
    """A sheet to record, and the organisation it is for."""

    organisation_id: Number

    def sheet(self) -> DatasetForm:
        """The sheet itself."""
        return DatasetForm.model_validate(self.model_dump(exclude={"organisation_id"}, exclude_unset=True))
