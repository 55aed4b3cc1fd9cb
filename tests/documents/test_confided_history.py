"""What the ledger keeps of a breach, of a request and of what proves them is as confided as they are."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from registry.kernel.permissions import Role
from registry.platform.clock import now
from registry.platform.database import Acting, transaction
from registry.platform.tables import Kind, Table
from registry.processing.breaches.forms import BreachForm
from registry.processing.breaches.service import record_breach, set_breach_aside
from tests.conftest import Someone, Town

pytestmark = pytest.mark.database
WORD = "pervenche"


def two_breaches(town: Town) -> tuple[int, int]:
    """One annulled for a reason, both with the word in their texts."""
    with town.acting() as session:
        said = BreachForm(title=WORD, natures=["confidentiality"], known_at=now() - timedelta(hours=3), facts=WORD)
        first, second = (record_breach(session, town.authority_id, said, now=now()) for _breach in range(2))
        set_breach_aside(session, first.id, reason=f"Doublon {WORD}", expected=first.version, annulled=True)
        return first.id, second.id


def kept(town: Town, who: Someone) -> tuple[set[tuple[str, int]], list[str]]:
    """Whose history the ledger shows to an account, of breaches, and which texts with the word in them."""
    body = frozenset({town.authority_id})
    acting = Acting(f"account:{who.account_id}", account_id=who.account_id, reads=body, writes=body)
    with transaction(town.home.app, acting, **town.info) as session:
        entries = session.execute(text("SELECT table_name, row_id FROM ledger_entry WHERE table_name LIKE 'breach%'"))
        texts = session.execute(text("SELECT value FROM ledger_text WHERE value LIKE :word"), {"word": f"%{WORD}%"})
        return {(row.table_name, row.row_id) for row in entries}, sorted(texts.scalars())


def test_only_who_answers_for_the_law_reads_the_history_of_a_breach_in_the_ledger(town: Town):
    first, second = two_breaches(town)

    for role in Role:
        entries, texts = kept(town, town.someone(role))
        told = role in {Role.ADMINISTRATOR, Role.DPO, Role.LEGAL}
        assert entries == ({("breach", first), ("breach", second)} if told else set()), role
        assert len(texts) == (5 if told else 0), role


def test_who_is_in_charge_of_one_breach_reads_its_history_and_not_that_of_another(town: Town):
    first, _second = two_breaches(town)
    steward = town.someone(Role.STEWARD)
    with town.as_owner() as session:
        session.execute(
            text("UPDATE breach SET in_charge_id = (SELECT person_id FROM account WHERE id = :id) WHERE id = :breach"),
            {"id": steward.account_id, "breach": first},
        )

    entries, texts = kept(town, steward)

    assert entries == {("breach", first)}
    assert texts == [f"Doublon {WORD}", WORD, WORD]
    assert f"Doublon {WORD}" in steward.get(f"/violations/{first}/historique").text


def test_the_ledger_confides_the_history_of_every_table_whose_rows_are_confided(town: Town):
    of_record = {table.name for table in Table.metadata.tables.values() if table.info["kind"] is Kind.RECORD}
    with town.as_owner() as session:
        guarded = session.execute(
            text(
                "SELECT tablename, is_confided_row(tablename, '{\"confided\": true}') AS told,"
                ' is_confided_row(tablename, \'{"subject_kind": "dataset"}\') AS of_a_sheet'
                " FROM pg_policies WHERE policyname = 'app_reads'"
                " AND qual ~ 'acting_confides|is_confided|breach|received_request|FROM evidence'"
            )
        ).all()

    assert {row.tablename for row in guarded if row.told} == {row.tablename for row in guarded} & of_record
    assert all(row.told is not None for row in guarded), "What a row does not say is confided, never unknown."
    assert not any(row.of_a_sheet for row in guarded if row.tablename == "accepted_deviation")
