"""A dataset that may move, and a move that waits for its visas, in the town of the routes."""

from datetime import date
from typing import Any

from sqlalchemy import text

from registry.accounts.service import invite_account
from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.datasets.vocabulary import Stage
from registry.kernel.permissions import Role
from registry.lifecycle.models import RefusalPoint, StageRequest, VisaDelegation
from registry.lifecycle.vocabulary import RequestState, VisaKind
from registry.organisations.forms import PersonForm
from tests.conftest import Town


def advance(town: Town, organisation_id: int, word: str, *, asker: int, day: date) -> dict[str, Any]:
    """A dataset whose collection may begin, one whose clearance was asked for by an account, after a refusal."""
    with town.acting("cli:essai") as session:
        moved, waiting = (
            record_dataset(session, organisation_id, DatasetForm(title=f"{title} {word}", personal_data=kind)).id
            for title, kind in (("Passage", "none"), ("Visa", "personal"))
        )
    with town.acting("cli:essai") as session:
        person = PersonForm(name=f"Relais {word}", email=f"relais.{organisation_id}@essai.invalid")
        stand_in = invite_account(session, organisation_id, person, role=Role.LEGAL, on=organisation_id)[0].id
    with town.as_owner() as session:
        session.execute(text("UPDATE account SET state = 'active' WHERE id = :id"), {"id": stand_in})
        session.execute(text("UPDATE dataset SET stage = 'documented' WHERE id = :id"), {"id": waiting})
    with town.acting("cli:essai") as session:
        refused = StageRequest(
            organisation_id=organisation_id, dataset_id=waiting, move="archive", from_stage=Stage.DOCUMENTED,
            to_stage=Stage.ARCHIVED, asked_by=asker, asked_as=Role.ADMINISTRATOR, asked_on=day,
            state=RequestState.REFUSED, ended_on=day, ended_reason=f"Refus {word}",
        )  # fmt: skip
        session.add(refused)
        session.flush()
        point = RefusalPoint(
            organisation_id=organisation_id, dataset_id=waiting, request_id=refused.id, dataset_version=1,
            words=f"À reprendre {word}",
        )  # fmt: skip
        session.add(point)
        made = StageRequest(
            organisation_id=organisation_id, dataset_id=waiting, move="clear", from_stage=Stage.DOCUMENTED,
            to_stage=Stage.CLEARED, reason=f"Motif {word}", asked_by=asker, asked_as=Role.STEWARD, asked_on=day,
        )  # fmt: skip
        lent = lend(organisation_id, asker, stand_in, day)
        session.add_all([made, lent])
        session.flush()
        read = session.execute(text("SELECT version FROM dataset WHERE id = :id"), {"id": waiting}).scalar_one()
        return {
            "moved_id": moved,
            "stage_request_id": made.id,
            "endorsed_version": read,
            "refusal_point_id": point.id,
            "delegation_id": lent.id,
            "stand_in_id": stand_in,
        }


def lend(organisation_id: int, by: int, to: int, day: date) -> VisaDelegation:
    """The legal visa, handed over for a day."""
    return VisaDelegation(
        organisation_id=organisation_id, kind=VisaKind.LEGAL, delegator_id=by, delegate_id=to, starts_on=day,
        ends_on=day, reason="Absence",
    )  # fmt: skip
