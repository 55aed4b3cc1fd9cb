"""What is known of a dataset on a day, under the names the policies use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.explanation import VALUE_WORDS
from registry.compliance.vocabulary import SubjectKind
from registry.datasets import sector_facts
from registry.datasets.models import DataService, Dataset, DatasetField, Distribution
from registry.datasets.rules import (
    are_personal_fields_justified,
    do_fields_tell_of_people,
    may_third_parties_hold_rights,
)
from registry.datasets.vocabulary import (
    AccessRights,
    FieldEvidence,
    Nature,
    Origin,
    PersonalData,
    PublicationGround,
    Stage,
    ThirdPartyRights,
)
from registry.documents.facts import Proofs, find_proofs
from registry.documents.vocabulary import EvidenceKind, ProofSubject
from registry.ledger.as_of import find_rows, holds_on
from registry.organisations.facts import bind_legal_persons, bind_presence, may_be_absent, owners_below
from registry.organisations.models import Appointment
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from registry.platform.lists import load_list

_NAMES = (
    "published_online", "licence", "formats", "open_formats", "frequency_days", "last_update", "producer",
    "personal_data", "publication_ground", "anonymisation_proof", "nature", "description_length", "documented",
    "owner_appointed", "steward_appointed", "first_published", "third_party_rights", "third_party_rights_in_question",
    "reuser_warning", "retention_months", "retention_trigger", "last_use_review", "personal_fields_justified",
    "denies_personal_data", "holds_personal_fields", "valid_evidence", "evidence_expires_on", "origin",
    *sector_facts.NAMES,
)  # fmt: skip
VALUE_WORDS.update(
    {
        "dataset.personal_data": lambda code: PersonalData(code).label,
        "dataset.publication_ground": lambda code: PublicationGround(code).label,
        "dataset.nature": lambda code: Nature(code).label,
        "dataset.origin": lambda code: Origin(code).label,
        "dataset.third_party_rights": lambda code: ThirdPartyRights(code).label,
        "dataset.licence": lambda code: load_list("licences").label(code),
        "dataset.formats": lambda code: load_list("file_types").label(code),
        "dataset.open_formats": lambda code: load_list("file_types").label(code),
    }
)
_ASKED = frozenset(
    {
        "id", "version", "organisation_id", "annulled", "title", "description", "declared_absent", "conforms_to",
        "documentation",
        "access_rights", "nature", "personal_data", "licence", "frequency", "modified", "issued", "publisher_name",
        "publication_ground_reference", "publishable_category",
        "publication_ground", "anonymisation_proof", "third_party_rights", "origin", "reuser_warning",
        "retention_months", "retention_trigger", "final_disposition", "stage", "last_use_review",
    }
) | sector_facts.ASKED  # fmt: skip
"""What facts are made from, of the columns of a sheet, and what a report shows of it."""
_ASKED_OF_FILES = frozenset(
    {"id", "dataset_id", "annulled", "format", "licence", "conforms_to", "documentation", "access_url",
     "download_url", "modified"}
)  # fmt: skip
_GONE = frozenset({Stage.WITHDRAWN, Stage.ARCHIVED, Stage.DISPOSED})
"""Where nothing of a dataset is online any more: the public pages answer that it is gone."""
BOUND = tuple(f"dataset.{name}" for name in _NAMES)


@dataclass(frozen=True)
class Instead:
    """What a change that is only tried would set on a sheet: its columns, the roles it fills and leaves vacant."""

    values: Mapping[str, Any]
    filled: frozenset[str] = frozenset()
    vacant: frozenset[str] = frozenset()


def bind_datasets(
    session: Session,
    ids: Sequence[int],
    *,
    on: date,
    until: datetime | None,
    instead: Mapping[int, Instead] | None = None,
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The row and the facts of each of these datasets, on a day, with those of its legal person.

    With `instead`, as they would be once a change that is only tried were written.
    """
    tried = instead or {}
    sheets = find_rows(session, Dataset, until=until, column="id", among=ids, only=_ASKED)
    if tried:
        sheets = [_as_tried(sheet, tried[sheet.id]) if sheet.id in tried else sheet for sheet in sheets]
    files: dict[int, list[Any]] = {}
    for row in find_rows(session, Distribution, until=until, column="dataset_id", among=ids, only=_ASKED_OF_FILES):
        if not row.annulled:
            files.setdefault(row.dataset_id, []).append(row)
    fields: dict[int, list[Any]] = {}
    for row in find_rows(session, DatasetField, until=until, column="dataset_id", among=ids):
        if not row.annulled:
            fields.setdefault(row.dataset_id, []).append(row)
    services: dict[int, list[Any]] = {}
    valued = [sheet.id for sheet in sheets if sheet.hvd_categories]
    for row in find_rows(session, DataService, until=until, column="dataset_id", among=valued) if valued else ():
        if not row.annulled:
            services.setdefault(row.dataset_id, []).append(row)
    roles: dict[int, set[str]] = {}
    for row in find_rows(session, Appointment, until=until, column="subject_id", among=ids):
        if row.subject_kind == AppointmentSubject.DATASET and not row.annulled and holds_on(row.during, on):
            roles.setdefault(row.subject_id, set()).add(row.role)
    for dataset_id, one in tried.items():
        roles[dataset_id] = (roles.get(dataset_id, set()) | one.filled) - one.vacant
    proofs = find_proofs(session, ProofSubject.DATASET, ids, on=on, until=until)
    persons = bind_legal_persons(session, {sheet.organisation_id for sheet in sheets}, on=on, until=until)
    return {
        sheet.id: (
            sheet,
            persons.get(sheet.organisation_id, {})
            | facts_of_dataset(
                sheet,
                files.get(sheet.id, []),
                roles.get(sheet.id, set()),
                fields.get(sheet.id, []),
                services.get(sheet.id, []),
            )
            | _facts_of_proofs(proofs.get(sheet.id, Proofs())),
        )
        for sheet in sheets
    }


