"""The table of requests: who asked stands apart, as a person whom only those who follow requests may know."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field

from registry.platform.tables import Kind, Versioned, free, stored
from registry.processing.requests.vocabulary import (
    IdentityCheck,
    RequestChannel,
    RequesterKind,
    RequestOutcome,
    RequestRegime,
    RequestRight,
)


class ReceivedRequest(Versioned, table=True):
    """A request received by an organisation, under one of four texts.

    `due_on` is the last day to answer, extension included: written by the service, so that lists and desks compare it.
    Law: GDPR art. 12, CRPA R311-13 and R*322-4, loi 2016-1321 art. 1.
    """

    __tablename__ = "received_request"
    __table_args__ = (
        CheckConstraint("\"right\" IS NULL OR regime = 'gdpr'", name="right_of_gdpr"),
        CheckConstraint("received_on < due_on", name="due"),
        CheckConstraint("answered_on IS NULL OR received_on <= answered_on", name="answered"),
        CheckConstraint("extended_on IS NULL OR received_on <= extended_on", name="extended"),
        CheckConstraint("(answered_on IS NULL) = (outcome IS NULL)", name="outcome_with_its_day"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    regime: RequestRegime = stored(RequestRegime)
    right: RequestRight | None = stored(RequestRight, nullable=True)
    subject: str = free()
    detail: str | None = free(nullable=True)
    received_on: date
    due_on: date
    channel: RequestChannel | None = stored(RequestChannel, nullable=True)
    requester_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id", index=True)
    requester_kind: RequesterKind | None = stored(RequesterKind, nullable=True)
    identity_check: IdentityCheck | None = stored(IdentityCheck, nullable=True)
    identity_checked_on: date | None = None
    identity_note: str | None = free(nullable=True)
    extended_on: date | None = None
    extension_reasons: str | None = free(nullable=True)
    answered_on: date | None = None
    outcome: RequestOutcome | None = stored(RequestOutcome, nullable=True)
    answer_note: str | None = free(nullable=True)
    refusal_grounds: str | None = free(nullable=True)
    remedies_stated: bool | None = None
    redaction_considered: bool | None = None
    third_party_rights: bool | None = None
    rights_holder_named: bool | None = None
    transferred_to: str | None = free(nullable=True)
    unfounded_reasons: str | None = free(nullable=True)
    cada_opinion_on: date | None = None
    cada_followed_up_on: date | None = None
    in_charge_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id", index=True)
    annulled: bool = Field(default=False)
