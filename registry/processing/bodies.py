"""The bodies that the API answers about the record of processing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.datasets.bodies import VerdictBody
from registry.datasets.vocabulary import FinalDisposition
from registry.processing.vocabulary import (
    ActivityStatus,
    AutomatedDecision,
    LawfulBasis,
    PersonsRight,
    ProcessingRole,
    RecipientKind,
    TransferSafeguard,
)


@dataclass(frozen=True)
class DataBody:
    """Whose data of which kind, how long, and what becomes of it.

    Units: `retention_months`, `intermediate_months` in months.
    """

    people_category: str
    data_category: str
    precision: str | None
    retention_months: int | None
    retention_trigger: str | None
    intermediate_months: int | None
    final_disposition: FinalDisposition | None
    retention_ground: str | None


@dataclass(frozen=True)
class RecipientBody:
    """Who receives data, and what."""

    name: str
    kind: RecipientKind | None
    received: str | None


@dataclass(frozen=True)
class TransferBody:
    """Data that goes to a country, to whom, and under which safeguard."""

    country: str
    recipient: str
    safeguard: TransferSafeguard | None
    document: str | None


@dataclass(frozen=True)
class RightBody:
    """A right granted or refused against what the basis says, and why."""

    right: PersonsRight
    applies: bool
    reason: str


@dataclass(frozen=True)
class LinkedDatasetBody:
    """A dataset that the activity uses or makes, and which of its fields; all where none is named."""

    dataset_id: int
    fields: list[str]


@dataclass(frozen=True)
class LinkedSystemBody:
    """An information system that the activity runs on."""

    information_system_id: int


@dataclass(frozen=True)
class PrincipalBody:
    """A body on whose behalf the activity is carried out."""

    principal_id: int


PART_BODIES: Mapping[str, type[Any]] = {
    "data": DataBody,
    "recipients": RecipientBody,
    "transfers": TransferBody,
    "rights": RightBody,
    "datasets": LinkedDatasetBody,
    "systems": LinkedSystemBody,
    "principals": PrincipalBody,
}
"""What the API answers of each kind of part."""


def part_body(name: str, row: Any) -> Any:
    """A part of an activity as the API gives it."""
    body = PART_BODIES[name]
    return body(**{field: getattr(row, field) for field in body.__dataclass_fields__})


@dataclass(frozen=True)
class ActivityBody:
    """An activity of the record, as the API gives it; `version` is its ETag.

    Units: `people_count` in persons concerned, about.
    """

    id: int
    version: int
    organisation_id: int
    reference: str
    name: str
    role: ProcessingRole
    status: ActivityStatus
    department: str | None
    joint_controllers: str | None
    purpose: str | None
    sub_purposes: str | None
    started_on: date | None
    ended_on: date | None
    reviewed_on: date | None
    lawful_basis: LawfulBasis | None
    basis_note: str | None
    public_mission: bool | None
    founding_text: str | None
    founding_text_on: date | None
    founding_text_url: str | None
    consent_proof: str | None
    consent_withdrawal: str | None
    article9_conditions: list[str]
    article9_text: str | None
    offences_text: str | None
    offences_necessity: str | None
    nir_text: str | None
    data_origins: list[str]
    data_origin_note: str | None
    people_count: int | None
    automated_decision: AutomatedDecision | None
    algorithm_notice: str | None
    algorithm_explained: bool | None
    human_review: bool | None
    notice_text: str | None
    notice_url: str | None
    notice_reviewed_on: date | None
    rights_channel: str | None
    security_measures: list[str]
    security_note: str | None
    declared_absent: list[str]
    template: str | None
    notes: str | None
    annulled: bool
    data: list[DataBody]
    recipients: list[RecipientBody]
    transfers: list[TransferBody]
    rights: list[RightBody]
    datasets: list[LinkedDatasetBody]
    systems: list[LinkedSystemBody]
    principals: list[PrincipalBody]
    findings: list[VerdictBody]


@dataclass(frozen=True)
class ActivityLineBody:
    """An activity in a list."""

    id: int
    version: int
    organisation_id: int
    reference: str
    name: str
    status: ActivityStatus
    lawful_basis: LawfulBasis | None


@dataclass(frozen=True)
class ActivitiesBody:
    """The activities within the asker's rights, by name."""

    total: int
    activities: list[ActivityLineBody]
    next: str | None
