"""The form of an assessment step by step, then its course: submit, decide, revise, consult the CNIL."""

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY
from pydantic import BaseModel

from registry.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from registry.kernel.words import _, mark
from registry.processing.assessments.forms import (
    MOST_MEASURES,
    ConsultationForm,
    ContextForm,
    DecisionForm,
    DoneForm,
    DpoForm,
    MeasuresForm,
    PeopleForm,
    PrinciplesForm,
    RisksForm,
)
from registry.processing.assessments.models import AssessmentRevision, ImpactAssessment
from registry.processing.assessments.pages import (
    ADVISE,
    DECIDE,
    RECORD,
    adviser_of,
    coverable_choices,
    is_dpo,
    may_write_opinion,
    show_assessment_page,
    steps_of,
)
from registry.processing.assessments.queries import (
    find_consultable,
    find_covered,
    find_measures,
    find_risks,
    get_assessment,
    get_latest,
)
from registry.processing.assessments.risks import proposed_review, reasons_owed, residual
from registry.processing.assessments.service import (
    FROZEN,
    amend_revision,
    begin_revision,
    decide_revision,
    describe_context,
    plan_measures,
    record_consultation,
    say_measure_done,
    submit_revision,
    weigh_risks,
)
from registry.processing.assessments.views import ConsultationPage, DecisionPage, StepPage
from registry.processing.assessments.vocabulary import (
    CnilAnswer,
    DpoOpinion,
    MeasureKind,
    PeopleAsked,
    RevisionState,
    RiskBand,
    RiskKind,
    RiskLevel,
)
from registry.processing.assessments.wording import PARTS, STEPS, opinions_of, say_labels
from registry.web.forms import parse_values, read_number
from registry.web.saving import Unsaved, again, save
from registry.web.visits import NOTICES, FormData, Rejected, Visit, route

SPARE_ROWS = 3
_RISK_FIELDS = ("sources", "impacts", "measures_in_place")
_LEVELS = ("severity_before", "likelihood_before", "severity_after", "likelihood_after")
_MEASURE_FIELDS = ("title", "kind", "owner", "due_on", "done_on")
_ADVICE = "avis"
_DPO_FIELDS, _PEOPLE_FIELDS = ("dpo_opinion", "dpo_opinion_on", "dpo_opinion_text"), ("people_asked", "people_views")

NOTICES.update(
    {
        "etape-enregistree": mark("L’étape est enregistrée."),
        "aipd-soumise": mark("L’analyse est soumise à validation : une autre personne décide, au nom du responsable."),
        "aipd-decidee": mark("La décision est enregistrée."),
        "revision-ouverte": mark("Une nouvelle révision est ouverte ; la précédente reste lisible, telle quelle."),
        "consultation-enregistree": mark("La consultation de la CNIL est enregistrée."),
        "mesure-faite": mark("La mesure est notée en place."),
    }
)


def _choices() -> dict[str, list[tuple[str, str]]]:
    lists = {
        "level": RiskLevel, "risk": RiskKind, "measure_kind": MeasureKind, "dpo_opinion": DpoOpinion,
        "people_asked": PeopleAsked,
    }  # fmt: skip
    return {name: [(one.value, one.label) for one in members] for name, members in lists.items()}


def _step_page(
    visit: Visit, assessment: ImpactAssessment, revision: AssessmentRevision, step: str, values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None, status: int = 200, *, version: int,
) -> Response[Any]:  # fmt: skip
    names = list(STEPS)
    gives = step == _ADVICE and is_dpo(visit, assessment.organisation_id)
    following = names[names.index(step) + 1] if step != names[-1] else ""
    coverable = coverable_choices(visit.session, assessment.organisation_id) if step == "contexte" else []
    page = StepPage(
        id=assessment.id,
        title=assessment.title,
        version=version,
        step=step,
        step_label=_(STEPS[step]),
        steps=steps_of(assessment.id),
        next_step=_(STEPS[following]) if following else "",
        values=values,
        errors=errors or {},
        labels=say_labels() | _labels_of_rows(values),
        choices=_choices() | {"activity_ids": coverable},
        may_advise=gives or (step == _ADVICE and may_write_opinion(visit, revision)),
        transcribes=not gives,
        opinions=opinions_of(revision, adviser_of(visit, revision)) if step == _ADVICE else [],
        rows=int(values.get("rows", 0)),
    )
    return visit.page("processing/dpia_step.html", page, status=status)


