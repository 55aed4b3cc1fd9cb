"""How impact assessments are told: the labels of their fields, and each part of them in words."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from registry.kernel.delays import Delay
from registry.kernel.words import _, current_locale, mark
from registry.ledger.queries import Version
from registry.platform.lists import load_list
from registry.processing.assessments.models import (
    AssessmentMeasure,
    AssessmentRevision,
    AssessmentRisk,
    PriorConsultation,
)
from registry.processing.assessments.queries import ADVISED, CORRECTED, TRANSCRIBED, Standing
from registry.processing.assessments.risks import (
    Consulted,
    Lack,
    band,
    cnil_answers_by,
    consulted_for,
    is_cnil_extended,
    residual,
    review_state,
)
from registry.processing.assessments.rules import CRITERIA, Decision
from registry.processing.assessments.views import (
    AssessmentLine,
    CellView,
    ConsultationView,
    MapView,
    MeasureView,
    NeedView,
    RiskView,
)
from registry.processing.assessments.vocabulary import (
    CnilAnswer,
    DpoOpinion,
    Question,
    RevisionState,
    RiskKind,
    RiskLevel,
)
from registry.web.templating import say_day

STEPS: Mapping[str, str] = {
    "contexte": mark("Contexte"),
    "principes": mark("Principes"),
    "risques": mark("Risques"),
    "mesures": mark("Mesures"),
    "avis": mark("Avis"),
}
"""The steps of the form, in their order, by what stands in the address."""

LABELS: dict[str, str] = {
    "title": mark("Nom de l’analyse"),
    "organisation_id": mark("Organisation"),
    "activity_ids": mark("Traitements couverts"),
    "description": mark("Description du traitement et de ses finalités"),
    "responsibilities": mark("Responsabilités (responsable, responsables conjoints, sous-traitants)"),
    "standards": mark("Référentiels et textes suivis"),
    "data_lifecycle": mark("Données, destinataires, supports et cycle de vie"),
    "necessity": mark("Nécessité du traitement au regard de ses finalités"),
    "minimisation": mark("Proportionnalité : données limitées au nécessaire"),
    "retention": mark("Durées de conservation"),
    "information": mark("Information des personnes"),
    "rights": mark("Exercice des droits"),
    "processors": mark("Sous-traitants et transferts hors de l’Union"),
    "sources": mark("Sources du risque"),
    "impacts": mark("Conséquences possibles pour les personnes"),
    "measures_in_place": mark("Mesures déjà en place"),
    "severity_before": mark("Gravité avant mesures"),
    "likelihood_before": mark("Vraisemblance avant mesures"),
    "severity_after": mark("Gravité après mesures"),
    "likelihood_after": mark("Vraisemblance après mesures"),
    "people_asked": mark("Avis des personnes concernées"),
    "people_views": mark("Ce qu’elles ont dit, ou pourquoi leur avis n’est pas demandé"),
    "dpo_opinion": mark("Sens de l’avis du DPO"),
    "dpo_opinion_on": mark("Jour de l’avis"),
    "dpo_opinion_text": mark("Avis du DPO"),
    "state": mark("Décision"),
    "reason": mark("Motif"),
    "review_on": mark("À réexaminer au plus tard le"),
    "review_triggers": mark("À réexaminer aussi quand"),
    "sent_on": mark("CNIL saisie le"),
    "reference": mark("Référence du dossier"),
    "extension_told_on": mark("Prolongation annoncée le"),
    "answered_on": mark("Réponse reçue le"),
    "answer": mark("Sens de la réponse"),
    "answer_text": mark("Contenu et suites"),
    "law_assessed": Question.LAW_ASSESSED.phrase,
    "required_entries": Question.REQUIRED_LIST.phrase,
    "exempt_entries": Question.EXEMPT_LIST.phrase,
    "set_aside_reason": mark("Pourquoi le risque n’est pas élevé"),
    "set_aside_view": mark("Ce qu’en pense le DPO"),
}
PARTS: Mapping[str, tuple[str, ...]] = {
    "contexte": ("description", "responsibilities", "standards", "data_lifecycle"),
    "principes": ("necessity", "minimisation", "retention", "information", "rights", "processors"),
}
"""The texts of each written step."""


def need_view(decision: Decision) -> NeedView:
    """A decision as a page shows it; `missing` pairs each open question with its label."""
    return NeedView(
        code=decision.need.value,
        label=decision.need.label,
        is_due=decision.is_due,
        may_be_set_aside=decision.may_be_set_aside,
        reasons=[(reason.sentence, reason.law) for reason in decision.reasons],
        missing=[(name, label_of_question(name)) for name in decision.missing],
    )


def label_of_question(name: str) -> str:
    """A question of the screening in words: a criterion, or one of the three others."""
    criteria = load_list(CRITERIA)
    return criteria.label(name) if name in criteria else Question(name).label


def label_of(name: str) -> str:
    """A field's name in the reader's language, or nothing."""
    return _(LABELS[name]) if name in LABELS else ""


def say_labels() -> dict[str, str]:
    """The label of each field in the reader's language."""
    return {name: _(label) for name, label in LABELS.items()}


