"""The links that operators deposit by: what opens one is kept as a digest only."""

from datetime import date

from sqlalchemy import BigInteger
from sqlmodel import Field

from registry.platform.tables import Kind, Versioned, plain


class OperatorLink(Versioned, table=True):
    """A link for a party of one contract, until a day (included); it reads and writes that contract's deliveries alone.

    `organisation_id` is the body whose contract it is, `party_id` whom it was given to. `token_hash` is the digest of
    what stands in its address: a link that is renewed has another one, and the former opens nothing any more.
    """

    __tablename__ = "operator_link"
    __table_args__ = ({"info": {"kind": Kind.RECORD}},)

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    contract_id: int = Field(sa_type=BigInteger, foreign_key="contract.id", index=True)
    party_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    token_hash: str = plain(unique=True)
    expires_on: date
    revoked: bool = Field(default=False)
