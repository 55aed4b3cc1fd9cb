"""What the record of a body says in a document, gathered from the registry in one snapshot: whole, or communicable.

The communicable edition leaves the measures of security where they are: it does not read them.

Law: GDPR art. 30 §1, §2 and §4; CRPA art. L311-1 and L311-5 (2°, d).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from registry.datasets.models import Dataset, InformationSystem
from registry.documents.models import Evidence, EvidenceLink
from registry.documents.vocabulary import ProofSubject
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _, ngettext
from registry.ledger.as_of import find_rows
from registry.organisations.holding import BODIES, Held, find_every, find_held, find_officer
from registry.organisations.queries import get_organisation, get_registry
from registry.organisations.vocabulary import OrganisationKind
from registry.platform.lists import load_list
from registry.processing.assessments.told import tell_assessments
from registry.processing.models import (
    ActivityData,
    ActivityDataset,
    ActivityPrincipal,
    ActivityRecipient,
    ActivityRight,
    ActivitySystem,
    ActivityTransfer,
    ProcessingActivity,
)
from registry.processing.processors.models import ActivityProcessor
from registry.processing.rules import safeguard_words, standing_of_rights
from registry.processing.vocabulary import AutomatedDecision, ProcessingRole, RecipientKind
from registry.processing.wording import field_label, say_value, shown_reference

OFFERED = {"organisation": BODIES, "bodies": frozenset({OrganisationKind.INTERCOMMUNAL_AUTHORITY})}
"""What a record is asked of: an organisation, or a body with all those below it, a volume each."""
_SECURITY = frozenset({"security_measures", "security_note"})
_LONG = frozenset({"description", "notes"})
_SPECIAL = ("article9_conditions", "article9_text", "offences_text", "offences_necessity", "nir_text")
_GUARDED = {"special": "art. 9", "offences": "art. 10", "nir": "NIR"}
"""What guards a category of data, by its flag in the list."""
_DIGITS = re.compile(r"\d+")
_NONE_OF = {
    "recipients": "recipients",
    "transfers": "transfers",
    "lawful_basis": "basis",
    "security_measures": "security",
}
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
    """What the sheets of a body are read on: who is who that day, and the names of what they point to."""

    held: Held
    parts: Mapping[type[Any], Mapping[int, Sequence[Any]]]
    datasets: Mapping[int, Any]
    systems: Mapping[int, Any]
    assessments: Mapping[int, str]
    evidence: Mapping[int, Sequence[str]]
    security: bool

    def of(self, model: type[Any], activity_id: int) -> Sequence[Any]:
        """The parts of one kind that stand below an activity, in their order."""
        return self.parts[model].get(activity_id, ())

    def named(self, row: Any, name: str) -> str:
        """The name of a dataset or system; of another body's, whose it is."""
        if row.organisation_id in self.held.own:
            return str(getattr(row, name))
        other = self.held.every.get(row.organisation_id)
        return _("tenu par {name}").format(name=other.name if other is not None else _("un autre organisme"))


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


_PARTS: tuple[type[Any], ...] = (
    ActivityData, ActivityRecipient, ActivityTransfer, ActivityRight, ActivityDataset, ActivitySystem,
    ActivityPrincipal, ActivityProcessor,
)  # fmt: skip


def _activities(session: Session, held: Held, moment: Moment, *, security: bool) -> list[dict[str, Any]]:
    rows = find_rows(
        session, ProcessingActivity, until=moment.until, column="organisation_id", among=held.within,
        without=frozenset({"notes"}) if security else frozenset({"notes"}) | _SECURITY,
    )  # fmt: skip
    rows = sorted((row for row in rows if not row.annulled), key=_order)
    ids = [row.id for row in rows]
    parts = {model: _parts(session, model, ids, moment) for model in _PARTS}
    ground = _Ground(
        held=held,
        parts=parts,
        datasets=_pointed(session, Dataset, parts[ActivityDataset], "dataset_id", moment),
        systems=_pointed(session, InformationSystem, parts[ActivitySystem], "information_system_id", moment),
        assessments=tell_assessments(session, ids, moment.until),
        evidence=_evidence(session, ids, moment) if security else {},
        security=security,
    )
    return [_sheet(row, ground) for row in rows]