def assessment_line(
    standing: Standing,
    risks: Sequence[AssessmentRisk],
    asked: Mapping[int, PriorConsultation],
    organisation_name: str,
    today: date,
) -> AssessmentLine:
    """An assessment as a list shows it: the state of its latest revision, the review of its last validated one.

    `asked` are the CNIL's consultations on its revisions, by their numbers.
    """
    latest, in_force = standing.latest, standing.validated
    left = residual(risks)
    review = review_state(in_force.review_on, today) if in_force is not None else None
    return AssessmentLine(
        id=standing.assessment_id,
        title=standing.title,
        organisation_name=organisation_name,
        number=latest.number,
        state=latest.state.label,
        state_code=latest.state.value,
        residual=left.label if left else _("Non pesé"),
        residual_code=left.value if left else "",
        review_on=in_force.review_on if in_force is not None else None,
        review=review.label if review else "",
        review_code=review.value if review else "",
        holds=[short for short, *_rest in say_holds(consulted_for(latest.number, latest.state, left, asked))],
    )


def _weighed(severity: RiskLevel | None, likelihood: RiskLevel | None) -> tuple[str, str]:
    """How grave and how likely a risk is, in words, and what that makes of it."""
    found = band(severity, likelihood)
    if found is None or severity is None or likelihood is None:
        return _("Non pesé"), ""
    words = _("{band} (gravité {severity}, vraisemblance {likelihood})").format(
        band=found.label, severity=severity.label.lower(), likelihood=likelihood.label.lower()
    )
    return words, found.value


def risk_view(risk: AssessmentRisk) -> RiskView:
    """A feared event in words."""
    before, before_code = _weighed(risk.severity_before, risk.likelihood_before)
    after, after_code = _weighed(risk.severity_after, risk.likelihood_after)
    facts = [(label_of(name), getattr(risk, name)) for name in ("sources", "impacts", "measures_in_place")]
    return RiskView(
        risk.kind.value, risk.kind.label, [pair for pair in facts if pair[1]], before, before_code, after, after_code
    )


def risk_maps(risks: Iterable[AssessmentRisk]) -> list[MapView]:
    """The two maps of the risks, before and after the measures; none while nothing is weighed."""
    weighed = [risk for risk in risks if band(risk.severity_before, risk.likelihood_before)]
    if not weighed:
        return []
    return [
        _map("avant", _("Avant les mesures"), [(r.kind, r.severity_before, r.likelihood_before) for r in weighed]),
        _map("apres", _("Après les mesures"), [(r.kind, r.severity_after, r.likelihood_after) for r in weighed]),
    ]


