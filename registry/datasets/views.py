"""What goes out about datasets: the view that each template receives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registry.compliance.views import VerdictThen
from registry.compliance.vocabulary import Evidence
from registry.datasets.layout import SELDOM_FILLED, SHOWN, FormField, Section
from registry.datasets.models import DataService, Dataset, DatasetField, Distribution
from registry.datasets.queries import DraftRow, Upstream
from registry.datasets.rules import PERSONAL_RANKS, SECRECY_RANKS, falls_short, odd_dates, say_odd, strictest
from registry.datasets.sheet_templates import SheetTemplate
from registry.datasets.vocabulary import (
    AccessRights,
    FieldEvidence,
    PersonalData,
    Stage,
    StatisticalSecrecy,
)
from registry.datasets.wording import field_label, say_value
from registry.kernel.words import _, current_locale
from registry.platform.lists import load_list
from registry.web.templating import say_day


@dataclass(frozen=True)
class DistributionView:
    """One distribution on the sheet.

    Units: `byte_size` in bytes.
    """

    title: str
    format: str
    address: str
    licence: str
    byte_size: int | None
    modified: date | None


@dataclass(frozen=True)
class ChangeView:
    """One change in words: who, when, why, each field before and after; `address` shows the record at that moment."""

    version: int
    at: datetime
    actor: str
    sentence: str
    reason: str | None
    changes: tuple[tuple[str, str, str], ...]
    address: str = ""


@dataclass(frozen=True)
class SheetPage:
    """The page of one dataset."""

    id: int
    version: int
    title: str
    annulled: bool
    organisation_id: int
    organisation_name: str
    stage: Stage
    personal_data: PersonalData | None
    access_rights: AccessRights | None
    oddities: Sequence[str]
    fields: Sequence[tuple[str, str]]
    unknown: Sequence[tuple[str, str]]
    distributions: Sequence[DistributionView]
    services: Sequence[DistributionView]
    columns: Sequence["ColumnOfDataset"]
    upstream: Sequence[tuple[int, str, str]]
    downstream: Sequence[tuple[int, str]]
    terms: Sequence["TermView"]
    system: tuple[int, str] | None
    contact: str
    panels: Sequence[str]
    may_record: bool
    may_record_law: bool
    may_annul: bool


@dataclass(frozen=True)
class LawPage:
    """The form of the fields that the law decides."""

    id: int
    version: int
    title: str
    fields: Sequence[FormField]
    labels: Mapping[str, str]
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    reason: str


@dataclass(frozen=True)
class HistoryPage:
    """The history of one dataset in words."""

    id: int
    title: str
    changes: Sequence[ChangeView]


@dataclass(frozen=True)
class FormPage:
    """The form of a sheet: a new one, one to amend, or one typed again after errors.

    `version` and `distributions_seen` say what the person had read when they began to type; `address` is where the
    form saves its draft (with no `refusal` yet), `drafts` those left of other sheets to come.
    """

    id: int | None
    version: int | None
    title: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    organisations: Sequence[tuple[str, str]]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    sections: Sequence[Section]
    field_labels: Mapping[str, str]
    of_a_service: Sequence[FormField]
    services: Sequence[Mapping[str, Any]]
    services_seen: str
    distributions: Sequence[Mapping[str, Any]]
    distributions_seen: str
    reason: str
    draft: "DraftState | None"
    prefill: "Prefill | None"
    address: str
    refusal: str
    drafts: Sequence[DraftRow]


@dataclass(frozen=True)
class Prefill:
    """Where the values of a new sheet come from: the fields of a template and the texts it rests on, or a copy."""

    sentence: str
    fields: Sequence[tuple[str, str]]
    grounds: Sequence[tuple[str, str, str, Evidence]]


@dataclass(frozen=True)
class TemplatesPage:
    """The templates to begin a sheet from, narrowed by words."""

    templates: Sequence[SheetTemplate]
    words: str


@dataclass(frozen=True)
class DraftState:
    """The draft that a form was last saved as; `saved_at` is empty where the form only remembers it."""

    id: int
    revision: int
    saved_at: datetime | None


@dataclass(frozen=True)
class DraftSaved:
    """What a form hears after it tried to save its draft: when it was, or why it was not."""

    draft: DraftState | None
    refusal: str
    address: str


@dataclass(frozen=True)
class DraftOfferPage:
    """A draft somebody left of a sheet: what it would change, and whether the sheet changed since it was begun."""

    id: int
    title: str
    draft: int
    saved_at: datetime
    changes: Sequence[tuple[str, str, str]]
    moved_on: bool


@dataclass(frozen=True)
class DraftsPage:
    """The drafts of who asks.

    Units: `kept_for` in days.
    """

    drafts: Sequence[DraftRow]
    kept_for: int


@dataclass(frozen=True)
class FieldsPage:
    """The fields of a dataset as a table to fill; the last rows are empty."""

    id: int
    version: int
    title: str
    rows: Sequence[Mapping[str, Any]]
    types: Sequence[tuple[str, str]]
    categories: Sequence[tuple[str, str]]
    errors: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class SourcesPage:
    """What a dataset is made from: each source's number, title (empty where it may not be read) and method."""

    id: int
    version: int
    title: str
    rows: Sequence[tuple[int, str, str]]
    choices: Sequence[tuple[str, str]]
    words: str
    error: str


@dataclass(frozen=True)
class ColumnOfDataset:
    """One field of the dataset on its sheet, in words; `is_personal` marks what tells of a person."""

    name: str
    label: str
    type: str
    description: str
    category: str
    purpose: str
    is_personal: bool
    is_detected: bool