def _labels_of_rows(values: Mapping[str, Any]) -> dict[str, str]:
    """The labels of fields that come once a risk or once a measure, for what is said to be wrong."""
    labels = say_labels()
    found = {
        f"{kind.value}.{name}": f"{kind.label}, {labels[name]}"
        for kind in RiskKind
        for name in (*_RISK_FIELDS, *_LEVELS)
    }
    for place in range(int(values.get("rows", 0))):
        found |= {f"measures.{place}.{name}": _("Mesure {number}").format(number=place + 1) for name in _MEASURE_FIELDS}
    return found


def _stored(visit: Visit, revision: AssessmentRevision, step: str) -> dict[str, Any]:
    """What a step holds, under the names of its fields."""
    if step in PARTS:
        values: dict[str, Any] = {name: getattr(revision, name) or "" for name in PARTS[step]}
        if step == "contexte":
            values["activity_ids"] = [str(number) for number, _name in find_covered(visit.session, revision.id)]
        return values
    if step == "risques":
        return {
            f"{risk.kind.value}.{name}": getattr(risk, name) or ""
            for risk in find_risks(visit.session, revision.id)
            for name in (*_RISK_FIELDS, *_LEVELS)
        }
    if step == "mesures":
        measures = find_measures(visit.session, revision.id)
        values = {"rows": min(len(measures) + SPARE_ROWS, MOST_MEASURES)}
        for place, measure in enumerate(measures):
            values |= {f"measures.{place}.{name}": getattr(measure, name) or "" for name in _MEASURE_FIELDS}
            values[f"measures.{place}.risks"] = measure.risks
        return values
    return {name: getattr(revision, name) or "" for name in (*_DPO_FIELDS, *_PEOPLE_FIELDS)}


def _typed(data: FormData) -> dict[str, Any]:
    """What was typed, given back under the same names."""
    typed: dict[str, Any] = {name: data.first(name) for name in data.names()}
    typed["activity_ids"] = [one for one in data.all("activity_ids") if one]
    typed["rows"] = _rows(data)
    for place in range(_rows(data)):
        typed[f"measures.{place}.risks"] = [code for code in data.all(f"measures.{place}.risks") if code]
    return typed


def _rows(data: FormData) -> int:
    return min(read_number(data.first("rows")) or 0, MOST_MEASURES)


def _given(data: FormData, names: tuple[str, ...], prefix: str = "") -> dict[str, Any]:
    """The filled values of these fields: one left empty is emptied."""
    return {name: data.first(f"{prefix}{name}").strip() or None for name in names}


def _given_risks(data: FormData) -> dict[str, Any]:
    return {
        "risks": [
            {"kind": kind.value, **_given(data, (*_RISK_FIELDS, *_LEVELS), f"{kind.value}.")} for kind in RiskKind
        ]
    }


def _given_measures(data: FormData) -> tuple[dict[str, Any], list[int]]:
    """The measures that say something, with the row each stands in."""
    given, places = [], []
    for place in range(_rows(data)):
        values = _given(data, _MEASURE_FIELDS, f"measures.{place}.")
        risks = [code for code in data.all(f"measures.{place}.risks") if code]
        if any(values.values()) or risks:
            given.append({**{name: value for name, value in values.items() if value}, "risks": risks})
            places.append(place)
    return {"measures": given}, places


def _named(errors: Mapping[str, str], rows: Mapping[str, str]) -> dict[str, str]:
    """Errors told under the names of the page's fields: a row is known by its place."""
    told: dict[str, str] = {}
    for path, message in errors.items():
        list_name, _dot, rest = path.partition(".")
        place, _dot, name = rest.partition(".")
        prefix = rows.get(f"{list_name}.{place}")
        told[path if prefix is None else f"{prefix}.{name}" if name else f"{prefix}"] = message
    return told


Save = Callable[[int], AssessmentRevision]


