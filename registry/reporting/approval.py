"""What a document says of its approval: written in its canonical twin, beside its content and apart from it.

A content knows nothing of it: the same frozen values make the draft and the final document.
"""

import json
from datetime import date
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass

from registry.reporting.twins import canonical_json

_KEY = "approval"
_STRICT = ConfigDict(extra="forbid")
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Observation:
    """What was noted on a section of the draft, by which function and when; without a section, on the whole of it."""

    section: str
    text: str
    written_as: str
    written_on: date


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Signature:
    """Who approved the draft, by function and by name, when, and which draft: its number and the hash of its twin."""

    role: str
    name: str
    on: date
    draft: int
    draft_sha256: _Digest
    reason: str = ""


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Approval:
    """A draft, as long as nobody signed; then who did, with what was noted on the draft."""

    signature: Signature | None = None
    observations: tuple[Observation, ...] = ()

    @property
    def is_draft(self) -> bool:
        """Whether nobody has approved it."""
        return self.signature is None


_ADAPTER = TypeAdapter(Approval)
DRAFT = Approval()


def with_approval(canonical: bytes, approval: Approval) -> bytes:
    """The canonical twin that says this of its approval, whatever it said before."""
    return canonical_json({**json.loads(canonical), _KEY: _ADAPTER.dump_python(approval, mode="json")})


def read_twin(module: Any, canonical: bytes) -> tuple[Any, Approval | None]:
    """The content that a canonical twin describes, and what it says of its approval; none where none is asked.

    Raises: ValueError when the twin describes no such content.
    """
    values = json.loads(canonical)
    if not isinstance(values, dict) or _KEY not in values:
        return module.from_canonical(canonical), None
    said = _ADAPTER.validate_python(values.pop(_KEY))
    return module.from_canonical(canonical_json(values)), said
