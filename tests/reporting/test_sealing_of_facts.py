"""A document takes its facts from one snapshot, and waits until all that this snapshot saw is sealed."""

import threading
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from registry.kernel.issuing import Subject
from registry.ledger.queries import get_head
from registry.ledger.service import seal
from registry.platform.database import Acting
from registry.reporting.queries import get_head_covering
from registry.reporting.service import issue_report
from tests.conftest import Town

pytestmark = pytest.mark.database
WAITING = "Attente du scellement"


def test_a_document_waits_for_the_seal_of_every_row_it_saw(town: Town):
    waiting, issued = threading.Event(), list[Any]()

    def issue() -> None:
        issued.append(
            issue_report(
                town.home, "compliance", subject=Subject("organisation", town.authority_id), as_of=None,
                acting=Acting("cli:essai"), info=town.info,
                report=lambda _done, _total, step: waiting.set() if step == WAITING else None,
            )
        )  # fmt: skip

    with psycopg.connect(town.home.urls.jobs) as long_write:
        # It began to write before the sheet was recorded, and has not ended: nothing later can be numbered yet.
        long_write.execute("SELECT pg_current_xact_id()")
        number = town.record("Bornes de recharge")
        issuing = threading.Thread(target=issue)
        issuing.start()
        assert waiting.wait(60), "the document did not wait for the long write"
        assert not issued
        long_write.rollback()
    issuing.join(120)

    with town.acting() as session:
        seal_no = session.execute(
            text(
                "SELECT s.seal_no FROM ledger_seal s JOIN ledger_entry e ON e.id = s.entry_id"
                " WHERE e.table_name = 'dataset' AND e.row_id = :number"
            ),
            {"number": number},
        ).scalar_one()
    assert issued[0].document.seal_no >= seal_no
    assert b"Bornes de recharge" in town.home.files.read(issued[0].canonical_sha256)


def test_the_head_of_a_past_day_covers_what_was_recorded_just_before_its_end(town: Town):
    def cut() -> int:
        with town.acting() as session:
            seal(session)
        with town.acting() as session:
            return get_head(session).seal_no

    town.record("Avant")
    cut()
    number = town.record("À la dernière seconde")
    with town.acting() as session:
        asked = text("SELECT max(recorded_at) FROM ledger_entry WHERE table_name = 'dataset' AND row_id = :id")
        midnight = session.execute(asked, {"id": number}).scalar_one() + timedelta(microseconds=1)
    covering = cut()
    town.record("Le lendemain")
    cut()

    with town.acting() as session:
        assert get_head_covering(session, midnight).seal_no == covering
        assert get_head(session, midnight).seal_no < covering
        assert get_head_covering(session, midnight - timedelta(days=1)).seal_no == 0
