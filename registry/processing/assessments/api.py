"""The JSON API of impact assessments: whether one is due; list, read, write, submit, decide."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED

from registry.compliance.engine import engine_of
from registry.datasets.api import about
from registry.kernel.permissions import Permission
from registry.kernel.words import mark
from registry.processing.assessments.bodies import (
    AssessmentBody,
    AssessmentsBody,
    NeedBody,
    assessment_body,
    assessment_line_body,
    need_body,
)
from registry.processing.assessments.forms import (
    AssessmentCreation,
    DecisionForm,
    RevisionChange,
    ScreeningForm,
)
from registry.processing.assessments.pages import ADVISE, DECIDE, RECORD, decision_about, is_dpo
from registry.processing.assessments.queries import (
    count_assessments,
    find_adviser,
    find_assessments_page,
    find_consultations,
    find_covered,
    find_measures,
    find_risks,
    find_screening,
    find_standings,
    get_assessment,
    get_latest,
)
from registry.processing.assessments.service import (
    begin_assessment,
    decide_revision,
    rewrite_draft,
    screen_activity,
    submit_revision,
)
from registry.processing.assessments.wording import label_of
from registry.processing.queries import get_activity
from registry.web.calls import ApiCall, PageQuestions
from registry.web.visits import Visit, route

READ = Permission.PROCESSING_ACTIVITY_READ
TAG = mark("Analyses d’impact")
EXAMPLE = {
    "criteria": {"systematic-monitoring": True, "large-scale": True, "sensitive-data": False},
    "required_none": True, "exempt_none": True, "law_assessed": False,
    "reason": "Caméras sur la voie publique de dix communes.",
}  # fmt: skip


def told(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call about impact assessments."""
    return about(says, tag=TAG, labels=label_of, **more)


@route(
    "GET", "/api/v1/processing-activities/{activity_id:int}/dpia-need", READ,
    about=told(mark("Si une analyse d’impact est due pour un traitement, pourquoi, et ce qui a été répondu.")),
)  # fmt: skip
def read_need(visit: Visit, activity_id: int) -> Response[NeedBody]:
    """Whether an activity needs an assessment, by the one formula."""
    activity = get_activity(visit.session, activity_id)
    screening = find_screening(visit.session, activity_id)
    return visit.answer(need_body(activity.id, screening, decision_about(screening)))


@route(
    "PUT", "/api/v1/processing-activities/{activity_id:int}/dpia-need", RECORD, takes=ScreeningForm,
    about=told(
        mark("Remplace les réponses qui disent si une AIPD est due ; la première fois, la version lue est 0."),
        versioned=True, example=EXAMPLE,
    ),
)  # fmt: skip
def answer_need(visit: Visit, activity_id: int) -> Response[NeedBody]:
    """Keeps the answers about an activity; asks for If-Match."""
    expected = visit.expected_version()
    given = visit.given(ScreeningForm)
    visit.visitor.require(RECORD, get_activity(visit.session, activity_id).organisation_id)
    screening = screen_activity(visit.session, activity_id, given, expected=expected)
    return visit.answer(need_body(activity_id, screening, decision_about(screening)))


@route(
    "GET", "/api/v1/impact-assessments", READ,
    about=told(mark("Les analyses d’impact dans vos droits, par nom."), asks=PageQuestions),
)  # fmt: skip
def list_assessments(visit: Visit) -> Response[AssessmentsBody]:
    """The assessments within the asker's rights, by title."""
    asked = visit.asked(PageQuestions)
    rows = find_assessments_page(visit.session, after=asked.place(str, int), limit=asked.limit + 1)
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    lines = [assessment_line_body(one) for one in find_standings(visit.session, rows)]
    following = asked.following((rows[-1].title_sort, rows[-1].id) if more else None)
    return visit.answer(AssessmentsBody(count_assessments(visit.session), lines, following))


@route(
    "GET", "/api/v1/impact-assessments/{assessment_id:int}", READ,
    about=told(mark("Une analyse d’impact, telle que dit sa dernière révision.")),
)  # fmt: skip
def read_assessment(visit: Visit, assessment_id: int) -> Response[AssessmentBody]:
    """One assessment, at its latest revision."""
    return visit.answer(body_of(visit, assessment_id))


