"""What the record of a body says in a document, gathered from the registry in one snapshot: whole, or communicable.

The communicable edition leaves the measures of security where they are: it does not read them.

Law: GDPR art. 30 §1, §2 and §4; CRPA art. L311-1 and L311-5 (2°, d).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _
from registry.ledger.as_of import find_rows, holds_on
from registry.organisations.models import Appointment, Organisation
from registry.organisations.queries import find_known_among, get_organisation, get_registry
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject, OrganisationKind
from registry.platform.lists import load_list
from registry.processing.models import ProcessingActivity
from registry.processing.vocabulary import AutomatedDecision, ProcessingRole
from registry.processing.wording import field_label, say_value

BODIES = frozenset(
    {
        OrganisationKind.INTERCOMMUNAL_AUTHORITY, OrganisationKind.COMMUNE, OrganisationKind.DEPARTMENT,
        OrganisationKind.SERVICE,
    }
)  # fmt: skip
"""The organisations whose record is issued: bodies the law addresses, and the services of which an extract is made."""
OFFERED = {"organisation": BODIES, "bodies": frozenset({OrganisationKind.INTERCOMMUNAL_AUTHORITY})}
"""What a record is asked of: an organisation, or a body with all those below it, a volume each."""
_SECURITY = frozenset({"security_measures", "security_note"})
_SPECIAL = ("article9_conditions", "article9_text", "offences_text", "offences_necessity", "nir_text")
_DIGITS = re.compile(r"\d+")
_NONE_OF = {"recipients": "recipients", "transfers": "transfers", "security_measures": "security"}
"""Under which heading of a sheet each thing declared not to exist stands."""


def get_keeper(session: Session, subject: Subject) -> int:
    """The organisation that keeps a record of processing: the one it speaks of.

    Raises: NotFound; Invalid when no record is made of such a subject.
    """
    body = get_organisation(session, subject.number) if subject.kind in OFFERED else None
    if body is None or body.kind not in OFFERED[subject.kind]:
        raise Invalid(_("Un registre des traitements est celui de la collectivité, d’une commune, ou d’un service."))
    return body.id


@dataclass(frozen=True)
class _Ground:
    """What the sheets of a body are read on: who is who that day, and whether their security is read."""

    organisations: Mapping[int, Any]
    security: bool


def gather(session: Session, subject: Subject, moment: Moment, *, communicable: bool) -> Gathered:
    """The record of a body, or what one of its services answers for; for `bodies`, with those of the bodies below it.

    Raises: NotFound; Invalid when the body was not in the register that day.
    """
    every = {row.id: row for row in find_rows(session, Organisation, until=moment.until)}
    asked = every.get(subject.number)
    if asked is None:
        get_organisation(session, subject.number)
        raise Invalid(_("Cette organisation n’était pas encore au registre ce jour-là."))
    first = _record(session, asked, every, moment, communicable=communicable)
    if subject.kind != "bodies":
        return first
    others = [
        _record(session, row, every, moment, communicable=communicable)
        for row in sorted(every.values(), key=lambda one: (one.name_sort, one.id))
        if _is_body_below(row, asked)
    ]
    filled = [one for one in others if one.values["activities"]]
    values = {
        **first.values,
        "volumes": [{"label": one.label, "activities": len(one.values["activities"])} for one in filled],
        "without_record": [one.label for one in others if not one.values["activities"]],
    }
    return replace(first, values=values, volumes=filled)


def _is_body_below(row: Any, asked: Any) -> bool:
    kind = OrganisationKind(row.kind)
    return kind in BODIES and kind.is_legal_person and not row.annulled and asked.id in row.lineage[:-1]


def _record(session: Session, asked: Any, every: Mapping[int, Any], moment: Moment, *, communicable: bool) -> Gathered:
    body = _legal_person(every, asked)
    own = {row.id for row in every.values() if not row.annulled and _legal_person(every, row).id == body.id}
    within = frozenset(number for number in own if asked.id in every[number].lineage)
    registry = get_registry(session)
    values = {
        "edition": "communicable" if communicable else "full",
        "authority": {"name": registry.name, "siren": registry.siren},
        "body": _body(body),
        "scope": asked.name,
        "officer": _officer(session, body, every, moment),
        "as_of": moment.as_of,
        "known_on": moment.known_on,
        "demonstration": registry.demonstration,
        "activities": _activities(session, within, every, moment, security=not communicable),
    }
    kind = {OrganisationKind.INTERCOMMUNAL_AUTHORITY: "authority", OrganisationKind.COMMUNE: "commune"}
    return Gathered(kind.get(asked.kind, "department"), asked.id, asked.name, asked.id, values)


gather_full = partial(gather, communicable=False)
gather_communicable = partial(gather, communicable=True)


def _legal_person(every: Mapping[int, Any], row: Any) -> Any:
    above = (every[number] for number in reversed(row.lineage) if number in every)
    return next((one for one in above if OrganisationKind(one.kind).is_legal_person), row)


def _body(body: Any) -> dict[str, Any]:
    offices = {OrganisationKind.COMMUNE: _("Maire"), OrganisationKind.INTERCOMMUNAL_AUTHORITY: _("Présidence")}
    kind = OrganisationKind(body.kind)
    return {
        "name": body.name,
        "siren": body.siren,
        "kind": kind.label,
        "representative": offices.get(kind, _("Représentation légale")),
    }


def _officer(session: Session, body: Any, every: Mapping[int, Any], moment: Moment) -> dict[str, Any] | None:
    """The officer appointed on the body that day, or on the one above it that shares its own."""
    rows = find_rows(session, Appointment, until=moment.until, column="subject_id", among=body.lineage)
    standing = {
        row.subject_id: row
        for row in rows
        if row.subject_kind == AppointmentSubject.ORGANISATION
        and row.role == AppointmentRole.DPO
        and not row.annulled
        and holds_on(row.during, moment.as_of)
    }
    where = next((number for number in reversed(body.lineage) if number in standing), None)
    if where is None:
        return None
    known = find_known_among(session, [standing[where].person_id]).get(standing[where].person_id)
    shared = "" if where == body.id else _("Désignation commune, faite par {name}").format(name=every[where].name)
    return {
        "name": known.name if known is not None and known.name else AppointmentRole.DPO.label,
        "contact": (known.email if known is not None else None) or "",
        "since": standing[where].during.lower,
        "shared_by": shared,
    }


def _activities(
    session: Session,
    within: frozenset[int],
    every: Mapping[int, Any],
    moment: Moment,
    *,
    security: bool,
) -> list[dict[str, Any]]:
    rows = find_rows(
        session, ProcessingActivity, until=moment.until, column="organisation_id", among=within,
        without=frozenset({"notes"}) if security else frozenset({"notes"}) | _SECURITY,
    )  # fmt: skip
    rows = sorted((row for row in rows if not row.annulled), key=_order)
    return [_sheet(row, _Ground(every, security)) for row in rows]


def _order(row: Any) -> tuple[bool, str, int]:
    """Sheets of a controller first, each by its reference, whose numbers count as numbers."""
    return (
        row.role == ProcessingRole.PROCESSOR,
        _DIGITS.sub(lambda found: found[0].zfill(9), row.reference.casefold()),
        row.id,
    )


def _sheet(row: Any, ground: _Ground) -> dict[str, Any]:
    owner = ground.organisations[row.organisation_id]
    sheet = {
        "id": str(row.id),
        "reference": row.reference,
        "name": row.name,
        "as_processor": row.role == ProcessingRole.PROCESSOR,
        "role": ProcessingRole(row.role).label,
        "status": say_value("status", row.status),
        "service": row.department or ("" if OrganisationKind(owner.kind).is_legal_person else owner.name),
        "joint_controllers": row.joint_controllers or "",
        "purpose": row.purpose or "",
        "sub_purposes": [line.strip() for line in (row.sub_purposes or "").splitlines() if line.strip()],
        "started_on": row.started_on,
        "ended_on": row.ended_on,
        "reviewed_on": row.reviewed_on,
        "basis": say_value("lawful_basis", row.lawful_basis),
        "basis_note": row.basis_note or "",
        "founding": _founding(row),
        "special": _told(row, *_SPECIAL),
        "people_count": row.people_count,
        "origins": [*filter(None, (say_value("data_origins", row.data_origins), row.data_origin_note))],
        "decisions": _told(row, "automated_decision", "algorithm_notice", "algorithm_explained", "human_review"),
        "notice": row.notice_text or "",
        "notice_address": row.notice_url,
        "rights_channel": row.rights_channel or "",
        "declared_none": [*_declared_none(row, security=ground.security)],
    }
    return {**sheet, "security": _security(row)} if ground.security else sheet


def _founding(row: Any) -> dict[str, Any] | None:
    if not row.founding_text:
        return None
    return {"text": row.founding_text, "on": row.founding_text_on, "address": row.founding_text_url}


def _told(row: Any, *names: str) -> list[tuple[str, str]]:
    """The fields of a sheet that say something, each by its name for people."""
    said = [(field_label(name), say_value(name, getattr(row, name))) for name in names]
    if "automated_decision" in names and row.automated_decision in {None, AutomatedDecision.NONE}:
        return [one for one in said[:1] if one[1]]
    return [(label, text) for label, text in said if text]


def _declared_none(row: Any, *, security: bool) -> Iterable[str]:
    headings = (_NONE_OF.get(name) for name in row.declared_absent)
    return (one for one in headings if one is not None and (security or one != "security"))


def _security(row: Any) -> dict[str, Any]:
    labels = load_list("security_measures")
    return {"measures": [labels.label(code) for code in row.security_measures], "note": row.security_note or ""}
