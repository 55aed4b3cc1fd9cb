"""The points of refusals in words: what each is about, what became of it, what a new one may be about."""

from collections.abc import Iterable, Sequence

from registry.compliance.engine import engine_of
from registry.compliance.panels import findings_in_force, place_of_field
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.datasets.models import Dataset
from registry.datasets.wording import field_label
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.lifecycle.models import RefusalPoint, StageRequest
from registry.lifecycle.queries import find_points
from registry.lifecycle.service import POINT_FIELDS
from registry.lifecycle.views import PointLine
from registry.lifecycle.vocabulary import RefusalPointState, RequestState
from registry.web.templating import say_day
from registry.web.visits import Visit

EMPTY_ROWS = 3
"""The points that may be written at once beside those typed already."""
_SHAPES = {
    RefusalPointState.OPEN: "to-complete", RefusalPointState.MENDED: "compliant",
    RefusalPointState.ANSWERED: "compliant",
}  # fmt: skip


def point_lines(visit: Visit, points: Iterable[RefusalPoint], *, closable: bool) -> list[PointLine]:
    """The points of a refusal in words; `closable` where they may still be answered."""
    catalogue = engine_of(visit.session).catalogue
    lines = []
    for one in points:
        about, address = _("Toute la fiche"), f"/jeux/{one.dataset_id}"
        if one.field is not None:
            about = _(POINT_FIELDS[one.field]) if one.field in POINT_FIELDS else field_label(one.field)
            sheet = address
            address = f"{sheet}/sources" if one.field == "sources" else place_of_field("dataset", sheet, one.field)
        elif one.policy_id is not None:
            known = catalogue.find(one.policy_id)
            about = f"{one.policy_id}, {known.name()}" if known is not None else one.policy_id
            address = f"/conformite/{one.policy_id}"
        state = one.state.label
        if one.closed_on is not None:
            state = _("{state} le {day}").format(state=state, day=say_day(one.closed_on))
        mine = closable and visit.visitor.may(Permission.LIFECYCLE_MOVE_ASK, one.organisation_id)
        here = f"/visas/points/{one.id}" if mine else ""
        lines.append(PointLine(about, address, one.words, _SHAPES[one.state], state, one.answer or "", here))
    return lines


def points_owed(visit: Visit, sheet: Dataset, requests: Sequence[StageRequest]) -> list[PointLine]:
    """The points of the last refusal of each move that begins where a dataset stands."""
    last: dict[str, StageRequest] = {}
    for one in requests:
        last.setdefault(one.move, one)
    refused = [
        one.id for one in last.values() if one.state is RequestState.REFUSED and one.from_stage is sheet.stage
    ]  # fmt: skip
    found = find_points(visit.session, refused)
    return point_lines(
        visit, (point for number in refused for point in found.get(number, ())), closable=not sheet.annulled
    )


def abouts_of(visit: Visit, sheet: Dataset) -> list[tuple[str, str]]:
    """What a point may be about: the policies that the sheet does not respect, then each of its fields."""
    catalogue = engine_of(visit.session).catalogue
    wrong = {
        one.policy_id: policy.name()
        for one in findings_in_force(visit, SubjectKind.DATASET, sheet.id)
        if one.verdict in {Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE} and (policy := catalogue.find(one.policy_id))
    }
    return [
        *((f"policy_id:{one}", _("Règle {policy}").format(policy=f"{one}, {name}")) for one, name in wrong.items()),
        *((f"field:{name}", _(label)) for name, label in POINT_FIELDS.items()),
    ]
