"""The pages of impact assessments: the list, one of them, its revisions, whether one is due, begin, set aside."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.queries import find_organisations
from registry.platform.lists import load_list
from registry.processing.assessments.forms import AssessmentForm, ScreeningForm
from registry.processing.assessments.pages import (
    RECORD,
    coverable_choices,
    list_page,
    screening_page,
    show_assessment_page,
)
from registry.processing.assessments.queries import (
    find_screening,
    get_assessment,
    get_latest,
    get_revision,
)
from registry.processing.assessments.rules import CRITERIA
from registry.processing.assessments.service import begin_assessment, screen_activity, set_assessment_aside
from registry.processing.assessments.views import BeginPage
from registry.processing.assessments.wording import say_labels
from registry.processing.queries import get_activity
from registry.web.forms import parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.visits import NOTICES, FormData, Visit, route

READ = Permission.PROCESSING_ACTIVITY_READ

NOTICES.update(
    {
        "besoin-aipd-enregistre": mark("Vos réponses sont enregistrées."),
        "aipd-commencee": mark("L’analyse est commencée : décrivez le traitement, étape par étape."),
        "aipd-annulee": mark("L’analyse est annulée. Rien n’est effacé : vous pouvez la rétablir."),
        "aipd-retablie": mark("L’analyse est rétablie."),
    }
)


@route("GET", "/aipd", READ)
def show_assessments(visit: Visit) -> Response[Any]:
    """The assessments within the visitor's rights, and what is due."""
    return visit.page("processing/dpia_list.html", list_page(visit))


@route("GET", "/aipd/{assessment_id:int}", READ)
def show_assessment(visit: Visit, assessment_id: int) -> Response[Any]:
    """One assessment, at its latest revision."""
    assessment = get_assessment(visit.session, assessment_id)
    visit.agrees.update({"aipd-annulee": assessment.annulled, "aipd-retablie": not assessment.annulled})
    return show_assessment_page(visit, assessment, get_latest(visit.session, assessment_id))


@route("GET", "/aipd/{assessment_id:int}/revisions/{number:int}", READ)
def show_revision(visit: Visit, assessment_id: int, number: int) -> Response[Any]:
    """One revision of an assessment, as it stands or as it was frozen."""
    assessment = get_assessment(visit.session, assessment_id)
    return show_assessment_page(visit, assessment, get_revision(visit.session, assessment_id, number))


@route("GET", "/traitements/{activity_id:int}/besoin-aipd", READ)
def show_screening(visit: Visit, activity_id: int) -> Response[Any]:
    """Whether an activity needs an assessment, why, and the questions that tell."""
    activity = get_activity(visit.session, activity_id)
    page = screening_page(visit, activity, find_screening(visit.session, activity_id))
    return visit.page("processing/dpia_screening.html", page)


def _answers(data: FormData) -> dict[str, Any]:
    """What the page's form says, under the names of the form: a criterion left open is not answered."""
    truth = {"true": True, "false": False}
    criteria = {code: truth[told] for code in load_list(CRITERIA) if (told := data.first(f"criterion_{code}")) in truth}
    values: dict[str, Any] = {"criteria": criteria}
    for name in ("required_entries", "exempt_entries"):
        values[name] = [code for code in data.all(name) if code]
    for name in ("required_none", "exempt_none"):
        values[name] = data.first(name) == "true"
    values["law_assessed"] = truth.get(data.first("law_assessed"))
    for name in ("reason", "set_aside_reason", "set_aside_view"):
        values[name] = data.first(name).strip() or None
    return values


def _typed(data: FormData) -> dict[str, Any]:
    """What was typed, given back under the names of the page's fields."""
    typed: dict[str, Any] = {name: data.first(name) for name in data.names()}
    for name in ("required_entries", "exempt_entries"):
        typed[name] = [code for code in data.all(name) if code]
    for name in ("required_none", "exempt_none"):
        typed[name] = data.first(name) == "true"
    return typed


