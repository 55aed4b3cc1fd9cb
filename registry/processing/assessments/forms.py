"""What may be said of an impact assessment: the only validation of what comes in."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from registry.datasets.forms import Code, Line, Past, Prose, listed
from registry.kernel.words import _
from registry.processing.assessments.rules import CRITERIA, EXEMPT_LIST, REQUIRED_LIST
from registry.processing.assessments.vocabulary import (
    CnilAnswer,
    DpoOpinion,
    MeasureKind,
    PeopleAsked,
    RevisionState,
    RiskKind,
    RiskLevel,
)
from registry.processing.forms import SomeDay

MOST_MEASURES = 50
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
Entries = Annotated[list[Annotated[Code, listed(REQUIRED_LIST)]], Field(max_length=20)]
Exemptions = Annotated[list[Annotated[Code, listed(EXEMPT_LIST)]], Field(max_length=20)]


class ScreeningForm(BaseModel):
    """The answers that tell whether an assessment is due. A criterion left out is unanswered.

    `required_none` and `exempt_none` say that the list was read and that nothing in it describes the processing.
    """

    model_config = ConfigDict(extra="forbid")

    criteria: dict[Annotated[Code, listed(CRITERIA)], bool] = Field(default_factory=dict)
    required_entries: Entries = Field(default_factory=list)
    required_none: bool = False
    exempt_entries: Exemptions = Field(default_factory=list)
    exempt_none: bool = False
    law_assessed: bool | None = None
    reason: Prose | None = None
    set_aside_reason: Prose | None = None
    set_aside_view: Prose | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        for entries, none in ((self.required_entries, self.required_none), (self.exempt_entries, self.exempt_none)):
            if entries and none:
                raise PydanticCustomError(
                    "listed_and_not",
                    _("Une liste de la CNIL ne peut pas à la fois viser le traitement et ne rien en dire : décochez."),
                )
        if (self.set_aside_reason is None) != (self.set_aside_view is None):
            raise PydanticCustomError(
                "set_aside",
                _("Pour écarter l’AIPD, dites à la fois pourquoi le risque n’est pas élevé et ce qu’en pense le DPO."),
            )
        return self


class AssessmentForm(BaseModel):
    """A new assessment: its name, and the activities it covers."""

    model_config = ConfigDict(extra="forbid")

    title: Line
    activity_ids: Annotated[list[Number], Field(min_length=1, max_length=200)]


class AssessmentCreation(AssessmentForm):
    """An assessment to begin, and the organisation it is for."""

    organisation_id: Number


class ContextForm(BaseModel):
    """What is assessed: the processing, who answers for what, the standards it follows, the data and their life."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    activity_ids: Annotated[list[Number], Field(max_length=200)] = Field(default_factory=list)
    description: Prose | None = None
    responsibilities: Prose | None = None
    standards: Prose | None = None
    data_lifecycle: Prose | None = None


class PrinciplesForm(BaseModel):
    """Why the processing is necessary and proportionate, and how persons exercise their rights."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    necessity: Prose | None = None
    minimisation: Prose | None = None
    retention: Prose | None = None
    information: Prose | None = None
    rights: Prose | None = None
    processors: Prose | None = None


class RiskForm(BaseModel):
    """One feared event: what could bring it, what it would do, and how it is weighed before and after measures."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    kind: RiskKind
    sources: Prose | None = None
    impacts: Prose | None = None
    measures_in_place: Prose | None = None
    severity_before: RiskLevel | None = None
    likelihood_before: RiskLevel | None = None
    severity_after: RiskLevel | None = None
    likelihood_after: RiskLevel | None = None

    @model_validator(mode="after")
    def _lessened(self) -> Self:
        """Measures may do nothing; they never make a risk worse."""
        pairs = ((self.severity_before, self.severity_after), (self.likelihood_before, self.likelihood_after))
        if any(before and after and after.rank > before.rank for before, after in pairs):
            raise PydanticCustomError(
                "worse_after",
                _(
                    "« {risk} » : un risque ne s’aggrave pas avec les mesures. Vérifiez les niveaux après mesures."
                ).format(risk=self.kind.label),
            )
        return self


class RisksForm(BaseModel):
    """The feared events of a revision, one of each kind at most."""

    model_config = ConfigDict(extra="forbid")

    risks: Annotated[list[RiskForm], Field(max_length=3)]

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if len({risk.kind for risk in self.risks}) != len(self.risks):
            raise PydanticCustomError("twice", _("Chaque risque se décrit une seule fois."))
        return self


