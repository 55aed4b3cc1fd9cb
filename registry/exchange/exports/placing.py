"""Where the sheets of an export of ours belong: bodies by their key, systems by name within the body that answers."""

from dataclasses import asdict
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import InformationSystem
from registry.exchange.anomalies import made
from registry.exchange.beside import find_owners
from registry.exchange.placing import Place
from registry.exchange.vocabulary import ReadCatalogue, ReadDataset
from registry.kernel.sort_keys import indexed_sort_key


class ExportPlaces:
    """The bodies and systems below the one an import is for, by what an export calls them; read once, if need be."""

    def __init__(self, session: Session, organisation_id: int, read: ReadCatalogue) -> None:
        self._session, self._own, self._brought = session, organisation_id, read.systems

    @cached_property
    def _owners(self) -> dict[str, int]:
        return find_owners(self._session, self._own)

    @cached_property
    def _to_come(self) -> set[tuple[int, str]]:
        return {self._named(said.get("organisation_key"), str(said.get("name") or "")) for said in self._brought}

    def of(self, one: ReadDataset) -> tuple[Place, list[dict[str, Any]]]:
        """Where a record belongs, and what could not be found: then it falls to the body the import is for."""
        anomalies = []
        owner = self._owners.get(one.owner_key or "")
        if owner is None:
            said = one.owner_name or one.owner_key or ""
            anomalies.append(
                asdict(
                    made(
                        "owner-unknown",
                        one.identifier,
                        "owner_name" if one.owner_name else "owner_siren",
                        said,
                        line=one.line,
                    )
                )
            )
        if not one.system_name:
            return Place(owner), anomalies
        answering, name = self._named(one.system_key or one.owner_key, one.system_name)
        system = self._systems.get((answering, name))
        if system is None and (answering, name) in self._to_come:
            return Place(owner, None, (answering, one.system_name)), anomalies
        if system is None:
            path = "information_system_id"
            anomalies.append(asdict(made("system-unknown", one.identifier, path, one.system_name, line=one.line)))
        return Place(owner, system), anomalies

    def _named(self, key: Any, name: str) -> tuple[int, str]:
        return self._owners.get(str(key or ""), self._own), indexed_sort_key(name)

    @cached_property
    def _systems(self) -> dict[tuple[int, str], int]:
        query = select(InformationSystem).where(
            col(InformationSystem.organisation_id).in_({self._own, *self._owners.values()}),
            ~col(InformationSystem.annulled),
        )
        rows = self._session.execute(query).scalars()
        return {(row.organisation_id, row.name_sort): row.id for row in rows}
