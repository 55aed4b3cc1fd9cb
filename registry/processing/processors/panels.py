"""What this corner shows elsewhere: the processors of an activity, and a line in the status of a dataset."""

from collections.abc import Sequence

from sqlmodel import col

from registry.datasets.models import Dataset
from registry.kernel.permissions import Permission
from registry.kernel.words import _, ngettext
from registry.processing.models import ProcessingActivity
from registry.processing.panels import MORE_LINES
from registry.processing.processors.models import ActivityProcessor
from registry.processing.processors.queries import Engaged, find_looked, find_processors
from registry.processing.processors.views import ProcessorsPanel, ProcessorView, processor_view
from registry.processing.queries import ActivityOfDataset
from registry.processing.views import GdprLine
from registry.web.held import is_held, tell_held
from registry.web.visits import Panel, Visit

READ, RECORD = Permission.PROCESSING_ACTIVITY_READ, Permission.PROCESSING_ACTIVITY_RECORD


def _views(visit: Visit, engaged: Sequence[Engaged]) -> list[ProcessorView]:
    looked = find_looked(visit.session, (one.party.id for one in engaged if one.party is not None))
    return [
        processor_view(one, looked.get(one.party.id) if one.party is not None else None, visit.today)
        for one in engaged
    ]  # fmt: skip


def processors_of(visit: Visit, activity_id: int) -> ProcessorsPanel | None:
    """Who processes for an activity, under which contract, and what that contract lacks."""
    activity = visit.session.get(ProcessingActivity, activity_id)
    if activity is None:
        return None
    some = is_held(visit, "processors", "activity", activity_id)
    engaged = find_processors(visit.session, [activity_id]).get(activity_id, []) if some else []
    return ProcessorsPanel(
        activity_id=activity_id,
        rows=_views(visit, engaged),
        none=not engaged and "processors" in activity.declared_absent,
        may_record=visit.visitor.may(RECORD, activity.organisation_id) and not activity.annulled,
    )


def line_of_dataset(visit: Visit, _sheet: Dataset, activities: Sequence[ActivityOfDataset]) -> list[GdprLine]:
    """Who processes a dataset for its activities, in one line of its status under the GDPR."""
    if not activities:
        return []
    found = find_processors(visit.session, [one.id for one in activities])
    engaged = [one for rows in found.values() for one in rows]
    if not engaged:
        return []
    views = _views(visit, engaged)
    said = ", ".join(dict.fromkeys(one.name for one in views))
    wanting = sum(bool(one.warnings) for one in views)
    if wanting:
        said = _("{names} ({problems})").format(
            names=said,
            problems=ngettext("{count} contrat à revoir", "{count} contrats à revoir", wanting).format(count=wanting),
        )
    address = f"/traitements/{next(iter(found))}#sous-traitants"
    return [GdprLine(_("Sous-traitants"), said, address, "warning" if wanting else "")]


tell_held("activity", "processors", col(ActivityProcessor.activity_id), ~col(ActivityProcessor.annulled))
MORE_LINES.append(line_of_dataset)
PANELS = (Panel("activity", READ, "processing/_processors_panel.html", processors_of),)
