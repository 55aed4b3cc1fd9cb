"""Contracts, their parties, and the datasets they are about."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from registry.contracts.vocabulary import ContractKind, GdprRole, PartySide, PublicService
from registry.platform.tables import Kind, Versioned, free, plain, stored


class Contract(Versioned, table=True):
    """A contract that binds a body of ours; `organisation_id` is that body, `starts_on` and `ends_on` are both in it.

    With `tacit_renewal` it goes on after `ends_on`, until `renewed_until` at most where that is agreed.

    Until somebody has read it for its clauses (`clauses_read_on`), a clause that is not recorded is not known to be
    absent.

    Units: `value_euros` in euros without tax, over the whole of the contract.
    """

    __tablename__ = "contract"
    __table_args__ = (
        Index(None, "organisation_id", "ends_on", "id"),
        CheckConstraint("object <> ''", name="object"),
        CheckConstraint("ends_on >= starts_on", name="ends"),
        CheckConstraint("ends_on >= signed_on", name="signed"),
        CheckConstraint("signed_on >= consulted_on", name="consulted"),
        CheckConstraint("renewed_until >= ends_on", name="renewed_until"),
        CheckConstraint("value_euros >= 0", name="value_euros"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id")
    kind: ContractKind = stored(ContractKind)
    object: str = free()
    object_sort: str = free()
    reference: str | None = plain(nullable=True)
    public_service: PublicService | None = stored(PublicService, nullable=True)
    consulted_on: date | None = None
    signed_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    tacit_renewal: bool | None = None
    renewed_until: date | None = None
    value_euros: int | None = Field(default=None, sa_type=BigInteger)
    personal_data: bool | None = None
    clauses_read_on: date | None = None
    hosts_data: bool | None = None
    cloud_service: bool | None = None
    essential_data_published_on: date | None = None
    notes: str | None = free(nullable=True)
    annulled: bool = Field(default=False)


class ContractParty(Versioned, table=True):
    """An organisation that is party to a contract; one that leaves is annulled, not removed.

    `organisation_id` is the body whose contract it is, `party_id` the party.
    """

    __tablename__ = "contract_party"
    __table_args__ = (UniqueConstraint("contract_id", "party_id"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    contract_id: int = Field(sa_type=BigInteger, foreign_key="contract.id")
    party_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    side: PartySide = stored(PartySide)
    gdpr_role: GdprRole | None = stored(GdprRole, nullable=True)
    annulled: bool = Field(default=False)


class ContractDataset(Versioned, table=True):
    """A dataset that a contract is about; one it no longer is about is annulled, not removed.

    `organisation_id` is the body whose contract it is; the dataset may be of another.
    """

    __tablename__ = "contract_dataset"
    __table_args__ = (UniqueConstraint("contract_id", "dataset_id"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    contract_id: int = Field(sa_type=BigInteger, foreign_key="contract.id")
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id", index=True)
    annulled: bool = Field(default=False)
