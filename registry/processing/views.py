"""What goes out about processing activities: the view that each template receives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registry.compliance.views import VerdictThen
from registry.datasets.layout import Section
from registry.datasets.views import ChangeView
from registry.kernel.words import _, current_locale, mark, ngettext
from registry.platform.lists import load_list
from registry.processing.activity_templates import ActivityTemplate
from registry.processing.comparing import MovedField
from registry.processing.layout import SECTIONS, SELDOM_FILLED
from registry.processing.layout_parts import PartPage
from registry.processing.models import ProcessingActivity
from registry.processing.narrowing import FacetPart
from registry.processing.queries import Linked
from registry.processing.rules import is_framed, safeguard_words, standing_of_rights
from registry.processing.wording import field_label, say_value


@dataclass(frozen=True)
class ActivityLine:
    """An activity in the list; `apart` tells it from another of its body that bears its name."""

    id: int
    name: str
    apart: str
    organisation_name: str
    purpose: str
    lawful_basis: str
    status: str


@dataclass(frozen=True)
class ActivitiesPage:
    """The list of activities."""

    rows: Sequence[ActivityLine]
    total: int
    words: str
    facets: Sequence[FacetPart]
    narrowed: bool
    annulled: bool
    may_record: bool
    documents: Sequence[tuple[str, str]]
    selected: str
    first_address: str
    next_address: str


@dataclass(frozen=True)
class SheetPart:
    """A section of the sheet: what it tells, and what nobody said (name and label)."""

    anchor: str
    label: str
    fields: Sequence[tuple[str, str]]
    unknown: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class DataRow:
    """A pair of persons and data in words, with its retention."""

    people: str
    data: str
    precision: str
    is_special: bool
    retention: str
    after: str
    ground: str


@dataclass(frozen=True)
class RecipientRow:
    """A recipient in words."""

    name: str
    kind: str
    received: str


@dataclass(frozen=True)
class TransferRow:
    """A transfer in words; `unsafe` where it leaves the Area under no safeguard."""

    country: str
    recipient: str
    safeguard: str
    document: str
    unsafe: bool


@dataclass(frozen=True)
class RightRow:
    """A right in words: whether it applies, and why it departs from what the basis says, if it does."""

    label: str
    applies: bool
    reason: str


@dataclass(frozen=True)
class ActivityPage:
    """One activity: what is known of it, what nobody said, and what other rooms show of it.

    `namesakes` are the other activities of the same name in the same record: number and words.
    """

    id: int
    name: str
    annulled: bool
    status: str
    role: str
    lawful_basis: str
    organisation_id: int
    organisation_name: str
    parts: Sequence[SheetPart]
    data: Sequence["DataRow"]
    recipients: Sequence["RecipientRow"]
    transfers: Sequence["TransferRow"]
    rights: Sequence["RightRow"]
    datasets: Sequence[Linked]
    systems: Sequence[Linked]
    principals: Sequence[Linked]
    is_processor: bool
    template: tuple[str, str] | None
    suggested: str
    no_recipient: bool
    no_transfer: bool
    namesakes: Sequence[tuple[int, str]]
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
    suggested: str


@dataclass(frozen=True)
class ActivityInShort:
    """An activity as a dataset's sheet names it."""

    id: int
    name: str
    status: str
    lawful_basis: str
    retention: str


@dataclass(frozen=True)
class GdprLine:
    """One more thing the status of a dataset tells, which a corner of the room adds; `tone` as a notice's."""

    label: str
    value: str
    address: str = ""
    tone: str = ""


@dataclass(frozen=True)
class GdprPanel:
    """The status of a dataset under the GDPR, in one glance.

    `found_on` is the day an inspection first saw what somebody then accepted, `suggested` how many suggestions wait.
    `contradicted` says that its sheet tells of no personal data while some of its fields do.
    """

    dataset_id: int
    declared: str
    is_personal: bool
    since: datetime | None
    fields: str
    found_on: date | None
    suggested: int
    contradicted: bool
    activities: Sequence[ActivityInShort]
    rights: Sequence[str]
    lines: Sequence[GdprLine]
    breaches: int
    to_complete: int
    may_record: bool


@dataclass(frozen=True)
class DatasetActivitiesPage:
    """The activities that concern a dataset (number, name, whether one may untie it) and those to choose from."""

    id: int
    title: str
    words: str
    linked: Sequence[tuple[int, str, bool]]
    choices: Sequence[tuple[str, str]]
    error: str


@dataclass(frozen=True)
class PartRow:
    """A row of a part as its page shows it; one that stands bears a name, and keeps what it points to.

    `note` is what another person saved of it meanwhile.
    """

    number: str
    values: Mapping[str, Any]
    heading: str
    stands: bool
    choices: Mapping[str, Sequence[tuple[str, str]]]
    note: str = ""