class MeasureForm(BaseModel):
    """One planned measure: against what, by which post, by when."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    title: Line
    kind: MeasureKind | None = None
    risks: list[RiskKind] = Field(default_factory=list)
    owner: Line | None = None
    due_on: SomeDay | None = None
    done_on: Past | None = None


class MeasuresForm(BaseModel):
    """The measures of a revision, in their order."""

    model_config = ConfigDict(extra="forbid")

    measures: Annotated[list[MeasureForm], Field(max_length=MOST_MEASURES)]


class PeopleForm(BaseModel):
    """Whether the persons concerned were asked, and what they said, or why they were not."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    people_asked: PeopleAsked | None = None
    people_views: Prose | None = None


class DpoForm(BaseModel):
    """What the data protection officer advises, with its day."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    dpo_opinion: DpoOpinion | None = None
    dpo_opinion_on: Past | None = None
    dpo_opinion_text: Prose | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.dpo_opinion is not None and not self.dpo_opinion_text:
            raise PydanticCustomError(
                "opinion_text", _("Écrivez l’avis du DPO : ses raisons comptent autant que son sens.")
            )
        if self.dpo_opinion is None and self.dpo_opinion_text:
            raise PydanticCustomError(
                "opinion", _("Dites le sens de l’avis du DPO : favorable, avec réserves ou défavorable.")
            )
        if self.dpo_opinion is not None and self.dpo_opinion_on is None:
            raise PydanticCustomError("opinion_day", _("Donnez le jour de l’avis du DPO."))
        return self

    def kept(self) -> dict[str, Any]:
        """The columns of the opinion: a day without an opinion is none."""
        values = self.model_dump()
        return values if self.dpo_opinion is not None else dict.fromkeys(values)


class RevisionChange(PrinciplesForm, PeopleForm):
    """A change to some parts of a draft: what is not given stays; risks and measures are given whole."""

    activity_ids: Annotated[list[Number], Field(max_length=200)] | None = None
    description: Prose | None = None
    responsibilities: Prose | None = None
    standards: Prose | None = None
    data_lifecycle: Prose | None = None
    risks: Annotated[list[RiskForm], Field(max_length=3)] | None = None
    measures: Annotated[list[MeasureForm], Field(max_length=MOST_MEASURES)] | None = None
    opinion: DpoForm | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if self.risks is not None:
            RisksForm(risks=self.risks)
        return self

    def texts(self) -> dict[str, Any]:
        """The plain columns that were given."""
        parts = {"activity_ids", "risks", "measures", "opinion"}
        return self.model_dump(include=self.model_fields_set - parts)


class DecisionForm(BaseModel):
    """What the controller answers to a submitted revision: validated or refused, or given back to be completed."""

    model_config = ConfigDict(extra="forbid")

    state: RevisionState
    reason: Prose | None = None
    review_on: SomeDay | None = None
    review_triggers: Prose | None = None

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.state is RevisionState.SUBMITTED:
            raise PydanticCustomError("undecided", _("Choisissez : valider, refuser ou renvoyer en rédaction."))
        if self.state is not RevisionState.VALIDATED and not self.reason:
            raise PydanticCustomError("unreasoned", _("Dites pourquoi : un refus ou un renvoi se motive."))
        return self


class ConsultationForm(BaseModel):
    """The CNIL consulted on a high residual risk: when, under which number, and what it answered.

    `reason` is why something already noted of it is corrected.
    """

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    sent_on: Past
    reference: Line | None = None
    extension_told_on: Past | None = None
    answered_on: Past | None = None
    answer: CnilAnswer | None = None
    answer_text: Prose | None = None
    reason: Prose | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(day is not None and day < self.sent_on for day in (self.extension_told_on, self.answered_on)):
            raise PydanticCustomError(
                "before_sent", _("La CNIL ne répond pas avant d’être saisie : vérifiez les dates.")
            )
        if (self.answer is None) != (self.answered_on is None):
            raise PydanticCustomError("answer_half", _("Donnez à la fois le sens de la réponse et son jour."))
        return self


class DoneForm(BaseModel):
    """The day a planned measure was put in place."""

    model_config = ConfigDict(extra="forbid")

    done_on: Past
