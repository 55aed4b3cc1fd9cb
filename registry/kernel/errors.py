"""What the registry refuses, and says to people.

Refusal
├── Invalid      one or more values cannot be kept (422)
├── Unreadable   a file is not what it says (422)
├── TooLarge     a file or a body passes a stated limit (413)
├── WrongMediaType  a body is not of the kind that is read here (415)
├── NotFound     nothing of that name within the asker's rights (404)
├── Forbidden    the asker's roles do not allow it (403)
├── Stale        somebody else changed the record meanwhile (412)
├── PreconditionNeeded  the version the change is based on is not said (428)
├── Conflict     the state of the record does not allow it (409)
│   └── UnderWay the same request is being answered right now (409)
├── KeyReused    an idempotency key comes with another request than its first (422)
└── Unavailable  the registry cannot serve now: database away, too old, or ahead (503; exit code 3)
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class FieldError:
    """One value that cannot be kept: where it stands and what to do, in the reader's language."""

    path: str
    message: str


class Refusal(Exception):
    """A request the registry understands and refuses, with a sentence for people."""

    code: ClassVar[str] = "refused"
    wait: ClassVar[int] = 0
    """Units: seconds after which the same may be asked again; 0 where no time changes anything."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(Refusal):
    """One or more values cannot be kept."""

    code = "invalid"

    def __init__(self, message: str, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message)
        self.errors = errors

    @property
    def by_field(self) -> dict[str, str]:
        """What to show beside each value, by where it stands; under `_`, the whole sentence where none is named."""
        return {one.path: one.message for one in self.errors} or {"_": self.message}


class Unreadable(Refusal):
    """A file is not what it says it is."""

    code = "unreadable"


class TooLarge(Refusal):
    """A file or a body passes a stated limit."""

    code = "too-large"


class WrongMediaType(Refusal):
    """A body is not of the kind that is read here."""

    code = "wrong-media-type"


class NotFound(Refusal):
    """Nothing of that name exists within the asker's rights."""

    code = "not-found"


class Forbidden(Refusal):
    """The asker's roles do not allow this."""

    code = "forbidden"


class Stale(Refusal):
    """Somebody else changed the record since the asker read it."""

    code = "stale"

    def __init__(self, message: str, current_version: int) -> None:
        super().__init__(message)
        self.current_version = current_version


class PreconditionNeeded(Refusal):
    """The version the change is based on is not said."""

    code = "precondition-needed"


class Conflict(Refusal):
    """The state of the record does not allow this."""

    code = "conflict"


class UnderWay(Conflict):
    """The same request is being answered right now."""

    code = "under-way"


class KeyReused(Refusal):
    """An idempotency key comes with another request than the one it was first used for."""

    code = "key-reused"


class Unavailable(Refusal):
    """The registry cannot serve now; commands end with code 3 and touch nothing."""

    code = "unavailable"
