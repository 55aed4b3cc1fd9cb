"""The history of a dataset in words: its sheet, its files and who answered for it, in one line of time."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from registry.datasets.systems.views import SYSTEM_LABELS, say_system_value
from registry.datasets.views import ChangeView
from registry.datasets.wording import Known, field_label, say_value
from registry.kernel.permissions import Role
from registry.kernel.words import _, mark
from registry.ledger.as_of import read_range
from registry.ledger.queries import Version
from registry.organisations.vocabulary import AppointmentRole
from registry.web.templating import say_day
from registry.web.visits import Visit

_MOVE = "lifecycle:move:make"
_EVENTS = {
    "datasets:sheet:record": mark("Fiche créée"),
    "datasets:sheet:amend": mark("Fiche modifiée"),
    "datasets:sheet:annul": mark("Fiche annulée"),
    "datasets:sheet:restore": mark("Fiche rétablie"),
    "datasets:bulk:apply": mark("Fiche modifiée avec d’autres, ensemble"),
    "datasets:bulk:undo": mark("Modification groupée défaite"),
    "exchange:import:apply": mark("Fiche écrite par un import"),
    "exchange:import:undo": mark("Import défait"),
    _MOVE: mark("Jeu passé à une autre étape"),
    "processing:retention:record": mark("Conservation fixée"),
}
_BESIDE = frozenset({"processing:retention:record"})
"""The events that change what stands beside the sheet: told even where no field of its own changed."""

Told = tuple[Version, str]
"""A change of something that bears on a dataset, and the sentence that tells it."""
MORE_CHANGES: list[Callable[[Visit, int], Iterable[Told]]] = []
"""What the rooms above add to the history of a dataset, within the reader's rights."""


STANDING_IN: list[Callable[[Visit, int, Mapping[datetime, str]], Mapping[datetime, str]]] = []
"""For whom who stood in acted on a dataset, as the rooms above know it: actors by moment give names by moment."""


def said_for_others(views: Iterable[ChangeView], whom: Mapping[datetime, str]) -> list[ChangeView]:
    """The changes, those made by who stood in for somebody saying for whom."""
    return [
        replace(view, actor=_("{name}, pour {whom}").format(name=view.actor, whom=whom[view.at]))
        if view.at in whom
        else view
        for view in views
    ]


_PARTS = {
    "distribution": (
        mark("Fichier ajouté : {name}"), mark("Fichier retiré : {name}"), mark("Fichier remis : {name}"),
        mark("Fichier modifié : {name}"),
    ),
    "data_service": (
        mark("Interface ajoutée : {name}"), mark("Interface retirée : {name}"), mark("Interface remise : {name}"),
        mark("Interface modifiée : {name}"),
    ),
    "dataset_field": (
        mark("Champ ajouté : {name}"), mark("Champ retiré : {name}"), mark("Champ remis : {name}"),
        mark("Champ modifié : {name}"),
    ),
    "derivation": (
        mark("Source ajoutée : {name}"), mark("Source retirée : {name}"), mark("Source remise : {name}"),
        mark("Source modifiée : {name}"),
    ),
}  # fmt: skip
"""What is said of a part that comes, goes, comes back or changes, by its table."""
_SILENT = frozenset({"id", "version", "title_sort", "dataset_id"})


def history_views(
    sheet: Sequence[Version],
    parts: Mapping[str, Mapping[int, Sequence[Version]]],
    appointments: Mapping[int, Sequence[Version]],
    actors: Mapping[str, str],
    people: Mapping[int, str],
    titles: Mapping[int, str],
    known: Known,
    more: Sequence[Told] = (),
) -> list[ChangeView]:
    """Every change in words, latest first; each history is given latest first, by row, those of parts by table.

    `people` names those the reader may know, `titles` the datasets they may read, `known` what else a field numbers.
    """
    views = [
        view
        for table, rows in parts.items()
        for versions in rows.values()
        for view in _of_part(table, versions, actors, titles)
    ]
    told = {*(view.at for view in views), *(version.recorded_at for version, _sentence in more)}
    views += _of_sheet(sheet, actors, known, elsewhere=told)
    for versions in appointments.values():
        views += _of_appointment(versions, actors, people)
    views += [_view(version, sentence, actors) for version, sentence in more]
    ordered = sorted(views, key=lambda view: view.at, reverse=True)
    # A number of its own for each, by which the page names the table of its changes.
    return [replace(view, version=len(ordered) - place) for place, view in enumerate(ordered)]


def _pairs(versions: Sequence[Version]) -> Iterable[tuple[Version, Version | None]]:
    return zip(versions, [*versions[1:], None], strict=True)


def _changes(newer: Version, older: Version | None, known: Known | None = None) -> tuple[tuple[str, str, str], ...]:
    before = older.snapshot if older is not None else {}
    return tuple(
        (field_label(name), say_value(name, before.get(name), known), say_value(name, value, known))
        for name, value in newer.snapshot.items()
        if older is not None and name not in _SILENT and before.get(name) != value
    )


