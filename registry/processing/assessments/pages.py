"""The pages of impact assessments, put together from what the queries find."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from sqlalchemy.orm import Session

from registry.accounts.queries import find_actor_names, find_role
from registry.compliance.engine import engine_of
from registry.kernel.permissions import Permission, Role
from registry.kernel.words import _, mark
from registry.ledger.queries import find_versions
from registry.organisations.queries import find_organisations, get_organisation
from registry.platform.lists import load_list
from registry.processing.assessments.models import (
    AssessmentRevision,
    DpiaScreening,
    ImpactAssessment,
)
from registry.processing.assessments.queries import (
    ADVISED,
    Screened,
    find_adviser,
    find_assessments,
    find_assessments_of,
    find_consultable,
    find_consultations,
    find_consultations_of,
    find_coverable,
    find_covered,
    find_measures,
    find_revisions,
    find_risks,
    find_risks_of,
    find_screened,
    find_screenings,
    find_standings,
)
from registry.processing.assessments.risks import Consulted, consulted_for, find_lacks, residual, review_state
from registry.processing.assessments.rules import CRITERIA, EXEMPT_LIST, REQUIRED_LIST, Decision, answers_of, decide
from registry.processing.assessments.views import (
    AssessmentLine,
    AssessmentPage,
    AssessmentsPage,
    ConsultationView,
    CoveredView,
    DueLine,
    RevisionLine,
    ScreeningPage,
)
from registry.processing.assessments.vocabulary import ReviewState, RevisionState, RiskBand
from registry.processing.assessments.wording import (
    STEPS,
    assessment_line,
    consultation_view,
    decision_of,
    hint_of,
    lack_views,
    measure_view,
    need_view,
    opinions_of,
    risk_maps,
    risk_view,
    say_adviser,
    say_holds,
    say_labels,
    texts_of,
)
from registry.processing.issuing import ISSUE
from registry.processing.models import ProcessingActivity
from registry.processing.namesakes import named_apart
from registry.web.forms import read_number
from registry.web.visits import Visit

RECORD, DECIDE, ADVISE = (
    Permission.PROCESSING_ASSESSMENT_RECORD,
    Permission.PROCESSING_ASSESSMENT_DECIDE,
    Permission.PROCESSING_ASSESSMENT_ADVISE,
)
A_PAGE = 50
ALL, DUE, OPEN_QUESTIONS, UNDER_WAY, TO_REVIEW, HIGH = (
    "",
    "dues",
    "a-completer",
    "en-cours",
    "a-reexaminer",
    "risque-eleve",
)
_FIGURES = (
    (DUE, mark("à engager : l’AIPD est due"), "bad"),
    (OPEN_QUESTIONS, mark("à trier : des réponses manquent"), ""),
    (UNDER_WAY, mark("en cours"), ""),
    (TO_REVIEW, mark("à réexaminer"), "bad"),
    (HIGH, mark("à risque élevé après mesures"), "bad"),
    (ALL, mark("analyses en tout"), ""),
)


def list_page(visit: Visit) -> AssessmentsPage:
    """The list of assessments, of one body or of all, with what is due and what waits: every figure opens what it
    counts.
    """
    names = {body.id: body.name for body in find_organisations(visit.session)}
    body = read_number(visit.query("organisation"))
    due, waiting = _sort_screened(
        [one for one in find_screened(visit.session) if body in {None, one.organisation_id}], names
    )
    found = [one for one in find_assessments(visit.session) if body in {None, one.organisation_id}]
    lines = _lines(visit, found, names)
    kinds: Mapping[str, Sequence[Any]] = {
        DUE: due,
        OPEN_QUESTIONS: waiting,
        UNDER_WAY: [one for one in lines if one.state_code in _OPEN],
        TO_REVIEW: [one for one in lines if one.review_code in _REVIEWED],
        HIGH: [one for one in lines if one.residual_code == RiskBand.HIGH],
        ALL: lines,
    }
    view = visit.query("vue") if visit.query("vue") in kinds else ALL
    start = (read_number(visit.query("page")) or 0) * A_PAGE
    shown = kinds[view][start : start + A_PAGE]
    more = len(kinds[view]) > start + A_PAGE
    return AssessmentsPage(
        view=view,
        figures=[
            (len(kinds[name]), _(words), _address(vue=name, organisation=body), tone if kinds[name] else "")
            for name, words, tone in _FIGURES
        ],
        due=shown if view in {DUE, OPEN_QUESTIONS} else [],
        rows=[] if view in {DUE, OPEN_QUESTIONS} else shown,
        may_record=visit.visitor.may(RECORD),
        body=names.get(body, "") if body is not None else "",
        whole_address=_address(vue=view),
        first_address=_address(vue=view, organisation=body) if start else "",
        next_address=_address(vue=view, organisation=body, page=start // A_PAGE + 1) if more else "",
    )


def _address(**chosen: str | int | None) -> str:
    said = urlencode({name: value for name, value in chosen.items() if value})
    return f"/aipd{'?' if said else ''}{said}"


_OPEN = frozenset({RevisionState.DRAFT, RevisionState.SUBMITTED})
_REVIEWED = frozenset({ReviewState.SOON, ReviewState.LATE})


def _sort_screened(screened: Sequence[Screened], names: Mapping[int, str]) -> tuple[list[DueLine], list[DueLine]]:
    """What no assessment covers: what is due, then what nobody can tell yet."""
    due, waiting = [], []
    for one in screened:
        decision = decide(answers_of(one.screening))
        line = DueLine(
            one.activity_id,
            one.name,
            names.get(one.organisation_id, ""),
            need_view(decision),
            _is_set_aside(one.screening),
        )
        if is_to_begin(one.screening):
            due.append(line)
        elif decision.is_open:
            waiting.append(line)
    return due, waiting


def is_to_begin(screening: DpiaScreening | None) -> bool:
    """Whether an assessment is due that nobody set aside: what is called to begin, on every page that counts it."""
    return decision_about(screening).is_due and not _is_set_aside(screening)


def _is_set_aside(screening: DpiaScreening | None) -> bool:
    return screening is not None and screening.set_aside_reason is not None


def _lines(visit: Visit, assessments: Sequence[ImpactAssessment], names: Mapping[int, str]) -> list[AssessmentLine]:
    standings = find_standings(visit.session, assessments)
    risks = find_risks_of(visit.session, [one.latest.id for one in standings])
    asked = find_consultations_of(visit.session, [one.assessment_id for one in standings])
    return [
        assessment_line(
            one,
            risks.get(one.latest.id, []),
            asked.get(one.assessment_id, {}),
            names.get(one.latest.organisation_id, ""),
            visit.today,
        )
        for one in standings
    ]


def lines_covering(visit: Visit, activity_id: int) -> list[AssessmentLine]:
    """The assessments that cover an activity, as a list shows them."""
    return _lines(visit, find_assessments_of(visit.session, activity_id), {})


def decision_about(screening: DpiaScreening | None) -> Decision:
    """Whether an assessment is due, from what was answered."""
    return decide(answers_of(screening))


def coverable_choices(session: Session, organisation_id: int) -> list[tuple[str, str]]:
    """The activities of a body that an assessment may cover, to choose from, told apart from their namesakes."""
    names = named_apart(session, find_coverable(session, organisation_id))
    return [(str(number), name) for number, name in names.items()]


def show_assessment_page(
    visit: Visit, assessment: ImpactAssessment, revision: AssessmentRevision, *, error: str = "", status: int = 200
) -> Response[Any]:
    """The page of one revision of an assessment; with `error`, what was refused is said above it."""
    return visit.page("processing/dpia_sheet.html", _assessment_page(visit, assessment, revision, error), status=status)


def _assessment_page(
    visit: Visit, assessment: ImpactAssessment, revision: AssessmentRevision, error: str
) -> AssessmentPage:
    session, today, visitor = visit.session, visit.today, visit.visitor
    revisions = find_revisions(session, assessment.id)
    risks, measures = find_risks(session, revision.id), find_measures(session, revision.id)
    covered = find_covered(session, revision.id)
    screenings = find_screenings(session, [activity_id for activity_id, _name in covered])
    left = residual(risks)
    is_latest = revision.number == revisions[0].number
    consulted = consulted_for(revision.number, revision.state, left, find_consultations(session, assessment.id))
    consultable = find_consultable(session, assessment.id) if is_latest else None
    review = review_state(revision.review_on, today) if revision.state is RevisionState.VALIDATED else None
    may_record = visitor.may(RECORD, assessment.organisation_id) and not assessment.annulled
    return AssessmentPage(
        id=assessment.id,
        title=assessment.title,
        annulled=assessment.annulled,
        organisation_id=assessment.organisation_id,
        organisation_name=get_organisation(session, assessment.organisation_id).name,
        number=revision.number,
        is_latest=is_latest,
        version=revision.version,
        state=revision.state.label,
        state_code=revision.state.value,
        is_open=not revision.state.is_decided,
        residual=left.label if left else _("Non pesé"),
        residual_code=left.value if left else "",
        covered=[
            CoveredView(number, name, decision.need.label, decision.need.value)
            for number, name in covered
            for decision in (decision_about(screenings.get(number)),)
        ],
        texts=texts_of(revision),
        risks=[risk_view(risk) for risk in risks],
        maps=risk_maps(risks),
        measures=[measure_view(measure, today) for measure in measures],
        opinions=opinions_of(revision, adviser_of(visit, revision)),
        decision=decision_of(revision, _decider(visit, revision), consulted),
        consultation=_consultation_view(visit, consulted),
        must_consult=consulted.is_owed,
        holds=[] if revision.state is RevisionState.REFUSED else say_holds(consulted),
        lacks=[] if revision.state.is_decided else lack_views(find_lacks(revision, risks, len(measures), len(covered))),
        revisions=[RevisionLine(one.number, one.state.label, one.decided_on) for one in revisions],
        steps=steps_of(assessment.id),
        review=review.label if review and review is not ReviewState.FRESH else "",
        panels=visit.panels_of("dpia", assessment.id),
        may_record=may_record and is_latest,
        may_decide=visitor.may(DECIDE, assessment.organisation_id) and is_latest and not assessment.annulled,
        wrote_it=visitor.account_id in revision.authors,
        may_consult=may_record and consultable is not None,
        consults_anew=consultable is not None and consultable[1] is None,
        may_annul=visitor.may(RECORD, assessment.organisation_id),
        may_issue=visitor.may(ISSUE, assessment.organisation_id),
        error=error,
    )


def _consultation_view(visit: Visit, consulted: Consulted) -> ConsultationView | None:
    known = consulted.known
    if known is None:
        return None
    past = find_versions(visit.session, "prior_consultation", known.id) if known.version > 1 else []
    delays = engine_of(visit.session).catalogue.delays
    return consultation_view(known, visit.today, delays, earlier=consulted.earlier, past=past)


def _decider(visit: Visit, revision: AssessmentRevision) -> str:
    if revision.decided_by is None:
        return ""
    actor = f"account:{revision.decided_by}"
    name = find_actor_names(visit.session, {actor}).get(actor, "")
    role = find_role(visit.session, revision.decided_by, revision.organisation_id, DECIDE)
    return f"{name} ({role.label})" if role is not None else name


def is_dpo(visit: Visit, organisation_id: int) -> bool:
    """Whether who asks is the DPO of an organisation, and not only somebody who may do all that a DPO does."""
    visitor = visit.visitor
    return organisation_id in visitor.grants.get(Role.DPO, frozenset()) and visitor.may(ADVISE, organisation_id)


def may_write_opinion(visit: Visit, revision: AssessmentRevision) -> bool:
    """Whether who asks may write the DPO's opinion: the DPO; or, to note it, who holds the permission.

    What the DPO gave in person is the DPO's alone.
    """
    if is_dpo(visit, revision.organisation_id):
        return True
    if not visit.visitor.may(ADVISE, revision.organisation_id):
        return False
    hand = find_adviser(visit.session, revision)
    return hand is None or hand.event != ADVISED


def adviser_of(visit: Visit, revision: AssessmentRevision) -> tuple[str, str] | None:
    """Whose hand wrote the DPO's opinion, as a page shows it."""
    hand = find_adviser(visit.session, revision)
    if hand is None:
        return None
    return say_adviser(hand.event, find_actor_names(visit.session, {hand.actor}).get(hand.actor, hand.actor))


