"""Whose document it is, on a day: the organisation asked for, the legal person it belongs to, its officer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from registry.kernel.errors import Invalid
from registry.kernel.issuing import Moment
from registry.kernel.words import _
from registry.ledger.as_of import find_rows, holds_on
from registry.organisations.models import Appointment, Organisation
from registry.organisations.queries import find_known_among, get_organisation, get_registry
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject, OrganisationKind

BODIES = frozenset(
    {
        OrganisationKind.INTERCOMMUNAL_AUTHORITY, OrganisationKind.COMMUNE, OrganisationKind.DEPARTMENT,
        OrganisationKind.SERVICE,
    }
)  # fmt: skip
"""The organisations whose documents are issued: bodies the law addresses, and services of which an extract is made."""
_KINDS = {OrganisationKind.INTERCOMMUNAL_AUTHORITY: "authority", OrganisationKind.COMMUNE: "commune"}


@dataclass(frozen=True)
class Held:
    """An organisation as it stood: `body` is its legal person, `own` all that acts for it, `within` what is below."""

    every: Mapping[int, Any]
    asked: Any
    body: Any
    own: frozenset[int]
    within: frozenset[int]

    @property
    def kind(self) -> str:
        """What part of the register a document on it looks at."""
        return _KINDS.get(OrganisationKind(self.asked.kind), "department")


def find_every(session: Session, moment: Moment) -> dict[int, Any]:
    """The organisations as they stood."""
    return {row.id: row for row in find_rows(session, Organisation, until=moment.until)}


def find_held(session: Session, every: Mapping[int, Any], organisation_id: int) -> Held:
    """An organisation among those that stood, with what belongs to it.

    Raises: NotFound; Invalid when it was not in the register that day.
    """
    asked = every.get(organisation_id)
    if asked is None:
        get_organisation(session, organisation_id)
        raise Invalid(_("Cette organisation n’était pas encore au registre ce jour-là."))
    body = legal_person_of(every, asked)
    own = frozenset(row.id for row in every.values() if not row.annulled and legal_person_of(every, row).id == body.id)
    return Held(every, asked, body, own, frozenset(number for number in own if asked.id in every[number].lineage))


def legal_person_of(every: Mapping[int, Any], row: Any) -> Any:
    """The body that an organisation acts for: itself, or the nearest above that is one; itself where none is known."""
    above = (every[number] for number in reversed(row.lineage) if number in every)
    return next((one for one in above if OrganisationKind(one.kind).is_legal_person), row)


def find_officer(session: Session, held: Held, moment: Moment) -> dict[str, Any] | None:
    """The data-protection officer appointed on the body that day, or on the one above it that shares its own."""
    lineage = held.body.lineage
    rows = find_rows(session, Appointment, until=moment.until, column="subject_id", among=lineage)
    standing = {
        row.subject_id: row
        for row in rows
        if row.subject_kind == AppointmentSubject.ORGANISATION
        and row.role == AppointmentRole.DPO
        and not row.annulled
        and holds_on(row.during, moment.as_of)
    }
    where = next((number for number in reversed(lineage) if number in standing), None)
    if where is None:
        return None
    known = find_known_among(session, [standing[where].person_id]).get(standing[where].person_id)
    shared = _("Désignation commune, faite par {name}").format(name=held.every[where].name)
    return {
        "name": known.name if known is not None and known.name else AppointmentRole.DPO.label,
        "contact": (known.email if known is not None else None) or "",
        "since": standing[where].during.lower,
        "shared_by": "" if where == held.body.id else shared,
    }


def frame_of_sheets(session: Session, held: Held, moment: Moment, scope: str) -> dict[str, Any]:
    """What a document made of sheets says before them: whose it is, of which day, and who its officer is."""
    registry, officer = get_registry(session), find_officer(session, held, moment)
    named = ", ".join(filter(None, (officer["name"], officer["contact"]))) if officer else ""
    return {
        "authority": {"name": registry.name, "siren": registry.siren},
        "body": {"name": held.body.name, "siren": held.body.siren},
        "scope": scope,
        "as_of": moment.as_of,
        "known_on": moment.known_on,
        "demonstration": registry.demonstration,
        "card": [
            {"label": _("Responsable de traitement"), "text": held.body.name},
            {"label": AppointmentRole.DPO.label, "text": named, "owed": True},
        ],
    }
