"""Every SELECT about impact assessments and the answers that tell whether one is due."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.ledger.queries import Hand, find_hand
from registry.processing.assessments.models import (
    AssessmentCoverage,
    AssessmentMeasure,
    AssessmentRevision,
    AssessmentRisk,
    DpiaScreening,
    ImpactAssessment,
    PriorConsultation,
)
from registry.processing.assessments.risks import consulted_for, residual
from registry.processing.assessments.vocabulary import RevisionState
from registry.processing.models import ProcessingActivity
from registry.processing.vocabulary import ActivityStatus, ProcessingRole

OPEN = (RevisionState.DRAFT, RevisionState.SUBMITTED)


def get_assessment(session: Session, assessment_id: int, *, lock: bool = False) -> ImpactAssessment:
    """One assessment within the asker's rights; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    query = select(ImpactAssessment).where(col(ImpactAssessment.id) == assessment_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(_("Cette analyse d’impact n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def find_revisions(session: Session, assessment_id: int) -> Sequence[AssessmentRevision]:
    """Every revision of an assessment, the latest first."""
    return (
        session.execute(
            select(AssessmentRevision)
            .where(col(AssessmentRevision.assessment_id) == assessment_id)
            .order_by(col(AssessmentRevision.number).desc())
        )
        .scalars()
        .all()
    )