@dataclass(frozen=True)
class TermView:
    """What the sources of a dataset impose on it for one term: the strictest, who imposes it, who never said."""

    label: str
    own: str
    strictest: str
    imposed_by: Sequence[tuple[int, str]]
    silent: Sequence[tuple[int, str]]
    falls_short: bool


@dataclass(frozen=True)
class ConflictPage:
    """Somebody else changed the sheet meanwhile: each field and file as they left it, and as it was typed.

    `carried` holds what the choice is sent with: the values of the files and interfaces of both sides.
    """

    id: int
    version: int
    title: str
    rows: Sequence["ConflictRow"]
    reason: str
    carried: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ConflictRow:
    """One field in conflict, or changed on one side only."""

    name: str
    label: str
    theirs: str
    mine: str
    theirs_raw: str
    mine_raw: str
    both_changed: bool
    mine_first: bool


@dataclass(frozen=True)
class AsOfPage:
    """A sheet as it was at a moment; with an `error`, why there is nothing to show.

    `then` and `now` are its versions; `changes` hold a field's name, its label, its value then and its value now.
    """

    id: int
    title: str
    on: str
    known_on: str
    today: date
    error: str
    moment: str = ""
    known_day: str = ""
    asked: Sequence[tuple[str, str]] = ()
    then: int = 0
    now: int = 0
    was_annulled: bool = False
    stage: Stage | None = None
    fields: Sequence[tuple[str, str]] = ()
    files: Sequence[DistributionView] = ()
    columns: Sequence["ColumnOfDataset"] = ()
    sources: Sequence[str] = ()
    holders: Sequence[tuple[str, str]] = ()
    verdicts: Sequence[VerdictThen] = ()
    changes: Sequence[tuple[str, str, str, str]] = ()
    may_record: bool = False


def field_views(sheet: Any) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The fields that say something with what they say, and those nobody has filled: name and label."""
    shown, unknown = [], []
    for name in SHOWN:
        words = say_value(name, getattr(sheet, name))
        if words:
            shown.append((field_label(name), words))
        elif name in sheet.declared_absent:
            shown.append((field_label(name), _("Aucun (déclaré)")))
        elif name not in SELDOM_FILLED:
            unknown.append((name, field_label(name)))
    return shown, unknown


def oddities_of(sheet: Any) -> list[str]:
    """What does not go together among the dates of a sheet, in sentences."""
    days = {"issued": sheet.issued, "modified": sheet.modified, "temporal_start": sheet.temporal_start}
    return [say_odd(name, say_day, **days) for name in odd_dates(**days)]


def distribution_view(row: Distribution) -> DistributionView:
    """A distribution in words."""
    locale = current_locale()
    types, licences = load_list("file_types"), load_list("licences")
    return DistributionView(
        title=row.title or row.identifier,
        format=types.label(row.format, locale) if row.format else (row.media_type or ""),
        address=row.download_url or row.access_url or "",
        licence=licences.label(row.licence, locale) if row.licence else "",
        byte_size=row.byte_size,
        modified=row.modified,
    )


def service_view(row: DataService) -> DistributionView:
    """An interface in words."""
    return DistributionView(
        title=row.title or row.identifier,
        format=_("Interface (API)"),
        address=row.endpoint_url or "",
        licence=load_list("licences").label(row.licence, current_locale()) if row.licence else "",
        byte_size=None,
        modified=None,
    )


def column_view(row: DatasetField) -> ColumnOfDataset:
    """A field of the dataset in words."""
    return ColumnOfDataset(
        name=row.name,
        label=row.label or "",
        type=say_value("type", row.type),
        description=row.description or "",
        category=say_value("personal_category", row.personal_category),
        purpose=row.purpose or "",
        is_personal=load_list("personal_categories").flag(row.personal_category or "", "personal"),
        is_detected=row.evidence is FieldEvidence.DETECTED,
    )


def term_views(sheet: Dataset, upstream: Sequence[Upstream]) -> list[TermView]:
    """What the sources of a dataset impose on it, term by term, and where its own sheet is laxer."""
    hidden = _("un jeu que vos droits ne montrent pas")
    names = {one.dataset_id: (one.dataset_id, one.title or hidden) for one in upstream}
    views = []
    terms: tuple[tuple[str, Mapping[Any, int], Callable[[str], Any]], ...] = (
        ("licence", licence_ranks(), str),
        ("personal_data", PERSONAL_RANKS, PersonalData),
        ("statistical_secrecy", SECRECY_RANKS, StatisticalSecrecy),
    )
    # Data proved anonymous is no longer personal data, whatever it was made from (RGPD, recital 26).
    proved = bool(sheet.anonymisation_proof or sheet.anonymisation_method)
    for name, ranks, made in terms:
        said = [(one.dataset_id, made(value) if (value := getattr(one, name)) else None) for one in upstream]
        above, own = strictest(said, ranks), getattr(sheet, name)
        views.append(
            TermView(
                label=field_label(name),
                own=say_value(name, own),
                strictest=say_value(name, above.term),
                imposed_by=[names[number] for number in above.sources],
                silent=[names[number] for number in above.silent],
                falls_short=falls_short(own, above, ranks) and not (own is PersonalData.ANONYMISED and proved),
            )
        )
    return views


def licence_ranks() -> Mapping[str, int]:
    """The licences from the freest to those that restrict reuse, by what the list says of them."""
    known = load_list("licences")
    return {code: 3 if not known.flag(code, "open") else 2 if known.flag(code, "share_alike") else 1 for code in known}
