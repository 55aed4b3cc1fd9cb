"""A contract as the registry knew it at the end of the day that a page is asked for."""

from datetime import date
from typing import Any

from registry.contracts.clauses.queries import Written, find_written
from registry.contracts.models import Contract
from registry.contracts.queries import Covered, find_datasets_of
from registry.ledger.as_of import find_rows
from registry.ledger.queries import end_of_day
from registry.web.visits import Visit


def written_as_known(visit: Visit, contract: Contract, known_on: date | None) -> tuple[Written, list[Covered]]:
    """What is written of a contract; or what was, as the registry knew it at the end of a day."""
    covered = find_datasets_of(visit.session, contract.id)
    if known_on is None:
        return find_written(visit.session, [contract])[contract.id], covered
    until = end_of_day(known_on, visit.premises.info["time_zone"])
    then = find_rows(visit.session, Contract, until=until, column="id", among=[contract.id])
    found: Any = then[0] if then else contract
    return find_written(visit.session, [found], until=until)[contract.id], covered
