"""What may be said of a change of law that is watched: the only validation of what comes in."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from registry.kernel.words import _
from registry.legal.vocabulary import WatchStatus
from registry.organisations.forms import Address
from registry.web.typed import Clean

_EARLIEST, _LATEST = 1789, 2200

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), Clean]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000), Clean]
Identifier = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9]{4,40}$")]


def _possible(value: date) -> date:
    if not _EARLIEST <= value.year <= _LATEST:
        raise PydanticCustomError("impossible", _("Cette année n’est pas possible : vérifiez la date."))
    return value


class WatchForm(BaseModel):
    """A change of law: the text and the articles concerned, what changes, from which day, where that is read.

    `articles` is written as rules write it: « L311-1 ; R*311-12 ». `version_identifier` is that of the version of an
    article that was proposed, where the entry comes from one.
    """

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    title: Line
    text_identifier: Identifier | None = None
    articles: Line | None = None
    changes: Prose
    effective_from: Annotated[date, AfterValidator(_possible)] | None = None
    source_address: Annotated[Address, Clean] | None = None
    status: WatchStatus = WatchStatus.SPOTTED
    note: Prose | None = None
    version_identifier: Identifier | None = None
