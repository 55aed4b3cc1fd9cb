"""What may be said of a piece of evidence: what it is, from when to when it holds, and what it proves."""

from datetime import date
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from registry.documents.vocabulary import EvidenceKind, ProofSubject
from registry.kernel.words import _, mark
from registry.web.calls import Number
from registry.web.typed import Line, Prose, since_year

EXPIRES_BEFORE = mark("Cette preuve expirerait avant d’être établie : vérifiez les deux dates.")


def _no_later_than_today(value: date, info: ValidationInfo) -> date:
    today = (info.context or {}).get("today")
    if today is not None and value > today:
        raise PydanticCustomError("to_come", _("Cette date est à venir : donnez un jour passé, ou aujourd’hui."))
    return value


Day = Annotated[date, since_year(1789)]
Past = Annotated[Day, AfterValidator(_no_later_than_today)]


class EditionForm(BaseModel):
    """One edition of a piece of evidence: who issued it, when, and until when it holds (its last day included)."""

    model_config = ConfigDict(extra="forbid")

    issued_by: Line | None = None
    issued_on: Past | None = None
    expires_on: Day | None = None
    same_content: bool = False

    @field_validator("expires_on")
    @classmethod
    def _after_its_issue(cls, value: date | None, info: ValidationInfo) -> date | None:
        issued = info.data.get("issued_on")
        if value is not None and issued is not None and value < issued:
            raise PydanticCustomError("expires_before", _(EXPIRES_BEFORE))
        return value


class EvidenceForm(EditionForm):
    """A new piece of evidence: what it is called, what kind it is, and what it proves of which record.

    Without a subject it is kept for `organisation_id`, to be linked later. `same_content` says that it is kept
    although the same bytes are already kept under another title.
    """

    organisation_id: Number | None = None
    subject_kind: ProofSubject | None = None
    subject_id: Number | None = None
    kind: EvidenceKind
    title: Line
    proves: Prose | None = None

    @model_validator(mode="after")
    def _of_somebody(self) -> Self:
        if (self.subject_kind is None) != (self.subject_id is None):
            raise PydanticCustomError("half", _("Donnez la nature et le numéro de la fiche, ou aucun des deux."))
        if self.subject_kind is None and self.organisation_id is None:
            raise PydanticCustomError("nobody", _("Choisissez l’organisation qui garde cette preuve."))
        return self


class UploadedEvidenceForm(EvidenceForm):
    """A new piece of evidence with its file: what the document tells of the form that brings it."""

    file: bytes


class UploadedEditionForm(EditionForm):
    """A new edition with its file: what the document tells of the form that brings it."""

    file: bytes


class EvidenceChange(BaseModel):
    """A change to what a piece of evidence is called; what is not given stays."""

    model_config = ConfigDict(extra="forbid")

    kind: EvidenceKind | None = None
    title: Line | None = None


class LinkForm(BaseModel):
    """A record that a piece of evidence proves something of."""

    model_config = ConfigDict(extra="forbid")

    subject_kind: ProofSubject
    subject_id: Number
    proves: Prose | None = None
