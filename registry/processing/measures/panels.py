"""What this corner shows on the sheet of an activity: the measures that protect it."""

from registry.kernel.permissions import Permission
from registry.processing.corners import held_by_corners
from registry.processing.measures.queries import find_measures_of_activity
from registry.processing.measures.views import MeasuresPanel, measure_line
from registry.processing.models import ProcessingActivity
from registry.web.visits import Panel, Visit

READ, RECORD = Permission.PROCESSING_ACTIVITY_READ, Permission.PROCESSING_ACTIVITY_RECORD


def measures_of(visit: Visit, activity_id: int) -> MeasuresPanel | None:
    """The measures that protect an activity; nothing where there is none and the reader can add none."""
    activity = visit.session.get(ProcessingActivity, activity_id)
    if activity is None:
        return None
    may = visit.visitor.may(RECORD, activity.organisation_id) and not activity.annulled
    some = held_by_corners(visit, activity_id).measures
    found = find_measures_of_activity(visit.session, activity_id) if some else ()
    rows = [measure_line(one, visit.today, may_record=may) for one in found]
    return MeasuresPanel(activity_id, rows, may) if rows or may else None


PANELS = (Panel("activity", READ, "processing/_measures_panel.html", measures_of),)
