"""What somebody typed beside what another saved meanwhile: the sheet of an activity, and one kind of its parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.datasets.views import ConflictRow
from registry.kernel.words import _
from registry.processing.activity_templates import ActivityTemplate
from registry.processing.forms import PARTS
from registry.processing.layout_parts import PART_LABELS, PartPage
from registry.processing.parts import PART_KINDS
from registry.processing.wording import FIELD_LABELS, field_label, say_part, say_part_value, say_value


def sheet_differences(mine: Mapping[str, Any], theirs: Mapping[str, Any], base: Mapping[str, Any]) -> list[ConflictRow]:
    """Each field that differs, with what was typed and what the other saved; `base` is the sheet as it was read."""
    return [
        ConflictRow(
            name=name,
            label=field_label(name),
            theirs=say_value(name, theirs.get(name)),
            mine=say_value(name, value),
            theirs_raw=_raw(theirs.get(name)),
            mine_raw=_raw(value),
            both_changed=base.get(name) not in (theirs.get(name), value),
            mine_first=base.get(name) != value,
        )
        for name, value in mine.items()
        if name not in {*PARTS, "reference"} and value != theirs.get(name)
    ]


@dataclass(frozen=True)
class MovedField:
    """A field of a template that says something else than it did: what it said where that is known, what it says, what
    the sheet says; and whether it can be taken up as it is. What stands below an activity is taken up on its own page.
    """

    name: str
    label: str
    said: str
    says: str
    sheet: str
    may_take: bool


def moved_fields(template: ActivityTemplate, activity: Any, parts: Mapping[str, Sequence[Any]]) -> list[MovedField]:
    """What moved in the template an activity was copied from, since somebody last compared them.

    `parts` are those of the activity. Where what the template said is not known, it is compared with the sheet.
    """
    before, names = activity.template_said, template.values.keys() | (activity.template_said or {}).keys()
    moved = []
    for name in sorted(names, key=list(FIELD_LABELS).index):
        says, known = template.values.get(name), (before or {}).get(name)
        rows = [row.model_dump() for row in parts.get(name, ())]
        sheet = _said(name, rows if name in PART_KINDS else getattr(activity, name))
        one = MovedField(
            name, field_label(name), _said(name, known), _said(name, says), sheet, name in template.proposed
        )
        if (known != says) if before is not None else (one.says != sheet):
            moved.append(one)
    return moved


def _said(name: str, value: Any) -> str:
    if name not in PART_KINDS:
        return say_value(name, value)
    return " ; ".join(say_part(name, row, {}) for row in value or ())


def _raw(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def beside_the_other(
    part: PartPage, typed: Sequence[Mapping[str, Any]], mine: Sequence[Mapping[str, Any]],
    theirs: Sequence[Mapping[str, Any]],
) -> tuple[list[Mapping[str, Any]], dict[int, str]]:  # fmt: skip
    """The rows typed, then those that only the other has; by place, what the other says of a row.

    `mine` are the rows of `typed` as the form read them.
    """
    keys = PART_KINDS[part.name].keys
    saved = {_key(keys, row): row for row in theirs}
    notes: dict[int, str] = {}
    for place, row in enumerate(mine):
        other = saved.pop(_key(keys, row), None)
        if other is None:
            notes[place] = _("L’autre personne n’a pas cette ligne : retirez-la si elle ne doit pas rester.")
        elif said := _differing(part, row, other):
            notes[place] = _("L’autre personne a enregistré ici : {said}.").format(said=said)
    rows: list[Mapping[str, Any]] = [*typed, *saved.values()]
    for place in range(len(typed), len(rows)):
        notes[place] = _(
            "Cette ligne est enregistrée, et votre saisie ne l’a pas : elle reste, à moins que vous ne la retiriez."
        )
    return rows, notes


def _key(keys: Sequence[str], row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in keys)


def _differing(part: PartPage, mine: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """The fields that the other has otherwise, in words."""
    return " ; ".join(
        _("{label} : {value}").format(
            label=_(PART_LABELS.get(field.name, part.row)),
            value=say_part_value(field.name, other.get(field.name)) or _("vide"),
        )
        for field in part.fields
        if (mine.get(field.name) or None) != (other.get(field.name) or None)
    )
