"""What may be asked and answered: the only validation of what comes in."""

from datetime import date
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from registry.kernel.dates import plus_months
from registry.kernel.words import _, mark
from registry.lifecycle.vocabulary import RefusalPointState, VisaAnswer, VisaKind, WithdrawalGround
from registry.web.calls import Number
from registry.web.typed import Clean, Line, Prose, since_year

SHORTEST = 10
"""Characters of the reason of a refusal: some words at least."""
MOST_POINTS = 20
MOVE_LABELS = {
    "move": mark("Passage demandé"),
    "reason": mark("Motif"),
    "public_ground": mark("Ce que le public lira du motif"),
    "confirmed": mark("Retrait confirmé"),
    "kind": mark("Visa"),
    "answer": mark("Réponse"),
    "authority": mark("Qui l’a donné"),
    "reference": mark("Référence de la décision"),
    "dated": mark("Date de la décision"),
    "points": mark("Ce qu’il faut reprendre, point par point"),
    "field": mark("Le champ de la fiche dont parle ce point"),
    "policy_id": mark("La règle dont parle ce point"),
    "words": mark("Ce qu’il faut corriger ou dire"),
}
POINT_LABELS = {"state": mark("Ce que vous en avez fait"), "answer": mark("Votre réponse")}
DELEGATION_LABELS = {
    "kind": mark("Visa confié"),
    "organisation_id": mark("Sur quelle organisation, et celles qui en dépendent"),
    "delegate_id": mark("À qui"),
    "starts_on": mark("Premier jour"),
    "ends_on": mark("Dernier jour"),
    "reason": mark("Motif"),
}


class StageRequestForm(BaseModel):
    """The move that is asked for, and why; of a withdrawal, what the public is told besides."""

    model_config = ConfigDict(extra="forbid")

    move: Annotated[str, StringConstraints(min_length=1, max_length=40), Clean]
    reason: Prose | None = None
    public_ground: WithdrawalGround | None = None


LONGEST_DELEGATION = 6
"""How long visas may be handed over at once: a choice of the registry, no text sets it. Units: months."""


class VisaDelegationForm(BaseModel):
    """The visas of one kind, handed over from one day to another, both included."""

    model_config = ConfigDict(extra="forbid")

    kind: VisaKind
    organisation_id: Number
    delegate_id: Number
    starts_on: Annotated[date, since_year(1990)]
    ends_on: Annotated[date, since_year(1990)]
    reason: Prose | None = None

    @field_validator("ends_on")
    @classmethod
    def _ends_after_it_starts(cls, value: date, info: ValidationInfo) -> date:
        start, today = info.data.get("starts_on"), (info.context or {}).get("today")
        if start is not None and value < start:
            raise PydanticCustomError("period", _("Ce dernier jour précède le premier : vérifiez les deux dates."))
        if today is not None and value < today:
            raise PydanticCustomError("past", _("Ce dernier jour est passé : cette délégation ne servirait jamais."))
        if start is not None and value > plus_months(start, LONGEST_DELEGATION):
            raise PydanticCustomError(
                "long",
                _("Un visa se confie le temps d’une absence, six mois au plus : rapprochez le dernier jour."),
            )
        return value


class RefusalPointForm(BaseModel):
    """One thing to mend or to answer: on a field, on a policy, or on neither."""

    model_config = ConfigDict(extra="forbid")

    field: Annotated[str, StringConstraints(max_length=100), Clean] | None = None
    policy_id: Annotated[str, StringConstraints(max_length=100), Clean] | None = None
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), Clean]

    @field_validator("words")
    @classmethod
    def _says_what_lacks(cls, value: str) -> str:
        if len(value) < SHORTEST:
            raise PydanticCustomError("words", _("Dites en quelques mots ce qu’il faut corriger ou dire."))
        return value

    @model_validator(mode="after")
    def _about_one_thing(self) -> Self:
        if self.field is not None and self.policy_id is not None:
            raise PydanticCustomError("about", _("Un point porte sur un champ ou sur une règle : faites-en deux."))
        return self


class RefusalPointAnswerForm(BaseModel):
    """What became of a point: mended, or answered in words."""

    model_config = ConfigDict(extra="forbid")

    state: RefusalPointState
    answer: Annotated[Prose | None, Field(validate_default=True)] = None

    @field_validator("state")
    @classmethod
    def _closes_it(cls, value: RefusalPointState) -> RefusalPointState:
        if value is RefusalPointState.OPEN:
            raise PydanticCustomError("open", _("Dites si c’est corrigé, ou répondez."))
        return value

    @field_validator("answer")
    @classmethod
    def _answer_has_words(cls, value: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("state") is RefusalPointState.ANSWERED and len(value or "") < SHORTEST:
            raise PydanticCustomError("answer", _("Écrivez votre réponse : qui visera la lira à côté du point."))
        return value


class VisaForm(BaseModel):
    """An answer to the request of a move; an outside one says whose it is, under which reference, of which day.

    `known` is the digest of what was known of the dataset when it was read: an activity may have been untied since.
    A refusal says why, in one reason or point by point.
    """

    model_config = ConfigDict(extra="forbid")

    kind: VisaKind
    answer: VisaAnswer
    known: Annotated[str, StringConstraints(max_length=64), Clean] | None = None
    points: Annotated[list[RefusalPointForm], Field(max_length=MOST_POINTS)] = Field(default_factory=list)
    reason: Annotated[Prose | None, Field(validate_default=True)] = None
    authority: Line | None = None
    reference: Line | None = None
    dated: Annotated[date, since_year(1990)] | None = None

    @field_validator("reason")
    @classmethod
    def _refusal_has_its_reason(cls, value: str | None, info: ValidationInfo) -> str | None:
        unsaid = not info.data.get("points", True)  # Points that are wrong have their own errors.
        if info.data.get("answer") is VisaAnswer.REFUSED and unsaid and len(value or "") < SHORTEST:
            raise PydanticCustomError("reason", _("Dites ce qui manque : qui a demandé le lira à son bureau."))
        return value

    @model_validator(mode="after")
    def _points_are_of_a_refusal(self) -> Self:
        if self.points and self.answer is VisaAnswer.GIVEN:
            raise PydanticCustomError("points", _("Ces points sont ceux d’un refus : refusez, ou effacez-les."))
        return self

    @model_validator(mode="after")
    def _outside_visa_is_referred_to(self, info: ValidationInfo) -> Self:
        outside = self.kind is VisaKind.ARCHIVES
        told = (self.authority, self.reference, self.dated)
        if outside and self.answer is VisaAnswer.GIVEN and None in told:
            raise PydanticCustomError(
                "outside", _("Dites qui a donné ce visa, sous quelle référence et à quelle date.")
            )
        if not outside and told != (None, None, None):
            raise PydanticCustomError("inside", _("Ce visa se donne ici : il n’a ni référence ni date à recopier."))
        today = (info.context or {}).get("today")
        if self.dated is not None and today is not None and self.dated > today:
            raise PydanticCustomError("future", _("Cette décision n’a pas encore été prise : vérifiez sa date."))
        return self

    def why(self) -> str | None:
        """The reason, or the points one after the other."""
        return self.reason or "\n".join(one.words for one in self.points) or None


class VisaCreation(VisaForm):
    """An answer, and the version of the sheet it bears on."""

    dataset_version: Number

    def said(self) -> VisaForm:
        """The answer itself."""
        return VisaForm.model_construct(**{name: getattr(self, name) for name in VisaForm.model_fields})
