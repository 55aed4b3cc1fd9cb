"""What the corners of this room hold of an activity, asked in one question: what there is none of is asked no more."""

from dataclasses import dataclass

from sqlalchemy import text

from registry.web.visits import Visit


@dataclass(frozen=True)
class Held:
    """Which corners hold something of an activity that the visitor may read."""

    screening: bool
    assessments: bool
    processors: bool
    joint: bool
    measures: bool
    breaches: bool


_HELD = text(
    "SELECT EXISTS (SELECT FROM dpia_screening WHERE activity_id = :activity) AS screening,"
    " EXISTS (SELECT FROM assessment_coverage WHERE activity_id = :activity AND NOT dropped) AS assessments,"
    " EXISTS (SELECT FROM activity_processor WHERE activity_id = :activity AND NOT annulled) AS processors,"
    " EXISTS (SELECT FROM joint_arrangement WHERE activity_id = :activity) AS joint,"
    " EXISTS (SELECT FROM protective_measure WHERE activity_id = :activity AND NOT annulled) AS measures,"
    " EXISTS (SELECT FROM breach_activity WHERE activity_id = :activity AND NOT annulled) AS breaches"
)


def held_by_corners(visit: Visit, activity_id: int) -> Held:
    """What the corners hold of an activity; the panels of one page ask once."""

    def ask() -> Held:
        return Held(*visit.session.execute(_HELD, {"activity": activity_id}).one())

    return visit.once(("corners", activity_id), ask)