def _map(name: str, title: str, placed: Sequence[tuple[RiskKind, RiskLevel | None, RiskLevel | None]]) -> MapView:
    rows = []
    for severity in reversed(RiskLevel):
        cells = []
        for likelihood in RiskLevel:
            found = band(severity, likelihood)
            here = [kind.short for kind, grave, likely in placed if (grave, likely) == (severity, likelihood)]
            cells.append(CellView(found.value if found else "", here))
        rows.append((severity.label, cells))
    return MapView(name, title, [level.label for level in RiskLevel], rows)


def measure_view(measure: AssessmentMeasure, today: date) -> MeasureView:
    """A planned measure in words."""
    return MeasureView(
        position=measure.position,
        title=measure.title,
        kind=measure.kind.label if measure.kind else "",
        risks=[RiskKind(code).label for code in measure.risks],
        owner=measure.owner or "",
        due_on=measure.due_on,
        done_on=measure.done_on,
        late=measure.done_on is None and measure.due_on is not None and measure.due_on < today,
    )


def opinions_of(revision: AssessmentRevision, adviser: tuple[str, str] | None) -> list[tuple[str, str]]:
    """What the DPO and the persons concerned said, in words, with whose hand wrote the opinion of the DPO."""
    said = []
    if revision.dpo_opinion is not None:
        day = f" ({say_day(revision.dpo_opinion_on)})" if revision.dpo_opinion_on else ""
        said.append((_("Avis du DPO"), f"{revision.dpo_opinion.label}{day}"))
        said.append((_("Ses raisons"), revision.dpo_opinion_text or ""))
        said += [adviser] if adviser is not None else []
    if revision.people_asked is not None:
        said.append((_("Personnes concernées"), revision.people_asked.label))
        said.append((_("Ce qu’il en est"), revision.people_views or ""))
    return [pair for pair in said if pair[1]]


def say_adviser(event: str | None, who: str) -> tuple[str, str]:
    """Whose hand wrote the opinion of the DPO: the DPO's own, or that of somebody who noted it."""
    if event == ADVISED:
        return _("Donné par"), _("{who}, de sa main").format(who=who)
    if event == TRANSCRIBED:
        return _("Transcrit par"), _("{who}, qui n’est pas DPO : l’avis lui-même est à joindre en pièce").format(
            who=who
        )
    return _("Noté au registre par"), who


def disregards_dpo(revision: AssessmentRevision) -> bool:
    """Whether the controller validated what the DPO advised against."""
    return revision.state is RevisionState.VALIDATED and revision.dpo_opinion is DpoOpinion.UNFAVOURABLE


def say_holds(consulted: Consulted) -> list[tuple[str, str, str]]:
    """What forbids to put the processing into use, on the CNIL's side: in short, with its article, in a sentence.

    Law: GDPR art. 36 §1 and §2.
    """
    held = (
        (consulted.is_opposed, _("opposition de la CNIL"), "art. 36 §2",
         _("La CNIL a répondu que le traitement violerait le RGPD : il ne peut pas être mis en œuvre ainsi.")),
        (consulted.is_awaited, _("réponse de la CNIL attendue"), "art. 36 §2",
         _("La CNIL est saisie et sa réponse n’est pas notée : aucune mise en œuvre avant elle, ou la fin du délai.")),
        (consulted.is_owed, _("CNIL à consulter"), "art. 36 §1",
         _("La CNIL n’a pas encore été consultée : elle doit l’être avant toute mise en œuvre.")),
    )  # fmt: skip
    return [(short, article, sentence) for holds, short, article, sentence in held if holds]


def say_consequences(revision: AssessmentRevision, consulted: Consulted) -> list[tuple[str, str, str]]:
    """What a validation leaves to say, with its article: the DPO not followed; the CNIL to consult, await or heed."""
    said = []
    if disregards_dpo(revision):
        said.append((_("Avis du DPO"), "art. 35 §2", _("Défavorable : il n’a pas été suivi.")))
    if revision.state is RevisionState.VALIDATED:
        said += [(_("Mise en œuvre"), article, sentence) for _short, article, sentence in say_holds(consulted)]
    return said