@route("POST", "/traitements/{activity_id:int}/besoin-aipd", RECORD)
def answer_screening(visit: Visit, activity_id: int) -> Response[Any]:
    """Keeps the answers; the page then tells whether an assessment is due."""
    activity = get_activity(visit.session, activity_id)
    visit.visitor.require(RECORD, activity.organisation_id)
    data = visit.form_data()
    version = read_number(data.first("version")) or 0
    read = parse_values(ScreeningForm, _answers(data), today=visit.today)

    made = save(read, lambda form: screen_activity(visit.session, activity_id, form, expected=version))
    if isinstance(made, Unsaved):
        known = find_screening(visit.session, activity_id)
        page = screening_page(
            visit, activity, known, values=_typed(data), errors=made.errors, version=made.version or version
        )  # fmt: skip
        return visit.page("processing/dpia_screening.html", page, status=made.status)
    return visit.go(f"/traitements/{activity_id}/besoin-aipd", done="besoin-aipd-enregistre")


def _begin_page(
    visit: Visit, organisation_id: int, values: Mapping[str, Any], errors: Mapping[str, str], status: int = 200
) -> Response[Any]:
    reach = visit.visitor.reach(RECORD)
    page = BeginPage(
        values=values,
        errors=errors,
        labels=say_labels(),
        organisation_id=organisation_id,
        organisations=[(str(body.id), body.name) for body in find_organisations(visit.session) if body.id in reach],
        activities=coverable_choices(visit.session, organisation_id),
    )
    return visit.page("processing/dpia_new.html", page, status=status)


@route("GET", "/aipd/nouvelle", RECORD)
def show_new_assessment(visit: Visit) -> Response[Any]:
    """A new assessment, of the activity the address names or of those to be ticked."""
    named = read_number(visit.query("traitement"))
    if named is not None:
        activity = get_activity(visit.session, named)
        visit.visitor.require(RECORD, activity.organisation_id)
        values = {"title": _("AIPD : {name}").format(name=activity.name), "activity_ids": [str(named)]}
        return _begin_page(visit, activity.organisation_id, values, {})
    chosen = read_number(visit.query("organisation"))
    reach = visit.visitor.reach(RECORD)
    organisation_id = chosen if chosen in reach else visit.visitor.organisation_id
    return _begin_page(visit, organisation_id or visit.visitor.organisation_id, {"activity_ids": []}, {})


@route("POST", "/aipd/nouvelle", RECORD)
def begin_new_assessment(visit: Visit) -> Response[Any]:
    """Begins an assessment, or shows the form again with what was typed."""
    data = visit.form_data()
    organisation_id = read_number(data.first("organisation_id")) or 0
    visit.visitor.require(RECORD, organisation_id)
    typed = {"title": data.first("title").strip(), "activity_ids": [one for one in data.all("activity_ids") if one]}
    read = parse_values(AssessmentForm, typed, today=visit.today)
    made = save(read, lambda form: begin_assessment(visit.session, organisation_id, form, by=visit.visitor.account_id))
    if isinstance(made, Unsaved):
        return _begin_page(visit, organisation_id, typed, made.errors, made.status)
    return visit.go(f"/aipd/{made.id}/etapes/contexte", done="aipd-commencee")


def _assessment_aside(visit: Visit, assessment_id: int) -> Aside:
    row, here = get_assessment(visit.session, assessment_id), f"/aipd/{assessment_id}"
    visit.visitor.require(RECORD, row.organisation_id)
    return Aside(
        row, row.title, [(_("Analyses d’impact"), "/aipd"), (row.title, here)],
        heads=(_("Annuler l’analyse"), _("Rétablir l’analyse")),
        sentences=(
            _("Rien n’est effacé : l’analyse sort des listes, son histoire reste au registre, et elle peut revenir."),
            _("L’analyse revient dans les listes, telle qu’elle était."),
        ),
        back=here, act=partial(set_assessment_aside, visit.session, row.id),
    )  # fmt: skip


_ASIDE = asking_why(
    "/aipd/{assessment_id:int}/annuler", RECORD, _assessment_aside, done=("aipd-annulee", "aipd-retablie")
)

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_assessments, show_assessment, show_revision, show_screening, answer_screening, show_new_assessment,
    begin_new_assessment, *_ASIDE,
)  # fmt: skip
