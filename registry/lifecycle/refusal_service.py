"""What becomes of the points of a refusal: mended on the sheet, or answered in words."""

from datetime import date

from sqlalchemy.orm import Session

from registry.compliance.catalogue import PRESENT
from registry.compliance.engine import engine_of
from registry.compliance.evaluation import Assessment, assess
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.datasets.models import Dataset
from registry.datasets.queries import get_dataset
from registry.datasets.service import require_live
from registry.datasets.wording import field_label
from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.words import _
from registry.ledger.queries import get_version
from registry.ledger.service import say
from registry.lifecycle.forms import RefusalPointAnswerForm
from registry.lifecycle.models import RefusalPoint, StageRequest
from registry.lifecycle.queries import get_point, get_request, was_asked_again
from registry.lifecycle.rules import OF_A_VISA, facts_of_asking
from registry.lifecycle.service import facts_now
from registry.lifecycle.vocabulary import RefusalPointState


def close_point(
    session: Session, point_id: int, form: RefusalPointAnswerForm, *, by: int, today: date, expected: int
) -> RefusalPoint:
    """Keeps what became of a point; it may be said anew until the move is asked for again.

    Raises: NotFound; Stale; Conflict once the move was asked for again, or on an annulled sheet; Invalid when it is
    told mended and the field is as it was, or the policy is still not respected.
    """
    sheet = get_dataset(session, get_point(session, point_id).dataset_id, lock=True)
    point = get_point(session, point_id, lock=True)
    if point.version != expected:
        raise Stale(_("Ce point a changé pendant que vous le lisiez : relisez-le, puis recommencez."), point.version)
    require_live(sheet)
    request = get_request(session, point.request_id)
    if was_asked_again(session, request):
        raise Conflict(_("Ce passage a été redemandé depuis : la réponse à ce point ne change plus."))
    if form.state is RefusalPointState.MENDED:
        _check_mended(session, point, sheet, request, today)
    say(session, "lifecycle:point:mend" if form.state is RefusalPointState.MENDED else "lifecycle:point:answer")
    point.state, point.answer, point.closed_by, point.closed_on = form.state, form.answer, by, today
    session.flush()
    session.refresh(point)
    return point


def _check_mended(session: Session, point: RefusalPoint, sheet: Dataset, request: StageRequest, today: date) -> None:
    if point.field is not None and not _changed(session, point, sheet):
        sentence = _("« {field} » n’a pas changé depuis le refus : corrigez-le d’abord, ou répondez.").format(
            field=field_label(point.field)
        )
        raise Invalid(sentence, (FieldError("state", sentence),))
    said = judge_policy(session, point, sheet, request, today)
    if said is not None and said.verdict in {Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE}:
        sentence = _("{policy} n’est pas encore respectée. {remedy} Ou répondez.").format(
            policy=said.policy.id, remedy=said.policy.what_to_do()
        )
        raise Invalid(sentence, (FieldError("state", sentence),))


def _changed(session: Session, point: RefusalPoint, sheet: Dataset) -> bool:
    """Whether the field of a point is not what it was when the move was refused; of a list, whether the sheet is."""
    before = get_version(session, "dataset", sheet.id, point.dataset_version) or {}
    now = get_version(session, "dataset", sheet.id, sheet.version) or {}
    if point.field in now:
        return bool(before.get(point.field) != now[point.field])
    return sheet.version != point.dataset_version


def judge_policy(
    session: Session, point: RefusalPoint, sheet: Dataset, request: StageRequest, today: date
) -> Assessment | None:
    """What the policy of a point says of the dataset now, as if the move were asked for; nothing where none binds.

    What waits for a visa alone is not said: it comes after.
    """
    if point.policy_id is None:
        return None
    known = facts_now(session, [sheet.id], today)[sheet.id]
    facts = {name: value for name, value in known.items() if name.removesuffix(PRESENT) not in OF_A_VISA}
    asked = facts | facts_of_asking(request.to_stage)
    said = assess(engine_of(session).catalogue, SubjectKind.DATASET, asked, today=today, law_of=today)
    found = next((one for one in said if one.policy.id == point.policy_id), None)
    return None if found is None or (found.missing and OF_A_VISA.issuperset(found.missing)) else found
