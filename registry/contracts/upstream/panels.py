"""What this corner shows on the sheet of a dataset: what contracts about its sources impose on it."""

from sqlmodel import col

from registry.contracts.upstream.queries import find_binding, find_places
from registry.contracts.upstream.views import (
    UpstreamPanel,
    held_upstream,
    imposed_views,
    name_source,
    silent_sources,
)
from registry.datasets.models import Derivation
from registry.datasets.queries import find_titles
from registry.kernel.permissions import Permission
from registry.web.held import is_held, tell_held
from registry.web.visits import Panel, Visit

READ = Permission.CONTRACTS_CONTRACT_READ


def imposed_upstream(visit: Visit, subject_id: int) -> UpstreamPanel | None:
    """What clauses in force upstream impose on a dataset today; nothing where it is made from no other.

    It is told to whoever may read the dataset made; which contract says it, to those who may read that one.
    """
    if not is_held(visit, "sources", "dataset", subject_id):
        return None
    found = find_binding(visit.session, [subject_id])
    held = held_upstream(found, subject_id, visit.today)
    silent = silent_sources(found, subject_id, held)
    ids = {one.row.id for ones in held.values() for one in ones}
    places = find_places(visit.session, ids) if ids else {}
    seen = {number: one for number, one in places.items() if visit.visitor.may(READ, one.organisation_id)}
    titles = find_titles(visit.session, held) if held else {}
    imposed = imposed_views(held, seen, titles)
    if not imposed and not silent:
        return None
    return UpstreamPanel(subject_id, imposed, [name_source(one, titles) for one in silent])


tell_held("dataset", "sources", col(Derivation.dataset_id), ~col(Derivation.annulled))
PANELS = (
    Panel("dataset", Permission.DATASETS_SHEET_READ, "contracts/_upstream.html", imposed_upstream),
)  # fmt: skip
