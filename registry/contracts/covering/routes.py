"""The page of a dataset that puts side by side what every contract says of it on a day."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.contracts.clauses.days import days_asked
from registry.contracts.covering.queries import find_asked, find_covering
from registry.contracts.covering.views import (
    DatasetClausesPage,
    covering_views,
    find_against,
    in_force_for,
    say_bare,
    say_clashes,
    say_doubts,
    say_nothing_known,
    subject_views,
)
from registry.datasets.queries import get_dataset
from registry.kernel.permissions import Permission
from registry.ledger.queries import end_of_day
from registry.organisations.queries import get_organisation
from registry.web.templating import say_day
from registry.web.visits import Visit, route

READ = Permission.CONTRACTS_CONTRACT_READ


@route("GET", "/jeux/{dataset_id:int}/clauses", READ)
def show_dataset_clauses(visit: Visit, dataset_id: int) -> Response[Any]:
    """What binds a dataset on a day, by every contract about it: clauses, contradictions, what is missing."""
    dataset = get_dataset(visit.session, dataset_id)
    asked = days_asked(visit)
    day, signed_by, known_on = asked.day, asked.signed_by, asked.known_on
    until = end_of_day(known_on, visit.premises.info["time_zone"]) if known_on is not None else None
    found = find_covering(visit.session, dataset_id, day=day, until=until)
    held = in_force_for(found, dataset_id, day, signed_by)
    page = DatasetClausesPage(
        id=dataset.id, title=dataset.title, organisation_id=dataset.organisation_id,
        organisation=get_organisation(visit.session, dataset.organisation_id).name,
        day=day, day_words=say_day(day), signed_by=signed_by, known_on=known_on,
        error=asked.error, unknown=say_nothing_known(known_on) if known_on is not None and not found else "",
        clashes=[sentence for _clash, sentence in say_clashes(held)],
        doubts=say_doubts(found, dataset_id, signed_by),
        bare=say_bare(found, day),
        subjects=subject_views(held, dataset_id, find_against(visit.session, found, day, signed_by)),
        contracts=covering_views(
            found, held, day, signed_by, looked_for=(dataset_id, dataset.title),
            asked=find_asked(visit.session, found, until=until),
        ),
    )  # fmt: skip
    return visit.page("contracts/dataset_clauses.html", page)


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_dataset_clauses,)
