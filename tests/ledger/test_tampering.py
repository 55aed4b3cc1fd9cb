"""T-05: seven attacks by whoever owns the machine, each crude and each covered up as well as can be.

Covered up, every hash, seal and root is recomputed after the attack: the ledger agrees with itself, and only
a head kept elsewhere tells. That is what the registry promises, no more.
"""

from dataclasses import dataclass

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from registry.kernel.errors import Unreadable
from registry.ledger.checkpoint import public_key, read_anchor, read_checkpoint, sign_head
from registry.ledger.merkle import append_leaves, leaf_hash, root_of
from registry.ledger.queries import get_head
from registry.ledger.service import seal
from registry.ledger.verification import Anchor, verify_ledger
from registry.platform.database import at_one_moment, transaction

pytestmark = pytest.mark.database

_SAID = (
    "sha256(convert_to(jsonb_build_array(id, table_name, row_id, version, verb, organisation_id, actor, account_id,"
    " event, reason, batch_id, request_id, (extract(epoch FROM recorded_at) * 1000000)::bigint, snapshot,"
    " encode(previous_hash, 'hex'))::text, 'UTF8'))"
)


@dataclass(frozen=True)
class Sealed:
    """A ledger with an anchor kept elsewhere, and what was written after it."""

    anchor: Anchor
    datasets: list[int]
    early_seal: int


@pytest.fixture
def sealed(opened):
    datasets = [opened.record(f"Jeu {number}", frequency="ANNUAL") for number in range(5)]
    opened.amend(datasets[0], frequency="MONTHLY")
    with transaction(opened.home.jobs, opened.acting()) as session:
        seal(session)
    with transaction(opened.home.jobs, opened.acting()) as session:
        head = get_head(session)
    datasets.append(opened.record("Jeu tardif"))
    with transaction(opened.home.jobs, opened.acting()) as session:
        seal(session)
        early = session.execute(
            text(
                "SELECT s.seal_no FROM ledger_seal s JOIN ledger_entry e ON e.id = s.entry_id"
                " WHERE e.table_name = 'dataset' AND e.row_id = :id"
            ),
            {"id": datasets[1]},
        ).scalar_one()
    return Sealed(Anchor(head.seal_no, head.root), datasets, early)


@pytest.fixture
def machine(superuser, sealed):
    """The machine's owner, triggers and rights switched off; nothing lasts beyond the test."""
    with Session(superuser) as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        yield session
        session.rollback()


def _edit(session, sealed):
    session.execute(text("UPDATE dataset SET frequency = 'DAILY' WHERE id = :id"), {"id": sealed.datasets[1]})
    session.execute(
        text(
            "UPDATE ledger_entry SET snapshot = jsonb_set(snapshot, '{frequency}', '\"DAILY\"')"
            " WHERE table_name = 'dataset' AND row_id = :id"
        ),
        {"id": sealed.datasets[1]},
    )


def _swap(session, sealed):
    first, second = sealed.early_seal, sealed.early_seal + 1
    found = session.execute(
        text("SELECT seal_no, entry_id FROM ledger_seal WHERE seal_no IN (:a, :b)"), {"a": first, "b": second}
    )
    rows = {row.seal_no: row.entry_id for row in found}
    move = text("UPDATE ledger_seal SET entry_id = :entry WHERE seal_no = :seal")
    session.execute(move, {"entry": -1, "seal": first})
    session.execute(move, {"entry": rows[first], "seal": second})
    session.execute(move, {"entry": rows[second], "seal": first})


def _delete(session, sealed):
    gone = {"id": sealed.datasets[1]}
    session.execute(text("DELETE FROM dataset WHERE id = :id"), gone)
    session.execute(text("DELETE FROM ledger_entry WHERE table_name = 'dataset' AND row_id = :id"), gone)
    session.execute(text("DELETE FROM ledger_seal WHERE seal_no = :seal"), {"seal": sealed.early_seal})


