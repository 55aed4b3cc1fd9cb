"""What goes out about datasets: the view each template receives, the body each API call answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registry.compliance.vocabulary import Verdict
from registry.datasets.models import Dataset, Distribution
from registry.datasets.queries import DatasetRow
from registry.datasets.vocabulary import (
    AccessRights,
    Availability,
    Nature,
    Origin,
    PersonalData,
    PublicationGround,
    Stage,
)
from registry.kernel.words import _, current_locale, mark
from registry.platform.lists import load_list
from registry.web.templating import say_day

FIELD_LABELS: dict[str, str] = {
    "title": mark("Titre"),
    "description": mark("Description"),
    "keywords": mark("Mots-clés"),
    "themes": mark("Thèmes européens"),
    "local_themes": mark("Thèmes de la collectivité"),
    "publisher_name": mark("Éditeur"),
    "publisher_uri": mark("Adresse de l’éditeur"),
    "creator_name": mark("Producteur"),
    "contact_person_id": mark("Point de contact"),
    "contact_url": mark("Page de contact"),
    "landing_page": mark("Page de présentation"),
    "languages": mark("Langues"),
    "access_rights": mark("Niveau d’accès"),
    "frequency": mark("Fréquence de mise à jour"),
    "issued": mark("Première publication"),
    "modified": mark("Dernière mise à jour"),
    "spatial": mark("Couverture géographique"),
    "temporal_start": mark("Période couverte : début"),
    "temporal_end": mark("Période couverte : fin"),
    "licence": mark("Licence"),
    "rights": mark("Droits"),
    "conforms_to": mark("Schémas suivis"),
    "documentation": mark("Documentation"),
    "provenance": mark("Provenance"),
    "version_label": mark("Version"),
    "applicable_legislation": mark("Législation applicable"),
    "hvd_categories": mark("Catégories de forte valeur"),
    "nature": mark("Nature du jeu"),
    "origin": mark("Origine"),
    "personal_data": mark("Données personnelles"),
    "publication_ground": mark("Fondement de la publication de données personnelles"),
    "publication_ground_reference": mark("Référence de ce fondement"),
    "anonymisation_proof": mark("Preuve d’anonymisation"),
    "uri": mark("Adresse (URI)"),
    "identifier": mark("Identifiant"),
    "stage": mark("Étape"),
    "organisation_id": mark("Organisation à qui est ce jeu"),
    "annulled": mark("Fiche annulée"),
    "declared_absent": mark("Déclaré inexistant"),
}

_OF_A_FILE = {
    "access_url": mark("Adresse de la page d’accès"),
    "download_url": mark("Adresse du fichier"),
    "format": mark("Format"),
    "media_type": mark("Type de média"),
    "byte_size": mark("Taille en octets"),
    "checksum_algorithm": mark("Empreinte : méthode"),
    "checksum_value": mark("Empreinte"),
    "availability": mark("Disponibilité prévue"),
}
"""What a file says that its sheet does not; the rest bears the sheet's words."""

DAYS = frozenset({"issued", "modified", "temporal_start", "temporal_end"})

LISTS = {
    "themes": "themes",
    "frequency": "frequencies",
    "licence": "licences",
    "languages": "languages",
    "hvd_categories": "hvd_categories",
}
"""The code list behind each coded field."""

SHOWN = (
    "description", "keywords", "themes", "local_themes", "publisher_name", "creator_name", "landing_page",
    "contact_url", "access_rights", "licence", "rights", "frequency", "issued", "modified", "spatial",
    "temporal_start", "temporal_end", "languages", "conforms_to", "documentation", "provenance", "version_label",
    "nature", "origin", "personal_data", "publication_ground", "publication_ground_reference",
    "anonymisation_proof", "applicable_legislation", "hvd_categories", "identifier", "uri",
)  # fmt: skip

_SELDOM_FILLED = frozenset(
    {"local_themes", "rights", "publication_ground", "publication_ground_reference", "identifier", "uri"}
)

