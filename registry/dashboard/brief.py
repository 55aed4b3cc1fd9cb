"""What the directors' page says on paper: the same figures for one body and what depends on it, on any day.

It counts the history of findings, never those of breaches and requests: whoever reads findings may read it whole.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.catalogue import Catalogue
from registry.compliance.engine import engine_at
from registry.compliance.listing.rules import Cell
from registry.compliance.vocabulary import Force, Principle, Stake, SubjectKind, Verdict
from registry.dashboard import plain as plain_words
from registry.dashboard.queries import count_day, count_history
from registry.dashboard.rules import (
    LEAST_JUDGED,
    Count,
    Shares,
    days_of,
    gravest,
    measures_of,
    shares_of,
    told,
)
from registry.dashboard.views import beside_median, matters_in_words, risk_view, words_of
from registry.dashboard.vocabulary import SHARES, SHOWN, Figure
from registry.datasets.models import Dataset
from registry.datasets.vocabulary import Stage
from registry.desk.deadline_queries import find_deadlines
from registry.desk.deadline_views import deadline_task
from registry.desk.vocabulary import DeadlineKind
from registry.governance.stakes.rules import Axis, Matrix, count_stakes
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.sort_keys import sort_key
from registry.kernel.words import _
from registry.ledger.as_of import find_rows
from registry.lifecycle.vocabulary import VisaKind
from registry.organisations.holding import BODIES, find_every
from registry.organisations.queries import get_organisation, get_registry
from registry.reporting.gathering import scope_kind

OFFERED = {"organisation": BODIES}
SERVICES, DEADLINES = 8, 6
"""How many services and deadlines one page holds: of these, the half at most is past."""
_TOLD = frozenset({*(map(str, DeadlineKind)), *(f"move:{kind}" for kind in VisaKind)}) - {"breach", "request"}
"""The deadlines that whoever reads findings may read."""


def get_keeper(session: Session, subject: Subject) -> int:
    """The organisation whose page it is.

    Raises: NotFound; Invalid when no page is made of such a subject.
    """
    body = get_organisation(session, subject.number) if subject.kind in OFFERED else None
    if body is None or body.kind not in BODIES:
        raise Invalid(_("Cette page est celle de la collectivité, d’une commune, d’une direction ou d’un service."))
    return body.id


@dataclass(frozen=True)
class _Day:
    """What is counted of a body on a day: what is below it, how findings read, what each figure said before."""

    session: Session
    moment: Moment
    catalogue: Catalogue
    names: Mapping[int, str]
    cells: Sequence[Cell]
    history: Mapping[Figure, Mapping[date, Count]]

    @property
    def today(self) -> date:
        """The day of the page."""
        return self.moment.as_of


def gather(session: Session, subject: Subject, moment: Moment, *, plain: bool) -> Gathered:
    """The page of a body.

    Raises: NotFound; Invalid when the body was not in the register that day.
    """
    every, registry = find_every(session, moment), get_registry(session)
    if (body := every.get(subject.number)) is None:
        get_organisation(session, subject.number)
        raise Invalid(_("Cette organisation n’était pas encore au registre ce jour-là."))
    names = {row.id: str(row.name) for row in every.values() if body.id in row.lineage and not row.annulled}
    day = _count(session, moment, names)
    values: dict[str, Any] = {
        "authority": {"name": registry.name, "siren": registry.siren},
        "scope": _("{name} et ce qui en dépend").format(name=body.name) if len(names) > 1 else body.name,
        "plain": plain,
        "as_of": moment.as_of,
        "known_on": moment.known_on,
        "demonstration": registry.demonstration,
        "figures": [_figure(day, one, plain=plain) for one in SHOWN],
        "matters": _matters(day, plain=plain),
        "risks": _risks(day, plain=plain),
        "stages": _stages(day, plain=plain),
        **_deadlines(day, plain=plain),
        "deadlines_told": moment.until is None,
        **({} if plain else _services(day)),
    }
    return Gathered(str(scope_kind(body.kind)), body.id, body.name, body.id, values)


gather_full: Callable[[Session, Subject, Moment], Gathered] = partial(gather, plain=False)
gather_plain: Callable[[Session, Subject, Moment], Gathered] = partial(gather, plain=True)


def _count(session: Session, moment: Moment, names: Mapping[int, str]) -> _Day:
    catalogue = engine_at(session, moment.until).catalogue
    measures = measures_of(catalogue, moment.law_of)
    history: dict[Figure, dict[date, Count]] = {figure: {} for figure in Figure}
    kept = count_history(session, measures, days_of(moment.as_of), session.info["today"](), frozenset(names))
    for one in kept:
        if not one.confided:
            before = history[one.figure].get(one.day, Count())
            history[one.figure][one.day] = before.plus(one.count)
    cells = count_day(session, frozenset(names), moment.as_of, moment.until)
    return _Day(session, moment, catalogue, names, cells, history)


def _figure(day: _Day, figure: Figure, *, plain: bool) -> dict[str, Any]:
    kept, measure = day.history[figure], measures_of(day.catalogue, day.moment.law_of)[figure]
    now = kept.get(day.today, Count())
    before = [one for one in days_of(day.today) if one != day.today]
    label, definition = words_of(figure, plain=plain)
    return {
        "code": str(figure), "label": label,
        "definition": definition, "is_share": figure in SHARES, "number": now.number, "total": now.total,
        "waiting": sum(
            cell.number for cell in day.cells
            if not measure.waiting and cell.policy_id in measure.policies and cell.verdict is Verdict.TO_COMPLETE
        ),
        "points": [*(_point(figure, one, kept.get(one)) for one in before), _point(figure, day.today, now)],
    }  # fmt: skip


def _point(figure: Figure, day: date, count: Count | None) -> dict[str, Any]:
    if count is None:
        return {"day": day}
    return {"day": day, "value": told(figure, count), "number": count.number, "total": count.total}


def _matters(day: _Day, *, plain: bool) -> str:
    count = day.history[Figure.MATTERS].get(day.today)
    return matters_in_words(count, plain=plain) if count is not None else ""


def _risks(day: _Day, *, plain: bool) -> list[dict[str, Any]]:
    breaches = Counter[str]()
    for cell in day.cells:
        if cell.verdict is Verdict.NON_COMPLIANT:
            breaches[cell.policy_id] += cell.number
    lines = []
    for risk in gravest(breaches, day.catalogue):
        said = risk_view(risk, day.catalogue, day.moment.law_of, "", plain=plain)
        bound = next((one for policy, one in day.catalogue.in_force(risk.policy.subject, day.moment.law_of)
                      if policy is risk.policy), None)  # fmt: skip
        lines.append({
            "sentence": said.sentence, "severity": said.severity, "rule": risk.policy.id, "text": said.law,
            "remedy": said.remedy, "article_url": bound.address if bound is not None else "",
        })  # fmt: skip
    return lines


def _stages(day: _Day, *, plain: bool) -> list[dict[str, Any]]:
    rows = find_rows(
        day.session, Dataset, until=day.moment.until, column="organisation_id", among=day.names,
        only=frozenset({"stage", "annulled"}),
    )  # fmt: skip
    counts = Counter(str(row.stage) for row in rows if not row.annulled)
    return [
        {"label": _(plain_words.STAGES[stage]) if plain else stage.label, "datasets": counts[str(stage)]}
        for stage in Stage
    ]


def _deadlines(day: _Day, *, plain: bool) -> dict[str, Any]:
    """The first of what is past and still waits, then of what comes, with how many there are of each.

    Of a day that is past, nothing: rooms tell what is due today.
    """
    if day.moment.until is not None:
        return {}
    policies = frozenset(
        policy.id
        for kind in SubjectKind
        for policy, _version in day.catalogue.in_force(kind, day.today)
        if policy.force is Force.OBLIGATION and kind not in {SubjectKind.BREACH, SubjectKind.REQUEST}
    )
    within = frozenset(day.names)
    every = find_deadlines(day.session, day.today, policies, mine=dict.fromkeys(_TOLD, within), limit=DEADLINES)
    late = [one for one in every if one.day < day.today]
    coming = every[len(late) :]
    # Of those past, no more than half where there are enough to come: what is next is what one can still keep.
    shown = late[: max(DEADLINES // 2, DEADLINES - len(coming))]
    found = [*shown, *coming[: DEADLINES - len(shown)]]
    named = engine_at(day.session, None).names_of(
        day.session, [(SubjectKind(one.subject_kind), one.subject_id) for one in found
                      if one.kind is DeadlineKind.FINDING]
    )  # fmt: skip
    lines = []
    for one in found:
        policy = day.catalogue.find(one.detail)
        rule = policy.name() if policy is not None else one.detail
        what, name = deadline_task(one.kind, rule), one.title
        if one.kind is DeadlineKind.FINDING:
            name = named.get((SubjectKind(one.subject_kind), one.subject_id), "")
        if plain:
            asked = plain_words.asked_of(policy, day.catalogue, day.today) if policy is not None else ""
            what, name = plain_words.task_in_words(one.kind, asked), day.names[one.organisation_id]
        lines.append({"day": one.day, "late": one.day < day.today, "what": what, "name": name})
    missed, ahead = (side[0].of_all if side else 0 for side in (late, coming))
    return {"deadlines": lines, "missed": missed, "coming": ahead}


def _services(day: _Day) -> dict[str, Any]:
    """All the bodies where something is judged together, then those where the most is, in the order of their names.

    It is no ranking: what a body keeps does not say whether it is shown.
    """
    measure = measures_of(day.catalogue, day.moment.law_of)[Figure.BREACHES]
    law, practices = (count_stakes(day.cells, day.catalogue, binding=binding) for binding in (True, False))
    shares = shares_of(day.cells, measure)
    compared = shares.compared
    judged = sorted(shares.kept, key=lambda number: (-shares.kept[number].total, number))
    shown = sorted(judged[:SERVICES], key=lambda number: (sort_key(day.names[number]), number))
    lines = [_service(day, number, law, shares) for number in shown]
    if len(judged) > 1:
        lines.insert(0, _service(day, None, law, shares))
    return {
        "stakes": [one.label for one in Stake], "services": lines,
        "others": len(judged) - len(shown), "bodies": len(judged),
        "median": shares.median, "compared": len(compared), "least": LEAST_JUDGED,
        "principles": [
            {"label": one.label, "obligations": _cell(law.over_all.get(one, {})),
             "practices": _cell(practices.over_all.get(one, {}))}
            for one in Principle
        ],
    }  # fmt: skip


def _service(day: _Day, number: int | None, law: Matrix, shares: Shares) -> dict[str, Any]:
    def under(axis: Axis) -> Mapping[Verdict, int]:
        return law.over_all.get(axis, {}) if number is None else law.by_body.get((number, axis), {})

    line: dict[str, Any] = {
        "name": _("Toutes ces organisations") if number is None else day.names[number],
        "cells": [_cell(under(stake)) for stake in Stake],
    }
    if number is None:
        return line
    kept = shares.kept[number]
    share = kept.share if kept.total >= LEAST_JUDGED else None
    line |= {"kept": kept.number, "judged": kept.total, "share": share}
    return line | {"beside": beside_median(share, shares.median) if share is not None else ""}


def _cell(by: Mapping[Verdict, int]) -> dict[str, int]:
    """What is judged, short of what only waits for an answer."""
    breaches = by.get(Verdict.NON_COMPLIANT, 0)
    return {"breaches": breaches, "judged": breaches + by.get(Verdict.COMPLIANT, 0)}
