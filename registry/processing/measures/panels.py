"""What this corner shows on the sheet of an activity: the measures that protect it."""

from sqlmodel import col

from registry.kernel.permissions import Permission
from registry.processing.measures.models import ProtectiveMeasure
from registry.processing.measures.queries import find_measures_of_activity
from registry.processing.measures.views import MeasuresPanel, measure_line
from registry.processing.models import ProcessingActivity
from registry.web.held import is_held, tell_held
from registry.web.visits import Panel, Visit

READ, RECORD = Permission.PROCESSING_ACTIVITY_READ, Permission.PROCESSING_ACTIVITY_RECORD


def measures_of(visit: Visit, activity_id: int) -> MeasuresPanel | None:
    """The measures that protect an activity; nothing where there is none and the reader can add none."""
    activity = visit.session.get(ProcessingActivity, activity_id)
    if activity is None:
        return None
    may = visit.visitor.may(RECORD, activity.organisation_id) and not activity.annulled
    some = is_held(visit, "measures", "activity", activity_id)
    found = find_measures_of_activity(visit.session, activity_id) if some else ()
    rows = [measure_line(one, visit.today, may_record=may) for one in found]
    return MeasuresPanel(activity_id, rows, may) if rows or may else None


tell_held("activity", "measures", col(ProtectiveMeasure.activity_id), ~col(ProtectiveMeasure.annulled))
PANELS = (Panel("activity", READ, "processing/_measures_panel.html", measures_of),)