def _read_step(
    visit: Visit, assessment: ImpactAssessment, revision: AssessmentRevision, step: str, data: FormData
) -> tuple[Save | None, Mapping[str, str]]:
    """What saves a step as it was typed, or what is wrong with it."""
    session, number, by, today = visit.session, assessment.id, visit.visitor.account_id, visit.today
    if step == "contexte":
        values = _given(data, PARTS[step]) | {"activity_ids": [one for one in data.all("activity_ids") if one]}
        read = parse_values(ContextForm, values, today=today)
        if isinstance(read, Rejected):
            return None, read.errors
        return lambda version: describe_context(session, number, read.form, expected=version, by=by), {}
    if step == "risques":
        weighed = parse_values(RisksForm, _given_risks(data), today=today)
        if isinstance(weighed, Rejected):
            rows = {f"risks.{place}": kind.value for place, kind in enumerate(RiskKind)}
            return None, _named(weighed.errors, rows)
        return lambda version: weigh_risks(session, number, weighed.form, expected=version, by=by), {}
    if step == "mesures":
        values, places = _given_measures(data)
        planned = parse_values(MeasuresForm, values, today=today)
        if isinstance(planned, Rejected):
            return None, _named(
                planned.errors, {f"measures.{n}": f"measures.{place}" for n, place in enumerate(places)}
            )
        return lambda version: plan_measures(session, number, planned.form, expected=version, by=by), {}
    kept, errors = _read_texts(visit, revision, step, data)
    as_dpo = is_dpo(visit, assessment.organisation_id)
    return (
        lambda version: amend_revision(session, number, kept, expected=version, by=by, as_dpo=as_dpo)
    ) if not errors else None, errors


def _read_texts(
    visit: Visit, revision: AssessmentRevision, step: str, data: FormData
) -> tuple[dict[str, Any], dict[str, str]]:
    """The columns a step of plain fields fills; the DPO's opinion only from who may give it."""
    if step == "principes":
        read = parse_values(PrinciplesForm, _given(data, PARTS[step]), today=visit.today)
        return ({}, dict(read.errors)) if isinstance(read, Rejected) else (read.form.model_dump(), {})
    people = parse_values(PeopleForm, _given(data, _PEOPLE_FIELDS), today=visit.today)
    errors = dict(people.errors) if isinstance(people, Rejected) else {}
    kept: dict[str, Any] = {} if isinstance(people, Rejected) else people.form.model_dump()
    if may_write_opinion(visit, revision):
        advised = parse_values(DpoForm, _given(data, _DPO_FIELDS), today=visit.today)
        if isinstance(advised, Rejected):
            errors |= advised.errors
        else:
            kept |= advised.form.kept()
    return kept, errors


def _at_step(visit: Visit, assessment_id: int, step: str) -> tuple[ImpactAssessment, AssessmentRevision]:
    """The assessment and the draft a step of its form writes.

    Raises: NotFound; Forbidden; Conflict when its latest revision is no draft.
    """
    if step not in STEPS:
        raise NotFound(_("Cette étape n’existe pas : choisissez-en une sur la fiche de l’analyse."))
    assessment = get_assessment(visit.session, assessment_id)
    if not visit.visitor.may(ADVISE, assessment.organisation_id):
        visit.visitor.require(RECORD, assessment.organisation_id)
    revision = get_latest(visit.session, assessment_id)
    if revision.state is not RevisionState.DRAFT:
        raise Conflict(_(FROZEN))
    return assessment, revision


@route("GET", "/aipd/{assessment_id:int}/etapes/{step:str}", RECORD)
def show_step(visit: Visit, assessment_id: int, step: str) -> Response[Any]:
    """One step of the form, as it stands."""
    assessment, revision = _at_step(visit, assessment_id, step)
    return _step_page(
        visit, assessment, revision, step, _stored(visit, revision, step), version=revision.version
    )  # fmt: skip


