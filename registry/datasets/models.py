"""The dataset sheet and its distributions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Sequence,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.datasets.vocabulary import (
    AccessRights,
    Availability,
    BulkOutcome,
    BulkState,
    FieldEvidence,
    FinalDisposition,
    Nature,
    Origin,
    PersonalData,
    PublicationGround,
    Sensitivity,
    Stage,
    StatisticalSecrecy,
    SuggestionState,
    ThirdPartyRights,
)
from registry.inspection.vocabulary import Confidence, PersonalSign
from registry.platform.tables import Kind, Numbered, Table, Versioned, free, plain, plain_list, stored


class Dataset(Versioned, table=True):
    """What the authority knows of one dataset.

    `organisation_id` is the body that owns it. `identifier` is stable within that body: an import finds
    its own by it. `uri` is the address by which other catalogues know it. `declared_absent` names the
    fields known to have no value; an empty field that is not named there was never recorded.
    Codes of `themes`, `frequency`, `licence`, `languages`, `spatial_granularity` and
    `publishable_category` are those of `policies/lists/`.
    `locked_fields` names those that no import may change.

    Units: `retention_months` in months, from what `retention_trigger` says; `records_count` in rows.
    """

    __tablename__ = "dataset"
    __table_args__ = (
        UniqueConstraint("organisation_id", "identifier"),
        Index(None, "organisation_id", "title_sort", "id"),
        Index(None, "title_sort", "id", postgresql_where=text("NOT annulled")),
        Index(
            "ix_dataset_published",
            "organisation_id",
            "title_sort",
            "id",
            postgresql_where=text("stage = 'published' AND NOT annulled"),
        ),
        Index(None, "uri", postgresql_using="hash"),
        Index(None, "contact_person_id", postgresql_where=text("contact_person_id IS NOT NULL")),
        CheckConstraint("title <> ''", name="title"),
        CheckConstraint("temporal_end >= temporal_start", name="temporal"),
        CheckConstraint("records_count >= 0", name="records_count"),
        CheckConstraint("retention_months >= 0", name="retention_months"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id")
    identifier: str = plain()
    uri: str | None = plain(nullable=True)
    title: str = free()
    title_sort: str = free()
    description: str | None = free(nullable=True)
    keywords: list[str] = plain_list()
    themes: list[str] = plain_list()
    local_themes: list[str] = plain_list()
    publisher_name: str | None = plain(nullable=True)
    publisher_uri: str | None = plain(nullable=True)
    creator_name: str | None = free(nullable=True)
    contact_person_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id")
    contact_url: str | None = plain(nullable=True)
    landing_page: str | None = plain(nullable=True)
    languages: list[str] = plain_list()
    access_rights: AccessRights | None = stored(AccessRights, nullable=True)
    frequency: str | None = plain(nullable=True)
    issued: date | None = None
    modified: date | None = None
    spatial: list[str] = plain_list()
    temporal_start: date | None = None
    temporal_end: date | None = None
    licence: str | None = plain(nullable=True)
    rights: str | None = free(nullable=True)
    conforms_to: list[str] = plain_list()
    documentation: list[str] = plain_list()
    provenance: str | None = free(nullable=True)
    version_label: str | None = plain(nullable=True)
    applicable_legislation: list[str] = plain_list()
    hvd_categories: list[str] = plain_list()
    nature: Nature | None = stored(Nature, nullable=True)
    origin: Origin | None = stored(Origin, nullable=True)
    personal_data: PersonalData | None = stored(PersonalData, nullable=True)
    publication_ground: PublicationGround | None = stored(PublicationGround, nullable=True)
    publication_ground_reference: str | None = free(nullable=True)
    publishable_category: str | None = plain(nullable=True)
    anonymisation_proof: str | None = free(nullable=True)
    stage: Stage = stored(Stage, default=Stage.IDENTIFIED)
    declared_absent: list[str] = plain_list()
    annulled: bool = Field(default=False)
    acronym: str | None = plain(nullable=True)
    creator_siret: str | None = plain(nullable=True)
    contact_service: str | None = free(nullable=True)
    spatial_granularity: str | None = plain(nullable=True)
    records_count: int | None = Field(default=None, sa_type=BigInteger)
    volume_note: str | None = free(nullable=True)
    information_system_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key="information_system.id", index=True
    )
    sensitivity: Sensitivity | None = stored(Sensitivity, nullable=True)
    anonymisation_method: str | None = free(nullable=True)
    statistical_secrecy: StatisticalSecrecy | None = stored(StatisticalSecrecy, nullable=True)
    retention_months: int | None = None
    retention_trigger: str | None = free(nullable=True)
    final_disposition: FinalDisposition | None = stored(FinalDisposition, nullable=True)
    inspire_themes: list[str] = plain_list()
    stakes: list[str] = plain_list()
    principles: list[str] = plain_list()
    third_party_rights: ThirdPartyRights | None = stored(ThirdPartyRights, nullable=True)
    reuser_warning: str | None = plain(nullable=True)
    last_use_review: date | None = None
    quality_notes: str | None = free(nullable=True)
    notes: str | None = free(nullable=True)
    locked_fields: list[str] = plain_list()


class Distribution(Versioned, table=True):
    """One file or access point of a dataset.

    Units: `byte_size` in bytes.
    """

    __tablename__ = "distribution"
    __table_args__ = (
        UniqueConstraint("dataset_id", "identifier"),
        CheckConstraint("byte_size >= 0", name="byte_size"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id")
    identifier: str = plain()
    title: str | None = free(nullable=True)
    description: str | None = free(nullable=True)
    access_url: str | None = plain(nullable=True)
    download_url: str | None = plain(nullable=True)
    format: str | None = plain(nullable=True)
    media_type: str | None = plain(nullable=True)
    licence: str | None = plain(nullable=True)
    rights: str | None = free(nullable=True)
    byte_size: int | None = Field(default=None, sa_type=BigInteger)
    checksum_algorithm: str | None = plain(nullable=True)
    checksum_value: str | None = plain(nullable=True)
    issued: date | None = None
    modified: date | None = None
    availability: Availability | None = stored(Availability, nullable=True)
    languages: list[str] = plain_list()
    conforms_to: list[str] = plain_list()
    documentation: list[str] = plain_list()
    annulled: bool = Field(default=False)


class DataService(Versioned, table=True):
    """An interface that gives a dataset to programs (dcat:DataService)."""

    __tablename__ = "data_service"
    __table_args__ = (UniqueConstraint("dataset_id", "identifier"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id")
    identifier: str = plain()
    title: str | None = free(nullable=True)
    description: str | None = free(nullable=True)
    endpoint_url: str | None = plain(nullable=True)
    endpoint_description: str | None = plain(nullable=True)
    conforms_to: list[str] = plain_list()
    licence: str | None = plain(nullable=True)
    documentation: list[str] = plain_list()
    annulled: bool = Field(default=False)


class DatasetField(Versioned, table=True):
    """One field (column) of a dataset: what it holds, whether of a person, and what it is needed for.

    `type` and `personal_category` are codes of `policies/lists/`; `position` counts from 1.
    """

    __tablename__ = "dataset_field"
    __table_args__ = (
        UniqueConstraint("dataset_id", "name"),
        CheckConstraint("name <> ''", name="name"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id")
    position: int = Field(default=1)
    name: str = plain()
    label: str | None = free(nullable=True)
    type: str | None = plain(nullable=True)
    description: str | None = free(nullable=True)
    personal_category: str | None = plain(nullable=True)
    purpose: str | None = free(nullable=True)
    evidence: FieldEvidence = stored(FieldEvidence, default=FieldEvidence.ASSERTED)
    annulled: bool = Field(default=False)


class FieldSuggestion(Versioned, table=True):
    """That a field of a dataset may hold personal data, as an inspection saw it, and what a person made of it.

    `field_name` is the column of what was inspected; `category` a code of `policies/lists/`; `reasons` codes with
    counts: no value of the data is kept. `remark` is why it was refused.

    Units: `found` and `sampled` in filled values of the sample.
    """

    __tablename__ = "field_suggestion"
    __table_args__ = (
        UniqueConstraint("dataset_id", "field_name", "sign", "category"),
        CheckConstraint("field_name <> ''", name="field_name"),
        CheckConstraint("found BETWEEN 0 AND sampled", name="found"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id")
    field_name: str = plain()
    sign: PersonalSign = stored(PersonalSign)
    category: str = plain()
    confidence: Confidence = stored(Confidence)
    reasons: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSONB, sa_column_kwargs={"server_default": "[]"}
    )
    found: int
    sampled: int
    seen_on: date
    state: SuggestionState = stored(SuggestionState, default=SuggestionState.WAITING)
    remark: str | None = free(nullable=True)


class Derivation(Versioned, table=True):
    """One dataset made, in part, from another; both may belong to different bodies.

    `organisation_id` is the owner of the dataset made.
    """

    __tablename__ = "derivation"
    __table_args__ = (
        UniqueConstraint("dataset_id", "source_id"),
        CheckConstraint("dataset_id <> source_id", name="itself"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id")
    source_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id", index=True)
    method: str | None = free(nullable=True)
    annulled: bool = Field(default=False)


class InformationSystem(Versioned, table=True):
    """The software and the place where datasets live: who edits it, who hosts it, under which law.

    `host_country` is an ISO 3166 code of `policies/lists/countries.yaml`; `certifications` of `certifications.yaml`.
    An empty truth value was never recorded.
    """

    __tablename__ = "information_system"
    __table_args__ = (
        UniqueConstraint("organisation_id", "name_sort"),
        CheckConstraint("name <> ''", name="name"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id")
    name: str = free()
    name_sort: str = free()
    description: str | None = free(nullable=True)
    editor_name: str | None = plain(nullable=True)
    external_host: bool | None = None
    host_name: str | None = plain(nullable=True)
    host_country: str | None = plain(nullable=True)
    certifications: list[str] = plain_list()
    contract_reference: str | None = free(nullable=True)
    backup_note: str | None = free(nullable=True)
    backup_tested_on: date | None = None
    exit_tested_on: date | None = None
    open_export: bool | None = None
    dependency_assessed_on: date | None = None
    health_data: bool | None = None
    definitive_archives: bool | None = None
    archive_deposit: bool | None = None
    deposit_declared_on: date | None = None
    deposit_contract: bool | None = None
    declared_absent: list[str] = plain_list()
    annulled: bool = Field(default=False)


class BulkEdit(Table, table=True):
    """One change asked of many sheets at once: previewed, applied under one number, undone whole.

    Its number is that of the ledger's entries it writes: imports draw theirs from the same sequence, so that a batch
    number means one thing. `edits` holds each field with its operation and values; `selection` is the address of the
    list the sheets were chosen in; `organisation_id` the body in whose name it is made; `findings` how many of each
    policy its preview would settle, open or turn, and over how many sheets that was judged.
    """

    __tablename__ = "bulk_edit"
    __table_args__ = (
        CheckConstraint("changed >= 0 AND refused >= 0 AND unchanged >= 0 AND kept >= 0", name="counts"),
        {"info": {"kind": Kind.WORK}},
    )

    id: int = Field(default=None, sa_column=Column(BigInteger, Sequence("import_batch_id_seq"), primary_key=True))
    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    edits: list[dict[str, Any]] = Field(sa_type=JSONB)
    selection: str = free()
    reason: str | None = free(nullable=True)
    findings: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB, sa_column_kwargs={"server_default": "{}"})
    state: BulkState = stored(BulkState, default=BulkState.PREVIEWED)
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    kept: int = 0
    created_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )


class BulkLine(Numbered, table=True):
    """One sheet of a bulk edit: each field before and after, or why nothing is written.

    `changes` gives a post by the number of the person; `moved` what it takes to undo it (`organisations/posts.py`).
    `organisation_id` is that of the sheet: who does not read it does not read its line.
    """

    __tablename__ = "bulk_line"
    __table_args__ = (UniqueConstraint("bulk_id", "dataset_id"), {"info": {"kind": Kind.WORK}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    bulk_id: int = Field(sa_type=BigInteger, foreign_key="bulk_edit.id")
    dataset_id: int = Field(sa_type=BigInteger)
    title: str = free()
    seen_version: int
    applied_version: int | None = None
    changes: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    outcome: BulkOutcome = stored(BulkOutcome)
    refusal: str | None = plain(nullable=True)
    is_undone: bool = Field(default=False)
    moved: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, sa_column_kwargs={"server_default": "[]"})


class SavedView(Numbered, table=True):
    """A list somebody named, to find it again: what it selects, its columns and its order, as an address.

    `account_id` is whose it is; shared, it is read by whoever reads `organisation_id`. A default view is what its
    owner meets first. One taken away stays `annulled`, for as long as it may be brought back.
    """

    __tablename__ = "saved_view"
    __table_args__ = (CheckConstraint("name <> ''", name="name"), {"info": {"kind": Kind.WORK}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    account_id: int = Field(sa_type=BigInteger, index=True)
    name: str = free()
    name_sort: str = free()
    query: str = free()
    is_shared: bool = Field(default=False)
    is_default: bool = Field(default=False)
    annulled: bool = Field(default=False)


class SheetDraft(Numbered, table=True):
    """A sheet being written, as its form stood: its author's alone, until it is saved, forgotten or old.

    `typed` holds each name of the form with its value, in their order, valid or not; like the title, it may name
    people. `dataset_id` is empty for a sheet that does not exist yet. `revision` counts the savings.
    """

    __tablename__ = "sheet_draft"
    __table_args__ = (
        Index(
            "uq_sheet_draft_account_id_dataset_id",
            "account_id",
            "dataset_id",
            unique=True,
            postgresql_where=text("dataset_id IS NOT NULL"),
        ),
        {"info": {"kind": Kind.WORK}},
    )

    account_id: int = Field(sa_type=BigInteger, foreign_key="account.id", index=True)
    dataset_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key="dataset.id", ondelete="CASCADE", index=True
    )
    revision: int = Field(default=1)
    title: str = free()
    typed: list[list[str]] = Field(sa_type=JSONB, sa_column_kwargs={"info": {"names_people": "free"}})
    saved_at: datetime = Field(sa_type=DateTime(timezone=True))
