"""What this room adds to the history of a dataset: moves asked for or withdrawn, visas and points answered."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from registry.datasets.history import Told, in_office
from registry.datasets.vocabulary import Stage
from registry.kernel.words import _, mark
from registry.ledger.queries import find_versions_of_rows
from registry.lifecycle.charts import Chart, load_chart
from registry.lifecycle.models import StageRequest, StageVisa
from registry.lifecycle.queries import find_points, find_requests, find_visas
from registry.lifecycle.vocabulary import RefusalPointState, RequestState, VisaAnswer
from registry.web.templating import say_day
from registry.web.visits import Visit

_REQUEST = {
    RequestState.WAITING: mark("Passage demandé : {move}, de « {before} » à « {after} », {office}"),
    RequestState.WITHDRAWN: mark("Demande de passage retirée : {move}, de « {before} » à « {after} »"),
}
_POINT = {
    RefusalPointState.MENDED: mark("Point d’un refus corrigé : {point}"),
    RefusalPointState.ANSWERED: mark("Point d’un refus répondu : {point}"),
}
_VISA = {
    VisaAnswer.GIVEN: mark("Visa donné : {visa}, {office}, pour le passage « {move} »"),
    VisaAnswer.REFUSED: mark("Visa refusé : {visa}, {office}, pour le passage « {move} »"),
}


def _moves(visit: Visit, dataset_id: int) -> Iterator[Told]:
    """A move made at once is told by the sheet; a refusal, by the visa that refuses."""
    requests = {one.id: one for one in find_requests(visit.session, dataset_id)}
    if not requests:
        return
    chart = load_chart()
    moves = {number: _name_of(chart, one) for number, one in requests.items()}
    for number, versions in find_versions_of_rows(visit.session, "stage_request", list(requests)).items():
        at_once = len(versions) > 1 and versions[0].xid == versions[-1].xid
        for version in () if at_once else versions:
            told, state = version.snapshot, RequestState(version.snapshot["state"])
            if (said := _REQUEST.get(state)) is not None:
                reason = told["ended_reason"] if state is RequestState.WITHDRAWN else told["reason"]
                yield (
                    replace(version, reason=reason or version.reason),
                    _(said).format(
                        move=moves[number], before=Stage(told["from_stage"]).label, after=Stage(told["to_stage"]).label,
                        office=in_office(told["asked_as"]),
                    ),
                )  # fmt: skip
    visas = {one.id: one for given in find_visas(visit.session, list(requests)).values() for one in given}
    if visas:
        for number, versions in find_versions_of_rows(visit.session, "stage_visa", list(visas)).items():
            yield versions[-1], _visa(chart, visas[number], moves[visas[number].request_id])
    yield from _points(visit, requests.values())


def _name_of(chart: Chart, request: StageRequest) -> str:
    move = chart.find(request.move)
    return move.name() if move is not None else request.move


def _visa(chart: Chart, one: StageVisa, move: str) -> str:
    """Who answered in which office, for which move; an outside visa, which authority did, under which reference."""
    sentence = _(_VISA[one.answer]).format(
        visa=chart.visas[one.kind].name(), office=in_office(one.given_as), move=move
    )  # fmt: skip
    if one.delegation_id is not None:
        sentence = _("{visa}, par délégation").format(visa=sentence)
    if one.authority and one.reference and one.dated:
        sentence = _("{visa} ; réponse de {authority}, référence {reference}, du {day}").format(
            visa=sentence, authority=one.authority, reference=one.reference, day=say_day(one.dated)
        )
    return sentence


def _points(visit: Visit, requests: Iterable[StageRequest]) -> Iterator[Told]:
    """What became of each point of a refusal; what it asked is told by the visa that refuses."""
    found = find_points(visit.session, [one.id for one in requests if one.state is RequestState.REFUSED])
    points = {one.id: one for of_one in found.values() for one in of_one}
    if points:
        for number, versions in find_versions_of_rows(visit.session, "refusal_point", list(points)).items():
            for version in versions:
                if (said := _POINT.get(RefusalPointState(version.snapshot["state"]))) is not None:
                    answer = version.snapshot["answer"] or version.reason
                    yield replace(version, reason=answer), _(said).format(point=points[number].words)


CHANGES_OF_DATASETS = (_moves,)
