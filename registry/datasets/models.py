"""The dataset sheet and its distributions."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, UniqueConstraint, text
from sqlmodel import Field

from registry.datasets.vocabulary import (
    AccessRights,
    Availability,
    Nature,
    Origin,
    PersonalData,
    PublicationGround,
    Stage,
)
from registry.platform.tables import Kind, Table, free, plain, plain_list, stored


class Dataset(Table, table=True):
    """What the authority knows of one dataset.

    `organisation_id` is the body that owns it. `identifier` is stable within that body: an import finds
    its own by it. `uri` is the address by which other catalogues know it. `declared_absent` names the
    fields known to have no value; an empty field that is not named there was never recorded.
    Codes of `themes`, `frequency`, `licence`, `languages` are those of `policies/lists/`.
    """

    __tablename__ = "dataset"
    __table_args__ = (
        UniqueConstraint("organisation_id", "identifier"),
        Index(None, "organisation_id", "title_sort", "id"),
        Index(None, "title_sort", "id", postgresql_where=text("NOT annulled")),
        CheckConstraint("title <> ''", name="title"),
        CheckConstraint("temporal_end >= temporal_start", name="temporal"),
        {"info": {"kind": Kind.RECORD}},
    )

    id: int = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    version: int = Field(default=1)
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
    anonymisation_proof: str | None = free(nullable=True)
    stage: Stage = stored(Stage, default=Stage.IDENTIFIED)
    declared_absent: list[str] = plain_list()
    annulled: bool = Field(default=False)


class Distribution(Table, table=True):
    """One file or access point of a dataset.

    Units: `byte_size` in bytes.
    """

    __tablename__ = "distribution"
    __table_args__ = (
        UniqueConstraint("dataset_id", "identifier"),
        CheckConstraint("byte_size >= 0", name="byte_size"),
        {"info": {"kind": Kind.RECORD}},
    )

    id: int = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    version: int = Field(default=1)
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
