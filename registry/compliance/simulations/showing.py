"""A simulation in words, within what its reader may judge: for the page and for the file."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

from registry.accounts.queries import find_actor_names
from registry.compliance.decisions.offering import adoption_offered
from registry.compliance.decisions.showing import bodies_of
from registry.compliance.engine import engine_of
from registry.compliance.explanation import verdict_shape, verdict_word
from registry.compliance.panels import SHEETS
from registry.compliance.simulations.views import BodyLine, Move, MovedLine, RuleLine, SimulationPage
from registry.compliance.vocabulary import Force, SubjectKind, Verdict
from registry.kernel.permissions import Permission
from registry.kernel.sort_keys import sort_key
from registry.kernel.spreadsheets import inert
from registry.kernel.words import _, current_locale, mark, ngettext
from registry.platform.models import JobRun, JobState
from registry.web.forms import read_number
from registry.web.templating import say_day, say_moment, say_number
from registry.web.visits import Visit

RUN = Permission.COMPLIANCE_SIMULATION_RUN
SHOWN = 100
_AT_ONCE = 5_000
"""Subjects whose names are asked in one question: a statement takes 65,535 values."""
COLUMNS = (
    mark("Organisation"), mark("Règle"), mark("Genre de fiche"), mark("Numéro"), mark("Fiche"), mark("Aujourd’hui"),
    mark("Deviendrait"), mark("Adresse"),
)  # fmt: skip


@dataclass(frozen=True)
class Changed:
    """Subjects of one body that make one move under one policy."""

    organisation_id: int
    organisation: str
    kind: SubjectKind
    policy_id: str
    was: Verdict | None
    becomes: Verdict | None
    ids: Sequence[int]


def title_of(policy_id: str | None, title: str | None, law_of: str | None) -> str:
    """What is simulated, in words."""
    if law_of:
        return _("Le droit du {day}").format(day=say_day(date.fromisoformat(law_of)))
    return _("Projet de règle {number} : {title}").format(number=policy_id, title=title)


def name_of(run: JobRun) -> str:
    """What a run simulates, in the reader's language."""
    said = run.arguments
    title = said.get("title" if current_locale() == "fr" else "title_en")
    return title_of(said.get("policy_id"), title, said.get("law_of"))


def changes_of(visit: Visit, run: JobRun) -> list[Changed]:
    """The changes on the bodies that the reader may judge today, by body and by policy."""
    reach = visit.visitor.reach(RUN)
    bodies = {body.id: body.name for body in bodies_of(visit) if body.id in reach}
    found = [
        Changed(
            one["organisation"], bodies[one["organisation"]], SubjectKind(one["kind"]), one["policy"],
            _read(one["was"]), _read(one["becomes"]), one["ids"],
        )
        for one in (run.result or {}).get("changes", ())
        if one["organisation"] in bodies
    ]  # fmt: skip
    return sorted(found, key=lambda one: (sort_key(one.organisation), one.policy_id, str(one.was), str(one.becomes)))


def stays_of(visit: Visit, run: JobRun) -> dict[tuple[int, str], int]:
    """By body that the reader may judge today and by policy, how many findings would stay as they are."""
    reach = visit.visitor.reach(RUN)
    return {
        (owner, policy_id): count for owner, policy_id, count in (run.result or {}).get("stays", ()) if owner in reach
    }


def simulation_page(visit: Visit, run: JobRun) -> SimulationPage:
    """One simulation: the changes by body and by policy, each narrowing the other, then who changes, page by page."""
    result: Mapping[str, Any] = run.result or {}
    is_done = run.state is JobState.DONE
    body, policy_id = read_number(visit.query("organisation")), visit.query("regle")
    every = changes_of(visit, run)
    was, becomes = visit.query("etait"), visit.query("devient")
    found = [
        one
        for one in every
        if body in {None, one.organisation_id}
        and policy_id in {"", one.policy_id}
        and was in {"", _code(one.was)}
        and becomes in {"", _code(one.becomes)}
    ]
    stays = Counter[int]()
    for (owner, policy), count in stays_of(visit, run).items():
        if body in {None, owner} and (not policy_id or policy == policy_id):
            stays[owner] += count
    after = read_number(visit.query("apres")) or 0
    changed = sum(len(one.ids) for one in found)
    # A move is asked for of one rule: what stays as it is makes none.
    here = partial(_address, run.id, etait=was, devient=becomes)
    return SimulationPage(
        id=run.id, title=name_of(run), draft=run.arguments.get("draft", ""),
        offer=adoption_offered(visit, run), is_done=is_done, state=run.state.label,
        marks=[
            say_moment(run.created_at), find_actor_names(visit.session, {run.actor})[run.actor],
            *([_("{seconds} s").format(seconds=say_number(result["seconds"]))] if is_done else []),
        ],
        message=run.message or "", on=date.fromisoformat(result["on"]) if is_done else None,
        figures=[
            (changed, ngettext("constat changerait", "constats changeraient", changed)),
            (stays.total(), ngettext("constat resterait le même", "constats resteraient les mêmes", stays.total())),
        ],
        nothing=_nothing(run) if is_done and not every else "",
        bodies=[
            BodyLine(name, count, stays[number], here(organisation=number, regle=policy_id))
            for (number, name), count in _counted(found, lambda one: (one.organisation_id, one.organisation)).items()
        ],
        rules=_rule_lines(visit, run, found, body),
        moved=[_moved_line(visit, run, *one) for one in _named(visit, found, after, SHOWN)],
        narrowed=[
            *([found[0].organisation] if body and found else []), *([policy_id] if policy_id else []),
            *([_move_in_words(_move(visit, run, found[0]))] if (was or becomes) and found else []),
        ],
        first_address=here(organisation=body, regle=policy_id) if after else "",
        next_address=here(organisation=body, regle=policy_id, apres=after + SHOWN) if changed > after + SHOWN else "",
    )  # fmt: skip