def get_revision(session: Session, assessment_id: int, number: int) -> AssessmentRevision:
    """One revision by its number.

    Raises: NotFound.
    """
    found = session.execute(
        select(AssessmentRevision).where(
            col(AssessmentRevision.assessment_id) == assessment_id, col(AssessmentRevision.number) == number
        )
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(_("Cette révision n’existe pas : choisissez-en une sur la fiche de l’analyse."))
    return found


def get_latest(session: Session, assessment_id: int, *, lock: bool = False) -> AssessmentRevision:
    """The latest revision of an assessment; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    query = (
        select(AssessmentRevision)
        .where(col(AssessmentRevision.assessment_id) == assessment_id)
        .order_by(col(AssessmentRevision.number).desc())
        .limit(1)
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(_("Cette analyse d’impact n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


OPINION = ("dpo_opinion", "dpo_opinion_on", "dpo_opinion_text")
"""The columns of the DPO's opinion."""
CORRECTED = "processing:consultation:correct"
"""The event by which the ledger tells a correction of what was noted of the CNIL."""
ADVISED, TRANSCRIBED = "processing:assessment:advise", "processing:assessment:transcribe"
"""The events by which the ledger tells the DPO's own hand from that of whoever notes what the DPO said."""


def find_adviser(session: Session, revision: AssessmentRevision, until: datetime | None = None) -> Hand | None:
    """Who wrote the DPO's opinion of a revision, from the ledger; None where it has none."""
    if revision.dpo_opinion is None:
        return None
    return find_hand(session, "assessment_revision", revision.id, OPINION, until=until)


def find_risks(session: Session, revision_id: int) -> Sequence[AssessmentRisk]:
    """The feared events described in a revision."""
    query = select(AssessmentRisk).where(col(AssessmentRisk.revision_id) == revision_id)
    return session.execute(query.order_by(col(AssessmentRisk.id))).scalars().all()


def find_measures(session: Session, revision_id: int, *, dropped: bool = False) -> Sequence[AssessmentMeasure]:
    """The measures a revision plans, in their order; those taken out of it too, with `dropped`."""
    query = select(AssessmentMeasure).where(col(AssessmentMeasure.revision_id) == revision_id)
    if not dropped:
        query = query.where(~col(AssessmentMeasure.dropped))
    return session.execute(query.order_by(col(AssessmentMeasure.position))).scalars().all()


def get_measure(session: Session, revision_id: int, position: int) -> AssessmentMeasure:
    """One measure of a revision by its place.

    Raises: NotFound.
    """
    found = next((one for one in find_measures(session, revision_id) if one.position == position), None)
    if found is None:
        raise NotFound(_("Cette mesure n’est pas dans la révision : rechargez la fiche de l’analyse."))
    return found


def find_coverage(session: Session, revision_id: int) -> Sequence[AssessmentCoverage]:
    """The activities a revision covers, or covered: those taken out too."""
    query = select(AssessmentCoverage).where(col(AssessmentCoverage.revision_id) == revision_id)
    return session.execute(query.order_by(col(AssessmentCoverage.id))).scalars().all()


def find_covered(session: Session, revision_id: int) -> list[tuple[int, str]]:
    """The number and the name of each activity a revision covers, by name."""
    rows = session.execute(
        select(col(ProcessingActivity.id), col(ProcessingActivity.name))
        .join(AssessmentCoverage, col(AssessmentCoverage.activity_id) == col(ProcessingActivity.id))
        .where(col(AssessmentCoverage.revision_id) == revision_id, ~col(AssessmentCoverage.dropped))
        .order_by(col(ProcessingActivity.name_sort), col(ProcessingActivity.id))
    )
    return [(row.id, row.name) for row in rows]


def find_coverable(session: Session, organisation_id: int) -> list[tuple[int, str]]:
    """The activities of an organisation's record an assessment may cover, by name."""
    rows = session.execute(
        select(col(ProcessingActivity.id), col(ProcessingActivity.name))
        .where(col(ProcessingActivity.organisation_id) == organisation_id, ~col(ProcessingActivity.annulled))
        .order_by(col(ProcessingActivity.name_sort), col(ProcessingActivity.id))
    )
    return [(row.id, row.name) for row in rows]


def find_consultations(session: Session, assessment_id: int) -> dict[int, PriorConsultation]:
    """The CNIL's consultations on the revisions of an assessment, each by the number of its revision."""
    return find_consultations_of(session, [assessment_id]).get(assessment_id, {})


def find_consultations_of(session: Session, assessment_ids: Iterable[int]) -> dict[int, dict[int, PriorConsultation]]:
    """The same of several assessments, each by its number, where there are any."""
    rows = session.execute(
        select(AssessmentRevision.assessment_id, AssessmentRevision.number, PriorConsultation)  # type: ignore[call-overload]
        .join(PriorConsultation, col(PriorConsultation.revision_id) == col(AssessmentRevision.id))
        .where(col(AssessmentRevision.assessment_id).in_(list(assessment_ids)))
        .order_by(col(AssessmentRevision.number))
    )
    found: dict[int, dict[int, PriorConsultation]] = {}
    for row in rows:
        found.setdefault(row.assessment_id, {})[row.number] = row.PriorConsultation
    return found


Consultable = tuple[AssessmentRevision, PriorConsultation | None]


def find_consultable(session: Session, assessment_id: int) -> Consultable | None:
    """The revision on which the CNIL is consulted, with what was recorded of it already.

    It is the latest decided one; or an earlier one whose answer is still awaited, where the latest asks for none: the
    answer often comes once a new revision is open. None where no decided revision asks for one.
    """
    decided = {one.number: one for one in find_revisions(session, assessment_id) if one.state.is_decided}
    if not decided:
        return None
    latest = decided[max(decided)]
    left = residual(find_risks(session, latest.id))
    stands = consulted_for(latest.number, latest.state, left, find_consultations(session, assessment_id))
    if stands.is_own or stands.is_owed:
        return latest, stands.own
    if stands.number is not None and stands.known is not None and stands.known.answered_on is None:
        return decided[stands.number], stands.known
    return None


def find_screening(session: Session, activity_id: int, *, lock: bool = False) -> DpiaScreening | None:
    """What was answered of an activity, or nothing."""
    query = select(DpiaScreening).where(col(DpiaScreening.activity_id) == activity_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.execute(query).scalar_one_or_none()


def find_screenings(session: Session, activity_ids: Iterable[int]) -> Mapping[int, DpiaScreening]:
    """What was answered of each of these activities, where something was."""
    query = select(DpiaScreening).where(col(DpiaScreening.activity_id).in_(list(activity_ids)))
    return {row.activity_id: row for row in session.execute(query).scalars()}


@dataclass(frozen=True)
class Standing:
    """Where an assessment stands: its latest revision, and the latest validated one that no refusal took back."""

    assessment_id: int
    title: str
    latest: AssessmentRevision
    validated: AssessmentRevision | None


def find_standings(session: Session, assessments: Iterable[ImpactAssessment]) -> list[Standing]:
    """Where each of these assessments stands, in their order."""
    wanted = list(assessments)
    if not wanted:
        return []
    rows = session.execute(
        select(AssessmentRevision)
        .where(col(AssessmentRevision.assessment_id).in_([one.id for one in wanted]))
        .order_by(col(AssessmentRevision.number))
    ).scalars()
    latest: dict[int, AssessmentRevision] = {}
    validated: dict[int, AssessmentRevision] = {}
    for row in rows:
        latest[row.assessment_id] = row
        if row.state is RevisionState.VALIDATED:
            validated[row.assessment_id] = row
        elif row.state is RevisionState.REFUSED:
            validated.pop(row.assessment_id, None)
    return [Standing(one.id, one.title, latest[one.id], validated.get(one.id)) for one in wanted]


def find_assessments(session: Session, *, annulled: bool = False) -> Sequence[ImpactAssessment]:
    """The assessments within the asker's rights, by title."""
    query = select(ImpactAssessment).where(col(ImpactAssessment.annulled) == annulled)
    return session.execute(query.order_by(col(ImpactAssessment.title_sort), col(ImpactAssessment.id))).scalars().all()


def find_assessments_page(session: Session, *, after: tuple[str, int] | None, limit: int) -> Sequence[ImpactAssessment]:
    """The assessments that follow a place, by title."""
    query = select(ImpactAssessment).where(~col(ImpactAssessment.annulled))
    if after is not None:
        query = query.where(tuple_(col(ImpactAssessment.title_sort), col(ImpactAssessment.id)) > after)
    query = query.order_by(col(ImpactAssessment.title_sort), col(ImpactAssessment.id)).limit(limit)
    return session.execute(query).scalars().all()


def count_assessments(session: Session) -> int:
    """How many assessments the asker may read."""
    query = select(func.count()).select_from(ImpactAssessment).where(~col(ImpactAssessment.annulled))
    return session.execute(query).scalar_one()


def find_assessments_of(session: Session, activity_id: int) -> Sequence[ImpactAssessment]:
    """The assessments a revision of which covers an activity, by title."""
    query = (
        select(ImpactAssessment)
        .where(
            ~col(ImpactAssessment.annulled),
            col(ImpactAssessment.id).in_(
                select(col(AssessmentRevision.assessment_id))
                .join(AssessmentCoverage, col(AssessmentCoverage.revision_id) == col(AssessmentRevision.id))
                .where(col(AssessmentCoverage.activity_id) == activity_id, ~col(AssessmentCoverage.dropped))
            ),
        )
        .order_by(col(ImpactAssessment.title_sort), col(ImpactAssessment.id))
    )
    return session.execute(query).scalars().all()


def find_risks_of(session: Session, revision_ids: Iterable[int]) -> Mapping[int, list[AssessmentRisk]]:
    """The feared events of each of these revisions."""
    found: dict[int, list[AssessmentRisk]] = {}
    wanted = list(revision_ids)
    if not wanted:
        return found
    query = select(AssessmentRisk).where(col(AssessmentRisk.revision_id).in_(wanted))
    for row in session.execute(query).scalars():
        found.setdefault(row.revision_id, []).append(row)
    return found


@dataclass(frozen=True)
class Screened:
    """An activity of the record, with what was answered of it."""

    activity_id: int
    name: str
    organisation_id: int
    screening: DpiaScreening | None


def find_screened(session: Session) -> list[Screened]:
    """The activities within the asker's rights that no assessment covers, with what was answered of each, by name.

    Those that are over call for none, nor those carried out for others: it is for the controller to assess them. A
    revision that was refused covers nothing, nor what it revised.
    Law: GDPR art. 35 §1.
    """
    later, refused = aliased(AssessmentRevision), aliased(AssessmentCoverage)
    taken_back = (
        select(col(later.id))
        .join(refused, col(refused.revision_id) == col(later.id))
        .where(
            col(later.assessment_id) == col(AssessmentRevision.assessment_id),
            col(later.number) >= col(AssessmentRevision.number),
            col(later.state) == RevisionState.REFUSED,
            col(refused.activity_id) == col(AssessmentCoverage.activity_id),
            ~col(refused.dropped),
        )
    )
    covered = (
        select(col(AssessmentCoverage.activity_id))
        .join(AssessmentRevision, col(AssessmentRevision.id) == col(AssessmentCoverage.revision_id))
        .join(ImpactAssessment, col(ImpactAssessment.id) == col(AssessmentRevision.assessment_id))
        .where(~col(AssessmentCoverage.dropped), ~col(ImpactAssessment.annulled), ~taken_back.exists())
    )
    rows = session.execute(
        select(ProcessingActivity.id, ProcessingActivity.name, ProcessingActivity.organisation_id, DpiaScreening)  # type: ignore[call-overload]
        .outerjoin(DpiaScreening, col(DpiaScreening.activity_id) == col(ProcessingActivity.id))
        .where(
            ~col(ProcessingActivity.annulled),
            col(ProcessingActivity.role) != ProcessingRole.PROCESSOR,
            col(ProcessingActivity.status) != ActivityStatus.ENDED,
            col(ProcessingActivity.id).not_in(covered),
        )
        .order_by(col(ProcessingActivity.name_sort), col(ProcessingActivity.id))
    )
    return [Screened(*row) for row in rows]