_ENUMS: dict[str, Any] = {
    "access_rights": AccessRights,
    "nature": Nature,
    "origin": Origin,
    "personal_data": PersonalData,
    "publication_ground": PublicationGround,
    "stage": Stage,
}


def field_label(name: str) -> str:
    """A field's name in the reader's language."""
    return _(FIELD_LABELS.get(name) or _OF_A_FILE.get(name, name))


def say_value(name: str, value: Any) -> str:
    """A field's value in words: labels for codes, dates as people write them, nothing for what is empty."""
    if value is None or value in ([], ""):
        return ""
    if name in _ENUMS:
        return str(_ENUMS[name](value).label)
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if name == "format":
        return load_list("file_types").label(value, current_locale())
    if name == "availability":
        return Availability(value).label
    if name in LISTS:
        known = load_list(LISTS[name])
        codes = value if isinstance(value, list) else [value]
        return ", ".join(known.label(code, current_locale()) for code in codes)
    if name == "declared_absent":
        return ", ".join(field_label(one) for one in value)
    if isinstance(value, list):
        said = [str(one) for one in value]
        # Addresses stand one a line, so that each can be followed.
        return "\n".join(said) if any("://" in one for one in said) else ", ".join(said)
    if name in DAYS and isinstance(value, str):
        # The ledger keeps days as text.
        value = date.fromisoformat(value)
    if isinstance(value, date):
        return say_day(value)
    return str(value)


def field_of(path: str) -> str:
    """The form's field behind the path of an error: `distributions.0.title`, `keywords.3`."""
    name, _dot, rest = path.partition(".")
    if name != "distributions" or not rest:
        return name
    number, _dot, inner = rest.partition(".")
    return "-".join(part for part in ("distribution", number, inner.partition(".")[0]) if part)


def label_of(field: str) -> str:
    """The label of a field of the form, as its list of errors names it."""
    if not field.startswith("distribution-"):
        return field_label(field)
    number, _dash, inner = field.removeprefix("distribution-").partition("-")
    rank = _("Fichier ou accès {number}").format(number=int(number) + 1)
    return f"{rank}, {field_label(inner)}" if inner else rank


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
    """One change in words: who, when, why, and each field before and after."""

    version: int
    at: datetime
    actor: str
    sentence: str
    reason: str | None
    changes: tuple[tuple[str, str, str], ...]


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
    fields: Sequence[tuple[str, str]]
    unknown: Sequence[tuple[str, str]]
    distributions: Sequence[DistributionView]
    contact: str
    panels: Sequence[str]
    may_record: bool
    may_annul: bool


@dataclass(frozen=True)
class HistoryPage:
    """The history of one dataset in words."""

    id: int
    title: str
    changes: Sequence[ChangeView]


@dataclass(frozen=True)
class ColumnView:
    """A column the list can be sorted by: its heading, the list sorted by it, and how it is sorted now."""

    label: str
    address: str
    state: str


@dataclass(frozen=True)
class ListPage:
    """A page of the list, with what it is narrowed to."""

    rows: Sequence[DatasetRow]
    verdicts: Mapping[int, Mapping[Verdict, int]]
    total: int
    words: str
    organisations: Sequence[tuple[str, str]]
    organisation: str
    facets: Sequence["FacetView"]
    annulled: bool
    order: str
    columns: Sequence[ColumnView]
    next_address: str
    first_address: str
    is_narrowed: bool
    may_record: bool
    may_import: bool


@dataclass(frozen=True)
class FacetView:
    """A way of narrowing the list: its values with which are chosen."""

    name: str
    label: str
    values: Sequence[tuple[str, str, bool]]


@dataclass(frozen=True)
class FormPage:
    """The form of a sheet: a new one, one to amend, or one typed again after errors.

    `version` and `distributions_seen` say what the person had read when they began to type.
    """

    id: int | None
    version: int | None
    title: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    organisations: Sequence[tuple[str, str]]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    distributions: Sequence[Mapping[str, Any]]
    distributions_seen: str
    reason: str


