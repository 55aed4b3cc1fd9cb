"""What this corner shows on the sheet of an activity: the arrangement between its joint controllers."""

from sqlmodel import col

from registry.kernel.permissions import Permission
from registry.processing.joint.models import JointArrangement
from registry.processing.joint.queries import Agreed, find_agreed
from registry.processing.joint.views import JointPanel
from registry.processing.joint.vocabulary import JointDuty
from registry.processing.models import ProcessingActivity
from registry.processing.vocabulary import ProcessingRole
from registry.web.held import is_held, tell_held
from registry.web.visits import Panel, Visit

READ, RECORD = Permission.PROCESSING_ACTIVITY_READ, Permission.PROCESSING_ACTIVITY_RECORD


def arrangement_of(visit: Visit, activity_id: int) -> JointPanel | None:
    """The arrangement on an activity whose controllers are joint, or that has one; nothing on others."""
    activity = visit.session.get(ProcessingActivity, activity_id)
    if activity is None:
        return None
    none = Agreed(None, (), ())
    some = is_held(visit, "arrangement", "activity", activity_id)
    agreed = find_agreed(visit.session, activity_id) if some else none
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


tell_held("activity", "arrangement", col(JointArrangement.activity_id))
PANELS = (Panel("activity", READ, "processing/_joint_panel.html", arrangement_of),)