def _order(row: Any) -> tuple[bool, bool, str, int]:
    """Sheets of a controller first, each by its reference, whose numbers count as numbers; then those without one."""
    reference = shown_reference(row.reference)
    said = _DIGITS.sub(lambda found: found[0].zfill(9), reference.casefold())
    return (row.role == ProcessingRole.PROCESSOR, not reference, said or row.name_sort, row.id)


def _parts(session: Session, model: type[Any], ids: Sequence[int], moment: Moment) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    rows = find_rows(session, model, until=moment.until, column="activity_id", among=ids)
    for row in sorted(rows, key=lambda one: (one.position, one.id)):
        if not row.annulled:
            found.setdefault(row.activity_id, []).append(row)
    return found


def _pointed(
    session: Session, model: type[Any], parts: Mapping[int, Sequence[Any]], column: str, moment: Moment
) -> dict[int, Any]:
    ids = {getattr(part, column) for below in parts.values() for part in below}
    rows = find_rows(session, model, until=moment.until, column="id", among=ids, without=_LONG)
    return {row.id: row for row in rows if not row.annulled}


def _sheet(row: Any, ground: _Ground) -> dict[str, Any]:
    recipients = ground.of(ActivityRecipient, row.id)
    owner = ground.held.every[row.organisation_id]
    reference = shown_reference(row.reference)
    sheet = {
        "id": str(row.id),
        "reference": reference,
        "name": row.name,
        "as_processor": row.role == ProcessingRole.PROCESSOR,
        "role": ProcessingRole(row.role).label,
        "status": say_value("status", row.status),
        "service": row.department or ("" if OrganisationKind(owner.kind).is_legal_person else owner.name),
        "joint_controllers": row.joint_controllers or "",
        "on_behalf_of": [_principal(part.principal_id, ground) for part in ground.of(ActivityPrincipal, row.id)],
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
        "data": [_data(part) for part in ground.of(ActivityData, row.id)],
        "recipients": [_recipient(part) for part in recipients if part.kind != RecipientKind.PROCESSOR],
        "processors": [
            f"{part.name} ({part.received})" if part.received else part.name
            for part in recipients
            if part.kind == RecipientKind.PROCESSOR
        ]
        + [_processor(part, ground) for part in ground.of(ActivityProcessor, row.id)],
        "transfers": [_transfer(part) for part in ground.of(ActivityTransfer, row.id)],
        "decisions": _told(row, "automated_decision", "algorithm_notice", "algorithm_explained", "human_review"),
        "assessment": ground.assessments[row.id],
        "notice": row.notice_text or "",
        "notice_address": row.notice_url,
        "rights": [*_rights(row, ground)],
        "rights_channel": row.rights_channel or "",
        "datasets": [*_datasets(row, ground)],
        "systems": [*_systems(row, ground)],
        "declared_none": [*_declared_none(row, security=ground.security)],
    }
    if not ground.security:
        return sheet
    security = _security(row, ground.evidence.get(row.id, ()))
    return {**sheet, "security": security, "identifier": "" if reference else row.reference}


def _principal(number: int, ground: _Ground) -> str:
    body = ground.held.every.get(number)
    if body is None:
        return _("un autre organisme")
    return _("{name} (SIREN {siren})").format(name=body.name, siren=body.siren) if body.siren else str(body.name)


def _processor(part: Any, ground: _Ground) -> str:
    body = ground.held.every.get(part.processor_id)
    name = str(body.name) if body is not None else _("un autre organisme")
    return f"{name} ({part.task})" if part.task else name


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