@dataclass(frozen=True)
class ConflictPage:
    """Somebody else changed the sheet meanwhile: each field as it was, as they left it, as it was typed."""

    id: int
    version: int
    title: str
    rows: Sequence["ConflictRow"]
    reason: str
    files: "FilesInConflict | None"


@dataclass(frozen=True)
class FilesInConflict:
    """The distributions as they left them and as they were typed, in words, and the typed ones' values."""

    theirs: Sequence[str]
    mine: Sequence[str]
    typed: Sequence[tuple[str, str]]
    both_changed: bool


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
class AnnulPage:
    """The question asked before a sheet is set aside or brought back: why."""

    id: int
    version: int
    title: str
    annulled: bool
    error: str


@dataclass(frozen=True)
class DistributionBody:
    """A distribution, as the API gives it."""

    id: int
    identifier: str
    title: str | None
    description: str | None
    access_url: str | None
    download_url: str | None
    format: str | None
    media_type: str | None
    licence: str | None
    rights: str | None
    byte_size: int | None
    checksum_algorithm: str | None
    checksum_value: str | None
    issued: date | None
    modified: date | None
    availability: str | None
    languages: list[str]
    conforms_to: list[str]
    documentation: list[str]


@dataclass(frozen=True)
class VerdictBody:
    """What one policy says of the dataset today."""

    policy_id: str
    period: int | None
    verdict: str
    missing: list[str]
    turns_on: date | None


@dataclass(frozen=True)
class DatasetBody:
    """A dataset, as the API gives it; `version` is its ETag."""

    id: int
    version: int
    organisation_id: int
    identifier: str
    uri: str | None
    title: str
    description: str | None
    keywords: list[str]
    themes: list[str]
    local_themes: list[str]
    publisher_name: str | None
    publisher_uri: str | None
    creator_name: str | None
    contact_person_id: int | None
    contact_url: str | None
    landing_page: str | None
    languages: list[str]
    access_rights: str | None
    frequency: str | None
    issued: date | None
    modified: date | None
    spatial: list[str]
    temporal_start: date | None
    temporal_end: date | None
    licence: str | None
    rights: str | None
    conforms_to: list[str]
    documentation: list[str]
    provenance: str | None
    version_label: str | None
    applicable_legislation: list[str]
    hvd_categories: list[str]
    nature: str | None
    origin: str | None
    personal_data: str | None
    publication_ground: str | None
    publication_ground_reference: str | None
    anonymisation_proof: str | None
    stage: str
    declared_absent: list[str]
    annulled: bool
    distributions: list[DistributionBody]
    findings: list[VerdictBody]


@dataclass(frozen=True)
class DatasetLine:
    """A dataset in a list."""

    id: int
    version: int
    organisation_id: int
    title: str
    personal_data: str | None
    access_rights: str | None
    stage: str
    modified: date | None


@dataclass(frozen=True)
class DatasetsBody:
    """A page of datasets; `next` is the cursor of the following one."""

    total: int
    datasets: list[DatasetLine]
    next: str | None


_DISTRIBUTION_FIELDS = tuple(DistributionBody.__dataclass_fields__)
_DATASET_FIELDS = tuple(name for name in DatasetBody.__dataclass_fields__ if name not in {"distributions", "findings"})


def dataset_body(sheet: Dataset, distributions: Sequence[Distribution], findings: Sequence[VerdictBody]) -> DatasetBody:
    """The API's view of a dataset."""
    return DatasetBody(
        **{name: getattr(sheet, name) for name in _DATASET_FIELDS},
        distributions=[
            DistributionBody(**{name: getattr(row, name) for name in _DISTRIBUTION_FIELDS}) for row in distributions
        ],
        findings=list(findings),
    )


def field_views(sheet: Dataset) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The fields that say something with what they say, and those nobody has filled: name and label."""
    shown, unknown = [], []
    for name in SHOWN:
        words = say_value(name, getattr(sheet, name))
        if words:
            shown.append((field_label(name), words))
        elif name in sheet.declared_absent:
            shown.append((field_label(name), _("Aucun (déclaré)")))
        elif name not in _SELDOM_FILLED:
            unknown.append((name, field_label(name)))
    return shown, unknown


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
