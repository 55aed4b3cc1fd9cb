"""What may be said of a draft: the only validation of what comes in."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from registry.kernel.words import _, mark
from registry.reporting.vocabulary import ApprovalAnswer
from registry.web.typed import Clean

APPROVAL_LABELS = {
    "section": mark("Partie du document"),
    "text": mark("Annotation"),
    "answer": mark("Réponse"),
    "reason": mark("Motif"),
    "set_aside": mark("Écartée"),
}
_LEAST = 10
Told = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000), Clean]


class AnnotationForm(BaseModel):
    """A note on a section of a draft; without a section, on the whole of it."""

    model_config = ConfigDict(extra="forbid")

    section: Annotated[str, Field(max_length=60)] = ""
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=4000), Clean]


class SetAsideForm(BaseModel):
    """Whether an annotation is set aside: what is set aside is not said in the final document."""

    model_config = ConfigDict(extra="forbid")

    set_aside: bool


class ApprovalForm(BaseModel):
    """The answer to a draft; to send it back takes a reason, which is what whoever asked for it has to mend."""

    model_config = ConfigDict(extra="forbid")

    answer: ApprovalAnswer
    reason: Told | None = Field(default=None, validate_default=True)

    @field_validator("reason", mode="after")
    @classmethod
    def _needed_to_send_back(cls, value: str | None, info: ValidationInfo) -> Any:
        if info.data.get("answer") is ApprovalAnswer.SENT_BACK and len(value or "") < _LEAST:
            raise PydanticCustomError(
                "reason", _("Dites en quelques mots ce qu’il faut reprendre : qui a émis ce projet le lira.")
            )
        return value or None