def _forge_dataset(session, sealed):
    """A sheet that nobody recorded, with an entry that agrees with it."""
    forged = session.execute(
        text(
            "INSERT INTO dataset (version, organisation_id, identifier, title, title_sort, nature, stage, annulled)"
            " SELECT 1, organisation_id, 'forged', title, title_sort, nature, stage, false FROM dataset WHERE id = :id"
            " RETURNING id"
        ),
        {"id": sealed.datasets[1]},
    ).scalar_one()
    return session.execute(
        text(
            "INSERT INTO ledger_entry (id, xid, table_name, row_id, version, verb, organisation_id, actor, recorded_at,"
            "  snapshot, hash) OVERRIDING SYSTEM VALUE"
            " SELECT (SELECT max(id) + 1 FROM ledger_entry), e.xid, e.table_name, d.id, 1, 'insert', e.organisation_id,"
            "  e.actor, e.recorded_at, to_jsonb(d) || jsonb_build_object('title', e.snapshot ->> 'title',"
            "  'title_sort', e.snapshot ->> 'title_sort'), e.hash"
            " FROM ledger_entry e, dataset d WHERE e.table_name = 'dataset' AND e.row_id = :of AND d.id = :id"
            " RETURNING id"
        ),
        {"of": sealed.datasets[1], "id": forged},
    ).scalar_one()


def _insert(session, sealed):
    entry = _forge_dataset(session, sealed)
    session.execute(text("UPDATE ledger_seal SET seal_no = -seal_no WHERE seal_no >= :at"), {"at": sealed.early_seal})
    session.execute(text("UPDATE ledger_seal SET seal_no = 1 - seal_no WHERE seal_no < 0"))
    session.execute(
        text("INSERT INTO ledger_seal (seal_no, entry_id, leaf) VALUES (:at, :entry, '')"),
        {"at": sealed.early_seal, "entry": entry},
    )


def _truncate(session, sealed):
    """Everything since the third dataset never was."""
    kept = {"first": sealed.datasets[2]}
    session.execute(text("DELETE FROM dataset WHERE id >= :first"), kept)
    session.execute(text("DELETE FROM ledger_entry WHERE table_name = 'dataset' AND row_id >= :first"), kept)
    session.execute(text("UPDATE dataset SET version = 1, frequency = 'ANNUAL'"))
    session.execute(text("DELETE FROM ledger_entry WHERE version > 1"))
    session.execute(text("DELETE FROM ledger_seal s WHERE NOT EXISTS (SELECT FROM ledger_entry WHERE id = s.entry_id)"))
    size = session.execute(text("SELECT max(seal_no) FROM ledger_seal")).scalar_one()
    session.execute(text("DELETE FROM ledger_root WHERE tree_size > :size"), {"size": size})


def _truncate_and_rewrite(session, sealed):
    """The tail is cut, and another grows to the same length."""
    before = session.execute(text("SELECT max(seal_no) FROM ledger_seal")).scalar_one()
    _truncate(session, sealed)
    size = session.execute(text("SELECT max(seal_no) FROM ledger_seal")).scalar_one()
    for number in range(size + 1, before + 1):
        entry = _forge_dataset(session, sealed)
        session.execute(text("UPDATE dataset SET identifier = 'forged ' || id WHERE identifier = 'forged'"))
        session.execute(
            text(
                "UPDATE ledger_entry e SET snapshot = jsonb_set(e.snapshot, '{identifier}', to_jsonb(d.identifier))"
                " FROM dataset d WHERE e.id = :entry AND d.id = e.row_id"
            ),
            {"entry": entry},
        )
        session.execute(
            text("INSERT INTO ledger_seal (seal_no, entry_id, leaf) VALUES (:at, :entry, '')"),
            {"at": number, "entry": entry},
        )


def _slip_in(session, sealed):
    """A version with a number of transaction that is long sealed: the sealer never looks at it."""
    _forge_dataset(session, sealed)


