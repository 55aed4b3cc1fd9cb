"""What is said of a reminder."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from registry.contracts.forms import Day
from registry.organisations.forms import Email
from registry.web.typed import Clean

USUAL_DAYS = 15
"""Days given to comply, unless somebody says otherwise: a choice of method, no text sets it."""


class ReminderForm(BaseModel):
    """A reminder: what is written, when it leaves (today without a day), until when one may comply.

    `recipient` is the mailbox to which it goes: the registry sends it there where it can, else somebody does. None
    where it is sent otherwise.
    """

    model_config = ConfigDict(extra="forbid")

    sent_on: Day | None = None
    comply_by: Day
    message: Annotated[str, StringConstraints(strip_whitespace=True, min_length=20, max_length=5000), Clean]
    recipient: Email | None = None
