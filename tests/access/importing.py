"""Imports and issued documents for the tests of access: rows that lists show, written as they are kept."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.exchange.models import ImportAccount, ImportAction, ImportBatch, ImportLine, ImportState
from registry.reporting.models import IssuedDocument
from tests.conftest import Town


def list_more(session: Any, town: Town, start: int, end: int, subjects: dict[str, int]) -> None:
    """Adds to the records of a town those of imports and of documents."""
    moment, day = session.execute(select(func.now())).scalar_one(), town.info["today"]()
    for number in range(start, end):
        batch = ImportBatch(
            organisation_id=town.authority_id, source_name="a", source_format="turtle", source_sha256="",
            state=ImportState.APPLIED, created_at=moment, summary={},
        )  # fmt: skip
        document = IssuedDocument(
            organisation_id=town.authority_id, report_id="compliance", title="a", subject_kind="organisation",
            subject_id=town.authority_id, as_of=day, known_on=day, law_of=day, seal_no=0, ledger_root="",
            template_sha256="", media_type="text/html", versions={}, issued_at=moment, issued_by="a",
            document_sha256="", canonical_sha256="", csv_sha256="",
        )  # fmt: skip
        session.add_all([batch, document])
        session.flush()
        subjects["batch"] = subjects["batch"] or batch.id
        session.add(
            ImportLine(
                organisation_id=town.authority_id, batch_id=subjects["batch"], line_no=number + 1, identifier="a",
                title="a", action=ImportAction.CREATE, changes={}, anomalies=[], content={},
            )
        )  # fmt: skip
    # A table whose columns may still be said, and whose lines are to be mended.
    subjects["asking"] = previewed_table(session, town.authority_id, lines=range(start, end))


def previewed_table(session: Session, organisation_id: int, *, lines: range) -> int:
    """The number of an import of a table that was compared, each of its lines to be mended."""
    batch = ImportBatch(
        organisation_id=organisation_id, source_name="a.csv", source_format="csv", source_sha256="",
        state=ImportState.PREVIEWED, created_at=session.execute(select(func.now())).scalar_one(), summary={},
    )  # fmt: skip
    session.add(batch)
    session.flush()
    columns = [
        {"header": f"Colonne {place}", "letter": "A", "key": f"colonne {place}", "filled": 1, "samples": ["a"],
         "target": "title", "suggestion": ""}
        for place in lines
    ]  # fmt: skip
    table = {"sheet": "", "header_line": 1, "fingerprint": "", "mapping": "", "columns": columns, "asks": False,
             "gained": [], "lost": []}  # fmt: skip
    session.add(ImportAccount(organisation_id=organisation_id, batch_id=batch.id, content={"table": table}))
    wrong = {"severity": "error", "code": "refused", "subject": "", "path": "", "message": "a", "value": ""}
    for place in lines:
        session.add(ImportLine(
            organisation_id=organisation_id, batch_id=batch.id, line_no=place + 1, identifier="a", title="a",
            action=ImportAction.REFUSED, changes={}, anomalies=[wrong], content={"cells": ["a"]},
        ))  # fmt: skip
    return batch.id
