"""What goes out about processing activities: the view that each template receives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.datasets.layout import Section
from registry.datasets.views import ChangeView
from registry.kernel.words import _, mark
from registry.processing.layout import SECTIONS, SELDOM_FILLED
from registry.processing.models import ProcessingActivity
from registry.processing.wording import field_label, say_value


@dataclass(frozen=True)
class ActivityLine:
    """An activity in the list."""

    id: int
    name: str
    organisation_name: str
    purpose: str
    lawful_basis: str
    status: str


@dataclass(frozen=True)
class ActivitiesPage:
    """The list of activities."""

    rows: Sequence[ActivityLine]
    total: int
    annulled: bool
    may_record: bool
    next_address: str


@dataclass(frozen=True)
class SheetPart:
    """A section of the sheet: what it tells, and what nobody said (name and label)."""

    anchor: str
    label: str
    fields: Sequence[tuple[str, str]]
    unknown: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ActivityPage:
    """One activity: what is known of it, what nobody said, and what other rooms show of it."""

    id: int
    name: str
    annulled: bool
    status: str
    role: str
    lawful_basis: str
    organisation_id: int
    organisation_name: str
    parts: Sequence[SheetPart]
    panels: Sequence[str]
    may_record: bool
    may_annul: bool


@dataclass(frozen=True)
class ActivityFormPage:
    """The form of an activity; `version` is the one the person had read when they began to type."""

    id: int | None
    version: int | None
    name: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    organisations: Sequence[tuple[str, str]]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    sections: Sequence[Section]
    reason: str


@dataclass(frozen=True)
class ActivityHistoryPage:
    """The history of one activity in words."""

    id: int
    name: str
    changes: Sequence[ChangeView]


@dataclass(frozen=True)
class ActivityAnnulPage:
    """The question asked before an activity is set aside or brought back: why."""

    id: int
    version: int
    name: str
    annulled: bool
    error: str


_IN_THE_HEAD = frozenset({"name", "status", "role", "declared_absent"})


def sheet_parts(activity: ProcessingActivity) -> list[SheetPart]:
    """The sections of a sheet, in the order of its form; those with nothing to say are left out."""
    parts = []
    for section in SECTIONS:
        shown, unknown = [], []
        for name in section.names:
            if name in _IN_THE_HEAD or (name == "reference" and activity.reference.startswith("urn:uuid:")):
                continue
            words = say_value(name, getattr(activity, name))
            if words:
                shown.append((field_label(name), words))
            elif name in activity.declared_absent:
                shown.append((field_label(name), _("Aucun (déclaré)")))
            elif name not in SELDOM_FILLED:
                unknown.append((name, field_label(name)))
        if shown or unknown:
            parts.append(SheetPart(section.anchor, section.label, shown, unknown))
    return parts


def activity_line(activity: ProcessingActivity, organisation_name: str) -> ActivityLine:
    """An activity as the list shows it."""
    return ActivityLine(
        id=activity.id,
        name=activity.name,
        organisation_name=organisation_name,
        purpose=activity.purpose or "",
        lawful_basis=say_value("lawful_basis", activity.lawful_basis),
        status=activity.status.label,
    )


EVENTS = {
    "processing:activity:record": mark("Traitement inscrit au registre"),
    "processing:activity:amend": mark("Fiche du traitement modifiée"),
    "processing:activity:annul": mark("Fiche du traitement annulée"),
    "processing:activity:restore": mark("Fiche du traitement rétablie"),
}
SILENT = frozenset({"id", "version", "name_sort", "organisation_id", "template_digest"})
