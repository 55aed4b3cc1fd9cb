"""The annual review of a record of processing, for its officer and its controller to sign: what changed, what waits.

It counts breaches and requests: it is read by who may read them.

Law: GDPR art. 5 §2, 24 §1, 30, 35 §11, 39 §1 b.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.kernel.dates import plus_months
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _, ngettext
from registry.ledger.as_of import find_rows
from registry.ledger.queries import end_of_day
from registry.organisations.holding import BODIES, Held, find_every, find_held, frame_of_sheets
from registry.organisations.queries import get_organisation, get_registry
from registry.processing.assessments.models import AssessmentMeasure, AssessmentRevision, ImpactAssessment
from registry.processing.assessments.told import find_due
from registry.processing.assessments.vocabulary import RevisionState
from registry.processing.breaches.models import Breach
from registry.processing.breaches.rules import breach_clock
from registry.processing.clocks.vocabulary import ClockState
from registry.processing.measures.models import ProtectiveMeasure
from registry.processing.measures.vocabulary import MeasureState
from registry.processing.models import ProcessingActivity
from registry.processing.requests.models import ReceivedRequest
from registry.processing.requests.rules import clock_of, is_answered, is_left, is_waiting
from registry.processing.requests.vocabulary import RequestRegime
from registry.processing.vocabulary import ActivityStatus, ProcessingRole
from registry.processing.wording import FIELD_LABELS, field_label, shown_reference
from registry.web.templating import say_day

OFFERED = {"organisation": BODIES}
YEAR = 12
"""How far a review looks back, and how old a reading of a sheet may be. Units: months."""


def get_keeper(session: Session, subject: Subject) -> int:
    """The organisation whose record is reviewed.

    Raises: NotFound; Invalid when no record is kept by such a subject.
    """
    body = get_organisation(session, subject.number) if subject.kind in OFFERED else None
    if body is None or body.kind not in BODIES:
        raise Invalid(_("Une revue annuelle est celle de la collectivité, d’une commune, ou d’un service."))
    return body.id


@dataclass(frozen=True)
class _Year:
    """What a review reads: the record now and a year before, and the days between."""

    session: Session
    held: Held
    moment: Moment
    begun: date
    activities: Sequence[Any]
    before: Mapping[int, Any]

    @property
    def today(self) -> date:
        """The day of the review."""
        return self.moment.as_of

    def rows(self, model: type[Any]) -> list[Any]:
        """What the body holds of a kind, those set aside left out."""
        found = find_rows(
            self.session, model, until=self.moment.until, column="organisation_id", among=self.held.within
        )
        return [row for row in found if not row.annulled]


def gather(session: Session, subject: Subject, moment: Moment) -> Gathered:
    """The review of the record of a body over the twelve months that end that day.

    Raises: NotFound; Invalid when the body was not in the register that day.
    """
    held = find_held(session, find_every(session, moment), subject.number)
    begun, zone = plus_months(moment.as_of, -YEAR), get_registry(session).time_zone
    before, rows = (
        find_rows(session, ProcessingActivity, until=instant, column="organisation_id", among=held.within)
        for instant in (end_of_day(begun, zone), moment.until)
    )
    year = _Year(session, held, moment, begun, rows, {row.id: row for row in before})
    sheets = [
        _changes(year),
        _unread(year),
        _assessments(year),
        _measures(year),
        _plans(year),
        _breaches(year, zone),
        _requests(year),
    ]
    values = {
        **frame_of_sheets(session, held, moment, held.asked.name),
        "summary": [{"label": one["name"], "first": one.pop("done"), "second": one.pop("waiting")} for one in sheets],
        "sheets": sheets,
    }
    return Gathered(held.kind, subject.number, held.asked.name, subject.number, values)


def _chapter(
    number: int,
    name: str,
    standing: str,
    *,
    done: int = 0,
    waiting: int = 0,
    lines: Iterable[tuple[str, str, str]] = (),
    grid: tuple[str, Sequence[str], Sequence[Sequence[str]]] | None = None,
) -> dict[str, Any]:
    """One chapter: its figures, its lines (label, article, text) and its table."""
    grids = [] if grid is None or not grid[2] else [{"caption": grid[0], "headers": grid[1], "rows": grid[2]}]
    said = [{"label": label, "article": article, "text": text} for label, article, text in lines]
    return {
        "id": str(number), "reference": str(number), "name": name, "standing": standing, "late": waiting > 0,
        "done": done, "waiting": waiting, "lines": said, "grids": grids,
    }  # fmt: skip


def _standing(year: _Year) -> list[Any]:
    return sorted((row for row in year.activities if not row.annulled), key=lambda row: (row.name_sort, row.id))


def _changes(year: _Year) -> dict[str, Any]:
    """What entered the record, what left it and what was written anew since a year."""
    rows = [(row, _what_changed(row, year.before.get(row.id))) for row in year.activities]
    told = [(shown_reference(row.reference) or "–", row.name, *said) for row, said in rows if said is not None]
    standing = ngettext("{count} fiche a changé", "{count} fiches ont changé", len(told)).format(count=len(told))
    return _chapter(
        1, _("Ce qui a changé depuis le {day}").format(day=say_day(year.begun)), standing, done=len(told),
        grid=(_("Fiches du registre"), (_("Référence"), _("Activité"), _("Changement"), _("Rubriques")), told),
    )  # fmt: skip


def _what_changed(row: Any, before: Any) -> tuple[str, str] | None:
    """What happened to a sheet and in which fields; nothing where it stands as it stood."""
    if before is None or (before.annulled and not row.annulled):
        return None if row.annulled else (_("Inscrite"), "")
    if row.annulled:
        return None if before.annulled else (_("Annulée"), "")
    changed = [name for name in FIELD_LABELS if getattr(row, name, None) != getattr(before, name, None)]
    if row.ended_on is not None and before.ended_on is None:
        return _("Terminée"), ""
    if changed:
        return _("Modifiée"), ", ".join(field_label(name) for name in changed)
    return None if row.version == before.version else (_("Modifiée"), _("personnes, données, destinataires ou jeux"))


def _unread(year: _Year) -> dict[str, Any]:
    """The sheets nobody has read again for a year."""
    standing = _standing(year)
    old = [row for row in standing if row.reviewed_on is None or row.reviewed_on < year.begun]
    told = [(shown_reference(row.reference) or "–", row.name, _department(row, year), _last_read(row)) for row in old]
    return _chapter(
        2, _("Fiches à relire"), _("{count} sur {total}").format(count=len(old), total=len(standing)),
        done=len(standing) - len(old), waiting=len(old),
        grid=(_("Fiches que personne n’a revues depuis un an"),
              (_("Référence"), _("Activité"), _("Service"), _("Dernière revue")), told),
    )  # fmt: skip


def _department(row: Any, year: _Year) -> str:
    """Who answers for a sheet: the department it names, or else the organisation that keeps it, as on screen."""
    return row.department or str(year.held.every[row.organisation_id].name)


def _last_read(row: Any) -> str:
    return say_day(row.reviewed_on) if row.reviewed_on else _("Jamais")


def _latest(year: _Year) -> list[tuple[Any, Any]]:
    """Each assessment of the body with its latest validated revision."""
    assessments = {row.id: row for row in year.rows(ImpactAssessment)}
    revisions = find_rows(
        year.session, AssessmentRevision, until=year.moment.until, column="assessment_id", among=assessments
    )
    latest: dict[int, Any] = {}
    for row in sorted(revisions, key=lambda row: row.number):
        if row.state == RevisionState.VALIDATED:
            latest[row.assessment_id] = row
    return [(assessments[number], row) for number, row in sorted(latest.items())]


def _assessments(year: _Year) -> dict[str, Any]:
    """The impact assessments to begin, as the one formula says, and those to examine again."""
    standing = {
        row.id: row
        for row in _standing(year)
        if row.role != ProcessingRole.PROCESSOR and row.status != ActivityStatus.ENDED
    }
    due = find_due(year.session, standing, year.moment.until)
    latest = _latest(year)
    again = [(one, row) for one, row in latest if row.review_on is not None and row.review_on <= year.today]
    told = [(standing[number].name, _("À engager"), words) for number, words in due.items()]
    told += [(one.title, _("À réexaminer"), say_day(row.review_on)) for one, row in again]
    return _chapter(
        3, _("Analyses d’impact"), _("{count} à engager ou à réexaminer").format(count=len(told)),
        done=len(latest) - len(again), waiting=len(told),
        grid=(_("Analyses dues (art. 35)"), (_("Activité ou analyse"), _("À faire"), _("Précision")), told),
    )  # fmt: skip


def _measures(year: _Year) -> dict[str, Any]:
    """The protective measures of the body, late as the page of measures says it."""
    activities = {row.id: row.name for row in year.activities}
    rows = [row for row in year.rows(ProtectiveMeasure) if row.state != MeasureState.DROPPED]
    standing = [
        _Measure(
            activities.get(row.activity_id, "–"), row.name, _owner(row), row.due_on,
            done=not MeasureState(row.state).is_open,
        )
        for row in rows
    ]  # fmt: skip
    return _measures_chapter(
        4, _("Mesures de protection"), (_("Mesures de protection en retard"), _("Activité")), standing, year.today
    )


def _plans(year: _Year) -> dict[str, Any]:
    """The measures that validated assessments planned: they are no part of the body's own list."""
    titles = {row.id: one.title for one, row in _latest(year)}
    planned = find_rows(year.session, AssessmentMeasure, until=year.moment.until, column="revision_id", among=titles)
    standing = [
        _Measure(titles[row.revision_id], row.title, row.owner or "", row.due_on, done=row.done_on is not None)
        for row in planned
        if not row.dropped
    ]
    return _measures_chapter(
        5, _("Mesures prévues par les analyses d’impact"),
        (_("Mesures d’analyses d’impact en retard"), _("Analyse")), standing, year.today,
    )  # fmt: skip