def body_of(visit: Visit, assessment_id: int) -> AssessmentBody:
    """An assessment whole, at its latest revision."""
    session = visit.session
    assessment, revision = get_assessment(session, assessment_id), get_latest(session, assessment_id)
    return assessment_body(
        assessment,
        revision,
        [number for number, _name in find_covered(session, revision.id)],
        find_risks(session, revision.id),
        find_measures(session, revision.id),
        find_consultations(session, assessment_id),
        engine_of(session).catalogue.delays,
        find_adviser(session, revision),
    )


@route(
    "POST", "/api/v1/impact-assessments", RECORD, takes=AssessmentCreation,
    about=told(
        mark("Commence une analyse d’impact, en brouillon."), status=201,
        example={"organisation_id": 1, "title": "AIPD de la vidéoprotection", "activity_ids": [12]},
    ),
)  # fmt: skip
def create_assessment(visit: Visit) -> Response[AssessmentBody]:
    """Begins an assessment of activities of one organisation's record."""
    given = visit.given(AssessmentCreation)
    visit.visitor.require(RECORD, given.organisation_id)
    made = begin_assessment(visit.session, given.organisation_id, given, by=visit.visitor.account_id)
    visit.headers["Location"] = f"/api/v1/impact-assessments/{made.id}"
    return visit.answer(body_of(visit, made.id), status=HTTP_201_CREATED)


@route(
    "PATCH", "/api/v1/impact-assessments/{assessment_id:int}", RECORD, takes=RevisionChange,
    about=told(
        mark("Change les parties données du brouillon ; risques et mesures se donnent en entier."),
        versioned=True, example={"necessity": "Un moyen moins intrusif ne suffit pas."},
    ),
)  # fmt: skip
def change_assessment(visit: Visit, assessment_id: int) -> Response[AssessmentBody]:
    """Changes the draft; asks for If-Match. The DPO's opinion is taken from who may give it."""
    expected = visit.expected_version()
    given = visit.given(RevisionChange)
    organisation_id = get_assessment(visit.session, assessment_id).organisation_id
    visit.visitor.require(RECORD, organisation_id)
    if given.opinion is not None:
        visit.visitor.require(ADVISE, organisation_id)
    rewrite_draft(
        visit.session, assessment_id, given, expected=expected, by=visit.visitor.account_id,
        as_dpo=is_dpo(visit, organisation_id),
    )  # fmt: skip
    return visit.answer(body_of(visit, assessment_id))


@route(
    "POST", "/api/v1/impact-assessments/{assessment_id:int}/submission", RECORD,
    about=told(mark("Soumet le brouillon à la décision du responsable, s’il est complet."), versioned=True),
)  # fmt: skip
def submit_assessment(visit: Visit, assessment_id: int) -> Response[AssessmentBody]:
    """Submits the draft; asks for If-Match."""
    expected = visit.expected_version()
    visit.visitor.require(RECORD, get_assessment(visit.session, assessment_id).organisation_id)
    submit_revision(
        visit.session, assessment_id, expected=expected, by=visit.visitor.account_id, today=visit.today
    )  # fmt: skip
    return visit.answer(body_of(visit, assessment_id))


@route(
    "POST", "/api/v1/impact-assessments/{assessment_id:int}/decision", DECIDE, takes=DecisionForm,
    about=told(
        mark("La décision du responsable : « validated », « refused », ou « draft » pour renvoyer en rédaction."),
        versioned=True, example={"state": "refused", "reason": "Le but est atteint par un moyen moins intrusif."},
    ),
)  # fmt: skip
def decide_on_assessment(visit: Visit, assessment_id: int) -> Response[AssessmentBody]:
    """Keeps the controller's answer, from somebody who did not write it; asks for If-Match."""
    expected = visit.expected_version()
    given = visit.given(DecisionForm)
    visit.visitor.require(DECIDE, get_assessment(visit.session, assessment_id).organisation_id)
    decide_revision(
        visit.session, assessment_id, given, expected=expected, by=visit.visitor.account_id, today=visit.today
    )  # fmt: skip
    return visit.answer(body_of(visit, assessment_id))


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    read_need, answer_need, list_assessments, read_assessment, create_assessment, change_assessment,
    submit_assessment, decide_on_assessment,
)  # fmt: skip
