"""What a person who erases somebody gives: why, which words to look for alone, what is kept and on which ground."""

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from registry.erasures.vocabulary import EXCEPTIONS, GROUNDS
from registry.kernel.words import _
from registry.platform.lists import load_list
from registry.web.calls import Number

Code = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[a-z0-9_]+:[0-9]{1,18}:[a-z0-9_]+$")
]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


def _ground(code: str) -> str:
    if code not in load_list(GROUNDS):
        raise PydanticCustomError("ground", _("Choisissez un motif de la liste."))
    return code


def _exception(code: str | None) -> str | None:
    if code is not None and code not in load_list(EXCEPTIONS):
        raise PydanticCustomError("exception", _("Choisissez un motif de la liste."))
    return code


def _not_past(day: date | None, info: ValidationInfo) -> date | None:
    today = (info.context or {}).get("today")
    if day is not None and today is not None and day < today:
        raise PydanticCustomError("past", _("Cette date est passée : donnez un jour à venir, ou aujourd’hui."))
    return day


class ErasureForm(BaseModel):
    """An erasure as it is asked for.

    `words` are the places, from 0, of the words of the name to look for alone; `keep` names the passages that stay,
    as `table:row:column`; `also` are the numbers of others of the same name or address who are the same person.
    """

    model_config = ConfigDict(extra="forbid")

    ground: Annotated[str, AfterValidator(_ground)]
    reason: Reason
    words: list[Annotated[int, Field(ge=0, le=50)]] = Field(default_factory=list, max_length=50)
    keep: list[Code] = Field(default_factory=list, max_length=5000)
    also: list[Number] = Field(default_factory=list, max_length=50)
    exception: Annotated[str | None, AfterValidator(_exception)] = None
    backups_until: Annotated[date | None, AfterValidator(_not_past)] = None

    @model_validator(mode="after")
    def _ground_of_what_stays(self) -> Self:
        if self.keep and self.exception is None:
            raise PydanticCustomError(
                "exception_needed", _("Des passages restent : dites sur quel motif de l’article 17 §3.")
            )
        return self
