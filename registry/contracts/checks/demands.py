"""What the clauses in force ask of a file that is delivered, and which schema the registry has of its data."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.contracts.checks.rules import Demands
from registry.contracts.checks.vocabulary import SchemaSource
from registry.contracts.clauses.queries import find_written
from registry.contracts.deliveries.expecting import Reading, reading_of
from registry.contracts.deliveries.rules import QUALITY, held_of
from registry.contracts.queries import get_contract
from registry.datasets.models import Dataset, DatasetField
from registry.datasets.vocabulary import PersonalData
from registry.documents.models import Evidence, EvidenceEdition, EvidenceLink
from registry.documents.vocabulary import ProofSubject
from registry.kernel.errors import NotFound, Unavailable
from registry.platform.lists import load_list
from registry.platform.models import StoredFile

_FORMAT, _ANONYMISATION = "open-format", "anonymisation"
_LARGEST_SCHEMA = 2**20
"""Units: bytes."""
_FEW = 10
"""How many pieces of evidence are looked at for a schema, the last ones first."""
_TYPES = frozenset({"string", "number", "integer", "boolean", "date", "datetime", "time", "year", "geopoint"})
"""Types of a field, as the sheet says them, that a cell can be held against; a shape is written in many ways."""


def demands_of(
    session: Session, contract_id: int, dataset_id: int | None, day: date, read_file: Callable[[str], bytes]
) -> Demands:
    """What is asked on a day of a file delivered of a dataset, or of the whole contract.

    `read_file` gives the bytes kept under a SHA-256.
    Raises: NotFound.
    """
    contract = get_contract(session, contract_id)
    reading = reading_of(find_written(session, [contract])[contract.id], session.info["today"]())

    def told(kind: str) -> list[Mapping[str, Any]]:
        return _terms(reading, kind, day, dataset_id)

    formats, quality, anonymity = told(_FORMAT), told(QUALITY), told(_ANONYMISATION)
    dataset = session.get(Dataset, dataset_id) if dataset_id is not None else None
    schema, source, title = _schema(session, contract_id, dataset_id, read_file)
    least = [int(one["least_count"]) for one in anonymity if one.get("least_count") is not None]
    complete = [Decimal(str(one["completeness_percent"])) for one in quality if one.get("completeness_percent")]
    return Demands(
        format=_first(formats, "format"), encoding=_first(formats, "encoding"), schema=schema, schema_source=source,
        schema_title=title, schema_named=_first(formats, "schema"), completeness=max(complete, default=None),
        personal=contract.personal_data if dataset_id is None
        else None if dataset is None else _is_personal(dataset.personal_data),
        anonymous=bool(anonymity), least_count=max(least, default=None), is_whole=dataset_id is None,
    )  # fmt: skip


def asked_format(reading: Reading, dataset_id: int | None, day: date) -> str | None:
    """The format that the clauses in force on a day ask of what is delivered, by the label of its list; else nothing.

    Law: CCP L3131-2.
    """
    code = _first(_terms(reading, _FORMAT, day, dataset_id), "format")
    known = load_list("file_types")
    return known.label(code) if code is not None and code in known else code


def _terms(reading: Reading, kind: str, day: date, dataset: int | None) -> list[Mapping[str, Any]]:
    held = held_of(reading.spans, kind, day, dataset=dataset)
    return [reading.terms[one.stipulation.id] for one in held]


def _first(terms: list[Mapping[str, Any]], name: str) -> str | None:
    return next((str(one[name]) for one in terms if one.get(name) not in (None, "")), None)


def _is_personal(told: PersonalData | None) -> bool | None:
    return None if told is None else told not in {PersonalData.NONE, PersonalData.ANONYMISED}


def _schema(
    session: Session, contract_id: int, dataset_id: int | None, read_file: Callable[[str], bytes]
) -> tuple[Mapping[str, Any] | None, SchemaSource | None, str]:
    """The Table Schema of the data: evidence of the dataset, else of the contract, else the fields of the sheet."""
    for title, digest in _candidates(session, contract_id, dataset_id):
        try:
            found = json.loads(read_file(digest))
        except (ValueError, RecursionError, NotFound, Unavailable):
            continue
        if isinstance(found, dict) and isinstance(found.get("fields"), list):
            return found, SchemaSource.EVIDENCE, title
    fields = _fields_of(session, dataset_id) if dataset_id is not None else []
    return ({"fields": fields}, SchemaSource.SHEET, "") if fields else (None, None, "")


def _candidates(session: Session, contract_id: int, dataset_id: int | None) -> list[tuple[str, str]]:
    about = [and_(col(EvidenceLink.subject_kind) == ProofSubject.CONTRACT, col(EvidenceLink.subject_id) == contract_id)]
    if dataset_id is not None:
        about.append(
            and_(col(EvidenceLink.subject_kind) == ProofSubject.DATASET, col(EvidenceLink.subject_id) == dataset_id)
        )
    query = (
        select(col(Evidence.title), col(StoredFile.sha256))
        .join(EvidenceLink, and_(col(EvidenceLink.evidence_id) == col(Evidence.id), ~col(EvidenceLink.annulled)))
        .join(
            EvidenceEdition,
            and_(
                col(EvidenceEdition.evidence_id) == col(Evidence.id),
                col(EvidenceEdition.number) == col(Evidence.editions),
            ),
        )
        .join(StoredFile, col(StoredFile.id) == col(EvidenceEdition.file_id))
        .where(
            or_(*about), ~col(Evidence.annulled), col(StoredFile.name).ilike("%.json"),
            col(StoredFile.size) <= _LARGEST_SCHEMA,
        )
        # A dataset's own schema before one of the whole contract, the last one first.
        .order_by((col(EvidenceLink.subject_kind) == ProofSubject.CONTRACT), col(Evidence.id).desc())
        .limit(_FEW)
    )  # fmt: skip
    return [(title, digest) for title, digest in session.execute(query)]


def _fields_of(session: Session, dataset_id: int) -> list[dict[str, str]]:
    rows = session.execute(
        select(col(DatasetField.name), col(DatasetField.type))
        .where(col(DatasetField.dataset_id) == dataset_id, ~col(DatasetField.annulled))
        .order_by(col(DatasetField.position), col(DatasetField.id))
    )
    return [{"name": row.name, "type": row.type if row.type in _TYPES else "any"} for row in rows]