def _facts_of_proofs(said: Proofs) -> dict[str, Any]:
    """What the evidence on a sheet says; a document that proves anonymity is the proof the sheet may tell."""
    facts: dict[str, Any] = {"dataset.valid_evidence": said.kinds}
    # Evidence is linked in the registry: where none ends there, it is known that none does.
    facts["dataset.evidence_expires_on__present"] = said.expires_on is not None
    if said.expires_on is not None:
        facts["dataset.evidence_expires_on"] = said.expires_on
    if EvidenceKind.ANONYMISATION_PROOF in said.kinds:
        facts["dataset.anonymisation_proof__present"] = True
    return facts


def _as_tried(sheet: Any, tried: Instead) -> Any:
    return SimpleNamespace(**{**sheet._asdict(), **tried.values})


def facts_of_dataset(
    sheet: Any, files: Sequence[Any], roles: set[str], fields: Sequence[Any] = (), services: Sequence[Any] = ()
) -> dict[str, Any]:
    """The facts of one sheet, from its row, its distributions, the roles filled on it, its fields and interfaces."""
    absent = sheet.declared_absent
    facts: dict[str, Any] = {
        "dataset.description_length": len(sheet.description or ""),
        "dataset.owner_appointed": AppointmentRole.OWNER in roles,
        "dataset.steward_appointed": AppointmentRole.STEWARD in roles,
    }
    formats = sorted({str(f.format) for f in files if f.format})
    facts["dataset.formats"] = tuple(formats)
    types = load_list("file_types")
    opened = tuple(code for code in formats if types.flag(code, "open") and types.flag(code, "machine_readable"))
    if opened or all(f.format for f in files):
        facts["dataset.open_formats"] = opened
    if sheet.conforms_to or sheet.documentation or any(f.conforms_to or f.documentation for f in files):
        facts["dataset.documented"] = True
    elif "documentation" in absent:
        facts["dataset.documented"] = False
    if sheet.stage in _GONE:
        # Whatever its sheet still says of its access and of its files.
        facts["dataset.published_online"] = False
    elif sheet.access_rights is not None:
        reachable = any(f.access_url or f.download_url for f in files)
        facts["dataset.published_online"] = sheet.access_rights == AccessRights.PUBLIC and reachable
    if sheet.nature is not None:
        facts["dataset.nature"] = str(sheet.nature)
    if sheet.personal_data is not None:
        facts["dataset.personal_data"] = str(sheet.personal_data)
    may_be_absent(facts, "dataset.licence", _licence_to_judge(sheet, files), absent, "licence")
    _bind_updates(facts, sheet, files)
    bind_presence(facts, "dataset.producer", sheet.publisher_name, absent, "publisher_name")
    ground = str(sheet.publication_ground) if sheet.publication_ground else None
    may_be_absent(facts, "dataset.publication_ground", ground, absent, "publication_ground")
    # A proof said to be missing is still to be joined: CRPA L312-1-2 asks for the treatment, not for its proof.
    bind_presence(facts, "dataset.anonymisation_proof", sheet.anonymisation_proof, (), "anonymisation_proof")
    may_be_absent(facts, "dataset.first_published", sheet.issued, absent, "issued")
    _bind_care(facts, sheet, fields)
    sector_facts.bind_sectors(facts, sheet, files, services)
    return facts


