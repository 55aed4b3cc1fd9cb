"""Answers kept for a day, so that a request sent twice under one key does its work once.

The answer is written in the transaction of the change it speaks of: after a crash there are both, or neither.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import Boolean, delete, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.kernel.errors import KeyReused, UnderWay
from registry.kernel.words import _
from registry.platform.models import KeptAnswer

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class KeyedRequest:
    """A request under a key of its sender's choice; `digest` tells it from any other request of that account."""

    account_id: int
    organisation_id: int
    key: str
    digest: str


def digest_of(*parts: bytes) -> str:
    """What tells one request from another: every part counts, and where each ends."""
    found = sha256()
    for part in parts:
        found.update(len(part).to_bytes(8) + part)
    return found.hexdigest()


def find_answer(session: Session, asked: KeyedRequest) -> KeptAnswer | None:
    """The answer this very request had, or nothing; nobody else answers it until this transaction ends.

    Raises: UnderWay while another transaction answers a request under that key; KeyReused for another request.
    """
    lock = func.hashtextextended(f"answer:{asked.account_id}:{asked.key}", 0)
    if not session.execute(select(func.pg_try_advisory_xact_lock(lock).cast(Boolean))).scalar_one():
        raise UnderWay(_("La même demande est en cours : attendez sa réponse, ou renvoyez-la dans un instant."))
    known = session.execute(
        select(KeptAnswer).where(
            col(KeptAnswer.account_id) == asked.account_id,
            col(KeptAnswer.key) == asked.key,
            col(KeptAnswer.answered_at) > func.now() - KEPT_FOR,
        )
    ).scalar_one_or_none()
    if known is not None and known.digest != asked.digest:
        raise KeyReused(_("Cette Idempotency-Key a déjà servi à une autre demande : prenez-en une neuve."))
    return known


def keep_answer(session: Session, asked: KeyedRequest, *, status: int, headers: dict[str, str], body: bytes) -> None:
    """Keeps an answer beside the change it speaks of; one kept for longer than a day under that key makes way."""
    session.execute(
        delete(KeptAnswer).where(col(KeptAnswer.account_id) == asked.account_id, col(KeptAnswer.key) == asked.key)
    )
    session.add(
        KeptAnswer(
            account_id=asked.account_id, organisation_id=asked.organisation_id, key=asked.key, digest=asked.digest,
            status=status, headers=headers, body=body,
        )
    )  # fmt: skip
    session.flush()


def forget_answers(session: Session) -> int:
    """Removes every answer kept for longer than a day; how many."""
    found = session.execute(delete(KeptAnswer).where(col(KeptAnswer.answered_at) <= func.now() - KEPT_FOR))
    return int(found.rowcount)  # type: ignore[attr-defined]
