"""Saving what a form says: it is written as it was read, or the page shows it again with why it could not be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY
from pydantic import BaseModel

from registry.kernel.errors import Conflict, Invalid, Stale
from registry.kernel.words import _
from registry.web.forms import WHOLE, Accepted, Rejected

Form = TypeVar("Form", bound=BaseModel)
Made = TypeVar("Made")


@dataclass(frozen=True)
class Unsaved:
    """Why a form was not saved, for the page that shows it again.

    `errors` say it beside each field, under `_` over the form; `status` is the page's. Where somebody else saved
    meanwhile, `version` is theirs, for the form to hold, and `given` what this one gave, to be shown beside.
    """

    errors: Mapping[str, str]
    status: int
    version: int | None = None
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The first thing to say, for a page that has one place for it."""
        return next(iter(self.errors.values()))


def save(
    read: Accepted[Form] | Rejected, write: Callable[[Form], Made], *, conflict: str = WHOLE
) -> Made | Unsaved:  # fmt: skip
    """What `write` makes of the form that was read, or why it was not saved; a conflict is told beside that field."""
    if isinstance(read, Rejected):
        return Unsaved(read.errors, HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        return write(read.form)
    except Invalid as refusal:
        return Unsaved(refusal.by_field, HTTP_422_UNPROCESSABLE_ENTITY)
    except Stale as refusal:
        return Unsaved(again(refusal), HTTP_409_CONFLICT, refusal.current_version, read.given())
    except Conflict as refusal:
        return Unsaved({conflict: refusal.message}, HTTP_409_CONFLICT)


def again(refusal: Stale | Conflict) -> dict[str, str]:
    """What to say over a form kept as it was typed, which now holds the version that somebody else saved."""
    if isinstance(refusal, Stale):
        return {WHOLE: f"{refusal.message} {_('Vérifiez votre saisie, puis enregistrez de nouveau.')}"}
    return {WHOLE: refusal.message}
