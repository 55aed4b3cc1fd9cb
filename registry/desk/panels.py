"""What this room shows on a sheet: the three next things to do, and the questions asked about it."""

from sqlmodel import col

from registry.compliance.engine import engine_of
from registry.compliance.panels import findings_in_force
from registry.compliance.vocabulary import Force, Severity, SubjectKind, Verdict
from registry.datasets.models import Dataset
from registry.desk.models import Question
from registry.desk.question_queries import Asked, find_questions, get_sheet
from registry.desk.rules import QUALITY, Said, next_steps
from registry.desk.step_views import StepsPanel, say_step
from registry.desk.views import QuestionLine, QuestionsPanel, fields_asked, label_of_field
from registry.desk.vocabulary import QuestionState, QuestionSubject
from registry.kernel.permissions import Permission
from registry.web.held import is_held, tell_held
from registry.web.visits import Panel, Visit

_LONGEST = 120


def steps_on(visit: Visit, subject_id: int) -> StepsPanel | None:
    """The three things to do on a dataset's sheet that gain most; nothing for who may not do them."""
    sheet = visit.session.get(Dataset, subject_id)
    if (
        sheet is None
        or sheet.annulled
        or not visit.visitor.may(Permission.DATASETS_SHEET_RECORD, sheet.organisation_id)
    ):
        return None
    engine = engine_of(visit.session)
    found = findings_in_force(visit, SubjectKind.DATASET, subject_id)
    in_force = {policy.id: (policy, v) for policy, v in engine.catalogue.in_force(SubjectKind.DATASET, visit.today)}
    said = []
    for one in found:
        if one.policy_id not in in_force:
            continue
        policy, version = in_force[one.policy_id]
        if one.missing and any(not name.startswith("dataset.") for name in one.missing):
            # Told by the organisation's own sheet: nothing to do here settles it.
            continue
        asked = [engine.catalogue.facts[name].field for name in one.missing if name in engine.catalogue.facts]
        fields = tuple(dict.fromkeys(asked)) if one.missing else fields_asked(engine.catalogue, version, "dataset")
        if one.verdict is Verdict.NON_COMPLIANT:
            fields = fields[:1]
        said.append(
            Said(
                one.policy_id, one.verdict, policy.force is Force.OBLIGATION, policy.severity is Severity.BLOCKING,
                fields,
            )
        )  # fmt: skip
    empty = [
        name
        for name in QUALITY
        if name != "distributions" and name not in sheet.declared_absent and not getattr(sheet, name)
    ]
    steps = next_steps(said, empty)
    unmet = sum(one.verdict in {Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE} for one in said)
    views = [say_step(step, "dataset", subject_id, held=bool(getattr(sheet, step.field, None))) for step in steps]
    return StepsPanel(views, unmet) if steps else None


def _line(one: Asked) -> QuestionLine:
    words = " ".join(one.text.split())
    return QuestionLine(
        id=one.id, text=words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…",
        field=label_of_field(one.subject_kind, one.field), state=one.state.label, state_code=str(one.state),
        since=one.moved_at, messages=one.messages,
    )  # fmt: skip


def questions_on(visit: Visit, kind: QuestionSubject, subject_id: int) -> QuestionsPanel:
    """The questions about a sheet, those still going first."""
    organisation_id, _name, annulled = get_sheet(visit.session, kind, subject_id)
    some = is_held(visit, "questions", kind, subject_id)
    found = find_questions(visit.session, subject=(kind, subject_id)) if some else ()
    return QuestionsPanel(
        rows=[_line(one) for one in found if one.state is not QuestionState.CLOSED],
        closed=[_line(one) for one in found if one.state is QuestionState.CLOSED],
        ask_address=f"/bureau/questions/nouvelle?genre={kind}&fiche={subject_id}",
        may_ask=not annulled and visit.visitor.may(Permission.DESK_QUESTION_ASK, organisation_id),
    )


for _kind in QuestionSubject:
    tell_held(_kind, "questions", col(Question.subject_id), col(Question.subject_kind) == _kind)
PANELS = (
    Panel("dataset", Permission.DATASETS_SHEET_READ, "desk/_steps.html", steps_on),
    *(
        Panel(
            str(kind),
            Permission.DATASETS_SHEET_READ,
            "desk/_questions.html",
            lambda visit, subject_id, kind=kind: questions_on(visit, kind, subject_id),  # type: ignore[misc]
        )
        for kind in QuestionSubject
    ),
)
