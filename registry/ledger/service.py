"""Sealing what was committed, and saying why a change is made."""

from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.ledger.merkle import append_leaves, leaf_hash, root_of
from registry.ledger.models import LedgerRoot

_SEALER_LOCK = 7_203_611_002
_BATCH = 20_000
PEOPLE = "people"
"""What is touched, by the number of an organisation, when who serves there changed, or what they learnt."""
OWED = "owed"
"""What is touched, by the number of an organisation, when it comes to record, or no more, what every body owes."""
PASSED_ON = "passed-on"
"""What is touched, by the number of a dataset, when what it passes on to what is made from it changed."""
PERSONAL = "personal"
"""What is touched, by the number of a dataset, when what is told of its personal data changed."""

_SAY = text("SELECT set_config('beffroi.event', :event, true), set_config('beffroi.reason', :reason, true)")

_IN_BATCH = text("SELECT set_config('beffroi.batch', :batch, true)")

# One statement, so one snapshot: its rows are those of transactions that had ended when it began.
_UNSEALED = text(
    "WITH bound AS (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid)"
    " SELECT e.id, e.hash, bound.xid FROM bound LEFT JOIN ledger_entry e"
    "   ON e.xid >= :sealed_below AND e.xid < bound.xid"
    "  AND NOT EXISTS (SELECT FROM ledger_seal s WHERE s.entry_id = e.id)"
    " ORDER BY e.id"
)

# The entries and their leaves as two arrays written out: a statement for each seal took ten times as long.
_SEALING = text(
    "INSERT INTO ledger_seal (seal_no, entry_id, leaf)"
    " SELECT CAST(:size AS bigint) + said.rank, said.entry_id, said.leaf"
    " FROM unnest(CAST(:entries AS bigint[]), CAST(:leaves AS bytea[])) WITH ORDINALITY AS said (entry_id, leaf, rank)"
)

_RESTORED = text(
    "SELECT e.id, e.hash FROM ledger_entry e"
    " WHERE NOT EXISTS (SELECT FROM ledger_seal s WHERE s.entry_id = e.id) ORDER BY e.id"
)


def say(session: Session, event: str, reason: str | None = None) -> None:
    """Names the event the coming changes belong to, and the reason somebody gave for them."""
    session.execute(_SAY, {"event": event, "reason": reason or ""})


def in_batch(session: Session, batch_id: int) -> None:
    """Says that the coming changes of this transaction are of one batch, which may be undone as one."""
    session.execute(_IN_BATCH, {"batch": str(batch_id)})


def touch(session: Session, kind: str, subject_id: int) -> None:
    """Says that a subject changed: what depends on it is judged once, before the transaction ends."""
    session.info.setdefault("touched", {}).setdefault(kind, set()).add(subject_id)


def seal(session: Session) -> int:
    """Numbers every committed entry that has no number yet, and cuts a root. Returns how many.

    One sealer at a time: another waits for the end of this transaction.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SEALER_LOCK})
    sealed_below = session.execute(text("SELECT xid_below FROM ledger_horizon")).scalar_one_or_none() or 0
    rows = session.execute(_UNSEALED, {"sealed_below": sealed_below}).all()
    entries = [(row.id, bytes(row.hash)) for row in rows if row.id is not None]
    if entries:
        _append(session, entries)
    horizon = rows[0].xid
    if horizon != sealed_below:
        session.execute(
            text(
                "INSERT INTO ledger_horizon (id, xid_below) VALUES (1, :xid)"
                " ON CONFLICT (id) DO UPDATE SET xid_below = EXCLUDED.xid_below"
            ),
            {"xid": horizon},
        )
    return len(entries)


def _append(session: Session, entries: list[tuple[int, bytes]]) -> None:
    last = session.execute(select(LedgerRoot).order_by(col(LedgerRoot.tree_size).desc()).limit(1)).scalar_one_or_none()
    size, peaks = (last.tree_size, last.peaks) if last else (0, [])
    leaves = [leaf_hash(entry_hash) for _, entry_hash in entries]
    for start in range(0, len(entries), _BATCH):
        part = slice(start, start + _BATCH)
        numbers = ",".join(str(number) for number, _hash in entries[part])
        hashes = ",".join(f'"\\\\x{leaf.hex()}"' for leaf in leaves[part])
        session.execute(_SEALING, {"size": size + start, "entries": f"{{{numbers}}}", "leaves": f"{{{hashes}}}"})
    size, peaks = append_leaves(size, peaks, leaves)
    session.add(LedgerRoot(tree_size=size, root=root_of(peaks), peaks=peaks, sealed_at=_now(session)))
    session.flush()


def _now(session: Session) -> datetime:
    moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return moment


def forget_horizon(session: Session) -> int:
    """After a restore on another server, whose transaction numbers mean nothing to this ledger.

    What waited for its seal in the backup was committed: it is numbered now. Returns how many entries were.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SEALER_LOCK})
    rows = session.execute(_RESTORED).all()
    if rows:
        _append(session, [(row.id, bytes(row.hash)) for row in rows])
    session.execute(text("DELETE FROM ledger_horizon"))
    return len(rows)
