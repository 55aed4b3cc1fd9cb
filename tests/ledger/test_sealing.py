"""The sealer beside writers: every committed entry gets one number, in one unbroken order."""

import random
import threading
from hashlib import sha256

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from registry.ledger.merkle import EMPTY_ROOT, append_leaves, leaf_hash, root_of
from registry.ledger.queries import count_unsealed, get_head
from registry.ledger.service import forget_horizon, seal
from registry.ledger.verification import Anchor, verify_ledger
from registry.platform.database import transaction

WRITERS, ROUNDS, LATE = 8, 25, 3

_INSERT = (
    "INSERT INTO dataset (version, organisation_id, identifier, title, title_sort, nature, stage, annulled)"
    " VALUES (1, %s, %s, 'Jeu', 'jeu', 'other', 'identified', false) RETURNING id"
)


def _largest_power_below(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def _root_by_definition(leaves: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = _largest_power_below(len(leaves))
    return sha256(b"\x01" + _root_by_definition(leaves[:split]) + _root_by_definition(leaves[split:])).digest()


@given(st.lists(st.lists(st.binary(max_size=4), max_size=9), max_size=9))
def test_a_root_grown_batch_by_batch_is_the_one_the_standard_defines(batches):
    size, peaks, every = 0, [], []
    for batch in batches:
        leaves = [leaf_hash(data) for data in batch]
        every += leaves
        size, peaks = append_leaves(size, peaks, leaves)
        assert root_of(peaks) == _root_by_definition(every)
    assert (size, len(peaks)) == (len(every), bin(size).count("1"))
    assert root_of([]) == EMPTY_ROOT


def _seal_once(opened):
    with transaction(opened.home.jobs, opened.acting(actor="sealer")) as session:
        return seal(session)


def _write(url, organisation, number, opened_all, release, failures):
    """Short transactions, some undone; the last writers begin first and commit when all the others are done."""
    chance = random.Random(number)  # noqa: S311 - a repeatable mix, no secret.
    try:
        with psycopg.connect(url) as connection:
            connection.execute("SELECT set_config('beffroi.actor', %s, false)", [f"job:{number}"])
            connection.commit()
            late = number < LATE
            if late:
                connection.execute(_INSERT, [organisation, f"late-{number}"])
            opened_all.wait(30)
            if late:
                release.wait(60)
                connection.commit()
                return
            for turn in range(ROUNDS):
                for step in range(chance.randint(1, 3)):
                    row = connection.execute(_INSERT, [organisation, f"{number}-{turn}-{step}"]).fetchone()
                    connection.execute("UPDATE dataset SET frequency = 'DAILY' WHERE id = %s", row)
                if chance.random() < 0.2:
                    connection.rollback()
                else:
                    connection.commit()
    except Exception as error:  # Handed to the test.
        failures.append(error)


@pytest.mark.database
def test_no_row_is_skipped_beside_eight_writers_some_of_which_commit_late(opened):
    opened_all, release, failures = threading.Barrier(WRITERS + 1), threading.Event(), []
    writers = [
        threading.Thread(
            target=_write, args=(opened.home.urls.jobs, opened.authority, n, opened_all, release, failures)
        )
        for n in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    opened_all.wait(30)
    while any(writer.is_alive() for writer in writers[LATE:]):
        _seal_once(opened)
    _seal_once(opened)
    with transaction(opened.home.jobs, opened.acting()) as session:
        waiting, oldest = count_unsealed(session)
    assert waiting > 0, "the entries written beside an open transaction wait for it"
    assert oldest is not None
    release.set()
    for writer in writers:
        writer.join(60)
    assert failures == []
    _seal_once(opened)

    with transaction(opened.home.jobs, opened.acting()) as session:
        entries = session.execute(text("SELECT id FROM ledger_entry ORDER BY id")).scalars().all()
        seals = session.execute(text("SELECT seal_no, entry_id FROM ledger_seal ORDER BY seal_no")).all()
        found = verify_ledger(session)
        assert count_unsealed(session) == (0, None)
    assert [row.seal_no for row in seals] == list(range(1, len(entries) + 1))
    assert sorted(row.entry_id for row in seals) == entries
    assert found.defects == []
    assert len(entries) > (WRITERS - LATE) * ROUNDS


@pytest.mark.database
def test_two_sealers_at_once_number_each_entry_once(opened):
    stop, failures = threading.Event(), []

    def sealing():
        try:
            while not stop.is_set():
                _seal_once(opened)
        except Exception as error:  # Handed to the test.
            failures.append(error)

    sealers = [threading.Thread(target=sealing) for _ in range(2)]
    for sealer in sealers:
        sealer.start()
    for number in range(40):
        opened.record(f"Jeu {number}")
    stop.set()
    for sealer in sealers:
        sealer.join(30)
    _seal_once(opened)
    assert failures == []
    with transaction(opened.home.jobs, opened.acting()) as session:
        numbers = session.execute(text("SELECT seal_no FROM ledger_seal ORDER BY seal_no")).scalars().all()
        count = session.execute(text("SELECT count(*) FROM ledger_entry")).scalar_one()
        assert verify_ledger(session).holds
    assert numbers == list(range(1, count + 1))


@pytest.mark.database
def test_sealing_again_with_nothing_new_changes_nothing(opened):
    assert _seal_once(opened) > 0
    with transaction(opened.home.jobs, opened.acting()) as session:
        before = get_head(session)
    assert _seal_once(opened) == 0
    with transaction(opened.home.jobs, opened.acting()) as session:
        assert get_head(session) == before
        assert get_head(session, before=before.sealed_at).seal_no == 0


@pytest.mark.database
def test_after_a_restore_elsewhere_every_entry_gets_its_number_and_the_old_head_still_anchors(opened, superuser):
    opened.record("Avant")
    _seal_once(opened)
    with transaction(opened.home.jobs, opened.acting()) as session:
        head = get_head(session)
    opened.record("Non scellé")
    with superuser.begin() as connection:
        # The numbers of another server, far ahead of this one's.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE ledger_entry SET xid = xid + 1000000000"))
        connection.execute(text("UPDATE ledger_horizon SET xid_below = xid_below + 1000000000"))
    opened.record("Après")
    assert _seal_once(opened) == 0, "without the horizon forgotten, this server's numbers look sealed already"
    with transaction(opened.home.owner, opened.acting()) as session:
        assert forget_horizon(session) > 0
    opened.record("Plus tard")
    assert _seal_once(opened) > 0
    with transaction(opened.home.jobs, opened.acting()) as session:
        found = verify_ledger(session, (Anchor(head.seal_no, head.root),))
        assert (found.defects, found.unsealed) == ([], 0)
