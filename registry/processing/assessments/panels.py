"""What this corner shows on the sheets of activities and datasets: whether an assessment is due, and what covers it."""

from collections.abc import Sequence

from sqlmodel import col

from registry.datasets.models import Dataset
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.processing.assessments.models import AssessmentCoverage, DpiaScreening
from registry.processing.assessments.pages import RECORD, decision_about, lines_covering
from registry.processing.assessments.queries import find_screening
from registry.processing.assessments.told import tell_assessments
from registry.processing.assessments.views import DpiaPanel
from registry.processing.assessments.wording import need_view
from registry.processing.models import ProcessingActivity
from registry.processing.panels import MORE_LINES
from registry.processing.queries import ActivityOfDataset
from registry.processing.views import GdprLine
from registry.web.held import is_held, tell_held
from registry.web.visits import Panel, Visit


def assessment_of(visit: Visit, activity_id: int) -> DpiaPanel | None:
    """Whether an activity needs an assessment, why, and where the one that covers it stands."""
    activity = visit.session.get(ProcessingActivity, activity_id)
    if activity is None:
        return None
    answered = is_held(visit, "screening", "activity", activity_id)
    screening = find_screening(visit.session, activity_id) if answered else None
    some = is_held(visit, "assessments", "activity", activity_id)
    return DpiaPanel(
        activity_id=activity_id,
        need=need_view(decision_about(screening)),
        set_aside=screening is not None and screening.set_aside_reason is not None,
        assessments=lines_covering(visit, activity_id) if some else [],
        may_record=visit.visitor.may(RECORD, activity.organisation_id) and not activity.annulled,
    )


def need_of_dataset(visit: Visit, _sheet: Dataset, activities: Sequence[ActivityOfDataset]) -> list[GdprLine]:
    """A line for each activity that concerns a dataset: whether an assessment is due, and where it stands."""
    if not activities:
        return []
    told = tell_assessments(visit.session, [one.id for one in activities], None)
    return [
        GdprLine(
            _("Analyse d’impact"),
            told[one.id] if len(activities) == 1 else f"{one.name} : {told[one.id]}",
            f"/traitements/{one.id}#aipd",
        )
        for one in activities
    ]


tell_held("activity", "screening", col(DpiaScreening.activity_id))
tell_held("activity", "assessments", col(AssessmentCoverage.activity_id), ~col(AssessmentCoverage.dropped))
MORE_LINES.append(need_of_dataset)
PANELS = (Panel("activity", Permission.PROCESSING_ACTIVITY_READ, "processing/_dpia_panel.html", assessment_of),)
