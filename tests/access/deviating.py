"""A deviation that waits for an answer, and a breach on which one may be asked for, in the town of the routes."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from registry.compliance.deviations.models import AcceptedDeviation
from registry.compliance.models import Finding
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.kernel.permissions import Role
from tests.conftest import Town

REASON = "Le fichier attend l’accord du concessionnaire."
UNTIL = timedelta(days=90)


def deviate(
    town: Town, organisation_id: int, word: str, *, on: int, breached: int, asker: int, day: date
) -> dict[str, Any]:
    """A deviation asked for by an account on one sheet, and a policy that another sheet breaches."""
    with town.acting("cli:essai") as session:
        found = session.execute(
            select(col(Finding.policy_id)).where(
                col(Finding.subject_kind) == SubjectKind.DATASET, col(Finding.subject_id) == breached,
                col(Finding.until).is_(None), col(Finding.verdict) == Verdict.NON_COMPLIANT, col(Finding.period) == 0,
            ).order_by(col(Finding.policy_id))
        ).scalars()  # fmt: skip
        policy_id = next(iter(found))
        made = AcceptedDeviation(
            organisation_id=organisation_id, subject_kind=SubjectKind.DATASET, subject_id=on, policy_id="OD-05",
            reason=f"Motif {word}", compensation=f"Compensation {word}", asked_by=asker, asked_as=Role.STEWARD,
            asked_on=day, expires_on=day + UNTIL,
        )  # fmt: skip
        session.add(made)
        session.flush()
        return {"deviation_id": made.id, "breached_id": policy_id, "breaching_id": breached}