def _data(part: Any) -> dict[str, Any]:
    people, data = load_list("people_categories"), load_list("personal_categories")
    words = data.label(part.data_category)
    return {
        "people": people.label(part.people_category),
        "data": f"{words} : {part.precision}" if part.precision else words,
        "special": next((article for flag, article in _GUARDED.items() if data.flag(part.data_category, flag)), ""),
        "retention": _retention(part),
        "disposition": part.final_disposition.label if part.final_disposition else "",
    }


def _retention(part: Any) -> str | None:
    if part.retention_months is None:
        return None
    said = say_months(part.retention_months)
    if part.retention_trigger:
        said = _("{time}, à compter de : {trigger}").format(time=said, trigger=part.retention_trigger)
    if part.intermediate_months:
        said = _("{said} ; puis {time} d’archives intermédiaires").format(
            said=said, time=say_months(part.intermediate_months)
        )
    return f"{said} ({part.retention_ground})" if part.retention_ground else said


def say_months(months: int) -> str:
    """So many months in words: in years where they are whole."""
    if months and months % 12 == 0:
        return ngettext("{count} an", "{count} ans", months // 12).format(count=months // 12)
    return _("{count} mois").format(count=months)


def _recipient(part: Any) -> dict[str, str]:
    return {"name": part.name, "kind": part.kind.label if part.kind else "", "reason": part.received or ""}


def _transfer(part: Any) -> dict[str, Any]:
    safeguard = safeguard_words(part.country, part.safeguard) or None
    if safeguard and part.document:
        safeguard = f"{safeguard}, {part.document}"
    return {
        "country": load_list("countries").label(part.country), "recipient": part.recipient, "safeguard": safeguard,
    }  # fmt: skip


def _rights(row: Any, ground: _Ground) -> Iterator[dict[str, Any]]:
    adjusted = {part.right: (part.applies, part.reason) for part in ground.of(ActivityRight, row.id)}
    for one in standing_of_rights(row.lawful_basis, row.automated_decision, row.article9_conditions, adjusted):
        yield {"name": one.right.label, "holds": one.applies, "reason": one.reason}


def _datasets(row: Any, ground: _Ground) -> Iterator[dict[str, str]]:
    for part in ground.of(ActivityDataset, row.id):
        sheet = ground.datasets.get(part.dataset_id)
        if sheet is not None:
            owner = ground.held.every.get(sheet.organisation_id)
            title = ground.named(sheet, "title")
            if sheet.organisation_id not in ground.held.own:
                title = _("Jeu de données {held}").format(held=title)
            yield {"id": str(sheet.id), "title": title, "organisation": owner.name if owner is not None else ""}


def _systems(row: Any, ground: _Ground) -> Iterator[str]:
    for part in ground.of(ActivitySystem, row.id):
        system = ground.systems.get(part.information_system_id)
        if system is not None:
            name = ground.named(system, "name")
            own = system.organisation_id in ground.held.own
            yield name if own else _("système {held}").format(held=name)


def _declared_none(row: Any, *, security: bool) -> Iterable[str]:
    headings = (_NONE_OF.get(name) for name in row.declared_absent)
    return (one for one in headings if one is not None and (security or one != "security"))


def _security(row: Any, evidence: Sequence[str]) -> dict[str, Any]:
    labels = load_list("security_measures")
    return {
        "measures": [labels.label(code) for code in row.security_measures],
        "note": row.security_note or "",
        "evidence": list(evidence),
    }


def _evidence(session: Session, ids: Sequence[int], moment: Moment) -> dict[int, list[str]]:
    """The titles of what proves something of each activity: the communicable edition does not read them."""
    links = [
        one
        for one in find_rows(session, EvidenceLink, until=moment.until, column="subject_id", among=ids)
        if one.subject_kind == ProofSubject.ACTIVITY and not one.annulled
    ]
    known = {
        one.id: one.title
        for one in find_rows(
            session, Evidence, until=moment.until, column="id", among={one.evidence_id for one in links}
        )
        if not one.annulled
    }
    found: dict[int, list[str]] = {}
    for link in links:
        if link.evidence_id in known:
            found.setdefault(link.subject_id, []).append(known[link.evidence_id])
    return found
