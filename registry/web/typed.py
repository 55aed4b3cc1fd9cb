"""What people type in every room: a text without control characters, a possible day, why something is set aside."""

import re
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from registry.kernel.words import _

_LATEST_YEAR = 2200
_NUL = "\x00"
"""What no database text holds; nor halves of characters, which a form refuses before: no UTF-8 writes them."""


def _no_control(value: str) -> str:
    if _NUL in value:
        raise PydanticCustomError(
            "control_character", _("Ce texte contient un caractère illisible : effacez-le et retapez-le.")
        )
    return value


_UNSEEN = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that show a text otherwise than it is written (bidi overrides and isolates)."""


def _without_unseen(value: Any) -> Any:
    # Tabs and ends of page part words: dropped, they would glue two of them.
    return _UNSEEN.sub("", value.replace("\x0b", " ").replace("\x0c", " ")) if isinstance(value, str) else value


Clean = AfterValidator(_no_control)
Seen = BeforeValidator(_without_unseen)
"""Of what is cited before a court, nothing that nobody sees: it is left out, as nobody could find it to efface it."""
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), Clean]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000), Clean]
DayOrMoment = TypeVar("DayOrMoment", bound=date)


def since_year(earliest: int) -> AfterValidator:
    """A day, or a moment, of a year nobody mistyped: from that one to 2200, both included."""

    def check(value: DayOrMoment) -> DayOrMoment:
        if not earliest <= value.year <= _LATEST_YEAR:
            raise PydanticCustomError("impossible", _("Cette année n’est pas possible : vérifiez la date."))
        return value

    return AfterValidator(check)


SHORTEST_REASON = 3


class AnnulForm(BaseModel):
    """Why a record is set aside, or brought back."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=SHORTEST_REASON, max_length=2000), Clean]
