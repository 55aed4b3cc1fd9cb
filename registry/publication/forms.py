"""What may be answered and decided: the only validation of what comes in."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from registry.datasets.vocabulary import PublicationRefusal
from registry.kernel.words import _, mark
from registry.publication.vocabulary import Outcome, SecretReply
from registry.web.typed import Clean, Line, Prose, since_year

LABELS = {
    "answer": mark("Réponse"),
    "ground": mark("Sur quoi se fonde cette réponse"),
    "until": mark("Dernier jour où ce secret s’oppose à la communication"),
    "outcome": mark("Décision"),
    "reason": mark("Motif"),
    "decided_on": mark("Date de la décision"),
    "licence": mark("Licence"),
    "licence_reference": mark("Décision qui homologue cette licence"),
    "disclosure_text": mark("Texte qui permet de publier malgré le secret"),
    "refusal": mark("Exception de la loi"),
    "secret": mark("Secret en cause"),
}
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), Clean]
_Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=5000), Clean]


class SecretForm(BaseModel):
    """An answer about one secret, and what it rests on; a doubt may have no ground yet.

    `until` is the last day on which the secret stands in the way. Law: Code du patrimoine L213-2.
    """

    model_config = ConfigDict(extra="forbid")

    answer: SecretReply
    ground: Annotated[Prose | None, Field(validate_default=True)] = None
    until: Annotated[date, since_year(1700)] | None = None

    @field_validator("ground")
    @classmethod
    def _settled_on_something(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("answer") not in {SecretReply.UNKNOWN, None}:
            raise PydanticCustomError(
                "ground", _("Dites en quelques mots pourquoi : la réponse reste au registre avec.")
            )
        return value

    @model_validator(mode="after")
    def _only_a_secret_ends(self) -> Self:
        if self.until is not None and self.answer is not SecretReply.YES:
            raise PydanticCustomError("until", _("Seul un secret que le jeu contient a un dernier jour : effacez-le."))
        return self


class NoSecretForm(BaseModel):
    """That none of the secrets nobody answered about is there, and what that rests on."""

    model_config = ConfigDict(extra="forbid")

    ground: Prose


class PublicationDecisionForm(BaseModel):
    """What is decided of the publication of a dataset, why and when; a refusal with its exception."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    reason: _Reason
    decided_on: Annotated[date, since_year(1978)]
    refusal: PublicationRefusal | None = None
    secret: Code | None = None
    licence: Code | None = None
    licence_reference: Line | None = None
    disclosure_text: Line | None = None

    @field_validator("decided_on")
    @classmethod
    def _taken_already(cls, value: date, info: ValidationInfo) -> date:
        today = (info.context or {}).get("today")
        if today is not None and value > today:
            raise PydanticCustomError("future", _("Cette décision n’a pas encore été prise : vérifiez sa date."))
        return value


class TakedownForm(BaseModel):
    """Why a publication is taken down."""

    model_config = ConfigDict(extra="forbid")

    reason: _Reason