@dataclass(frozen=True)
class _Measure:
    """A measure of either kind: what it is about, what it is, who answers for it, by when."""

    about: str
    name: str
    owner: str
    due_on: date | None
    done: bool


def _measures_chapter(
    number: int, name: str, told: tuple[str, str], measures: Sequence[_Measure], today: date
) -> dict[str, Any]:
    dated = [(one.due_on, one) for one in measures if not one.done and one.due_on is not None]
    late = sorted((pair for pair in dated if pair[0] < today), key=lambda pair: (pair[0], pair[1].name))
    rows = [(one.about, one.name, one.owner or "–", say_day(day)) for day, one in late]
    return _chapter(
        number, name, _("{count} en retard").format(count=len(late)), done=sum(one.done for one in measures),
        waiting=len(late), grid=(told[0], (told[1], _("Mesure"), _("Qui"), _("Pour le")), rows),
    )  # fmt: skip


def _owner(measure: Any) -> str:
    return str(measure.owner_role.label if measure.owner_role else measure.owner_note or "")


def _breaches(year: _Year, zone: str) -> dict[str, Any]:
    """How many breaches were known in the year, and how their 72 hours were kept."""
    now = year.moment.until or year.session.execute(select(func.now())).scalar_one()
    there = ZoneInfo(zone)
    rows = [row for row in year.rows(Breach) if row.known_at.astimezone(there).date() > year.begun]
    states = Counter(breach_clock(row.due_at, row.notified_at, row.risk, now).state for row in rows)
    still = sum(row.closed_on is None for row in rows)
    lines = [(_("Connues dans l’année"), "art. 33 §5", str(len(rows)))]
    lines += [(state.label, "art. 33 §1", str(states[state])) for state in ClockState if states[state]]
    informed = sum(row.informed_on is not None for row in rows)
    lines += [(_("Personnes informées"), "art. 34", str(informed)), (_("Encore ouvertes"), "", str(still))]
    return _chapter(
        6, _("Violations de données"), _("{count} dans l’année").format(count=len(rows)), done=len(rows) - still,
        waiting=still, lines=lines,
    )  # fmt: skip


