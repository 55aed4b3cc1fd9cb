"""What this corner shows on the sheet of an activity: whether an assessment is due, and the one that covers it."""

from registry.kernel.permissions import Permission
from registry.processing.assessments.pages import RECORD, decision_about, lines_covering
from registry.processing.assessments.queries import find_screening
from registry.processing.assessments.views import DpiaPanel
from registry.processing.assessments.wording import need_view
from registry.processing.models import ProcessingActivity
from registry.web.visits import Panel, Visit


def assessment_of(visit: Visit, activity_id: int) -> DpiaPanel | None:
    """Whether an activity needs an assessment, why, and where the one that covers it stands."""
    activity = visit.session.get(ProcessingActivity, activity_id)
    if activity is None:
        return None
    screening = find_screening(visit.session, activity_id)
    return DpiaPanel(
        activity_id=activity_id,
        need=need_view(decision_about(screening)),
        set_aside=screening is not None and screening.set_aside_reason is not None,
        assessments=lines_covering(visit, activity_id),
        may_record=visit.visitor.may(RECORD, activity.organisation_id) and not activity.annulled,
    )


PANELS = (Panel("activity", Permission.PROCESSING_ACTIVITY_READ, "processing/_dpia_panel.html", assessment_of),)
