"""What may be said of a change of law that is watched: the only validation of what comes in."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from registry.legal.vocabulary import WatchStatus
from registry.organisations.forms import Address
from registry.web.typed import Clean, Line, Prose, since_year

Identifier = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9]{4,40}$")]


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
    effective_from: Annotated[date, since_year(1789)] | None = None
    source_address: Annotated[Address, Clean] | None = None
    status: WatchStatus = WatchStatus.SPOTTED
    note: Prose | None = None
    version_identifier: Identifier | None = None
