"""What this room adds to the history of a dataset: moves asked for or withdrawn, visas and points answered."""

from collections.abc import Iterable, Iterator

from registry.datasets.history import Told
from registry.kernel.words import _, mark
from registry.ledger.queries import find_versions_of_rows
from registry.lifecycle.charts import load_chart
from registry.lifecycle.models import StageRequest
from registry.lifecycle.queries import find_points, find_requests, find_visas
from registry.lifecycle.vocabulary import RefusalPointState, RequestState, VisaAnswer
from registry.web.visits import Visit

_REQUEST = {
    RequestState.WAITING: mark("Passage demandé : {move}"),
    RequestState.WITHDRAWN: mark("Demande de passage retirée : {move}"),
}
_POINT = {
    RefusalPointState.MENDED: mark("Point d’un refus corrigé : {point}"),
    RefusalPointState.ANSWERED: mark("Point d’un refus répondu : {point}"),
}
_VISA = {VisaAnswer.GIVEN: mark("Visa donné : {visa}"), VisaAnswer.REFUSED: mark("Visa refusé : {visa}")}


def _moves(visit: Visit, dataset_id: int) -> Iterator[Told]:
    """A move made at once is told by the sheet; a refusal, by the visa that refuses."""
    requests = {one.id: one for one in find_requests(visit.session, dataset_id)}
    if not requests:
        return
    chart = load_chart()
    for number, versions in find_versions_of_rows(visit.session, "stage_request", list(requests)).items():
        move = chart.find(requests[number].move)
        at_once = len(versions) > 1 and versions[0].xid == versions[-1].xid
        for version in () if at_once else versions:
            if (said := _REQUEST.get(RequestState(version.snapshot["state"]))) is not None:
                yield version, _(said).format(move=move.name() if move is not None else requests[number].move)
    visas = {one.id: one for given in find_visas(visit.session, list(requests)).values() for one in given}
    if visas:
        for number, versions in find_versions_of_rows(visit.session, "stage_visa", list(visas)).items():
            one = visas[number]
            yield versions[-1], _(_VISA[one.answer]).format(visa=chart.visas[one.kind].name())
    yield from _points(visit, requests.values())


def _points(visit: Visit, requests: Iterable[StageRequest]) -> Iterator[Told]:
    """What became of each point of a refusal; what it asked is told by the visa that refuses."""
    found = find_points(visit.session, [one.id for one in requests if one.state is RequestState.REFUSED])
    points = {one.id: one for of_one in found.values() for one in of_one}
    if points:
        for number, versions in find_versions_of_rows(visit.session, "refusal_point", list(points)).items():
            for version in versions:
                if (said := _POINT.get(RefusalPointState(version.snapshot["state"]))) is not None:
                    yield version, _(said).format(point=points[number].words)


CHANGES_OF_DATASETS = (_moves,)
