"""What this room adds to the history of a dataset: the activities it was tied to, the holds put on it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from registry.datasets.history import Told, on_day
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.ledger.queries import Version, find_versions_of_rows
from registry.processing.namesakes import named_apart
from registry.processing.queries import find_ties_of_dataset
from registry.processing.retention.queries import find_holds
from registry.web.visits import Visit

_TIED, _UNTIED, _TIED_OTHERWISE = (
    mark("Rattaché au traitement « {name} »"),
    mark("Détaché du traitement « {name} »"),
    mark("Rattachement modifié au traitement « {name} »"),
)


def _ties(visit: Visit, dataset_id: int) -> Iterator[Told]:
    if not visit.visitor.may(Permission.PROCESSING_ACTIVITY_READ):
        return
    ties = find_ties_of_dataset(visit.session, dataset_id)
    names = named_apart(visit.session, {number: name for _tie, number, name in ties}.items())
    of_tie = {tie: names[number] for tie, number, _name in ties}
    for tie, versions in _versions(visit.session, "activity_dataset", list(of_tie)):
        for newer, older in zip(versions, [*versions[1:], None], strict=True):
            stood, stands = older is not None and not older.snapshot["annulled"], not newer.snapshot["annulled"]
            if stood or stands:
                said = (_TIED_OTHERWISE if stood else _TIED) if stands else _UNTIED
                yield newer, _(said).format(name=of_tie[tie])


def _holds(visit: Visit, dataset_id: int) -> Iterator[Told]:
    if not visit.visitor.may(Permission.PROCESSING_RETENTION_READ):
        return
    holds = {hold.id: hold.reason.label for hold in find_holds(visit.session, dataset_id)}
    for number, versions in _versions(visit.session, "retention_hold", list(holds)):
        for version in versions:
            told = version.snapshot
            if told["lifted_on"] is None:
                sentence = _("Gel posé : {reason}, à compter du {day}, sur décision de : {by}").format(
                    reason=holds[number], day=on_day(told["started_on"]), by=told["held_by"]
                )
                yield replace(version, reason=told["explained"]), sentence
            else:
                sentence = _("Gel levé : {reason}, le {day}").format(
                    reason=holds[number], day=on_day(told["lifted_on"])
                )
                yield replace(version, reason=told["lifted_reason"]), sentence


def _versions(session: Session, table: str, ids: Sequence[int]) -> Iterator[tuple[int, list[Version]]]:
    if ids:
        yield from find_versions_of_rows(session, table, ids).items()


CHANGES_OF_DATASETS = (_ties, _holds)
