"""The days read from the address of a page, and the page of a day on which the registry did not know of a contract."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response

from registry.contracts.clauses.asking import say_unknown
from registry.contracts.models import Contract
from registry.kernel.words import _
from registry.organisations.queries import get_organisation
from registry.web.visits import Visit


@dataclass(frozen=True)
class Days:
    """The day one asks about, by what was signed when, as known when; and the sentence for one that is no day."""

    day: date
    signed_by: date
    known_on: date | None
    error: str


@dataclass(frozen=True)
class UnknownPage:
    """What a page says of a contract that was recorded after the day as of which one asks."""

    id: int
    object: str
    annulled: bool
    organisation_name: str
    tab: str
    day: date
    signed_by: date
    known_on: date | None
    error: str
    sentence: str


def days_asked(visit: Visit) -> Days:
    """The days of the address: today, by what is signed then, as known now, where it says nothing."""
    (day, wrong), (signed_by, wrong_too), (known_on, wrong_as_well) = (
        _day(visit, name) for name in ("le", "signe", "connu")
    )
    day = day or visit.today
    return Days(day, signed_by or day, known_on, wrong or wrong_too or wrong_as_well)


def _day(visit: Visit, name: str) -> tuple[date | None, str]:
    said = visit.query(name)
    if not said:
        return None, ""
    try:
        found = date.fromisoformat(said)
    except ValueError:
        found = date.min
    if not date(1900, 1, 1) <= found <= date(2200, 12, 31):
        return None, _("« {said} » n’est pas une date possible : la page montre aujourd’hui.").format(said=said[:40])
    return found, ""


def show_unknown(visit: Visit, contract: Contract, asked: Days, tab: str) -> Response[Any]:
    """That the registry knew nothing of a contract on the day: neither what is there nor what is missing."""
    page = UnknownPage(
        id=contract.id, object=contract.object, annulled=contract.annulled,
        organisation_name=get_organisation(visit.session, contract.organisation_id).name, tab=tab,
        day=asked.day, signed_by=asked.signed_by, known_on=asked.known_on, error=asked.error,
        sentence=say_unknown(asked.known_on),
    )  # fmt: skip
    return visit.page("contracts/unknown.html", page)