def decision_of(revision: AssessmentRevision, decided_by: str, consulted: Consulted) -> list[tuple[str, str]]:
    """What the controller answered, in words."""
    if not revision.state.is_decided:
        return []
    said = [
        (_("Décision"), revision.state.label),
        (_("Le"), say_day(revision.decided_on)),
        (_("Par"), decided_by),
        (_("Motif"), revision.decision_reason or ""),
    ]
    if revision.state is RevisionState.VALIDATED:
        told = say_consequences(revision, consulted)
        said += [(label, f"{words} ({_('RGPD')} {article})") for label, article, words in told]
        said.append((label_of("review_on"), say_day(revision.review_on)))
        said.append((label_of("review_triggers"), revision.review_triggers or ""))
    return [pair for pair in said if pair[1]]


def say_extension(sent_on: date, told_on: date | None, delays: Mapping[str, Delay]) -> str:
    """What the CNIL's extension is worth: told within a month it extends, later it does not."""
    if told_on is None:
        return ""
    if is_cnil_extended(sent_on, told_on, delays):
        return _("Prolongée de six semaines : la CNIL l’a annoncé le {day}, dans le mois.").format(day=say_day(told_on))
    return _(
        "La prolongation annoncée le {day} ne compte pas : le mois pour l’annoncer était passé (RGPD art. 36 §2)."
    ).format(day=say_day(told_on))


def say_formerly(past: Sequence[Version]) -> list[tuple[str, str]]:
    """What was noted of the CNIL's consultation before it was corrected, each time with why; the latest first."""
    said = []
    for newer, older in pairwise(past):
        if newer.event == CORRECTED:
            before = [
                f"{label_of(name)} {_formerly(name, value)}"
                for name in ("sent_on", "reference", "extension_told_on", "answered_on", "answer", "answer_text")
                if (value := older.snapshot.get(name)) not in (None, newer.snapshot.get(name))
            ]
            said.append((" ; ".join(before), newer.reason or ""))
    return said


def _formerly(name: str, value: Any) -> str:
    if name.endswith("_on"):
        return say_day(date.fromisoformat(str(value)))
    return f"« {CnilAnswer(value).label if name == 'answer' else value} »"


def consultation_view(
    known: PriorConsultation,
    today: date,
    delays: Mapping[str, Delay],
    *,
    earlier: int | None = None,
    past: Sequence[Version] = (),
) -> ConsultationView:
    """The CNIL's consultation in words, with the last day of its delay while it has not answered.

    `earlier` is the number of the revision it was on, where that is not the one shown; `past` what the ledger kept.
    """
    last = cnil_answers_by(known.sent_on, known.extension_told_on, delays)
    said = [
        (label_of("sent_on"), say_day(known.sent_on)),
        (label_of("reference"), known.reference or ""),
        (label_of("extension_told_on"), say_day(known.extension_told_on) if known.extension_told_on else ""),
        (label_of("answered_on"), say_day(known.answered_on) if known.answered_on else ""),
        (label_of("answer"), known.answer.label if known.answer else ""),
        (label_of("answer_text"), known.answer_text or ""),
    ]
    waits = known.answered_on is None
    return ConsultationView(
        [pair for pair in said if pair[1]],
        say_extension(known.sent_on, known.extension_told_on, delays),
        last if waits else None,
        waits and last < today,
        earlier,
        say_formerly(past),
    )


def texts_of(revision: AssessmentRevision) -> dict[str, list[tuple[str, str]]]:
    """The written parts of a revision: for each step, what is said under each label."""
    return {
        step: [(label_of(name), words) for name in names if (words := getattr(revision, name))]
        for step, names in PARTS.items()
    }


def lack_views(lacks: Iterable[Lack]) -> list[tuple[str, str, str]]:
    """What a revision lacks: the step that gives it, what, and the text that asks it."""
    return [(lack.step, _(lack.what), _(lack.law)) for lack in lacks]


def hint_of(code: str) -> str:
    """What a criterion means, in the reader's language."""
    facts = load_list(CRITERIA).entries[code].facts
    return str(facts["hint" if current_locale() == "fr" else "hint_en"])
