"""Whether a body has recorded what the law has it publish whatever it records, under the names the policies use."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import Dataset
from registry.datasets.vocabulary import Nature
from registry.ledger.as_of import find_rows
from registry.organisations.facts import may_be_absent
from registry.organisations.models import Organisation

_FIELDS = {
    Nature.LOCAL_ADDRESS_BASE: "address_base",
    Nature.SUBSIDIES: "subsidies",
    Nature.PUBLIC_CONTRACTS: "contracts",
}
_MAY_HAVE_NONE = frozenset({"subsidies", "contracts"})
"""What is owed only by who paid, or bought: to have none is an answer. A commune always has streets."""
BOUND = tuple(f"organisation.{field}_recorded" for field in _FIELDS.values())
_HELD = select(col(Dataset.organisation_id), col(Dataset.nature)).where(
    col(Dataset.nature).in_(_FIELDS), ~col(Dataset.annulled)
)


def bind_owed(session: Session, bound: Mapping[int, tuple[Any, dict[str, Any]]], *, until: datetime | None) -> None:
    """Adds to the facts of bodies what they, or their services, recorded of it; that nothing was says nothing yet."""
    held = _held(session, until)
    for number, (body, facts) in bound.items():
        for field in _FIELDS.values():
            name = f"organisation.{field}_recorded"
            recorded, none = (number, field) in held, field in body.declared_absent
            if field in _MAY_HAVE_NONE:
                may_be_absent(facts, name, recorded or None, body.declared_absent, field)
            elif recorded or none:
                facts[name] = recorded


def _held(session: Session, until: datetime | None) -> frozenset[tuple[int, str]]:
    """Each body that holds such a sheet, itself or by a service that acts for it, with the field it fills."""
    if until is None:
        sheets = [(row.organisation_id, row.nature) for row in session.execute(_HELD)]
    else:
        rows = find_rows(session, Dataset, until=until, column="nature", among=_FIELDS)  # type: ignore[arg-type]
        sheets = [(row.organisation_id, Nature(row.nature)) for row in rows if not row.annulled]
    every = find_rows(session, Organisation, until=until, only=frozenset({"id", "kind", "lineage"}))
    persons = {row.id for row in every if row.kind.is_legal_person}
    body_of = {row.id: next((one for one in reversed(row.lineage) if one in persons), 0) for row in every}
    return frozenset((body_of[number], _FIELDS[nature]) for number, nature in sheets if number in body_of)
