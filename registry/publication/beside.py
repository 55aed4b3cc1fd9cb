"""What a decision of publication rests on, beside the request of a move: whoever endorses it reads both at once."""

from sqlalchemy.orm import Session

from registry.datasets.forms import PARTS, DatasetForm
from registry.datasets.models import Dataset, DatasetField
from registry.datasets.queries import find_parts
from registry.datasets.vocabulary import Stage
from registry.datasets.wording import field_label
from registry.kernel.words import _
from registry.ledger.as_of import find_rows
from registry.ledger.queries import find_spans
from registry.lifecycle.queries import get_request
from registry.publication.checking import SHAPES, in_a_line, result_of
from registry.publication.models import PublicationChoice
from registry.publication.queries import find_checks, find_standing_check, get_dossier
from registry.publication.rules import PART
from registry.publication.showing import question_line
from registry.publication.views import DecidedPanel
from registry.publication.vocabulary import SecretReply
from registry.web.visits import Visit

# The decision writes the licence itself, and what it says of it is told with the decision.
_OWN = frozenset({"licence", "declared_absent", "identifier"})
_OPENING = frozenset({Stage.CLEARED, Stage.PUBLISHED})


def changed_since(session: Session, sheet: Dataset, choice: PublicationChoice) -> list[str]:
    """The fields of a sheet that are not as they were when a decision was recorded, in words."""
    began = find_spans(session, "publication_choice", [choice.id])[choice.id][0]
    then = next(iter(find_rows(session, Dataset, until=began, column="id", among=[sheet.id])), None)
    if then is None:
        return []
    names = [name for name in DatasetForm.model_fields if name not in PARTS | _OWN]
    changed = [field_label(name) for name in names if getattr(then, name) != getattr(sheet, name)]
    before = find_rows(session, DatasetField, until=began, column="dataset_id", among=[sheet.id])
    now = find_parts(session, DatasetField, sheet.id)
    held = [{(one.name, one.personal_category) for one in rows if not one.annulled} for rows in (before, now)]
    return [*changed, *([_("Champs du jeu")] if held[0] != held[1] else [])]


def decided_panel(visit: Visit, request_id: int) -> DecidedPanel | None:
    """What the decision rests on, what changed since and what is still open; nothing beside a move that opens none."""
    request = get_request(visit.session, request_id)
    if request.to_stage not in _OPENING:
        return None
    dossier = get_dossier(visit.session, request.dataset_id)
    choice, sheet = dossier.current, visit.session.get_one(Dataset, request.dataset_id)
    open_questions = len(dossier.concluded(visit.today).open_questions)
    if choice is None:
        return DecidedPanel(dataset_id=sheet.id, is_decided=False, open_questions=open_questions)
    standing = find_standing_check(visit.session, sheet.id)
    check = next((one for one in find_checks(visit.session, sheet.id) if one.id == choice.check_id), None)
    # What is plainly « no » is counted: the rest is what somebody must look at.
    plain = sum(one.answer is SecretReply.NO for code, one in dossier.answers.items() if code != PART)
    told = [code for code, one in dossier.answers.items() if one.answer is not SecretReply.NO or code == PART]
    return DecidedPanel(
        dataset_id=sheet.id, is_decided=True, open_questions=open_questions,
        changed=changed_since(visit.session, sheet, choice), denied=plain,
        answers=[question_line(dossier, code) for code in told],
        check=in_a_line(check) if check is not None else "",
        check_shape=SHAPES[result_of(check)] if check is not None else "",
        later=standing is not None and check is not None and standing.id != check.id,
    )  # fmt: skip
