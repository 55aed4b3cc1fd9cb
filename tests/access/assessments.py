"""Impact assessments of an organisation for the scene: drafts ready to submit, some submitted, one decided."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from registry.platform.clock import today
from registry.processing.assessments.forms import (
    AssessmentForm,
    ContextForm,
    DecisionForm,
    MeasuresForm,
    RisksForm,
    ScreeningForm,
)
from registry.processing.assessments.models import ImpactAssessment
from registry.processing.assessments.queries import get_latest
from registry.processing.assessments.service import (
    amend_revision,
    begin_assessment,
    decide_revision,
    describe_context,
    plan_measures,
    screen_activity,
    submit_revision,
    weigh_risks,
)
from registry.processing.assessments.vocabulary import DpoOpinion, PeopleAsked, RevisionState, RiskKind, RiskLevel

HIGH = {
    "severity_before": RiskLevel.MAXIMAL, "likelihood_before": RiskLevel.IMPORTANT,
    "severity_after": RiskLevel.IMPORTANT, "likelihood_after": RiskLevel.IMPORTANT,
}  # fmt: skip


def assess(
    session: Session, organisation_id: int, activity_id: int, word: str, *, decider: int, day: date
) -> dict[str, int]:
    """Their numbers, under the names the scene gives them; every text holds the word."""
    screen_activity(session, activity_id, ScreeningForm(reason=f"Raison {word}"), expected=0)
    made = {
        state: write_assessment(session, organisation_id, activity_id, f"{state} {word}", day=day)
        for state in ("draft", "api_draft", "submitted", "api_submitted", "decided")
    }
    for state in ("submitted", "api_submitted", "decided"):
        version = get_latest(session, made[state].id).version
        submit_revision(session, made[state].id, expected=version, by=None, today=day)
    form = DecisionForm(state=RevisionState.VALIDATED, reason=f"Motif {word}", review_on=day + timedelta(days=300))
    version = get_latest(session, made["decided"].id).version
    decide_revision(session, made["decided"].id, form, expected=version, by=decider, today=day)
    return {f"{state}_dpia_id": one.id for state, one in made.items()}


def write_assessment(
    session: Session, organisation_id: int, activity_id: int, word: str, *, day: date
) -> ImpactAssessment:
    """An assessment that lacks nothing, in draft."""
    made = begin_assessment(
        session, organisation_id, AssessmentForm(title=f"AIPD {word}", activity_ids=[activity_id]), by=None
    )

    def version() -> int:
        return get_latest(session, made.id).version

    context = ContextForm(activity_ids=[activity_id], description=f"Texte {word}", responsibilities=f"Texte {word}")
    describe_context(session, made.id, context, expected=version(), by=None)
    risks = RisksForm.model_validate(
        {"risks": [{"kind": kind, "impacts": f"Texte {word}", **HIGH} for kind in RiskKind]}
    )
    weigh_risks(session, made.id, risks, expected=version(), by=None)
    plan = MeasuresForm.model_validate({"measures": [{"title": f"Mesure {word}", "owner": f"Poste {word}"}]})
    plan_measures(session, made.id, plan, expected=version(), by=None)
    texts = ("necessity", "minimisation", "retention", "information", "rights", "processors")
    said = dict.fromkeys(texts, f"Texte {word}") | {
        "dpo_opinion": DpoOpinion.FAVOURABLE, "dpo_opinion_on": day, "dpo_opinion_text": f"Avis {word}",
        "people_asked": PeopleAsked.SOUGHT, "people_views": f"Avis {word}",
    }  # fmt: skip
    amend_revision(session, made.id, said, expected=version(), by=None)
    return made


REASON = "Saisie deux fois"

ASSESSMENT_FORMS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "POST /aipd/nouvelle": lambda of: {
        "organisation_id": str(of.organisation_id), "title": "AIPD neuve", "activity_ids": str(of.activity_id),
    },
    "POST /aipd/{assessment_id:int}/annuler": lambda _of: {"version": "1", "reason": REASON},
    "POST /aipd/{assessment_id:int}/consultation": lambda _of: {"version": "0", "sent_on": today().isoformat()},
    "POST /aipd/{assessment_id:int}/decision": lambda of: {
        "version": str(of.submitted_dpia_version), "state": "refused", "reason": REASON,
    },
    "POST /aipd/{assessment_id:int}/etapes/{step:str}": lambda of: {
        "version": str(of.draft_dpia_version), "description": "Autre", "activity_ids": str(of.activity_id),
    },
    "POST /aipd/{assessment_id:int}/mesures/{position:int}/faite": lambda _of: {"done_on": today().isoformat()},
    "POST /aipd/{assessment_id:int}/soumettre": lambda of: {"version": str(of.draft_dpia_version)},
    "POST /traitements/{activity_id:int}/besoin-aipd": lambda of: {
        "version": str(of.screening_version), "criterion_matching": "true",
    },
}  # fmt: skip
ASSESSMENT_BODIES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "POST /api/v1/impact-assessments": lambda of: {
        "organisation_id": of.organisation_id,
        "title": "AIPD neuve",
        "activity_ids": [of.activity_id],
    },
    "PATCH /api/v1/impact-assessments/{assessment_id:int}": lambda _of: {"necessity": "Autre texte"},
    "POST /api/v1/impact-assessments/{assessment_id:int}/submission": lambda _of: {},
    "POST /api/v1/impact-assessments/{assessment_id:int}/decision": lambda _of: {"state": "refused", "reason": REASON},
    "PUT /api/v1/processing-activities/{activity_id:int}/dpia-need": lambda _of: {"criteria": {"exclusion": True}},
}
"""What each route of this corner is sent, from what the scene holds."""
