"""What passes between the registry and a rendering process: a folder with an order, a content, an account."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from registry.reporting.vocabulary import Medium

CONTENT, DOCUMENT, TABLE = "content.json", "document", "table.csv"
OUT_OF_MEMORY = 75
"""The exit code of a rendering that passed its limit of memory."""

_ORDER, _ACCOUNT = "order.json", "account.json"


@dataclass(frozen=True)
class Order:
    """What to render, what the document prints of its own making, and how much memory it may take."""

    report_id: str
    medium: Medium
    canonical_sha256: str
    template_sha256: str
    issued_at: datetime
    versions: Mapping[str, str]
    fonts: Path
    memory_mib: int


@dataclass(frozen=True)
class Account:
    """What a rendering says when it is done."""

    pages: int
    warnings: tuple[str, ...]


def write_order(folder: Path, order: Order) -> None:
    """Lays an order in a folder."""
    values = {**asdict(order), "issued_at": order.issued_at.isoformat(), "fonts": str(order.fonts)}
    (folder / _ORDER).write_text(json.dumps(values), "utf-8")


def read_order(folder: Path) -> Order:
    """The order that lies in a folder."""
    values = json.loads((folder / _ORDER).read_text("utf-8"))
    values["medium"] = Medium(values["medium"])
    values["issued_at"] = datetime.fromisoformat(values["issued_at"])
    values["fonts"] = Path(values["fonts"])
    return Order(**values)


def write_account(folder: Path, account: Account) -> None:
    """Leaves an account in a folder."""
    (folder / _ACCOUNT).write_text(json.dumps(asdict(account)), "utf-8")


def read_account(folder: Path) -> Account:
    """The account that lies in a folder."""
    values = json.loads((folder / _ACCOUNT).read_text("utf-8"))
    return Account(pages=values["pages"], warnings=tuple(values["warnings"]))
