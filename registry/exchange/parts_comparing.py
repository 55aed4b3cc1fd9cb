"""What an export says of a sheet's interfaces and fields, against those the register holds; writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from registry.datasets.forms import DataServiceForm, FieldForm
from registry.datasets.models import DataService, DatasetField
from registry.datasets.queries import find_parts_of
from registry.exchange.rules import EMPTY, changes_of
from registry.exchange.vocabulary import ReadDataset
from registry.kernel.identifiers import identifier_of
from registry.ledger.queries import find_versions_of_rows

KINDS: Mapping[str, tuple[Any, str, type[BaseModel]]] = {
    "services": (DataService, "identifier", DataServiceForm),
    "fields": (DatasetField, "name", FieldForm),
}
"""The parts an export holds in full, as the form of a sheet names them: table, what identifies a row, form."""
_EVERY_VERSION = 10_000_000
_IMPORTS = "exchange:import:"

Parts = dict[str, list[dict[str, Any]]]


def read_parts(one: ReadDataset) -> Parts:
    """The parts of a record as their forms take them, as JSON; of two that bear one name, the first.

    Raises: ValidationError.
    """
    found: Parts = {}
    for kind, parts in one.parts.items():
        _model, key, form = KINDS[kind]
        named: dict[str, dict[str, Any]] = {}
        for part in parts:
            said = {name: value for name, value in part.items() if value not in EMPTY}
            read = form.model_validate(said).model_dump(mode="json", exclude_unset=True)
            # An interface that somebody added in a spreadsheet may bear no identifier: its address is one.
            read[key] = read.get(key) or identifier_of(read["endpoint_url"])
            named.setdefault(str(read[key]), read)
        found[kind] = list(named.values())
    return found


class StandingParts:
    """The interfaces and fields of some sheets as the register holds them, and which were touched by hand."""

    def __init__(self, session: Session, dataset_ids: Sequence[int], kinds: Iterable[str]) -> None:
        self._rows: dict[tuple[int, str], list[Any]] = {}
        self._by_hand: set[tuple[int, str]] = set()
        for kind in kinds:
            model = KINDS[kind][0]
            rows = find_parts_of(session, model, dataset_ids)
            versions = find_versions_of_rows(
                session, str(model.__tablename__), [row.id for row in rows], _EVERY_VERSION
            )
            for row in rows:
                self._rows.setdefault((row.dataset_id, kind), []).append(row)
                said = str(versions[row.id][0].event or "") if versions.get(row.id) else ""
                if not said.startswith(_IMPORTS):
                    self._by_hand.add((row.dataset_id, kind))

    def is_by_hand(self, dataset_id: int, kind: str) -> bool:
        """Whether somebody, and no import, last wrote one of these parts."""
        return (dataset_id, kind) in self._by_hand

    def changes(self, dataset_id: int, kind: str, read: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
        """Which parts an import adds, changes or sets aside, by what identifies them; absent keys mean none."""
        _model, key, form = KINDS[kind]
        standing = [row for row in self._rows.get((dataset_id, kind), ()) if not row.annulled]
        known = {
            str(getattr(row, key)): form.model_construct(
                **{name: getattr(row, name) for name in form.model_fields}
            ).model_dump(mode="json")
            for row in standing
        }
        said = {str(part[key]): part for part in read}
        found = {
            "added": [name for name in said if name not in known],
            "changed": [name for name, part in said.items() if name in known and changes_of(known[name], part)],
            "removed": [name for name in known if name not in said],
        }
        return {what: names for what, names in found.items() if names}
