"""What tells apart activities of one body that bear the same name: their service, their state, since when."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from registry.kernel.sort_keys import sort_key
from registry.kernel.words import _
from registry.processing.models import ProcessingActivity
from registry.processing.queries import ActivityOfDataset, find_choosable_activities
from registry.processing.wording import shown_reference
from registry.web.templating import say_day

_TOLD: tuple[Callable[[Any], str], ...] = (
    lambda row: row.department or "",
    lambda row: row.status.label,
    lambda row: _("depuis le {day}").format(day=say_day(row.started_on)) if row.started_on is not None else "",
    lambda row: shown_reference(row.reference) or _("n° {number}").format(number=row.id),
)
"""From what people know best to what never fails: a reference is unique within a body, and so is a number."""


def tell_namesakes(session: Session, activity_ids: Iterable[int]) -> dict[int, str]:
    """Of these activities, those another of their body bears the name of: each with what tells it apart."""
    ids = list(activity_ids)
    if not ids:
        return {}
    asked = aliased(ProcessingActivity)
    alike = select(col(asked.organisation_id), col(asked.name_sort)).where(col(asked.id).in_(ids))
    body, name = col(ProcessingActivity.organisation_id), col(ProcessingActivity.name_sort)
    rows = session.execute(
        select(
            col(ProcessingActivity.id), body, name, col(ProcessingActivity.department), col(ProcessingActivity.status),
            col(ProcessingActivity.started_on), col(ProcessingActivity.reference),
        ).where(tuple_(body, name).in_(alike), ~col(ProcessingActivity.annulled) | col(ProcessingActivity.id).in_(ids))
    )  # fmt: skip
    groups: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.organisation_id, row.name_sort].append(row)
    told: dict[int, str] = {}
    for group in groups.values():
        if len(group) > 1:
            told |= _tell_apart(group)
    return told


def _tell_apart(group: list[Any]) -> dict[int, str]:
    """For each of these, the fewest of its traits that no other shares together: those they all share tell nothing."""
    said: dict[int, list[str]] = {row.id: [] for row in group}
    for trait in _TOLD:
        values = {row.id: trait(row) for row in group}
        if len(set(values.values())) == 1:
            continue
        for number, value in values.items():
            said[number] += [value] if value else []
        if len(set(map(tuple, said.values()))) == len(group):
            break
    return {number: ", ".join(traits) for number, traits in said.items()}


def named_apart(session: Session, found: Iterable[tuple[int, str]]) -> dict[int, str]:
    """The name of each of these activities, with what tells it apart in brackets where it bears another's."""
    names = dict(found)
    if len({sort_key(name) for name in names.values()}) == len(names):
        return names
    return _apart(names, tell_namesakes(session, names))


def names_of_linked(session: Session, linked: Iterable[ActivityOfDataset]) -> dict[int, str]:
    """The name of each activity of a dataset, told apart from its namesakes, tied to the dataset or not."""
    found = list(linked)
    told = tell_namesakes(session, (one.id for one in found if one.has_namesake))
    return _apart({one.id: one.name for one in found}, told)


def _apart(names: Mapping[int, str], told: Mapping[int, str]) -> dict[int, str]:
    return {
        number: _("{name} ({apart})").format(name=name, apart=told[number]) if told.get(number) else name
        for number, name in names.items()
    }


def activity_choices(session: Session, words: str, organisation_ids: Iterable[int]) -> list[tuple[str, str]]:
    """The activities of these bodies to choose from: number and name with its body, told apart from its namesakes."""
    found = find_choosable_activities(session, words, organisation_ids)
    names = named_apart(session, ((number, name) for number, name, _owner in found))
    return [(str(number), f"{names[number]} — {owner}") for number, _name, owner in found]