def _view(
    version: Version, sentence: str, actors: Mapping[str, str], changes: tuple[tuple[str, str, str], ...] = ()
) -> ChangeView:
    return ChangeView(
        version=version.version,
        at=version.recorded_at,
        actor=actors.get(version.actor, version.actor),
        sentence=sentence,
        reason=version.reason,
        changes=changes,
    )


def _of_sheet(
    versions: Sequence[Version], actors: Mapping[str, str], known: Known, elsewhere: Set[datetime]
) -> list[ChangeView]:
    """The versions of the sheet itself; `elsewhere` tells when what else is told of it happened."""
    views = []
    for newer, older in _pairs(versions):
        changes = _changes(newer, older, known)
        silent = not newer.reason or newer.recorded_at in elsewhere
        if older is not None and not changes and silent and newer.event not in _BESIDE:
            continue
        sentence = _(_EVENTS.get(newer.event or "", mark("Fiche écrite")))
        moved = [one for one in changes if one[0] == field_label("stage")]
        if newer.event == _MOVE and moved:
            # A move is a sentence, not a field that changed.
            _label, before, after = moved[0]
            sentence = _("Le jeu passe de « {before} » à « {after} »").format(before=before, after=after)
            changes = tuple(one for one in changes if one not in moved)
        views.append(_view(newer, sentence, actors, changes))
    return views


def _of_part(
    table: str, versions: Sequence[Version], actors: Mapping[str, str], titles: Mapping[int, str]
) -> list[ChangeView]:
    added, removed, back, changed = _PARTS[table]
    views = []
    for newer, older in _pairs(versions):
        said = newer.snapshot
        if older is None:
            sentence = _(added)
        elif newer.verb == "delete" or (said["annulled"] and not older.snapshot["annulled"]):
            sentence = _(removed)
        elif older.snapshot["annulled"] and not said["annulled"]:
            sentence = _(back)
        else:
            sentence = _(changed)
        changes = tuple(one for one in _changes(newer, older) if one[0] != field_label("annulled"))
        views.append(_view(newer, sentence.format(name=_name_of(said, titles)), actors, changes))
    return views


def _name_of(said: Mapping[str, Any], titles: Mapping[int, str]) -> str:
    """What a part is called: its title, its address, its name, or the dataset that it leads to."""
    if "source_id" in said:
        return titles.get(said["source_id"]) or _("un jeu que vos droits ne montrent pas")
    names = ("title", "download_url", "access_url", "endpoint_url", "name", "identifier")
    return str(next(said[name] for name in names if said.get(name)))


def _of_appointment(
    versions: Sequence[Version], actors: Mapping[str, str], people: Mapping[int, str]
) -> list[ChangeView]:
    views = []
    for newer, older in _pairs(versions):
        role, during = AppointmentRole(newer.snapshot["role"]).label, read_range(newer.snapshot["during"])
        if newer.snapshot["annulled"]:
            sentence = _("{role} : mandat annulé")
        elif older is None:
            sentence = _("{role} : mandat à compter du {day}")
        else:
            sentence = _("{role} : mandat terminé le {end}")
        day, end = _said(during.lower), _said(during.upper)
        who = people.get(newer.snapshot["person_id"])
        held = f"{role} ({who})" if who else role
        views.append(_view(newer, sentence.format(role=held, day=day, end=end), actors))
    return views


def _said(day: date | None) -> str:
    return say_day(day) if day is not None else "…"


def on_day(said: str) -> str:
    """A day of a snapshot as people write it."""
    return say_day(date.fromisoformat(said))


def in_office(said: str) -> str:
    """A role of a snapshot as a sentence names it: the office in which somebody acted."""
    return _("en qualité de {office}").format(office=Role(said).label.lower())


_OF_A_SYSTEM = {
    "datasets:system:record": mark("Système enregistré"),
    "datasets:system:amend": mark("Système modifié"),
    "datasets:system:annul": mark("Système annulé"),
    "datasets:system:restore": mark("Système rétabli"),
}


def system_history_views(versions: Sequence[Version], actors: Mapping[str, str]) -> list[ChangeView]:
    """Every change of a system in words, latest first, as it is given."""
    silent = {*_SILENT, "name_sort", "organisation_id"}
    views = []
    for newer, older in _pairs(versions):
        before = older.snapshot if older is not None else {}
        changes = tuple(
            (_(SYSTEM_LABELS.get(name, name)), say_system_value(name, before.get(name)), say_system_value(name, value))
            for name, value in newer.snapshot.items()
            if older is not None and name not in silent and before.get(name) != value and name in SYSTEM_LABELS
        )
        sentence = _(_OF_A_SYSTEM.get(newer.event or "", mark("Système modifié")))
        views.append(_view(newer, sentence, actors, changes))
    return views