def _bind_care(facts: dict[str, Any], sheet: Any, fields: Sequence[Any]) -> None:
    """What is known of others' rights, of what is kept and for how long, and of what each field is needed for."""
    absent = sheet.declared_absent
    if sheet.origin is not None:
        facts["dataset.origin"] = str(sheet.origin)
    if sheet.third_party_rights is not None:
        facts["dataset.third_party_rights"] = str(sheet.third_party_rights)
    in_question = may_third_parties_hold_rights(sheet.origin, sheet.third_party_rights)
    if in_question is not None:
        facts["dataset.third_party_rights_in_question"] = in_question
    may_be_absent(facts, "dataset.reuser_warning", sheet.reuser_warning, absent, "reuser_warning")
    may_be_absent(facts, "dataset.retention_months", sheet.retention_months, absent, "retention_months")
    bind_presence(facts, "dataset.retention_trigger", sheet.retention_trigger, absent, "retention_trigger")
    may_be_absent(facts, "dataset.last_use_review", sheet.last_use_review, absent, "last_use_review")
    categories = load_list("personal_categories")
    justified = are_personal_fields_justified(
        (None if field.personal_category is None else categories.flag(field.personal_category, "personal"),
         bool(field.purpose), field.evidence == FieldEvidence.ASSERTED)
        for field in fields
    )  # fmt: skip
    if justified is not None:
        facts["dataset.personal_fields_justified"] = justified
    facts["dataset.denies_personal_data"] = sheet.personal_data in {PersonalData.NONE, PersonalData.ANONYMISED}
    told = do_fields_tell_of_people(
        (categories.flag(field.personal_category, "personal"), field.evidence == FieldEvidence.ASSERTED)
        for field in fields
        if field.personal_category is not None
    )
    if told is not None:
        facts["dataset.holds_personal_fields"] = told


def _licence_to_judge(sheet: Any, files: Sequence[Any]) -> str | None:
    """The licence the law is asked about: of several, one that is not on its list, else the sheet's own.

    Law: CRPA D323-2-1: each file is offered under its own licence, and one is enough to depart from the list.
    """
    given = [licence for licence in (sheet.licence, *sorted({f.licence for f in files if f.licence})) if licence]
    known = load_list("licences")
    return next((code for code in given if not known.flag(code, "homologated")), given[0] if given else None)


def _bind_updates(facts: dict[str, Any], sheet: Any, files: Sequence[Any]) -> None:
    days = load_list("frequencies").number(sheet.frequency, "days") if sheet.frequency else None
    said = ["frequency"] if sheet.frequency else sheet.declared_absent
    may_be_absent(facts, "dataset.frequency_days", days, said, "frequency")
    known = [day for day in (sheet.modified, *(f.modified for f in files)) if day is not None]
    last = max(known) if known else None
    may_be_absent(facts, "dataset.last_update", last, sheet.declared_absent, "modified")


def datasets_below(session: Session, organisation_ids: set[int]) -> tuple[SubjectKind, set[int]]:
    """A dataset draws facts from the body the law addresses: when that changes, it is judged again.

    A commune's datasets draw nothing from the authority above it; a service's do, and change body when it moves.
    """
    owners = owners_below(session, organisation_ids)
    rows = session.execute(
        select(col(Dataset.id)).where(~col(Dataset.annulled), col(Dataset.organisation_id).in_(owners))
    )
    return SubjectKind.DATASET, set(rows.scalars())
