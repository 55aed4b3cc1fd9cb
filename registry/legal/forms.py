"""What may be said of a change of law that is watched: the only validation of what comes in."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from registry.legal.vocabulary import WatchStatus
from registry.organisations.forms import Address
from registry.web.calls import Number
from registry.web.typed import Clean, Line, Prose, since_year

Identifier = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9]{4,40}$")]


class _Watched(BaseModel):
    """A change of law: the text and the articles concerned, what changes, from which day, where that is read.

    `articles` is written as rules write it: « L311-1 ; R*311-12 », « art. 6 ».
    """

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    title: Line
    text_identifier: Identifier | None = None
    articles: Line | None = None
    changes: Prose
    effective_from: Annotated[date, since_year(1789)] | None = None
    source_address: Annotated[Address, Clean] | None = None
    status: WatchStatus = WatchStatus.SPOTTED
    note: Prose | None = None


class WatchForm(_Watched):
    """A change of law to watch; `version_identifier` is that of the version that was proposed, where one was."""

    version_identifier: Identifier | None = None


class WatchChange(_Watched):
    """A change to some fields of what is watched: what is not given stays."""

    title: Line = ""
    changes: Prose = ""


class WatchCreation(WatchForm):
    """A change of law to watch, and the organisation that watches it."""

    organisation_id: Number

    def sheet(self) -> WatchForm:
        """The change itself."""
        return WatchForm.model_validate(self.model_dump(exclude={"organisation_id"}))
