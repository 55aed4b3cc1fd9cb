"""What this corner shows on the sheets of datasets and activities: the breaches that touched them.

They are confided: the database gives the rows to who may read them, and to others nothing tells that there are any.
"""

from collections.abc import Sequence

from sqlmodel import col

from registry.datasets.models import Dataset
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.platform.clock import now
from registry.processing.breaches.models import BreachActivity, BreachDataset
from registry.processing.breaches.queries import find_breaches_touching
from registry.processing.breaches.views import TouchingPanel, breach_line
from registry.processing.panels import MORE_LINES
from registry.processing.queries import ActivityOfDataset
from registry.processing.views import GdprLine
from registry.web.held import is_held, tell_held
from registry.web.visits import Panel, Visit


def breaches_of_dataset(visit: Visit, sheet: Dataset, _activities: Sequence[ActivityOfDataset]) -> list[GdprLine]:
    """A line for each breach that touched a dataset."""
    some = is_held(visit, "breaches", "dataset", sheet.id)
    found = find_breaches_touching(visit.session, dataset_id=sheet.id) if some else ()
    lines = [breach_line(one, "", now()) for one in found]
    return [
        GdprLine(_("Violation de données"), f"{one.title} ({one.clock.word.lower()})", f"/violations/{one.id}")
        for one in lines
    ]


def breaches_of_activity(visit: Visit, activity_id: int) -> TouchingPanel | None:
    """The breaches that touched an activity; nothing where there are none to show."""
    some = is_held(visit, "breaches", "activity", activity_id)
    found = find_breaches_touching(visit.session, activity_id=activity_id) if some else ()
    return TouchingPanel([breach_line(one, "", now()) for one in found]) if found else None


tell_held("dataset", "breaches", col(BreachDataset.dataset_id), ~col(BreachDataset.annulled))
tell_held("activity", "breaches", col(BreachActivity.activity_id), ~col(BreachActivity.annulled))
MORE_LINES.append(breaches_of_dataset)
PANELS = (
    Panel("activity", Permission.PROCESSING_MATTER_FOLLOW, "processing/_breaches_touching.html", breaches_of_activity),
)
