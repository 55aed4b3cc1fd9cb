"""What may be said of a change of law that is watched: the only validation of what comes in."""

from datetime import date
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from registry.kernel.words import _
from registry.legal.vocabulary import WatchStatus
from registry.organisations.forms import Address
from registry.web.calls import Number
from registry.web.typed import Clean, Line, Prose, since_year

Identifier = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9]{4,40}$")]


_ALWAYS_SAFE = ("legifrance.gouv.fr", "eur-lex.europa.eu", "cnil.fr")
"""The sites where official texts are read: each answers by https, so that http is a slip or an older link."""


def _safe_where_it_can_be(value: str) -> str:
    try:
        parts = urlsplit(value)
        host = (parts.hostname or "").rstrip(".")
    except ValueError as error:
        raise PydanticCustomError("address", _("Cette adresse ne se lit pas : vérifiez-la.")) from error
    if parts.scheme == "http" and any(host == one or host.endswith(f".{one}") for one in _ALWAYS_SAFE):
        raise PydanticCustomError("not_safe", _("Ce site se lit en https : écrivez l’adresse avec https://."))
    return value


SourceAddress = Annotated[Address, Clean, AfterValidator(_safe_where_it_can_be)]


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
    source_address: SourceAddress | None = None
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