def _requests(year: _Year) -> dict[str, Any]:
    """How many requests were received in the year under each regime, and how their delays were kept."""
    rows = [row for row in year.rows(ReceivedRequest) if row.received_on > year.begun]
    late = {ClockState.OVERDUE, ClockState.LATE}
    told = [
        _regime(regime, [row for row in rows if row.regime == regime], late, year.today) for regime in RequestRegime
    ]
    waiting = sum(map(is_waiting, rows))
    return _chapter(
        7, _("Demandes reçues"), _("{count} dans l’année").format(count=len(rows)), done=len(rows) - waiting,
        waiting=waiting,
        grid=(_("Demandes par régime"),
              (_("Régime"), _("Reçues"), _("Répondues"), _("Hors délai"), _("Laissées sans suite"),
               _("Sans réponse encore")),
              [*filter(None, told)]),
    )  # fmt: skip


def _regime(
    regime: RequestRegime, rows: Sequence[Any], late: set[ClockState], today: date
) -> tuple[str, ...] | None:  # fmt: skip
    if not rows:
        return None
    states = [clock_of(row, today).state for row in rows]
    answered, left, waiting = (sum(map(one, rows)) for one in (is_answered, is_left, is_waiting))
    figures = (len(rows), answered, sum(state in late for state in states), left, waiting)
    return (regime.label, *map(str, figures))
