"""Where the records of a file belong: the organisations and the information systems that it names, at the register.

Only bodies below the one an import is for are looked at: whoever imports holds the register for these.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import InformationSystem
from registry.exchange.anomalies import made
from registry.exchange.vocabulary import ReadDataset
from registry.kernel.sort_keys import sort_key
from registry.organisations.models import Organisation

_SEVERAL = -1


@dataclass(frozen=True)
class Place:
    """The body a record belongs to and the system it lives in, where the file names them and the register has them.

    `system_to_come` is one that the file itself brings: the body that answers for it, and its name.
    """

    owner_id: int | None = None
    system_id: int | None = None
    system_to_come: tuple[int, str] | None = None


class Places:
    """The bodies and systems of an import, by what a file may call them; read once, where a record names one."""

    def __init__(self, session: Session, within: Collection[int]) -> None:
        self._session, self._within = session, within
        self._owners: dict[str, int] | None = None
        self._systems: dict[tuple[str, int], int] | None = None

    def of(self, one: ReadDataset) -> tuple[Place, list[dict[str, Any]]]:
        """Where a record belongs, and what could not be found."""
        if not (one.owner_name or one.owner_siren or one.system_name):
            return Place(), []
        anomalies = []
        owner, code = self._owner(one)
        if code:
            named = one.owner_name or one.owner_siren or ""
            anomalies.append(
                asdict(
                    made(code, one.identifier, "owner_name" if one.owner_name else "owner_siren", named, line=one.line)
                )
            )
        system = self._system(one.system_name, owner) if one.system_name else None
        if one.system_name and system is None:
            path = "information_system_id"
            anomalies.append(asdict(made("system-unknown", one.identifier, path, one.system_name, line=one.line)))
        return Place(owner, system), anomalies

    def _owner(self, one: ReadDataset) -> tuple[int | None, str]:
        if not (one.owner_name or one.owner_siren):
            return None, ""
        if self._owners is None:
            self._owners = self._find_owners()
        digits = "".join((one.owner_siren or "").split())
        for said in (digits, digits[:9], sort_key(one.owner_name or "")):
            found = self._owners.get(said) if said else None
            if found == _SEVERAL:
                return None, "owner-several"
            if found is not None:
                return found, ""
        return None, "owner-unknown"

    def _find_owners(self) -> dict[str, int]:
        query = select(Organisation).where(col(Organisation.id).in_(list(self._within)), ~col(Organisation.annulled))
        found: dict[str, int] = {}
        for body in self._session.execute(query).scalars():
            for name in {body.siren, body.siret, body.insee_code, body.name_sort} - {None, ""}:
                found[str(name)] = body.id if found.get(str(name), body.id) == body.id else _SEVERAL
        return found

    def _system(self, name: str, owner: int | None) -> int | None:
        """The system of that name: of the owner first, else the one there is."""
        if self._systems is None:
            query = select(InformationSystem).where(
                col(InformationSystem.organisation_id).in_(list(self._within)), ~col(InformationSystem.annulled)
            )
            rows = self._session.execute(query.order_by(col(InformationSystem.id))).scalars()
            self._systems = {(row.name_sort, row.organisation_id): row.id for row in rows}
        key = sort_key(name)
        if owner is not None and (key, owner) in self._systems:
            return self._systems[key, owner]
        found = [number for (called, _owner), number in self._systems.items() if called == key]
        return found[0] if len(found) == 1 else None
