"""Value types of the ledger."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Head:
    """The last seal and the Merkle root (hexadecimal) over all seals up to it."""

    seal_no: int
    root: str
    sealed_at: datetime | None
