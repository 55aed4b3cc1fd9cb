"""What the register of breaches of a body says in a document, gathered in one snapshot.

Law: GDPR art. 33 §5.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.datasets.models import Dataset
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _
from registry.ledger.as_of import find_rows
from registry.organisations.holding import BODIES, Held, find_every, find_held, frame_of_sheets
from registry.organisations.queries import get_organisation, get_registry
from registry.platform.lists import load_list
from registry.processing.breaches.models import (
    Breach,
    BreachActivity,
    BreachDataset,
    BreachEvent,
    BreachNotification,
)
from registry.processing.breaches.rules import breach_clock
from registry.processing.breaches.vocabulary import BreachNature, BreachRisk
from registry.processing.clocks.vocabulary import ClockState
from registry.processing.models import ProcessingActivity
from registry.processing.wording import say_activity
from registry.web.templating import say_day

OFFERED = {"organisation": BODIES}


def get_keeper(session: Session, subject: Subject) -> int:
    """The organisation that keeps a register of breaches: the one it speaks of.

    Raises: NotFound; Invalid when no register is made of such a subject.
    """
    body = get_organisation(session, subject.number) if subject.kind in OFFERED else None
    if body is None or body.kind not in BODIES:
        raise Invalid(_("Un registre des violations est celui de la collectivité, d’une commune, ou d’un service."))
    return body.id


def gather(session: Session, subject: Subject, moment: Moment) -> Gathered:
    """The breaches of a body, the first known first.

    Raises: NotFound; Invalid when the body was not in the register that day.
    """
    held = find_held(session, find_every(session, moment), subject.number)
    zone = ZoneInfo(get_registry(session).time_zone)
    now = moment.until or session.execute(select(func.now())).scalar_one()
    rows = find_rows(session, Breach, until=moment.until, column="organisation_id", among=held.within)
    rows = sorted((row for row in rows if not row.annulled), key=lambda row: (row.known_at, row.id))
    ids = [row.id for row in rows]
    told = _below(session, BreachNotification, ids, moment)
    done = _below(session, BreachEvent, ids, moment)
    touched = _touched(session, held, ids, moment)
    states = {row.id: breach_clock(row.due_at, row.notified_at, row.risk, now).state for row in rows}
    values = {
        **frame_of_sheets(session, held, moment, held.asked.name),
        "summary": [*_summary(rows, states)],
        "sheets": [
            {
                **_sheet(row, states[row.id]),
                "lines": [*_lines(row, touched.get(row.id, {}), held.every, zone)],
                "grids": [*_grids(told.get(row.id, ()), done.get(row.id, ()), zone)],
            }
            for row in rows
        ],
    }
    return Gathered(held.kind, subject.number, held.asked.name, subject.number, values)


def _below(session: Session, model: type[Any], ids: Sequence[int], moment: Moment) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in find_rows(session, model, until=moment.until, column="breach_id", among=ids):
        found.setdefault(row.breach_id, []).append(row)
    return found


def _touched(session: Session, held: Held, ids: Sequence[int], moment: Moment) -> dict[int, dict[type[Any], list[str]]]:
    """What each breach touched, by name: of bodies this register is not that of, nothing, for its readers may not
    read them.
    """
    found: dict[int, dict[type[Any], list[str]]] = {}
    pointing: tuple[tuple[type[Any], type[Any], str, Callable[[Any], str]], ...] = (
        (BreachDataset, Dataset, "dataset_id", lambda row: str(row.title)),
        (BreachActivity, ProcessingActivity, "activity_id", say_activity),
    )
    for link, model, column, say in pointing:
        below = _below(session, link, ids, moment)
        wanted = {getattr(one, column) for links in below.values() for one in links if not one.annulled}
        rows = find_rows(session, model, until=moment.until, column="id", among=wanted)
        names = {row.id: say(row) for row in rows if row.organisation_id in held.within}
        for breach_id, links in below.items():
            standing = (getattr(one, column) for one in links if not one.annulled)
            found.setdefault(breach_id, {})[link] = sorted(names[number] for number in standing if number in names)
    return found


def _summary(rows: Iterable[Any], states: Mapping[int, ClockState]) -> Iterator[dict[str, Any]]:
    counts = Counter((states[row.id], row.closed_on is not None) for row in rows)
    for state in ClockState:
        closed, still_open = counts[state, True], counts[state, False]
        if closed or still_open:
            yield {"label": state.label, "first": closed, "second": still_open}


def _sheet(row: Any, state: ClockState) -> dict[str, Any]:
    standing = _("Close le {day}").format(day=say_day(row.closed_on)) if row.closed_on else _("Ouverte")
    return {
        "id": str(row.id),
        "reference": _("n° {number}").format(number=row.id),
        "name": row.title,
        "standing": f"{standing} · {state.label}",
        "late": state in {ClockState.OVERDUE, ClockState.LATE},
    }


def _lines(
    row: Any, touched: Mapping[type[Any], Sequence[str]], every: Mapping[int, Any], zone: ZoneInfo
) -> Iterator[dict[str, Any]]:
    processor = every.get(row.processor_id)
    high, late = row.risk == BreachRisk.HIGH, row.notified_at is not None and row.notified_at > row.due_at
    known = _("{known} ; fin des 72 heures : {due}").format(
        known=say_moment(row.known_at, zone), due=say_moment(row.due_at, zone)
    )
    said: tuple[tuple[str, str, str, bool], ...] = (
        (_("Nature"), "art. 4 (12)", "\n".join(BreachNature(code).label for code in row.natures), True),
        (_("Connue le"), "art. 33 §1", known, True),
        (_("Survenue"), "art. 33 §3 a", _period(row, zone), False),
        (_("Révélée par"), "", row.source.label if row.source else "", False),
        (_("Sous-traitant"), "art. 33 §2", processor.name if processor is not None else "", False),
        (_("Le sous-traitant a prévenu le"), "art. 33 §2", _told_at(row, zone), processor is not None),
        (_("Rapport du sous-traitant"), "art. 33 §2", row.processor_report or "", False),
        (_("Cause"), "", row.cause.label if row.cause else "", False),
        (_("Faits"), "art. 33 §5", row.facts or "", True),
        (_("Jeux de données touchés"), "art. 33 §5", "\n".join(touched.get(BreachDataset, ())), False),
        (_("Traitements touchés"), "art. 33 §5", "\n".join(touched.get(BreachActivity, ())), False),
        (_("Personnes et données"), "art. 33 §3 a", _people(row), False),
        (_("Effets probables"), "art. 33 §3 c", row.consequences or "", True),
        (_("Mesures prises"), "art. 33 §3 d", row.measures or "", True),
        (_("Risque"), "art. 33 §1", _joined(row.risk.label if row.risk else "", row.risk_reasons), True),
        (_("Motifs du retard"), "art. 33 §1", row.delay_reasons or "", late),
        (_("Personnes informées"), "art. 34", _informed(row), high),
    )
    for label, article, text, owed in said:
        if text or owed:
            yield {"label": label, "article": article, "text": text, "owed": owed}


def _told_at(row: Any, zone: ZoneInfo) -> str:
    return say_moment(row.processor_told_at, zone) if row.processor_told_at is not None else ""


def _period(row: Any, zone: ZoneInfo) -> str:
    begun, ended = row.occurred_from, row.occurred_until
    if begun and ended:
        return _("du {begun} au {ended}").format(begun=say_moment(begun, zone), ended=say_moment(ended, zone))
    return _("depuis le {begun}").format(begun=say_moment(begun, zone)) if begun else ""


def _people(row: Any) -> str:
    categories = load_list("personal_categories")
    counts = [
        _("{count} personnes environ").format(count=row.people_concerned) if row.people_concerned is not None else "",
        _("{count} enregistrements environ").format(count=row.records_concerned)
        if row.records_concerned is not None
        else "",
        ", ".join(categories.label(code) for code in row.data_categories if code in categories),
    ]
    return _joined(row.people_described or "", " ; ".join(filter(None, counts)))


def _informed(row: Any) -> str:
    if row.informed_on is not None:
        return _joined(_("Le {day}").format(day=say_day(row.informed_on)), row.informed_how)
    return _joined(row.exemption.label, row.exemption_reasons) if row.exemption is not None else ""


def _grids(told: Sequence[Any], done: Sequence[Any], zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    if told:
        rows = [
            (say_moment(one.sent_at, zone), one.phase.label, one.reference or "–", one.content or "–")
            for one in sorted(told, key=lambda one: (one.sent_at, one.id))
        ]
        headers = (_("Partie le"), _("Étape"), _("Référence"), _("Contenu"))
        yield {"caption": _("Notifications à la CNIL"), "headers": headers, "rows": rows}
    if done:
        ordered = sorted(done, key=lambda one: (one.happened_at, one.id))
        moments = [(say_moment(one.happened_at, zone), one.what) for one in ordered]
        yield {"caption": _("Déroulé"), "headers": (_("Moment"), _("Ce qui fut fait ou appris")), "rows": moments}


def say_moment(moment: datetime, zone: ZoneInfo) -> str:
    """A moment in the legal time of the authority."""
    there = moment.astimezone(zone)
    return _("{day} à {hour}").format(day=say_day(there.date()), hour=there.strftime("%H:%M"))


def _joined(first: str, second: str | None) -> str:
    return " : ".join(filter(None, (first, second)))
