"""What this corner shows on the sheet of an activity: the arrangement between its joint controllers."""

from registry.kernel.permissions import Permission
from registry.processing.corners import held_by_corners
from registry.processing.joint.queries import Agreed, find_agreed
from registry.processing.joint.views import JointPanel
from registry.processing.joint.vocabulary import JointDuty
from registry.processing.models import ProcessingActivity
from registry.processing.vocabulary import ProcessingRole
from registry.web.visits import Panel, Visit

READ, RECORD = Permission.PROCESSING_ACTIVITY_READ, Permission.PROCESSING_ACTIVITY_RECORD


def arrangement_of(visit: Visit, activity_id: int) -> JointPanel | None:
    """The arrangement on an activity whose controllers are joint, or that has one; nothing on others."""
    activity = visit.session.get(ProcessingActivity, activity_id)
    if activity is None:
        return None
    none = Agreed(None, (), ())
    agreed = find_agreed(visit.session, activity_id) if held_by_corners(visit, activity_id).joint else none
    row = agreed.row
    if row is None and activity.role is not ProcessingRole.JOINT_CONTROLLER:
        return None
    return JointPanel(
        activity_id=activity_id,
        begun=row is not None,
        agreed_on=row.agreed_on if row is not None else None,
        law=(row.law or "") if row is not None else "",
        controllers=[one.name for one in agreed.controllers],
        shared=sum(bool(one.answers) for one in agreed.shares),
        duties=len(JointDuty),
        available=row is not None and (row.outline_published_on is not None or row.outline_url is not None),
        may_record=visit.visitor.may(RECORD, activity.organisation_id) and not activity.annulled,
    )


PANELS = (Panel("activity", READ, "processing/_joint_panel.html", arrangement_of),)
