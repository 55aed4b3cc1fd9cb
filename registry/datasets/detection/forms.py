"""What a person decides of suggestions: the only validation of a review."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from registry.datasets.forms import Line
from registry.datasets.vocabulary import SuggestionState
from registry.kernel.words import _

MOST_DECISIONS = 2000


class Decision(StrEnum):
    """What is made of one suggestion: the states a person may bring it to."""

    CONFIRMED = SuggestionState.CONFIRMED.value
    KEPT = SuggestionState.KEPT.value
    REFUSED = SuggestionState.REFUSED.value
    WAITING = SuggestionState.WAITING.value


class SuggestionDecision(BaseModel):
    """One suggestion and what is made of it; a refusal says why, and is remembered."""

    model_config = ConfigDict(extra="forbid")

    id: int = Field(ge=1)
    decision: Decision
    remark: Line | None = None

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.decision is Decision.REFUSED and not self.remark:
            raise PydanticCustomError(
                "refusal_without_reason", _("Dites pourquoi vous écartez cette suggestion : elle ne reviendra pas.")
            )
        return self


class ReviewForm(BaseModel):
    """The decisions of one review."""

    model_config = ConfigDict(extra="forbid")

    decisions: Annotated[list[SuggestionDecision], Field(min_length=1, max_length=MOST_DECISIONS)]
