"""Every change to an impact assessment: screen, begin, write, submit, decide, revise, consult.

Each touches the activities covered, which are judged before the transaction ends.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.kernel.errors import Conflict, FieldError, Forbidden, Invalid, Stale
from registry.kernel.sort_keys import indexed_sort_key
from registry.kernel.words import _, mark
from registry.ledger.service import say, touch
from registry.platform.tables import set_those_that_differ
from registry.processing.assessments.forms import (
    AssessmentForm,
    ConsultationForm,
    ContextForm,
    DecisionForm,
    MeasureForm,
    MeasuresForm,
    RevisionChange,
    RiskForm,
    RisksForm,
    ScreeningForm,
)
from registry.processing.assessments.models import (
    AssessmentCoverage,
    AssessmentMeasure,
    AssessmentRevision,
    AssessmentRisk,
    DpiaScreening,
    ImpactAssessment,
    PriorConsultation,
)
from registry.processing.assessments.queries import (
    ADVISED,
    OPINION,
    TRANSCRIBED,
    find_adviser,
    find_consultable,
    find_coverable,
    find_coverage,
    find_covered,
    find_measures,
    find_risks,
    find_screening,
    get_assessment,
    get_latest,
    get_measure,
)
from registry.processing.assessments.risks import find_lacks, proposed_review, reasons_owed, residual
from registry.processing.assessments.rules import answers_of, decide
from registry.processing.assessments.vocabulary import RevisionState
from registry.processing.queries import get_activity

CHANGED = mark("Cette analyse d’impact a été modifiée entre-temps.")
ANNULLED = mark("Cette analyse est annulée : rétablissez-la avant de la modifier.")
FROZEN = mark("Cette révision ne se modifie plus : ouvrez-en une nouvelle pour changer l’analyse.")
_TEXTS = (
    "description", "responsibilities", "standards", "data_lifecycle", "necessity", "minimisation", "retention",
    "information", "rights", "processors", "review_triggers",
)  # fmt: skip
"""What a new revision takes from the one before: what was written, never the opinions nor the decision."""
_OWN = {"id", "version", "revision_id"}
"""What a part of a revision has of its own, and its copy has not."""


def screen_activity(session: Session, activity_id: int, form: ScreeningForm, *, expected: int) -> DpiaScreening:
    """Keeps what was answered of an activity to know whether an assessment is due.

    `expected` is the version that was read, 0 where nothing was answered yet.
    Raises: NotFound; Conflict when the activity is annulled; Stale; Invalid when the assessment is set aside although
    the answers do not allow it.
    """
    activity = get_activity(session, activity_id, lock=True)
    if activity.annulled:
        raise Conflict(_("Ce traitement est annulé : rétablissez-le avant de le modifier."))
    screening = find_screening(session, activity_id, lock=True)
    if expected != (screening.version if screening else 0):
        raise Stale(_("Ces réponses ont été modifiées entre-temps."), screening.version if screening else 0)
    values = _screening_values(form)
    given = DpiaScreening(organisation_id=activity.organisation_id, activity_id=activity_id, **values)
    if form.set_aside_reason and not decide(answers_of(given)).may_be_set_aside:
        sentence = _(
            "L’AIPD ne peut être écartée que si elle est due aux seuls critères : ni liste de la CNIL, ni cas de "
            "l’article 35 §3. Effacez ces deux textes, ou revoyez les réponses."
        )
        raise Invalid(sentence, (FieldError("set_aside_reason", sentence),))
    say(session, "processing:screening:record")
    if screening is None:
        screening = given
        session.add(screening)
    else:
        for name, value in values.items():
            setattr(screening, name, value)
    session.flush()
    session.refresh(screening)
    touch(session, "activity", activity_id)
    return screening


def _screening_values(form: ScreeningForm) -> dict[str, Any]:
    values = form.model_dump(exclude={"criteria"})
    values["criteria_met"] = [code for code, told in form.criteria.items() if told]
    values["criteria_unmet"] = [code for code, told in form.criteria.items() if not told]
    return values


def begin_assessment(
    session: Session, organisation_id: int, form: AssessmentForm, *, by: int | None
) -> ImpactAssessment:
    """A new assessment of an organisation, with its first revision, in draft.

    Raises: Invalid when it would cover an activity of another record.
    """
    _check_coverable(session, organisation_id, form.activity_ids)
    say(session, "processing:assessment:record")
    made = ImpactAssessment(organisation_id=organisation_id, title=form.title, title_sort=indexed_sort_key(form.title))
    session.add(made)
    session.flush()
    revision = AssessmentRevision(
        organisation_id=organisation_id, assessment_id=made.id, number=1, authors=[] if by is None else [by]
    )
    session.add(revision)
    session.flush()
    _cover(session, revision, form.activity_ids)
    return made


def amend_revision(
    session: Session, assessment_id: int, values: dict[str, Any], *, expected: int, by: int | None, as_dpo: bool = False
) -> AssessmentRevision:
    """Changes texts and opinions of the draft of an assessment; `as_dpo` when the DPO in person writes.

    Raises: NotFound; Stale; Conflict when it is not a draft; Forbidden when it would change what the DPO wrote.
    """
    revision = _open_for_writing(session, assessment_id, expected)
    _say_amended(session, revision, values, as_dpo=as_dpo)
    for name, value in values.items():
        if getattr(revision, name) != value:
            setattr(revision, name, value)
    return _saved(session, revision, by)


def _say_amended(session: Session, revision: AssessmentRevision, values: Mapping[str, Any], *, as_dpo: bool) -> None:
    """Says whose hand writes: the DPO's opinion is the DPO's own, or noted as such by somebody else.

    Law: GDPR art. 35 §2, since 2018-05-25: the controller seeks the advice of the DPO, and does not write it.
    """
    if all(getattr(revision, name) == values[name] for name in OPINION if name in values):
        say(session, "processing:assessment:amend")
        return
    if as_dpo:
        say(session, ADVISED)
        return
    hand = find_adviser(session, revision)
    if hand is not None and hand.event == ADVISED:
        raise Forbidden(_("La ou le DPO a donné cet avis de sa main : personne d’autre ne le change."))
    say(session, TRANSCRIBED)


def describe_context(
    session: Session, assessment_id: int, form: ContextForm, *, expected: int, by: int | None
) -> AssessmentRevision:
    """Says what a draft assesses: the activities it covers, and their context.

    Raises: NotFound; Stale; Conflict when it is not a draft; Invalid when it would cover an activity of another record.
    """
    revision = _open_for_writing(session, assessment_id, expected)
    _check_coverable(session, revision.organisation_id, form.activity_ids)
    say(session, "processing:assessment:amend")
    _cover(session, revision, form.activity_ids)
    for name, value in form.model_dump(exclude={"activity_ids"}).items():
        setattr(revision, name, value)
    return _saved(session, revision, by)


def weigh_risks(
    session: Session, assessment_id: int, form: RisksForm, *, expected: int, by: int | None
) -> AssessmentRevision:
    """Describes and weighs the feared events of a draft.

    Raises: NotFound; Stale; Conflict when it is not a draft.
    """
    revision = _open_for_writing(session, assessment_id, expected)
    say(session, "processing:assessment:amend")
    _weigh(session, revision, form.risks)
    return _saved(session, revision, by)


def _weigh(session: Session, revision: AssessmentRevision, risks: Iterable[RiskForm]) -> None:
    known = {risk.kind: risk for risk in find_risks(session, revision.id)}
    for given in risks:
        risk = known.get(given.kind)
        if risk is None:
            session.add(
                AssessmentRisk(organisation_id=revision.organisation_id, revision_id=revision.id, **given.model_dump())
            )
            continue
        for name, value in given.model_dump(exclude={"kind"}).items():
            setattr(risk, name, value)


def plan_measures(
    session: Session, assessment_id: int, form: MeasuresForm, *, expected: int, by: int | None
) -> AssessmentRevision:
    """Says which measures a draft plans, in their order; those no longer named are taken out, never erased.

    Raises: NotFound; Stale; Conflict when it is not a draft.
    """
    revision = _open_for_writing(session, assessment_id, expected)
    say(session, "processing:assessment:amend")
    _plan(session, revision, form.measures)
    return _saved(session, revision, by)


def _plan(session: Session, revision: AssessmentRevision, measures: Iterable[MeasureForm]) -> None:
    known = {measure.position: measure for measure in find_measures(session, revision.id, dropped=True)}
    for position, given in enumerate(measures, start=1):
        values = {**given.model_dump(), "dropped": False}
        measure = known.pop(position, None)
        if measure is None:
            session.add(
                AssessmentMeasure(
                    organisation_id=revision.organisation_id, revision_id=revision.id, position=position, **values
                )
            )
            continue
        for name, value in values.items():
            setattr(measure, name, value)
    for measure in known.values():
        measure.dropped = True


def rewrite_draft(
    session: Session, assessment_id: int, change: RevisionChange, *, expected: int, by: int | None, as_dpo: bool = False
) -> AssessmentRevision:
    """Changes the parts given of a draft, all of them or none; `as_dpo` when the DPO in person writes.

    Raises: NotFound; Stale; Conflict when it is not a draft; Invalid when it would cover an activity of another record;
    Forbidden when it would change what the DPO wrote.
    """
    revision = _open_for_writing(session, assessment_id, expected)
    opinion = change.opinion.kept() if change.opinion is not None else {}
    _say_amended(session, revision, opinion, as_dpo=as_dpo)
    if change.activity_ids is not None:
        _check_coverable(session, revision.organisation_id, change.activity_ids)
        _cover(session, revision, change.activity_ids)
    if change.risks is not None:
        _weigh(session, revision, change.risks)
    if change.measures is not None:
        _plan(session, revision, change.measures)
    for name, value in (change.texts() | opinion).items():
        setattr(revision, name, value)
    return _saved(session, revision, by)


def submit_revision(
    session: Session, assessment_id: int, *, expected: int, by: int | None, today: date
) -> AssessmentRevision:
    """Submits a draft to the controller's answer.

    Raises: NotFound; Stale; Conflict when it is not a draft; Invalid when it lacks what article 35 asks.
    """
    revision = _open_for_writing(session, assessment_id, expected)
    lacks = find_lacks(
        revision,
        find_risks(session, revision.id),
        len(find_measures(session, revision.id)),
        len(find_covered(session, revision.id)),
    )
    if lacks:
        raise Invalid(
            _("Il manque encore : {lacks}.").format(lacks=" ; ".join(_(lack.what) for lack in lacks)),
            tuple(FieldError(lack.step, f"{_(lack.what)} ({_(lack.law)})") for lack in lacks),
        )
    say(session, "processing:assessment:submit")
    revision.state = RevisionState.SUBMITTED
    revision.submitted_on = today
    return _saved(session, revision, by)


def decide_revision(
    session: Session, assessment_id: int, form: DecisionForm, *, expected: int, by: int, today: date
) -> AssessmentRevision:
    """The controller's answer to a submitted revision: validated, refused, or given back to be completed.

    Raises: NotFound; Stale; Conflict when nothing is submitted; Forbidden to whoever wrote it; Invalid when it would be
    read again before today, or validated without a reason while the risk stays high or the DPO advised against it.
    """
    revision = _locked(session, assessment_id, expected)
    if revision.state is not RevisionState.SUBMITTED:
        raise Conflict(_("Cette révision n’attend pas de décision : elle n’est pas soumise à validation."))
    if by in revision.authors:
        raise Forbidden(
            _("Vous avez écrit cette analyse : la décision revient à une autre personne, au nom du responsable.")
        )
    say(session, f"processing:assessment:{_VERBS[form.state]}", form.reason)
    if form.state is RevisionState.DRAFT:
        revision.state, revision.submitted_on = RevisionState.DRAFT, None
        return _saved(session, revision, None)
    if form.review_on is not None and form.review_on <= today:
        sentence = _("Le réexamen est à venir : donnez un jour après aujourd’hui.")
        raise Invalid(sentence, (FieldError("review_on", sentence),))
    if form.state is RevisionState.VALIDATED and not form.reason:
        _check_unreasoned(session, revision)
    revision.decided_on, revision.decided_by, revision.decision_reason = today, by, form.reason
    if form.state is RevisionState.VALIDATED:
        revision.review_on = form.review_on or proposed_review(today)
        revision.review_triggers = form.review_triggers or revision.review_triggers
    revision.state = form.state
    return _saved(session, revision, None)


def _check_unreasoned(session: Session, revision: AssessmentRevision) -> None:
    owed = reasons_owed(residual(find_risks(session, revision.id)), revision.dpo_opinion)
    if owed:
        sentence = _("Dites pourquoi vous validez : {reasons}.").format(reasons=_(" et ").join(_(one) for one in owed))
        raise Invalid(sentence, (FieldError("reason", sentence),))


_VERBS = {RevisionState.VALIDATED: "validate", RevisionState.REFUSED: "refuse", RevisionState.DRAFT: "return"}


def begin_revision(session: Session, assessment_id: int, *, by: int | None) -> AssessmentRevision:
    """A new draft that takes up what the last decided revision says, without its opinions and its decision.

    Raises: NotFound; Conflict when one is already open, or the assessment is annulled.
    """
    assessment = get_assessment(session, assessment_id, lock=True)
    if assessment.annulled:
        raise Conflict(_(ANNULLED))
    last = get_latest(session, assessment_id, lock=True)
    if not last.state.is_decided:
        raise Conflict(_("Une révision est déjà ouverte : terminez-la avant d’en commencer une autre."))
    say(session, "processing:assessment:revise")
    made = AssessmentRevision(
        organisation_id=last.organisation_id,
        assessment_id=assessment_id,
        number=last.number + 1,
        authors=[] if by is None else [by],
        **{name: getattr(last, name) for name in _TEXTS},
    )
    session.add(made)
    session.flush()
    for risk in find_risks(session, last.id):
        session.add(AssessmentRisk(revision_id=made.id, **risk.model_dump(exclude=_OWN)))
    for measure in find_measures(session, last.id):
        session.add(AssessmentMeasure(revision_id=made.id, **measure.model_dump(exclude=_OWN)))
    _cover(session, made, [activity_id for activity_id, _name in find_covered(session, last.id)])
    return made


def say_measure_done(session: Session, assessment_id: int, position: int, done_on: date) -> AssessmentMeasure:
    """Says that a measure the latest revision plans is in place, which a frozen revision still allows.

    Raises: NotFound; Conflict while a draft is open: its measures move, and who writes it would undo what is said here.
    """
    revision = get_latest(session, assessment_id, lock=True)
    if not revision.state.is_decided:
        raise Conflict(_("Une révision est ouverte : dites-y, à l’étape des mesures, celles qui sont en place."))
    measure = get_measure(session, revision.id, position)
    say(session, "processing:measure:close")
    measure.done_on = done_on
    session.flush()
    return measure


def record_consultation(
    session: Session, assessment_id: int, form: ConsultationForm, *, expected: int
) -> PriorConsultation:
    """Records the CNIL's prior consultation on a decided revision, and what it answered; what was noted before may be
    corrected, for a reason.

    `expected` is the version that was read, 0 where nothing was recorded yet.
    Raises: NotFound; Stale; Conflict when the assessment is annulled, or no decided revision leaves a high risk;
    Invalid when something already noted changes without a reason.
    """
    if get_assessment(session, assessment_id, lock=True).annulled:
        raise Conflict(_(ANNULLED))
    found = find_consultable(session, assessment_id)
    if found is None:
        raise Conflict(
            _("La CNIL se consulte sur une analyse validée dont le risque reste élevé après mesures (RGPD art. 36 §1).")
        )
    revision, known = found
    if expected != (known.version if known else 0):
        raise Stale(_(CHANGED), known.version if known else 0)
    said = form.model_dump(exclude={"reason"})
    if known is None:
        say(session, "processing:consultation:record")
        known = PriorConsultation(organisation_id=revision.organisation_id, revision_id=revision.id, **said)
        session.add(known)
    else:
        corrected = any(getattr(known, name) not in (None, value) for name, value in said.items())
        if corrected and not form.reason:
            sentence = _("Ce qui était déjà noté change : dites pourquoi. La version d’avant reste au registre.")
            raise Invalid(sentence, (FieldError("reason", sentence),))
        say(session, f"processing:consultation:{'correct' if corrected else 'record'}", form.reason)
        set_those_that_differ(known, **said)
    session.flush()
    session.refresh(known)
    _touch_covered(session, revision)
    return known


def set_assessment_aside(
    session: Session, assessment_id: int, *, expected: int, reason: str, annulled: bool
) -> ImpactAssessment:
    """Annuls an assessment begun by mistake, or brings it back, with a reason; nothing is deleted.

    Raises: NotFound; Stale.
    """
    assessment = get_assessment(session, assessment_id, lock=True)
    if assessment.version != expected:
        raise Stale(_(CHANGED), assessment.version)
    say(session, "processing:assessment:annul" if annulled else "processing:assessment:restore", reason)
    assessment.annulled = annulled
    session.flush()
    session.refresh(assessment)
    _touch_covered(session, get_latest(session, assessment_id))
    return assessment


def _locked(session: Session, assessment_id: int, expected: int) -> AssessmentRevision:
    if get_assessment(session, assessment_id).annulled:
        raise Conflict(_(ANNULLED))
    revision = get_latest(session, assessment_id, lock=True)
    if revision.version != expected:
        raise Stale(_(CHANGED), revision.version)
    return revision


def _open_for_writing(session: Session, assessment_id: int, expected: int) -> AssessmentRevision:
    revision = _locked(session, assessment_id, expected)
    if revision.state is not RevisionState.DRAFT:
        raise Conflict(_(FROZEN))
    return revision


def _saved(session: Session, revision: AssessmentRevision, by: int | None) -> AssessmentRevision:
    """The revision as the database now holds it, with who wrote it among its authors."""
    if by is not None and by not in revision.authors:
        revision.authors = [*revision.authors, by]
    revision.saves += 1
    session.flush()
    session.refresh(revision)
    _touch_covered(session, revision)
    return revision


def _check_coverable(session: Session, organisation_id: int, activity_ids: Iterable[int]) -> None:
    known = {activity_id for activity_id, _name in find_coverable(session, organisation_id)}
    if not set(activity_ids) <= known:
        sentence = _("Choisissez des traitements du registre de cette organisation, qui ne sont pas annulés.")
        raise Invalid(sentence, (FieldError("activity_ids", sentence),))


def _cover(session: Session, revision: AssessmentRevision, activity_ids: Iterable[int]) -> None:
    """Has a revision cover these activities and no other; one taken out is judged again too."""
    wanted = set(activity_ids)
    known = {one.activity_id: one for one in find_coverage(session, revision.id)}
    for activity_id, one in known.items():
        one.dropped = activity_id not in wanted
    for activity_id in sorted(wanted - known.keys()):
        session.add(
            AssessmentCoverage(
                organisation_id=revision.organisation_id, revision_id=revision.id, activity_id=activity_id
            )
        )
    session.flush()
    for activity_id in wanted | known.keys():
        touch(session, "activity", activity_id)


def _touch_covered(session: Session, revision: AssessmentRevision) -> None:
    for one in find_coverage(session, revision.id):
        touch(session, "activity", one.activity_id)