def _address(run_id: int, **chosen: int | str | None) -> str:
    """The page of a simulation, narrowed; at its list of records."""
    said = urlencode({name: value for name, value in chosen.items() if value})
    return f"/conformite/simulations/{run_id}{'?' if said else ''}{said}#qui"


def _counted(found: Sequence[Changed], told_by: Callable[[Changed], Any]) -> Counter[Any]:
    """How many subjects change, by what tells them apart, in the order they are met."""
    counts = Counter[Any]()
    for one in found:
        counts[told_by(one)] += len(one.ids)
    return counts


def _rule_lines(visit: Visit, run: JobRun, found: Sequence[Changed], body: int | None) -> list[RuleLine]:
    catalogue = engine_of(visit.session).catalogue
    moves = _counted(found, lambda one: (one.policy_id, one.was, one.becomes, _move(visit, run, one)))
    lines = []
    for (policy_id, was, becomes, move), count in sorted(moves.items(), key=lambda one: (one[0][0], -one[1])):
        known = catalogue.find(policy_id)
        lines.append(
            RuleLine(
                policy_id=policy_id, policy=known.name() if known else name_of(run),
                address=f"/conformite/{policy_id}" if known else "", move=move, count=count,
                who=_address(run.id, organisation=body, regle=policy_id, etait=_code(was), devient=_code(becomes)),
            )
        )  # fmt: skip
    return lines


def as_csv(visit: Visit, run: JobRun) -> bytes:
    """Every subject that would change verdict, one a line, for a spreadsheet."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow([_(column) for column in COLUMNS])
    for changed, number, name in _named(visit, changes_of(visit, run), 0, None):
        move = _move(visit, run, changed)
        cells = (
            changed.organisation, changed.policy_id, changed.kind.label, str(number), name, move.was, move.becomes,
            visit.premises.public_url + SHEETS[changed.kind].format(id=number),
        )  # fmt: skip
        writer.writerow([inert(cell) for cell in cells])
    return target.getvalue().encode("utf-8-sig")


def _nothing(run: JobRun) -> str:
    """Why no verdict changes."""
    if not (run.result or {}).get("policies"):
        return _("Les règles en vigueur ce jour-là sont celles d’aujourd’hui : aucun constat ne peut changer.")
    return _("Aucun constat ne changerait.")


_NO_RULE = "sans-regle"
"""In an address, the verdict of whom no rule judges."""


def _code(verdict: Verdict | None) -> str:
    return str(verdict) if verdict is not None else _NO_RULE


def _move_in_words(move: Move) -> str:
    return _("{was} → {becomes}").format(was=move.was, becomes=move.becomes)


def _read(said: str | None) -> Verdict | None:
    return Verdict(said) if said is not None else None


def _named(visit: Visit, found: Sequence[Changed], after: int, most: int | None) -> Iterator[tuple[Changed, int, str]]:
    """The subjects that change, each with its name, from one place on."""
    every = [(one, number) for one in found for number in one.ids]
    wanted = every[after : None if most is None else after + most]
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        names = engine_of(visit.session).names_of(visit.session, [(one.kind, number) for one, number in part])
        yield from ((one, number, names.get((one.kind, number), "")) for one, number in part)


def _moved_line(visit: Visit, run: JobRun, one: Changed, number: int, name: str) -> MovedLine:
    return MovedLine(
        name=name, address=SHEETS[one.kind].format(id=number), kind=one.kind.label, organisation=one.organisation,
        policy_id=one.policy_id, move=_move(visit, run, one),
    )  # fmt: skip


def _move(visit: Visit, run: JobRun, one: Changed) -> Move:
    """Both verdicts in the words of their own policy: what binds nobody in law is not broken."""
    known = engine_of(visit.session).catalogue.find(one.policy_id)
    now = known.force if known is not None else Force.WATCH
    then = Force(run.arguments["force"]) if "force" in run.arguments else now
    was, becomes = _said(one.was, now), _said(one.becomes, then)
    return Move(was[0], was[1], becomes[0], becomes[1])


def _said(verdict: Verdict | None, force: Force) -> tuple[str, str]:
    if verdict is None:
        return str(Verdict.NOT_APPLICABLE), _("Sans règle")
    return verdict_shape(force, verdict), verdict_word(force, verdict)