def _cover_up(session):
    """Recomputes each chain, each leaf and each root, so that the ledger agrees with itself."""
    last = {}
    for row in session.execute(
        text("SELECT id, table_name, row_id FROM ledger_entry ORDER BY table_name, row_id, version")
    ).all():
        key = (row.table_name, row.row_id)
        session.execute(
            text("UPDATE ledger_entry SET previous_hash = :before WHERE id = :id"),
            {"before": last.get(key), "id": row.id},
        )
        last[key] = session.execute(
            text(f"UPDATE ledger_entry SET hash = {_SAID} WHERE id = :id RETURNING hash"), {"id": row.id}
        ).scalar_one()
    cuts = session.execute(text("SELECT tree_size FROM ledger_root")).scalars().all()
    entries = session.execute(
        text("SELECT e.id, e.hash FROM ledger_seal s JOIN ledger_entry e ON e.id = s.entry_id ORDER BY s.seal_no")
    ).all()
    session.execute(text("DELETE FROM ledger_seal"))
    session.execute(text("DELETE FROM ledger_root"))
    peaks = []
    for number, row in enumerate(entries, start=1):
        leaf = leaf_hash(bytes(row.hash))
        _size, peaks = append_leaves(number - 1, peaks, [leaf])
        session.execute(
            text("INSERT INTO ledger_seal (seal_no, entry_id, leaf) VALUES (:number, :entry, :leaf)"),
            {"number": number, "entry": row.id, "leaf": leaf},
        )
        if number in cuts or number == len(entries):
            session.execute(
                text(
                    "INSERT INTO ledger_root (tree_size, root, peaks, sealed_at) VALUES (:size, :root, :peaks, now())"
                ),
                {"size": number, "root": root_of(peaks), "peaks": peaks},
            )


ANCHORED = [_edit, _swap, _delete, _insert, _truncate, _truncate_and_rewrite]
ATTACKS = [*ANCHORED, _slip_in]


def test_a_ledger_nobody_touched_verifies_against_its_anchors(opened, sealed):
    with transaction(opened.home.jobs, opened.acting()) as session:
        found = verify_ledger(session, (sealed.anchor,))
        head = get_head(session)
    assert found.defects == []
    assert found.holds
    assert (found.sealed, found.root, found.unsealed) == (head.seal_no, head.root, 0)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__.strip("_"))
def test_each_attack_is_found_from_an_older_anchor(sealed, machine, attack):
    attack(machine, sealed)
    assert not verify_ledger(machine, (sealed.anchor,)).holds


@pytest.mark.parametrize("attack", ANCHORED, ids=lambda attack: attack.__name__.strip("_"))
def test_each_attack_is_found_from_an_older_anchor_even_covered_up(sealed, machine, attack):
    attack(machine, sealed)
    _cover_up(machine)
    assert verify_ledger(machine).defects == [], "the cover-up is clumsy: this test proves less than it says"
    assert not verify_ledger(machine, (sealed.anchor,)).holds


def test_an_entry_slipped_in_below_what_is_sealed_is_found_without_an_anchor_even_covered_up(sealed, machine):
    _slip_in(machine, sealed)
    _cover_up(machine)
    (defect,) = verify_ledger(machine).defects
    assert "glissée après coup" in defect


def test_an_entry_that_waits_for_its_seal_is_no_defect(opened, sealed):
    opened.record("Jeu qui attend")
    with transaction(opened.home.jobs, opened.acting()) as session:
        found = verify_ledger(session, (sealed.anchor,))
    assert (found.defects, found.unsealed) == ([], 1)


def test_what_is_written_while_the_ledger_is_verified_is_no_defect(opened, sealed):
    engine = at_one_moment(opened.home.jobs)
    written = []

    def write(_connection, _cursor, statement, *_more):
        if "FROM ledger_seal s LEFT JOIN" in statement and not written:
            written.append(opened.record("Jeu de l’instant"))
            with transaction(opened.home.jobs, opened.acting()) as session:
                seal(session)

    with transaction(engine, opened.acting()) as session:
        event.listen(session.connection(), "before_cursor_execute", write)
        found = verify_ledger(session, (sealed.anchor,))
    assert written
    assert found.defects == []
    with transaction(opened.home.jobs, opened.acting()) as session:
        assert verify_ledger(session, (sealed.anchor,)).sealed == found.sealed + 1


