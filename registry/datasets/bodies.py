"""The bodies that the API of datasets answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from registry.compliance.vocabulary import Verdict
from registry.datasets.models import DataService, DatasetField, Derivation, Distribution
from registry.datasets.vocabulary import (
    AccessRights,
    Availability,
    FinalDisposition,
    Nature,
    Origin,
    PersonalData,
    PublicationGround,
    Sensitivity,
    Stage,
    StatisticalSecrecy,
    ThirdPartyRights,
)

Body = TypeVar("Body", "DistributionBody", "DataServiceBody", "FieldBody", "DerivationBody")


@dataclass(frozen=True)
class DistributionBody:
    """A distribution, as the API gives it."""

    id: int
    identifier: str
    title: str | None
    description: str | None
    access_url: str | None
    download_url: str | None
    format: str | None
    media_type: str | None
    licence: str | None
    rights: str | None
    byte_size: int | None
    checksum_algorithm: str | None
    checksum_value: str | None
    issued: date | None
    modified: date | None
    availability: Availability | None
    languages: list[str]
    conforms_to: list[str]
    documentation: list[str]


@dataclass(frozen=True)
class FactToFill:
    """A fact that nobody recorded and the page that fills it; no address where the asker may not record it."""

    fact: str
    label: str
    address: str


@dataclass(frozen=True)
class VerdictBody:
    """What one policy says of the dataset today; `to_fill` is what is `missing`, fact by fact."""

    policy_id: str
    period: int | None
    verdict: Verdict
    missing: list[str]
    to_fill: list[FactToFill]
    turns_on: date | None


@dataclass(frozen=True)
class DatasetBody:
    """A dataset, as the API gives it; `version` is its ETag."""

    id: int
    version: int
    organisation_id: int
    identifier: str
    uri: str | None
    title: str
    description: str | None
    keywords: list[str]
    themes: list[str]
    local_themes: list[str]
    publisher_name: str | None
    publisher_uri: str | None
    creator_name: str | None
    contact_person_id: int | None
    contact_url: str | None
    landing_page: str | None
    languages: list[str]
    access_rights: AccessRights | None
    frequency: str | None
    issued: date | None
    modified: date | None
    spatial: list[str]
    temporal_start: date | None
    temporal_end: date | None
    licence: str | None
    rights: str | None
    conforms_to: list[str]
    documentation: list[str]
    provenance: str | None
    version_label: str | None
    applicable_legislation: list[str]
    hvd_categories: list[str]
    nature: Nature | None
    origin: Origin | None
    personal_data: PersonalData | None
    publication_ground: PublicationGround | None
    publication_ground_reference: str | None
    publishable_category: str | None
    anonymisation_proof: str | None
    stage: Stage
    declared_absent: list[str]
    annulled: bool
    acronym: str | None
    creator_siret: str | None
    contact_service: str | None
    spatial_granularity: str | None
    records_count: int | None
    volume_note: str | None
    information_system_id: int | None
    sensitivity: Sensitivity | None
    anonymisation_method: str | None
    statistical_secrecy: StatisticalSecrecy | None
    retention_months: int | None
    retention_trigger: str | None
    final_disposition: FinalDisposition | None
    inspire_themes: list[str]
    stakes: list[str]
    principles: list[str]
    third_party_rights: ThirdPartyRights | None
    reuser_warning: str | None
    last_use_review: date | None
    quality_notes: str | None
    notes: str | None
    locked_fields: list[str]
    distributions: list[DistributionBody]
    services: list["DataServiceBody"]
    fields: list["FieldBody"]
    derivations: list["DerivationBody"]
    findings: list[VerdictBody]


@dataclass(frozen=True)
class DataServiceBody:
    """An interface, as the API gives it."""

    id: int
    identifier: str
    title: str | None
    description: str | None
    endpoint_url: str | None
    endpoint_description: str | None
    conforms_to: list[str]
    licence: str | None
    documentation: list[str]


@dataclass(frozen=True)
class FieldBody:
    """A field of the dataset, as the API gives it."""

    id: int
    name: str
    label: str | None
    type: str | None
    description: str | None
    personal_category: str | None
    purpose: str | None
    evidence: str


@dataclass(frozen=True)
class DerivationBody:
    """A dataset this one is made from, as the API gives it."""

    source_id: int
    method: str | None


@dataclass(frozen=True)
class DatasetLine:
    """A dataset in a list."""

    id: int
    version: int
    organisation_id: int
    title: str
    personal_data: PersonalData | None
    access_rights: AccessRights | None
    stage: Stage
    modified: date | None


@dataclass(frozen=True)
class DatasetsBody:
    """A page of datasets; `next` is the cursor of the following one."""

    total: int
    datasets: list[DatasetLine]
    next: str | None


_PARTS_OF_BODY = frozenset({"distributions", "services", "fields", "derivations", "findings"})
_DATASET_FIELDS = tuple(name for name in DatasetBody.__dataclass_fields__ if name not in _PARTS_OF_BODY)


def dataset_body(sheet: Any, parts: Mapping[Any, Sequence[Any]], findings: Sequence[VerdictBody]) -> DatasetBody:
    """The API's view of a dataset, with the parts that stand below it by their table."""
    return DatasetBody(
        **{name: getattr(sheet, name) for name in _DATASET_FIELDS},
        distributions=_bodies(DistributionBody, parts.get(Distribution, ())),
        services=_bodies(DataServiceBody, parts.get(DataService, ())),
        fields=_bodies(FieldBody, parts.get(DatasetField, ())),
        derivations=_bodies(DerivationBody, parts.get(Derivation, ())),
        findings=list(findings),
    )


def _bodies(of: type[Body], rows: Iterable[Any]) -> list[Body]:
    names = tuple(of.__dataclass_fields__)
    return [of(**{name: getattr(row, name) for name in names}) for row in rows]
