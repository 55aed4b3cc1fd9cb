"""What the sheet of an impact assessment says in a document: its latest revision of a day, step by step.

Law: GDPR art. 35 §7, §2 and §9, art. 36.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.accounts.queries import find_role
from registry.compliance.engine import engine_of
from registry.kernel.delays import Delay
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.permissions import Permission, Role
from registry.kernel.words import _
from registry.ledger.as_of import find_rows
from registry.organisations.holding import Held, find_every, find_held, frame_of_sheets
from registry.processing.assessments.models import (
    AssessmentCoverage,
    AssessmentMeasure,
    AssessmentRevision,
    AssessmentRisk,
    ImpactAssessment,
    PriorConsultation,
)
from registry.processing.assessments.queries import ADVISED, find_adviser, get_assessment
from registry.processing.assessments.risks import Consulted, cnil_answers_by, consulted_for, residual
from registry.processing.assessments.vocabulary import RevisionState, RiskKind
from registry.processing.assessments.wording import (
    PARTS,
    STEPS,
    label_of,
    risk_view,
    say_adviser,
    say_consequences,
    say_extension,
)
from registry.processing.models import ProcessingActivity
from registry.processing.wording import say_activity
from registry.web.templating import say_day

SUBJECT = "assessment"
_OWED = frozenset({"description", "necessity", "minimisation", "rights"})
_ARTICLES = {"description": "art. 35 §7 a", "necessity": "art. 35 §7 b", "minimisation": "art. 35 §7 b"}


def get_keeper(session: Session, subject: Subject) -> int:
    """The organisation that keeps the sheet of an assessment: the one whose assessment it is.

    Raises: NotFound; Invalid when the subject is no assessment.
    """
    if subject.kind != SUBJECT:
        raise Invalid(_("Une fiche d’analyse d’impact parle d’une analyse : demandez-la depuis sa page."))
    return get_assessment(session, subject.number).organisation_id


def name_subject(session: Session, subject: Subject) -> str:
    """What an assessment is called where its document is asked for.

    Raises: NotFound.
    """
    return _("Analyse d’impact n° {number} – {title}").format(
        number=subject.number, title=get_assessment(session, subject.number).title
    )


def gather(session: Session, subject: Subject, moment: Moment) -> Gathered:
    """The latest revision of an assessment, as it stood.

    Raises: Invalid when it did not exist that day.
    """
    found = find_rows(session, ImpactAssessment, until=moment.until, column="id", among=[subject.number])
    revisions = find_rows(
        session, AssessmentRevision, until=moment.until, column="assessment_id", among=[subject.number]
    )
    if not found or not revisions:
        raise Invalid(_("Cette analyse d’impact n’existait pas encore ce jour-là, ou elle n’existe pas."))
    assessment, revision = found[0], max(revisions, key=lambda row: row.number)
    held = find_held(session, find_every(session, moment), assessment.organisation_id)

    def below(model: type[Any]) -> list[Any]:
        return find_rows(session, model, until=moment.until, column="revision_id", among=[revision.id])

    risks = sorted(below(AssessmentRisk), key=lambda row: row.id)
    measures = sorted((row for row in below(AssessmentMeasure) if not row.dropped), key=lambda row: row.position)
    covered = [row.activity_id for row in below(AssessmentCoverage) if not row.dropped]
    state, asked = RevisionState(revision.state), _asked(session, revisions, moment)
    consulted = consulted_for(revision.number, state, residual(risks), asked)
    frame = frame_of_sheets(session, held, moment, assessment.title)
    values = {
        **frame,
        "card": [*frame["card"], *_card(revision)],
        "summary": [*_summary(risks)],
        "sheets": [
            *_written(revision, _names(session, held, covered, moment)),
            _risks(risks),
            _plan(measures),
            _opinions(
                revision,
                _on_revision(consulted.earlier, _consulted(consulted.known, _delays(session))),
                _decider(session, revision),
                _adviser(session, revision, moment),
                consulted,
            ),
        ],
    }
    return Gathered(SUBJECT, subject.number, assessment.title, assessment.organisation_id, values)


def _names(session: Session, held: Held, ids: Sequence[int], moment: Moment) -> list[str]:
    rows = find_rows(session, ProcessingActivity, until=moment.until, column="id", among=ids)
    return [say_activity(row) for row in rows if row.organisation_id in held.own]


def _card(revision: Any) -> Iterator[dict[str, Any]]:
    state = RevisionState(revision.state).label
    yield {
        "label": _("Révision"),
        "text": _("n° {number}, {state}").format(number=revision.number, state=state.lower()),
    }
    if revision.review_on is not None:
        yield {"label": label_of("review_on"), "text": say_day(revision.review_on)}


def _summary(risks: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for risk in risks:
        for when, said in (("before", _("{event}, avant")), ("after", _("{event}, après"))):
            severity, likelihood = getattr(risk, f"severity_{when}"), getattr(risk, f"likelihood_{when}")
            if severity is not None and likelihood is not None:
                label = said.format(event=RiskKind(risk.kind).short)
                yield {"label": label, "first": likelihood.rank, "second": severity.rank}


def _step(name: str) -> str:
    return _(STEPS[name])


def _written(revision: Any, covered: Sequence[str]) -> Iterator[dict[str, Any]]:
    for step, names in PARTS.items():
        lines = [
            {
                "label": label_of(name),
                "article": _ARTICLES.get(name, ""),
                "text": getattr(revision, name) or "",
                "owed": name in _OWED,
            }
            for name in names
            if getattr(revision, name) or name in _OWED
        ]
        if step == next(iter(PARTS)):
            lines.insert(0, {"label": label_of("activity_ids"), "text": "\n".join(covered), "owed": True})
        yield {"id": step, "name": _step(step), "lines": lines}


def _risks(risks: Sequence[Any]) -> dict[str, Any]:
    rows = []
    for view in map(risk_view, risks):
        told = " ; ".join(f"{label} : {text}" for label, text in view.facts)
        rows.append((view.label, told or "–", view.before, view.after))
    left = residual(risks)
    headers = (_("Événement redouté"), _("Sources, effets, mesures en place"), _("Avant"), _("Après"))
    return {
        "id": "risques",
        "name": _step("risques"),
        "standing": left.label if left is not None else _("Non pesé"),
        "grids": [{"caption": _("Événements redoutés"), "headers": headers, "rows": rows}] if rows else [],
        "lines": [] if rows else [{"label": _("Événements redoutés"), "article": "art. 35 §7 c", "owed": True}],
    }


def _plan(measures: Sequence[Any]) -> dict[str, Any]:
    rows = [
        (
            row.title,
            ", ".join(RiskKind(code).short for code in row.risks) or "–",
            row.owner or "–",
            say_day(row.due_on) if row.due_on else "–",
            say_day(row.done_on) if row.done_on else "–",
        )
        for row in measures
    ]
    headers = (_("Mesure"), _("Contre"), _("Qui"), _("Échéance"), _("Faite le"))
    return {
        "id": "mesures",
        "name": _step("mesures"),
        "grids": [{"caption": _("Mesures prévues"), "headers": headers, "rows": rows}] if rows else [],
        "lines": [] if rows else [{"label": _("Mesures prévues"), "article": "art. 35 §7 d", "owed": True}],
    }


def _opinions(
    revision: Any, cnil: str, decider: str, adviser: tuple[str, str] | None, consulted: Consulted
) -> dict[str, Any]:
    opinion, asked = revision.dpo_opinion, revision.people_asked
    decided = say_day(revision.decided_on) if revision.decided_on else ""
    said = (
        (_("Avis du DPO"), "art. 35 §2", _joined(opinion, revision.dpo_opinion_on, revision.dpo_opinion_text), True),
        *(((*(adviser[0], "art. 35 §2", adviser[1]), False),) if adviser is not None else ()),
        (_("Personnes concernées"), "art. 35 §9", _joined(asked, None, revision.people_views), True),
        (_("CNIL consultée"), "art. 36", cnil, False),
        (_("Décision"), "", _joined(revision.state, None, decided) if decided else "", True),
        (_("Décidée par"), "", decider, False),
        (_("Motif"), "", revision.decision_reason or "", False),
        *((*told, False) for told in say_consequences(revision, consulted)),
        (label_of("review_triggers"), "art. 35 §11", revision.review_triggers or "", False),
    )
    lines = [
        {"label": label, "article": article, "text": text, "owed": owed}
        for label, article, text, owed in said
        if text or owed
    ]
    return {"id": "avis", "name": _step("avis"), "lines": lines}


def _adviser(session: Session, revision: Any, moment: Moment) -> tuple[str, str] | None:
    """Whose hand wrote the opinion of the DPO, by the office: a document names no person."""
    hand = find_adviser(session, revision, moment.until)
    if hand is None:
        return None
    may, role = Permission.PROCESSING_ASSESSMENT_ADVISE, None
    if hand.event == ADVISED:
        role = Role.DPO
    elif hand.account_id is not None:
        role = find_role(session, hand.account_id, revision.organisation_id, may)
    return say_adviser(hand.event, role.label if role is not None else _("Une autre personne"))


def _decider(session: Session, revision: Any) -> str:
    """The office by which somebody decided, for the controller: a document names no person."""
    if revision.decided_by is None:
        return ""
    role = find_role(session, revision.decided_by, revision.organisation_id, Permission.PROCESSING_ASSESSMENT_DECIDE)
    return _("{role}, au nom du responsable de traitement").format(role=role.label) if role is not None else ""


def _delays(session: Session) -> Mapping[str, Delay]:
    return engine_of(session).catalogue.delays


def _asked(session: Session, revisions: Sequence[Any], moment: Moment) -> dict[int, Any]:
    """The CNIL's consultations on these revisions, each by the number of its revision."""
    numbers = {one.id: one.number for one in revisions}
    rows = find_rows(session, PriorConsultation, until=moment.until, column="revision_id", among=numbers)
    return {numbers[one.revision_id]: one for one in rows}


def _on_revision(number: int | None, said: str) -> str:
    """What is said of the CNIL's consultation, after the number of the revision it was on where that is an earlier."""
    return _("révision n° {number} : {said}").format(number=number, said=said) if number is not None else said


def _consulted(known: Any, delays: Mapping[str, Delay]) -> str:
    if known is None:
        return ""
    due = say_day(cnil_answers_by(known.sent_on, known.extension_told_on, delays))
    answer = (
        known.answer.label
        if known.answer
        else _("pas encore de réponse, attendue au plus tard le {day}").format(day=due)
    )
    sent, extension = _("saisie le {day}").format(day=say_day(known.sent_on)), known.extension_told_on
    said = (sent, answer, known.answer_text, say_extension(known.sent_on, extension, delays))
    return " ; ".join(filter(None, said))


def _joined(code: Any, day: Any, text: str | None) -> str:
    if code is None:
        return ""
    said = code.label if day is None else f"{code.label} ({say_day(day)})"
    return f"{said} : {text}" if text else str(said)