@dataclass(frozen=True)
class PartsPage:
    """The page of one kind of part of an activity."""

    id: int
    version: int
    name: str
    slug: str
    part: PartPage
    rows: Sequence[PartRow]
    blank: PartRow
    labels: Mapping[str, str]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    errors: Mapping[str, str]
    error_labels: Mapping[str, str]
    words: str


@dataclass(frozen=True)
class ActivityTemplatesPage:
    """The templates of activities, by name."""

    templates: Sequence[ActivityTemplate]


@dataclass(frozen=True)
class TemplateMovedPage:
    """What moved in the template an activity was copied from, beside what the sheet says."""

    id: int
    version: int
    name: str
    template: str
    rows: Sequence[MovedField]
    parts: Mapping[str, str]
    is_known: bool
    error: str


@dataclass(frozen=True)
class ActivityHistoryPage:
    """The history of one activity in words."""

    id: int
    name: str
    changes: Sequence[ChangeView]


@dataclass(frozen=True)
class ActivityAsOfPage:
    """An activity as it was at a moment; with an `error`, why there is nothing to show.

    `then` and `now` are its versions; `changes` hold a label, what was said then and what is said now; `pointed` names
    the datasets, systems and bodies it then concerned.
    """

    id: int
    name: str
    on: str
    known_on: str
    error: str
    moment: str = ""
    known_day: str = ""
    then: int = 0
    now: int = 0
    was_annulled: bool = False
    status: str = ""
    parts: Sequence[SheetPart] = ()
    data: Sequence[DataRow] = ()
    recipients: Sequence[RecipientRow] = ()
    transfers: Sequence[TransferRow] = ()
    rights: Sequence[RightRow] = ()
    pointed: Sequence[str] = ()
    verdicts: Sequence[VerdictThen] = ()
    changes: Sequence[tuple[str, str, str]] = ()


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


def activity_line(activity: ProcessingActivity, organisation_name: str, apart: str) -> ActivityLine:
    """An activity as the list shows it."""
    return ActivityLine(
        id=activity.id,
        name=activity.name,
        apart=apart,
        organisation_name=organisation_name,
        purpose=activity.purpose or "",
        lawful_basis=say_value("lawful_basis", activity.lawful_basis),
        status=activity.status.label,
    )


def say_months(months: int) -> str:
    """A number of months in words: in years where it is a whole number of them.

    Units: months.
    """
    if months and months % 12 == 0:
        return ngettext("%(num)s an", "%(num)s ans", months // 12) % {"num": months // 12}
    return ngettext("%(num)s mois", "%(num)s mois", months) % {"num": months}


def data_row(row: Any) -> DataRow:
    """A pair of persons and data in words."""
    people, data, locale = load_list("people_categories"), load_list("personal_categories"), current_locale()
    retention = "" if row.retention_months is None else say_months(row.retention_months)
    if row.retention_trigger:
        retention = _("{time} à partir de : {start}").format(
            time=retention or _("Durée à dire"), start=row.retention_trigger
        )
    after = (
        []
        if row.intermediate_months is None
        else [_("puis {time} en archives intermédiaires").format(time=say_months(row.intermediate_months))]
    )
    after += [row.final_disposition.label] if row.final_disposition else []
    return DataRow(
        people=people.label(row.people_category, locale),
        data=data.label(row.data_category, locale),
        precision=row.precision or "",
        is_special=any(data.flag(row.data_category, one) for one in ("special", "offences", "nir")),
        retention=retention,
        after=", ".join(after),
        ground=row.retention_ground or "",
    )


def recipient_row(row: Any) -> RecipientRow:
    """A recipient in words."""
    return RecipientRow(row.name, row.kind.label if row.kind else "", row.received or "")


def transfer_row(row: Any) -> TransferRow:
    """A transfer in words."""
    return TransferRow(
        country=load_list("countries").label(row.country, current_locale()),
        recipient=row.recipient,
        safeguard=safeguard_words(row.country, row.safeguard),
        document=row.document or "",
        unsafe=not is_framed(row.country, row.safeguard, row.document),
    )


def right_rows(activity: ProcessingActivity, adjusted: Sequence[Any]) -> list[RightRow]:
    """Each right in words, as the basis says or as it was adjusted."""
    said = {row.right: (row.applies, row.reason) for row in adjusted}
    return [
        RightRow(one.right.label, one.applies, one.reason)
        for one in standing_of_rights(
            activity.lawful_basis, activity.automated_decision, activity.article9_conditions, said
        )
    ]


EVENTS = {
    "processing:activity:record": mark("Traitement inscrit au registre"),
    "processing:activity:amend": mark("Fiche du traitement modifiée"),
    "processing:activity:acknowledge": mark("Changements du modèle vus"),
    "processing:activity:annul": mark("Fiche du traitement annulée"),
    "processing:activity:restore": mark("Fiche du traitement rétablie"),
}
SILENT = frozenset({"id", "version", "name_sort", "organisation_id", "template_digest", "template_said"})