def steps_of(assessment_id: int) -> list[tuple[str, str]]:
    """The steps of the form with their addresses, for the tabs."""
    return [(_(label), f"/aipd/{assessment_id}/etapes/{step}") for step, label in STEPS.items()]


def screening_page(
    visit: Visit,
    activity: ProcessingActivity,
    screening: DpiaScreening | None,
    *,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    version: int | None = None,
) -> ScreeningPage:
    """The questions about an activity, as they stand or as they were typed."""
    criteria = load_list(CRITERIA)
    current = screening.version if screening is not None else 0
    lists = [load_list(name) for name in (CRITERIA, REQUIRED_LIST, EXEMPT_LIST)]
    return ScreeningPage(
        activity_id=activity.id,
        name=activity.name,
        version=current if version is None else version,
        need=need_view(decision_about(screening)),
        criteria=[(code, criteria.label(code), hint_of(code), f"criterion_{code}") for code in criteria],
        required=load_list(REQUIRED_LIST).choices(),
        exempt=load_list(EXEMPT_LIST).choices(),
        sources=[(one.source, one.note) for one in lists],
        values=values if values is not None else stored_answers(screening),
        errors=errors or {},
        labels=say_labels() | {f"criterion_{code}": criteria.label(code) for code in criteria},
        assessments=[(one.id, one.title) for one in find_assessments_of(visit.session, activity.id)],
        may_record=visit.visitor.may(RECORD, activity.organisation_id) and not activity.annulled,
    )


def stored_answers(screening: DpiaScreening | None) -> dict[str, Any]:
    """What was answered, under the names of the page's fields."""
    if screening is None:
        return {"required_entries": [], "exempt_entries": [], "law_assessed": ""}
    told = {f"criterion_{code}": "true" for code in screening.criteria_met}
    told |= {f"criterion_{code}": "false" for code in screening.criteria_unmet}
    return told | {
        "required_entries": list(screening.required_entries),
        "required_none": screening.required_none,
        "exempt_entries": list(screening.exempt_entries),
        "exempt_none": screening.exempt_none,
        "law_assessed": "" if screening.law_assessed is None else str(screening.law_assessed).lower(),
        "reason": screening.reason or "",
        "set_aside_reason": screening.set_aside_reason or "",
        "set_aside_view": screening.set_aside_view or "",
    }
