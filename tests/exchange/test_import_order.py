"""An import cut short goes on, and two who work at one never undo each other."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from registry.datasets.forms import DatasetChange, DatasetForm
from registry.datasets.models import Dataset
from registry.datasets.service import amend_dataset, record_dataset
from registry.exchange.comparing import BATCH
from registry.exchange.models import ImportState
from registry.exchange.queries import get_batch, is_at_work
from registry.exchange.rdf.here import read_rdf_bytes
from registry.exchange.service import _writing_alone, preview_import, receive_import
from registry.kernel.errors import Conflict
from tests.exchange.conftest import PREFIXES, TREES, Bringer, Cut, many

pytestmark = pytest.mark.database


def test_an_import_cut_between_two_batches_goes_on_where_it_was(bringer: Bringer):
    number, compared = bringer.preview(many(450))
    assert len(compared) == 450

    def cut(done: int, total: int, _step: str) -> None:
        assert (done, total) == (BATCH, 450)
        raise Cut

    with pytest.raises(Cut):
        bringer.apply(number, cut)
    assert bringer.state(number) is ImportState.APPLYING
    assert bringer.count("dataset") == BATCH

    bringer.apply(number)

    assert bringer.state(number) is ImportState.APPLIED
    assert [done for done, _total, _step in bringer.said] == [450]
    assert bringer.count("dataset") == 450
    assert bringer.count("ledger_entry WHERE table_name = 'dataset'") == 450
    assert bringer.count("finding WHERE subject_kind = 'dataset' AND policy_id = 'ACC-01'") == 450


def test_an_import_cut_between_two_batches_is_undone_whole_even_when_undoing_is_cut_too(bringer: Bringer):
    number, _compared = bringer.preview(many(450))

    def cut_at(most: int) -> Callable[[int, int, str], None]:
        def cut(done: int, _total: int, _step: str) -> None:
            if done >= most:
                raise Cut

        return cut

    with pytest.raises(Cut):
        bringer.apply(number, cut_at(400))
    with bringer.town.acting("account:1") as session:
        (sheet,) = session.execute(text("SELECT id, version FROM dataset WHERE identifier = 'j0'"))
        amend_dataset(session, sheet.id, DatasetChange(description="À garder."), expected=sheet.version)
    with pytest.raises(Cut):
        bringer.undo(number, cut_at(200))
    assert bringer.state(number) is ImportState.UNDOING

    assert bringer.undo(number) == ["Jeu 0"]

    assert bringer.state(number) is ImportState.UNDONE
    assert list(bringer.sheets()) == ["j0"]


def test_two_imports_of_the_same_file_at_once_make_each_sheet_once(bringer: Bringer):
    numbers = [bringer.preview(many(300))[0] for _turn in range(2)]
    ready, failed = threading.Barrier(2), []

    def run(number: int) -> None:
        ready.wait(10)
        try:
            bringer.apply(number)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failed == []
    assert [bringer.state(number) for number in numbers] == [ImportState.APPLIED] * 2
    assert bringer.count("dataset") == 300
    assert bringer.count("distribution WHERE NOT annulled") == 300
    assert [bringer.noted(number) for number in numbers] == [[], []]


def test_taking_an_import_back_waits_while_another_writes(bringer: Bringer):
    number, _counts = bringer.bring(many(2))
    other, _compared = bringer.preview(TREES)
    undone, going = [], threading.Thread(target=lambda: undone.append(bringer.undo(number)))
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")

    with bringer.opener(other)() as session:
        _writing_alone(session, other, ImportState.PREVIEWED)
        going.start()
        for _turn in range(2000):
            with bringer.town.as_owner() as looking:
                if looking.execute(waiting).scalar_one() or undone:
                    break
        assert bringer.count("dataset") == 2
        assert undone == []
    going.join(20)

    assert undone == [[]]
    assert bringer.count("dataset") == 0


def test_a_sheet_somebody_records_while_it_is_being_imported_is_theirs(bringer: Bringer):
    number, _compared = bringer.preview(TREES)
    held, release, failed = threading.Event(), threading.Event(), []

    def record() -> None:
        with bringer.town.acting("account:1") as session:
            form = DatasetForm(identifier="arbres", title="Arbres, fiche à nous")
            record_dataset(session, bringer.town.authority_id, form)
            held.set()
            release.wait(20)

    def run() -> None:
        try:
            bringer.apply(number)
        except Exception as error:
            failed.append(error)

    first, second = threading.Thread(target=record), threading.Thread(target=run)
    first.start()
    assert held.wait(20)
    second.start()
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _turn in range(2000):
        with bringer.town.as_owner() as session:
            if session.execute(waiting).scalar_one():
                break
    else:
        pytest.fail("the import never met the sheet being recorded")
    release.set()
    first.join(20)
    second.join(20)

    assert failed == []
    after = bringer.sheets()
    assert set(after) == {"arbres", "bancs"}
    assert after["arbres"]["title"] == "Arbres, fiche à nous"
    assert ("changed-since", "title") in bringer.noted(number)
    with bringer.town.acting() as session:
        assert session.get(Dataset, after["arbres"]["id"]).description == "Les arbres."


def test_an_import_taken_back_meanwhile_stops_being_applied_and_the_reverse(bringer: Bringer):
    number, _compared = bringer.preview(many(450))

    def turn(state: ImportState) -> Callable[[int, int, str], None]:
        def turned(_done: int, _total: int, _step: str) -> None:
            with bringer.town.acting() as session:
                get_batch(session, number, lock=True).state = state

        return turned

    with pytest.raises(Conflict, match="En train d’être défait"):
        bringer.apply(number, turn(ImportState.UNDOING))
    assert bringer.count("dataset") == BATCH
    with pytest.raises(Conflict, match="Application en cours"):
        bringer.undo(number, turn(ImportState.APPLYING))
    assert bringer.count("dataset") == 0
    assert bringer.state(number) is ImportState.APPLYING


def test_one_at_a_time_works_at_an_import(bringer: Bringer):
    number, _compared = bringer.preview(TREES)
    met = []

    def busy(_done: int, _total: int, _step: str) -> None:
        with bringer.town.acting() as session:
            met.append(is_at_work(session, number))
        for act in (bringer.apply, bringer.undo):
            with pytest.raises(Conflict, match="Un travail est en cours"):
                act(number)

    bringer.apply(number, busy)

    assert met == [True]
    assert bringer.state(number) is ImportState.APPLIED
    with bringer.town.acting() as session:
        assert not is_at_work(session, number)


def test_a_lock_reads_the_import_anew(bringer: Bringer):
    number, _compared = bringer.preview(TREES)
    with bringer.town.acting() as session:
        read = get_batch(session, number)
        assert read.state is ImportState.PREVIEWED
        with bringer.town.acting() as other:
            get_batch(other, number, lock=True).state = ImportState.APPLYING
        assert get_batch(session, number, lock=True) is read
        assert read.state is ImportState.APPLYING


def test_a_preview_cut_short_is_still_to_be_read_and_is_read_again_whole(
    bringer: Bringer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("registry.exchange.comparing.BATCH", 2)
    read = read_rdf_bytes((PREFIXES + many(5)).encode(), name="essai.ttl")
    with bringer.town.acting() as session:
        number = receive_import(session, bringer.town.authority_id, source_name="essai", source_sha256="0" * 64).id
    opened = []

    def cut() -> Any:
        opened.append(1)
        if len(opened) > 4:
            raise Cut
        return bringer.opener(number)()

    with pytest.raises(Cut):
        preview_import(cut, number, read)
    assert bringer.state(number) is ImportState.READING
    assert bringer.count("import_line") == 2

    outcome, _absent = preview_import(bringer.opener(number), number, read)
    assert outcome.counts.total() == 5

    assert bringer.state(number) is ImportState.PREVIEWED
    assert bringer.count("import_line") == 5
    with pytest.raises(Conflict, match="Aperçu prêt"):
        preview_import(bringer.opener(number), number, read)
