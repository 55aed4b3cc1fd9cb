"""A contract as the registry knew it at the end of a day that one asks for."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.contracts.clauses.kinds import Asked
from registry.contracts.clauses.queries import Written, find_written
from registry.contracts.clauses.showing import asked_now, asked_then
from registry.contracts.models import Contract, ContractDataset
from registry.contracts.queries import Covered, find_datasets_of
from registry.datasets.queries import find_titles
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.ledger.as_of import find_rows
from registry.ledger.queries import end_of_day
from registry.web.templating import say_day


@dataclass(frozen=True)
class Known:
    """What was written of a contract, the datasets it was about, and what one looks for in it by what it was."""

    written: Written
    covered: list[Covered]
    looked_for: Asked

    @property
    def was_read(self) -> bool:
        """Whether somebody had said then that the contract was read whole: else what is not there is unknown."""
        return self.written.contract.clauses_read_on is not None

    @property
    def titles(self) -> dict[int, str]:
        """The datasets by their number; no title for those that the asker may not read."""
        return {one.id: one.title for one in self.covered}


def find_known(session: Session, contract: Contract, known_on: date | None, time_zone: str) -> Known | None:
    """A contract as the registry knows it, or did at the end of a day; nothing where it did not know of it yet."""
    return known_at(session, contract, None if known_on is None else end_of_day(known_on, time_zone))


def known_at(session: Session, contract: Contract, until: datetime | None) -> Known | None:
    """The same at an instant; now where none is given.

    Titles are those of now: what one may read of a dataset is what one may read today.
    """
    if until is None:
        written = find_written(session, [contract])[contract.id]
        return Known(written, find_datasets_of(session, contract.id), asked_now(session, contract))
    for then in find_rows(session, Contract, until=until, column="id", among=[contract.id]):
        written = find_written(session, [then], until=until)[contract.id]
        numbers = _tied(session, contract.id, until)
        titles = find_titles(session, numbers)
        covered = sorted((Covered(one, titles.get(one, "")) for one in numbers), key=lambda one: (one.title, one.id))
        return Known(written, covered, asked_then(session, [then], {then.id: numbers}, until)[then.id])
    return None


def get_known(session: Session, contract: Contract, known_on: date | None, time_zone: str) -> Known:
    """The same for whoever needs an answer.

    Raises: NotFound when the registry knew nothing of the contract by then.
    """
    found = find_known(session, contract, known_on, time_zone)
    if found is None:
        raise NotFound(say_unknown(known_on))
    return found


def say_unknown(known_on: date | None) -> str:
    """That the registry did not know of a contract yet: not that the contract said nothing."""
    return _("Le registre ne savait rien de ce contrat au {day}.").format(day=say_day(known_on))


def _tied(session: Session, contract_id: int, until: datetime) -> list[int]:
    ties = find_rows(session, ContractDataset, until=until, column="contract_id", among=[contract_id])
    return [one.dataset_id for one in ties if not one.annulled]
