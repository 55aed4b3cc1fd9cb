"""What is known of an organisation on a day, under the names the policies use."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, func, inspect, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from registry.ledger.as_of import find_rows, holds_on
from registry.organisations.models import Appointment, Organisation, Population
from registry.organisations.rules import is_subject_to_online_publication, may_owe_a_prada
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject, OrganisationKind

_MAY_BE_ABSENT = (
    "website",
    "staff_fte",
    "rip_url",
    "rip_updated_on",
    "prada_notified_on",
    "dpo_notified_on",
    "algorithm_rules_url",
    "exchange_list_url",
    "digital_strategy_adopted_on",
    "digital_strategy_reviewed_on",
)
_PLAIN = (
    "prada_contact_published",
    "dpo_contact_published",
    "individual_decision_algorithms",
    "may_charge_reuse",
    "exchanges_with_administrations",
    "uses_ai",
)


BOUND = tuple(
    f"organisation.{name}"
    for name in (
        *_MAY_BE_ABSENT,
        *_PLAIN,
        "ai_literacy_measures",
        "kind",
        "population",
        "subject_to_online_publication",
        "prada_appointed",
        "prada_since",
        "dpo_appointed",
    )
)


_OWNER = aliased(Organisation)
_WANTED = bindparam("wanted", type_=ARRAY(BigInteger))
_ABOVE = (
    select(*inspect(Organisation).local_table.columns)
    .where(col(Organisation.id).in_(select(func.unnest(_OWNER.lineage)).where(col(_OWNER.id) == any_(_WANTED))))
    .order_by(col(Organisation.id))
)
"""A lineage ends with the organisation itself."""


def may_be_absent(facts: dict[str, Any], name: str, value: Any, absent: Sequence[str], field: str) -> None:
    """Binds a fact that may be absent: known, known to be absent, or (when nothing was said) unknown."""
    if value is not None:
        facts[name] = value
        facts[f"{name}__present"] = True
    elif field in absent:
        facts[f"{name}__present"] = False


def bind_presence(facts: dict[str, Any], name: str, value: Any, absent: Sequence[str], field: str) -> None:
    """Binds that a free text is there, known to be absent, or unknown: it may name somebody, and findings are kept."""
    if value is not None or field in absent:
        facts[f"{name}__present"] = value is not None


def bind_organisations(
    session: Session, ids: Sequence[int], *, on: date, until: datetime | None
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The row and the facts of each of these organisations, on a day.

    `until=None` reads what is recorded now, an instant what was recorded before it.
    """
    return _bind(session, find_rows(session, Organisation, until=until, column="id", among=ids), on=on, until=until)


def bind_organisations_above(
    session: Session, ids: Collection[int], *, on: date, until: datetime | None
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The same of these organisations and of every one above them."""
    if until is None:
        return _bind(session, session.execute(_ABOVE, {"wanted": sorted(ids)}).all(), on=on, until=until)
    rows = find_rows(session, Organisation, until=until, column="id", among=ids)
    return bind_organisations(session, sorted({number for row in rows for number in row.lineage}), on=on, until=until)


def bind_legal_persons(
    session: Session, organisation_ids: set[int], *, on: date, until: datetime | None
) -> dict[int, dict[str, Any]]:
    """For each owner, the facts of the body the law addresses: the nearest legal person, itself or above."""
    bodies = bind_organisations_above(session, organisation_ids, on=on, until=until)
    found = {}
    for owner in organisation_ids & bodies.keys():
        for number in reversed(bodies[owner][0].lineage):
            body = bodies.get(number)
            if body is not None and OrganisationKind(body[0].kind).is_legal_person:
                found[owner] = body[1]
                break
    return found


def owners_below(session: Session, organisation_ids: set[int]) -> list[int]:
    """The organisations whose nearest legal person one of these is or may have become: what they own draws on it."""
    below = session.execute(
        select(col(Organisation.id), col(Organisation.kind), col(Organisation.lineage)).where(
            col(Organisation.lineage).op("&&")(list(organisation_ids))
        )
    ).all()
    persons = {row.id for row in below if row.kind.is_legal_person}
    return [row.id for row in below if _draws_from(row.lineage, organisation_ids, persons)]


def _draws_from(lineage: Sequence[int], bodies: set[int], persons: set[int]) -> bool:
    """Whether one of these bodies stands between an organisation and its nearest legal person, either included."""
    for number in reversed(lineage):
        if number in bodies:
            return True
        if number in persons:
            return False
    return False


def _bind(
    session: Session, rows: Iterable[Any], *, on: date, until: datetime | None
) -> dict[int, tuple[Any, dict[str, Any]]]:
    bodies = {row.id: row for row in rows}
    populations: dict[int, int] = {}
    for row in find_rows(session, Population, until=until, column="organisation_id", among=bodies):
        if holds_on(row.during, on):
            populations[row.organisation_id] = row.total
    in_post: dict[AppointmentRole, dict[int, date | None]] = {AppointmentRole.PRADA: {}, AppointmentRole.DPO: {}}
    for row in find_rows(session, Appointment, until=until, column="subject_id", among=bodies):
        if row.subject_kind == AppointmentSubject.ORGANISATION and row.role in in_post and not row.annulled:
            # One who left, or is to come, says that the post is vacant; nobody ever named says nothing.
            since = in_post[AppointmentRole(row.role)]
            since.setdefault(row.subject_id, None)
            if holds_on(row.during, on):
                since[row.subject_id] = row.during.lower
    return {body.id: (body, _facts_of(body, populations.get(body.id), in_post)) for body in bodies.values()}


def _facts_of(
    body: Any, population: int | None, in_post: Mapping[AppointmentRole, Mapping[int, date | None]]
) -> dict[str, Any]:
    prada, dpo = in_post[AppointmentRole.PRADA], in_post[AppointmentRole.DPO]
    facts: dict[str, Any] = {"organisation.kind": str(body.kind)}
    may_be_absent(facts, "organisation.population", population, body.declared_absent, "population")
    for field in _MAY_BE_ABSENT:
        may_be_absent(facts, f"organisation.{field}", getattr(body, field), body.declared_absent, field)
    field = "ai_literacy_measures"
    bind_presence(facts, f"organisation.{field}", body.ai_literacy_measures, body.declared_absent, field)
    for field in _PLAIN:
        if getattr(body, field) is not None:
            facts[f"organisation.{field}"] = getattr(body, field)
    subject = is_subject_to_online_publication(OrganisationKind(body.kind), population, body.staff_fte)
    if subject is not None:
        facts["organisation.subject_to_online_publication"] = subject
    silent = body.id not in prada and "prada" not in body.declared_absent
    # Where none is due, that nobody was ever recorded is the ordinary state; where one is, it is a question.
    if not silent or not may_owe_a_prada(OrganisationKind(body.kind), population):
        since = prada.get(body.id)
        facts["organisation.prada_appointed"] = since is not None
        may_be_absent(facts, "organisation.prada_since", since, ("prada",), "prada")
    if body.id in dpo or "dpo" in body.declared_absent:
        facts["organisation.dpo_appointed"] = dpo.get(body.id) is not None
    return facts