def test_columns_made_by_a_later_migration_are_no_defect_and_what_they_hold_is_still_compared(
    opened, sealed, superuser
):
    with opened.home.owner.begin() as connection:
        for column in ("note text", "tags text[] NOT NULL DEFAULT '{}'", "shown boolean NOT NULL DEFAULT true",
                       "state varchar(40) NOT NULL DEFAULT 'new'"):  # fmt: skip
            connection.execute(text(f"ALTER TABLE dataset ADD COLUMN {column}"))
    opened.amend(sealed.datasets[2], frequency="DAILY")
    with transaction(opened.home.jobs, opened.acting()) as session:
        assert verify_ledger(session, (sealed.anchor,)).defects == []
    for said in ("note = 'x'", "tags = '{x}'", "shown = false", "state = 'old'", "frequency = 'HOURLY'"):
        for place in (sealed.datasets[1], sealed.datasets[2]):
            with Session(superuser) as machine:
                machine.execute(text("SET LOCAL session_replication_role = replica"))
                machine.execute(text(f"UPDATE dataset SET {said} WHERE id = :id"), {"id": place})
                assert not verify_ledger(machine).holds, said


def test_seals_or_roots_taken_away_are_found_without_an_anchor(sealed, machine):
    with machine.begin_nested() as kept:
        machine.execute(text("DELETE FROM ledger_root"))
        assert not verify_ledger(machine).holds
        kept.rollback()
    machine.execute(text("DELETE FROM ledger_seal WHERE seal_no > :at"), {"at": sealed.early_seal})
    assert any("coupée" in defect for defect in verify_ledger(machine).defects)


@pytest.mark.parametrize(
    "written",
    [
        "UPDATE dataset SET title = 'Autre titre' WHERE id = :id",
        "UPDATE dataset SET frequency = 'DAILY' WHERE id = :id",
        "DELETE FROM dataset WHERE id = :id",
        (
            "INSERT INTO dataset (version, organisation_id, identifier, title, title_sort, nature, stage, annulled)"
            " SELECT 1, organisation_id, 'hidden', 'x', 'x', nature, stage, false FROM dataset WHERE id = :id"
        ),
        "UPDATE ledger_text SET value = 'Autre titre' WHERE value = 'Jeu 1'",
        "DELETE FROM ledger_text WHERE value = 'Jeu 1'",
    ],
)
def test_a_record_written_round_the_trigger_is_found_by_comparing_it_with_its_last_entry(sealed, machine, written):
    machine.execute(text(written), {"id": sealed.datasets[1]})
    assert not verify_ledger(machine).holds


def test_a_checkpoint_is_an_anchor_and_a_changed_one_is_refused(opened, sealed):
    with transaction(opened.home.jobs, opened.acting()) as session:
        head = get_head(session)
    mine = {"key": public_key(b"k" * 32), "siren": "200000008"}
    signed = sign_head(head, b"k" * 32, "200000008")
    assert read_checkpoint(signed, **mine) == Anchor(head.seal_no, head.root)
    assert read_anchor(f"{head.seal_no}:{head.root}") == Anchor(head.seal_no, head.root)
    for forged in (signed.replace(head.root, "0" * 64), "{}", "[]", "pas un point de contrôle"):
        with pytest.raises(Exception, match="point de contrôle") as refused:
            read_checkpoint(forged, **mine)
        assert type(refused.value).__name__ == "Unreadable"
    with pytest.raises(Unreadable, match="signé par une autre clé"):
        read_checkpoint(sign_head(head, b"x" * 32, "200000008"), **mine)
    for seed in (b"k" * 32, b"x" * 32):
        with pytest.raises(Unreadable, match=r"autre registre : SIREN 243500139"):
            read_checkpoint(sign_head(head, seed, "243500139"), **mine)
    with pytest.raises(Exception, match="ancre"):
        read_anchor("douze:racine")
