"""What is said of a reminder."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from registry.contracts.deliveries.forms import LONGEST_NOTICE
from registry.contracts.forms import Day
from registry.organisations.forms import Email
from registry.platform.lists import load_list
from registry.web.typed import Clean, Seen


def usual_days(code: str) -> int:
    """Days given to comply by a reminder or a formal notice, as the list proposes them: no text sets them."""
    return int(str(load_list("contract_delays").entries[code].facts["days"]))


class ReminderForm(BaseModel):
    """A reminder: what is written, when it leaves (today without a day), until when one may comply.

    `notice_days` are the days that a formal notice would give after it; those of the list where nobody says.
    `recipient` is the mailbox to which it goes: the registry sends it there where it can, else somebody does. None
    where it is sent otherwise.
    """

    model_config = ConfigDict(extra="forbid")

    sent_on: Day | None = None
    comply_by: Day
    message: Annotated[str, StringConstraints(strip_whitespace=True, min_length=20, max_length=5000), Clean, Seen]
    notice_days: Annotated[int, Field(ge=1, le=LONGEST_NOTICE)] | None = None
    recipient: Email | None = None