@route("POST", "/aipd/{assessment_id:int}/etapes/{step:str}", RECORD)
def save_step(visit: Visit, assessment_id: int, step: str) -> Response[Any]:
    """Saves a step and goes on to the next; what cannot be kept is said, and what was typed given back."""
    assessment, revision = _at_step(visit, assessment_id, step)
    data = visit.form_data()
    version = read_number(data.first("version")) or 0
    write, errors = _read_step(visit, assessment, revision, step, data)
    if write is None:
        return _step_page(
            visit, assessment, revision, step, _typed(data), errors, HTTP_422_UNPROCESSABLE_ENTITY, version=version
        )  # fmt: skip
    try:
        write(version)
    except Invalid as refusal:
        told = refusal.by_field
        return _step_page(
            visit, assessment, revision, step, _typed(data), told, HTTP_422_UNPROCESSABLE_ENTITY, version=version
        )  # fmt: skip
    except Stale as refusal:
        told = again(refusal)
        return _step_page(
            visit, assessment, revision, step, _typed(data), told, HTTP_409_CONFLICT, version=refusal.current_version
        )  # fmt: skip
    names = list(STEPS)
    if step == names[-1]:
        return visit.go(f"/aipd/{assessment_id}", done="etape-enregistree")
    return visit.go(f"/aipd/{assessment_id}/etapes/{names[names.index(step) + 1]}", done="etape-enregistree")


@route("POST", "/aipd/{assessment_id:int}/soumettre", RECORD)
def submit(visit: Visit, assessment_id: int) -> Response[Any]:
    """Submits the draft to the controller, or says what it still lacks."""
    assessment = get_assessment(visit.session, assessment_id)
    visit.visitor.require(RECORD, assessment.organisation_id)
    version = read_number(visit.form_data().first("version")) or 0
    try:
        submit_revision(
            visit.session, assessment_id, expected=version, by=visit.visitor.account_id, today=visit.today
        )  # fmt: skip
    except Invalid as refusal:
        return show_assessment_page(
            visit, assessment, get_latest(visit.session, assessment_id), error=refusal.message,
            status=HTTP_422_UNPROCESSABLE_ENTITY,
        )  # fmt: skip
    return visit.go(f"/aipd/{assessment_id}", done="aipd-soumise")


