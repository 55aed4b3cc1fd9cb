"""A dataset that may move, and a move that waits for its visas, in the town of the routes."""

from datetime import date
from typing import Any

from sqlalchemy import text

from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.datasets.vocabulary import Stage
from registry.kernel.permissions import Role
from registry.lifecycle.models import StageRequest
from tests.conftest import Town


def advance(town: Town, organisation_id: int, word: str, *, asker: int, day: date) -> dict[str, Any]:
    """A dataset whose collection may begin, and one whose clearance was asked for by an account."""
    with town.acting("cli:essai") as session:
        moved, waiting = (
            record_dataset(session, organisation_id, DatasetForm(title=f"{title} {word}", personal_data=kind)).id
            for title, kind in (("Passage", "none"), ("Visa", "personal"))
        )
    with town.as_owner() as session:
        session.execute(text("UPDATE dataset SET stage = 'documented' WHERE id = :id"), {"id": waiting})
    with town.acting("cli:essai") as session:
        made = StageRequest(
            organisation_id=organisation_id, dataset_id=waiting, move="clear", from_stage=Stage.DOCUMENTED,
            to_stage=Stage.CLEARED, reason=f"Motif {word}", asked_by=asker, asked_as=Role.STEWARD, asked_on=day,
        )  # fmt: skip
        session.add(made)
        session.flush()
        read = session.execute(text("SELECT version FROM dataset WHERE id = :id"), {"id": waiting}).scalar_one()
        return {"moved_id": moved, "stage_request_id": made.id, "endorsed_version": read}
