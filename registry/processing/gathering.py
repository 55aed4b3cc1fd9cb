"""What the record of a body says in a document, gathered from the registry in one snapshot: whole, or communicable.

The communicable edition leaves the measures of security where they are: it does not read them.

Law: GDPR art. 30 §1, §2 and §4; CRPA art. L311-1 and L311-5 (2°, d).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _
from registry.ledger.as_of import find_rows
from registry.organisations.queries import get_organisation, get_registry
from registry.organisations.vocabulary import OrganisationKind
from registry.platform.lists import load_list
from registry.processing.holding import BODIES, Held, find_every, find_held, find_officer
from registry.processing.models import ProcessingActivity
from registry.processing.vocabulary import AutomatedDecision, ProcessingRole
from registry.processing.wording import field_label, say_value

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

    held: Held
    security: bool


def gather(session: Session, subject: Subject, moment: Moment, *, communicable: bool) -> Gathered:
    """The record of a body, or what one of its services answers for; for `bodies`, with those of the bodies below it.

    Raises: NotFound; Invalid when the body was not in the register that day.
    """
    every = find_every(session, moment)
    first = _record(session, find_held(session, every, subject.number), moment, communicable=communicable)
    if subject.kind != "bodies":
        return first
    others = [
        _record(session, find_held(session, every, row.id), moment, communicable=communicable)
        for row in sorted(every.values(), key=lambda one: (one.name_sort, one.id))
        if _is_body_below(row, subject.number)
    ]
    filled = [one for one in others if one.values["activities"]]
    values = {
        **first.values,
        "volumes": [{"label": one.label, "activities": len(one.values["activities"])} for one in filled],
        "without_record": [one.label for one in others if not one.values["activities"]],
    }
    return replace(first, values=values, volumes=filled)


def _is_body_below(row: Any, above: int) -> bool:
    kind = OrganisationKind(row.kind)
    return kind in BODIES and kind.is_legal_person and not row.annulled and above in row.lineage[:-1]


def _record(session: Session, held: Held, moment: Moment, *, communicable: bool) -> Gathered:
    registry, asked = get_registry(session), held.asked
    values = {
        "edition": "communicable" if communicable else "full",
        "authority": {"name": registry.name, "siren": registry.siren},
        "body": _body(held.body),
        "scope": asked.name,
        "officer": find_officer(session, held, moment),
        "as_of": moment.as_of,
        "known_on": moment.known_on,
        "demonstration": registry.demonstration,
        "activities": _activities(session, held, moment, security=not communicable),
    }
    return Gathered(held.kind, asked.id, asked.name, asked.id, values)


gather_full = partial(gather, communicable=False)
gather_communicable = partial(gather, communicable=True)


def _body(body: Any) -> dict[str, Any]:
    offices = {OrganisationKind.COMMUNE: _("Maire"), OrganisationKind.INTERCOMMUNAL_AUTHORITY: _("Présidence")}
    kind = OrganisationKind(body.kind)
    return {
        "name": body.name,
        "siren": body.siren,
        "kind": kind.label,
        "representative": offices.get(kind, _("Représentation légale")),
    }


def _activities(session: Session, held: Held, moment: Moment, *, security: bool) -> list[dict[str, Any]]:
    rows = find_rows(
        session, ProcessingActivity, until=moment.until, column="organisation_id", among=held.within,
        without=frozenset({"notes"}) if security else frozenset({"notes"}) | _SECURITY,
    )  # fmt: skip
    rows = sorted((row for row in rows if not row.annulled), key=_order)
    return [_sheet(row, _Ground(held, security)) for row in rows]


def _order(row: Any) -> tuple[bool, str, int]:
    """Sheets of a controller first, each by its reference, whose numbers count as numbers."""
    return (
        row.role == ProcessingRole.PROCESSOR,
        _DIGITS.sub(lambda found: found[0].zfill(9), row.reference.casefold()),
        row.id,
    )


def _sheet(row: Any, ground: _Ground) -> dict[str, Any]:
    owner = ground.held.every[row.organisation_id]
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
