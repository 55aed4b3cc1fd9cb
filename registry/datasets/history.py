"""The history of a dataset in words: its sheet, its files and who answered for it, in one line of time."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date, datetime

from registry.datasets.views import ChangeView, field_label, say_value
from registry.kernel.words import _, mark
from registry.ledger.as_of import read_range
from registry.ledger.queries import Version
from registry.organisations.vocabulary import AppointmentRole
from registry.web.templating import say_day

_EVENTS = {
    "datasets:sheet:record": mark("Fiche créée"),
    "datasets:sheet:amend": mark("Fiche modifiée"),
    "datasets:sheet:annul": mark("Fiche annulée"),
    "datasets:sheet:restore": mark("Fiche rétablie"),
    "exchange:import:apply": mark("Fiche écrite par un import"),
    "exchange:import:undo": mark("Import défait"),
}
_SILENT = frozenset({"id", "version", "title_sort", "dataset_id"})


def history_views(
    sheet: Sequence[Version],
    files: Mapping[int, Sequence[Version]],
    appointments: Mapping[int, Sequence[Version]],
    actors: Mapping[str, str],
    people: Mapping[int, str],
) -> list[ChangeView]:
    """Every change in words, latest first; each history is given latest first, by row.

    `people` names those the reader may know.
    """
    views = [view for versions in files.values() for view in _of_file(versions, actors)]
    views += _of_sheet(sheet, actors, elsewhere={view.at for view in views})
    for versions in appointments.values():
        views += _of_appointment(versions, actors, people)
    ordered = sorted(views, key=lambda view: view.at, reverse=True)
    # A number of its own for each, by which the page names the table of its changes.
    return [replace(view, version=len(ordered) - place) for place, view in enumerate(ordered)]


def _pairs(versions: Sequence[Version]) -> Iterable[tuple[Version, Version | None]]:
    return zip(versions, [*versions[1:], None], strict=True)


def _changes(newer: Version, older: Version | None) -> tuple[tuple[str, str, str], ...]:
    before = older.snapshot if older is not None else {}
    return tuple(
        (field_label(name), say_value(name, before.get(name)), say_value(name, value))
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


def _of_sheet(versions: Sequence[Version], actors: Mapping[str, str], elsewhere: Set[datetime]) -> list[ChangeView]:
    """The versions of the sheet itself; `elsewhere` tells when its files changed, which they say themselves."""
    views = []
    for newer, older in _pairs(versions):
        changes = _changes(newer, older)
        if older is not None and not changes and (not newer.reason or newer.recorded_at in elsewhere):
            continue
        sentence = _(_EVENTS.get(newer.event or "", mark("Fiche écrite")))
        views.append(_view(newer, sentence, actors, changes))
    return views


def _of_file(versions: Sequence[Version], actors: Mapping[str, str]) -> list[ChangeView]:
    views = []
    for newer, older in _pairs(versions):
        said = newer.snapshot
        name = said.get("title") or said.get("download_url") or said.get("access_url") or said["identifier"]
        if older is None:
            sentence = _("Fichier ajouté : {name}")
        elif newer.verb == "delete" or (said["annulled"] and not older.snapshot["annulled"]):
            sentence = _("Fichier retiré : {name}")
        elif older.snapshot["annulled"] and not said["annulled"]:
            sentence = _("Fichier remis : {name}")
        else:
            sentence = _("Fichier modifié : {name}")
        changes = tuple(one for one in _changes(newer, older) if one[0] != field_label("annulled"))
        views.append(_view(newer, sentence.format(name=name), actors, changes))
    return views


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
