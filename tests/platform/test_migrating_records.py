"""What migrations do of what was recorded before them, and what they refuse to lose of it when they are undone."""

import pytest
from alembic import command
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from registry.kernel.errors import Unavailable
from registry.platform.database import Acting, transaction
from registry.platform.migrating import alembic_config, migrate
from registry.rooms import import_models

pytestmark = pytest.mark.database
import_models()

OF_RECORD = {
    "organisation": "lineage, kind, name, name_sort, annulled) VALUES (1, 1, '{1}', 'commune', 'a', 'a', false)",
    "person": "organisation_id, confided) VALUES (1, 1, 1, false)",
    "account": "organisation_id, person_id, state, locale) VALUES (1, 1, 1, 1, 'active', 'fr')",
}
CHOSEN = (
    "INSERT INTO publication_choice (version, organisation_id, dataset_id, outcome, reason, decided_on, conclusion,"
    " decided_by, decided_as, recorded_on, state, {more}) VALUES (1, 1, {sheet}, 'open', 'Utile.', '2026-10-01',"
    " 'to-all', 1, 'legal', '2026-10-01', 'current', {value})"
)


def _write_sheets(session: Session, *sheets: int) -> None:
    for table, row in OF_RECORD.items():
        session.execute(text(f"INSERT INTO {table} (id, version, {row}"))
    for sheet in sheets:
        session.execute(
            text(
                "INSERT INTO dataset (id, version, organisation_id, identifier, title, title_sort, nature, stage,"
                " annulled)"
                " VALUES (:id, 1, 1, :name, :name, :name, 'other', 'identified', false)"
            ),
            {"id": sheet, "name": f"jeu-{sheet}"},
        )


def _pass(session: Session, sheet: int, *stages: str) -> None:
    for stage in stages:
        session.execute(
            text(
                "WITH asked AS (INSERT INTO stage_request (version, organisation_id, dataset_id, move, from_stage,"
                "  to_stage, asked_by, asked_as, asked_on, state, ended_on, reason)"
                " VALUES (1, 1, :sheet, 'move', 'cleared', :stage, 1, 'steward', '2026-10-02', 'made', '2026-10-02',"
                "  'Une erreur.') RETURNING id), judged AS (INSERT INTO gate_verdict (organisation_id, dataset_id,"
                "  dataset_version, to_stage, passed, found) VALUES (1, :sheet, 1, :stage, true, '{}') RETURNING id)"
                " INSERT INTO stage_passage (version, organisation_id, dataset_id, request_id, verdict_id,"
                "  dataset_version, from_stage, to_stage, passed_on)"
                " SELECT 1, 1, :sheet, asked.id, judged.id, 1, 'cleared', :stage, '2026-10-02' FROM asked, judged"
            ),
            {"sheet": sheet, "stage": stage},
        )


def test_what_the_lifecycle_withdrew_before_has_no_decision_left_to_open_it(empty: Engine) -> None:
    """One decided since the withdrawal, and what is published again, keep theirs."""
    migrate(empty, "0084")
    chosen = [CHOSEN.format(sheet=sheet, more="licence", value="NULL") for sheet in (1, 2, 3, 4)]
    with transaction(empty, Acting("cli:essai")) as session:
        _write_sheets(session, 1, 2, 3, 4)
        for sheet in (1, 2, 4):
            session.execute(text(chosen[sheet - 1]))
        for sheet, stages in {
            1: ("published", "withdrawn", "documented"), 2: ("published", "withdrawn", "published"),
            3: ("published", "withdrawn"), 4: ("published",),
        }.items():  # fmt: skip
            _pass(session, sheet, *stages)
        session.execute(text(chosen[2]))

    migrate(empty)

    with empty.connect() as connection:
        told = connection.execute(
            text("SELECT dataset_id, state, ended_on::text, ended_reason FROM publication_choice ORDER BY dataset_id")
        ).all()
    current = [(sheet, "current", None, None) for sheet in (2, 3, 4)]
    assert [tuple(row) for row in told] == [(1, "taken-down", "2026-10-02", "Une erreur."), *current]


def test_a_column_of_record_is_not_dropped_over_what_was_said_in_it(empty: Engine) -> None:
    migrate(empty, "0081")
    with transaction(empty, Acting("cli:essai")) as session:
        _write_sheets(session, 1)
        session.execute(text(CHOSEN.format(sheet=1, more="small_counts_reason", value="'Chacun a consenti.'")))
        session.execute(text("UPDATE dataset SET publishable_category = 'd312-1-3-6'"))
        session.execute(text("UPDATE publication_choice SET homologated_on = '2019-03-04'"))
    for table, column, before in (
        ("publication_choice", "small_counts_reason", "0080"), ("dataset", "publishable_category", "0075"),
        ("publication_choice", "homologated_on", "0072"),
    ):  # fmt: skip
        with empty.connect() as connection, pytest.raises(Unavailable, match=f"La table {table} contient"):
            command.downgrade(alembic_config(connection), before)
        with transaction(empty, Acting("cli:essai")) as session:
            session.execute(text(f"UPDATE {table} SET {column} = NULL"))


def test_what_was_done_of_contracts_leaves_their_clauses_for_steps_of_their_own(empty: Engine) -> None:
    migrate(empty, "0088")
    clauses = {
        1: ("exclusivity", '{"granted_on": "2021-01-01", "reviewed_on": "2024-02-03"}'),
        2: ("water-end", '{"plans_on": "2025-06-30"}'),
    }
    with transaction(empty, Acting("cli:essai")) as session:
        _write_sheets(session)
        session.execute(
            text(
                "INSERT INTO contract (id, version, organisation_id, kind, object, object_sort, annulled)"
                " VALUES (1, 1, 1, 'dsp', 'a', 'a', false)"
            )
        )
        for number, (kind, terms) in clauses.items():
            said = {"id": number, "kind": kind, "terms": terms}
            session.execute(
                text(
                    "INSERT INTO clause (id, version, organisation_id, contract_id, kind) VALUES (:id, 1, 1, 1, :kind)"
                ),
                said,
            )
            session.execute(
                text(
                    "INSERT INTO clause_stipulation (version, organisation_id, contract_id, clause_id, act, terms,"
                    " datasets, survives, annulled)"
                    " VALUES (1, 1, 1, :id, 'adds', CAST(:terms AS jsonb), '{}', false, false)"
                ),
                said,
            )

    migrate(empty)

    with empty.connect() as connection:
        steps = connection.execute(text("SELECT clause_id, step, done_on::text FROM contract_step ORDER BY id")).all()
        left = connection.execute(text("SELECT terms FROM clause_stipulation ORDER BY clause_id")).scalars().all()
    assert [tuple(one) for one in steps] == [
        (1, "exclusivity-reviewed", "2024-02-03"), (None, "water-plans-received", "2025-06-30"),
    ]  # fmt: skip
    assert left == [{"granted_on": "2021-01-01"}, {}]
    with empty.connect() as connection, pytest.raises(Unavailable, match="La table contract_step contient"):
        command.downgrade(alembic_config(connection), "0088")
