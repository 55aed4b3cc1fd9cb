"""A hold, a rule and a slip of an organisation, for whoever asks after them, with a word in each text."""

from datetime import date

from sqlalchemy.orm import Session

from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.kernel.dates import plus_months
from registry.processing.retention.forms import HoldForm, RetentionForm, RuleForm, SlipForm
from registry.processing.retention.rule_service import record_rule
from registry.processing.retention.service import place_hold, set_retention
from registry.processing.retention.slip_service import prepare_slip


def retain(
    session: Session, organisation_id: int, dataset_id: int, word: str, *, day: date, code: str = "ESSAI"
) -> dict[str, int]:
    """The numbers of what was recorded about retention."""
    hold = HoldForm.model_validate(
        {"reason": "audit", "explained": f"Contrôle {word}", "held_by": f"Direction {word}", "started_on": day}
    )
    rule = RuleForm.model_validate(
        {"code": code, "label": f"Règle {word}", "count": 3, "unit": "year", "reference": f"Tableau {word}"}
    )
    listed = record_due(session, organisation_id, f"Échu {word}", day=day)
    slip = SlipForm(title=f"Bordereau {word}", reason=f"Motif {word}", dataset_ids=[listed])
    return {
        "slip_id": prepare_slip(session, organisation_id, slip, today=day).id,
        "due_id": record_due(session, organisation_id, f"À échoir {word}", day=day),
        "hold_id": place_hold(session, dataset_id, hold).id,
        "rule_id": record_rule(session, organisation_id, rule).id,
    }


def record_due(session: Session, organisation_id: int, title: str, *, day: date) -> int:
    """A dataset that fell due, with all that a slip asks."""
    said = {"title": title, "temporal_start": "2012-01-01", "temporal_end": "2015-12-31", "records_count": 12}
    sheet = record_dataset(session, organisation_id, DatasetForm.model_validate(said))
    form = RetentionForm.model_validate(
        {"rule_code": "BIBLIO", "retention_months": 6, "known": "dated", "event_on": plus_months(day, -30)}
    )
    set_retention(session, sheet.id, form, expected=sheet.version, today=day)
    return sheet.id