def _decision_page(
    visit: Visit, assessment: ImpactAssessment, revision: AssessmentRevision, values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    left = residual(find_risks(visit.session, revision.id))
    page = DecisionPage(
        id=assessment.id,
        title=assessment.title,
        version=revision.version,
        residual=left.label if left else _("Non pesé"),
        residual_code=left.value if left else "",
        opinions=opinions_of(revision, adviser_of(visit, revision)),
        values=values,
        errors=errors or {},
        labels=say_labels(),
        choices=[
            (RevisionState.VALIDATED.value, _say_validation(left)),
            (RevisionState.REFUSED.value, _("Refuser : le traitement n’est pas mis en œuvre ainsi")),
            (RevisionState.DRAFT.value, _("Renvoyer en rédaction : l’analyse est à compléter")),
        ],
        owed=[_(one) for one in reasons_owed(left, revision.dpo_opinion)],
        proposed=proposed_review(visit.today),
    )
    return visit.page("processing/dpia_decision.html", page, status=status)


def _say_validation(left: RiskBand | None) -> str:
    """What validating means: where the risk stays high, nothing may begin before the CNIL was consulted."""
    if left is RiskBand.HIGH:
        return _("Valider l’analyse : la CNIL est consultée avant toute mise en œuvre (RGPD art. 36 §1)")
    return _("Valider : le traitement peut être mis en œuvre ainsi")


def _to_decide(visit: Visit, assessment_id: int) -> tuple[ImpactAssessment, AssessmentRevision]:
    assessment = get_assessment(visit.session, assessment_id)
    visit.visitor.require(DECIDE, assessment.organisation_id)
    return assessment, get_latest(visit.session, assessment_id)


@route("GET", "/aipd/{assessment_id:int}/decision", DECIDE)
def show_decision(visit: Visit, assessment_id: int) -> Response[Any]:
    """Asks for the controller's answer to what is submitted."""
    assessment, revision = _to_decide(visit, assessment_id)
    if revision.state is not RevisionState.SUBMITTED:
        raise Conflict(_("Cette révision n’attend pas de décision : elle n’est pas soumise à validation."))
    if visit.visitor.account_id in revision.authors:
        raise Forbidden(
            _("Vous avez écrit cette analyse : la décision revient à une autre personne, au nom du responsable.")
        )
    return _decision_page(visit, assessment, revision, {"review_triggers": revision.review_triggers or ""})


@route("POST", "/aipd/{assessment_id:int}/decision", DECIDE)
def decide_on(visit: Visit, assessment_id: int) -> Response[Any]:
    """Keeps the controller's answer: validated, refused, or given back."""
    assessment, revision = _to_decide(visit, assessment_id)
    read = visit.form(DecisionForm)
    typed = {name: visit.form_data().first(name) for name in DecisionForm.model_fields}
    expected, by = read_number(visit.form_data().first("version")) or 0, visit.visitor.account_id
    made = save(
        read,
        lambda form: decide_revision(visit.session, assessment_id, form, expected=expected, by=by, today=visit.today),
    )
    if isinstance(made, Unsaved):
        return _decision_page(visit, assessment, revision, typed, made.errors, made.status)
    return visit.go(f"/aipd/{assessment_id}", done="aipd-decidee")


@route("POST", "/aipd/{assessment_id:int}/reviser", RECORD)
def revise(visit: Visit, assessment_id: int) -> Response[Any]:
    """Opens a new revision of a decided assessment."""
    visit.visitor.require(RECORD, get_assessment(visit.session, assessment_id).organisation_id)
    begin_revision(visit.session, assessment_id, by=visit.visitor.account_id)
    return visit.go(f"/aipd/{assessment_id}/etapes/contexte", done="revision-ouverte")


@route("POST", "/aipd/{assessment_id:int}/mesures/{position:int}/faite", RECORD)
def mark_measure_done(visit: Visit, assessment_id: int, position: int) -> Response[Any]:
    """Notes that a planned measure is in place, today or on the day given."""
    assessment = get_assessment(visit.session, assessment_id)
    visit.visitor.require(RECORD, assessment.organisation_id)
    read = visit.form(DoneForm)
    if isinstance(read, Rejected):
        return show_assessment_page(
            visit, assessment, get_latest(visit.session, assessment_id),
            error=next(iter(read.errors.values())), status=HTTP_422_UNPROCESSABLE_ENTITY,
        )  # fmt: skip
    say_measure_done(visit.session, assessment_id, position, read.form.done_on)
    return visit.go(f"/aipd/{assessment_id}", done="mesure-faite")


def _consultation_page(
    visit: Visit, assessment: ImpactAssessment, version: int, values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    page = ConsultationPage(
        id=assessment.id, title=assessment.title, version=version, values=values, errors=errors or {},
        labels=say_labels(), answers=[(one.value, one.label) for one in CnilAnswer],
    )  # fmt: skip
    return visit.page("processing/dpia_consultation.html", page, status=status)


@route("GET", "/aipd/{assessment_id:int}/consultation", RECORD)
def show_consultation(visit: Visit, assessment_id: int) -> Response[Any]:
    """The CNIL's prior consultation, as it stands."""
    assessment = get_assessment(visit.session, assessment_id)
    visit.visitor.require(RECORD, assessment.organisation_id)
    _revision, known = find_consultable(visit.session, assessment_id) or (None, None)
    values = _form_of(ConsultationForm, known)
    return _consultation_page(visit, assessment, known.version if known else 0, values)


def _form_of(form: type[BaseModel], row: object | None) -> dict[str, Any]:
    return {name: getattr(row, name, None) or "" for name in form.model_fields}


@route("POST", "/aipd/{assessment_id:int}/consultation", RECORD)
def keep_consultation(visit: Visit, assessment_id: int) -> Response[Any]:
    """Keeps when the CNIL was consulted, and what it answered."""
    assessment = get_assessment(visit.session, assessment_id)
    visit.visitor.require(RECORD, assessment.organisation_id)
    data = visit.form_data()
    version = read_number(data.first("version")) or 0
    typed = {name: data.first(name) for name in ConsultationForm.model_fields}
    read = visit.form(ConsultationForm)
    made = save(read, lambda form: record_consultation(visit.session, assessment_id, form, expected=version))
    if isinstance(made, Unsaved):
        return _consultation_page(visit, assessment, made.version or version, typed, made.errors, made.status)
    return visit.go(f"/aipd/{assessment_id}", done="consultation-enregistree")


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_step, save_step, submit, show_decision, decide_on, revise, mark_measure_done, show_consultation,
    keep_consultation,
)  # fmt: skip
