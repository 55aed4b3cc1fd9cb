"""Deadlines in words: the same for the page, for agendas and for mail."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from babel.dates import format_date
from sqlalchemy.orm import Session

from registry.compliance.catalogue import Catalogue
from registry.compliance.engine import engine_of
from registry.compliance.panels import SHEETS
from registry.compliance.policy import Policy
from registry.compliance.vocabulary import Force, SubjectKind
from registry.contracts.followup.due import address_of, policies_told, say_due
from registry.desk.deadline_queries import AHEAD, Deadline, find_deadlines
from registry.desk.deadline_views import DeadlineLine, DeadlineMonth, deadline_task
from registry.desk.vocabulary import DONE_BY, OF_CONTRACTS, DeadlineKind
from registry.kernel.permissions import Permission, Role, permissions_of, roles_with
from registry.kernel.words import _, current_locale
from registry.lifecycle.charts import load_chart
from registry.lifecycle.vocabulary import VisaKind
from registry.organisations.queries import find_organisations
from registry.web.visitors import Visitor

READ = Permission.COMPLIANCE_FINDING_READ
"""What one must be allowed to read to be told of deadlines."""
_TOLD_APART = {DeadlineKind.FINDING, DeadlineKind.MILESTONE, DeadlineKind.MOVE, DeadlineKind.HOLD}
"""Kinds of which one record may have several."""
_ADDRESSES = {
    **{str(kind): address for kind, address in SHEETS.items()},
    "assessment": "/aipd/{id}",
    "measure": "/mesures",
    "contract": "/contrats/{id}",
    "evidence": "/preuves/{id}",
    "deviation": "/conformite/ecarts/{id}",
    "move": "/visas/{id}",
    "action": "/gouvernance/actions",
    "campaign": "/gouvernance/certifications/{id}",
}


def say_deadlines(
    session: Session,
    who: Visitor,
    today: date,
    *,
    mine: bool,
    limit: int,
    kinds: frozenset[DeadlineKind] | None = None,
    ahead: int = AHEAD,
    contract_id: int | None = None,
) -> list[DeadlineLine]:
    """The deadlines in words, of what somebody may read or of what is theirs to do, or of a contract. Units: `ahead` in
    days.
    """
    engine = engine_of(session)
    among = None
    if contract_id is not None:
        whole = engine.whole_of(session, SubjectKind.CONTRACT, contract_id)
        among = [f"milestone:{contract_id}", *(f"{one}:{number}" for one, number in whole)]
    policies = (
        frozenset(
            policy.id
            for subject in SubjectKind
            for policy, _version in engine.catalogue.in_force(subject, today)
            if policy.force is Force.OBLIGATION
        )
        - policies_told()
    )
    found = find_deadlines(
        session,
        today,
        policies,
        kinds=kinds,
        among=among,
        mine=reach_of(who.grants) if mine else None,
        person_id=who.person_id,
        ahead=ahead,
        limit=limit,
    )  # fmt: skip
    subjects = [(SubjectKind(one.subject_kind), one.subject_id) for one in found if one.kind is DeadlineKind.FINDING]
    names = engine.names_of(session, subjects) if subjects else {}
    bodies = {body.id: body.name for body in find_organisations(session)}
    return [_line(one, engine.catalogue, names, bodies) for one in found]


def reach_of(grants: Mapping[Role, frozenset[int]]) -> dict[str, frozenset[int]]:
    """The bodies on which somebody does, or answers for, what each kind of deadline asks.

    By their roles, whatever a key may do. Of contracts, whoever directs a body answers for what is owed: they would
    otherwise learn from nobody that one ends, or that nothing came.
    """

    def held(roles: Iterable[Role]) -> frozenset[int]:
        return frozenset().union(*(grants.get(role, frozenset()) for role in roles))

    asked = {
        str(kind): held(role for role in grants if permission in permissions_of(role))
        for kind, permission in DONE_BY.items()
    }
    for kind in OF_CONTRACTS:
        asked[str(kind)] |= held({Role.DIRECTOR})
    return asked | {f"move:{kind}": held(terms.given_by) for kind, terms in load_chart().visas.items()}


def _line(one: Deadline, catalogue: Catalogue, names: Any, bodies: dict[int, str]) -> DeadlineLine:
    policy = catalogue.find(one.detail)
    name, detail = one.title, say_due(one.detail) if one.kind is DeadlineKind.MILESTONE else one.detail
    if one.kind is DeadlineKind.FINDING:
        name = names.get((SubjectKind(one.subject_kind), one.subject_id), "")
    return DeadlineLine(
        key="-".join(part for part in (str(one.kind), one.subject_kind, str(one.subject_id), _apart(one)) if part),
        day=one.day, kind=one.kind.label,
        what=deadline_task(one.kind, policy.name() if policy is not None else detail),
        name=name, organisation=bodies.get(one.organisation_id, ""),
        address=_address(one),
        is_confided=one.kind in {DeadlineKind.BREACH, DeadlineKind.REQUEST}, of_all=one.of_all,
        by=", ".join(role.label for role in _done_by(one, policy)),
    )  # fmt: skip


def _address(one: Deadline) -> str:
    if one.kind is DeadlineKind.MILESTONE:
        return address_of(one.subject_id, one.detail)
    return _ADDRESSES[one.subject_kind].format(id=one.subject_id)


def _done_by(one: Deadline, policy: Policy | None) -> Sequence[Role]:
    """The roles that do what a deadline asks: those whom its rule names, those who give its visa, those who may."""
    if one.kind is DeadlineKind.FINDING:
        return policy.owed_by if policy is not None else ()
    if one.kind is DeadlineKind.MOVE:
        return load_chart().visas[VisaKind(one.detail)].given_by
    return roles_with(DONE_BY[one.kind])


def keep_both_sides(lines: Sequence[DeadlineLine], today: date, most: int) -> list[DeadlineLine]:
    """So many of the deadlines, the first of each side of today: what was missed hides nothing of what comes."""
    missed = [one for one in lines if one.day < today]
    coming = lines[len(missed) :]
    kept = min(len(missed), max(most - len(coming), most // 2))
    return [*missed[:kept], *coming[: most - kept]]


def by_month(lines: Sequence[DeadlineLine], today: date) -> list[DeadlineMonth]:
    """The deadlines missed that still wait, then those to come, month by month."""
    return [
        DeadlineMonth(_("En retard") if first is None else _month(first), list(of))
        for first, of in groupby(lines, key=lambda one: None if one.day < today else one.day.replace(day=1))
    ]


def _month(first: date) -> str:
    said: str = format_date(first, format="LLLL y", locale=current_locale())
    return said[0].upper() + said[1:]


def _apart(one: Deadline) -> str:
    return one.detail if one.kind in _TOLD_APART else ""
